"""Checks of offers: who makes them to whom, and whether the terms can be promised."""

from collections.abc import Iterator
from dataclasses import dataclass

from middlegame.scenario.conditions import Condition, Is
from middlegame.scenario.faults import Fault, Path
from middlegame.scenario.model.offers import Offer
from middlegame.scenario.model.scenario import Scenario
from middlegame.scenario.validation.context import CheckContext, check_known


def check_offers(contest: CheckContext) -> Iterator[Fault]:
    """Check the actors, the names, the place and the terms of every offer."""
    for name, offer in contest.scenario.offers.items():
        path: Path = ("offers", name)
        if contest.partial.affects(*path) or contest.partial.affects("moves"):
            continue
        yield from _names(contest, name, path)
        if offer.by == offer.to:
            yield Fault(f"'{offer.by}' makes the offer to itself", "another actor", path=path)
        if offer.before is not None:
            moves = contest.scenario.moves
            yield from check_known("move", offer.before, moves, (*path, "before"))
        for place, term in enumerate(offer.terms):
            where = (*path, "terms", place, "promise")
            yield from _promise(contest, offer, term.promise, where)
        for key in ("opens", "closes"):
            for place, each in enumerate(getattr(offer.if_accepted, key)):
                yield from _options(contest, each, (*path, "if_accepted", key, place))


@dataclass(frozen=True)
class Promise:
    """A promise about a move.

    Attributes:
        offer: the offer that it belongs to.
        states: the options that keep it.
        breaking_costs: whether the others stay available, at a cost.
        path: where it stands.
    """

    offer: str
    states: tuple[str, ...]
    breaking_costs: bool
    path: Path


def promises(scenario: Scenario, move: str) -> Iterator[Promise]:
    """Yield all promises about a move."""
    for name, offer in scenario.offers.items():
        for place, term in enumerate(offer.terms):
            if isinstance(term.promise, Is) and term.promise.variable == move:
                path: Path = ("offers", name, "terms", place, "promise")
                yield Promise(name, term.promise.states, term.breaking_costs is not None, path)


def _names(contest: CheckContext, name: str, path: Path) -> Iterator[Fault]:
    scenario = contest.scenario
    data = contest.partial.data
    written = data if isinstance(data, dict) else {}
    for section in ("moves", "factors"):
        taken = written.get(section)
        for made in (name, f"{name}_offer", f"{name}_answer"):
            if isinstance(taken, dict) and made in taken:
                problem = f"the offer '{name}' creates '{made}', which exists already"
                yield Fault(problem, "another name", path=path)
    if name in scenario.actors:
        yield Fault(f"'{name}' is both an actor and an offer", "different names", path=path)


def _options(contest: CheckContext, condition: Condition, path: Path) -> Iterator[Fault]:
    if isinstance(condition, Is) and condition.variable in contest.scenario.moves:
        return
    if isinstance(condition, Is) and condition.variable not in contest.named_states:
        return  # reported by check_names
    yield Fault(
        f"'{condition}' does not name options of one move",
        "options of one move, such as approach = leave",
        path=path,
    )


def _promise(
    contest: CheckContext, offer: Offer, promise: Condition, path: Path
) -> Iterator[Fault]:
    yield from _options(contest, promise, path)
    if not isinstance(promise, Is) or promise.variable not in contest.scenario.moves:
        return
    mover = contest.scenario.moves[promise.variable].by
    if mover not in (offer.by, offer.to):
        yield Fault(
            f"'{promise.variable}' is a move of '{mover}', for whom neither '{offer.by}' nor "
            f"'{offer.to}' can promise",
            f"a move of {offer.by} or {offer.to}",
            path=path,
        )
    elif set(promise.states) >= set(contest.scenario.moves[promise.variable].options):
        yield Fault(f"'{promise}' promises nothing: it allows every option", path=path)
