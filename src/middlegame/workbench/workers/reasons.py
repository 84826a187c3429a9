"""The task that explains a move's option, or a factor's state."""

from middlegame.workbench.setting import Setting
from middlegame.workbench.workers.solve import forecast_setting
from middlegame.workbench.workers.worker import WorkerContext


def explain_choice(
    context: WorkerContext, text: str, setting: Setting, name: str, state: str
) -> str:
    """Return the report's section on why a move or factor comes out as it does.

    Args:
        context: the worker's cache, progress and cancellation.
        text: the scenario's text.
        setting: what is changed.
        name: the move or factor.
        state: its option or state; empty for the likeliest one.

    Returns:
        HTML.

    Raises:
        MiddlegameError: the move never has a choice.
    """
    from middlegame.analysis.reasons import why
    from middlegame.report.html.report import result_html

    equilibrium = forecast_setting(context, text, setting)
    return result_html(why(equilibrium, name, state or None, progress=context.progress()))
