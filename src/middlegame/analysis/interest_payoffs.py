"""Expected points of a decision's options, interest by interest.

A payoff is linear in the utilities, so the payoff of an option is the exact sum of the payoffs that
each interest and cost gives alone, all policies as they are. Over time, an interest that is earned
in several periods counts once, with the sum of its shares.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from middlegame.base.numbers import Floats
from middlegame.diagram import Decision, Diagram, FormulaNumber, Number, Sum, evaluate_in_cases
from middlegame.engine.graph.layout import Game, layout_of
from middlegame.engine.graph.relevance import requisite_nodes
from middlegame.engine.graph.slicing_cost import cheapest_slices, slicing_cost
from middlegame.engine.inference.marginals import MAX_FRONTIER
from middlegame.engine.inference.payoff_parts import Part, payoff_parts
from middlegame.engine.qre.responses import payoff_function
from middlegame.sweeps.worlds import Worlds

_CHUNK = 4e6
"""Numbers that the parts carried at a time may hold."""

JudgementPath = tuple[str | int, ...]
"""The place of a judgement in its scenario: keys and positions."""


@dataclass(frozen=True)
class InterestTables:
    """The tables of one interest or cost of an actor.

    Attributes:
        path: the place of its worth or costs in the scenario; for a diagram without a scenario,
            `("utilities", number)`.
        worths: its points where it holds throughout, `[worlds]`; None where its tables have no
            single worth.
        holds: by utility, the share of the points that each case gives, `[*scope, worlds]`; without
            a worth, the points. The worlds may be 1.
    """

    path: JudgementPath
    worths: Floats | None
    holds: dict[int, Floats]


def interest_tables(diagram: Diagram, theta: Floats, decision: int) -> list[InterestTables]:
    """List the interests and costs that a decision can influence, in written order.

    Args:
        diagram: the diagram.
        theta: the parameter values, `[parameters, worlds]`.
        decision: the decision's place among the nodes.
    """
    found: dict[JudgementPath, InterestTables] = {}
    private = {number.path for number in diagram.private_numbers}
    for utility in requisite_nodes(diagram.structure)[decision].utilities:
        node = diagram.utilities[utility]
        if not isinstance(node.table, Sum) or not node.paths:
            path: JudgementPath = ("utilities", utility)
            points = np.asarray(node.table.evaluate(theta, np), float)
            found[path] = InterestTables(path, None, {utility: points})
            continue
        discounts = [np.asarray(each.evaluate(theta, np)) for each in node.table.discounts]
        axes = node.table.where.ndim - 1
        for place, (path, number) in enumerate(zip(node.paths, node.table.numbers, strict=True)):
            weights = node.table.where[..., place, None]
            holds = weights * (discounts[place] if discounts else 1.0)
            value = np.asarray(evaluate_in_cases(number, theta, np, axes), float)
            differs = path in private or _differs_by_case(path, number)
            worths = None if differs else np.broadcast_to(value.ravel(), theta.shape[1:])
            known = found.setdefault(path, InterestTables(path, worths, {}))
            part = holds * value if worths is None else holds
            known.holds[utility] = known.holds.get(utility, 0.0) + part
    return sorted(found.values(), key=lambda each: _written_order(each.path))


def _differs_by_case(path: JudgementPath, number: Number) -> bool:
    """Return whether a number depends on values of scales, or is a cost of each value of one."""
    if path[0] == "moves" and path[2] == "scale":
        return True
    return isinstance(number, FormulaNumber) and bool(number.scales)


def _written_order(path: JudgementPath) -> tuple[bool, tuple[tuple[bool, int, str], ...]]:
    """Return the key that sorts interests before costs, and positions as numbers."""
    parts = tuple(
        (isinstance(part, str), part if isinstance(part, int) else 0, str(part)) for part in path
    )
    return path[0] != "interests", parts


def expected_interests(
    worlds: Worlds, decisions: Sequence[Decision]
) -> dict[str, tuple[list[InterestTables], Floats]]:
    """Return what each interest gives the options of some moves, as their owners expect it.

    Args:
        worlds: the contest in several worlds, on one branch each.
        decisions: the moves.

    Returns:
        By move its owner's interests, and their expectation `[interests, *observed, options,
        worlds]`, given what it observes and chooses; 0 at information sets that are never reached.
    """
    theta, found = worlds.parameter_values.T, {}
    plans: dict[int, tuple[Worlds, dict[int, Sequence[Part]]]] = {}
    for decision in decisions:
        # Levels of reasoning share the numbers of the contest as written; beliefs do not.
        beliefs = worlds.diagram.perceptions and worlds.perceived_by(decision.owner)
        diagram = beliefs[0].diagram if beliefs else worlds.diagram
        interests = interest_tables(diagram, theta, diagram.index[decision.name])
        shape = worlds.diagram.structure.shape(worlds.diagram.index[decision.name])
        found[decision.name] = interests, np.zeros((len(interests), *shape, worlds.count))
        for mind in worlds.perceived_by(decision.owner):
            _, wanted = plans.setdefault(id(mind), (mind, {}))
            wanted[mind.diagram.index[decision.name]] = [each.holds for each in interests]
    for mind, wanted in plans.values():
        for place, expected in _expected_parts(mind, wanted).items():
            found[mind.diagram.nodes[place].name][1][...] += expected
    return found


def _expected_parts(worlds: Worlds, wanted: Mapping[int, Sequence[Part]]) -> dict[int, Floats]:
    """Return by decision the expectation of its parts (see `payoff_parts`)."""
    structure, count = worlds.diagram.structure, worlds.count
    wanted = {decision: parts for decision, parts in wanted.items() if parts}
    cost = slicing_cost(cheapest_slices(structure))
    if cost.largest_table > MAX_FRONTIER:
        return {
            decision: _contracted(worlds, decision, parts) for decision, parts in wanted.items()
        }
    rows = sum(map(len, wanted.values()))
    size = int(max(1, _CHUNK / max(rows * cost.largest_table, cost.live_numbers, 1.0)))
    chunks = []
    for begin in range(0, count, size):
        some = slice(begin, begin + size)
        tables = [table[..., some] for table in worlds.tables]
        parts = {
            decision: [
                {u: t[..., some] if t.shape[-1] > 1 else t for u, t in part.items()}
                for part in every
            ]
            for decision, every in wanted.items()
        }
        chunks.append(payoff_parts(structure, tables, parts))
    return {d: np.concatenate([each[d] for each in chunks], axis=-1) for d in wanted}


def _contracted(worlds: Worlds, decision: int, parts: Sequence[Part]) -> Floats:
    """Return the expectation of each part, world by world and each part alone."""
    structure = worlds.diagram.structure
    layout, payoffs = layout_of(structure), payoff_function(structure, decision)
    found = np.zeros((len(parts), *structure.shape(decision), worlds.count))
    chances = np.concatenate(
        [
            table.reshape(-1, worlds.count)
            for owner, table in zip(structure.owners, worlds.tables, strict=True)
            if owner is None
        ]
    )
    cells = len(chances) + sum(table[..., 0].size for table in worlds.utilities)
    for world in range(worlds.count):
        played = layout.pad(tuple(worlds.tables[node][..., world] for node in structure.decisions))
        for row, part in enumerate(parts):
            tables = np.zeros(cells)
            tables[: len(chances)] = chances[:, world]
            for utility, table in part.items():
                own = table[..., world if table.shape[-1] > 1 else 0]
                tables[layout.utility_cells(utility)] = own
            reached = np.ones(layout.row_count, bool)
            game = Game(tables, np.ones_like(played), reached, worlds.lambdas[:, world])
            found[row, ..., world] = np.nan_to_num(payoffs(played, game))
    return found
