"""One visitor's page of one contest: what it shows, what was changed, what was asked for."""

import asyncio
import contextlib
from collections import Counter, OrderedDict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from uuid import uuid4

from middlegame.workbench.server.library import Contest
from middlegame.workbench.setting import Setting
from middlegame.workbench.workers.contest_view import ContestView
from middlegame.workbench.workers.full_view import ForecastView, FullView
from middlegame.workbench.workers.pool import Pool, Refused, Superseded
from middlegame.workbench.workers.solve import OpenedContest

TOLERANCE = 1e-6
"""A difference in a probability that is none."""
REST_SECONDS = 0.35
"""Seconds without a change, once it was answered, after which the full solution is asked for."""
_MOST_UNDO = 100
_AT_HAND = 16
"""Opened contests that the server keeps as they are written."""
Listeners = list[Callable[[], None]]


@dataclass
class WorkerPools:
    """The workers.

    Attributes:
        solving: those that hold contests ready.
        reading: one that reads texts, and never waits for a solution.
        visitors: how many pages there are of each text.
        prepared: the texts among these for which it is compiled what answers while sliders move.
    """

    solving: Pool
    texts: Pool
    visitors: Counter[str]
    prepared: set[str] = field(default_factory=set)
    _opened: OrderedDict[str, OpenedContest] = field(default_factory=OrderedDict)

    async def open(
        self, visitor: str, text: str, progress: Callable[[str], None] | None = None
    ) -> OpenedContest:
        """Open a text; what was opened lately is at hand.

        Raises:
            Refused: it has faults, is too large, or has no equilibrium.
            Superseded: the visitor left.
        """
        found = self._opened.get(text)
        if found is None:
            found = await self.solving.ask(
                (visitor, "open"), "solving.opened", text, home=text, progress=progress
            )
        self._opened[text] = found
        self._opened.move_to_end(text)
        if len(self._opened) > _AT_HAND:
            self._opened.popitem(last=False)
        return found


