"""Checks of wrong beliefs: whose they are, which numbers they may replace, and who knows of them.

That a belief leaves the contest's moves and factors as they are is checked when it is compiled.
"""

from collections.abc import Iterator, Mapping

from middlegame.scenario.faults import Fault, Path
from middlegame.scenario.model.beliefs import Belief
from middlegame.scenario.validation.context import CheckContext, check_known
from middlegame.scenario.validation.numbers import check_replacements


def check_beliefs(contest: CheckContext) -> Iterator[Fault]:
    """Check each actor's beliefs; the contest that it has in mind is checked by `find_faults`."""
    beliefs, partial = contest.scenario.beliefs, contest.partial
    actors = contest.scenario.actors
    for name, belief in beliefs.items():
        path: Path = ("beliefs", name)
        if not partial.affects("actors"):
            yield from check_known("actor", name, actors, path)
            for position, other in enumerate(belief.aware):
                yield from check_known("actor", other, actors, (*path, "aware", position))
        for position, other in enumerate(belief.aware):
            if other == name:
                yield Fault(
                    f"'{name}' cannot be aware of its own error",
                    "other actors, who know what it believes",
                    path=(*path, "aware", position),
                )
        yield from check_replacements(contest, belief.judgements, (*path, "judgements"))
        for place in belief.judgements:
            yield from _own(contest, name, place, (*path, "judgements", place))
        movers = {move.by for move in contest.scenario.moves.values()}
        if name in actors and name not in movers and not partial.affects("moves"):
            yield Fault(
                f"'{name}' makes no decision, so its beliefs have no effect",
                "an actor with a move",
                severity="warning",
                path=path,
            )
    yield from _circles(beliefs)


def _own(contest: CheckContext, name: str, place: str, path: Path) -> Iterator[Fault]:
    """Report a belief about how precisely or patiently the believer itself chooses."""
    actor = contest.scenario.actors.get(name)
    shared = place == "precision" and actor is not None and actor.precision is None
    if shared or place in (f"actors.{name}.precision", f"actors.{name}.patience"):
        what = "patience" if place.endswith("patience") else "precision"
        yield Fault(
            f"'{name}' cannot be wrong about its own {what}",
            "its worths and costs, or numbers of the others",
            path=path,
        )


def _circles(beliefs: Mapping[str, Belief]) -> Iterator[Fault]:
    """Report believers who are aware of each other's errors, in a circle."""
    for name in beliefs:
        reached: list[str] = []
        pending = [other for other in beliefs[name].aware if other in beliefs and other != name]
        while pending:
            each = pending.pop()
            if each not in reached:
                reached.append(each)
                pending += [other for other in beliefs[each].aware if other in beliefs]
        if name in reached:
            yield Fault(
                f"'{name}' and {' and '.join(repr(o) for o in reached if o != name)} are aware of "
                "each other's errors, so that none of them can be solved first",
                "one of them unaware of the other",
                path=("beliefs", name, "aware"),
            )
            return


def belief_order(beliefs: Mapping[str, Belief]) -> list[str]:
    """List all actors who hold beliefs or are aware of some, each after those it is aware of."""
    waiting = list(dict.fromkeys((*beliefs, *(a for b in beliefs.values() for a in b.aware))))
    ordered: list[str] = []
    while waiting:
        free = [name for name in waiting if set(errors_known_to(name, beliefs)) <= set(ordered)]
        ordered += free
        waiting = [name for name in waiting if name not in free]
    return ordered


def errors_known_to(actor: str, beliefs: Mapping[str, Belief]) -> tuple[str, ...]:
    """List the believers of whose error an actor is aware."""
    return tuple(name for name, belief in beliefs.items() if actor in belief.aware)
