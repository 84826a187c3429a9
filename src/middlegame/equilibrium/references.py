"""Names and conditions that an analyst writes, found in a diagram."""

from collections.abc import Mapping

from middlegame.base.errors import QueryError, unknown_name, unknown_state
from middlegame.base.numbers import Floats
from middlegame.base.text import normalize
from middlegame.diagram import Diagram, Node
from middlegame.scenario.conditions import Condition, Is, lone_name, parse_condition, scale_values
from middlegame.scenario.faults import join_names
from middlegame.scenario.model.references import LAST, base_name, split_reference


def node_index(diagram: Diagram, name: str) -> int:
    """Find a move or factor among a diagram's nodes.

    Raises:
        QueryError: it is not there; or it is there in several periods, and none is said.
    """
    name = normalize(name)
    if name in diagram.index:
        return diagram.index[name]
    known, at = split_reference(name)
    there = diagram.instances(known)
    if there and there[0].period is not None:
        if at == LAST:
            return diagram.index[there[-1].name]
        if at in (None, ""):
            raise QueryError(
                f"'{name}' comes about in more than one period; say in which, from "
                f"{there[0].name} to {there[-1].name}"
            )
    raise _unknown_node(diagram, name)


def node_indices(diagram: Diagram, name: str) -> tuple[int, ...]:
    """Find the nodes that a name stands for: without a period, those of all its periods.

    Raises:
        QueryError: there is no such move or factor.
    """
    there = [node for node in diagram.instances(normalize(name)) if node.period]
    return tuple(diagram.index[node.name] for node in there) or (node_index(diagram, name),)


def contest_node(diagram: Diagram, name: str) -> Node:
    """Find a move or factor of the contest, which is neither evidence nor hidden.

    Raises:
        QueryError: it is not there; or it is there in several periods, and none is said.
    """
    node = diagram.nodes[node_index(diagram, name)]
    if not any(node is each for each in diagram.contest_nodes):
        raise _unknown_node(diagram, name)
    return node


def expand_periods(diagram: Diagram, states: Mapping[str, str]) -> dict[str, str]:
    """Let a name without a period stand for it in all its periods, and `@last` for the last.

    Raises:
        QueryError: there is no such move or factor.
    """
    return {
        diagram.nodes[place].name: normalize(state)
        for name, state in states.items()
        for place in node_indices(diagram, name)
    }


def resolve_references(diagram: Diagram, condition: str | Condition) -> Condition:
    """Parse a condition and name each node that it refers to: `cuba@last` becomes `cuba@8`.

    Raises:
        QueryError: the condition does not parse, or a move, factor or state is not there.
    """
    try:
        wanted = parse_condition(condition)
    except ValueError as error:
        if name := lone_name(str(condition)):
            node = diagram.nodes[node_index(diagram, name)]
            raise QueryError(
                f"'{name}' alone is not a condition; expected one such as {name} = {node.states[0]}"
            ) from None
        raise QueryError(str(error)) from None
    for leaf in wanted.leaves():
        own = diagram.nodes[node_index(diagram, leaf.variable)].states
        for state in leaf.states if isinstance(leaf, Is) else ():
            if state not in own:
                raise unknown_state(leaf.variable, state, own)
        if not isinstance(leaf, Is) and not any(value is not None for value in scale_values(own)):
            raise QueryError(
                f"'{leaf.variable}' is not on a scale: its states are {join_names(own)}"
            )
        if not isinstance(leaf, Is) and not leaf.matching(own):
            values = [state for state in own if scale_values((state,))[0] is not None]
            raise QueryError(
                f"'{leaf}' never holds: '{base_name(leaf.variable)}' has the values "
                f"{join_names(values)}"
            )
    return wanted.substitute(
        lambda leaf: leaf.renamed(diagram.nodes[node_index(diagram, leaf.variable)].name)
    )


def condition_table(diagram: Diagram, condition: str | Condition) -> tuple[tuple[str, ...], Floats]:
    """Return the moves and factors of a condition, and 1 for each joint state where it holds.

    Raises:
        QueryError: the condition does not parse, or a move, factor or state is not there.
    """
    wanted = resolve_references(diagram, condition)
    over = wanted.variables()
    states = {name: diagram.nodes[diagram.index[name]].states for name in over}
    return over, wanted.holds(states, over).astype(float)


def _unknown_node(diagram: Diagram, name: str) -> QueryError:
    """Return the error for a name that no node has: the move or factor, or its period, is unknown.

    Args:
        diagram: the contest.
        name: as written, perhaps with a period (`economy@9`).
    """
    known, _, period = name.partition("@")
    there = diagram.instances(known)
    if not there:
        return unknown_name("move or factor", known, diagram.names)
    if there[0].period is None:
        return QueryError(f"'{known}' has no periods; write '{known}'")
    periods = [node.period or 0 for node in there]
    through = periods == list(range(periods[0], periods[-1] + 1))
    told = (
        f"{periods[0]} to {periods[-1]}" if through else join_names([str(each) for each in periods])
    )
    return QueryError(f"'{known}' has periods {told}, and no period '{period}'")
