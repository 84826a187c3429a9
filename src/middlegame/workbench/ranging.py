"""The tasks about ranges: sweeps, what each judgement alone does, and boxes of worlds."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from middlegame.errors import MiddlegameError
from middlegame.workbench.reading import amount
from middlegame.workbench.setting import Setting
from middlegame.workbench.texts import rewrite
from middlegame.workbench.worker import Bench

if TYPE_CHECKING:
    from middlegame.analysis.flips import Flip, Moves
    from middlegame.diagram import Parameter
    from middlegame.report.words import Words
    from middlegame.sweeping.result import Sweep

MOST_WORLDS = 65_536
"""Worlds that a visitor may ask for."""
_MOST_ROWS = 12
_TELLING = 0.005
"""A swing of a probability that is worth a row."""


@dataclass(frozen=True)
class Swept:
    """What a sweep found.

    Attributes:
        worlds: how many were solved.
        intervals: 90% intervals by the key of the bar that they are of.
        answer: in a few sentences.
        notes: what a reader must know first.
        open: what the ranges leave open.
        sureness: how sure the sweep itself is.
        boxes: for each question where in the ranges it is likely, in a sentence.
    """

    worlds: int
    intervals: dict[str, tuple[float, float]]
    answer: str
    notes: tuple[str, ...]
    open: tuple[str, ...]
    sureness: str
    boxes: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Swing:
    """What moving one judgement through its range does to a question.

    Attributes:
        label: the judgement in words.
        low: the question's probability at the range's lower end.
        high: at its upper end.
        ends: both ends as text.
        flip: where the likeliest outcome changes, in words; empty where it does not nearby.
        within: whether that is within the range.
    """

    label: str
    low: float
    high: float
    ends: tuple[str, str]
    flip: str
    within: bool


@dataclass(frozen=True)
class Tornado:
    """A question's swings, the widest first.

    Attributes:
        question: in words.
        middle: its probability at the middle of all ranges.
        swings: the widest.
        pair: what moving two judgements together would take to change the likeliest outcome.
        still: how many judgements do next to nothing.
    """

    question: str
    middle: float
    swings: tuple[Swing, ...]
    pair: str
    still: int


def swept(bench: Bench, text: str, setting: Setting, worlds: int) -> Swept:
    """Sweep the ranges; changed numbers move their ranges along.

    Args:
        bench: the worker's.
        text: the scenario's.
        setting: what is changed.
        worlds: how many.
    """
    from middlegame.report import outlooks
    from middlegame.sweeping.run import sweep

    if not 64 <= worlds <= MOST_WORLDS:
        raise MiddlegameError(f"{worlds:,} worlds; expected from 64 to {MOST_WORLDS:,}")
    equilibrium = bench.live(_moved(bench, text, setting)).full(
        {}, setting.supposed, setting.given, surprise=setting.surprise
    )

    def told(done: int, of: int | None) -> None:
        bench.check()
        if of:
            bench.tell(done / of)

    bench.tell("Compiling for many worlds")
    found = sweep(equilibrium, worlds, told=told)
    bench.check()
    intervals = {f"question.{name}": each.ninety for name, each in found.questions.items()}
    for name, states in found.forecasts.items():
        intervals |= {f"{name}.{k}": each.ninety for k, each in enumerate(states.values())}
    return Swept(
        worlds=found.count,
        intervals=intervals,
        answer=outlooks.answer(found),
        notes=tuple(outlooks.notes(found)),
        open=tuple(outlooks.open_ends(found)),
        sureness=outlooks.sureness(found),
        boxes=tuple(_boxes(bench, found)),
    )


def tornados(bench: Bench, text: str, setting: Setting) -> list[Tornado]:
    """Move each judgement through its range, alone and in pairs, for every question."""
    from middlegame.analysis.flips import flip_points
    from middlegame.analysis.targets import Answers, targets
    from middlegame.report import narrative

    live = bench.live(_moved(bench, text, setting))
    words = narrative.words_of(live.base)
    asked = targets(live.diagram, live.scenario)

    def told(done: int, of: int) -> None:
        bench.check()
        bench.tell(done / of)

    bench.tell("Compiling for many worlds")
    answers = Answers(live.diagram, asked)
    moves = flip_points(answers, told=told)
    names = _names(bench, live.base)
    found = []
    for target, each in zip(asked, moves, strict=True):
        question = live.scenario.questions.get(target.name)
        label = narrative.question_label(words, question) if question else target.name
        low, high = (target.chance(each.ends[:, side]) for side in (0, 1))
        flips = {flip.parameters[0]: flip for flip in each.flips}
        order = sorted(range(len(low)), key=lambda k: -abs(high[k] - low[k]))
        swings = [
            Swing(
                label=names[parameter.name],
                low=float(low[k]),
                high=float(high[k]),
                ends=(
                    amount(parameter.low, parameter.unit),
                    amount(parameter.high, parameter.unit),
                ),
                flip=_flip(words, target.node, live.diagram.parameters, flips[k])
                if k in flips
                else "",
                within=k in flips and flips[k].within,
            )
            for k in order[:_MOST_ROWS]
            for parameter in [live.diagram.parameters[k]]
            if abs(high[k] - low[k]) >= _TELLING
        ]
        found.append(
            Tornado(
                question=label,
                middle=float(target.chance(each.middle)),
                swings=tuple(swings),
                pair=_pair(words, target.node, live.diagram.parameters, each, names),
                still=len(low) - sum(abs(high - low) >= _TELLING),
            )
        )
    return found


def _moved(bench: Bench, text: str, setting: Setting) -> str:
    """Give the text with its ranges moved to where the numbers now are."""
    return rewrite(bench, text, setting.numbers, keep_width=True) if setting.numbers else text


def _names(bench: Bench, equilibrium: object) -> dict[str, str]:
    from middlegame.equilibrium import Equilibrium
    from middlegame.report import narrative
    from middlegame.report.judgements import judgement_groups
    from middlegame.workbench.portrait import claimed

    assert isinstance(equilibrium, Equilibrium)
    groups = judgement_groups(equilibrium, narrative.words_of(equilibrium), None)
    told = {
        written.name: f"{group.title}: {claimed(written)}"
        for group in groups
        for written in group.written
    }
    return {p.name: told.get(p.name, p.name) for p in equilibrium.diagram.parameters}


def _outcome(words: "Words", node: str | None, outcome: str) -> str:
    return outcome if node is None else words.state(node, outcome)


def _flip(
    words: "Words", node: str | None, parameters: "tuple[Parameter, ...]", flip: "Flip"
) -> str:
    parameter = parameters[flip.parameters[0]]
    before, after = (_outcome(words, node, each) for each in (flip.before, flip.after))
    how = "jumps" if flip.jumps else "turns"
    at = amount(flip.values[0], parameter.unit)
    return f"at {at} the likeliest {how} from '{before}' to '{after}'"


def _pair(
    words: "Words",
    node: str | None,
    parameters: "tuple[Parameter, ...]",
    moves: "Moves",
    names: dict[str, str],
) -> str:
    if moves.pair is None:
        return ""
    parts = [
        f"{names[parameters[k].name]} at {amount(value, parameters[k].unit)}"
        for k, value in zip(moves.pair.parameters, moves.pair.values, strict=True)
    ]
    after = _outcome(words, node, moves.pair.after)
    return f"Two together turn it sooner: with {' and '.join(parts)}, the likeliest is '{after}'."


def _boxes(bench: Bench, found: "Sweep") -> list[tuple[str, str]]:
    """Say for each question in which part of the ranges it is likely."""
    from middlegame.analysis.discovery import discover
    from middlegame.report import narrative

    equilibrium = found.equilibrium
    words, names = narrative.words_of(equilibrium), _names(bench, equilibrium)
    parameters = equilibrium.diagram.parameters
    questions = equilibrium.scenario.questions if equilibrium.scenario else {}
    told = []
    for name, question in questions.items():
        bench.check()
        label = narrative.question_label(words, question)
        try:
            box = discover(parameters, found.thetas, found.answers(name))
        except MiddlegameError:
            continue  # no box parts the worlds: there is nothing to tell
        limits = []
        for limit in box.limits:
            parameter = parameters[limit.parameter]
            ends = [
                f"{word} {amount(end, parameter.unit)}"
                for word, end in (("above", limit.low), ("below", limit.high))
                if end is not None
            ]
            limits.append(f"{names[parameter.name]} {' and '.join(ends)}")
        told.append(
            (
                label,
                f"Likelier than {box.above:.0%} in {box.share:.0%} of the worlds. With "
                f"{'; '.join(limits)}, it is so in {box.held_out.density:.0%}; that takes in "
                f"{box.held_out.coverage:.0%} of the worlds in which it is.",
            )
        )
    return told
