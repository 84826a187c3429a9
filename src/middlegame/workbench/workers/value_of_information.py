"""The task that shows what is worth finding out and what is worth fixing."""

from middlegame.workbench.setting import Setting
from middlegame.workbench.workers.sections import ReportSection, report_section
from middlegame.workbench.workers.solve import solve_setting
from middlegame.workbench.workers.worker import WorkerContext

WORLDS = 4096
"""Worlds in which the effect of learning each judgement is estimated."""


def value_of_information(context: WorkerContext, text: str, setting: Setting) -> ReportSection:
    """Return the report's section on the values of information and commitment.

    Args:
        context: the worker's cache, progress and cancellation.
        text: the scenario's text.
        setting: what is changed; changed numbers move their ranges along.
    """
    from middlegame.analysis import value_of_information as analysis

    equilibrium = solve_setting(context, text, setting)
    result = analysis.value_of_information(equilibrium, n=WORLDS, progress=context.progress())
    return report_section(result, "value-of-information")
