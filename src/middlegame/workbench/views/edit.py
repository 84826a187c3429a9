"""The view to edit in: the scenario's text, its faults where they are, its sources beside it."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from nicegui import background_tasks, events, ui
from nicegui.element import Element
from nicegui.events import GenericEventArguments

from middlegame.base.errors import MiddlegameError
from middlegame.workbench.server.library import LARGEST, Library
from middlegame.workbench.session import Session
from middlegame.workbench.views.frame import button, enable, heading
from middlegame.workbench.workers.pool import Superseded
from middlegame.workbench.workers.texts import CitedPassage, EditorFault

_PAUSE = 0.25
"""Seconds without a keystroke after which the text is checked."""
_KINDS = {
    "key": "property",
    "name": "variable",
    "state": "enum",
    "source": "text",
    "word": "keyword",
}


class EditorAids(Element, component="components/editor_aids.js"):
    """Completion and the cursor's line, for a code editor."""

    def __init__(
        self,
        editor: ui.codemirror,
        on_ask: Callable[[int, int, int], Awaitable[None]],
        on_line: Callable[[int], Awaitable[None]],
    ) -> None:
        super().__init__()
        self._props["editor"] = editor.id

        async def asked(event: GenericEventArguments) -> None:
            await on_ask(*(int(event.args[key]) for key in ("number", "line", "column")))

        async def moved(event: GenericEventArguments) -> None:
            await on_line(int(event.args))

        self.on("ask", asked)
        self.on("line", moved)

    def offer(self, number: int, options: list[dict[str, str]]) -> None:
        """Answer what was asked."""
        self.run_method("offer", number, options)


class EditTab:
    """An editor, the list of faults, and the passages that the line at hand cites."""

    def __init__(
        self, library: Library, session: Session, use: Callable[[str, str], Awaitable[None]]
    ) -> None:
        """Build it.

        Args:
            library: where the text may be saved.
            session: whose text is edited.
            use: called with a text that is to be solved, and what it is called.
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
            self.upload = ui.upload(
                auto_upload=True,
                max_file_size=LARGEST,
                on_upload=self._uploaded,
                on_rejected=lambda: ui.notify("A scenario is a text of at most 1 MiB."),
            )
            self.upload.props('accept=".yaml,.yml"').classes("hidden")
            # The browser opens its file dialog only from the click itself.
            picks = f"() => getElement({self.upload.id}).$refs.qRef.pickFiles()"
            opener = ui.element("button").classes("mg-button")
            with opener:
                ui.label("Open a file")
            opener.on("click", js_handler=picks)
            self.state = ui.label("").classes("mg-soft mg-status").props("role=status")
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
        self.aids = EditorAids(self.editor, self._complete, self._sources)
        self._show_passages([])
        background_tasks.create(self.check())

    def to_line(self, line: int) -> None:
        """Show a line."""
        self.editor.reveal_line(line)
        background_tasks.create(self._sources(line))

    def _changed(self) -> None:
        if self._pause is not None:
            self._pause.cancel()
        loop = asyncio.get_running_loop()
        self._pause = loop.call_later(_PAUSE, lambda: background_tasks.create(self.check()))
        self._buttons()

    async def check(self) -> None:
        """Look for faults, and show them where they are."""
        session, text = self.session, self.editor.value or ""
        try:
            found: list[EditorFault] = await session.pools.texts.ask(
                (session.visitor, "check"), "texts.checked", text, session.folder
            )
        except (Superseded, MiddlegameError):
            return
        if text != (self.editor.value or ""):
            return
        self._faulty = any(fault.severity == "error" for fault in found)
        lines = text.count("\n") + 1
        marked = {min(fault.line, lines): fault for fault in reversed(found)}
        # As calls, not as properties: a change of properties brings the value along, and what was
        # typed meanwhile would be undone.
        marks = [
            {"kind": "line", "line": line, "class": f"mg-line-{fault.severity}"}
            for line, fault in sorted(marked.items())
        ]
        self.editor.run_method("setDecorations", marks)
        tips: dict[int, str] = {}
        for fault in found:
            line = min(fault.line, lines)
            tips[line] = f"{tips[line]}\n{fault.message}" if line in tips else fault.message
        self.editor.run_method("setLineTooltips", tips)
        self._show_faults(found)
        self._buttons()

    def _show_faults(self, found: list[EditorFault]) -> None:
        self.faults.clear()
        with self.faults:
            if not found:
                with ui.element("li").classes("mg-soft"):
                    ui.label("None.")
            for fault in found:
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
            told = "There are faults to mend first."
        elif text != self.used:
            told = "Changed, and not used yet."
        else:
            told = "This is the text that all views show."
        self.state.set_text(told)

    async def _complete(self, number: int, line: int, column: int) -> None:
        session = self.session
        try:
            found = await session.pools.texts.ask(
                (session.visitor, "complete"),
                "texts.completed",
                self.editor.value or "",
                line,
                column,
            )
        except (Superseded, MiddlegameError):
            found = []
        options = [
            {"label": each.text, "type": _KINDS[each.kind], "detail": each.about} for each in found
        ]
        self.aids.offer(number, options)

    async def _sources(self, line: int) -> None:
        session = self.session
        try:
            found = await session.pools.texts.ask(
                (session.visitor, "cited"),
                "texts.cited",
                self.editor.value or "",
                session.folder,
                line,
            )
        except (Superseded, MiddlegameError):
            return
        self._show_passages(found)

    def _show_passages(self, found: list[CitedPassage]) -> None:
        self.passages.clear()
        with self.passages:
            if not found:
                ui.label("Go to a line that cites something.").classes("mg-soft")
            for passage in found:
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
        self.saved = text
        self._buttons()
        ui.notify("Saved.")

    def _download(self) -> None:
        text = self.editor.value or ""
        ui.download.content(text.encode("utf-8"), f"{self.name}.yaml", "application/yaml")

    def _revert(self) -> None:
        self.name = self.session.contest.name if self.session.contest else self.name
        self.editor.value = self.saved

    async def _uploaded(self, event: events.UploadEventArguments) -> None:
        raw = await event.file.read()
        self.upload.reset()
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            ui.notify("This file is no text in UTF-8.", type="negative")
            return
        self.name = Path(event.file.name).stem or self.name
        self.editor.value = text.replace("\r\n", "\n")
