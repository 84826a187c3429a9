"""One visitor's page of one contest: what it shows, what was changed, what is being computed."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any
from uuid import uuid4

from middlegame.workbench.address import PagePlace, known_part
from middlegame.workbench.changes import changes, drop_unchanged, with_clauses
from middlegame.workbench.server.library import Contest
from middlegame.workbench.setting import Setting
from middlegame.workbench.worker_pools import WorkerPools
from middlegame.workbench.workers import solve
from middlegame.workbench.workers.contest_view import ContestView
from middlegame.workbench.workers.full_view import ForecastView, FullView
from middlegame.workbench.workers.pool import Answer, Arguments, Refused, Superseded
from middlegame.workbench.workers.scheduling import Kind
from middlegame.workbench.workers.worker import WorkerContext

TOLERANCE = 1e-6
"""A difference in a probability that counts as none."""
REST_SECONDS = 0.35
"""Seconds between the answer to the last change and the request for the full solution."""
_MOST_UNDO = 100
Listeners = list[Callable[[], None]]


class Session:
    """The state behind one page; no two pages share one.

    Attributes:
        pools: the worker processes.
        contest: the contest of the library; None for an uploaded text.
        name: the name that is shown, and proposed for files.
        text: the scenario as this page has it.
        saved: the text of the contest's file.
        setting: what is changed.
        shown: the setting of the full view.
        place: what the visitor looks at.
        unknown: a sentence for each part of the page's address that the contest does not know.
        contest_view: the contest without its forecast; None until it is open.
        baseline: the full view of the scenario as written.
        full_view: the latest full view.
        forecast: the latest forecast, quick or full.
        message: what failed, or a warning.
        intervals: 90% intervals, by the key of the bar: those of a sweep of this setting, or else
            those of the forecast.
        ready: whether sliders are answered at once.
        closed: whether the visitor has left.
        visitor: the name of this page among all.
    """

    def __init__(
        self,
        pools: WorkerPools,
        contest: Contest | None,
        name: str,
        text: str,
        setting: Setting,
        place: PagePlace,
    ) -> None:
        self.pools, self.contest, self.name, self.text = pools, contest, name, text
        self.saved, self.setting, self.place = text, setting, place
        self.shown = Setting()
        self.unknown: list[str] = []
        self.visitor = uuid4().hex
        self.contest_view: ContestView | None = None
        self.baseline: FullView | None = None
        self.full_view: FullView | None = None
        self.forecast: ForecastView | None = None
        self.message = self._refusal = ""
        self.intervals: dict[str, tuple[float, float]] = {}
        self.closed = self._spread = False
        self.on_opened: Listeners = []
        self.on_place: Listeners = []
        self.on_setting: Listeners = []
        self.on_forecast: Listeners = []
        self.on_full_view: Listeners = []
        self.on_message: Listeners = []
        self.on_intervals: Listeners = []
        self._last_request = self._last_shown = 0
        self._undo: list[Setting] = []
        self._redo: list[Setting] = []
        self._undo_point = setting
        self._pending: asyncio.TimerHandle | None = None
        self._quick: tuple[Setting, ForecastView] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        pools.visitors[text] += 1
        pools.pages[self.visitor] = text, self.folder

    @property
    def folder(self) -> str:
        """The folder of the text's sources and members; empty for an uploaded text."""
        return self.contest.folder if self.contest else ""

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to undo."""
        return bool(self._undo)

    @property
    def can_redo(self) -> bool:
        """Whether there is an undone change to make again."""
        return bool(self._redo)

    async def open(self, progress: Callable[[str], None]) -> None:
        """Solve the text as written, and then at the page's setting.

        Args:
            progress: called with what is being done, in words.

        Raises:
            Refused: the text has faults, is too large, or has no equilibrium.
            Superseded: the visitor left.
        """
        opened = await self.pools.open(self.visitor, self.text, progress, self.folder)
        self.contest_view, self.baseline = opened
        self.full_view, self.forecast = self.baseline, self.baseline.forecast
        self.intervals = self.forecast.intervals
        self.setting, self.place, unknown = known_part(self.contest_view, self.setting, self.place)
        self.unknown += unknown
        self._undo_point = self.setting
        _notify(self.on_opened)
        if self.setting:
            self._start(self._ask_forecast(self.setting, settled=True), self.setting)
            self._start(self._ask_full_view(self.setting), self.setting)

    def prepare_for_sliders(self) -> None:
        """Have another worker hold the contest ready where several visitors have it open, once."""
        if not self._spread and self.pools.visitors[self.text] > 1:
            self._spread = True
            self._start(self._ask_spread())

    def close(self) -> None:
        """Drop all requests: the visitor has left."""
        if not self.closed:
            self.pools.visitors -= Counter([self.text])  # in place
        self.closed = True
        self.pools.pages.pop(self.visitor, None)
        if self._pending is not None:
            self._pending.cancel()
        self.pools.solving.drop_visitor(self.visitor)
        self.pools.texts.drop_visitor(self.visitor)

    def change(self, setting: Setting, *, settled: bool = False) -> None:
        """Take on a setting, and ask for its forecast and full view.

        Args:
            setting: the new setting.
            settled: whether it stands, as when a slider is released.
        """
        if self.contest_view is not None:
            setting = drop_unchanged(self.contest_view, setting)
        self.setting, self.unknown, self._refusal = setting, [], ""
        if self._pending is not None:
            self._pending.cancel()
        # Undo returns to where a slider was released, not to where it was held still.
        if settled and setting != self._undo_point:
            self._undo = [*self._undo, self._undo_point][-_MOST_UNDO:]
            self._undo_point, self._redo = setting, []
        _notify(self.on_setting)
        known = not setting or self._known_full_view(setting) is not None
        if not known:
            self._start(self._ask_forecast(setting, settled), setting)
        if settled or known:
            self._start(self._ask_full_view(setting), setting)

    def undo(self) -> None:
        """Return to the setting before the last change."""
        if self._undo:
            self._redo.append(self._undo_point)
            self._undo_point = self._undo.pop()
            self.change(self._undo_point, settled=True)

    def redo(self) -> None:
        """Make the change again that was undone last."""
        if self._redo:
            self._undo.append(self._undo_point)
            self._undo_point = self._redo.pop()
            self.change(self._undo_point, settled=True)

    def go(self, place: PagePlace) -> None:
        """Look at another place of the page."""
        if place != self.place:
            self.place = place
            _notify(self.on_place)

    async def ask(
        self,
        purpose: str,
        task: Callable[[WorkerContext, *Arguments], Answer],
        *arguments: *Arguments,
        kind: Kind = Kind.SHORT,
        progress: Callable[[Any], None] | None = None,
        keep: bool = True,
    ) -> Answer:
        """Ask the workers about this page's contest, unless they answered the same before.

        Args:
            purpose: what the answer is for; a newer request of a purpose replaces an older one.
            task: a task of the workers.
            arguments: the task's arguments, after its context.
            kind: how long it takes.
            progress: called with what the task reports meanwhile.
            keep: whether the answer depends on the arguments alone, and so is kept.

        Raises:
            Superseded: a newer request of this purpose came, or the visitor left.
            Refused: the task refused, with its reasons.
        """
        found = self.pools.known(task, *arguments, folder=self.folder) if keep else None
        if found is None:
            found = await self.pools.solving.ask(
                (self.visitor, purpose),
                task,
                *arguments,
                home=self.text,
                folder=self.folder,
                kind=kind,
                progress=progress,
            )
            if keep:
                self.pools.keep(task, arguments, found, self.folder)
        return found

    def reset(self) -> None:
        """Return to the scenario as written; this can be undone."""
        self.change(Setting(), settled=True)

    def set_intervals(self, intervals: dict[str, tuple[float, float]]) -> None:
        """Show a sweep's intervals on the bars; with an empty mapping those of the forecast."""
        if not intervals and self.forecast is not None:
            intervals = self.forecast.intervals
        if intervals != self.intervals:
            self.intervals = intervals
            _notify(self.on_intervals)

    def show_message(self, message: str) -> None:
        """Show the visitor a message; an empty one removes it."""
        if message != self.message:
            self.message = message
            _notify(self.on_message)

    def _rest(self) -> None:
        self._start(self._ask_full_view(self.setting), self.setting)

    def _known_full_view(self, setting: Setting) -> FullView | None:
        return self.pools.known(solve.full_answer, self.text, setting, folder=self.folder)

    async def _ask_spread(self) -> None:
        await self.pools.solving.ask(
            (self.visitor, "spread"),
            solve.hold_ready,
            self.text,
            home=self.text,
            folder=self.folder,
            kind=Kind.LONG,
            spread=True,
        )

    async def _ask_forecast(self, setting: Setting, settled: bool) -> None:
        self._last_request += 1
        key, number = (self.visitor, "forecast"), self._last_request
        answer = await self.pools.solving.ask(
            key,
            solve.quick_forecast,
            self.text,
            setting,
            home=self.text,
            folder=self.folder,
            kind=Kind.URGENT,
        )
        if self.closed or number <= self._last_shown:
            return
        if number == self._last_request and not settled:
            loop = asyncio.get_running_loop()
            self._pending = loop.call_later(REST_SECONDS, self._rest)
        self._last_shown = number
        self._quick = setting, answer
        self.forecast = answer
        self.set_intervals({})
        _notify(self.on_forecast)

    async def _ask_full_view(self, setting: Setting) -> None:
        if setting:
            answer = await self.ask(
                "full view", solve.full_answer, self.text, setting, kind=Kind.HEAVY
            )
        else:
            assert self.baseline is not None
            self.pools.solving.cancel((self.visitor, "full view"))
            answer = self.baseline
        if self.closed or setting != self.setting:
            return
        self.full_view, self.forecast, self._last_shown = (
            answer,
            answer.forecast,
            self._last_request,
        )
        self.shown = setting
        self.set_intervals({})
        self.show_message(self._refusal or self._disagreement(setting, answer.forecast))
        _notify(self.on_full_view)

    def _disagreement(self, setting: Setting, traced: ForecastView) -> str:
        """Return the warning that the quick answer was wrong; empty where it was right."""
        if self._quick is None or self._quick[0] != setting:
            return ""
        difference = _largest_difference(self._quick[1], traced)
        if difference <= TOLERANCE:
            return ""
        return (
            "While you moved the numbers, the quick answer was on another branch, up to "
            f"{100 * difference:.1f} percentage points away. "
            "The page now shows the traced solution."
        )

    def _take_back(self, setting: Setting, reasons: list[str]) -> None:
        """Return to the setting before a refused one, and say why; a newer one counts instead."""
        contest = self.contest_view
        if self.closed or contest is None or setting != self.setting:
            return
        if self._undo_point == setting:
            self._undo_point = self._undo.pop() if self._undo else Setting()
        if self._pending is not None:
            self._pending.cancel()
        self.setting = self._undo_point
        kept = {each.text for each in changes(contest, self.setting)}
        gone = [each.text for each in changes(contest, setting) if each.text not in kept]
        self._refusal = with_clauses(contest, "\n".join(reasons))
        if gone:
            taken = "This change was" if len(gone) == 1 else "These changes were"
            self._refusal += f"\n{taken} taken back: {'. '.join(gone)}."
        self.show_message(self._refusal)
        _notify(self.on_setting)
        if self.setting != setting:
            self._start(self._ask_full_view(self.setting), self.setting)

    def _start(self, request: Coroutine[None, None, None], setting: Setting | None = None) -> None:
        """Run a request; the setting that it is about is taken back where it is refused."""

        async def quietly() -> None:
            with contextlib.suppress(Superseded):
                try:
                    await request
                except Refused as error:
                    if setting:
                        self._take_back(setting, error.reasons)
                    elif not self.closed:
                        self.show_message("\n".join(error.reasons))

        task = asyncio.get_running_loop().create_task(quietly())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _largest_difference(one: ForecastView, other: ForecastView) -> float:
    """Return the largest difference between two forecasts in the middle world."""
    return max(
        abs(a - b)
        for name, forecast in one.middle.items()
        for a, b in zip(forecast, other.middle[name], strict=True)
    )


def _notify(listeners: Listeners) -> None:
    for listener in listeners:
        listener()
