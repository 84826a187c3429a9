"""What a form is made of: containers whose parts are kept, and fields that show values."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from nicegui import ui

from middlegame.scenario.faults import Path
from middlegame.workbench.views.outline.ranges import RangePicture
from middlegame.workbench.workers.outline import Outline
from middlegame.workbench.workers.plain_faults import plain_sentence
from middlegame.workbench.workers.texts import EditorFault


class Select(ui.select):
    """A list to choose from, which shows at once what is chosen.

    NiceGUI's own shows it after the server's answer: a second choice of several that comes before
    would be added to what was chosen before the first.
    """

    LOOPBACK = False

    def __init__(self, options: dict[str, str], **choices: Any) -> None:
        """Take what NiceGUI's list takes."""
        super().__init__(options, **choices)
        model = f"mounted_app.elements[{self.id}].props['model-value']"
        self.on("update:model-value", js_handler=f"value => {{ {model} = value }}")


class Desk(Protocol):
    """What a form needs of the tab that shows it."""

    outline: Outline

    def edit(self, path: Path, value: Any) -> None:
        """Set the value at a path; an empty one removes it."""

    def run(self, task: Callable[..., str], *arguments: Any, choose: Path | None = None) -> None:
        """Have a task edit the text, perhaps choosing another entry."""

    def ask_removal(self, path: Path, called: str) -> None:
        """Remove an entry; where faults would follow, only if the visitor wants it so."""

    def show_text(self, path: Path) -> None:
        """Show the line of an entry in the editor."""


class Container:
    """An element whose parts have keys, and are kept where the same keys are asked for again."""

    def __init__(self, element: ui.element) -> None:
        self.element = element
        self._parts: dict[Hashable, tuple[list[ui.element], Any]] = {}
        self._order: list[Hashable] = []
        self._counts: Counter[Hashable] = Counter()

    def begin(self) -> None:
        """Begin to ask for the parts."""
        self._order.clear()
        self._counts.clear()

    def part(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """Return the next part with a key; `make` adds its elements where there is none yet."""
        self._counts[key] += 1
        key = (key, self._counts[key])
        if key not in self._parts:
            children = self.element.default_slot.children
            count = len(children)
            with self.element:
                made = make()
            self._parts[key] = (children[count:], made)
        self._order.append(key)
        return self._parts[key][1]

    def end(self) -> None:
        """Remove the parts that were not asked for, and put the others in order."""
        for key in self._parts.keys() - self._order:
            for element in self._parts.pop(key)[0]:
                element.delete()
        children = self.element.default_slot.children
        wanted = [element for key in self._order for element in self._parts[key][0]]
        if children != wanted:
            children[:] = wanted
            self.element.update()


@dataclass
class Field:
    """A component that shows the value at a path.

    Attributes:
        component: the component.
        read: reads from the data what it should show for a path.
        write: edits the text, given the path and what the visitor entered.
        meant: returns what `read` will return once what was entered stands in the text.
        path: the path of the value.
        shown: what the component shows.
        picture: the picture of a range beside it.
    """

    component: Any
    read: Callable[[Path], Any]
    write: Callable[[Path, Any], None]
    meant: Callable[[Any], Any]
    path: Path = ()
    shown: Any = None
    picture: RangePicture | None = None

    def __post_init__(self) -> None:
        self.component.on_value_change(lambda event: self._changed(event.value))

    def show(self, path: Path, options: dict[str, str] | None = None) -> None:
        """Show the value at a path, unless the visitor has entered just that in other words."""
        self.path, now = path, self.read(path)
        changed = now != self.meant(self.shown)
        if options is not None and (changed or options != self.component.options):
            self.shown = now
            self.component.set_options(options, value=now)
        elif changed:
            self.shown = now
            self.component.value = now
            if self.picture is not None:
                self.picture.show(str(now))

    def show_faults(self, faults: Iterable[EditorFault]) -> None:
        """Show faults at the component; none removes them."""
        text = " ".join(plain_sentence(fault.message, fault.path) for fault in faults)
        if hasattr(self.component, "error"):
            self.component.error = text or None

    def _changed(self, new: Any) -> None:
        if new != self.shown:
            self.shown = new
            if self.picture is not None:
                self.picture.show(str(new or ""))
            self.write(self.path, new)
