"""Groups of correlated ranges that are no groups."""

from collections.abc import Iterator

from middlegame.scenario.faults import Fault, Path, nearest
from middlegame.scenario.model.judgement import Judgement
from middlegame.scenario.model.walk import walk
from middlegame.scenario.validation.contest import Contest


def check_correlations(contest: Contest) -> Iterator[Fault]:
    """Warn of groups that one range alone names: there is nothing for it to go along with."""
    members: dict[str, list[Path]] = {}
    for path, value, _ in walk(contest.scenario):
        if isinstance(value, Judgement):
            for group, _ in value.correlates:
                members.setdefault(group, []).append(path)
    shared = [group for group, paths in members.items() if len(paths) > 1]
    for group, paths in members.items():
        if len(paths) == 1:
            yield Fault(
                f"nothing else correlates with '{group}'",
                "" if nearest(group, shared) else "another range that names it too",
                nearest(group, shared),
                severity="warning",
                path=(*paths[0], "correlates", group),
            )
