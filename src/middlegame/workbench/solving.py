"""The tasks of workers that solve; each holds contests ready in a `Bench`."""

from middlegame.scenario.load import read_text
from middlegame.workbench.portrait import Portrait, portrait
from middlegame.workbench.reading import Glance, Reading, glance, reading
from middlegame.workbench.setting import Setting
from middlegame.workbench.worker import Bench


def opened(bench: Bench, text: str) -> tuple[Portrait, Reading]:
    """Open a contest: its portrait, and its forecast as written."""
    live = bench.live(text)
    bench.tell("Solving")
    _ = live.base
    bench.tell("Putting it into words")
    drawn = bench.held("portrait", text, lambda: portrait(live.base, read_text(text)))
    return drawn, bench.held("reading", text, lambda: reading(live, Setting()))


def prepared(bench: Bench, text: str) -> None:
    """Compile what answers while sliders move."""
    live = bench.live(text)
    bench.held("prepared", text, lambda: live.quick({}))


def glimpsed(bench: Bench, text: str, setting: Setting) -> Glance:
    """Answer at once; where the quick way does not settle, by the trace."""
    live = bench.live(text)
    arguments = (setting.numbers, setting.supposed, setting.given)
    found = live.quick(*arguments, surprise=setting.surprise)
    if found is not None:
        return glance(found, traced=False)
    return glance(live.full(*arguments, surprise=setting.surprise), traced=True)


def read(bench: Bench, text: str, setting: Setting) -> Reading:
    """Answer in full."""
    return reading(bench.live(text), setting)
