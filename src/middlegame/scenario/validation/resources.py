"""Means that nobody has, or that are spent by nobody."""

from collections.abc import Iterator

from middlegame.scenario.faults import Fault, Path, nearest
from middlegame.scenario.validation.contest import Contest, listed


def check_means(contest: Contest) -> Iterator[Fault]:
    """Check who has which means, and what spends them."""
    scenario, damage = contest.scenario, contest.damage
    if damage.touches("resources"):
        return
    actors = damage.names("actors")
    for actor in scenario.resources:
        if actors is not None and actor not in {*scenario.actors, *actors}:
            near = nearest(actor, scenario.actors)
            expected = "" if near else f"one of {listed(list(scenario.actors))}"
            yield Fault(f"there is no actor '{actor}'", expected, near, path=("resources", actor))
    spent: set[tuple[str, str]] = set()
    for name, move in scenario.moves.items():
        means = scenario.resources.get(move.by, {})
        for option, what in move.options.items():
            for resource, cost in what.spends.items():
                path: Path = ("moves", name, "options", option, "spends", resource)
                spent.add((move.by, resource))
                if resource not in means:
                    near = nearest(resource, means)
                    expected = "" if near else f"resources: {{{move.by}: {{{resource}: 10}}}}"
                    yield Fault(f"'{move.by}' has no '{resource}'", expected, near, path=path)
                elif cost > means[resource].amount:
                    yield Fault(
                        f"'{option}' spends {cost}, and '{move.by}' never has more than "
                        f"{means[resource].amount}",
                        f"at most {means[resource].amount}",
                        path=path,
                    )
    if damage.touches("moves"):
        return
    for actor, means in scenario.resources.items():
        for resource in means:
            if actor in scenario.actors and (actor, resource) not in spent:
                yield Fault(
                    f"nothing spends the '{resource}' of '{actor}'",
                    f"spends: {{{resource}: 1}}, at an option",
                    severity="warning",
                    path=("resources", actor, resource),
                )
