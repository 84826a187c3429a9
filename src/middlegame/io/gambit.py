"""What Gambit's two file formats have in common: labels, numbers, and what is possible at all.

Gambit's text forms are described at https://gambitproject.readthedocs.io/en/latest/formats.html.
"""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Context, Decimal
from math import isfinite, prod

import numpy as np

from middlegame.base.numbers import Floats
from middlegame.diagram import Decision, Diagram, Tables
from middlegame.engine.graph.structure import Structure
from middlegame.engine.inference.contraction import contract, contraction_path

LARGEST_INTERMEDIATE = 2e7
"""Numbers in a table that may be held while counting or summing."""

_COUNTABLE = 10**250  # beyond it floats may overflow
_EXACT = Context(prec=1200)  # the digits of 1 less the smallest float, with room to spare

_NEGLIGIBLE = 1e-12


def label(text: str) -> str:
    """Write a label as Gambit takes it: one line, single spaces, no backslash, in quotes.

    Control signs are refused by Gambit's reader, and backslashes do not survive it.
    """
    printable = "".join(sign if sign.isprintable() else " " for sign in text.replace("\\", "/"))
    told = " ".join(printable.split()).replace('"', '\\"')
    return f'"{told}"'


def labels(texts: Iterable[str]) -> list[str]:
    """Write labels that differ from one another, none of them empty."""
    taken: set[str] = set()
    return [
        make_unique(label(text) if label(text) != '""' else label(str(place)), taken)
        for place, text in enumerate(texts, start=1)
    ]


def make_unique(written: str, taken: set[str]) -> str:
    """Return the label, numbered if it is taken, and take it."""
    candidate, count = written, 1
    while candidate in taken:
        count += 1
        candidate = f'{written[:-1]} ({count})"'
    taken.add(candidate)
    return candidate


def number(value: float, *, added: bool) -> str:
    """Write a payoff: exactly, or to the 15 digits that are sure where it has been added up."""
    return f"{value + 0.0:.15g}" if added else repr(float(value) + 0.0).removesuffix(".0")


def exact_probabilities(probabilities: Sequence[float]) -> list[str]:
    """Write positive probabilities as decimals that add up to exactly 1.

    Gambit adds them up in rational numbers and takes nothing but 1. The largest is what the
    others leave, so that none changes by more than its rounding.
    """
    exact = [Decimal(repr(float(p))) for p in probabilities]
    largest = max(range(len(exact)), key=lambda k: exact[k])
    rest = Decimal(1)
    for place, value in enumerate(exact):
        if place != largest:
            rest = _EXACT.subtract(rest, value)
    exact[largest] = rest
    return [format(value.normalize(_EXACT), "f") for value in exact]


def supports(diagram: Diagram, tables: Tables) -> list[Floats]:
    """Return for each node 1 where a state is possible and 0 where not, `[*parents, states]`."""
    opens = iter(tables.open_options)
    possible = [
        next(opens) if isinstance(node, Decision) else np.asarray(chances) > 0
        for node, chances in zip(diagram.nodes, tables.chances, strict=True)
    ]
    return [np.asarray(each, float) for each in possible]


def histories(diagram: Diagram, possible: Sequence[Floats]) -> list[int]:
    """Count the nodes at each depth of the game tree, the root first, the leaves last.

    Counting goes through the nodes in order and keeps apart only what later nodes depend on, so
    that it costs nothing like the tree. Where even that is too much, the leaves are one
    contraction, or else the product of the numbers of states, which is an upper bound.
    """
    structure = diagram.structure
    counts = [1]
    kept: tuple[int, ...] = ()
    ways: Floats = np.ones(())
    needed = _last_needed(structure.parents)
    for node in range(len(possible)):
        family = structure.family(node)
        union = tuple(dict.fromkeys((*kept, *family)))
        large = prod(structure.sizes[axis] for axis in union) > LARGEST_INTERMEDIATE
        if large or counts[-1] > _COUNTABLE:
            break
        rest = tuple(axis for axis in union if needed[axis] > node)
        ways = contract([ways, possible[node]], [kept, family], rest, structure.sizes)
        kept = rest
        counts.append(round(float(np.sum(ways))))
    if len(counts) > len(possible):
        return counts
    for size in structure.sizes[len(counts) - 1 :]:
        counts.append(counts[-1] * size)
    leaves = _leaves(structure, possible) or counts[-1]
    return [min(count, leaves) for count in counts]


