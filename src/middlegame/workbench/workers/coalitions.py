"""The task that shows who gains by acting together."""

from middlegame.workbench.setting import Setting
from middlegame.workbench.workers.sections import ReportSection, report_section
from middlegame.workbench.workers.solve import forecast_setting
from middlegame.workbench.workers.worker import WorkerContext


def coalitions(context: WorkerContext, text: str, setting: Setting) -> ReportSection:
    """Return the report's section on coalitions of all pairs of actors.

    Args:
        context: the worker's cache, progress and cancellation.
        text: the scenario's text.
        setting: what is changed; observations are set aside.

    Raises:
        MiddlegameError: the contest has beliefs, levels of reasoning or a surprise.
    """
    from middlegame.analysis import coalitions as analysis

    forecast = forecast_setting(context, text, setting)
    return report_section(analysis.coalitions(forecast, progress=context.progress()), "coalitions")
