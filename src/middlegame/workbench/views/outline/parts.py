"""The parts of a form, such as options and rules: each can be moved, renamed and removed."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from nicegui import ui

from middlegame.scenario.faults import Path
from middlegame.workbench.views.frame import enable, set_prop
from middlegame.workbench.views.outline.fields import Desk
from middlegame.workbench.views.outline.form import Form
from middlegame.workbench.workers.outline import move, rename_entry
from middlegame.workbench.workers.outline_data import entry_label, joined_name


@contextmanager
def part(
    form: Form, path: Path, kind: str, place: int, count: int, *, name: str = ""
) -> Iterator[None]:
    """Add a part to a form: its head, and what is added in this context.

    Args:
        form: the form.
        path: the path of the part.
        kind: what such a part is called.
        place: its position among its siblings, counted from 0.
        count: the number of siblings, itself included.
        name: its name, where it has one.
    """
    title = f"{kind} {name or place + 1}"
    made = form.inside(("part", kind, place), lambda: ui.element("section").classes("mg-part"))
    with made as section:
        set_prop(section, "aria-label", title)
        head = form.part("head", lambda: PartHead(form.desk, "span", name))
        head.show(path, place, count, name=name, title=title)
        yield


def parts(form: Form, path: Path, kind: str, fields: Callable[[Path], None]) -> int:
    """Add the items of a list, each as a part whose fields `fields` adds; return their number."""
    items = form.value(path)
    count = len(items) if isinstance(items, list) else 0
    for place in range(count):
        with part(form, (*path, place), kind, place, count):
            fields((*path, place))
    return count


@contextmanager
def grid(form: Form, label: str, heads: Sequence[str]) -> Iterator[None]:
    """Add a table with the heads of its columns; its rows are added in this context."""

    def make() -> ui.element:
        region = ui.element("div").classes("mg-grid").props("tabindex=0 role=region")
        region.props["aria-label"] = label
        with region:
            return ui.element("table")

    with form.inside(("grid", label), make):
        with (
            form.inside("thead", lambda: ui.element("thead")),
            form.inside(heads, lambda: ui.element("tr")),
        ):
            for each in heads:
                cell_head(form, each, "col")
        with form.inside("tbody", lambda: ui.element("tbody")):
            yield


def cell_head(form: Form, text: str, scope: str) -> None:
    """Add the head of a row or a column to a table."""

    def make() -> None:
        with ui.element("th").props(f"scope={scope}"):
            ui.label(text)

    form.part(("head", text), make)


class PartHead:
    """The head of an entry or of a part of one: its name, and its buttons."""

    def __init__(self, desk: Desk, tag: str, name: str) -> None:
        self._desk, self._shown, self._called = desk, name, ""
        self._path: Path = ()
        self._place = 0
        with ui.element("div").classes("mg-part-head"):
            self._name = (
                ui.input("Short name", value=name).props("dense outlined").classes("mg-name")
            )
            self._name.on("blur", self._rename)
            self._name.on("keydown.enter", self._rename)
            with ui.element(tag).classes("mg-h2" if tag == "h2" else "mg-part-title") as self._head:
                self._title = ui.label()
            ui.element("span").classes("mg-space")
            self._up = tool("▲", "Move up", lambda: desk.run(move, self._path, self._place - 1))
            self._down = tool("▼", "Move down", lambda: desk.run(move, self._path, self._place + 1))
            self._remove = tool("×", "Remove", lambda: desk.ask_removal(self._path, self._called))

    def show(self, path: Path, place: int, count: int, *, name: str = "", title: str = "") -> None:
        """Show which part it is the head of.

        Args:
            path: the path of the part.
            place: its position among its siblings, counted from 0.
            count: the number of siblings, itself included; 0 where it cannot be removed.
            name: its name, where it can be renamed.
            title: what it is called, where it cannot.
        """
        self._path, self._place = path, place
        called = self._called = f'"{entry_label(self._desk.outline.data, path)}"' if name else title
        if name != self._shown:
            self._shown = self._name.value = name
        self._name.set_visibility(bool(name))
        self._head.set_visibility(not name)
        self._title.set_text(title)
        for made, label in (
            (self._up, f"Move {called} up"),
            (self._down, f"Move {called} down"),
            (self._remove, f"Remove {called}"),
        ):
            set_prop(made, "aria-label", label)
            made.set_visibility(count > (made is not self._remove))
        enable(self._up, place > 0)
        enable(self._down, place + 1 < count)

    def _rename(self) -> None:
        hyphens = self._path[:1] in (("questions",), ("sources",))
        new = joined_name(str(self._name.value or ""), hyphens=hyphens)
        if new and new != self._shown:
            old, self._shown = self._shown, new
            self._desk.run(rename_entry, (*self._path[:-1], old), new)


def tool(sign: str, label: str, act: Callable[[], object]) -> ui.element:
    """Add a small button."""
    made = ui.element("button").classes("mg-tool").props("type=button")
    made.props["aria-label"] = label
    with made:
        ui.label(sign)
    made.on("click", lambda: act())
    return made
