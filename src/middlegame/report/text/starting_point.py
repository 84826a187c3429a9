"""From which numbers an analysis starts: those of the middle world, beside the forecast's."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from middlegame.diagram import Decision
from middlegame.report.text.intervals import worlds_of
from middlegame.report.text.narrative import dated_clause, words_of
from middlegame.report.text.numbers import percent
from middlegame.scenario.model.references import base_name
from middlegame.sweeps.result import Sweep

if TYPE_CHECKING:
    from middlegame.equilibrium.equilibrium import Equilibrium

_MOST_NAMED = 4
"""Numbers that are told beside those of the forecast."""
Numbers = Iterable[tuple[str, str, str]]
"""What is told, its number in the forecast as shown, and its number in the middle world."""


def starting_point(
    what: str,
    forecast: "Equilibrium | Sweep",
    middle: "Equilibrium",
    numbers: Numbers,
    verb: str = "start from",
) -> list[str]:
    """Say from which world an analysis starts, and which of its numbers are not the forecast's.

    Args:
        what: the subject of the sentence, a plural such as `The changes below`.
        forecast: the contest's forecast, which all other pages show.
        middle: the contest as the analysis takes it.
        numbers: the numbers that a reader may compare, the most important first.
        verb: what the subject does with the world.

    Returns:
        One text of up to three sentences; none where the analysis starts from the forecast itself.
    """
    ranges = any(each.low < each.high for each in middle.diagram.parameters)
    aside = sets_evidence_aside(forecast, middle)
    if not (ranges or aside):
        return []
    world = "the middle world, with every number at its median" if ranges else "the forecast"
    evidence = f"{' and' * ranges} without the contest's evidence" if aside else ""
    told = [f"{what} {verb} {world}{evidence}."]
    count = _world_count(forecast)
    if count:
        told.insert(0, f"The forecast is the mean over {count:,} worlds, drawn from all ranges.")
    other = [each for each in numbers if each[1] != each[2]]
    if other:
        parts = [
            f"{label}, {there} instead of {here}" for label, here, there in other[:_MOST_NAMED]
        ]
        more = len(other) - len(parts)
        parts += [f"and {more} more"] * (more > 0)
        told.append(f"Numbers that differ there: {'; '.join(parts)}.")
    return [" ".join(told)]


def sets_evidence_aside(forecast: "Equilibrium | Sweep", middle: "Equilibrium") -> bool:
    """Return whether an analysis of `middle` ignores the evidence that the forecast is given."""
    given = forecast.equilibrium.known if isinstance(forecast, Sweep) else forecast.known
    return bool(given) and not middle.known


def question_numbers(forecast: "Equilibrium | Sweep", middle: "Equilibrium") -> Numbers:
    """Yield each question's numbers; without questions those of moves and headline factors."""
    words, scenario = words_of(middle), middle.scenario
    here, there = forecast.questions, middle.questions
    if scenario is None or not there:
        yield from headline_numbers(forecast, middle)
        return
    for name, question in scenario.yes_no_questions.items():
        yield dated_clause(words, question), percent(here[name]), percent(there[name])


def headline_numbers(forecast: "Equilibrium | Sweep", middle: "Equilibrium") -> Numbers:
    """Yield for each headline factor, then for each move, the state whose two numbers differ most.

    Of two states it is the one that is less likely in the middle world, as on other pages. Of a
    contest over time these are the moves and factors of the last period.
    """
    words, diagram = words_of(middle), middle.diagram
    here, there = forecast.forecasts, middle.forecasts
    for node in sorted(diagram.contest_nodes, key=lambda node: isinstance(node, Decision)):
        last = diagram.instances(base_name(node.name))[-1] if node.period is not None else node
        if node.headline and node.scale is None and node.name == last.name:
            was, now = here[node.name], there[node.name]
            state = (
                min(node.states, key=lambda each: round(now[each], 9))
                if len(node.states) == 2
                else max(node.states, key=lambda each: round(abs(was[each] - now[each]), 9))
            )
            clause = words.mid_sentence(words.full_clause(node.name, state))
            yield clause, percent(was[state]), percent(now[state])


def _world_count(forecast: "Equilibrium | Sweep") -> int:
    """Return how many worlds a forecast is the mean of; 0 for the middle world alone."""
    if isinstance(forecast, Sweep):
        return forecast.count
    worlds = worlds_of(forecast)
    return worlds.count if worlds else 0
