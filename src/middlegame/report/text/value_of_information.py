"""What is worth knowing and fixing, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from middlegame.report.text import narrative
from middlegame.report.text.drivers import question_title
from middlegame.report.text.grammar import capitalize_first, join_list, mid_sentence
from middlegame.report.text.judgements import judgement_words

if TYPE_CHECKING:
    from middlegame.analysis.commitment import CommitmentValue
    from middlegame.analysis.mutual_information import InformationGain, QuestionInformation
    from middlegame.analysis.outcomes import QuestionOutcomes
    from middlegame.analysis.value_of_information import InformationValue
    from middlegame.equilibrium.equilibrium import Equilibrium

_LEVERS, _SMALL = 3, 0.05
_TELLING = 0.0005
"""The share of a forecast's entropy below which it would be told as 0.0%."""


@dataclass(frozen=True)
class GainRow:
    """What knowing one thing would do to a forecast.

    Attributes:
        label: what is known then.
        share: of the forecast's entropy that is expected to go.
        error: half of that share's 90% interval; 0 where it is exact.
        factor: whether it is a hidden factor and no judgement.
    """

    label: str
    share: float
    error: float
    factor: bool


@dataclass(frozen=True)
class QuestionGains:
    """What is worth finding out for one question.

    Attributes:
        title: the question.
        mean: its forecast, the mean over the worlds.
        rows: what would sharpen it most first.
    """

    title: str
    mean: float
    rows: tuple[GainRow, ...]


@dataclass(frozen=True)
class ValueRow:
    """What something is worth to an actor.

    Attributes:
        owner: the actor.
        label: who, and what it is.
        value: in points, in words.
        points: the same as a number.
    """

    owner: str
    label: str
    value: str
    points: float


def information_gain_rows(
    equilibrium: "Equilibrium",
    targets: Sequence["QuestionOutcomes"],
    worths: Sequence["QuestionInformation"],
) -> list[QuestionGains]:
    """Put what is worth finding out into words, question by question."""
    words = narrative.words_of(equilibrium)
    by_name = {p.name: p for p in equilibrium.diagram.parameters}
    told = []
    for target, each in zip(targets, worths, strict=True):
        rows = [
            GainRow(judgement_words(words, by_name[w.name]), w.share, _relative(w), False)
            for w in each.judgements
            if w.is_detectable and w.share >= _TELLING
        ]
        rows += [
            GainRow(f"{words.label(w.name)} (a fact that is hidden)", w.share, 0.0, True)
            for w in each.factors
            if w.is_detectable and w.share >= _TELLING
        ]
        rows.sort(key=lambda row: -round(row.share, 9))
        told.append(QuestionGains(question_title(equilibrium, target), each.mean, tuple(rows)))
    return told


def _relative(worth: "InformationGain") -> float:
    return worth.error * worth.share / worth.bits if worth.bits else 0.0


def negligible_information(equilibrium: "Equilibrium", told: Sequence["InformationValue"]) -> str:
    """Name the hidden factors that are worth next to nothing to actors, and to which."""
    words = narrative.words_of(equilibrium)
    idle: dict[str, list[str]] = {}
    for each in told:
        if not _matters(each):
            idle.setdefault(each.factor, []).append(mid_sentence(words.actor(each.actor)))
    if not idle:
        return ""
    whom = [
        f"{mid_sentence(words.label(f))} (told to {join_list(actors)})"
        for f, actors in idle.items()
    ]
    return f"Worth less than {_SMALL} points to anybody: {'; '.join(whom)}."


def _matters(told: "InformationValue") -> bool:
    return any(abs(points) >= _SMALL for points in told.points.values())


def information_value_rows(
    equilibrium: "Equilibrium", told: Sequence["InformationValue"]
) -> list[ValueRow]:
    """Say what knowing each hidden factor is worth to each actor, where it matters to anybody."""
    words = narrative.words_of(equilibrium)
    return [
        ValueRow(
            each.actor,
            f"{capitalize_first(words.actor(each.actor))} knows: {mid_sentence(words.label(each.factor))}"
            f"{_others(side_effects(equilibrium, each.actor, each.points))}",
            _points(each.own_points),
            each.own_points,
        )
        for each in told
        if _matters(each)
    ]


def side_effects(equilibrium: "Equilibrium", actor: str, points: Mapping[str, float]) -> list[str]:
    """Name the two others to whom it matters most, with what it is worth to them."""
    words = narrative.words_of(equilibrium)
    others = [(owner, value) for owner, value in points.items() if owner != actor]
    ranked = sorted(others, key=lambda item: -abs(item[1]))[:2]
    return [
        f"{mid_sentence(words.actor(owner))} {_points(value)}"
        for owner, value in ranked
        if abs(value) >= _SMALL
    ]


def _others(told: list[str]) -> str:
    return f" ({', '.join(told)})" if told else ""


def commitment_rows(
    equilibrium: "Equilibrium", levers: Sequence["CommitmentValue"], most: int = _LEVERS
) -> list[ValueRow]:
    """Say whose move, if it could be fixed, is worth most to whom: a few for each actor.

    Actors to whom it is worth most come first.
    """
    words = narrative.words_of(equilibrium)
    by_owner: dict[str, list[CommitmentValue]] = {}
    for lever in levers:
        if lever.points >= _SMALL:
            by_owner.setdefault(lever.beneficiary, []).append(lever)
    told = []
    for owner, own in by_owner.items():
        for lever in own[:most]:
            move = mid_sentence(words.entry(lever.intervention.name, lever.intervention.state))
            mine = " (a commitment of its own)" if lever.mover == owner else ""
            label = f"to {mid_sentence(words.actor(owner))}: {move}{mine}"
            told.append(ValueRow(owner, label, _points(lever.points), lever.points))
    return told


def _points(value: float) -> str:
    """Write points with a sign and one digit: these are small."""
    return "0" if abs(value) < _SMALL else f"{value:+.1f}"
