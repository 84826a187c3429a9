"""The tab to edit in: the scenario's text, its faults at their lines, its sources beside it."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from nicegui import background_tasks, ui
from nicegui.element import Element
from nicegui.events import GenericEventArguments

from middlegame.base.errors import MiddlegameError
from middlegame.workbench.server.library import LARGEST
from middlegame.workbench.views.draft_tools import DraftDesk, DraftTools
from middlegame.workbench.views.frame import button, enable, heading
from middlegame.workbench.workers.pool import Superseded
from middlegame.workbench.workers.texts import (
    CitedPassage,
    EditorFault,
    cited_passages,
    complete,
)

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
        on_restore: Callable[[bool, str], None],
        filed: str,
    ) -> None:
        super().__init__()
        self._props["editor"], self._props["filed"] = editor.id, filed
        self._props["limit"] = LARGEST

        async def ask_completion(event: GenericEventArguments) -> None:
            await on_complete(*(int(event.args[key]) for key in ("number", "line", "column")))

        async def show_line(event: GenericEventArguments) -> None:
            await on_line(int(event.args))

        self.on("complete", ask_completion)
        self.on("line", show_line)
        self.on("opened", lambda event: on_open(str(event.args)))
        self.on("refused", lambda event: on_refuse(str(event.args)))
        self.on(
            "restored",
            lambda event: on_restore(bool(event.args["changed"]), str(event.args["saved"])),
        )

    def offer(self, number: int, options: list[dict[str, str]]) -> None:
        """Offer options for the completion of a number."""
        self.run_method("offer", number, options)

    def replace_typo(self, fault: EditorFault) -> None:
        """Put the suggested name into the place of a typing error."""
        self.run_method("replaceAt", fault.line, fault.column, fault.typo, fault.suggestion)

    def mark_saved(self, text: str) -> None:
        """Take a text for that of the file from which the editor's text was made."""
        self.run_method("markSaved", text)


class EditTab:
    """An editor, the list of faults, and the passages that the current line cites."""

    def __init__(self, desk: DraftDesk) -> None:
        """Build the tab on the desk of the text that it edits."""
        self.desk, draft = desk, desk.draft
        self.client = ui.context.client
        heading("h1", "Edit the scenario", "mg-small")
        tools = DraftTools(desk)
        with tools.row:
            self.revert = button("Revert", self._revert)
            opener = ui.element("button").classes("mg-button")
            with opener:
                ui.label("Open a file")
        ui.label("Tab indents; Escape, then Tab, leaves the text.").classes("mg-soft")
        with ui.element("div").classes("mg-edit"):
            self.editor: ui.codemirror = ui.codemirror(
                draft.text,
                language="YAML",
                theme="githubLight",
                indent="  ",
                line_wrapping=True,
                on_change=lambda _: draft.change(self.editor.value or "", "typed"),
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
            draft.saved,
        )
        opener.on("click", js_handler=f"() => getElement({self.aids.id}).pickFile({LARGEST})")
        self._show_passages([])
        draft.on_change.append(self._show_text)
        desk.on_checked.append(self._show_check)
        self._marked = draft.saved
        self._listed: list[EditorFault] | None = None
        enable(self.revert, draft.text != draft.saved)
        if desk.checked:
            self._show_check()

    def to_line(self, line: int) -> None:
        """Show a line of the text, with the passages that it cites."""
        self.editor.reveal_line(line)
        background_tasks.create(self._show_sources(line))

    def _show_text(self) -> None:
        """Show the text where it was changed elsewhere."""
        draft = self.desk.draft
        if (self.editor.value or "") != draft.text:
            self.editor.value = draft.text
        if self._marked != draft.saved:
            self._marked = draft.saved
            self.aids.mark_saved(draft.saved)
        enable(self.revert, draft.text != draft.saved)

    def _show_check(self) -> None:
        """Show the faults of the text at their lines."""
        faults = self.desk.faults
        lines = self.desk.draft.text.count("\n") + 1
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

    def _show_faults(self, faults: list[EditorFault]) -> None:
        if faults == self._listed:
            return
        self._listed = list(faults)
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
                    if fault.suggestion:
                        button(
                            f"Replace by '{fault.suggestion}'",
                            lambda fault=fault: self.aids.replace_typo(fault),
                        )

    async def _complete(self, number: int, line: int, column: int) -> None:
        session = self.desk.session
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
        session = self.desk.session
        try:
            passages = await session.pools.texts.ask(
                (session.visitor, "cited"),
                cited_passages,
                self.editor.value or "",
                line,
                folder=session.folder,
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

    def _revert(self) -> None:
        desk = self.desk
        desk.name = desk.session.contest.name if desk.session.contest else desk.name
        desk.draft.change(desk.draft.saved, "")

    def _opened(self, file_name: str) -> None:
        """Take on the name of a local file, whose text the browser puts into the editor next."""
        self.desk.name = Path(file_name).stem or self.desk.name

    def _restored(self, changed: bool, saved: str) -> None:
        """Say that the text that was typed before the page was loaded anew is back.

        Args:
            changed: whether the file has another text than then.
            saved: the text that the file had then.
        """
        text = "What you typed before is back, not saved yet."
        if changed:
            text += " The file has changed meanwhile: saving shows both texts."
            self._marked = saved
            self.desk.draft.mark_saved(saved)
        ui.notify(text)

    def _refused(self, reason: str) -> None:
        ui.notify(_REFUSALS.get(reason, "This file cannot be opened."), type="negative")
