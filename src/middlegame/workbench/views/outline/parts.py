"""The parts of an entry's form, such as options and rules: each can be moved, renamed, removed."""

from collections.abc import Callable

from nicegui import ui

from middlegame.scenario.faults import Path
from middlegame.workbench.views.frame import enable
from middlegame.workbench.views.outline.fields import Form
from middlegame.workbench.workers.outline import move, remove, rename_entry


def parts(form: Form, path: Path, kind: str, fields: Callable[[Path], None]) -> None:
    """Build the items of a list, each with its tools and fields.

    Args:
        form: the form.
        path: the path of the list.
        kind: what an item is called.
        fields: builds the fields of the item at a path.
    """
    items = form.value(path)
    count = len(items) if isinstance(items, list) else 0
    for place in range(count):
        with ui.element("section").classes("mg-part") as section:
            section.props(f'aria-label="{kind} {place + 1}"')
            part_tools(form, (*path, place), place, count, title=f"{kind} {place + 1}")
            fields((*path, place))


def part_tools(
    form: Form, path: Path, place: int, count: int, *, name: str = "", title: str = ""
) -> None:
    """Build the head of a part: its name, which can be changed, and its buttons.

    Args:
        form: the form.
        path: the path of the part.
        place: its position among its siblings.
        count: the number of siblings, itself included.
        name: its name, where it has one.
        title: what it is called, where it has no name.
    """
    desk = form.desk
    with ui.element("div").classes("mg-part-head"):
        if name:
            renamed = ui.input("Short name", value=name).props("dense outlined").classes("mg-name")

            def rename() -> None:
                new = str(renamed.value or "").strip()
                if new and new != name:
                    desk.run(rename_entry, (*path[:-1], name), new)

            renamed.on("blur", rename)
            renamed.on("keydown.enter", rename)
        else:
            ui.label(title).classes("mg-part-title")
        ui.element("span").classes("mg-space")
        called = name or title
        if count > 1:
            tool("▲", f"Move {called} up", lambda: desk.run(move, path, place - 1), place > 0)
            last = place + 1 == count
            tool("▼", f"Move {called} down", lambda: desk.run(move, path, place + 1), not last)
        tool("×", f"Remove {called}", lambda: desk.run(remove, path))


def tool(sign: str, label: str, act: Callable[[], object], usable: bool = True) -> None:
    """Add a small button."""
    made = ui.element("button").classes("mg-tool").props(f'type=button aria-label="{label}"')
    with made:
        ui.label(sign)
    made.on("click", lambda: act())
    enable(made, usable)
