"""A form of the outline: its fields show values of the text, with their faults, and edit them.

A form is built anew after every edit, and what stays the same is kept: each component has a key in
its container, and so keeps the focus, and what is being typed in it.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from nicegui import ui

from middlegame.base.text import normalize
from middlegame.scenario.faults import Path
from middlegame.scenario.model.judgement import Unit, format_number
from middlegame.scenario.syntax import GAP
from middlegame.scenario.yaml.data_edits import as_written, read_back, short_form_key
from middlegame.workbench.views.frame import button, heading
from middlegame.workbench.views.outline.fields import Container, Desk, Field, Select
from middlegame.workbench.views.outline.ranges import RangePicture
from middlegame.workbench.workers.outline_data import comparisons, joined_name, states


@dataclass
class _Handler:
    """What a component does that is kept while its action changes."""

    component: Any = None
    act: Callable[..., object] = lambda: None
    shown: Any = None


class Form:
    """The fields of a form, and the names that may be chosen in them."""

    def __init__(self, desk: Desk, element: ui.element) -> None:
        self.desk = desk
        self.fields: list[Field] = []
        self._container = Container(element)

    def build(self, show: Callable[["Form"], None]) -> None:
        """Bring the form in line with the data: `show` asks for all of its parts, in order."""
        self.fields = []
        self._container.begin()
        show(self)
        self._container.end()

    def part(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """Return the next part with a key of the container; `make` adds its elements."""
        return self._container.part(key, make)

    @contextmanager
    def inside(self, key: Hashable, make: Callable[[], ui.element]) -> Iterator[ui.element]:
        """Add a container; what is added in this context stands in it."""
        outer = self._container
        self._container = outer.part(key, lambda: Container(make()))
        self._container.begin()
        try:
            yield self._container.element
        finally:
            self._container.end()
            self._container = outer

    def heading(self, text: str) -> None:
        """Add a heading."""
        self.part(("heading", text), lambda: heading("h3", text, "mg-h3"))

    def note(self, text: str) -> None:
        """Add a sentence of explanation."""
        self.part(("note", text), lambda: ui.label(text).classes("mg-soft"))

    def button(self, label: str, act: Callable[[], object]) -> None:
        """Add a button."""

        def make() -> _Handler:
            handler = _Handler()
            handler.component = button(label, lambda: handler.act()).props("type=button")
            return handler

        self.part(("button", label), make).act = act

    def adder(self, label: str, hint: str, add: Callable[[str], object]) -> None:
        """Add a field for the name of a new entry, and the button that adds it."""

        def make() -> _Handler:
            handler = _Handler()

            def enter() -> None:
                name = joined_name(str(handler.component.value or ""))
                if name:
                    handler.component.value = ""
                    handler.act(name)

            with ui.element("div").classes("mg-adder"):
                handler.component = ui.input(hint).props("dense outlined")
                handler.component.on("keydown.enter", enter)
                button(label, enter).props("type=button")
            return handler

        self.part(("adder", label), make).act = add

    def pick(
        self, label: str, options: dict[str, str], value: Any, act: Callable[[Any], object]
    ) -> None:
        """Add a list to choose from that is no value of the text; `act` is called with the choice.

        Of several, when the list is closed.
        """
        several = isinstance(value, list)

        def make() -> _Handler:
            handler = _Handler(Select({}, label=label, multiple=several))
            made = handler.component.props("dense outlined options-dense").classes("mg-field")

            def choose() -> None:
                handler.act(made.value)

            if several:
                made.props("use-chips")
                made.on("popup-hide", choose)
                made.on("remove", choose)
            else:
                made.on_value_change(choose)
            return handler

        handler = self.part(("pick", label), make)
        handler.act = lambda _: None
        component = handler.component
        # What is being chosen of several stays, whatever else is built anew meanwhile.
        shown = component.value if several and value == handler.shown else value
        if (options, shown) != (component.options, component.value):
            component.set_options(options, value=shown)
        handler.shown = value
        handler.act = lambda new: act(new) if new != value else None

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
        self._typed("text", path, label, lambda shown: _line(label, hint, shown), plain=plain)

    def prose(self, path: Path, label: str) -> None:
        """Add a field for text of several lines."""

        def make(shown: str) -> Any:
            made = ui.textarea(label, value=shown).props("dense outlined autogrow")
            return made.classes("mg-field mg-prose")

        self._typed("prose", path, label, make)

    def condition(self, path: Path, label: str) -> None:
        """Add a field for a condition, with a list of comparisons to insert."""

        def make(shown: str) -> Any:
            with ui.element("div").classes("mg-field mg-condition"):
                made = _line(label, "move = option and factor = state", shown)

                def insert(comparison: str) -> None:
                    before = str(made.value or "").strip()
                    made.value = f"{before} and {comparison}" if before else comparison

                with ui.button(icon="add").props("flat round dense").classes("mg-insert") as opener:
                    opener.props["aria-label"] = f"Insert a comparison into: {label}"
                    menu = ui.menu()

                def fill() -> None:
                    menu.clear()
                    with menu:
                        for each in comparisons(self.desk.outline.data):
                            item = ui.menu_item(each, lambda each=each: insert(each))
                            item.props("role=menuitem")
                            # Closed later, it would take the focus from where that is by then.
                            item.on("click", js_handler=f"() => getElement({menu.id}).hide()")

                opener.on("click", fill)
            return made

        self._typed("condition", path, label, make)

    def number(self, path: Path, label: str, unit: Unit | None, hint: str = "") -> None:
        """Add a field for a number or a range, with a picture of its distribution.

        Args:
            path: the path of the number.
            label: the field's label.
            unit: its unit; None where it depends on the number, which then has no picture.
            hint: an example; by default one in the unit.
        """

        def at(path: Path) -> Path:
            return (*path, "is") if isinstance(self.value(path), dict) else path

        def make() -> Field:
            shown = _shown(self.value(at(path)))
            with ui.element("div").classes("mg-field mg-range" if unit else "mg-field"):
                made = _line(label, hint or _EXAMPLES.get(unit or "", ""), shown)
                picture = unit and RangePicture(label, unit, shown, lambda new: made.set_value(new))
            return Field(
                made,
                lambda path: _shown(self.value(at(path))),
                lambda path, new: self._set(path if not new else at(path), _plain(new)),
                lambda new: _shown(read_back(_plain(new))),
                shown=shown,
                picture=picture or None,
            )

        self._show(("number", label), path, make)

    def choice(self, path: Path, label: str, names: dict[str, str], *, free: bool = False) -> None:
        """Add a field to choose one of some names, given with their labels.

        Args:
            path: the path of the value.
            label: the field's label.
            names: the names with their labels.
            free: whether nothing need be chosen.
        """

        def make() -> Field:
            made = Select({}, label=label, clearable=free)
            made.props("dense outlined options-dense").classes("mg-field")
            return Field(made, self.value, self._set, lambda new: new)

        value = self.value(path)
        options = names if value in names or value is None else {**names, value: str(value)}
        self._show(("choice", label), path, make, options)

    def several(self, path: Path, label: str, names: dict[str, str]) -> None:
        """Add a field to choose several names, given with their labels."""

        def make() -> Field:
            made = Select({}, label=label, multiple=True)
            made.props("dense outlined use-chips options-dense").classes("mg-field")
            return Field(made, self._list, self._set, lambda new: new or [])

        options = {**names, **{each: each for each in self._list(path) if each not in names}}
        self._show(("several", label), path, make, options)

    def listed(self, path: Path, label: str, hint: str) -> None:
        """Add a field for one text or several, separated by commas, such as citations."""

        def parts(new: Any) -> list[str]:
            return [each.strip() for each in str(new or "").split(",") if each.strip()]

        def write(path: Path, new: Any) -> None:
            found = [as_written(each) for each in parts(new)]
            self._set(path, found if len(found) > 1 else found[0] if found else "")

        def make() -> Field:
            shown = ", ".join(self._list(path))
            return Field(
                _line(label, hint, shown),
                lambda path: ", ".join(self._list(path)),
                write,
                lambda new: ", ".join(parts(new)),
                shown=shown,
            )

        self._show(("listed", label), path, make)

    def flag(self, path: Path, label: str) -> None:
        """Add a box to tick."""

        def make() -> Field:
            return Field(
                ui.checkbox(label).classes("mg-field"),
                lambda path: self.value(path) in (True, "yes", "true"),
                lambda path, new: self._set(path, as_written(True) if new else ""),
                bool,
            )

        self._show(("flag", label), path, make)

    def reason(self, path: Path, of: str = "") -> None:
        """Add the fields for a reason and its sources, said to be those of something."""
        with self.inside(("pair", of), lambda: ui.element("div").classes("mg-pair")):
            self.text((*path, "why"), f"Reason {of}".strip())
            self.listed((*path, "cite"), f"Source {of}".strip(), "brief#3")

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
        return list(states(self.desk.outline.data, name))

    def _typed(
        self,
        kind: str,
        path: Path,
        label: str,
        make: Callable[[str], Any],
        *,
        plain: bool = False,
    ) -> None:
        def written(new: Any) -> Any:
            return _plain(new) if plain else str(new or "").strip()

        def field() -> Field:
            shown = _shown(self.value(path))
            return Field(
                make(shown),
                lambda path: _shown(self.value(path)),
                lambda path, new: self._set(path, written(new)),
                lambda new: _shown(read_back(written(new))),
                shown=shown,
            )

        self._show((kind, label), path, field)

    def _show(
        self,
        key: Hashable,
        path: Path,
        make: Callable[[], Field],
        options: dict[str, str] | None = None,
    ) -> None:
        field = self.part(key, make)
        field.show(path, options)
        self.fields.append(field)

    def _set(self, path: Path, value: Any) -> None:
        """Set a value; where a short form gives it, in the short form's place."""
        around = self.value(path[:-1]) if len(path) > 1 else None
        is_short = around is not None and not isinstance(around, dict | list)
        is_short = is_short and path[-1] == short_form_key(path[:-1])
        self.desk.edit(path[:-1] if is_short else path, value)

    def _list(self, path: Path) -> list[str]:
        value = self.value(path)
        listed = value if isinstance(value, list) else [] if value is None else [value]
        return [_shown(each) for each in listed]


_EXAMPLES: dict[str, str] = {
    "points": "20..40",
    "probability": "20..40%",
    "odds": "2..4:1",
    "years": "2..5 years",
    "levels": "1..2",
}


def _line(label: str, hint: str, shown: str) -> Any:
    """Add a field for one line, which is shown in several where it is long.

    It has its text from the beginning: NiceGUI sends one that is set later by a message of its own,
    which may come when another is typed already.
    """
    made = ui.input(label, placeholder=hint, value=shown).props("dense outlined autogrow")
    made.on("keydown.enter", js_handler="event => event.preventDefault()")
    return made.classes("mg-field")


def _plain(new: Any) -> Any:
    written = str(new or "").strip()
    return as_written(written) if written else ""


def _shown(value: Any) -> str:
    if value is None or value == GAP or isinstance(value, dict | list):
        return ""  # a gap is told by its fault
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return format_number(value)
    return normalize(str(value)).strip()


def _label(name: str, part: Any, key: str) -> str:
    found = part if isinstance(part, str) else part.get(key) if isinstance(part, dict) else None
    return f"{found} ({name})" if found else name
