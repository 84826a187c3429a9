"""The task that shows what the evidence says about hidden facts."""

from middlegame.workbench.setting import Setting
from middlegame.workbench.workers.sections import ReportSection, report_section
from middlegame.workbench.workers.solve import forecast_setting
from middlegame.workbench.workers.worker import WorkerContext

WORLDS = 512
"""Worlds in which the evidence is weighed."""


def weigh_evidence(context: WorkerContext, text: str, setting: Setting) -> ReportSection:
    """Return the report's section on the posterior of each hidden factor, piece by piece.

    Args:
        context: the worker's cache, progress and cancellation.
        text: the scenario's text.
        setting: what is changed; observed states count as evidence.

    Raises:
        MiddlegameError: there is no evidence, or no hidden factor.
    """
    from middlegame.analysis.hypotheses import hypotheses

    forecast = forecast_setting(context, text, setting)
    progress = context.progress(f"Weighing the evidence in {WORLDS} worlds")
    return report_section(hypotheses(forecast, n=WORLDS, progress=progress), "hypotheses")
