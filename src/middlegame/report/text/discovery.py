"""In which worlds something happens, in words: a box over judgements as a sentence."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from middlegame.report.text import narrative
from middlegame.report.text.drivers import question_title
from middlegame.report.text.grammar import join_list, mid_sentence
from middlegame.report.text.judgements import judgement_words, range_words, value_words
from middlegame.report.text.words import Words, percent

if TYPE_CHECKING:
    from middlegame.analysis.discovery import Box, BoxLimit
    from middlegame.analysis.outcomes import QuestionOutcomes
    from middlegame.diagram import Parameter
    from middlegame.equilibrium.equilibrium import Equilibrium


@dataclass(frozen=True)
class BoxSide:
    """Where a box ends in one judgement, in words.

    Attributes:
        label: the judgement.
        told: `above 0.7`, `below 25`, or both.
        range_: the judgement's range.
        low: where the box begins, as a share of the range; 0 where it is open.
        high: where it ends; 1 where it is open.
        open_low: whether it is open below.
        open_high: whether it is open above.
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
        sentence: what the box says.
        sides: its limits, the most significant first.
        measure: how it was measured.
    """

    title: str
    sentence: str
    sides: tuple[BoxSide, ...]
    measure: str


def discovery_text(
    equilibrium: "Equilibrium", target: "QuestionOutcomes", box: "Box", worlds: int
) -> DiscoveryText:
    """Put a box into words.

    Args:
        equilibrium: the contest.
        target: what it is asked of.
        box: the box.
        worlds: how many there are.
    """
    words = narrative.words_of(equilibrium)
    title = question_title(equilibrium, target)
    sides = tuple(_side(words, equilibrium.diagram.parameters[x.parameter], x) for x in box.limits)
    level = "likelier than not" if box.above == 0.5 else f"likelier than {percent(box.above)}"
    event = f"it is {level} that {mid_sentence(title)}"
    told = join_list([f'"{side.label}" {side.limits}' for side in sides])
    sentence = (
        f"{percent(box.held_out.coverage)} of the worlds in which {event} have {told}; of all "
        f"worlds that have, it is so in {percent(box.held_out.density)}, against "
        f"{percent(box.base_rate)} of all."
    )
    measure = (
        f"PRIM over {worlds:,} worlds. The box was drawn from two thirds of them and is measured "
        f"on the rest; where it was drawn, {percent(box.in_sample.coverage)} and "
        f"{percent(box.in_sample.density)}."
    )
    return DiscoveryText(title, sentence, sides, measure)


def _side(words: Words, parameter: "Parameter", limit: "BoxLimit") -> BoxSide:
    parts = []
    if limit.low is not None:
        parts.append(f"above {value_words(parameter, limit.low)}")
    if limit.high is not None:
        parts.append(f"below {value_words(parameter, limit.high)}")
    begin, end = (float(parameter.to_scale(x)) for x in (parameter.low, parameter.high))

    def share(value: float | None, otherwise: float) -> float:
        if value is None:
            return otherwise
        return min(max((float(parameter.to_scale(value)) - begin) / (end - begin), 0.0), 1.0)

    return BoxSide(
        judgement_words(words, parameter),
        " and ".join(parts),
        range_words(parameter),
        share(limit.low, 0.0),
        share(limit.high, 1.0),
        limit.low is None,
        limit.high is None,
    )
