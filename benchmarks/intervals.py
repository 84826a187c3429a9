"""The ends of a forecast's intervals against those of many worlds, on every shipped contest.

Run `python -m benchmarks.intervals`. The first worlds of a sweep are those of a forecast, so that
both are of one sequence. Contests whose worlds take long, of which a forecast has fewer than 512,
are compared with fewer: 8,192 of them would take minutes and several gigabytes.
"""

from collections.abc import Iterator

import middlegame as mg
from middlegame.io.examples import list_examples
from middlegame.sweeps.forecast import forecast
from middlegame.sweeps.world_solver import MOST_WORLDS

WORLDS, FEWER_WORLDS = 8192, 2048


def interval_errors(name: str) -> Iterator[tuple[float, str]]:
    """Yield how far each end of an interval lies from that of many worlds, and whose it is."""
    few = mg.solve(mg.load(name))
    if few.worlds is None:
        return
    many = forecast(few.middle, WORLDS if few.worlds.count == MOST_WORLDS else FEWER_WORLDS)
    for question, ends in few.intervals.items():
        for end, other in zip(ends, many.intervals[question], strict=True):
            yield abs(end - other), question
    for node in few.diagram.contest_nodes:
        if node.headline:
            for state, ends in few.interval(node.name).items():
                for end, other in zip(ends, many.interval(node.name)[state], strict=True):
                    yield abs(end - other), f"{node.name} = {state}"


def main() -> None:
    """Print the largest error of each contest, in percentage points."""
    for name in (each.name for each in list_examples()):
        worst = max(interval_errors(name), default=(0.0, "no ranges"))
        print(f"{name:28} {100 * worst[0]:5.2f}  {worst[1]}", flush=True)


if __name__ == "__main__":
    main()
