"""Checks of behaviours: whether an actor with a behaviour of its own makes a decision."""

from collections.abc import Iterator

from middlegame.scenario.faults import Fault
from middlegame.scenario.validation.context import CheckContext


def check_behaviour(contest: CheckContext) -> Iterator[Fault]:
    """Warn of behaviours of actors that have no move."""
    if contest.partial.affects("moves"):
        return
    movers = {move.by for move in contest.scenario.moves.values()}
    for name, actor in contest.scenario.actors.items():
        if actor.behaviour is not None and name not in movers:
            yield Fault(
                f"'{name}' makes no decision, so that its behaviour has no effect",
                "a behaviour of actors with a move alone",
                severity="warning",
                path=("actors", name, "behaviour"),
            )
