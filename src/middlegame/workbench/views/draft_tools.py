"""The tools of an edited text, the same in the editor and the outline: use, save, undo, redo."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from nicegui import background_tasks, ui

from middlegame.base.errors import MiddlegameError
from middlegame.workbench.draft import Draft
from middlegame.workbench.merging import differences, merge
from middlegame.workbench.server.library import ChangedMeanwhile, Library
from middlegame.workbench.session import Session
from middlegame.workbench.views.frame import button, enable, titled_dialog
from middlegame.workbench.workers.pool import Superseded
from middlegame.workbench.workers.texts import EditorFault, check_text

_PAUSE = 0.25
"""Seconds without a change after which the text is checked."""


class DraftDesk:
    """What all views of an edited text share: the text, its faults, and how it is used and saved.

    Attributes:
        draft: the text with its history.
        session: the session whose text is edited.
        name: the name that is proposed for files.
        faults: the faults of the text as it was last checked.
        on_checked: called when the text has been checked.
    """

    def __init__(
        self, library: Library, session: Session, use: Callable[[str, str], Awaitable[None]]
    ) -> None:
        self.library, self.session, self._use = library, session, use
        self.draft = Draft(session.text)
        self.name = session.name
        self.faults: list[EditorFault] = []
        self.on_checked: list[Callable[[], None]] = []
        self._checked = ""
        self._edits, self._all_made = 0, asyncio.Event()
        self._all_made.set()
        self._pause: asyncio.TimerHandle | None = None
        self.draft.on_change.append(self._check_soon)
        background_tasks.create(self.check())

    @property
    def checked(self) -> bool:
        """Whether the text has been checked at all."""
        return bool(self._checked)

    @property
    def faulty(self) -> bool:
        """Whether the text, as last checked, has errors."""
        return any(fault.severity == "error" for fault in self.faults)

    def _check_soon(self) -> None:
        if self._pause is not None:
            self._pause.cancel()
        if self.draft.text != self._checked:
            loop = asyncio.get_running_loop()
            self._pause = loop.call_later(_PAUSE, lambda: background_tasks.create(self.check()))

    async def check(self) -> None:
        """Check the text."""
        session, text = self.session, self.draft.text
        try:
            faults = await session.pools.texts.ask(
                (session.visitor, "check"), check_text, text, folder=session.folder
            )
        except (Superseded, MiddlegameError):
            return
        if text != self.draft.text:
            return
        self.faults, self._checked = faults, text
        for listener in self.on_checked:
            listener()

    @property
    def can_use(self) -> bool:
        """Whether the text, as last checked, can be shown in all tabs, which show another one."""
        return not self.faulty and self.draft.text != self.draft.used

    @property
    def can_save(self) -> bool:
        """Whether the text has a file of its own that may be written."""
        contest = self.session.contest
        return self.library.folder is not None and contest is not None and not contest.shipped

    def begin_edit(self) -> None:
        """Have whoever saves, uses or undoes wait for an edit that a worker makes."""
        self._edits += 1
        self._all_made.clear()

    def end_edit(self) -> None:
        """Say that an edit is made, or is not to be made."""
        self._edits -= 1
        if not self._edits:
            self._all_made.set()

    async def undo(self) -> None:
        """Return to the text before the last step."""
        await self._all_made.wait()
        self.draft.undo()

    async def redo(self) -> None:
        """Make the last undone step again."""
        await self._all_made.wait()
        self.draft.redo()

    async def use(self) -> None:
        """Show the text in all tabs, unless it has errors."""
        await self._all_made.wait()
        await self.check()
        if not self.faulty:
            text = self.draft.text
            self.draft.mark_used(text)
            await self._use(text, self.name)

    async def save(self) -> None:
        """Write the text to its file; where the file has changed meanwhile, show both texts."""
        await self._all_made.wait()
        text = self.draft.text
        if self._write(text, self.draft.saved):
            self._take_saved(text)

    def save_over(self, text: str, now: str) -> None:
        """Write a text over another that the file has now; this can be undone here."""
        if self._write(text, now):
            self.reload(text)

    def _write(self, text: str, replacing: str) -> bool:
        """Write a text to the file, and return whether it has that now."""
        contest = self.session.contest
        assert contest is not None
        try:
            self.library.overwrite(contest, text, replacing)
        except ChangedMeanwhile as conflict:
            ConflictDialog(self, conflict.text)
            return False
        except MiddlegameError as error:
            ui.notify(str(error), type="negative")
            return False
        ui.notify("Saved.")
        return True

    def reload(self, text: str) -> None:
        """Take on the text that the file has now; this can be undone."""
        self.draft.take_on(text)
        self._take_saved(text)

    def download(self) -> None:
        """Have the browser save the text."""
        text = self.draft.text.encode("utf-8")
        ui.download.content(text, f"{self.name}.yaml", "application/yaml")

    def _take_saved(self, text: str) -> None:
        self.session.saved = text
        self.draft.mark_saved(text)


class DraftTools:
    """The buttons above an edited text, and what state it is in."""

    def __init__(self, desk: DraftDesk) -> None:
        self.desk = desk
        draft = desk.draft
        self.row = ui.element("div").classes("mg-tools").props('role=toolbar aria-label="File"')
        with self.row:
            self.apply = button("Use this text", desk.use, primary=True)
            self.save = button("Save", desk.save) if desk.can_save else None
            button("Download", desk.download)
            self.undo = button("Undo", desk.undo)
            self.redo = button("Redo", desk.redo)
            self.status = ui.label("").classes("mg-soft mg-status").props("role=status")
        draft.on_change.append(self.show)
        desk.on_checked.append(self.show)
        self.show()

    def show(self) -> None:
        """Show which buttons serve now, and what state the text is in."""
        desk, draft = self.desk, self.desk.draft
        enable(self.apply, desk.can_use)
        enable(self.undo, draft.can_undo)
        enable(self.redo, draft.can_redo)
        if self.save is not None:
            enable(self.save, draft.text != draft.saved)
        if desk.faulty:
            status = "Correct the faults first."
        elif draft.text != draft.used:
            status = "Changed, not used yet."
        else:
            status = "All tabs show this text."
        self.status.set_text(status)


class ConflictDialog:
    """Both texts, where another program has changed the file: reload, merge, or save a copy."""

    def __init__(self, desk: DraftDesk, now: str) -> None:
        self.desk, self.now = desk, now
        contest = desk.session.contest
        assert contest is not None
        with titled_dialog(
            f"{contest.path.name} has changed meanwhile", "mg-conflict"
        ) as self.dialog:
            ui.label(
                "Another program has changed the file since you opened it. Below, - is "
                "only in the file, + is only in your text."
            )
            ui.code(differences(now, desk.draft.text), language="diff").classes("mg-difference")
            self.merged, conflicts = merge(desk.draft.saved, desk.draft.text, now)
            if conflicts:
                ui.label(
                    f"{conflicts} place{'s' if conflicts > 1 else ''} changed in both: there, "
                    "merging keeps your text."
                ).classes("mg-note")
            self.name = ui.input("Name of the copy", value=f"{Path(contest.path).stem}-copy.yaml")
            self.problem = ui.label("").classes("mg-note").props("role=alert")
            self.problem.bind_visibility_from(self.problem, "text", bool)
            with ui.element("div").classes("mg-tools"):
                button("Merge and save", self._merge, primary=True)
                button("Reload the file", self._reload)
                button("Save a copy", self._copy)
                button("Cancel", self.dialog.close)
        self.dialog.open()

    def _merge(self) -> None:
        self.dialog.close()
        self.desk.save_over(self.merged, self.now)

    def _reload(self) -> None:
        self.dialog.close()
        self.desk.reload(self.now)

    def _copy(self) -> None:
        try:
            contest = self.desk.library.save(str(self.name.value), self.desk.draft.text)
        except MiddlegameError as error:
            self.problem.set_text(str(error))
            return
        self.dialog.close()
        ui.notify(f"Saved as {contest.path.name}.")