def _last_needed(parents: Sequence[Sequence[int]]) -> list[int]:
    """Return for each node the last one that depends on it, itself if there is none."""
    last = list(range(len(parents)))
    for node, seen in enumerate(parents):
        for parent in seen:
            last[parent] = node
    return last


def _leaves(structure: Structure, possible: Sequence[Floats]) -> int | None:
    """Count the leaves by one contraction, if it is small enough and they are countable."""
    operands = tuple(structure.family(node) for node in range(len(possible)))
    if contraction_path(operands, (), structure.sizes).largest_table > LARGEST_INTERMEDIATE:
        return None
    with np.errstate(over="ignore"):
        found = float(contract(list(possible), operands, (), structure.sizes))
    return round(found) if isfinite(found) else None


def format_count(count: int) -> str:
    """Write how many, roughly where it is many."""
    return f"{count:,}" if count < 10**12 else f"about {Decimal(count):.1e}"


def recall_failures(diagram: Diagram, theta: Floats | None = None) -> list[str]:
    """Tell where an owner forgets what it did or knew at an earlier move, a line for each.

    Gambit's solvers need perfect recall. Nothing is forgotten that can be inferred: a move that
    was forced, or that shows in what is observed.
    """
    tables = diagram.tables(theta)
    return [
        f"at {later.name}, {later.owner} no longer knows {' and '.join(lost)}"
        for later, lost in _forgotten(diagram, supports(diagram, tables))
    ]


def _forgotten(
    diagram: Diagram, possible: Sequence[Floats]
) -> Iterator[tuple[Decision, list[str]]]:
    for place, later in enumerate(diagram.decisions):
        known: dict[str, None] = {}
        for earlier in diagram.decisions[:place]:
            if earlier.owner == later.owner:
                known.update(dict.fromkeys((*earlier.parents, earlier.name)))
        lost = [
            name
            for name in known
            if name not in later.parents and not _inferred(diagram, possible, later, name)
        ]
        if lost:
            yield later, lost


def _inferred(diagram: Diagram, possible: Sequence[Floats], decision: Decision, name: str) -> bool:
    """Whether what the decision observes leaves one state only of the node."""
    structure = diagram.structure
    over = (*(diagram.index[parent] for parent in decision.parents), diagram.index[name])
    nodes = sorted(structure.ancestors(over))
    operands = tuple(structure.family(node) for node in nodes)
    if contraction_path(operands, over, structure.sizes).largest_table > LARGEST_INTERMEDIATE:
        return False
    ways = contract([possible[node] for node in nodes], operands, over, structure.sizes)
    return bool(((np.asarray(ways) > 0).sum(axis=-1) <= 1).all())


def comment(diagram: Diagram, tables: Tables, told: Sequence[str]) -> str:
    """Return the file's comment: what the numbers mean, and what does not fit into the format."""
    rates = zip(diagram.owners, np.asarray(tables.lambdas), strict=True)
    text = "Written by middlegame; payoffs are points."
    if diagram.owners:
        text += f" Lambda: {', '.join(f'{owner} {float(rate):.12g}' for owner, rate in rates)}."
    if any(abs(float(scale) - 1) > _NEGLIGIBLE for scale in tables.scales):
        text += " Points are those of the beginning; whoever decides later counts them for more."
    if told:
        text += f" Imperfect recall: {'; '.join(told)}."
    return label(text)
