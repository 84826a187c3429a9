"""What moves a forecast, in words: judgements, their ends, their flip points, their shares."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from middlegame.diagram import Parameter
from middlegame.report.text import narrative
from middlegame.report.text.grammar import capitalize_first, join_list, mid_sentence
from middlegame.report.text.judgements import judgement_words, range_words, value_words
from middlegame.report.text.narrative import most_likely, question_label
from middlegame.report.text.words import Words, name_as_words, percent
from middlegame.scenario.model.correlations import COEFFICIENT_GROUP

if TYPE_CHECKING:
    from middlegame.analysis.one_at_a_time import FlipPoint, OneAtATime
    from middlegame.analysis.outcomes import QuestionOutcomes
    from middlegame.analysis.sensitivity_indices import Driver, QuestionDrivers
    from middlegame.equilibrium.equilibrium import Equilibrium


@dataclass(frozen=True)
class DriverRow:
    """One judgement, or several that correlate, and what it does to a question.

    Attributes:
        label: the judgement, in words.
        range_: its range, in words; nothing for several.
        low: the question's probability with it at the low end of its range, all others in the
            middle; None for several.
        high: the same at the high end.
        total: its share of the spread.
        error: of that share.
        flip: where the answer flips, in short, or nothing.
    """

    label: str
    range_: str
    low: float | None
    high: float | None
    total: float
    error: float
    flip: str


@dataclass(frozen=True)
class QuestionDriversText:
    """What moves one question.

    Attributes:
        title: the question.
        middle: its probability at the middle of all ranges.
        leader: the likeliest outcome there, in words.
        flips: sentences, the nearest flip first.
        none: what is said where nothing flips.
        rows: the judgements that its spread comes from, the strongest first.
    """

    title: str
    middle: float
    leader: str
    flips: tuple[str, ...]
    none: str
    rows: tuple[DriverRow, ...]


def drivers_text(
    equilibrium: "Equilibrium",
    targets: Sequence["QuestionOutcomes"],
    moves: Sequence["OneAtATime"],
    drivers: Sequence["QuestionDrivers"],
    *,
    most_flips: int,
    most_rows: int,
) -> list[QuestionDriversText]:
    """Put what moves each question into words.

    Args:
        equilibrium: the contest.
        targets: the questions.
        moves: each question's moves of single judgements and its flips.
        drivers: each question's drivers.
        most_flips: flips that are told of a question.
        most_rows: judgements that are told of a question.
    """
    words = narrative.words_of(equilibrium)
    parameters = equilibrium.diagram.parameters
    told = []
    for target, moved, driven in zip(targets, moves, drivers, strict=True):
        flips = list(moved.flip_points[:most_flips])
        sentences = [flip_sentence(words, target, parameters, flip) for flip in flips]
        if moved.pair:
            sentences.insert(0, flip_sentence(words, target, parameters, moved.pair))
        shares = dict(zip(target.outcomes, map(float, moved.middle), strict=True))
        leader, chance = most_likely(shares)
        rows = [
            _row(words, target, parameters, moved, driver)
            for driver in driven.ranked[:most_rows]
            if driver.is_detectable
        ]
        told.append(
            QuestionDriversText(
                title=question_title(equilibrium, target),
                middle=float(target.probability(moved.middle)),
                leader=f"{capitalize_first(outcome_clause(words, target, leader))} ({percent(chance)})",
                flips=tuple(sentences),
                none=""
                if sentences
                else "No judgement, alone or with another, changes what is "
                "likeliest, even three times as far from the middle as its range goes.",
                rows=tuple(rows),
            )
        )
    return told


def question_title(equilibrium: "Equilibrium", target: "QuestionOutcomes") -> str:
    """Name a question."""
    words = narrative.words_of(equilibrium)
    asked = equilibrium.scenario.questions if equilibrium.scenario else {}
    if target.name in asked:
        return question_label(words, asked[target.name])
    return capitalize_first(words.condition(target.conditions[0]))


def outcome_clause(words: Words, target: "QuestionOutcomes", outcome: str) -> str:
    """Say how a question comes out."""
    if target.node is not None:
        return mid_sentence(words.clause(target.node, outcome))
    return outcome


def flip_sentence(
    words: Words, target: "QuestionOutcomes", parameters: Sequence[Parameter], flip: "FlipPoint"
) -> str:
    """Say where the likeliest outcome changes: what one would have to believe instead."""
    parts = []
    for place, share, value in zip(flip.parameters, flip.shares, flip.values, strict=True):
        parameter = parameters[place]
        side = "above" if share > 0 else "below"
        parts.append(
            f'"{judgement_words(words, parameter)}" {side} '
            f"{value_words(parameter, value)} instead of {value_words(parameter, parameter.median)}"
            f" (range {range_words(parameter)})"
        )
    where = "" if flip.within else ", beyond the range"
    if len(parts) > 1:
        where = "" if flip.within else ", beyond their ranges"
    jumps = ", at a jump" if flip.jumps else ""
    return (
        f"If you put {join_list(parts)}{where}, the answer flips to: "
        f"{outcome_clause(words, target, flip.after)}{jumps}"
    )


def _row(
    words: Words,
    target: "QuestionOutcomes",
    parameters: Sequence[Parameter],
    moved: "OneAtATime",
    driver: "Driver",
) -> DriverRow:
    if len(driver.parameters) != 1:
        if driver.name == COEFFICIENT_GROUP:
            told = f"What history teaches ({len(driver.parameters)} coefficients together)"
            return DriverRow(told, "", None, None, driver.total, driver.total_error, "")
        names = [mid_sentence(judgement_words(words, parameters[p])) for p in driver.parameters]
        label = f"{capitalize_first(name_as_words(driver.name))}, together: {'; '.join(names)}"
        return DriverRow(label, "", None, None, driver.total, driver.total_error, "")
    (place,) = driver.parameters
    parameter = parameters[place]
    low, high = map(float, target.probability(moved.ends[place]))
    flips = [flip for flip in moved.flip_points if flip.parameters == (place,)]
    told = ""
    if flips:
        sign = "over" if flips[0].shares[0] > 0 else "under"
        told = f"flips {sign} {value_words(parameter, flips[0].values[0])}"
    return DriverRow(
        judgement_words(words, parameter),
        range_words(parameter),
        low if np.isfinite(low) else None,
        high if np.isfinite(high) else None,
        driver.total,
        driver.total_error,
        told,
    )
