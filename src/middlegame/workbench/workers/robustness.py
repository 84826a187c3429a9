"""The task that shows which answers hold under other methods and without parts of the premises."""

from middlegame.workbench.setting import Setting
from middlegame.workbench.workers.sections import ReportSection, report_section
from middlegame.workbench.workers.solve import forecast_setting
from middlegame.workbench.workers.worker import WorkerContext


def robustness(context: WorkerContext, text: str, setting: Setting) -> ReportSection:
    """Return the report's section on robustness.

    Args:
        context: the worker's cache, progress and cancellation.
        text: the scenario's text.
        setting: what is changed; changed numbers move their ranges along.
    """
    from middlegame.analysis.robustness import robust

    equilibrium = forecast_setting(context, text, setting)
    return report_section(robust(equilibrium, progress=context.progress()), "robustness")
