"""The tasks that solve a contest: open it, answer changes quickly and in full, draw it."""

from typing import TYPE_CHECKING, NamedTuple

from middlegame.report.charts.graph import contest_graph
from middlegame.workbench.setting import Setting
from middlegame.workbench.workers.contest_view import ContestView, contest_view
from middlegame.workbench.workers.full_view import ForecastView, FullView, full_view, preview
from middlegame.workbench.workers.texts import with_moved_ranges
from middlegame.workbench.workers.worker import WorkerContext

if TYPE_CHECKING:
    from middlegame.equilibrium.equilibrium import Equilibrium
    from middlegame.sweeps.forecast import Forecast


class OpenedContest(NamedTuple):
    """A contest as it is written.

    Attributes:
        contest: names, colours, judgements and sources, whatever the numbers are.
        baseline: the full view of the scenario as written.
    """

    contest: ContestView
    baseline: FullView


def open_contest(context: WorkerContext, text: str) -> OpenedContest:
    """Solve a scenario as written, and describe it.

    Args:
        context: the worker's cache, progress and cancellation.
        text: the scenario's text.

    Raises:
        ScenarioError: the text has faults.
        TooLarge: solving it would take more than is allowed here.
        NotConverged: no equilibrium was reached.
    """
    live = context.contest(text)
    context.report("Solving")
    baseline = live.base
    context.report("Describing the contest")
    return OpenedContest(
        contest=context.cached("view", text, lambda: contest_view(baseline, context.read(text))),
        baseline=context.cached(
            "baseline", text, lambda: full_view(live, Setting(), live.base_forecast)
        ),
    )


def hold_ready(context: WorkerContext, text: str) -> None:
    """Hold a text's contest ready, so that this worker too can answer while sliders move."""
    context.contest(text).soonest({})


def quick_forecast(context: WorkerContext, text: str, setting: Setting) -> ForecastView:
    """Return a preview of the forecast at a setting as soon as possible, from the middle world.

    The traced solution answers where the quick one does not settle, and where a private number is
    changed: its range moves with it, and so does what all others believe.
    """
    live = context.contest(text)
    if not live.private_numbers.isdisjoint(setting.numbers):
        return preview(solve_setting(context, text, setting), live.base_forecast)
    equilibrium, _ = live.soonest(
        setting.numbers, setting.supposed, setting.given, surprise=setting.surprise
    )
    return preview(equilibrium, live.base_forecast)


def full_answer(context: WorkerContext, text: str, setting: Setting) -> FullView:
    """Return the forecast at a setting, with everything that the page shows of it."""
    return full_view(
        context.contest(text),
        setting,
        forecast_setting(context, text, setting),
        lambda alone: solve_setting(context, text, alone),
    )


def draw_period(context: WorkerContext, text: str, setting: Setting, period: int | None) -> str:
    """Draw one period of a contest over time, with what it depends on of the period before.

    Args:
        context: the worker's cache, progress and cancellation.
        text: the scenario's text.
        setting: what is changed.
        period: counted from 1; None for a contest without periods.

    Returns:
        An SVG image.
    """
    found = forecast_setting(context, text, setting)
    return contest_graph(found, period=period, interactive=True)


def solve_setting(context: WorkerContext, text: str, setting: Setting) -> "Equilibrium":
    """Solve a contest whose changed numbers have moved their ranges along.

    Analyses start from this equilibrium.

    Args:
        context: the worker's cache, progress and cancellation.
        text: the scenario's text.
        setting: what is changed.
    """
    return forecast_setting(context, text, setting).middle


def forecast_setting(context: WorkerContext, text: str, setting: Setting) -> "Forecast":
    """Forecast a contest whose changed numbers have moved their ranges along.

    Args:
        context: the worker's cache, progress and cancellation.
        text: the scenario's text.
        setting: what is changed.
    """
    moved = with_moved_ranges(context, text, setting.numbers)
    return context.contest(moved).forecast(
        setting.supposed, setting.given, surprise=setting.surprise
    )
