"""The tab that builds a contest: entries, the form of the chosen one, picture, faults."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

from nicegui import background_tasks, ui

from middlegame.base.errors import MiddlegameError
from middlegame.scenario.faults import Path
from middlegame.workbench.views.draft_tools import DraftDesk, DraftTools
from middlegame.workbench.views.frame import button, heading
from middlegame.workbench.views.outline.adding import AddDialog
from middlegame.workbench.views.outline.factors import WAYS
from middlegame.workbench.views.outline.fields import Form
from middlegame.workbench.views.outline.forms import KINDS, show_form
from middlegame.workbench.views.outline.parts import tool
from middlegame.workbench.views.outline.picture import OutlinePicture
from middlegame.workbench.workers.outline import (
    Outline,
    connect,
    disconnect,
    move,
    read_outline,
    removal_faults,
    remove,
    rename_entry,
    set_entry,
)
from middlegame.workbench.workers.pool import Superseded
from middlegame.workbench.workers.texts import EditorFault

_SECTIONS = {
    "actors": "Actors",
    "moves": "Moves, in order of play",
    "factors": "Factors",
    "interests": "Interests",
    "evidence": "Evidence",
    "questions": "Questions",
    "sources": "Sources",
    "numbers": "Named numbers",
    "beliefs": "Beliefs",
}
_PER_ACTOR = ("interests", "beliefs")
"""Sections with a part for each actor."""
_LABELS = ("label", "name", "title")


class OutlineTab:
    """Forms for all entries of a scenario's text, and a picture that can be edited."""

    def __init__(self, desk: DraftDesk) -> None:
        self.desk = desk
        self.outline = Outline()
        self.chosen: Path = ()
        self.form: Form | None = None
        self._lock = asyncio.Lock()
        self._edits = self._waiting = 0
        self._latest: dict[str, int] = {}
        self._shape: Any = None
        self._listed: Any = None
        self.visible = False
        heading("h1", "Build the contest", "mg-small")
        DraftTools(desk)
        with ui.element("div").classes("mg-outline"):
            with ui.element("nav").classes("mg-entries").props('aria-label="Entries"'):
                self.entries = ui.element("div")
            with ui.element("div").classes("mg-form-side"):
                self.box = ui.element("section").classes("mg-form").props("aria-label=Form")
            with ui.element("div").classes("mg-outline-beside"):
                with ui.element("section").classes("mg-block"):
                    heading("h2", "Picture", "mg-h2")
                    ui.label(
                        "A click opens a box's form. Drag from one box to another to draw an "
                        "arrow: a move then knows the other, and a factor depends on it. A click "
                        "on an arrow removes it."
                    ).classes("mg-soft")
                    self.picture = OutlinePicture(self._choose_node, self._connect, self._cut)
                with ui.element("section").classes("mg-block"):
                    heading("h2", "Faults", "mg-h2")
                    self.faults = ui.element("ul").classes("mg-faults")
        desk.draft.on_change.append(self._changed)
        desk.on_checked.append(self._show_faults)

    def activate(self) -> None:
        """Show the text as it stands; nothing is sent while the tab is hidden."""
        self._changed()

    def edit(self, path: Path, value: Any) -> None:
        """Set the value at a path; an empty one removes it."""
        self._start(set_entry, (path, value), f"field {path}", rebuild=False)

    def run(self, task: Callable[..., str], *arguments: Any, choose: Path | None = None) -> None:
        """Have a task edit the text, and build the form anew, perhaps that of another entry."""
        self._start(task, arguments, "", rebuild=True, choose=choose)

    def choose(self, path: Path) -> None:
        """Show the form of an entry."""
        self.chosen = path
        self._build()

    def _start(
        self,
        task: Callable[..., str],
        arguments: tuple[Any, ...],
        what: str,
        *,
        rebuild: bool,
        choose: Path | None = None,
    ) -> None:
        self._edits += 1
        self._waiting += 1
        self._latest[what] = self._edits
        edit = self._edit(task, arguments, what, self._edits, rebuild=rebuild, choose=choose)
        background_tasks.create(edit)

    async def _edit(
        self,
        task: Callable[..., str],
        arguments: tuple[Any, ...],
        what: str,
        number: int,
        *,
        rebuild: bool,
        choose: Path | None,
    ) -> None:
        """Edit the text, one edit after another, each on what the one before it made."""
        async with self._lock:
            session, draft = self.desk.session, self.desk.draft
            if what and self._latest[what] != number:  # the field was changed again meanwhile
                self._waiting -= 1
                return
            key = (session.visitor, f"edit {number}")
            try:
                text = await session.pools.texts.ask(key, task, draft.text, *arguments)
            except Superseded:
                return
            except MiddlegameError as error:
                with self.box:
                    ui.notify(str(error), type="negative")
                self._shape, text, choose, rebuild = None, draft.text, None, False
                task = set_entry
            finally:
                self._waiting -= 1
            if task in (rename_entry, move, remove):
                self._follow(task, arguments)
            if choose is not None:
                self.chosen = choose
            if rebuild:
                self._shape = None
            if text == draft.text:
                await self._read()
            draft.change(text, what)

    def _follow(self, task: Callable[..., str], arguments: tuple[Any, ...]) -> None:
        """Keep the chosen entry where it is renamed, and the contest's form where it is removed."""
        path = arguments[0]
        if self.chosen[: len(path)] != path:
            return
        if task is rename_entry:
            self.chosen = (*path[:-1], arguments[1])
        elif task is remove:
            self.chosen = ()

    def _changed(self) -> None:
        if self.visible:
            background_tasks.create(self._read())

    async def _read(self) -> None:
        """Read the text, and show it in the entries, the picture and the form."""
        session, text = self.desk.session, self.desk.draft.text
        try:
            outline = await session.pools.texts.ask(
                (session.visitor, "outline"), read_outline, text
            )
        except (Superseded, MiddlegameError):
            return
        if text != self.desk.draft.text or self._waiting:  # what was typed since is shown later
            return
        self.outline = outline
        self._list_entries()
        self._show_picture()
        if self._shape != self._shape_now() or self.form is None:
            self._build()
        else:
            for field in self.form.fields:
                field.refresh()

    def _shape_now(self) -> Any:
        """Return what the form's components depend on, beside the values that they show."""
        form = Form(self)
        part = form.value(self.chosen) if self.chosen else {}
        return self.chosen, _structure(part), form.variables(), form.actors(), form.comparisons()

    def _show_picture(self) -> None:
        is_node = self.chosen[:1] in (("moves",), ("factors",))
        self.picture.show(self.outline.picture, str(self.chosen[1]) if is_node else "")

    def _build(self) -> None:
        """Build the form of the chosen entry."""
        form = self.form = Form(self)
        if len(self.chosen) > 1 and self.chosen[0] not in _PER_ACTOR:
            known = form.entries(str(self.chosen[0]))
            self.chosen = self.chosen if self.chosen[1] in known else ()
        self._shape = self._shape_now()
        self.box.clear()
        with self.box:
            self._head(form)
            self.unplaced = ui.element("ul").classes("mg-faults")
            show_form(form, self.chosen)
        self._show_picture()
        self._mark_entries()
        self._show_faults()

    def _head(self, form: Form) -> None:
        path = self.chosen
        with ui.element("p").classes("mg-kicker"):
            ui.label(KINDS[str(path[0]) if path else "contest"])
        if not path:
            heading("h2", str(self.outline.data.get("title") or "Without a title"), "mg-h2")
            return
        name = str(path[1])
        siblings = list(form.entries(str(path[0])))
        with ui.element("div").classes("mg-part-head"):
            if path[0] in _PER_ACTOR:
                heading("h2", form.actors().get(name, name), "mg-h2")
            else:
                renamed = (
                    ui.input("Short name", value=name).props("dense outlined").classes("mg-name")
                )

                def rename() -> None:
                    new = str(renamed.value or "").strip()
                    if new and new != name:
                        self.run(rename_entry, path, new)

                renamed.on("blur", rename)
                renamed.on("keydown.enter", rename)
            ui.element("span").classes("mg-space")
            if name in siblings:
                place = siblings.index(name)
                last = place + 1 == len(siblings)
                tool("▲", f"Move {name} up", lambda: self.run(move, path, place - 1), place > 0)
                tool("▼", f"Move {name} down", lambda: self.run(move, path, place + 1), not last)
                tool("×", f"Remove {name}", lambda: self._ask_removal(path))

    def _ask_removal(self, path: Path) -> None:
        background_tasks.create(self._removal_dialog(path))

    async def _removal_dialog(self, path: Path) -> None:
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
        with self.box, ui.dialog() as dialog, ui.card().classes("mg-dialog"):
            heading("h2", f"Remove {path[-1]}?", "mg-h2")
            ui.label(f"{len(broken)} fault{'s' if len(broken) > 1 else ''} would follow:")
            with ui.element("ul").classes("mg-faults"):
                for each in broken[:12]:
                    with ui.element("li").classes("mg-error"):
                        ui.label(each)

            def go() -> None:
                dialog.close()
                self.run(remove, path)

            with ui.element("div").classes("mg-tools"):
                button("Remove it", go, primary=True)
                button("Keep it", dialog.close)
        dialog.open()

    def _connect(self, tail: str, head: str) -> None:
        self.run(connect, tail, head, choose=self._node_path(head))

    def _cut(self, tail: str, head: str) -> None:
        self.run(disconnect, tail, head)

    def _choose_node(self, name: str) -> None:
        self.choose(self._node_path(name))

    def _node_path(self, name: str) -> Path:
        is_move = name in (self.outline.data.get("moves") or {})
        return ("moves" if is_move else "factors", name)

    def _list_entries(self) -> None:
        """List the entries by section, each with the number of its faults."""
        form = Form(self)
        rows: list[tuple[str, list[tuple[Path, str]]]] = []
        for section in _SECTIONS:
            parts = form.entries(section)
            if section in _PER_ACTOR:
                actors = form.actors()
                names = list(actors) if section == "interests" else list(parts)
                labels = {name: _first(actors.get(name, name)) for name in names}
            else:
                labels = {name: _label(name, part) for name, part in parts.items()}
            rows.append((section, [((section, name), each) for name, each in labels.items()]))
        if rows == self._listed:
            return
        self._listed = rows
        self.entries.clear()
        self.items: dict[Path, tuple[ui.element, ui.label]] = {}
        with self.entries:
            with ui.element("ul"):
                self._item((), "The contest itself")
            for section, found in rows:
                with ui.element("div").classes("mg-entries-head"):
                    heading("h2", _SECTIONS[section], "mg-h3")
                    if section != "interests":
                        kind = KINDS[section].lower()
                        tool("+", f"Add: {kind}", partial(AddDialog, self, section))
                with ui.element("ul"):
                    for path, label in found:
                        self._item(path, label)
        self._mark_entries()

    def _item(self, path: Path, label: str) -> None:
        with ui.element("li"):
            made = ui.element("button").props(f'data-entry="{".".join(map(str, path))}"')
            with made:
                ui.label(label)
                count = ui.label("").classes("mg-count")
            made.on("click", lambda: self.choose(path))
        self.items[path] = (made, count)

    def _mark_entries(self) -> None:
        faults: dict[Path, int] = {}
        for fault in self.desk.faults:
            if fault.severity == "error":
                path = self._entry_of(fault.path)
                faults[path] = faults.get(path, 0) + 1
        for path, (made, count) in getattr(self, "items", {}).items():
            if path == self.chosen:
                made.props("aria-current=true")
            else:
                made.props(remove="aria-current")
            number = faults.get(path, 0)
            count.set_text(str(number) if number else "")
            count.props(f'aria-label="{number} fault{"s" if number > 1 else ""}"' if number else "")

    def _entry_of(self, path: Path) -> Path:
        return tuple(path[:2]) if len(path) > 1 and path[0] in _SECTIONS else ()

    def _show_faults(self) -> None:
        """Show all faults: at the fields of the form, and in the list."""
        if not self.visible or self.form is None:
            return
        here = [fault for fault in self.desk.faults if self._entry_of(fault.path) == self.chosen]
        claimed: dict[int, list[EditorFault]] = {}
        unplaced = []
        for fault in here:
            fitting = [
                (len(field.path), -place)
                for place, field in enumerate(self.form.fields)
                if fault.path[: len(field.path)] == field.path
            ]
            if fitting:
                claimed.setdefault(-max(fitting)[1], []).append(fault)
            else:
                unplaced.append(fault)
        for place, field in enumerate(self.form.fields):
            if hasattr(field.component, "error"):
                field.show_faults(claimed.get(place, ()))
        _list_faults(self.unplaced, unplaced, None)
        _list_faults(self.faults, self.desk.faults, self._go_to_fault)
        self._mark_entries()

    def _go_to_fault(self, fault: EditorFault) -> None:
        self.choose(self._entry_of(fault.path))


