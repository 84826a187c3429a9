"""Drivers and flip points in words: which judgements move a forecast, and which would flip it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from middlegame.diagram import Parameter
from middlegame.equilibrium.scale_forecast import scale_forecast
from middlegame.report.text.grammar import capitalize_first, join_list, quote
from middlegame.report.text.judgement_values import range_words, value_words
from middlegame.report.text.judgements import judgement_words
from middlegame.report.text.narrative import (
    dated_label,
    expectations_elsewhere,
    most_likely,
    words_of,
)
from middlegame.report.text.numbers import percent, with_unit
from middlegame.report.text.scales import rounded_value, scale_clause
from middlegame.report.text.words import Words, name_as_words
from middlegame.scenario.model.correlations import COEFFICIENT_GROUP

if TYPE_CHECKING:
    from middlegame.analysis.drivers import Drivers
    from middlegame.analysis.flip_points import FlipPoints
    from middlegame.analysis.one_at_a_time import FlipPoint, OneAtATime
    from middlegame.analysis.outcomes import QuestionOutcomes, SampleCounts
    from middlegame.analysis.sensitivity_indices import Driver, QuestionDrivers
    from middlegame.equilibrium.equilibrium import Equilibrium

NO_FLIP = (
    "No judgement, alone or in a pair, changes the most likely outcome, even at three times the "
    "distance of its range's ends from the middle."
)
CONSTANT = "No judgement in this file moves this forecast: it is {} in every world."
_CONSTANT = 1e-9
"""A probability, or a share of a scale, that moves by less does not move: that is rounding."""
_ROUGH = 0.1
"""Half the width of a sensitivity index's interval from which on it is called rough."""
STEPS = "since a private number is computed at a few points, each for a stretch of its range"
"""Why a forecast is constant over stretches of a private number, and jumps between them."""
_MOST_RIVALS = 2
"""Drivers as strong as the strongest that are named beside it."""
NO_DRIVER = "No judgement has a detectable effect on this forecast."


@dataclass(frozen=True)
class DriverRow:
    """One judgement, or one group of correlated judgements, and its effect on a question.

    Attributes:
        label: the judgement, in words.
        range_: its range, in words; empty for a group.
        low: the question's answer with the judgement at the low end of its range and all others
            in the middle; None for a group.
        high: the question's answer with the judgement at the high end.
        effect: the effect of moving it through its range, in words; empty for a group.
        total: its sensitivity index.
        error: the error of that index; 0 if unknown.
        flip: the value at which the answer flips, in words; empty without one.
    """

    label: str
    range_: str
    low: float | None
    high: float | None
    effect: str
    total: float
    error: float
    flip: str

    @property
    def give_or_take(self) -> str:
        """Half the width of the index's 90% interval, in words and brackets; empty if unknown."""
        return f" (give or take {percent(self.error)})" if self.error > 0 else ""


@dataclass(frozen=True)
class QuestionDriversText:
    """The drivers and flip points of one question, in words.

    Attributes:
        title: the question.
        question: the question's outcomes.
        forecast: its answer, the mean over worlds: its probability, or its mean value.
        middle: the same with all ranges at their middle.
        leader: a sentence about the most likely outcome there; of a value its mean and interval.
        flips: a sentence for each flip point, the nearest first.
        none: the sentence for a question without flip points; else empty, as for a value.
        constant: whether no judgement moves its answer at all, as `none` then says.
        rows: the judgements with the largest sensitivity indices, in order.
    """

    title: str
    question: "QuestionOutcomes"
    forecast: float
    middle: float
    leader: str
    flips: tuple[str, ...]
    none: str
    constant: bool
    rows: tuple[DriverRow, ...]


def drivers_text(
    flip_points: "FlipPoints",
    drivers: Sequence["QuestionDrivers"] = (),
    *,
    most_flips: int,
    most_rows: int,
) -> list[QuestionDriversText]:
    """Put each question's drivers and flip points into words.

    Args:
        flip_points: the flip points, with the effects of moving each judgement alone.
        drivers: the drivers of each question, in the same order; empty to leave them out.
        most_flips: number of flip points of a question, at most.
        most_rows: number of drivers of a question, at most.
    """
    equilibrium = flip_points.equilibrium
    words, parameters = words_of(equilibrium), equilibrium.diagram.parameters
    texts = []
    for place, (question, variation) in enumerate(
        zip(flip_points.questions, flip_points.variations, strict=True)
    ):
        flips = list(variation.flip_points[:most_flips])
        if variation.pair:
            flips.insert(0, variation.pair)
        ranked = drivers[place].ranked if drivers else ()
        pawn = bool(drivers) and drivers[place].method == "pawn"  # its error is no interval
        constant = _is_constant(question, variation, drivers[place] if drivers else None)
        middle = float(question.answer(variation.middle))
        none = "" if question.scale else NO_FLIP
        if constant:
            none = CONSTANT.format(answer_words(question, middle))
        texts.append(
            QuestionDriversText(
                title=question_title(equilibrium, question),
                question=question,
                forecast=flip_points.forecasts[place],
                middle=middle,
                leader=_leader(words, question, variation),
                flips=tuple(flip_sentence(words, question, parameters, flip) for flip in flips),
                none="" if flips else none,
                constant=constant,
                rows=tuple(
                    _row(words, question, parameters, variation, driver, exact=pawn)
                    for driver in ranked[:most_rows]
                    if driver.is_detectable
                ),
            )
        )
    return texts


