"""One-at-a-time analysis: each judgement moved alone, and the points where the answer flips.

Each judgement is moved alone, then the most influential ones in pairs, from the middle of its range
along the scale on which the range is symmetric. Every point is solved to its own equilibrium on
the principal branch, since an equilibrium continued from a neighbour would not stay on that branch.
A change of sign of the lead is therefore bracketed on a grid, and the bracket is cut repeatedly,
which finds roots and jumps alike.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from typing import Any

import numpy as np

from middlegame.analysis.outcomes import BatchEvaluator, QuestionOutcomes
from middlegame.base.numbers import Floats
from middlegame.base.progress import ProgressCallback
from middlegame.diagram import Parameter
from middlegame.sweeps.sampling import value_at

SHARES = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0)
"""Points at which judgements are tried, in halves of their ranges from the middle."""
Move = tuple[tuple[int, ...], tuple[float, ...]]
"""Which parameters move, by number, and by how many halves of their ranges from the middles."""
PAIRED = 8
"""How many judgements are tried in pairs: those on which the lead depends most steeply."""
_CUTS = 7
_ROUNDS = 4
_JUMP = 0.01
"""Change of the lead within the smallest bracket from which on the flip counts as a jump."""
_SLOPE = 1e-3
"""Distance, in halves of a range, between the samples from which slopes are taken.

