"""Mirror branches in words: what a forked contest's forecast is the mixture of."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from middlegame.diagram import Decision
from middlegame.report.text.grammar import capitalize_first, join_list
from middlegame.report.text.numbers import percent
from middlegame.report.text.words import Words

if TYPE_CHECKING:
    from middlegame.equilibrium.equilibrium import Equilibrium

_MOST_LINES = 6
"""Moves and factors that are listed for a branch."""
_MOST_CLAUSES = 3
"""Moves and factors by which a sentence names a branch."""
_DIFFERENT = 0.01
"""The smallest difference of probabilities between branches that is shown."""


@dataclass(frozen=True)
class BranchLine:
    """What a branch makes of a move or factor.

    Attributes:
        clause: its most likely state on the branch, as a clause.
        probability: of that state on the branch.
        mixture: of that state in the mixture.
    """

    clause: str
    probability: float
    mixture: float


@dataclass(frozen=True)
class BranchText:
    """A branch in words.

    Attributes:
        title: its number, and how likely it is.
        lines: the moves and headline factors that differ between branches, the largest differences
            first.
        unlisted: how many more of them differ.
    """

    title: str
    lines: tuple[BranchLine, ...]
    unlisted: int


def branch_texts(equilibrium: "Equilibrium", words: Words) -> list[BranchText]:
    """Describe each mirror branch of a forked contest; empty if there is one branch."""
    if not equilibrium.mirrors:
        return []
    names = _differing(equilibrium)
    texts = []
    chances = equilibrium.branch_probabilities
    for number, (branch, chance) in enumerate(zip(equilibrium.branches, chances, strict=True), 1):
        lines = []
        for name in names[:_MOST_LINES]:
            forecast = branch.forecasts[name]
            state = max(forecast, key=lambda each: round(forecast[each], 9))
            lines.append(
                BranchLine(
                    capitalize_first(words.full_clause(name, state)),
                    forecast[state],
                    equilibrium.forecasts[name][state],
                )
            )
        title = f"Branch {number}, {percent(chance)} likely"
        texts.append(BranchText(title, tuple(lines), max(0, len(names) - _MOST_LINES)))
    return texts


def _differing(equilibrium: "Equilibrium") -> list[str]:
    """Return the moves and headline factors that differ between branches, by how much they do."""
    gaps = {}
    for node in equilibrium.diagram.contest_nodes:
        if not node.headline and not isinstance(node, Decision):
            continue
        every = [branch.forecasts[node.name].values() for branch in equilibrium.branches]
        gaps[node.name] = max(max(each) - min(each) for each in zip(*every, strict=True))
    names = [name for name, gap in gaps.items() if gap >= _DIFFERENT]
    return sorted(names, key=lambda name: -round(gaps[name], 6))


def fork_notes(equilibrium: "Equilibrium", words: Words) -> Iterator[str]:
    """Yield what a reader must know of the forks of a contest's principal branch."""
    if equilibrium.branch is not None:
        number, count = equilibrium.branch
        yield (
            f"This contest has {count} equilibria that mirror each other. These numbers hold on "
            f"branch {number} of {count}, where {branch_sentence(equilibrium, words)}."
        )
        return
    count = len(equilibrium.branches)
    if count > 1:
        shares = join_list([f"{percent(p)} for branch {k}" for k, p in
                            enumerate(equilibrium.branch_probabilities, 1)])  # fmt: skip
        weights = (
            f"their mean, weighted by the probability that the evidence gives each ({shares})"
            if equilibrium.known
            else "their even mixture"
        )
        yield (
            f"This contest has {count} equilibria that mirror each other, and nothing in it "
            f"favours one of them. The forecast is {weights}."
        )
    if equilibrium.forks and not equilibrium.all_mirrors:
        yield (
            f"The contest has more such equilibria than the {count} that were found; the order in "
            "which options are written selected these."
            if count > 1
            else "This contest has more than one equilibrium, and the order in which the options "
            "are written selected this one. Treat its numbers as one of several outcomes."
        )


def branch_sentence(branch: "Equilibrium", words: Words) -> str:
    """Name a branch by its moves' most likely options, as clauses."""
    clauses = []
    for decision in branch.diagram.decisions[:_MOST_CLAUSES]:
        forecast = branch.forecasts[decision.name]
        state = max(forecast, key=lambda each: round(forecast[each], 9))
        clause = words.mid_sentence(words.full_clause(decision.name, state))
        clauses.append(f"{clause} ({percent(forecast[state])})")
    return join_list(clauses)
