"""The edits of an outline, one after another, each on the text that the one before it made."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from nicegui import background_tasks

from middlegame.base.errors import MiddlegameError
from middlegame.scenario.faults import Path
from middlegame.workbench.views.draft_tools import DraftDesk
from middlegame.workbench.workers.outline import move, remove, rename_entry, set_entry
from middlegame.workbench.workers.pool import Superseded

_PATH_FIRST = (set_entry, remove, move, rename_entry)
"""The tasks whose first argument is the path of an entry."""


@dataclass
class Edit:
    """An edit that waits.

    Attributes:
        task: the worker's task that makes it.
        arguments: the task's arguments, beside the text.
        what: what is edited, for the history of the text; empty for a step of its own.
        choose: the entry to show once it is made.
    """

    task: Callable[..., str]
    arguments: tuple[Any, ...]
    what: str = ""
    choose: Path | None = None

    def moved(self, path: Path) -> Path | None:
        """Return where an entry is once this edit is made; None where it is removed."""
        if self.task not in _PATH_FIRST:
            return path
        at: Path = self.arguments[0]
        depth, last = len(at) - 1, at[-1]
        if path[:depth] != at[:-1] or len(path) <= depth:
            return path
        here, beyond = path[depth], path[depth + 1 :]
        if here == last:
            if self.task is remove:
                return None
            if self.task is rename_entry and isinstance(last, str):
                return (*at[:-1], self.arguments[1], *beyond)
        if not isinstance(here, int) or not isinstance(last, int):
            return path
        if self.task is remove:
            return (*at[:-1], here - (here > last), *beyond)
        if self.task is move:
            to = self.arguments[1]
            place = to if here == last else here - (here > last) + (here - (here > last) >= to)
            return (*at[:-1], place, *beyond)
        return path


class EditQueue:
    """Makes the edits of a text in order.

    Args:
        desk: whose text is edited.
        on_made: called after each edit.
        on_idle: called when no edit waits any more.
        on_refused: called with the message of an edit that cannot be made.
    """

    def __init__(
        self,
        desk: DraftDesk,
        on_made: Callable[[Edit], None],
        on_idle: Callable[[], None],
        on_refused: Callable[[str], None],
    ) -> None:
        self.desk = desk
        self._on_made, self._on_idle, self._on_refused = on_made, on_idle, on_refused
        self._waiting: list[Edit] = []
        self.busy = False

    def add(self, edit: Edit) -> None:
        """Make an edit as soon as those before it are made."""
        if edit.what and self._waiting and self._waiting[-1].what == edit.what:
            self._waiting.pop()  # what was typed into the field before counts no more
        self._waiting.append(edit)
        if not self.busy:
            self.busy = True
            self.desk.begin_edit()
            background_tasks.create(self._run())

    async def _run(self) -> None:
        try:
            while self._waiting:
                await self._make(self._waiting.pop(0))
        finally:
            self.busy = False
            self.desk.end_edit()
            self._on_idle()

    async def _make(self, edit: Edit) -> None:
        session, draft = self.desk.session, self.desk.draft
        while True:
            before = draft.text
            try:
                text = await session.pools.texts.ask(
                    (session.visitor, "edit"), edit.task, before, *edit.arguments
                )
            except Superseded:
                return
            except MiddlegameError as error:
                self._on_refused(str(error))
                return
            if draft.text == before:  # else it was undone meanwhile, say
                break
        for other in list(self._waiting):
            if other.task in _PATH_FIRST:
                path = edit.moved(other.arguments[0])
                if path is None:
                    self._waiting.remove(other)
                else:
                    other.arguments = (path, *other.arguments[1:])
        self._on_made(edit)
        draft.change(text, edit.what)
