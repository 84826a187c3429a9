"""Expected points of a decision's options, interest by interest.

A payoff is linear in the utilities, so the payoff of an option is the exact sum of the payoffs that
each interest and cost gives alone, all policies as they are. Over time, an interest that is earned
in several periods counts once, with the sum of its shares.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from middlegame.base.numbers import Floats
from middlegame.diagram import Diagram, FormulaNumber, Number, Sum, evaluate_in_cases
from middlegame.engine.graph.layout import Game, layout_of
from middlegame.engine.graph.relevance import requisite_nodes
from middlegame.engine.qre.responses import payoff_function

JudgementPath = tuple[str | int, ...]
"""The place of a judgement in its scenario: keys and positions."""


@dataclass(frozen=True)
class InterestTables:
    """The tables of one interest or cost of an actor.

    Attributes:
        path: the place of its worth or costs in the scenario; for a diagram without a scenario,
            `("utilities", number)`.
        worth: its points where it holds throughout; None where its tables have no single worth.
        holds: by utility, the share of the points that each case gives, `[*scope]`; without a
            worth, the points.
    """

    path: JudgementPath
    worth: float | None
    holds: dict[int, Floats]


def interest_tables(diagram: Diagram, theta: Floats, decision: int) -> list[InterestTables]:
    """List the interests and costs that a decision can influence, in written order.

    Args:
        diagram: the diagram.
        theta: the parameter values.
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
        discounts = [float(each.evaluate(theta, np)) for each in node.table.discounts]
        axes = node.table.where.ndim - 1
        for place, (path, number) in enumerate(zip(node.paths, node.table.numbers, strict=True)):
            holds = node.table.where[..., place] * (discounts[place] if discounts else 1.0)
            value = np.asarray(evaluate_in_cases(number, theta, np, axes), float)
            differs = path in private or _differs_by_case(path, number)
            worth = None if differs else float(value.flat[0])
            known = found.setdefault(path, InterestTables(path, worth, {}))
            part = holds * value if worth is None else holds
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


def expected_tables(
    diagram: Diagram,
    game: Game,
    policies: Sequence[Floats],
    decision: int,
    tables: Sequence[dict[int, Floats]],
) -> Floats:
    """Return the expectation of several sets of utility tables, each taken alone.

    Args:
        diagram: the diagram.
        game: its numbers; the utilities in it are not used.
        policies: `[*observed, options]` for each decision.
        decision: the decision's place among the nodes.
        tables: sets of tables `[*scope]`, by utility.

    Returns:
        `[sets, *observed, options]`, given what the decision observes and chooses; 0 where it is
        never reached.
    """
    layout = layout_of(diagram.structure)
    payoffs = payoff_function(diagram.structure, decision)
    played = layout.pad(tuple(policies))
    empty = np.array(game.tables, float)
    for utility in range(len(diagram.utilities)):
        empty[layout.utility_cells(utility)] = 0.0
    found = []
    for each in tables:
        cells = empty.copy()
        for utility, table in each.items():
            cells[layout.utility_cells(utility)] = table
        found.append(np.asarray(payoffs(played, game._replace(tables=cells))))
    shape = diagram.structure.shape(decision)
    return np.array(found) if found else np.zeros((0, *shape))
