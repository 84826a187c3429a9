"""Options that cannot be, moves that leave nothing to do, actors that forget."""

from collections.abc import Iterator

import numpy as np

from middlegame.scenario.faults import Fault
from middlegame.scenario.model.scenario import Move
from middlegame.scenario.validation.contest import Contest, listed


def check_moves(contest: Contest) -> Iterator[Fault]:
    """Check what is open when, and what is forgotten."""
    for name, move in contest.scenario.moves.items():
        yield from _unknown_to_the_move(contest, name, move)
        if contest.whole("moves", name):
            yield from _open(contest, name, move)
    yield from _forgotten(contest)


def _unknown_to_the_move(contest: Contest, name: str, move: Move) -> Iterator[Fault]:
    if contest.damage.touches("moves", name, "knows"):
        return
    for option, what in move.options.items():
        told: set[str] = set()
        for leaf in what.if_.leaves() if what.if_ else ():
            variable = leaf.variable
            if variable in contest.states and variable not in {*move.knows, *told}:
                told.add(variable)
                yield Fault(
                    f"whether '{option}' is open depends on '{variable}', which '{name}' does not "
                    "know",
                    f"knows: [{', '.join((*move.knows, variable))}]",
                    path=("moves", name, "options", option, "if"),
                    offset=leaf.offset,
                )


def _open(contest: Contest, name: str, move: Move) -> Iterator[Fault]:
    conditions = {option: what.if_ for option, what in move.options.items() if what.if_}
    if not all(contest.sound(condition) for condition in conditions.values()):
        return
    path = ("moves", name, "options")
    mentions = [condition.variables() for condition in conditions.values()]
    if large := contest.too_many(f"the options of '{name}'", path, mentions):
        yield from large
        return
    states = contest.sound_states
    over = list(dict.fromkeys(variable for each in mentions for variable in each))
    shape = tuple(len(states[variable]) for variable in over)
    closed = np.ones(shape, dtype=bool)
    for option, condition in conditions.items():
        is_open = condition.holds(states, over)
        if not is_open.any():
            yield Fault(
                f"the option '{option}' is never open: its condition contradicts itself",
                severity="warning",
                path=(*path, option, "if"),
            )
        closed &= ~is_open
    if len(conditions) == len(move.options) and closed.any():
        first = np.unravel_index(int(closed.argmax()), shape)
        case = " and ".join(
            f"{variable} = {states[variable][at]}" for variable, at in zip(over, first, strict=True)
        )
        yield Fault(
            f"no option of '{name}' is open if {case}", "one option without 'if'", path=path
        )


def _forgotten(contest: Contest) -> Iterator[Fault]:
    earlier: dict[str, list[str]] = {}
    within_offers = [f"{o}_{part}" for o in contest.scenario.offers for part in ("offer", "answer")]
    for name, move in contest.scenario.moves.items():
        own = earlier.setdefault(move.by, [])
        forgotten = [each for each in own if each not in (*move.knows, *within_offers)]
        if forgotten and not contest.damage.touches("moves", name, "knows"):
            quoted = listed([f"'{each}'" for each in forgotten])
            yield Fault(
                f"'{name}' does not know {quoted}, its actor's own earlier "
                f"move{'s' if len(forgotten) > 1 else ''}",
                f"knows: [{listed((*move.knows, *forgotten))}], unless forgetting is meant",
                severity="warning",
                path=("moves", name),
            )
        own.append(name)
