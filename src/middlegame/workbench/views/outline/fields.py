"""The fields of the outline's forms: each shows one value of the text, its faults, and edits it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from nicegui import ui

from middlegame.scenario.faults import Path
from middlegame.scenario.model.judgement import Unit, format_number
from middlegame.scenario.yaml.data_edits import as_written, short_form_key
from middlegame.workbench.views.outline.ranges import RangePicture
from middlegame.workbench.workers.outline import Outline
from middlegame.workbench.workers.texts import EditorFault

_DEBOUNCE = "debounce=250"


class Desk(Protocol):
    """What a form needs of the tab that shows it."""

    outline: Outline

    def edit(self, path: Path, value: Any) -> None:
        """Set the value at a path; an empty one removes it."""

    def run(self, task: Callable[..., str], *arguments: Any, choose: Path | None = None) -> None:
        """Have a task edit the text, and build the form anew, perhaps that of another entry."""


@dataclass
class Field:
    """A component that shows the value at a path.

    Attributes:
        path: the path of the value.
        component: the component.
        shown: what it shows, as `read` returns it.
        read: reads what it should show from the data.
        picture: the picture of a range beside it.
    """

    path: Path
    component: Any
    shown: Any
    read: Callable[[], Any]
    picture: RangePicture | None = None

    def refresh(self) -> None:
        """Show the value of the text, where it was changed elsewhere."""
        now = self.read()
        if now != self.shown:
            self.shown = now
            self.component.value = now
            if self.picture is not None:
                self.picture.show(str(now))

    def show_faults(self, faults: Iterable[EditorFault]) -> None:
        """Show faults at the component; none removes them."""
        text = " ".join(fault.message[:1].upper() + fault.message[1:] + "." for fault in faults)
        self.component.error = text or None


class Form:
    """The fields of a form, and the names that may be chosen in them."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.fields: list[Field] = []

    def value(self, path: Path) -> Any:
        """Return the data at a path, a short form's value under its own key; None without one."""
        part: Any = self.desk.outline.data
        for depth, step in enumerate(path):
            if isinstance(part, dict):
                part = part.get(step)
            elif isinstance(part, list) and isinstance(step, int):
                part = part[step] if step < len(part) else None
            elif part is not None and step == short_form_key(path[:depth]):
                return part
            else:
                return None
        return part

    def text(self, path: Path, label: str, hint: str = "", *, plain: bool = False) -> None:
        """Add a field for a line of text.

        Args:
            path: the path of the value.
            label: the field's label.
            hint: an example.
            plain: whether numbers and dates are written without quotes.
        """
        value = _shown(self.value(path))
        made = ui.input(label, value=value, placeholder=hint).props(f"dense outlined {_DEBOUNCE}")
        self._add(path, made.classes("mg-field"), value, lambda: _shown(self.value(path)), plain)

    def prose(self, path: Path, label: str) -> None:
        """Add a field for text of several lines."""
        value = _shown(self.value(path))
        made = ui.textarea(label, value=value).props(f"dense outlined autogrow {_DEBOUNCE}")
        made.classes("mg-field mg-prose")
        self._add(path, made, value, lambda: _shown(self.value(path)), False)

    def number(self, path: Path, label: str, unit: Unit, hint: str = "") -> None:
        """Add a field for a number or a range, with a picture of its distribution."""

        def at() -> Path:
            return (*path, "is") if isinstance(self.value(path), dict) else path

        def read() -> str:
            return _shown(self.value(at()))

        value = read()
        with ui.element("div").classes("mg-field mg-range"):
            made = ui.input(label, value=value, placeholder=hint or _EXAMPLES[unit])
            made.props(f"dense outlined {_DEBOUNCE}")
            picture = RangePicture(label, unit, value, lambda new: made.set_value(new))
        field = Field(path, made, value, read, picture)

        def change(new: Any) -> None:
            if new != field.shown:
                field.shown = new
                picture.show(str(new or ""))
                self.desk.edit(path if not new else at(), as_written(str(new or "").strip()))

        made.on_value_change(lambda event: change(event.value))
        self.fields.append(field)

    def condition(self, path: Path, label: str) -> None:
        """Add a field for a condition, with a list of comparisons to insert."""
        value = _shown(self.value(path))
        with ui.element("div").classes("mg-field mg-condition"):
            made = ui.input(label, value=value, placeholder="renew = switch and lease = lost")
            made.props(f"dense outlined {_DEBOUNCE}")

            def insert(comparison: str) -> None:
                before = str(made.value or "").strip()
                made.value = f"{before} and {comparison}" if before else comparison

            with ui.button(icon="add").props("flat round dense").classes("mg-insert") as opener:
                opener.props(f'aria-label="Insert a comparison into: {label}"')
                with ui.menu():
                    for name, state in self.comparisons():
                        comparison = f"{name} = {state}"
                        ui.menu_item(comparison, lambda each=comparison: insert(each))
        self._add(path, made, value, lambda: _shown(self.value(path)), False)

    def choice(self, path: Path, label: str, names: dict[str, str]) -> None:
        """Add a field to choose one of some names, given with their labels."""
        value = self.value(path)
        options = names if value in names or value is None else {**names, value: str(value)}
        made = ui.select(options, label=label, value=value).props("dense outlined options-dense")
        self._add(path, made.classes("mg-field"), value, lambda: self.value(path), False)

    def several(self, path: Path, label: str, names: dict[str, str]) -> None:
        """Add a field to choose several names, given with their labels."""

        def read() -> list[str]:
            value = self.value(path)
            listed = value if isinstance(value, list) else [] if value is None else [value]
            return [str(each) for each in listed]

        value = read()
        options = {**names, **{each: each for each in value if each not in names}}
        made = ui.select(options, label=label, value=value, multiple=True)
        made.props("dense outlined use-chips options-dense").classes("mg-field")
        self._add(path, made, value, read, False)

    def cites(self, path: Path, label: str) -> None:
        """Add a field for citations, separated by commas."""

        def read() -> str:
            value = self.value(path)
            return ", ".join(map(str, value)) if isinstance(value, list) else _shown(value)

        value = read()
        made = ui.input(label, value=value, placeholder="brief#3, brief#5")
        made.props(f"dense outlined {_DEBOUNCE}").classes("mg-field")

        def write(new: str) -> Any:
            places = [each.strip() for each in new.split(",") if each.strip()]
            return places if len(places) > 1 else places[0] if places else ""

        self._add(path, made, value, read, False, write)

    def flag(self, path: Path, label: str) -> None:
        """Add a box to tick."""

        def read() -> bool:
            return self.value(path) in (True, "yes", "true")

        value = read()
        made = ui.checkbox(label, value=value).classes("mg-field")
        field = Field(path, made, value, read)

        def change(new: bool) -> None:
            if new != field.shown:
                field.shown = new
                self.desk.edit(path, as_written(True) if new else "")

        made.on_value_change(lambda event: change(bool(event.value)))
        self.fields.append(field)

    def reason(self, path: Path, of: str = "") -> None:
        """Add the fields for a reason and its sources, said to be those of something."""
        with ui.element("div").classes("mg-pair"):
            self.text((*path, "why"), f"Reason {of}".strip())
            self.cites((*path, "cite"), f"Source {of}".strip())

    def actors(self) -> dict[str, str]:
        """Return the actors' names with their labels."""
        return {name: _label(name, part, "name") for name, part in self.entries("actors").items()}

    def variables(self) -> dict[str, str]:
        """Return the moves and factors with their labels."""
        parts = {**self.entries("moves"), **self.entries("factors")}
        return {name: _label(name, part, "label") for name, part in parts.items()}

    def entries(self, section: str) -> dict[str, Any]:
        """Return the entries of a section by name."""
        part = self.desk.outline.data.get(section)
        return {str(name): each for name, each in part.items()} if isinstance(part, dict) else {}

    def states(self, name: str) -> list[str]:
        """Return the options of a move, or the states of a factor."""
        part = self.entries("moves").get(name, self.entries("factors").get(name))
        found = part.get("options", part.get("states")) if isinstance(part, dict) else None
        return [str(each) for each in found] if isinstance(found, dict | list) else []

    def comparisons(self) -> list[tuple[str, str]]:
        """Return each move and factor with each of its options and states."""
        return [(name, state) for name in self.variables() for state in self.states(name)]

    def _add(
        self,
        path: Path,
        made: Any,
        value: Any,
        read: Callable[[], Any],
        plain: bool,
        write: Callable[[str], Any] | None = None,
    ) -> None:
        field = Field(path, made, value, read)

        def change(new: Any) -> None:
            if new == field.shown:
                return
            field.shown = new
            written = write(new or "") if write else new
            if isinstance(written, str):
                written = written.strip()
            short = _short_of(self, path)
            self.desk.edit(short, as_written(written) if plain and written else written)

        made.on_value_change(lambda event: change(event.value))
        self.fields.append(field)


_EXAMPLES: dict[str, str] = {
    "points": "20..40",
    "probability": "20..40%",
    "odds": "2..4:1",
    "years": "2..5 years",
    "levels": "1..2",
}


def _short_of(form: Form, path: Path) -> Path:
    """Return the path of a value, that of a short form itself where it is one."""
    around = form.value(path[:-1]) if len(path) > 1 else None
    is_short = isinstance(around, str) and path[-1] == short_form_key(path[:-1])
    return path[:-1] if is_short else path


def _shown(value: Any) -> str:
    if value is None or isinstance(value, dict | list):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return format_number(value)
    return str(value).strip()


def _label(name: str, part: Any, key: str) -> str:
    found = part if isinstance(part, str) else part.get(key) if isinstance(part, dict) else None
    return f"{found} ({name})" if found else name
