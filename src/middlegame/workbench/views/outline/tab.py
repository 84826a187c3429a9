"""The tab that builds a contest: entries, the form of the chosen one, picture, faults."""

from collections.abc import Callable, Iterable
from typing import Any

from nicegui import background_tasks, ui

from middlegame.base.errors import MiddlegameError
from middlegame.scenario.faults import Path, dotted_path
from middlegame.workbench.views.draft_tools import DraftDesk, DraftTools
from middlegame.workbench.views.frame import button, heading, titled_dialog
from middlegame.workbench.views.outline.adding import AddDialog
from middlegame.workbench.views.outline.edits import Edit, EditQueue
from middlegame.workbench.views.outline.entries import EntryList, entry_of
from middlegame.workbench.views.outline.form import Form
from middlegame.workbench.views.outline.forms import show_form
from middlegame.workbench.views.outline.parts import PartHead
from middlegame.workbench.views.outline.picture import OutlinePicture
from middlegame.workbench.workers.outline import (
    Outline,
    connect,
    disconnect,
    entry_line,
    read_outline,
    removal_faults,
    remove,
    set_entry,
)
from middlegame.workbench.workers.outline_data import (
    KINDS,
    PER_ACTOR,
    naming_parts,
    place_words,
)
from middlegame.workbench.workers.plain_faults import plain_message
from middlegame.workbench.workers.pool import Superseded
from middlegame.workbench.workers.texts import EditorFault

_FOCUS = """(function settle(frames) {{
    const at = document.activeElement;
    if (at.closest(".q-dialog") && frames)
        return requestAnimationFrame(() => settle(frames - 1));
    const lost = at === document.body || at.closest(".mg-entries");
    if (lost) getHtmlElement({id})?.focus({{ preventScroll: true }});
}})(600)"""
"""Gives the focus to the form where no other field has it, so that the keyboard goes on from there.

A dialog may be about to close, and to give the focus back to the button among the entries that
opened it.
"""
_MOST_LISTED = 12
"""Faults of a removal that are listed."""
_FEWEST = 2
"""States that a factor needs, and options that a move needs."""


class FaultList:
    """A list of faults; where `go` is given each leads there, and none is said to be none.

    Args:
        go: called with the path of the fault that is chosen.
        place_words: writes the path of a fault in words.
    """

    def __init__(
        self,
        go: Callable[[Path], None] | None = None,
        place_words: Callable[[Path], str] = dotted_path,
    ) -> None:
        self._go, self._place_words = go, place_words
        self._place = ui.element("ul").classes("mg-faults")
        self._shown: list[tuple[str, str, str]] | None = None

    def show(self, faults: Iterable[EditorFault]) -> None:
        """Show faults in place of those before, unless they are the same."""
        faults = list(faults)
        wheres = [
            self._place_words(each.path) if each.path else f"line {each.line}" for each in faults
        ]
        shown = [
            (each.severity, where, plain_message(each.message, each.path))
            for each, where in zip(faults, wheres, strict=True)
        ]
        if shown == self._shown:
            return
        self._shown, go = shown, self._go
        self._place.clear()
        with self._place:
            for fault, (severity, where, message) in zip(faults, shown, strict=True):
                with ui.element("li").classes(f"mg-{severity}"):
                    if go is not None:
                        at = ui.element("button").classes("mg-line")
                        with at:
                            ui.label(where)
                        at.on("click", lambda _, path=fault.path: go(path))
                    ui.label(message)
            if go is not None and not faults:
                with ui.element("li").classes("mg-soft"):
                    ui.label("None.")


