"""Value of information and of commitment in words: what is worth finding out, what to commit to."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from middlegame.report.text.drivers import answer_words, question_title
from middlegame.report.text.grammar import (
    capitalize_first,
    join_list,
    quote,
    with_aside,
)
from middlegame.report.text.judgements import judgement_words
from middlegame.report.text.narrative import words_of
from middlegame.report.text.numbers import with_unit
from middlegame.report.text.words import Words
from middlegame.scenario.conditions import scale_values
from middlegame.scenario.model.judgement import format_number

if TYPE_CHECKING:
    from middlegame.analysis.commitment import CommitmentValue
    from middlegame.analysis.mutual_information import InformationGain
    from middlegame.analysis.outcomes import QuestionOutcomes
    from middlegame.analysis.value_of_information import InformationValue, ValueOfInformation
    from middlegame.equilibrium.equilibrium import Equilibrium

NO_GAIN = "Nothing that could be found out has a detectable effect on this forecast."
CERTAIN = "This forecast is certain: nothing that could be found out can change it."
_CERTAIN = 1e-11
_SHOWN_SHARE = 0.0005
"""Smallest share of the uncertainty, and smallest error of it, that is shown: below, it is 0.0%."""
_SHOWN_POINTS = 0.05
_MOST_COMMITMENTS = 3


@dataclass(frozen=True)
class GainRow:
    """The expected effect of knowing one judgement or hidden factor on a forecast.

    Attributes:
        label: what would be known.
        share: the expected reduction of the forecast's uncertainty, as a share of it.
        value: the reduction in words: that share, or a number in the value's unit.
        error: half of the 90% interval of `value`, in words; empty where it is negligible.
        factor: whether it is a hidden factor rather than a judgement.
    """

    label: str
    share: float
    value: str
    error: str
    factor: bool


@dataclass(frozen=True)
class QuestionGains:
    """What is worth finding out for one question.

    Attributes:
        title: the question.
        mean: its forecast in words, the mean over the worlds; of a value with the expected error.
        certain: whether the forecast is certain.
        rows: what could be found out, the largest reduction of uncertainty first.
    """

    title: str
    mean: str
    certain: bool
    rows: tuple[GainRow, ...]

    @property
    def none(self) -> str:
        """The sentence that takes the place of rows where there are none."""
        return CERTAIN if self.certain else NO_GAIN


@dataclass(frozen=True)
class ValueRow:
    """The value of a piece of information or of a commitment to an actor.

    Attributes:
        owner: the actor's name in the contest.
        label: the actor, and what it would know or what would be fixed.
        value: the points, in words.
        points: the change of the actor's expected points.
    """

    owner: str
    label: str
    value: str
    points: float


def information_gain_rows(found: "ValueOfInformation") -> list[QuestionGains]:
    """Return for each question what is worth finding out."""
    words = words_of(found.equilibrium)
    by_name = {parameter.name: parameter for parameter in found.equilibrium.diagram.parameters}
    gains = []
    for question, each in zip(found.questions, found.information_gains, strict=True):
        shown = [g for g in (*each.judgements, *each.factors) if _is_shown(g)]
        places = _decimal_places(max((g.gain for g in shown), default=1.0))
        kept = [
            _gain_row(judgement_words(words, by_name[g.name]), question, g, places, factor=False)
            for g in each.judgements
            if g in shown
        ]
        kept += [
            _gain_row(
                with_aside(words.heading(g.name), _kind(words, g.name)),
                question,
                g,
                places,
                factor=True,
            )
            for g in each.factors
            if g in shown
        ]
        kept.sort(key=lambda row: -round(row.share, 9))
        title = question_title(found.equilibrium, question)
        mean = answer_words(question, each.mean)
        if question.scale:
            error = with_unit(format_number(float(f"{each.uncertainty:.3g}")), question.scale.unit)
            mean = f"mean {mean}, expected error {error}"
        gains.append(QuestionGains(title, mean, each.uncertainty < _CERTAIN, tuple(kept)))
    return gains


def _kind(words: Words, name: str) -> str:
    return "private number" if name in words.private_numbers else "hidden factor"


def _is_shown(gain: "InformationGain") -> bool:
    """Return whether an information gain has a row: one that is told apart from chance."""
    return gain.is_detectable and gain.share >= _SHOWN_SHARE


def _decimal_places(largest: float) -> int:
    """Return with how many decimals gains are written, so that the largest has two digits."""
    return max(0, 1 - math.floor(math.log10(largest)))


def _gain_row(
    label: str,
    question: "QuestionOutcomes",
    gain: "InformationGain",
    places: int,
    *,
    factor: bool,
) -> GainRow:
    """Return the row of an information gain, of a value with so many decimals."""
    error = gain.error * gain.share / gain.gain
    written = ""
    if error >= _SHOWN_SHARE:
        written = _amount(gain.error, places) if question.scale else f"{error:.1%}"
    value = _amount(gain.gain, places) if question.scale else f"{gain.share:.1%}"
    return GainRow(label, gain.share, value, written, factor)


def _amount(value: float, places: int) -> str:
    written = f"{value:.{places}f}"
    return written if float(written) else f"<{10**-places:.{places}f}"


def summary(found: "ValueOfInformation") -> str:
    """Return the main result in a sentence: what is most worth finding out."""
    for gains in information_gain_rows(found):
        if gains.rows:
            first = gains.rows[0]
            return (
                f"For {quote(gains.title)} the most worthwhile thing to find out is "
                f"{quote(first.label)}: it would remove {100 * first.share:.1f}% of the "
                "uncertainty, on average."
            )
    return NO_GAIN


def information_value_rows(found: "ValueOfInformation") -> list[ValueRow]:
    """Return the value to each actor of knowing each hidden factor, unless negligible to all."""
    words = words_of(found.equilibrium)
    rows = []
    for each in found.information_values:
        if _is_negligible(each):
            continue
        actor = words.mid_sentence(words.actor(each.actor))
        others = side_effects(found.equilibrium, each.actor, each.points)
        aside = f" ({', '.join(others)})" if others else ""
        label = f"{capitalize_first(words.label(each.factor))}, known to {actor}{aside}"
        rows.append(ValueRow(each.actor, label, _points(each.own_points), each.own_points))
    return rows


def negligible_information(found: "ValueOfInformation") -> str:
    """Return a sentence that lists information that is worth next to nothing to all actors."""
    words = words_of(found.equilibrium)
    negligible: dict[str, list[str]] = {}
    for each in found.information_values:
        if _is_negligible(each):
            negligible.setdefault(each.factor, []).append(
                words.mid_sentence(words.actor(each.actor))
            )
    if not negligible:
        return ""
    cases = [
        with_aside(words.mid_sentence(words.label(factor)), f"known to {join_list(actors, 'or')}")
        for factor, actors in negligible.items()
    ]
    return f"Worth less than {_SHOWN_POINTS} points to every actor: {'; '.join(cases)}."


def side_effects(equilibrium: "Equilibrium", actor: str, points: Mapping[str, float]) -> list[str]:
    """Return the two other actors whose expected points change most, with the change.

    Args:
        equilibrium: the contest's equilibrium.
        actor: the actor to leave out.
        points: the change of each actor's expected points.
    """
    words = words_of(equilibrium)
    others = [(owner, value) for owner, value in points.items() if owner != actor]
    ranked = sorted(others, key=lambda item: -abs(item[1]))[:2]
    return [
        f"{words.mid_sentence(words.actor(owner))} {_points(value)}"
        for owner, value in ranked
        if abs(value) >= _SHOWN_POINTS
    ]


def commitment_rows(found: "ValueOfInformation", most: int = _MOST_COMMITMENTS) -> list[ValueRow]:
    """Return for each actor the moves whose commitment is worth most to it.

    Args:
        found: the values of information and commitment.
        most: number of commitments for each actor, at most.

    Returns:
        The rows by actor, the actor with the largest value first.
    """
    words = words_of(found.equilibrium)
    by_actor: dict[str, list[CommitmentValue]] = {}
    for value in found.commitment_values:
        if value.points >= _SHOWN_POINTS:
            by_actor.setdefault(value.beneficiary, []).append(value)
    rows = []
    for actor, values in by_actor.items():
        for value, band in _bands(words, values)[:most]:
            move = value.intervention
            own = "own commitment" if value.mover == actor else ""
            clause = words.mid_sentence(words.full_clause(move.name, move.state, band, own))
            label = f"{capitalize_first(words.actor(actor))}, if {clause}"
            rows.append(ValueRow(actor, label, _points(value.points), value.points))
    return rows


def _bands(
    words: Words, values: Sequence["CommitmentValue"]
) -> list[tuple["CommitmentValue", str]]:
    """Return commitments, the best first, and of a move on a scale its best value alone.

    Beside it stand the ends of the neighbouring values that are worth at least half as much.
    """
    found: list[tuple[CommitmentValue, str]] = []
    done: set[str] = set()
    for value in values:
        name, state = value.intervention.name, value.intervention.state
        node = words.node(name)
        on_scale = node.scale is not None and scale_values((state,))[0] is not None
        if not on_scale:
            found.append((value, ""))
        elif name not in done:
            done.add(name)
            worth = {v.intervention.state: v.points for v in values if v.intervention.name == name}
            near = [s for s in node.states if scale_values((s,))[0] is not None]
            low = high = near.index(state)
            while low and worth.get(near[low - 1], 0.0) >= value.points / 2:
                low -= 1
            while high + 1 < len(near) and worth.get(near[high + 1], 0.0) >= value.points / 2:
                high += 1
            band = f"at least half of it from {near[low]} to {near[high]}" if low < high else ""
            found.append((value, band))
    return found


def method(found: "ValueOfInformation") -> str:
    """Return sentences about how the values were computed."""
    prior = (
        " Values to actors, of information and of commitment, leave the evidence aside."
        if found.equilibrium.known
        else ""
    )
    of_values = (
        "; of a value, that of its expected error, in its unit (CRPS; Gneiting & Raftery 2007)"
        if any(question.scale for question in found.questions)
        else ""
    )
    return (
        "The value of finding something out is the expected reduction of the forecast's entropy "
        f"(mutual information){of_values}. For judgements it is estimated from "
        f"{found.worlds:,} worlds, and corrected for chance; only statistically detectable effects "
        f"are shown. For factors it is exact, with all ranges at their middle.{prior}"
    )


def _is_negligible(value: "InformationValue") -> bool:
    return all(abs(points) < _SHOWN_POINTS for points in value.points.values())


def _points(value: float) -> str:
    """Write small points with their sign and one digit."""
    return "0" if abs(value) < _SHOWN_POINTS else f"{value:+.1f}"
