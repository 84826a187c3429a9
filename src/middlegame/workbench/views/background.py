"""Work that takes a while: begun by the visitor or the view, told how far it is, cancelled."""

from collections.abc import Callable
from typing import Any

from nicegui import background_tasks, ui

from middlegame.base.errors import MiddlegameError
from middlegame.workbench.session import Session
from middlegame.workbench.views.frame import button
from middlegame.workbench.workers.pool import Superseded


class BackgroundTask:
    """A line that tells how far some work is, with a button that cancels it.

    Args:
        session: for whom it is done.
        what: the work in words, and its purpose among the session's requests.
    """

    def __init__(self, session: Session, what: str) -> None:
        self.session, self.what = session, what
        self.running = False
        with ui.element("div").classes("mg-tools mg-background").props("role=status") as self.line:
            self.told = ui.label()
            self.bar = ui.element("progress").props(f'max=1 aria-label="{what}"')
            self.cancel = button("Cancel", self._cancel)
        self.problem = ui.label("").classes("mg-note")
        self.line.set_visibility(False)
        self.problem.set_visibility(False)

    def begin(
        self, task: str, *arguments: Any, then: Callable[[Any], None], home: str = ""
    ) -> None:
        """Begin, unless it is being done.

        Args:
            task: of the workers.
            arguments: of the task.
            then: called with what was found.
            home: see `Pool.ask`.
        """
        if self.running:
            return
        self.running = True
        self.told.set_text(f"{self.what} …")
        self.bar.props(remove="value")
        self.line.set_visibility(True)
        self.problem.set_visibility(False)
        background_tasks.create(self._run(task, arguments, then, home), context=self.line)

    async def _run(
        self, task: str, arguments: tuple[Any, ...], then: Callable[[Any], None], home: str
    ) -> None:
        session = self.session
        try:
            found = await session.pools.solving.ask(
                (session.visitor, self.what),
                task,
                *arguments,
                long=True,
                home=home,
                progress=self._progress,
            )
        except Superseded:
            found = None
        except MiddlegameError as error:
            found = None
            self.problem.set_text(str(error))
            self.problem.set_visibility(True)
        self.running = False
        if session.closed:
            return
        self.line.set_visibility(False)
        if found is not None:
            then(found)

    def _progress(self, content: Any) -> None:
        what, share = content if isinstance(content, tuple) else (content, None)
        if isinstance(what, float):
            what, share = self.what, what
        if share is None:
            self.bar.props(remove="value")
            self.told.set_text(f"{what} …")
        else:
            self.bar.props(f"value={share:.3f}")
            self.told.set_text(f"{what}: {share:.0%}")

    def _cancel(self) -> None:
        self.session.pools.solving.cancel((self.session.visitor, self.what))
