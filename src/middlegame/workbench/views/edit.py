"""The tab to edit in: the scenario's text, its faults at their lines, its sources beside it."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from nicegui import background_tasks, ui
from nicegui.element import Element
from nicegui.events import GenericEventArguments

from middlegame.base.errors import MiddlegameError
from middlegame.workbench.server.library import LARGEST, Library
from middlegame.workbench.session import Session
from middlegame.workbench.views.frame import button, enable, heading
from middlegame.workbench.workers.pool import Superseded
from middlegame.workbench.workers.texts import (
    CitedPassage,
    EditorFault,
    check_text,
    cited_passages,
    complete,
)

_PAUSE = 0.25
"""Seconds without a keystroke after which the text is checked."""
_KINDS = {
    "key": "property",
    "name": "variable",
    "state": "enum",
    "source": "text",
    "word": "keyword",
}
_REFUSALS = {
    "size": "This file is too large: a scenario has at most 1 MiB.",
    "paste": "The text would be too large: a scenario has at most 1 MiB. Nothing was changed.",
    "encoding": "This file is not a text in UTF-8.",
}


class EditorAids(Element, component="components/editor_aids.js"):
    """Completion, the cursor's line, the size limit, and opening a local file, for a code editor.

    What was typed and not saved is kept in the browser, and put back when the page is loaded anew.
    A local file is read in the browser and put into the editor, so that its text takes the way of
    a text that is pasted. An upload element would register a route of the server for every page.
    """

    def __init__(
        self,
        editor: ui.codemirror,
        on_complete: Callable[[int, int, int], Awaitable[None]],
        on_line: Callable[[int], Awaitable[None]],
        on_open: Callable[[str], None],
        on_refuse: Callable[[str], None],
        on_restore: Callable[[bool], None],
    ) -> None:
        super().__init__()
        self._props["editor"] = editor.id
        self._props["limit"] = LARGEST

        async def ask_completion(event: GenericEventArguments) -> None:
            await on_complete(*(int(event.args[key]) for key in ("number", "line", "column")))

        async def show_line(event: GenericEventArguments) -> None:
            await on_line(int(event.args))

        self.on("complete", ask_completion)
        self.on("line", show_line)
        self.on("opened", lambda event: on_open(str(event.args)))
        self.on("refused", lambda event: on_refuse(str(event.args)))
        self.on("restored", lambda event: on_restore(bool(event.args)))

    def offer(self, number: int, options: list[dict[str, str]]) -> None:
        """Offer options for the completion of a number."""
        self.run_method("offer", number, options)

    def mark_saved(self) -> None:
        """Take the text as it stands for the saved one."""
        self.run_method("markSaved")


class EditTab:
    """An editor, the list of faults, and the passages that the current line cites."""

    def __init__(
        self, library: Library, session: Session, use: Callable[[str, str], Awaitable[None]]
    ) -> None:
        """Build the tab.

        Args:
            library: where the text may be saved.
            session: the session whose text is edited.
            use: called with a text that is to be solved, and its name.
        """
        self.library, self.session, self._use = library, session, use
        self.saved = self.used = session.text
        self.name = session.name
        self._faulty = False
        self._pause: asyncio.TimerHandle | None = None
        self.client = ui.context.client
        heading("h1", "Edit the scenario", "mg-small")
        with ui.element("div").classes("mg-tools").props('role=toolbar aria-label="File"'):
            self.apply = button("Use this text", self._apply, primary=True)
            self.save = None
            if library.folder is not None and session.contest and not session.contest.shipped:
                self.save = button("Save", self._save)
            button("Download", self._download)
            self.revert = button("Revert", self._revert)
            opener = ui.element("button").classes("mg-button")
            with opener:
                ui.label("Open a file")
            self.status = ui.label("").classes("mg-soft mg-status").props("role=status")
        with ui.element("div").classes("mg-edit"):
            self.editor = ui.codemirror(
                session.text,
                language="YAML",
                theme="githubLight",
                indent="  ",
                line_wrapping=True,
                on_change=lambda _: self._changed(),
            ).classes("mg-editor")
            with ui.element("div").classes("mg-beside"):
                with ui.element("section").classes("mg-block"):
                    heading("h2", "Faults", "mg-h2")
                    self.faults = ui.element("ul").classes("mg-faults")
                with ui.element("section").classes("mg-block"):
                    heading("h2", "Sources of this line", "mg-h2")
                    self.passages = ui.element("div").classes("mg-passages")
        self.aids = EditorAids(
            self.editor,
            self._complete,
            self._show_sources,
            self._opened,
            self._refused,
            self._restored,
        )
        opener.on("click", js_handler=f"() => getElement({self.aids.id}).pickFile({LARGEST})")
        self._show_passages([])
        background_tasks.create(self.check())

    def to_line(self, line: int) -> None:
        """Show a line of the text, with the passages that it cites."""
        self.editor.reveal_line(line)
        background_tasks.create(self._show_sources(line))

    def _changed(self) -> None:
        if self._pause is not None:
            self._pause.cancel()
        loop = asyncio.get_running_loop()
        self._pause = loop.call_later(_PAUSE, lambda: background_tasks.create(self.check()))
        self._buttons()

    async def check(self) -> None:
        """Check the text, and show its faults at their lines."""
        session, text = self.session, self.editor.value or ""
        try:
            faults = await session.pools.texts.ask(
                (session.visitor, "check"), check_text, text, session.folder
            )
        except (Superseded, MiddlegameError):
            return
        if text != (self.editor.value or ""):
            return
        self._faulty = any(fault.severity == "error" for fault in faults)
        lines = text.count("\n") + 1
        marked = {min(fault.line, lines): fault for fault in reversed(faults)}
        # As calls, not as properties: a change of properties sends the value along, which would
        # undo what was typed meanwhile.
        marks = [
            {"kind": "line", "line": line, "class": f"mg-line-{fault.severity}"}
            for line, fault in sorted(marked.items())
        ]
        self.editor.run_method("setDecorations", marks)
        tips: dict[int, str] = {}
        for fault in faults:
            line = min(fault.line, lines)
            tips[line] = f"{tips[line]}\n{fault.message}" if line in tips else fault.message
        self.editor.run_method("setLineTooltips", tips)
        self._show_faults(faults)
        self._buttons()

    def _show_faults(self, faults: list[EditorFault]) -> None:
        self.faults.clear()
        with self.faults:
            if not faults:
                with ui.element("li").classes("mg-soft"):
                    ui.label("None.")
            for fault in faults:
                with ui.element("li").classes(f"mg-{fault.severity}"):
                    at = ui.element("button").classes("mg-line")
                    with at:
                        ui.label(f"{fault.severity}, line {fault.line}")
                    at.on("click", lambda _, line=fault.line: self.to_line(line))
                    ui.label(fault.message)

    def _buttons(self) -> None:
        text = self.editor.value or ""
        enable(self.apply, not self._faulty and text != self.used)
        enable(self.revert, text != self.saved)
        if self.save is not None:
            enable(self.save, text != self.saved)
        if self._faulty:
            status = "Correct the faults first."
        elif text != self.used:
            status = "Changed, not used yet."
        else:
            status = "All tabs show this text."
        self.status.set_text(status)

    async def _complete(self, number: int, line: int, column: int) -> None:
        session = self.session
        try:
            completions = await session.pools.texts.ask(
                (session.visitor, "complete"),
                complete,
                self.editor.value or "",
                line,
                column,
            )
        except (Superseded, MiddlegameError):
            completions = []
        options = [
            {"label": each.text, "type": _KINDS[each.kind], "detail": each.about}
            for each in completions
        ]
        self.aids.offer(number, options)

    async def _show_sources(self, line: int) -> None:
        session = self.session
        try:
            passages = await session.pools.texts.ask(
                (session.visitor, "cited"),
                cited_passages,
                self.editor.value or "",
                session.folder,
                line,
            )
        except (Superseded, MiddlegameError):
            return
        self._show_passages(passages)

    def _show_passages(self, passages: list[CitedPassage]) -> None:
        self.passages.clear()
        with self.passages:
            if not passages:
                ui.label("Go to a line that cites a source.").classes("mg-soft")
            for passage in passages:
                with ui.element("blockquote").classes("mg-passage"):
                    ui.label(f"{passage.citation} · {passage.source}").classes("mg-soft")
                    ui.label(passage.text or passage.reason)

    async def _apply(self) -> None:
        text = self.editor.value or ""
        await self.check()
        if not self._faulty:
            self.used = text
            self._buttons()
            await self._use(text, self.name)

    def _save(self) -> None:
        text = self.editor.value or ""
        assert self.session.contest is not None
        try:
            self.library.overwrite(self.session.contest, text, self.saved)
        except MiddlegameError as error:
            ui.notify(str(error), type="negative")
            return
        self.saved = self.session.saved = text
        self.aids.mark_saved()
        self._buttons()
        ui.notify("Saved.")

    def _download(self) -> None:
        text = self.editor.value or ""
        ui.download.content(text.encode("utf-8"), f"{self.name}.yaml", "application/yaml")

    def _revert(self) -> None:
        self.name = self.session.contest.name if self.session.contest else self.name
        self.editor.value = self.saved

    def _opened(self, file_name: str) -> None:
        """Take on the name of a local file, whose text the browser puts into the editor next."""
        self.name = Path(file_name).stem or self.name

    def _restored(self, changed: bool) -> None:
        """Say that the text that was typed before the page was loaded anew is back."""
        ui.notify(
            "What you typed before is back, not saved yet."
            + (" The file has changed meanwhile." if changed else "")
        )

    def _refused(self, reason: str) -> None:
        ui.notify(_REFUSALS.get(reason, "This file cannot be opened."), type="negative")
