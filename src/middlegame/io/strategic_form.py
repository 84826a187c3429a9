"""The reduced strategic form: every owner's pure strategies and their payoffs.

A pure strategy gives an option at each information set of its owner; the reduced form leaves out
sets that the owner's own earlier moves exclude (Kuhn 1953), and sets that are impossible. Payoffs
are one contraction for each utility node, with an axis for each owner's strategies.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

import numpy as np
from numpy.typing import NDArray

from middlegame.base.errors import QueryError
from middlegame.base.numbers import Floats
from middlegame.diagram import Diagram, Tables
from middlegame.engine.inference.contraction import contract, contraction_path
from middlegame.io import gambit

MAX_PROFILES = 1_000_000
"""Default limit of the combinations of strategies."""


@dataclass(frozen=True)
class Strategies:
    """One owner's pure strategies.

    Attributes:
        names: the name of each strategy, which lists its options at every real choice.
        plays: for each decision of the owner, by its index among the nodes, 1.0 where the
            strategy takes the option, `[strategies, *observed, options]`.
    """

    names: tuple[str, ...]
    plays: dict[int, Floats]


def strategies(
    diagram: Diagram, tables: Tables, *, limit: int = MAX_PROFILES
) -> tuple[Strategies, ...]:
    """List every owner's reduced pure strategies.

    Raises:
        QueryError: there are more than `limit` combinations of them.
    """
    possible = gambit.supports(diagram, tables)
    found: dict[str, Strategies] = {}
    for owner in diagram.owners:
        most = limit // prod(len(each.names) for each in found.values())
        place, count, listed = _owner_strategies(diagram, possible, owner, most)
        if listed is None:
            plans = [f"{name} has {len(each.names):,}" for name, each in found.items()]
            plans.append(
                f"{owner} {gambit.format_count(count)} at {diagram.nodes[place].name} already"
            )
            raise QueryError(
                f"the strategic form of this contest is too large: {', '.join(plans)}; the "
                f"limit is {limit:,} combinations. Export it to json, whose size does not "
                "multiply, or, where the game tree is small, to efg"
            )
        found[owner] = listed
    return tuple(found.values())


def payoffs(diagram: Diagram, tables: Tables, owned: Sequence[Strategies]) -> Floats:
    """Return the expected points of each combination of strategies, `[owners, *strategies]`.

    Raises:
        QueryError: summing over chance nodes takes too much memory.
    """
    structure = diagram.structure
    counts = tuple(len(each.names) for each in owned)
    total = np.zeros((len(owned), *counts))
    axis = {owner: len(structure.sizes) + owner for owner in range(len(owned))}
    sizes = (*structure.sizes, *counts)
    for gainer, scope, table in zip(
        structure.utility_owners, structure.scopes, tables.utilities, strict=True
    ):
        nodes = sorted(structure.ancestors(scope))
        operands: list[tuple[int, ...]] = [scope]
        factors = [np.asarray(table, float)]
        for node in nodes:
            owner = structure.owners[node]
            family = structure.family(node)
            operands.append(family if owner is None else (axis[owner], *family))
            plays = tables.chances[node] if owner is None else owned[owner].plays[node]
            factors.append(np.asarray(plays, float))
        deciding = {structure.owners[node] for node in nodes} - {None}
        output = tuple(axis[owner] for owner in range(len(owned)) if owner in deciding)
        if (
            contraction_path(tuple(operands), output, sizes).largest_table
            > gambit.LARGEST_INTERMEDIATE
        ):
            raise QueryError(
                f"the strategic form of this contest takes too much memory: {counts} strategies "
                "and all that chance does between them. Export it to json instead"
            )
        worth = np.asarray(contract(factors, operands, output, sizes))
        spread = [count if owner in deciding else 1 for owner, count in enumerate(counts)]
        total[gainer] += worth.reshape(spread)
    return total


def _owner_strategies(
    diagram: Diagram, possible: Sequence[Floats], owner: str, most: int
) -> tuple[int, int, Strategies | None]:
    """List an owner's strategies; None with the decision at which there are too many."""
    structure = diagram.structure
    own = [diagram.index[d.name] for d in diagram.decisions if d.owner == owner]
    plays: dict[int, Floats] = {}
    plans: list[tuple[str, ...]] = [()]
    for place in own:
        opens = possible[place] > 0
        reached = _reached(diagram, possible, plays, place, len(plans))
        ways = np.where(reached, opens.sum(axis=-1), 1).reshape(len(plans), -1)
        count = sum(map(prod, ways.tolist()))
        if count > most or count * opens.size > gambit.LARGEST_INTERMEDIATE:
            return place, count, None
        before, policy, chosen = _extend(reached, opens)
        plays = {node: kept[before] for node, kept in plays.items()} | {place: policy}
        texts = [
            tuple(_choice_text(diagram, place, *at, named=len(own) > 1) for at in c) for c in chosen
        ]
        plans = [plans[earlier] + parts for earlier, parts in zip(before, texts, strict=True)]
    if len(own) == 1 and not structure.parents[own[0]]:
        states = diagram.nodes[own[0]].states
        names = [states[option] for option in np.argwhere(plays[own[0]])[:, 1]]
    else:
        names = ["; ".join(parts) or "no choice" for parts in plans]
    return -1, len(names), Strategies(tuple(names), plays)


