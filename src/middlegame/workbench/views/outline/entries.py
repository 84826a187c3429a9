"""The list of a contest's entries by section, each with the number of its faults."""

from collections.abc import Callable, Iterable
from functools import partial

from nicegui import ui

from middlegame.scenario.faults import Path
from middlegame.workbench.views.frame import heading, set_prop
from middlegame.workbench.views.outline.form import Form
from middlegame.workbench.views.outline.parts import tool
from middlegame.workbench.workers.outline_data import KINDS, entry_label
from middlegame.workbench.workers.texts import EditorFault

SECTIONS = {
    "actors": "Actors",
    "moves": "Moves, in order",
    "offers": "Offers",
    "factors": "Factors",
    "interests": "Interests",
    "resources": "Resources",
    "evidence": "Evidence",
    "questions": "Questions",
    "sources": "Sources",
    "numbers": "Named numbers",
    "beliefs": "Beliefs",
    "views": "Rival views",
}
BLOCKS = {"repeat": "Repeated block", "fit": "Estimates from data"}
"""Sections without entries of their own."""


def entry_of(path: Path) -> Path:
    """Return the entry whose form shows what is at a path; empty for the contest itself."""
    if len(path) > 1 and path[0] in SECTIONS:
        return tuple(path[:2])
    return tuple(path[:1]) if path[:1] and path[0] in BLOCKS else ()


class EntryList:
    """The entries of a contest as buttons.

    Args:
        on_choose: called with the path of an entry that is chosen.
        on_add: called with the section to which an entry is to be added.
    """

    def __init__(self, on_choose: Callable[[Path], None], on_add: Callable[[str], object]) -> None:
        self._on_choose, self._on_add = on_choose, on_add
        self._place = ui.element("div")
        with self._place:
            ui.label("Reading the contest").classes("mg-soft").props("role=status")
        self._rows: list[tuple[str, dict[Path, str]]] = []
        self._items: dict[Path, tuple[ui.element, ui.label, ui.label]] = {}

    def show(self, form: Form) -> None:
        """List the entries of the data that a form shows."""
        rows: list[tuple[str, dict[Path, str]]] = []
        for section in SECTIONS:
            names = form.actors() if section == "interests" else form.entries(section)
            data = form.desk.outline.data
            labels = {name: entry_label(data, (section, name)) for name in names}
            rows.append((section, {(section, name): label for name, label in labels.items()}))
        blocks: dict[Path, str] = {
            (name,): label for name, label in BLOCKS.items() if form.value((name,))
        }
        rows.append(("", blocks))
        before, self._rows = self._rows, rows
        if [(section, list(found)) for section, found in rows] != [
            (section, list(found)) for section, found in before
        ]:
            self._build()
            return
        for _, found in rows:
            for path, label in found.items():
                self._items[path][1].set_text(label)

    def mark(self, chosen: Path, faults: Iterable[EditorFault]) -> None:
        """Mark the chosen entry, and show the number of errors of each."""
        counts: dict[Path, int] = {}
        for fault in faults:
            if fault.severity == "error":
                path = entry_of(fault.path)
                counts[path] = counts.get(path, 0) + 1
        for path, (made, _, count) in self._items.items():
            set_prop(made, "aria-current", "true" if path == chosen else None)
            number = counts.get(path, 0)
            count.set_text(str(number) if number else "")
            called = f"{number} fault{'s' if number > 1 else ''}" if number else None
            set_prop(count, "aria-label", called)

    def _build(self) -> None:
        self._place.clear()
        self._items.clear()
        with self._place:
            with ui.element("ul"):
                self._item((), "The contest itself")
            for section, found in self._rows:
                if not section and not found:
                    continue
                with ui.element("div").classes("mg-entries-head"):
                    heading("h2", SECTIONS.get(section, "Other blocks"), "mg-h3")
                    if section and section != "interests":
                        add = partial(self._on_add, section)
                        tool("+", f"Add: {KINDS[section].lower()}", add)
                with ui.element("ul"):
                    for path, label in found.items():
                        self._item(path, label)

    def _item(self, path: Path, label: str) -> None:
        with ui.element("li"):
            made = ui.element("button").props(f'data-entry="{".".join(map(str, path))}"')
            with made:
                text = ui.label(label)
                count = ui.label("").classes("mg-count")
            made.on("click", lambda: self._on_choose(path))
        self._items[path] = (made, text, count)
