"""The simplest condition that singles out some of a decision's information sets."""

from collections.abc import Iterator
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from middlegame.diagram import Decision, Diagram
from middlegame.scenario.conditions import All, Any, Condition, Is, Not

Mask = NDArray[np.bool_]
_MOST_BOXES = 20_000


def describe_situations(
    node: Decision, diagram: Diagram, inside: Mask, reached: Mask, both_open: Mask
) -> tuple[Condition | None, bool]:
    """Find the simplest condition that holds in some information sets and in no other one.

    Args:
        node: the decision.
        diagram: its diagram.
        inside: the information sets to describe, `[*observed]`.
        reached: the information sets that can be reached.
        both_open: those of them in which the options in question are open.

    Returns:
        The condition, and whether it singles them out only among those in which both options are
        open. No condition where all sets are meant, or where none of few terms will do.
    """
    if (inside == reached).all():
        return None, False
    states = [diagram.nodes[diagram.index[parent]].states for parent in node.parents]
    for among, only_open in ((reached, False), (both_open, True)):
        if only_open and (inside == both_open).all():
            return None, True
        for condition in _boxes(node.parents, states, inside, among):
            return condition, only_open
        for condition in _boxes(node.parents, states, among & ~inside, among):
            return Not(condition), only_open
        either = _union(node.parents, states, inside, among)
        if either is not None:
            return either, only_open
    return None, True


def _boxes(
    names: tuple[str, ...], states: list[tuple[str, ...]], inside: Mask, among: Mask
) -> Iterator[Condition]:
    """Yield conditions that hold exactly inside, those of fewest terms first.

    A condition names for some observed nodes the states that they may be in.
    """
    projections = [
        inside.any(axis=tuple(k for k in range(inside.ndim) if k != axis))
        for axis in range(inside.ndim)
    ]
    proper = [axis for axis, held in enumerate(projections) if not held.all()]
    for count in range(1, min(len(proper), 3) + 1):
        for axes in combinations(proper, count):
            box = np.ones(inside.shape, bool)
            for axis in axes:
                shape = [-1 if k == axis else 1 for k in range(inside.ndim)]
                box = box & projections[axis].reshape(shape)
            if ((box & among) == inside).all():
                terms = tuple(
                    Is(names[axis], tuple(np.array(states[axis])[projections[axis]].tolist()))
                    for axis in axes
                )
                yield terms[0] if len(terms) == 1 else All(terms)


def _union(
    names: tuple[str, ...], states: list[tuple[str, ...]], inside: Mask, among: Mask
) -> Condition | None:
    """Return two conditions of at most two terms, one of which holds exactly inside.

    None where there are none, or where there are too many to try.
    """
    counts = [len(own) for own in states]
    if _pair_count([2**count - 2 for count in counts]) <= _MOST_BOXES:
        choices = [_subsets(count) for count in counts]
    elif _pair_count([count * (count + 1) // 2 - 1 for count in counts]) <= _MOST_BOXES:
        choices = [_stretches(count) for count in counts]
    else:
        return None
    terms: list[list[tuple[Is, Mask]]] = []
    for axis, (name, own) in enumerate(zip(names, states, strict=True)):
        shape = [-1 if k == axis else 1 for k in range(inside.ndim)]
        terms.append(
            [
                (
                    Is(name, tuple(own[k] for k in some)),
                    np.isin(np.arange(len(own)), some).reshape(shape),
                )
                for some in choices[axis]
            ]
        )
    pairs = list(combinations(range(len(terms)), 2))
    found: dict[bytes, tuple[Condition, Mask]] = {}
    singles = [(term, mask) for every in terms for term, mask in every]
    doubles = [
        (All((first, second)), one & other)
        for a, b in pairs
        for (first, one), (second, other) in product(terms[a], terms[b])
    ]
    for condition, mask in (*singles, *doubles):
        held = mask & among
        if held.any() and not (held & ~inside).any():
            found.setdefault(held.tobytes(), (condition, held))
    boxes = sorted(found.values(), key=lambda each: -int(each[1].sum()))
    sizes = [int(held.sum()) for _, held in boxes]
    for place, (condition, held) in enumerate(boxes):
        missing = int(inside.sum()) - sizes[place]
        for (other, also), size in zip(boxes[place + 1 :], sizes[place + 1 :], strict=True):
            if size < missing:
                break
            if ((held | also) == inside).all():
                return Any((condition, other))
    return None


def _pair_count(counts: list[int]) -> int:
    """Return how many boxes of two terms there are, with so many terms for each node."""
    return sum(one * other for one, other in combinations(counts, 2))


def _subsets(count: int) -> list[tuple[int, ...]]:
    """Return all choices of some states, but not of all."""
    return [some for size in range(1, count) for some in combinations(range(count), size)]


def _stretches(count: int) -> list[tuple[int, ...]]:
    """Return all choices of neighbouring states, but not of all: the stretches of a scale."""
    return [
        tuple(range(start, start + size))
        for size in range(1, count)
        for start in range(count - size + 1)
    ]
