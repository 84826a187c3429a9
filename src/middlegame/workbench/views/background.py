"""Work in the background: its progress on the page, and a button that cancels it."""

import time
from collections.abc import Callable
from typing import Any

from nicegui import background_tasks, ui

from middlegame.base.errors import MiddlegameError
from middlegame.workbench.session import Session
from middlegame.workbench.views.frame import button
from middlegame.workbench.workers.pool import Answer, Arguments, Superseded
from middlegame.workbench.workers.scheduling import Kind
from middlegame.workbench.workers.worker import Partial, WorkerContext

_NO_ESTIMATE = 1.5
"""Seconds of work before which the time that is left is not estimated."""
_LEAST_SHARE = 0.03
"""The share of the work before which the time that is left is not estimated."""


class BackgroundTask:
    """A line that shows the progress of some work, with a button that cancels it.

    Args:
        session: the page's session.
        label: the work in words.
    """

    def __init__(self, session: Session, label: str) -> None:
        self.session, self.label, self._purpose = session, label, ""
        self.running, self._since = False, 0.0
        with ui.element("div").classes("mg-tools mg-background").props("role=status") as self.line:
            self.status = ui.label()
            self.bar = ui.element("progress").props(f'max=1 aria-label="{label}"')
            self.cancel = button("Cancel", self._cancel)
        self.problem = ui.label("").classes("mg-note")
        self.line.set_visibility(False)
        self.problem.set_visibility(False)

    def begin(
        self,
        task: Callable[[WorkerContext, *Arguments], Answer],
        *arguments: *Arguments,
        then: Callable[[Answer], None],
        keep: bool = True,
    ) -> None:
        """Start the work, unless it is running already.

        Args:
            task: a task of the workers.
            arguments: the task's arguments, after its context.
            then: called with the answer, and before with every part of it that is ready.
            keep: whether the answer depends on the arguments alone, and so is kept.
        """
        if self.running:
            return
        self.running, self._since = True, time.monotonic()
        self._purpose = task.__name__  # two lines may have the same label
        self.status.set_text(f"{self.label} …")
        self.bar.props(remove="value")
        self.line.set_visibility(True)
        self.problem.set_visibility(False)
        background_tasks.create(self._run(task, arguments, then, keep), context=self.line)

    async def _run(
        self,
        task: Callable[[WorkerContext, *Arguments], Answer],
        arguments: tuple[*Arguments],
        then: Callable[[Answer], None],
        keep: bool,
    ) -> None:
        session = self.session

        def follow(content: Any) -> None:
            if session.closed:
                return
            if isinstance(content, Partial):
                with self.line:
                    then(content.answer)
            else:
                self._progress(content)

        try:
            result = await session.ask(
                self._purpose, task, *arguments, kind=Kind.LONG, progress=follow, keep=keep
            )
        except Superseded:
            return
        except MiddlegameError as error:
            self.problem.set_text(str(error))
            self.problem.set_visibility(True)
            return
        finally:
            self._stop()
        if not session.closed:
            then(result)

    def _stop(self) -> None:
        self.running = False
        if not self.session.closed:
            self.line.set_visibility(False)

    def _progress(self, content: Any) -> None:
        step, share = content if isinstance(content, tuple) else (content, None)
        words = step or self.label
        if share is None:
            self.status.set_text(f"{words} …")
            return
        if share >= 1:
            self.bar.props(remove="value")
            self.status.set_text("Putting the result together …")
            return
        self.bar.props(f"value={share:.3f}")
        self.status.set_text(f"{words}: {share:.0%}{self._remaining(share)}")

    def _remaining(self, share: float) -> str:
        """Return how long the rest takes if it goes on as so far; empty while that is unknown."""
        elapsed = time.monotonic() - self._since
        if elapsed < _NO_ESTIMATE or share < _LEAST_SHARE:
            return ""
        seconds = elapsed * (1 - share) / share
        if seconds < 90:
            return f", about {max(seconds, 1):.0f} s left"
        return f", about {seconds / 60:.0f} min left"

    def _cancel(self) -> None:
        self.session.pools.solving.cancel((self.session.visitor, self._purpose))