class OutlineTab:
    """Forms for all entries of a scenario's text, and a picture that can be edited."""

    def __init__(self, desk: DraftDesk, to_line: Callable[[int], None]) -> None:
        """Build the tab on the desk of the text; `to_line` shows a line of it in the editor."""
        self.desk, self._to_line = desk, to_line
        self.outline = Outline()
        self.chosen: Path = ()
        self.visible = False
        self.queue = EditQueue(desk, self._follow, self._changed, self._refuse)
        heading("h1", "Build the contest", "mg-small")
        DraftTools(desk)
        with ui.element("div").classes("mg-outline"):
            with ui.element("nav").classes("mg-entries").props('aria-label="Entries"'):
                self.entries = EntryList(self.choose, self._add)
            with ui.element("div").classes("mg-form-side"):
                self.box = ui.element("section").classes("mg-form")
                self.box.props("aria-label=Form tabindex=-1")
            with ui.element("div").classes("mg-outline-beside"):
                with ui.element("section").classes("mg-block"):
                    heading("h2", "Picture", "mg-h2")
                    ui.label(
                        "A click opens a box's form. Drag from one box to another to draw an "
                        "arrow: a move or an offer then knows the other, and a factor depends on "
                        "it. A click on an arrow removes it, unless a rule makes it."
                    ).classes("mg-soft")
                    self.picture = OutlinePicture(self._choose_node, self._connect, self._cut)
                with ui.element("section").classes("mg-block"):
                    heading("h2", "Faults", "mg-h2")
                    self.faults = FaultList(
                        self._go_to, lambda path: place_words(self.outline.data, path)
                    )
        self.dialogs = ui.element("div")
        self.form = Form(self, self.box)
        self.unplaced: FaultList | None = None
        self._focus_is_lost = False
        self._text_read: str | None = None
        desk.draft.on_change.append(self._changed)
        desk.on_checked.append(self._show_faults)

    def activate(self) -> None:
        """Show the text as it stands; nothing is sent while the tab is hidden."""
        self._changed()

    def edit(self, path: Path, value: Any) -> None:
        """Set the value at a path; an empty one removes it."""
        self.queue.add(Edit(set_entry, (path, value), f"field {path}"))

    def run(self, task: Callable[..., str], *arguments: Any, choose: Path | None = None) -> None:
        """Have a task edit the text, perhaps choosing another entry."""
        self.queue.add(Edit(task, arguments, choose=choose))

    def choose(self, path: Path) -> None:
        """Show the form of an entry; one that is shown already stays as it is."""
        if path != self.chosen:
            self.chosen = path
            self.box.clear()
            self.form = Form(self, self.box)
            self._build()

    def ask_removal(self, path: Path, called: str) -> None:
        """Remove an entry; where faults would follow, only if the visitor wants it so."""
        background_tasks.create(self._removal_dialog(path, called))

    def show_text(self, path: Path) -> None:
        """Show the line of an entry in the editor."""

        async def go() -> None:
            session = self.desk.session
            line = await session.pools.texts.ask(
                (session.visitor, "line"), entry_line, self.desk.draft.text, path
            )
            with self.dialogs:
                self._to_line(line)

        background_tasks.create(go())

    def _follow(self, edit: Edit) -> None:
        """Keep the chosen entry and the fields with what they show, wherever an edit moves that."""
        for field in self.form.fields:
            field.path = edit.moved(field.path) or field.path
        self._focus_is_lost |= edit.choose is not None or edit.task is remove
        if edit.choose is not None:
            self.choose(edit.choose)
        elif self.chosen:
            self.chosen = edit.moved(self.chosen) or ()

    def _refuse(self, problem: str) -> None:
        with self.dialogs:
            ui.notify(problem, type="negative")

    def _changed(self) -> None:
        if self.visible and not self.queue.busy:  # else it is read once the queue is idle
            background_tasks.create(self._read())

    async def _read(self) -> None:
        """Read the text, and show it in the entries, the picture and the form."""
        session, text = self.desk.session, self.desk.draft.text
        if text != self._text_read:
            try:
                outline = await session.pools.texts.ask(
                    (session.visitor, "outline"), read_outline, text
                )
            except (Superseded, MiddlegameError):
                return
            if text != self.desk.draft.text or self.queue.busy:
                return  # what was typed since is shown later
            self.outline, self._text_read = outline, text
        self._build()
        if self._focus_is_lost:
            self._focus_is_lost = False
            self.box.client.run_javascript(_FOCUS.format(id=self.box.id))

    def _build(self) -> None:
        """Bring form, entries and picture in line with the data."""
        if len(self.chosen) > 1 and self.chosen[0] not in PER_ACTOR:
            known = self.form.entries(str(self.chosen[0]))
            if self.chosen[1] not in known and not self.queue.busy:
                self.choose(())
                return
        self.form.build(self._show_form)
        self.entries.show(self.form)
        is_node = self.chosen[:1] in (("moves",), ("offers",), ("factors",))
        self.picture.show(self.outline.picture, str(self.chosen[1]) if is_node else "")
        self._show_faults()

    def _show_form(self, form: Form) -> None:
        path = self.chosen
        kind = KINDS[str(path[0]) if path else "contest"]
        form.part(("kind", kind), lambda: ui.label(kind).classes("mg-kicker"))
        named = str(path[1]) if len(path) > 1 and path[0] not in PER_ACTOR else ""
        head = form.part("head", lambda: PartHead(self, "h2", named))
        if len(path) < 2:
            title = str(form.value(("title",)) or "Without a title") if not path else kind
            head.show(path, 0, int(bool(path)), title=title)
        else:
            name, siblings = str(path[1]), list(form.entries(str(path[0])))
            place = siblings.index(name) if name in siblings else 0
            count = len(siblings) if name in siblings else 0
            if path[0] in PER_ACTOR:
                title = form.actors().get(name, name)
                head.show(path, place, count, title=title)
            else:
                head.show(path, place, count, name=name)
        self.unplaced = form.part("faults", FaultList)
        show_form(form, path)

    async def _removal_dialog(self, path: Path, called: str) -> None:
        """Say what would break by a removal, before it is done; what breaks nothing just goes."""
        session = self.desk.session
        try:
            broken = await session.pools.texts.ask(
                (session.visitor, "removal"),
                removal_faults,
                self.desk.draft.text,
                path,
                folder=session.folder,
            )
        except Superseded:
            return
        except MiddlegameError as error:
            broken = [str(error)]
        if not broken:
            self.run(remove, path)
            return
        self.dialogs.clear()
        with self.dialogs, titled_dialog(f"Remove {called}?") as dialog:
            ui.label(f"{len(broken)} fault{'s' if len(broken) > 1 else ''} would follow:")
            with ui.element("ul").classes("mg-faults"):
                for each in broken[:_MOST_LISTED]:
                    with ui.element("li").classes("mg-error"):
                        ui.label(each)
                if len(broken) > _MOST_LISTED:
                    with ui.element("li").classes("mg-error"):
                        ui.label(f"and {len(broken) - _MOST_LISTED} more")
            ui.label(_advice(path, self.form.value(path[:-1]))).classes("mg-soft")

            def go() -> None:
                dialog.close()
                self.run(remove, path)

            with ui.element("div").classes("mg-tools"):
                button("Remove it", go, primary=True)
                button("Keep it", dialog.close)
        dialog.open()

    def _add(self, section: str) -> None:
        self.dialogs.clear()
        with self.dialogs:
            AddDialog(self, self.form, section)

    def _connect(self, tail: str, head: str) -> None:
        self.run(connect, tail, head, choose=self._node_path(head))

    def _cut(self, tail: str, head: str) -> None:
        """Remove an arrow; where a condition or formula makes it, show that instead."""
        if found := naming_parts(self.outline.data, tail, head):
            self._go_to(found[0])
        self.run(disconnect, tail, head)

    def _choose_node(self, name: str) -> None:
        self.choose(self._node_path(name))

    def _node_path(self, name: str) -> Path:
        sections = (each for each in ("moves", "offers") if name in self.form.entries(each))
        return (next(sections, "factors"), name)

    def _show_faults(self) -> None:
        """Show all faults: at the fields of the form, and in the list."""
        if not self.visible or self.unplaced is None:
            return
        fields = self.form.fields
        claimed: dict[int, list[EditorFault]] = {place: [] for place in range(len(fields))}
        unplaced: list[EditorFault] = []
        for fault in self.desk.faults:
            if entry_of(fault.path) != self.chosen:
                continue
            place = self._field_of(fault.path)
            (unplaced if place is None else claimed[place]).append(fault)
        for place, found in claimed.items():
            fields[place].show_faults(found)
        self.unplaced.show(unplaced)
        self.faults.show(sorted(self.desk.faults, key=lambda fault: fault.severity != "error"))
        self.entries.mark(self.chosen, self.desk.faults)

    def _field_of(self, path: Path) -> int | None:
        """Return the position of the field that shows the most of what is at a path."""
        fitting = [
            (len(field.path), -place)
            for place, field in enumerate(self.form.fields)
            if path[: len(field.path)] == field.path
        ]
        return -max(fitting)[1] if fitting else None

    def _go_to(self, path: Path) -> None:
        """Show the form with the field of what is at a path, and bring the cursor there."""
        self.choose(entry_of(path))
        place = self._field_of(path)
        if place is not None:
            self.form.fields[place].component.run_method("focus")


def _advice(path: Path, siblings: Any) -> str:
    """Return what to do about the faults of a removal."""
    needed = {"states": ("factor", "states"), "options": ("move", "options")}
    kind = needed.get(str(path[-2])) if len(path) > 1 else None
    if kind and isinstance(siblings, list | dict) and len(siblings) <= _FEWEST:
        whole, parts = kind
        return f"A {whole} needs two {parts}: add another one first, or remove the whole {whole}."
    return "After the removal each stands at its field; Undo takes the removal back."
