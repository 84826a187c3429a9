"""One visitor's page of one contest: what it shows, what was changed, what was asked for."""

import asyncio
import contextlib
from collections import Counter, OrderedDict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from uuid import uuid4

from middlegame.workbench.server.library import Contest
from middlegame.workbench.setting import Setting
from middlegame.workbench.workers.contest_view import Portrait
from middlegame.workbench.workers.full_view import Glance, Reading
from middlegame.workbench.workers.pool import Pool, Refused, Superseded
from middlegame.workbench.workers.solve import Opened

SAME = 1e-6
"""A difference in a probability that is none."""
REST = 0.35
"""Seconds without a change, once it was answered, after which the full solution is asked for."""
_MOST_UNDO = 100
_AT_HAND = 16
"""Opened contests that the server keeps as they are written."""
Listeners = list[Callable[[], None]]


@dataclass
class Pools:
    """The workers.

    Attributes:
        solving: those that hold contests ready.
        reading: one that reads texts, and never waits for a solution.
        visitors: how many pages there are of each text.
        prepared: the texts among these for which it is compiled what answers while sliders move.
    """

    solving: Pool
    reading: Pool
    visitors: Counter[str]
    prepared: set[str] = field(default_factory=set)
    _opened: OrderedDict[str, Opened] = field(default_factory=OrderedDict)

    async def open(
        self, visitor: str, text: str, progress: Callable[[str], None] | None = None
    ) -> Opened:
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
        self, pools: Pools, contest: Contest | None, name: str, text: str, setting: Setting
    ) -> None:
        self.pools, self.contest, self.name, self.text = pools, contest, name, text
        self.setting = setting
        self.visitor = uuid4().hex
        self.portrait: Portrait | None = None
        self.base: Reading | None = None
        self.now: Reading | None = None
        self.glance: Glance | None = None
        self.message = ""
        self.intervals: dict[str, tuple[float, float]] = {}
        self.ready = self.left = self._preparing = self._at_once = False
        self.on_opened: Listeners = []
        self.on_glance: Listeners = []
        self.on_reading: Listeners = []
        self.on_message: Listeners = []
        self.on_ready: Listeners = []
        self.on_intervals: Listeners = []
        self._asked = self._shown = 0
        self._undo: list[Setting] = []
        self._rested = setting
        self._resting: asyncio.TimerHandle | None = None
        self._quick: tuple[Setting, Glance] | None = None
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
        self.portrait, self.base, self._at_once = opened
        self.now, self.glance = self.base, self.base.glance
        _tell(self.on_opened)
        if self.setting:
            self._begin(self._read(self.setting))

    def prepare(self) -> None:
        """Have compiled what answers while sliders are dragged, once."""
        if not self._preparing:
            self._preparing = True
            self._begin(self._prepare())

    def leave(self) -> None:
        """Give up everything: the visitor is gone."""
        if not self.left:
            self.pools.visitors -= Counter([self.text])  # in place
            if not self.pools.visitors[self.text]:
                self.pools.prepared.discard(self.text)
        self.left = True
        if self._resting is not None:
            self._resting.cancel()
        self.pools.solving.leave(self.visitor)
        self.pools.reading.leave(self.visitor)

    def change(self, setting: Setting, *, settled: bool = False) -> None:
        """Take on a setting and answer it.

        Args:
            setting: the new one.
            settled: whether it stands, as when a slider is let go.
        """
        self.setting = setting
        if self._resting is not None:
            self._resting.cancel()
        # A trace for each move is for one visitor: many would hold each other up.
        alone = self.pools.visitors[self.text] == 1
        glimpsed = self.ready or (self._at_once and alone)
        if glimpsed:
            self._begin(self._glimpse(setting, settled))
        if settled or not glimpsed:
            self._rest_after(0.0 if settled else REST, settled)

    def undo(self) -> None:
        """Go back to the setting before."""
        if self._undo:
            self._rested = self._undo.pop()
            self.change(self._rested, settled=True)

    def reset(self) -> None:
        """Go back to the scenario as written; this can be undone."""
        self.change(Setting(), settled=True)

    def widen(self, intervals: dict[str, tuple[float, float]]) -> None:
        """Put a sweep's intervals on the bars, or take them off."""
        if intervals != self.intervals:
            self.intervals = intervals
            _tell(self.on_intervals)

    def say(self, message: str) -> None:
        """Tell the visitor something; nothing takes back what was told."""
        if message != self.message:
            self.message = message
            _tell(self.on_message)

    def _rest_after(self, delay: float, settled: bool) -> None:
        self._resting = asyncio.get_running_loop().call_later(delay, self._rest, settled)

    def _rest(self, settled: bool) -> None:
        # A slider that is held still is read, but only where it is let go can be gone back to.
        if settled and self.setting != self._rested:
            self._undo = [*self._undo, self._rested][-_MOST_UNDO:]
            self._rested = self.setting
        self._begin(self._read(self.setting))

    async def _prepare(self) -> None:
        if self.text not in self.pools.prepared:
            await self.pools.solving.ask(
                (self.visitor, "prepare"), "solving.prepared", self.text, home=self.text, long=True
            )
            self.pools.prepared.add(self.text)
        self.ready = True
        _tell(self.on_ready)
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

    async def _glimpse(self, setting: Setting, settled: bool) -> None:
        self._asked += 1
        key, number = (self.visitor, "glance"), self._asked
        found: Glance = await self.pools.solving.ask(
            key, "solving.glimpsed", self.text, setting, home=self.text, urgent=True
        )
        if self.left or number <= self._shown:
            return
        if number == self._asked and not settled:
            self._rest_after(REST, settled)
        self._shown = number
        self._quick = setting, found
        self.glance = found
        _tell(self.on_glance)

    async def _read(self, setting: Setting) -> None:
        key = (self.visitor, "read")
        found: Reading = await self.pools.solving.ask(
            key, "solving.read", self.text, setting, home=self.text, heavy=True
        )
        if self.left or setting != self.setting:
            return
        self.now, self.glance, self._shown = found, found.glance, self._asked
        self.say(self._disagreement(setting, found.glance))
        _tell(self.on_reading)

    def _disagreement(self, setting: Setting, traced: Glance) -> str:
        """Say so where the quick answer for this setting was another one."""
        if self._quick is None or self._quick[0] != setting:
            return ""
        apart = _apart(self._quick[1], traced)
        if apart <= SAME:
            return ""
        return (
            "While you moved the numbers, the quick answer was on another branch, up to "
            f"{100 * apart:.1f} percentage points away. What you see now is the traced one."
        )

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        async def quietly() -> None:
            with contextlib.suppress(Superseded):
                try:
                    await work
                except Refused as error:
                    if not self.left:
                        self.say("\n".join(error.reasons))

        task = asyncio.get_running_loop().create_task(quietly())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _apart(one: Glance, other: Glance) -> float:
    """The largest difference between two forecasts."""
    return max(
        abs(a - b)
        for name, forecast in one.forecasts.items()
        for a, b in zip(forecast, other.forecasts[name], strict=True)
    )


def _tell(listeners: Listeners) -> None:
    for listener in listeners:
        listener()
