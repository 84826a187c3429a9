"""Checks of moves: when options are available, what they spend, what actors forget."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from middlegame.scenario.conditions import NEVER
from middlegame.scenario.faults import Fault, Path, join_names, nearest
from middlegame.scenario.model.moves import Move
from middlegame.scenario.model.offer_expansion import ACCEPTED
from middlegame.scenario.validation.context import CheckContext, check_known
from middlegame.scenario.validation.offers import promises


def check_moves(contest: CheckContext) -> Iterator[Fault]:
    """Check that options can be available, and that actors know their own earlier moves."""
    for name, move in contest.scenario.moves.items():
        yield from _unknown_to_the_move(contest, name, move)
        if contest.is_complete("moves", name):
            yield from _open(contest, name, move)
    yield from _forgotten(contest)


def _unknown_to_the_move(contest: CheckContext, name: str, move: Move) -> Iterator[Fault]:
    if contest.partial.affects("moves", name, "knows"):
        return
    known = _known(contest, move)
    for option, what in move.options.items():
        reported: set[str] = set()
        for leaf in what.if_.leaves() if what.if_ else ():
            variable = leaf.variable
            if variable in contest.states and variable not in {*known, *reported}:
                reported.add(variable)
                yield Fault(
                    f"the condition of '{option}' uses '{variable}', which '{name}' does not know",
                    f"knows: [{', '.join((*known, variable))}]",
                    path=("moves", name, "options", option, "if"),
                    offset=leaf.offset,
                )


def _known(contest: CheckContext, move: Move) -> tuple[str, ...]:
    """Return what the move's actor knows, each misspelt name as the one that is suggested."""
    return tuple(
        name if name in contest.states or "." in name else nearest(name, contest.states) or name
        for name in move.knows
    )


def _open(contest: CheckContext, name: str, move: Move) -> Iterator[Fault]:
    conditions = {option: what.if_ for option, what in move.options.items() if what.if_}
    if not all(contest.can_evaluate(condition) for condition in conditions.values()):
        return
    path: Path = ("moves", name, "options")
    mentions = [condition.variables() for condition in conditions.values()]
    if large := contest.check_combinations(f"the options of '{name}'", path, mentions):
        yield from large
        return
    states = contest.known_states
    over = list(dict.fromkeys(variable for each in mentions for variable in each))
    shape = tuple(len(states[variable]) for variable in over)
    closed = np.ones(shape, dtype=bool)
    opens: dict[str, NDArray[np.bool_]] = {}
    for option, condition in conditions.items():
        is_open = opens[option] = condition.holds(states, over)
        if not is_open.any() and condition != NEVER:  # some values of a scale may never be open
            yield Fault(
                f"the option '{option}' is never available: its condition contradicts itself",
                severity="warning",
                path=(*path, option, "if"),
            )
        closed &= ~is_open

    def first_case(cases: NDArray[np.bool_]) -> tuple[dict[str, str], str]:
        first = np.unravel_index(int(cases.argmax()), shape)
        case = {variable: states[variable][at] for variable, at in zip(over, first, strict=True)}
        return case, " and ".join(f"{variable} = {state}" for variable, state in case.items())

    made = [
        promise
        for promise in promises(contest.scenario, name)
        if set(promise.states) <= set(move.options)
    ]
    for promise in made:
        if promise.breaking_costs and set(promise.states) <= set(opens):
            impossible = ~np.any([opens[state] for state in promise.states], axis=0)
            if impossible.any():
                where = first_case(impossible)[1]
                yield Fault(
                    f"the promise cannot be kept if {where}, and costs '{move.by}' its "
                    "breaking_costs there too",
                    "a promise of an option that is always available, unless that is meant",
                    severity="warning",
                    path=promise.path,
                )
    if len(conditions) == len(move.options) and closed.any():
        case, where = first_case(closed)
        problem, expected = f"no option of '{name}' is available if {where}", ""
        for promise in made:
            if case.get(promise.offer) == ACCEPTED and not promise.breaking_costs:
                kept = " or ".join(promise.states)
                problem += f": the promise closes all but {kept}"
                expected = f"breaking_costs beside the promise, or {kept} available there too"
                path = promise.path
                break
        yield Fault(problem, expected or "one option without 'if'", path=path)


def _forgotten(contest: CheckContext) -> Iterator[Fault]:
    earlier: dict[str, list[str]] = {}
    within_offers = [f"{o}_{part}" for o in contest.scenario.offers for part in ("offer", "answer")]
    for name, move in contest.scenario.moves.items():
        own = earlier.setdefault(move.by, [])
        known = _known(contest, move)
        forgotten = [each for each in own if each not in (*known, *within_offers)]
        if forgotten and not contest.partial.affects("moves", name, "knows"):
            quoted = join_names([f"'{each}'" for each in forgotten])
            yield Fault(
                f"'{name}' does not know {quoted}, its actor's own earlier "
                f"move{'s' if len(forgotten) > 1 else ''}",
                f"knows: [{join_names((*known, *forgotten))}], unless forgetting is intended",
                severity="warning",
                path=("moves", name),
            )
        own.append(name)


def check_resources(contest: CheckContext) -> Iterator[Fault]:
    """Check that resources belong to actors, and that options spend what their actor has."""
    scenario, damage = contest.scenario, contest.partial
    if damage.affects("resources"):
        return
    actors = damage.names("actors")
    for actor in scenario.resources:
        if actors is not None:
            valid = dict.fromkeys((*scenario.actors, *actors))
            yield from check_known("actor", actor, valid, ("resources", actor))
    spent: set[tuple[str, str]] = set()
    for name, move in scenario.moves.items():
        owned = scenario.resources.get(move.by, {})
        for option, what in move.options.items():
            for resource, cost in what.spends.items():
                path: Path = ("moves", name, "options", option, "spends", resource)
                spent.add((move.by, resource))
                if resource not in owned:
                    near = nearest(resource, owned)
                    expected = "" if near else f"resources: {{{move.by}: {{{resource}: 10}}}}"
                    yield Fault(
                        f"'{move.by}' has no resource '{resource}'", expected, near, path=path
                    )
                elif cost > owned[resource].amount:
                    yield Fault(
                        f"'{option}' spends {cost}, but '{move.by}' never has more than "
                        f"{owned[resource].amount}",
                        f"at most {owned[resource].amount}",
                        path=path,
                    )
    if damage.affects("moves"):
        return
    for actor, owned in scenario.resources.items():
        for resource in owned:
            if actor in scenario.actors and (actor, resource) not in spent:
                yield Fault(
                    f"nothing spends the '{resource}' of '{actor}'",
                    f"spends: {{{resource}: 1}}, at an option",
                    severity="warning",
                    path=("resources", actor, resource),
                )