def summary(texts: Sequence[QuestionDriversText]) -> str:
    """Return the main result in a sentence: the strongest driver, or what would flip the answer."""
    for text in texts:
        if text.rows:
            first = text.rows[0]
            effect = f": {first.effect}" if first.effect else ""
            said = f"The strongest driver of {quote(text.title)} is {quote(first.label)}{effect}."
            rivals = [row for row in text.rows[1:] if _as_strong(row, first)]
            if not rivals:
                return said
            also = join_list([quote(row.label) for row in rivals[:_MOST_RIVALS]])
            more = f" ({len(rivals) - _MOST_RIVALS} more too)" if rivals[_MOST_RIVALS:] else ""
            be = "is" if len(rivals) == 1 else "are"
            return f"{said} Within the error of the indices, {also} {be} as strong{more}."
    flips = [flip for text in texts for flip in text.flips]
    return flips[0] if flips else texts[0].none


def _as_strong(row: DriverRow, first: DriverRow) -> bool:
    """Return whether a driver's index differs from the largest by less than their errors."""
    return first.total - row.total < max(row.error, first.error)


def _is_constant(
    question: "QuestionOutcomes", variation: "OneAtATime", drivers: "QuestionDrivers | None"
) -> bool:
    """Return whether a forecast is the same wherever in their ranges the judgements are."""
    moved = np.abs(variation.ends - variation.middle).max(initial=0.0)
    least, most = question.bounds
    deviation = drivers.deviation / (most - least) if drivers else 0.0
    return bool(max(moved, deviation) < _CONSTANT)


def _leader(words: Words, question: "QuestionOutcomes", variation: "OneAtATime") -> str:
    """Return the most likely outcome, or the distribution of the value, in the middle world."""
    shares = dict(zip(question.outcomes, map(float, variation.middle), strict=True))
    if question.node and (on_scale := scale_forecast(words.node(question.node), shares)):
        return f"With all ranges at their middle: {scale_clause(on_scale, words)}"
    leader, chance = most_likely(shares)
    outcome = f"{outcome_clause(words, question, leader)} ({percent(chance)})"
    return f"With all ranges at their middle, the most likely {outcome}."


def question_title(equilibrium: "Equilibrium", question: "QuestionOutcomes") -> str:
    """Return a question's label; without one its condition in words, or whose value it asks for."""
    words = words_of(equilibrium)
    asked = equilibrium.scenario.questions if equilibrium.scenario else {}
    if question.name in asked:
        return dated_label(words, asked[question.name])
    if question.node and question.scale:
        return capitalize_first(words.label(question.node))
    return capitalize_first(words.condition(question.conditions[0]))


def answer_words(question: "QuestionOutcomes", answer: float, *, unit: bool = True) -> str:
    """Return a question's answer: `41%`, or the mean value with its unit, `31.5 dollars`.

    Args:
        question: the question.
        answer: its probability, or its mean value.
        unit: whether to name the value's unit.
    """
    if question.scale is None:
        return percent(answer)
    mean = rounded_value(answer, question.scale.step)
    return with_unit(mean, question.scale.unit) if unit else mean


def outcome_clause(words: Words, question: "QuestionOutcomes", outcome: str) -> str:
    """Return what goes on from "the most likely": an outcome of one node, else an answer."""
    if question.node is not None:
        return f"outcome is that {words.mid_sentence(words.clause(question.node, outcome))}"
    return f"answer is {outcome}"


