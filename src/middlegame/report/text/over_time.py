"""Moves and factors over time, ready to be shown: one row per state, one column per period."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from middlegame.diagram import Decision, Node
from middlegame.equilibrium.scale_forecast import ScaleForecast
from middlegame.report.text import narrative
from middlegame.report.text.grammar import capitalize_first
from middlegame.report.text.intervals import outlooks, worlds_of
from middlegame.report.text.numbers import percent
from middlegame.report.text.palette import NEUTRAL, actor_colours
from middlegame.report.text.scales import rounded_value
from middlegame.scenario.model.judgement import format_number
from middlegame.scenario.model.references import base_name
from middlegame.scenario.timeline import certain_start

if TYPE_CHECKING:
    from middlegame.equilibrium.equilibrium import Equilibrium
    from middlegame.sweeps.result import Sweep


@dataclass(frozen=True)
class Series:
    """A move or factor over time.

    Attributes:
        name: its name without a period.
        title: its label.
        colour: of its actor.
        headline: whether it is a headline factor.
        periods: the names of all periods.
        labels: of its states.
        chances: for each state its probability in each period; None where it is absent.
        notes: sentences on when its states first occur.
        bands: for each state and period the 90% interval over the worlds; empty for one world.
        values: on a scale, the value in each period; None where it is absent. The states are then
            the options beside the scale.
        unit: of the values.
    """

    name: str
    title: str
    colour: str
    headline: bool
    periods: tuple[str, ...]
    labels: tuple[str, ...]
    chances: tuple[tuple[float | None, ...], ...]
    notes: tuple[str, ...] = ()
    bands: tuple[tuple[tuple[float, float] | None, ...], ...] = ()
    values: tuple["PeriodValue | None", ...] = ()
    unit: str = ""

    @property
    def only_period(self) -> int | None:
        """The place of the only period that it is in; None where it is in several."""
        row = self.chances[0] if self.chances else self.values
        there = [place for place, chance in enumerate(row) if chance is not None]
        return there[0] if len(there) == 1 else None


@dataclass(frozen=True)
class PeriodValue:
    """The value on a scale in one period, given that there is one.

    Attributes:
        mean: of the distribution.
        low: its 5% point.
        high: its 95% point.
        text: the mean as it is shown.
    """

    mean: float
    low: float
    high: float
    text: str


def period_value(forecast: ScaleForecast) -> PeriodValue:
    """Return a distribution as the value of a period."""
    text = rounded_value(forecast.mean, forecast.step)
    return PeriodValue(forecast.mean, *forecast.ninety, text)


def value_rows(
    unit: str, columns: Sequence[PeriodValue | None]
) -> list[tuple[str, tuple[str, ...]]]:
    """Return the rows of a value over time: the mean and the ends of the 90% interval."""
    mean = f"mean, {unit}" if unit else "mean"
    return [
        (mean, tuple(each.text if each else "-" for each in columns)),
        ("5% point", tuple(format_number(each.low) if each else "-" for each in columns)),
        ("95% point", tuple(format_number(each.high) if each else "-" for each in columns)),
    ]


def is_timed(equilibrium: "Equilibrium") -> bool:
    """Whether the contest has periods."""
    return any(node.period is not None for node in equilibrium.diagram.contest_nodes)


def moves_over_time(equilibrium: "Equilibrium") -> list[Series]:
    """List the moves that are made in periods, in order of play."""
    return [each for each, move in _all(equilibrium) if move]


def factors_over_time(equilibrium: "Equilibrium") -> list[Series]:
    """List the factors that have periods; headline factors with notes on when states occur."""
    return [each for each, move in _all(equilibrium) if not move]


def sweep_over_time(found: "Sweep") -> tuple[list[Series], list[Series]]:
    """Return a sweep's moves and headline factors over time: means with 90% intervals."""
    pairs = [
        (_spread(found, each), move)
        for each, move in _all(found.equilibrium)
        if move or each.headline
    ]
    return [each for each, move in pairs if move], [each for each, move in pairs if not move]


def _spread(found: "Sweep", series: Series) -> Series:
    there = {node.period: node for node in found.plan.diagram.instances(series.name)}
    states = shown_states(next(iter(there.values())))
    periods = range(1, len(series.periods) + 1)
    outlooks = [
        [found.outlooks[there[k].name][state] if k in there else None for k in periods]
        for state in states
    ]
    return replace(
        series,
        chances=tuple(tuple(each.mean if each else None for each in row) for row in outlooks),
        bands=tuple(tuple(each.ninety if each else None for each in row) for row in outlooks),
        values=_values(found.scale_forecasts, there, len(series.periods)),
        notes=(),
    )


