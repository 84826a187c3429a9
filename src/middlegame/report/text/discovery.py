"""Scenario discovery in words: the worlds in which something is likely, as a box of judgements."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from middlegame.report.text.drivers import STEPS, question_title
from middlegame.report.text.grammar import join_list, quote
from middlegame.report.text.judgement_values import range_words, value_words
from middlegame.report.text.judgements import judgement_words
from middlegame.report.text.narrative import dated_clause, words_of
from middlegame.report.text.numbers import percent
from middlegame.report.text.words import Words

if TYPE_CHECKING:
    from middlegame.analysis.discovery import BoxLimit, Discovery
    from middlegame.diagram import Parameter


@dataclass(frozen=True)
class BoxSide:
    """The limits of a box in one judgement, in words.

    Attributes:
        label: the judgement.
        limits: `above 0.7`, `below 25`, or both.
        range_: the judgement's range, and where a limit is its end, how many worlds lie beyond.
        low: the lower limit as a share of the range; 0 without one.
        high: the upper limit as a share of the range; 1 without one.
        open_low: whether there is no lower limit.
        open_high: whether there is no upper limit.
    """

    label: str
    limits: str
    range_: str
    low: float
    high: float
    open_low: bool
    open_high: bool


@dataclass(frozen=True)
class DiscoveryText:
    """A box in words.

    Attributes:
        title: the question.
        sentence: the result: the box, its coverage and its density.
        sides: the box's limits, the most significant first.
        method: how the box was found and measured.
    """

    title: str
    sentence: str
    sides: tuple[BoxSide, ...]
    method: str


def discovery_text(found: "Discovery") -> DiscoveryText:
    """Put a discovery into words."""
    box, equilibrium = found.box, found.equilibrium
    words = words_of(equilibrium)
    title = question_title(equilibrium, found.question)
    asked = equilibrium.scenario.yes_no_questions if equilibrium.scenario else {}
    name = found.question.name
    clause = (
        dated_clause(words, asked[name])
        if name in asked
        else words.mid_sentence(words.condition(found.question.conditions[0]))
    )
    sides = tuple(
        _side(words, equilibrium.diagram.parameters[limit.parameter], limit) for limit in box.limits
    )
    level = "more likely than not" if box.above == 0.5 else f"more than {percent(box.above)} likely"
    limits = join_list([f"{quote(side.label)} {side.limits}" for side in sides])
    sentence = (
        f"{limits} {'hold' if len(sides) > 1 else 'holds'} in {percent(box.held_out.coverage)} of "
        f"the target worlds (density {percent(box.held_out.density)}, base rate "
        f"{percent(box.base_rate)}). Target worlds are those in which it is {level} that "
        f"{clause}."
    )
    method = (
        f"Patient rule induction (PRIM) over {found.worlds:,} worlds. The box was found in two "
        "thirds of them; coverage and density are measured in the rest. In the first two thirds "
        f"they are {percent(box.in_sample.coverage)} and {percent(box.in_sample.density)}."
    )
    private = {number.path for number in equilibrium.diagram.private_numbers}
    stepped = [
        side.label
        for side, limit in zip(sides, box.limits, strict=True)
        if equilibrium.diagram.parameters[limit.parameter].path in private
    ]
    if stepped:
        names = join_list([quote(label) for label in stepped])
        method += f" The limit in {names} lies at a step of the method, {STEPS}."
    return DiscoveryText(title, sentence, sides, method)


def _side(words: Words, parameter: "Parameter", limit: "BoxLimit") -> BoxSide:
    parts = []
    if limit.low is not None:
        parts.append(f"above {value_words(parameter, limit.low)}")
    if limit.high is not None:
        parts.append(f"below {value_words(parameter, limit.high)}")
    begin, end = (float(parameter.to_scale(x)) for x in (parameter.low, parameter.high))
    # A range is a 90% interval: a limit at its end still leaves out the worlds beyond.
    beyond = ""
    for side, limited, at in (
        ("below", limit.low, parameter.low),
        ("above", limit.high, parameter.high),
    ):
        if limited is not None and value_words(parameter, limited) == value_words(parameter, at):
            beyond += f"; 5% of worlds lie {side} it"

    def share(value: float | None, otherwise: float) -> float:
        if value is None:
            return otherwise
        return min(max((float(parameter.to_scale(value)) - begin) / (end - begin), 0.0), 1.0)

    return BoxSide(
        judgement_words(words, parameter),
        " and ".join(parts),
        range_words(parameter) + beyond,
        share(limit.low, 0.0),
        share(limit.high, 1.0),
        limit.low is None,
        limit.high is None,
    )