def _list_faults(
    place: ui.element, faults: list[EditorFault], go: Callable[[EditorFault], None] | None
) -> None:
    place.clear()
    with place:
        for fault in faults:
            with ui.element("li").classes(f"mg-{fault.severity}"):
                if go is not None:
                    at = ui.element("button").classes("mg-line")
                    with at:
                        where = ".".join(map(str, fault.path)) or f"line {fault.line}"
                        ui.label(where)
                    at.on("click", lambda _, each=fault: go(each))
                ui.label(fault.message)
        if go is not None and not faults:
            with ui.element("li").classes("mg-soft"):
                ui.label("None.")


def _structure(part: Any) -> Any:
    """Return what the fields of a form depend on: the parts of an entry, not their values."""
    if isinstance(part, list):
        return len(part)
    if not isinstance(part, dict):
        return None
    rules, table, causes = (part.get(key) for key in ("rules", "table", "causes"))
    rows = table.get("rows") if isinstance(table, dict) else None
    return (
        [str(each) for key in ("options", "states", "judgements") for each in part.get(key) or ()],
        [key in part for key in WAYS],
        isinstance(part.get("states"), dict),
        isinstance(part.get("chance"), str),
        [isinstance(each, dict) and isinstance(each.get("then"), str) for each in rules or ()],
        {key: len(each) for key, each in causes.items() if isinstance(each, list)}
        if isinstance(causes, dict)
        else None,
        [each.get("when") for each in rows or () if isinstance(each, dict)],
    )


def _label(name: str, part: Any) -> str:
    if isinstance(part, str):
        return part
    found = part if isinstance(part, dict) else {}
    return str(next((found[key] for key in _LABELS if found.get(key)), name))


def _first(label: str) -> str:
    return label.rpartition(" (")[0] or label