def shown_states(node: Node) -> tuple[str, ...]:
    """Return a node's states that have rows of their own; on a scale those beside it."""
    if node.scale is None:
        return node.states
    return tuple(s for s, v in zip(node.states, node.scale.values, strict=True) if v is None)


def _values(
    scales: Mapping[str, ScaleForecast], there: Mapping[int | None, Node], last: int
) -> tuple[PeriodValue | None, ...]:
    """Return the value in each period; empty for a node without a scale."""
    if next(iter(there.values())).scale is None:
        return ()
    return tuple(
        period_value(scales[there[period].name]) if period in there else None
        for period in range(1, last + 1)
    )


def nodes_without_period(equilibrium: "Equilibrium") -> list[Node]:
    """List the nodes without a period."""
    return [node for node in equilibrium.diagram.contest_nodes if node.period is None]


def select_periods(periods: Sequence[str], most: int) -> list[int]:
    """Return the places of at most `most` periods to show: evenly spaced, with the last."""
    count = len(periods)
    if count <= most:
        return list(range(count))
    return sorted({round(k * (count - 1) / (most - 1)) for k in range(most)})


def short_period(period: str) -> str:
    """Shorten a period's name to fit a column: `Jan-Mar 2026` to `Jan 26`."""
    words = period.split()
    if len(words) == 2 and words[0] == "period":
        return words[1]
    begin = words[0].partition("-")[0] if words else ""
    return f"{begin} {words[-1][-2:]}" if len(words) == 2 else begin[-6:]


def _all(equilibrium: "Equilibrium") -> list[tuple[Series, bool]]:
    diagram, words = equilibrium.diagram, narrative.words_of(equilibrium)
    colours = actor_colours(diagram)
    last = max((node.period or 0 for node in diagram.contest_nodes), default=0)
    names = dict.fromkeys(
        base_name(node.name) for node in diagram.contest_nodes if node.period is not None
    )
    found = []
    for name in names:
        there = {node.period: node for node in diagram.instances(name)}
        node = next(iter(there.values()))
        move = isinstance(node, Decision)
        forecasts = {period: equilibrium.forecasts[each.name] for period, each in there.items()}
        headline = any(each.headline for each in there.values())
        series = Series(
            name=name,
            title=words.heading(name),
            colour=colours[node.owner] if isinstance(node, Decision) else NEUTRAL,
            headline=headline,
            periods=tuple(words.period(period) for period in range(1, last + 1)),
            labels=tuple(words.state(name, state) for state in shown_states(node)),
            chances=tuple(
                tuple(
                    forecasts[period][state] if period in forecasts else None
                    for period in range(1, last + 1)
                )
                for state in shown_states(node)
            ),
            bands=_bands(equilibrium, there, shown_states(node), last),
            notes=tuple(first_passage_notes(equilibrium, name))
            if headline and not move and not node.scale and equilibrium.scenario
            else (),
            values=_values(equilibrium.scale_forecasts, there, last),
            unit=node.scale.unit if node.scale else "",
        )
        found.append((series, move))
    return found


def _bands(
    equilibrium: "Equilibrium", there: Mapping[int | None, Node], states: Sequence[str], last: int
) -> tuple[tuple[tuple[float, float] | None, ...], ...]:
    """Return the 90% interval of each state in each period; empty for the middle world alone."""
    if worlds_of(equilibrium) is None:
        return ()
    found = {
        period: dict(zip(node.states, row, strict=True))
        for period, node in there.items()
        if (row := outlooks(equilibrium, node.name))
    }
    return tuple(
        tuple(
            found[period][state].ninety if period in found else None
            for period in range(1, last + 1)
        )
        for state in states
    )


def first_passage_notes(equilibrium: "Equilibrium", name: str) -> list[str]:
    """Say how likely each state of a factor is to occur within the horizon, and when first."""
    words, notes = narrative.words_of(equilibrium), []
    factor = words.scenario.factors.get(name) if words.scenario else None
    start = certain_start(factor) if factor else None
    first = equilibrium.forecasts[equilibrium.diagram.instances(name)[0].name]
    for state in words.node(name).states:
        if state == start or (start is None and first[state] > 0.5):
            continue  # holds from the beginning
        found = equilibrium.curve(f"{name} = {state}")
        if found.expected_period is None:
            continue
        period = found.periods[round(found.expected_period) - 1]
        clause = capitalize_first(words.clause(name, state))
        notes.append(
            f"{clause} by the end of {found.periods[-1]} in {percent(found.cumulative[-1])} of "
            f"cases, on average in {period}; later or never in {percent(found.survival)}."
        )
    return notes