Two samples more for each judgement take milliseconds, serve all questions, and have a slope at a
fold as well, where the engine's exact derivatives (`engine.qre.sensitivity`) do not exist.
"""


@dataclass(frozen=True)
class FlipPoint:
    """The nearest point at which moving one or two judgements changes the likeliest outcome.

    Attributes:
        question: the question's name.
        parameters: the parameters that move, by number.
        shares: how far each moves, in halves of its range from the middle; a share beyond 1 lies
            outside the range.
        values: the value of each at the flip point, in its natural unit.
        before: the likeliest outcome at the middle of all ranges.
        after: the likeliest outcome beyond the flip point.
        jumps: whether the equilibrium jumps there instead of passing through even odds.
    """

    question: str
    parameters: tuple[int, ...]
    shares: tuple[float, ...]
    values: tuple[float, ...]
    before: str
    after: str
    jumps: bool

    @property
    def distance(self) -> float:
        """How far the judgements must move: the largest absolute share."""
        return max(abs(share) for share in self.shares)

    @property
    def within(self) -> bool:
        """Whether every judgement stays within its range."""
        return self.distance <= 1

    def to_dict(self, names: Sequence[str]) -> dict[str, Any]:
        """Return the flip point as a JSON object.

        Args:
            names: of all parameters.
        """
        return {
            "judgements": {
                names[place]: {"value": value, "share": share}
                for place, value, share in zip(
                    self.parameters, self.values, self.shares, strict=True
                )
            },
            "before": self.before,
            "after": self.after,
            "within": self.within,
            "jumps": self.jumps,
        }


@dataclass(frozen=True)
class OneAtATime:
    """The effect on one question of moving each judgement alone from the middle of its range.

    Attributes:
        question: the question's name.
        middle: the outcomes' probabilities at the middle of all ranges, `[outcomes]`.
        ends: their probabilities with each judgement at the low and the high end of its range,
            `[parameters, 2, outcomes]`.
        slopes: change of the answer (the probability of yes, or the mean value) for each half
            range that a judgement moves, at the middle, `[parameters]`.
        flip_points: the nearest flip point of each judgement that has one, the nearest first.
            A question for a value has none: its mean moves step by step.
        pair: the nearest flip point of two judgements that move by an equal share, if it is
            nearer than that of any single judgement.
    """

    question: str
    middle: Floats
    ends: Floats
    slopes: Floats
    flip_points: tuple[FlipPoint, ...]
    pair: FlipPoint | None


def search_flip_points(
    evaluator: BatchEvaluator,
    progress: ProgressCallback | None = None,
    preview: Callable[[list[OneAtATime]], None] | None = None,
) -> list[OneAtATime]:
    """Move judgements, alone and in pairs, until the likeliest outcome of each question changes.

    Args:
        evaluator: solves samples and answers the questions.
        progress: called with how many of the search's steps are done, and how many there are.
        preview: called with the effects, still without flip points, as soon as they are known.

    Returns:
        The effects on each of the evaluator's questions.
    """
    return _FlipPointSearch(evaluator, progress or (lambda _done, _of: None)).run(preview)


@dataclass(frozen=True)
class SearchLine:
    """A line through the parameters, along which judgements leave the middles of their ranges.

    Attributes:
        target: the question that is watched.
        leader: number of its likeliest outcome at the middle.
        places: which parameters move, by number.
        signs: the direction of each, 1 or -1.
    """

    target: QuestionOutcomes
    leader: int
    places: tuple[int, ...]
    signs: tuple[float, ...]

    def at(self, share: float) -> Move:
        """Return the move to a point of the line, in halves of the ranges from their middles."""
        return self.places, tuple(sign * share for sign in self.signs)


@dataclass(frozen=True)
class Bracket:
    """A part of a line in which the likeliest outcome loses its lead.

    Attributes:
        line: the line.
        low: where the leader still leads, in halves of the ranges from their middles.
        high: where it no longer does.
        after: number of the outcome that leads at `high`.
        lead: the lead at `low`, in probability.
        lack: the lead at `high`, below 0.
    """

    line: SearchLine
    low: float
    high: float
    after: int
    lead: float
    lack: float

    def cut(self, shares: Floats, at: Floats) -> "Bracket":
        """Return the part of the bracket in which the lead is lost first.

        Args:
            shares: points within the bracket, ascending, `[points]`.
            at: the outcomes' probabilities at these points, `[points, outcomes]`.
        """
        kept = self
        for share, outcomes in zip(map(float, shares), at, strict=True):
            lead, rival = lead_of(outcomes, self.line.leader)
            if lead < 0:
                return replace(kept, high=share, after=rival, lack=lead)
            kept = replace(kept, low=share, lead=lead)
        return kept


def whole_line(line: SearchLine, middle: Floats) -> Bracket:
    """Return a line before it is searched.

    Args:
        line: the line.
        middle: the outcomes' probabilities where the line begins, `[outcomes]`.
    """
    start, rival = lead_of(middle, line.leader)
    return Bracket(line, 0.0, float("inf"), rival, start, 0.0)


def first_bracket(
    line: SearchLine, middle: Floats, shares: Sequence[float], at: Floats
) -> Bracket | None:
    """Find the first step along a line on which the lead is lost; None if it is never lost.

    Args:
        line: the line.
        middle: the outcomes' probabilities where the line begins, `[outcomes]`.
        shares: points on the line, ascending.
        at: the outcomes' probabilities at these points, `[points, outcomes]`.
    """
    found = whole_line(line, middle).cut(np.asarray(shares, float), at)
    return found if np.isfinite(found.high) else None


def lead_of(outcomes: Floats, leader: int) -> tuple[float, int]:
    """Return an outcome's lead over the likeliest other one, and the number of that other one.

    The lead is infinite where there is no equilibrium, so that such a point is no flip point.
    """
    others = np.where(np.arange(len(outcomes)) == leader, -np.inf, outcomes)
    rival = int(np.argmax(others))
    lead = float(outcomes[leader] - outcomes[rival])
    return (lead if np.isfinite(lead) else np.inf), rival


@dataclass(frozen=True)
class _GridResult:
    """The outcomes of one question on the grid of judgements moved alone."""

    target: QuestionOutcomes
    leader: int
    middle: Floats
    ends: Floats
    beside: Floats
    """Close to the middle on both sides, `[parameters, 2, outcomes]`."""
    brackets: list[Bracket]

    @property
    def slopes(self) -> Floats:
        """The slope of the answer by each judgement, `[parameters]`."""
        below, above = self.target.answer(self.beside).T
        return np.asarray((above - below) / (2 * _SLOPE))

    @property
    def lead_slopes(self) -> Floats:
        """The slope of the lead over the next outcome by each judgement, `[parameters]`."""
        _, rival = lead_of(self.middle, self.leader)
        lead = self.beside[..., self.leader] - self.beside[..., rival]
        return np.asarray((lead[:, 1] - lead[:, 0]) / (2 * _SLOPE))


def _nearest_ends(brackets: Iterable[Bracket]) -> dict[str, float]:
    """Return by question the least share at which a bracket ends."""
    ends: dict[str, float] = {}
    for each in brackets:
        name = each.line.target.name
        ends[name] = min(ends.get(name, np.inf), each.high)
    return ends


def _pair_lines(one: _GridResult) -> list[Bracket]:
    """Return the lines of one question's most influential judgements in pairs, not searched yet."""
    if one.target.scale is not None:
        return []
    lead = one.lead_slopes
    steepest = np.argsort(-np.abs(lead), kind="stable")[:PAIRED]
    found = []
    for pair in combinations([int(k) for k in steepest if lead[k]], 2):
        signs = tuple(float(-np.sign(lead[k])) for k in pair)
        found.append(whole_line(SearchLine(one.target, one.leader, pair, signs), one.middle))
    return found


