"""Limits of what is solved: refusals before the work, with the cause and what to change."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from middlegame.base.errors import QueryError, TooLarge
from middlegame.base.sizes import format_duration, format_size
from middlegame.diagram import Chance, Decision, Diagram, Node, Tables
from middlegame.engine.cost import predict_cost
from middlegame.engine.graph.relevance import traced_decisions
from middlegame.engine.inference import joint as inference
from middlegame.engine.inference.payoffs import payoff_groups
from middlegame.scenario.faults import Fault

MAX_TABLE_SIZE = 1e8
"""Numbers that the largest table may have by default: 0.75 GiB."""
MAX_NASH_TABLES = 1000
"""Tables that a step towards the limit of full precision may take: about a tenth of a second."""

_FASTEST = 1e9
"""Numbers of large tables that are computed in a second at best, on one core."""
_LEAST_EVALUATIONS = 10
"""Evaluations of all payoffs that tracing a branch takes at the least."""
_NASH_SECONDS = 0.1
"""Seconds at the least that a table takes over all steps to the limit of full precision."""
_NAMED = 12
"""Nodes that a refusal names."""


def refuse_too_large(diagram: Diagram, limit: float) -> None:
    """Refuse what would cost too much, before it starts.

    Raises:
        TooLarge: with the predicted cost, the nodes that cause it, and what to change.
    """
    cost = predict_cost(diagram.structure)
    if max(cost.largest_table, cost.unknowns) <= limit:
        return
    nodes = diagram.nodes
    names = _listed([nodes[node].name for node in cost.largest_table_nodes])
    if cost.is_frontier:
        cause = f"what is carried along over {names} together"
        change = "let fewer factors persist or depend on each other, or moves know fewer of them"
        if cost.kept_for_decisions:
            known: dict[str, list[str]] = {}
            for node, by in cost.kept_for_decisions:
                known.setdefault(nodes[by].name, []).append(nodes[node].name)
            change = "; ".join(
                f"let {by} know less of the past: {' and '.join(kept)} "
                f"{'is' if len(kept) == 1 else 'are'} carried along for that alone"
                for by, kept in known.items()
            )
    elif cost.largest_table <= limit:
        names = _listed([decision.name for decision in diagram.decisions])
        cause = f"the policies of {names} together"
        change = "let moves know fewer of them"
    elif cost.decision is None:
        cause = f"one table over {names}"
        change = "let it depend on, or know, fewer of them"
    else:
        cause = f"the payoffs of {nodes[cost.decision].name} over {names} together"
        change = "let moves know fewer of them, or conditions speak of fewer at once"
    numbers = max(cost.largest_table, cost.unknowns)
    seconds = numbers / _FASTEST
    if traced_decisions(diagram.structure):
        seconds *= _LEAST_EVALUATIONS
    time = f" and at least {format_duration(seconds)}" if seconds >= 1 else ""
    raise TooLarge(
        f"this is too large to solve: {cause} would take {numbers:.1e} numbers "
        f"({format_size(numbers * 8)}){time}, and the limit is {limit:.1e} numbers; {change}"
    )


def size_warnings(diagram: Diagram) -> list[Fault]:
    """Return a warning if a contest is too large to solve by default; an empty list if not."""
    try:
        refuse_too_large(diagram, MAX_TABLE_SIZE)
    except TooLarge as error:
        return [Fault(str(error), severity="warning", path=("moves",))]
    return []


def _listed(names: Sequence[str]) -> str:
    """Join names, the first dozen of many."""
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def refuse_long_nash(diagram: Diagram) -> None:
    """Refuse to follow a long contest to the limit of full precision.

    There, reach needs logarithms, which the sweeps that make long contests quick do without: every
    move's payoffs are contracted apart at every step.

    Raises:
        TooLarge: with how much that would be, and what to do instead.
    """
    structure = diagram.structure
    found = payoff_groups(structure, structure.decisions)
    tables = sum(len(group.shape.families) + len(group.shape.scopes) for group in found)
    if tables <= MAX_NASH_TABLES:
        return
    widest = sorted(found, key=lambda group: -len(group.shape.families))
    names = [diagram.nodes[node].name for group in widest for node in group.decisions]
    raise TooLarge(
        "this is too long to be followed to the limit of full precision: each of thousands "
        f"of steps would take the payoffs of {len(structure.decisions)} moves apart, {tables:,} "
        f"different tables in all, and the limit is {MAX_NASH_TABLES:,}; it would take at least "
        f"{format_duration(tables * _NASH_SECONDS)}, above all for {', '.join(names[:3])}; ask for "
        "fewer periods, or for a higher precision instead"
    )


def refuse_closed(
    diagram: Diagram, before: Tables, fixed: Tables, moves: Mapping[str, str]
) -> None:
    """Refuse to suppose an option that is closed where its move can come to be made.

    Args:
        diagram: the contest.
        before: its numbers.
        fixed: its numbers with the moves fixed.
        moves: what is supposed of moves and factors.

    Raises:
        QueryError: with the case in which the option is closed.
    """
    structure = diagram.structure
    masses: list[Any] = list(fixed.chances)
    for place, policy in zip(structure.decisions, fixed.even_policies, strict=True):
        masses[place] = policy
    for decision, open_ in zip(diagram.decisions, before.open_options, strict=True):
        if decision.name not in moves:
            continue
        place = diagram.index[decision.name]
        possible = np.asarray(inference.joint(structure, masses, structure.parents[place])) > 0
        closed = ~(open_ > 0)[..., decision.states.index(moves[decision.name])]
        shut = possible & closed
        if shut.any():
            case, everywhere = _closing_case(diagram, decision, possible, shut), ""
            if not case:
                everywhere = "in all cases that are left"
                case = _closing_case(diagram, decision, possible, shut, closed)
            seen = [f"{node.name} = {'|'.join(s)}" for node, s in case if not _is_hidden(node)]
            left = [f"{node.label} is {' or '.join(s)}" for node, s in case if _is_hidden(node)]
            reason = f"where {' and '.join([*seen, *left])}" if case else ""
            where = ", ".join(filter(None, [everywhere, reason]))
            raise QueryError(
                f"{decision.name} = {moves[decision.name]} cannot be supposed: it is closed {where}"
                f"{'; suppose what opens it too' if seen and not everywhere else ''}"
            )


def _closing_case(
    diagram: Diagram,
    decision: Decision,
    possible: NDArray[np.bool_],
    shut: NDArray[np.bool_],
    closed: NDArray[np.bool_] | None = None,
) -> list[tuple[Node, tuple[str, ...]]]:
    """Return the least that closes an option: parents with states, of resources if need be.

    Args:
        diagram: the contest.
        decision: the move with the option.
        possible: whether each case of its parents can come about, `[*parents]`.
        shut: whether the option is closed there, though the case can come about.
        closed: whether the option is closed there. Given that, the case closes the option among all
            cases, not among those alone that can come about; and each state that can come about of
            what closes it is returned.
    """
    nodes = [diagram.nodes[diagram.index[name]] for name in decision.parents]
    among = possible if closed is None else np.ones_like(possible)
    where: list[int | slice] = [int(state) for state in np.argwhere(shut)[0]]
    for axis in sorted(range(len(where)), key=lambda axis: not _is_hidden(nodes[axis])):
        wider = (*where[:axis], slice(None), *where[axis + 1 :])
        if ((shut if closed is None else closed)[wider] == among[wider]).all():
            where = list(wider)
    found = []
    for axis, (node, state) in enumerate(zip(nodes, where, strict=True)):
        if isinstance(state, int):
            there = {state} if closed is None else set(np.nonzero(possible)[axis].tolist())
            found.append((node, tuple(node.states[each] for each in sorted(there))))
    return found


def _is_hidden(node: Node) -> bool:
    """Return whether a node is not shown: it tracks a resource, or holds a private number."""
    return isinstance(node, Chance) and node.hidden