class Session:
    """The state behind one page; nothing of it is shared with another.

    Attributes:
        pools: the workers.
        contest: what was opened; None for an uploaded text.
        name: to be shown, and proposed for files.
        text: the scenario as this page has it.
        setting: what is changed.
        portrait: what does not depend on the numbers; None until it is opened.
        base: the reading as written.
        now: the latest full reading.
        glance: the latest forecast, quick or full.
        message: what could not be done, or is worth knowing.
        intervals: 90% intervals that a sweep of this setting found, by the key of the bar.
        ready: whether sliders are answered at once.
        visitor: names this page among all.
    """

    def __init__(
        self, pools: WorkerPools, contest: Contest | None, name: str, text: str, setting: Setting
    ) -> None:
        self.pools, self.contest, self.name, self.text = pools, contest, name, text
        self.setting = setting
        self.visitor = uuid4().hex
        self.contest_view: ContestView | None = None
        self.baseline: FullView | None = None
        self.full_view: FullView | None = None
        self.forecast: ForecastView | None = None
        self.message = ""
        self.intervals: dict[str, tuple[float, float]] = {}
        self.ready = self.closed = self._preparing = self._at_once = False
        self.on_opened: Listeners = []
        self.on_forecast: Listeners = []
        self.on_full_view: Listeners = []
        self.on_message: Listeners = []
        self.on_ready: Listeners = []
        self.on_intervals: Listeners = []
        self._last_request = self._last_shown = 0
        self._undo: list[Setting] = []
        self._undo_point = setting
        self._pending: asyncio.TimerHandle | None = None
        self._quick: tuple[Setting, ForecastView] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        pools.visitors[text] += 1

    @property
    def folder(self) -> str:
        """Where the text's sources are looked for; nothing for an uploaded text."""
        return str(self.contest.path.parent) if self.contest else ""

    @property
    def can_undo(self) -> bool:
        """Whether there is something to take back."""
        return bool(self._undo)

    async def open(self, progress: Callable[[str], None]) -> None:
        """Open the text: portrait and forecast.

        Args:
            progress: told what is being done.

        Raises:
            Refused: it has faults, is too large, or has no equilibrium.
            Superseded: the visitor left.
        """
        opened = await self.pools.open(self.visitor, self.text, progress)
        self.contest_view, self.baseline, self._at_once = opened
        self.full_view, self.forecast = self.baseline, self.baseline.forecast
        _notify(self.on_opened)
        if self.setting:
            self._start(self._ask_full_view(self.setting))

    def prepare(self) -> None:
        """Have compiled what answers while sliders are dragged, once."""
        if not self._preparing:
            self._preparing = True
            self._start(self._prepare())

    def close(self) -> None:
        """Give up everything: the visitor is gone."""
        if not self.closed:
            self.pools.visitors -= Counter([self.text])  # in place
            if not self.pools.visitors[self.text]:
                self.pools.prepared.discard(self.text)
        self.closed = True
        if self._pending is not None:
            self._pending.cancel()
        self.pools.solving.leave(self.visitor)
        self.pools.texts.leave(self.visitor)

    def change(self, setting: Setting, *, settled: bool = False) -> None:
        """Take on a setting and answer it.

        Args:
            setting: the new one.
            settled: whether it stands, as when a slider is let go.
        """
        self.setting = setting
        if self._pending is not None:
            self._pending.cancel()
        # A trace for each move is for one visitor: many would hold each other up.
        alone = self.pools.visitors[self.text] == 1
        glimpsed = self.ready or (self._at_once and alone)
        if glimpsed:
            self._start(self._ask_forecast(setting, settled))
        if settled or not glimpsed:
            self._ask_full_view_after(0.0 if settled else REST_SECONDS, settled)

    def undo(self) -> None:
        """Go back to the setting before."""
        if self._undo:
            self._undo_point = self._undo.pop()
            self.change(self._undo_point, settled=True)

    def reset(self) -> None:
        """Go back to the scenario as written; this can be undone."""
        self.change(Setting(), settled=True)

    def set_intervals(self, intervals: dict[str, tuple[float, float]]) -> None:
        """Put a sweep's intervals on the bars, or take them off."""
        if intervals != self.intervals:
            self.intervals = intervals
            _notify(self.on_intervals)

    def show_message(self, message: str) -> None:
        """Tell the visitor something; nothing takes back what was told."""
        if message != self.message:
            self.message = message
            _notify(self.on_message)

    def _ask_full_view_after(self, delay: float, settled: bool) -> None:
        self._pending = asyncio.get_running_loop().call_later(delay, self._settle, settled)

    def _settle(self, settled: bool) -> None:
        # A slider that is held still is read, but only where it is let go can be gone back to.
        if settled and self.setting != self._undo_point:
            self._undo = [*self._undo, self._undo_point][-_MOST_UNDO:]
            self._undo_point = self.setting
        self._start(self._ask_full_view(self.setting))

    async def _prepare(self) -> None:
        if self.text not in self.pools.prepared:
            await self.pools.solving.ask(
                (self.visitor, "prepare"), "solving.prepared", self.text, home=self.text, long=True
            )
            self.pools.prepared.add(self.text)
        self.ready = True
        _notify(self.on_ready)
        if self.pools.visitors[self.text] > 1:
            # Where several look at the same, more than one worker is to answer.
            await self.pools.solving.ask(
                (self.visitor, "spread"),
                "solving.prepared",
                self.text,
                home=self.text,
                long=True,
                spread=True,
            )

    async def _ask_forecast(self, setting: Setting, settled: bool) -> None:
        self._last_request += 1
        key, number = (self.visitor, "glance"), self._last_request
        found: ForecastView = await self.pools.solving.ask(
            key, "solving.glimpsed", self.text, setting, home=self.text, urgent=True
        )
        if self.closed or number <= self._last_shown:
            return
        if number == self._last_request and not settled:
            self._ask_full_view_after(REST_SECONDS, settled)
        self._last_shown = number
        self._quick = setting, found
        self.forecast = found
        _notify(self.on_forecast)

    async def _ask_full_view(self, setting: Setting) -> None:
        key = (self.visitor, "read")
        found: FullView = await self.pools.solving.ask(
            key, "solving.read", self.text, setting, home=self.text, heavy=True
        )
        if self.closed or setting != self.setting:
            return
        self.full_view, self.forecast, self._last_shown = found, found.forecast, self._last_request
        self.show_message(self._disagreement(setting, found.forecast))
        _notify(self.on_full_view)

    def _disagreement(self, setting: Setting, traced: ForecastView) -> str:
        """Say so where the quick answer for this setting was another one."""
        if self._quick is None or self._quick[0] != setting:
            return ""
        apart = _largest_difference(self._quick[1], traced)
        if apart <= TOLERANCE:
            return ""
        return (
            "While you moved the numbers, the quick answer was on another branch, up to "
            f"{100 * apart:.1f} percentage points away. What you see now is the traced one."
        )

    def _start(self, work: Coroutine[None, None, None]) -> None:
        async def quietly() -> None:
            with contextlib.suppress(Superseded):
                try:
                    await work
                except Refused as error:
                    if not self.closed:
                        self.show_message("\n".join(error.reasons))

        task = asyncio.get_running_loop().create_task(quietly())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _largest_difference(one: ForecastView, other: ForecastView) -> float:
    """The largest difference between two forecasts."""
    return max(
        abs(a - b)
        for name, forecast in one.forecasts.items()
        for a, b in zip(forecast, other.forecasts[name], strict=True)
    )


def _notify(listeners: Listeners) -> None:
    for listener in listeners:
        listener()
