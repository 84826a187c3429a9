"""The task that compares the analysts whose views a scenario holds."""

from middlegame.workbench.setting import Setting
from middlegame.workbench.workers.texts import with_moved_ranges
from middlegame.workbench.workers.worker import WorkerContext


def compare_views(context: WorkerContext, text: str, setting: Setting) -> str:
    """Return the report's section that compares a scenario's views with the scenario.

    Args:
        context: the worker's cache, progress and cancellation.
        text: the scenario's text.
        setting: changed numbers, whose ranges move along.

    Returns:
        HTML.
    """
    from middlegame.analysis.comparison import compare
    from middlegame.report.html.report import result_html

    scenario = context.contest(with_moved_ranges(context, text, setting.numbers)).scenario
    return result_html(compare(scenario, progress=context.progress()))
