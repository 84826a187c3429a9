"""The tasks of workers that solve; each holds contests ready in a `Bench`."""

from typing import NamedTuple

from middlegame.scenario.yaml.load import read_text
from middlegame.workbench.setting import Setting
from middlegame.workbench.workers.contest_view import Portrait, portrait
from middlegame.workbench.workers.full_view import Glance, Reading, glance, reading
from middlegame.workbench.workers.worker import Bench


class Opened(NamedTuple):
    """A contest as it is written.

    Attributes:
        portrait: what does not depend on the numbers.
        base: its reading.
        at_once: whether changes are answered before anything is compiled.
    """

    portrait: Portrait
    base: Reading
    at_once: bool


def opened(bench: Bench, text: str) -> Opened:
    """Open a contest: its portrait, and its forecast as written."""
    live = bench.live(text)
    bench.tell("Solving" if live.at_once else "Compiling and solving")
    _ = live.base
    bench.tell("Putting it into words")
    drawn = bench.held("portrait", text, lambda: portrait(live.base, read_text(text)))
    return Opened(
        drawn, bench.held("reading", text, lambda: reading(live, Setting())), live.at_once
    )


def prepared(bench: Bench, text: str) -> None:
    """Compile what answers while sliders move."""
    live = bench.live(text)
    bench.held("prepared", text, lambda: live.quick({}))


def glimpsed(bench: Bench, text: str, setting: Setting) -> Glance:
    """Answer at once; where the quick way does not settle or is not compiled, by the trace."""
    found, traced = bench.live(text).soon(
        setting.numbers, setting.supposed, setting.given, surprise=setting.surprise
    )
    return glance(found, traced=traced)


def read(bench: Bench, text: str, setting: Setting) -> Reading:
    """Answer in full."""
    return reading(bench.live(text), setting)