def flip_sentence(
    words: Words, question: "QuestionOutcomes", parameters: Sequence[Parameter], flip: "FlipPoint"
) -> str:
    """Return a sentence about a flip point: the judgements that would change the outcome."""
    parts = []
    for place, share, value in zip(flip.parameters, flip.shares, flip.values, strict=True):
        parameter = parameters[place]
        side = "above" if share > 0 else "below"
        parts.append(
            f"{quote(judgement_words(words, parameter))} {side} {value_words(parameter, value)} "
            f"(now {value_words(parameter, parameter.median)}, range {range_words(parameter)})"
        )
    beyond = "beyond the range" if len(parts) == 1 else "beyond at least one range"
    where = "" if flip.within else f", {beyond}"
    after = outcome_clause(words, question, flip.after)
    jump = "; the forecast jumps there" if flip.jumps else ""
    private = {number.path for number in words.diagram.private_numbers}
    if flip.jumps and any(parameters[place].path in private for place in flip.parameters):
        jump += f", {STEPS}"
    return f"With {join_list(parts)}{where}, the most likely {after}{jump}."


def method(drivers: Sequence["QuestionDrivers"]) -> str:
    """Return a sentence about how the sensitivity indices were computed."""
    if not drivers:
        return ""
    worlds = drivers[0].worlds
    if drivers[0].method == "pawn":
        return (
            f"Sensitivity is the PAWN index (Pianosi & Wagener 2018) from {worlds:,} worlds: how "
            "far the forecast's distribution shifts once a judgement is known to within a tenth of "
            "its range. Only statistically detectable effects are shown."
        )
    shown = [driver for each in drivers for driver in each.ranked if driver.is_detectable]
    rough = any(driver.total_error > _ROUGH for driver in shown)
    return (
        f"Sensitivity is the total Sobol index from {worlds:,} worlds (Saltelli's design): the "
        "share of the forecast's variance that would remain if all other judgements were known. "
        "Correlated judgements count as one. Shares may add up to more than 100%, since judgements "
        "work together."
        + (" They are rough here: more worlds (-n) narrow their intervals." if rough else "")
    )


def caveats(counts: "SampleCounts") -> list[str]:
    """Return sentences about samples that failed or disagreed with the full trace."""
    found = []
    if counts.failed:
        found.append(
            f"{counts.failed:,} of {counts.solved:,} worlds have no equilibrium that was reached, "
            "and are left out."
        )
    if counts.disagreed:
        found.append(
            f"{counts.disagreed} of {counts.checked} worlds that were checked against the full "
            "trace differ from it: the fast solution left the principal branch there."
        )
    return found


def driver_notes(found: "Drivers") -> list[str]:
    """Return the sentences below the drivers: the method, then caveats."""
    elsewhere = expectations_elsewhere(found.flip_points.equilibrium)
    return [method(found.questions), *caveats(found.flip_points.counts), *elsewhere]


def _row(
    words: Words,
    question: "QuestionOutcomes",
    parameters: Sequence[Parameter],
    variation: "OneAtATime",
    driver: "Driver",
    *,
    exact: bool,
) -> DriverRow:
    error = 0.0 if exact else driver.total_error
    if len(driver.parameters) != 1:
        if driver.name == COEFFICIENT_GROUP:
            label = f"Coefficients learned from data ({len(driver.parameters)}, as one group)"
        else:
            names = [
                words.mid_sentence(judgement_words(words, parameters[p])) for p in driver.parameters
            ]
            label = f"{capitalize_first(name_as_words(driver.name))}, as one: {'; '.join(names)}"
        return DriverRow(label, "", None, None, "", driver.total, error, "")
    (place,) = driver.parameters
    parameter = parameters[place]
    low, high = map(float, question.answer(variation.ends[place]))
    alone = [flip for flip in variation.flip_points if flip.parameters == (place,)]
    flip = ""
    if alone:
        side = "above" if alone[0].shares[0] > 0 else "below"
        flip = f"flips {side} {value_words(parameter, alone[0].values[0])}"
    return DriverRow(
        label=judgement_words(words, parameter),
        range_=range_words(parameter),
        low=low if np.isfinite(low) else None,
        high=high if np.isfinite(high) else None,
        effect=_effect(parameter, question, low, high),
        total=driver.total,
        error=error,
        flip=flip,
    )


def _effect(parameter: Parameter, question: "QuestionOutcomes", low: float, high: float) -> str:
    """Return how an answer changes from one end of a judgement's range to the other."""
    if not (np.isfinite(low) and np.isfinite(high)):
        return ""
    ends = (value_words(parameter, end) for end in (parameter.low, parameter.high))
    moved = f"raising it {' to '.join(('from ' + next(ends), next(ends)))}"
    what = "mean" if question.scale else "forecast"
    begin, end = answer_words(question, low, unit=False), answer_words(question, high)
    if answer_words(question, low) == end:
        return f"{moved} leaves the {what} at {end}"
    verb = "raises" if high > low else "lowers"
    return f"{moved} {verb} the {what} from {begin} to {end}"