class _FlipPointSearch:
    def __init__(self, evaluator: BatchEvaluator, progress: ProgressCallback) -> None:
        self.evaluator, self.progress = evaluator, progress
        self.parameters: Sequence[Parameter] = evaluator.diagram.parameters
        self.middle = evaluator.diagram.theta

    def run(self, preview: Callable[[list[OneAtATime]], None] | None) -> list[OneAtATime]:
        steps = 1 + _ROUNDS + len(SHARES) + _ROUNDS
        near = self._alone((-_SLOPE, _SLOPE, -1.0, 1.0), check=4)
        if preview:
            effects = [self._first(*each, None) for each in near]
            preview([self._one_at_a_time(each, [], []) for each in effects])
        others = [share for share in SHARES if share != 1.0]
        further = self._alone((*(-share for share in others), *others))
        self.progress(1, steps)
        found = [self._first(*each, rest) for each, (_, _, rest) in zip(near, further, strict=True)]
        singles = self._refined([b for one in found for b in one.brackets], 1, steps)
        pairs = self._pairs(found, singles, steps)
        return [self._one_at_a_time(one, singles, pairs) for one in found]

    def _alone(
        self, shares: Sequence[float], check: int = 0
    ) -> list[tuple[QuestionOutcomes, Floats, Floats]]:
        """Move each judgement alone by each share.

        Returns:
            Each question with its outcomes' probabilities at the middle, `[outcomes]`, and with
            each judgement moved, `[parameters, shares, outcomes]`.
        """
        count = len(self.parameters)
        moves = [((k,), (share,)) for k in range(count) for share in shares]
        found = self._solve([((), ()), *moves], check)
        return [
            (each, found[each.name][0], found[each.name][1:].reshape(count, len(shares), -1))
            for each in self.evaluator.questions
        ]

    def _solve(self, moves: Sequence[Move], check: int = 0) -> dict[str, Floats]:
        samples = np.repeat(self.middle[None], len(moves), axis=0)
        for row, (places, shares) in enumerate(moves):
            for place, share in zip(places, shares, strict=True):
                samples[row, place] = value_at(self.parameters[place], share)
        return self.evaluator(samples, check)

    def _first(
        self, target: QuestionOutcomes, middle: Floats, near: Floats, further: Floats | None
    ) -> "_GridResult":
        """Bracket the first change on either side of each judgement, where the grid is known.

        Args:
            target: the question.
            middle: the outcomes' probabilities at the middle, `[outcomes]`.
            near: close to the middle and at the ends of the range, `[parameters, 4, outcomes]`.
            further: at all other shares below and then above, `[parameters, shares, outcomes]`.
        """
        leader = int(np.argmax(np.round(middle, 12)))
        ends = near[:, 2:]
        found = _GridResult(target, leader, middle, ends, near[:, :2], [])
        if further is None or target.scale is not None:
            return found
        end = SHARES.index(1.0)
        sides = [
            np.insert(part, end, ends[:, place], axis=1)
            for place, part in enumerate(np.split(further, 2, axis=1))
        ]
        brackets = [
            first_bracket(
                SearchLine(target, leader, (place,), (sign,)), middle, SHARES, side[place]
            )
            for place in range(len(self.parameters))
            for sign, side in zip((-1.0, 1.0), sides, strict=True)
        ]
        return replace(found, brackets=[bracket for bracket in brackets if bracket])

    def _pairs(
        self, found: list["_GridResult"], singles: list[Bracket], steps: int
    ) -> list[Bracket]:
        """Move the most influential judgements in pairs, each against the lead.

        All pairs of a question are moved further step by step, until one of them changes the
        likeliest outcome or a single judgement that moves as far does: only the nearest counts.

        Args:
            found: the judgements moved alone, by question.
            singles: the flip points of single judgements.
            steps: how many steps the whole search has.
        """
        open_ = [line for one in found for line in _pair_lines(one)]
        closed: list[Bracket] = []
        for place, (last, share) in enumerate(pairwise((0.0, *SHARES))):
            ends = _nearest_ends([*singles, *closed])
            open_ = [each for each in open_ if last < ends.get(each.line.target.name, np.inf)]
            if not open_:
                break
            moves = list(dict.fromkeys(each.line.at(share) for each in open_))
            row, at = {move: k for k, move in enumerate(moves)}, self._solve(moves)
            moved = [
                each.cut(np.array([share]), at[each.line.target.name][[row[each.line.at(share)]]])
                for each in open_
            ]
            closed += [each for each in moved if np.isfinite(each.high)]
            open_ = [each for each in moved if not np.isfinite(each.high)]
            self.progress(2 + _ROUNDS + place, steps)
        return self._refined(closed, 1 + _ROUNDS + len(SHARES), steps, nearest=True)

    def _refined(
        self, brackets: list[Bracket], begun: int, steps: int, *, nearest: bool = False
    ) -> list[Bracket]:
        """Cut brackets again and again, with `nearest` only those that may be the nearest.

        Args:
            brackets: the brackets.
            begun: how many steps of the whole search are done.
            steps: how many steps the whole search has.
            nearest: whether only the nearest of each question counts.
        """
        for round_ in range(_ROUNDS):
            if nearest:
                ends = _nearest_ends(brackets)
                brackets = [b for b in brackets if b.low < ends[b.line.target.name]]
            if not brackets:
                break
            cuts = [np.linspace(b.low, b.high, _CUTS + 2)[1:-1] for b in brackets]
            moves = [
                b.line.at(share)
                for b, shares in zip(brackets, cuts, strict=True)
                for share in map(float, shares)
            ]
            at = self._solve(moves)
            brackets = [
                b.cut(shares, at[b.line.target.name][k * _CUTS : (k + 1) * _CUTS])
                for k, (b, shares) in enumerate(zip(brackets, cuts, strict=True))
            ]
            self.progress(begun + round_ + 1, steps)
        return brackets

    def _one_at_a_time(
        self, one: "_GridResult", singles: list[Bracket], pairs: list[Bracket]
    ) -> OneAtATime:
        mine = [self._flip(b) for b in singles if b.line.target is one.target]
        nearest: dict[tuple[int, ...], FlipPoint] = {}
        for flip in sorted(mine, key=lambda flip: flip.distance):
            nearest.setdefault(flip.parameters, flip)
        flips = tuple(nearest.values())
        both = [self._flip(b) for b in pairs if b.line.target is one.target]
        pair = min(both, key=lambda flip: flip.distance, default=None)
        if pair and flips and flips[0].distance <= pair.distance:
            pair = None
        return OneAtATime(one.target.name, one.middle, one.ends, one.slopes, flips, pair)

    def _flip(self, bracket: Bracket) -> FlipPoint:
        share = (bracket.low + bracket.high) / 2
        shares = tuple(sign * share for sign in bracket.line.signs)
        values = [
            float(value_at(self.parameters[k], s))
            for k, s in zip(bracket.line.places, shares, strict=True)
        ]
        outcomes = bracket.line.target.outcomes
        return FlipPoint(
            question=bracket.line.target.name,
            parameters=bracket.line.places,
            shares=shares,
            values=tuple(values),
            before=outcomes[bracket.line.leader],
            after=outcomes[bracket.after],
            jumps=bracket.lead - bracket.lack > _JUMP,
        )
