"""What Gambit's two file formats share: labels, numbers, possible states, recall failures.

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
"""Most entries of a table held while counting or summing."""

_COUNTABLE = 10**250  # beyond it floats may overflow
_EXACT = Context(prec=1200)  # the digits of 1 less the smallest float, with room to spare

_NEGLIGIBLE = 1e-12


def label(text: str) -> str:
    """Write a label for Gambit: one line, single spaces, no backslash, in quotes.

    Gambit's reader refuses control characters and drops backslashes.
    """
    printable = "".join(each if each.isprintable() else " " for each in text.replace("\\", "/"))
    escaped = " ".join(printable.split()).replace('"', '\\"')
    return f'"{escaped}"'


def labels(texts: Iterable[str]) -> list[str]:
    """Write distinct labels; an empty one becomes its position."""
    taken: set[str] = set()
    return [
        make_unique(label(text) if label(text) != '""' else label(str(place)), taken)
        for place, text in enumerate(texts, start=1)
    ]


def make_unique(written: str, taken: set[str]) -> str:
    """Return the label, numbered if it is in `taken`, and add it to `taken`."""
    candidate, count = written, 1
    while candidate in taken:
        count += 1
        candidate = f'{written[:-1]} ({count})"'
    taken.add(candidate)
    return candidate


def number(value: float, *, added: bool) -> str:
    """Write a payoff: exactly, or to 15 digits where it is a sum with rounding errors."""
    return f"{value + 0.0:.15g}" if added else repr(float(value) + 0.0).removesuffix(".0")


def exact_probabilities(probabilities: Sequence[float]) -> list[str]:
    """Write positive probabilities as decimals that add up to exactly 1.

    Gambit adds them in rational arithmetic and accepts only 1. The largest is 1 less the others,
    so that none changes by more than rounding.
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
    """Return for each node 1 where a state or option is possible, else 0, `[*parents, states]`."""
    opens = iter(tables.open_options)
    possible = [
        np.asarray(next(opens) if isinstance(node, Decision) else chances) > 0
        for node, chances in zip(diagram.nodes, tables.chances, strict=True)
    ]
    return [np.asarray(each, float) for each in possible]


def histories(diagram: Diagram, possible: Sequence[Floats]) -> list[int]:
    """Count the nodes at each depth of the game tree, the root first, the leaves last.

    Counts are summed over the states on which no later node depends, so they cost far less than
    the tree. Where even that is too much, the leaves are counted by one contraction, or bounded by
    the product of the numbers of states.
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
    """Return for each node the last node that depends on it, or itself."""
    last = list(range(len(parents)))
    for node, seen in enumerate(parents):
        for parent in seen:
            last[parent] = node
    return last


def _leaves(structure: Structure, possible: Sequence[Floats]) -> int | None:
    """Count the leaves by one contraction; None if it is too large or overflows."""
    operands = tuple(structure.family(node) for node in range(len(possible)))
    if contraction_path(operands, (), structure.sizes).largest_table > LARGEST_INTERMEDIATE:
        return None
    with np.errstate(over="ignore"):
        found = float(contract(list(possible), operands, (), structure.sizes))
    return round(found) if isfinite(found) else None


def format_count(count: int) -> str:
    """Write a count, in scientific notation from 10^12 on."""
    return f"{count:,}" if count < 10**12 else f"about {Decimal(count):.1e}"


def recall_failures(diagram: Diagram, theta: Floats | None = None) -> list[str]:
    """List where an owner forgets what it did or knew at an earlier move, a line for each.

    Gambit's solvers need perfect recall. What can be inferred is not forgotten: a forced move, or
    one that follows from what is observed.
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
    """Return whether what a decision observes always determines a node's state."""
    structure = diagram.structure
    over = (*(diagram.index[parent] for parent in decision.parents), diagram.index[name])
    nodes = sorted(structure.ancestors(over))
    operands = tuple(structure.family(node) for node in nodes)
    if contraction_path(operands, over, structure.sizes).largest_table > LARGEST_INTERMEDIATE:
        return False
    ways = contract([possible[node] for node in nodes], operands, over, structure.sizes)
    return bool(((np.asarray(ways) > 0).sum(axis=-1) <= 1).all())


def comment(diagram: Diagram, tables: Tables, forgotten: Sequence[str]) -> str:
    """Return the file's comment: units, lambdas, discounting, weights and recall failures."""
    rates = zip(diagram.owners, np.asarray(tables.lambdas), strict=True)
    text = "Written by middlegame; payoffs are points."
    if diagram.owners:
        text += f" Lambda: {', '.join(f'{owner} {float(rate):.12g}' for owner, rate in rates)}."
    if any(abs(float(scale) - 1) > _NEGLIGIBLE for scale in tables.scales):
        text += " Points are valued at the beginning; later decisions give them more weight."
    weighted = [utility.owner for utility in diagram.utilities if utility.sharpness is not None]
    if weighted:
        text += f" Payoffs weighted by private precision: {', '.join(dict.fromkeys(weighted))}."
    unwritten = [node.name for node in diagram.decisions if node.weights is not None]
    if unwritten:
        text += (
            f" The format has no weights of options; those of {', '.join(unwritten)} are left out, "
            "so that logit equilibria differ."
        )
    if forgotten:
        text += f" Imperfect recall: {'; '.join(forgotten)}."
    return label(text)