def _reached(
    diagram: Diagram,
    possible: Sequence[Floats],
    plays: dict[int, Floats],
    decision: int,
    plans: int,
) -> NDArray[np.bool_]:
    """Return which sets are reachable given the owner's earlier moves, `[plans, *observed]`."""
    structure = diagram.structure
    seen, mine = structure.parents[decision], len(structure.sizes)
    nodes = sorted(structure.ancestors((*seen, *plays)))
    operands = [(mine, *structure.family(n)) if n in plays else structure.family(n) for n in nodes]
    ways = contract(
        [np.ones(plans), *(plays.get(node, possible[node]) for node in nodes)],
        [(mine,), *operands],
        (mine, *seen),
        (*structure.sizes, plans),
    )
    return np.asarray(ways) > 0


_Chosen = list[tuple[tuple[int, ...], int]]


def _extend(
    reached: NDArray[np.bool_], opens: NDArray[np.bool_]
) -> tuple[list[int], Floats, list[_Chosen]]:
    """Extend each plan in every way that the next decision allows.

    Returns:
        The plan that each extension extends; the policies, `[extensions, *observed, options]`; and
        the option chosen at each information set with a choice.
    """
    before: list[int] = []
    cells: list[tuple[int, ...]] = []
    free: list[_Chosen] = []
    for earlier, sets in enumerate(reached):
        seen = [tuple(map(int, at)) for at in np.argwhere(sets)]
        for options in product(*(np.flatnonzero(opens[at]).tolist() for at in seen)):
            chosen = list(zip(seen, options, strict=True))
            cells += [(len(before), *at, option) for at, option in chosen]
            free.append([(at, option) for at, option in chosen if opens[at].sum() > 1])
            before.append(earlier)
    policies = np.zeros((len(before), *opens.shape))
    policies[tuple(np.array(cells, int).reshape(len(cells), -1).T)] = 1.0
    return before, policies, free


def _choice_text(
    diagram: Diagram, place: int, seen: tuple[int, ...], option: int, *, named: bool
) -> str:
    """Return the text of a choice at an information set: `renew=switch if bid=offer`."""
    node = diagram.nodes[place]
    observed = [
        f"{parent}={diagram.nodes[diagram.index[parent]].states[state]}"
        for parent, state in zip(node.parents, seen, strict=True)
    ]
    done = f"{node.name}={node.states[option]}" if named else node.states[option]
    return f"{done} if {' and '.join(observed)}" if observed else done
