"""Checks of names: actors, moves, factors and states that are undefined or defined twice."""

from collections.abc import Iterator

from middlegame.base.spelling import list_names
from middlegame.scenario.conditions import Is, Predicate, scale_values
from middlegame.scenario.faults import Fault, Path
from middlegame.scenario.model.factors import Distribution, Factor
from middlegame.scenario.model.references import base_name, split_reference
from middlegame.scenario.model.scales import ScaleValue
from middlegame.scenario.validation.context import CheckContext, check_known


def check_names(contest: CheckContext) -> Iterator[Fault]:
    """Find names that are not defined, and names that are defined twice."""
    yield from _twice(contest)
    yield from _actors(contest)
    yield from _variables(contest)
    yield from _conditions(contest)
    for name, factor in contest.scenario.factors.items():
        yield from _factor(contest, name, factor)


def unknown_reference(
    contest: CheckContext, reference: str, path: Path, offset: int = 0
) -> Iterator[Fault]:
    """Report a reference to an unknown move, factor, resource or period."""
    if reference in contest.states:
        return
    if "." in reference:
        resources = [f"{a}.{r}" for a, of in contest.scenario.resources.items() for r in of]
        if not contest.partial.affects("resources") and path[2] == "knows":
            yield from check_known("resource", reference, resources, path, offset)
        elif path[2] != "knows":
            yield Fault(f"a table cannot depend on the resource '{reference}'", path=path)
        return
    name, at = split_reference(reference)
    if name not in contest.named_states or at is None:
        yield from check_known("move or factor", name, contest.named_states, path, offset)
    elif not contest.period_count:
        if not contest.partial.affects("periods"):
            problem = f"'{reference}' names a period, but the scenario has no periods"
            yield Fault(problem, f"{name}, or periods at the top", path=path, offset=offset)
    elif not contest.is_timed(name):
        problem = f"'{name}' is settled once, so it has no periods"
        yield Fault(problem, name, path=path, offset=offset)
    else:
        expected = f"{name}@1 to {name}@{contest.period_count}, {name}@previous or {name}@last"
        yield Fault(f"there is no period {at}", expected, path=path, offset=offset)


def _twice(contest: CheckContext) -> Iterator[Fault]:
    for name in contest.scenario.factors:
        if name in contest.scenario.moves:
            yield Fault(
                f"'{name}' is both a move and a factor", "different names", path=("factors", name)
            )
    for name in contest.scenario.evidence:
        if name in contest.states:
            kind = "move" if name in contest.scenario.moves else "factor"
            path: Path = ("evidence", name)
            yield Fault(
                f"'{name}' is both a {kind} and a piece of evidence", "different names", path=path
            )


def _actors(contest: CheckContext) -> Iterator[Fault]:
    actors = contest.partial.names("actors")
    if actors is None:
        return
    valid = dict.fromkeys((*contest.scenario.actors, *actors))
    for name, move in contest.scenario.moves.items():
        if not contest.partial.affects("moves", name, "by"):
            yield from check_known("actor", move.by, valid, ("moves", name, "by"))
    for name in contest.scenario.interests:
        yield from check_known("actor", name, valid, ("interests", name))
    for name, evidence in contest.scenario.evidence.items():
        for position, actor in enumerate(evidence.seen_by):
            yield from check_known("actor", actor, valid, ("evidence", name, "seen_by", position))


def _variables(contest: CheckContext) -> Iterator[Fault]:
    if not contest.knows_all_names:
        return
    for name, move in contest.scenario.moves.items():
        for position, known in enumerate(move.knows):
            path = ("moves", name, "knows", position)
            yield from unknown_reference(contest, known, path)
    for name, factor in contest.scenario.factors.items():
        for position, given in enumerate(factor.table.given if factor.table else ()):
            place = ("factors", name, "table", "given", position)
            yield from unknown_reference(contest, given, place)
            if base_name(given) in contest.scenario.scales:
                problem = f"a table cannot depend on '{given}', which is on a scale"
                yield Fault(problem, "rules, whose conditions compare its values", path=place)


