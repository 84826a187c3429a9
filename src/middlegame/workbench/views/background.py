"""Work in the background: its progress on the page, and a button that cancels it."""

from collections.abc import Callable
from typing import Any

from nicegui import background_tasks, ui

from middlegame.base.errors import MiddlegameError
from middlegame.workbench.session import Session
from middlegame.workbench.views.frame import button
from middlegame.workbench.workers.pool import Answer, Arguments, Superseded
from middlegame.workbench.workers.scheduling import Kind
from middlegame.workbench.workers.worker import WorkerContext


class BackgroundTask:
    """A line that shows the progress of some work, with a button that cancels it.

    Args:
        session: the page's session.
        label: the work in words, which also names its purpose among the session's requests.
    """

    def __init__(self, session: Session, label: str) -> None:
        self.session, self.label = session, label
        self.running = False
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
        home: str = "",
    ) -> None:
        """Start the work, unless it is running already.

        Args:
            task: a task of the workers.
            arguments: the task's arguments, after its context.
            then: called with the result.
            home: the text of the contest that the task is about; see `Pool.ask`.
        """
        if self.running:
            return
        self.running = True
        self.status.set_text(f"{self.label} …")
        self.bar.props(remove="value")
        self.line.set_visibility(True)
        self.problem.set_visibility(False)
        background_tasks.create(self._run(task, arguments, then, home), context=self.line)

    async def _run(
        self,
        task: Callable[[WorkerContext, *Arguments], Answer],
        arguments: tuple[*Arguments],
        then: Callable[[Answer], None],
        home: str,
    ) -> None:
        session = self.session
        try:
            result = await session.pools.solving.ask(
                (session.visitor, self.label),
                task,
                *arguments,
                kind=Kind.LONG,
                home=home,
                progress=self._progress,
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
        step, fraction = content if isinstance(content, tuple) else (content, None)
        if isinstance(step, float):
            step, fraction = self.label, step
        if fraction is None:
            self.bar.props(remove="value")
            self.status.set_text(f"{step} …")
        else:
            self.bar.props(f"value={fraction:.3f}")
            self.status.set_text(f"{step}: {fraction:.0%}")

    def _cancel(self) -> None:
        self.session.pools.solving.cancel((self.session.visitor, self.label))
