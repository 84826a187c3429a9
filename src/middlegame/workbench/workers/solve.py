"""The tasks of workers that solve; each holds contests ready in a `Bench`."""

from typing import NamedTuple

from middlegame.scenario.yaml.load import read_text
from middlegame.workbench.setting import Setting
from middlegame.workbench.workers.contest_view import ContestView, contest_view
from middlegame.workbench.workers.full_view import ForecastView, FullView, forecast_view, full_view
from middlegame.workbench.workers.worker import WorkerContext


class OpenedContest(NamedTuple):
    """A contest as it is written.

    Attributes:
        portrait: what does not depend on the numbers.
        base: its reading.
        at_once: whether changes are answered before anything is compiled.
    """

    contest: ContestView
    base: FullView
    immediate: bool


def open_contest(bench: WorkerContext, text: str) -> OpenedContest:
    """Open a contest: its portrait, and its forecast as written."""
    live = bench.contest(text)
    bench.report("Solving" if live.immediate else "Compiling and solving")
    _ = live.base
    bench.report("Putting it into words")
    drawn = bench.cached("portrait", text, lambda: contest_view(live.base, read_text(text)))
    return OpenedContest(
        drawn, bench.cached("reading", text, lambda: full_view(live, Setting())), live.immediate
    )


def compile_quick_answer(bench: WorkerContext, text: str) -> None:
    """Compile what answers while sliders move."""
    live = bench.contest(text)
    bench.cached("prepared", text, lambda: live.quick({}))


def quick_forecast(bench: WorkerContext, text: str, setting: Setting) -> ForecastView:
    """Answer at once; where the quick way does not settle or is not compiled, by the trace."""
    found, traced = bench.contest(text).soonest(
        setting.numbers, setting.supposed, setting.given, surprise=setting.surprise
    )
    return forecast_view(found, traced=traced)


def full_answer(bench: WorkerContext, text: str, setting: Setting) -> FullView:
    """Answer in full."""
    return full_view(bench.contest(text), setting)