def _conditions(contest: CheckContext) -> Iterator[Fault]:
    for path, condition in contest.conditions:
        if contest.partial.affects(*path):
            continue
        for leaf in condition.leaves():
            if leaf.variable not in contest.states:
                if contest.knows_all_names:
                    yield from unknown_reference(contest, leaf.variable, path, leaf.offset)
                continue
            if not isinstance(leaf, Is):
                yield from _on_scale(contest, leaf.variable, path, leaf.offset)
                yield from _beyond_scale(contest, leaf, path)
                continue
            offsets = leaf.state_offsets or (leaf.offset,) * len(leaf.states)
            for state, offset in zip(leaf.states, offsets, strict=True):
                yield from _state(contest, leaf.variable, state, path, offset)


def _beyond_scale(contest: CheckContext, leaf: Predicate, path: Path) -> Iterator[Fault]:
    """Report a comparison that none of the values of a scale meets."""
    states = contest.states.get(leaf.variable)
    name = base_name(leaf.variable)
    if states and name in contest.scenario.scales and not leaf.matching(states):
        values = list_names([state for state in states if scale_values((state,))[0] is not None])
        yield Fault(
            f"'{leaf}' never holds: '{name}' has the values {values}", path=path, offset=leaf.offset
        )


def _on_scale(contest: CheckContext, variable: str, path: Path, offset: int) -> Iterator[Fault]:
    """Report that a number is compared with, or asked of, a move or factor on no scale."""
    states = contest.states.get(variable)
    if states is None or base_name(variable) in contest.scenario.scales:
        return
    if path[0] == "questions" and path[-1] == "value":
        yield Fault(
            f"'{variable}' is not on a scale, so it has no value",
            f"will: {variable} = {states[0]}; or scale: {{from: 0, to: 100, step: 10}}, at "
            f"'{variable}'",
            path=path,
        )
    else:
        yield Fault(
            f"'{variable}' is not on a scale, so it is neither above nor below a number",
            f"{variable} = {states[0]}; or scale: {{from: 0, to: 100, step: 10}}, at '{variable}'",
            path=path,
            offset=offset,
        )


def _state(
    contest: CheckContext, variable: str, state: str, path: Path, offset: int = 0
) -> Iterator[Fault]:
    states = contest.states.get(variable)
    if states is not None:
        name = base_name(variable)
        kind = "option" if name in contest.scenario.moves else "state"
        if name in contest.scenario.scales and scale_values((state,))[0] is not None:
            kind = "value"
        for fault in check_known(kind, state, states, path, offset):
            message = f"'{variable}' has no {kind} '{state}'"
            yield Fault(message, fault.expected, fault.suggestion, path=path, offset=offset)


def _factor(contest: CheckContext, name: str, factor: Factor) -> Iterator[Fault]:
    path: Path = ("factors", name)
    thens: list[tuple[Path, Distribution | ScaleValue | None]] = [
        ((*path, "chance"), factor.chance),
        ((*path, "start"), factor.start),
    ]
    thens += [((*path, "rules", n, "then"), rule.then) for n, rule in enumerate(factor.rules or ())]
    if factor.table:
        for n, row in enumerate(factor.table.rows):
            row_path = (*path, "table", "rows", n)
            thens.append(((*row_path, "then"), row.then))
            for k, (given, state) in enumerate(zip(factor.table.given, row.when, strict=False)):
                yield from _state(contest, given, state, (*row_path, "when", k))
    for then_path, then in thens:
        if contest.partial.affects(*then_path) or not isinstance(then, dict) or factor.scale:
            continue
        for state in then:
            yield from _state(contest, name, state, (*then_path, state))
    if factor.causes:
        state = factor.causes.state
        yield from _state(contest, name, state, (*path, "causes", state))
