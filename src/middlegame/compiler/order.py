"""The order of a diagram's nodes: period by period, moves in order of play.

A factor stands directly after what it depends on.
"""

from collections.abc import Mapping

from middlegame.scenario.faults import Fault, ScenarioError
from middlegame.scenario.model.references import base_name
from middlegame.scenario.timeline import Timeline


def order_instances(timeline: Timeline, parents: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Order all instances so that each stands after its parents.

    Args:
        timeline: of the scenario.
        parents: for each instance what a factor depends on, a move knows, or evidence reports.

    Raises:
        ScenarioError: an instance depends on one that is settled later.
    """
    moves = timeline.scenario.moves
    played = {name: place for place, name in enumerate(moves)}
    waiting = dict.fromkeys(parents, 0)
    queue: list[tuple[int, int, str]] = []
    for name, period in timeline.instances:
        instance = timeline.instance_name(name, period)
        if name in moves:
            del waiting[instance]
            queue.append((period or 0, played[name], instance))
        else:
            waiting[instance] = period or 0
    queue.sort()
    order: list[str] = []
    placed: set[str] = set()
    now = 0
    while waiting or queue:
        ready = next(
            (n for n, period in waiting.items() if period <= now and placed.issuperset(parents[n])),
            None,
        )
        if ready is not None:
            del waiting[ready]
        elif queue and queue[0][0] <= now:
            ready = queue.pop(0)[2]
            if not placed.issuperset(parents[ready]):
                raise _too_early(ready, parents, placed, "moves")
        elif now < timeline.period_count:
            now += 1
            continue
        else:
            raise _too_early(next(iter(waiting)), parents, placed, "factors")
        order.append(ready)
        placed.add(ready)
    return order


def _too_early(
    name: str, parents: Mapping[str, tuple[str, ...]], placed: set[str], section: str
) -> ScenarioError:
    later = next(parent for parent in parents[name] if parent not in placed)
    does = "knows" if section == "moves" else "depends on"
    fault = Fault(
        f"'{name}' {does} '{later}', which is settled only after it",
        "only what is settled before it",
        path=(section, base_name(name)),
    )
    return ScenarioError([fault])
