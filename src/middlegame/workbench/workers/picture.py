"""The task that draws a contest over time, one period of it."""

from middlegame.report.charts.graph import contest_graph
from middlegame.workbench.setting import Setting
from middlegame.workbench.workers.worker import WorkerContext


def draw_period(bench: WorkerContext, text: str, setting: Setting, period: int) -> str:
    """Draw a period, with what it depends on of the one before.

    Args:
        bench: the worker's.
        text: the scenario's.
        setting: what is changed.
        period: counted from 1.
    """
    found = bench.contest(text).full(
        setting.numbers, setting.supposed, setting.given, surprise=setting.surprise
    )
    return contest_graph(found, period=period, chosen_from=True)
