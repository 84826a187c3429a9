"""The dialog that adds an entry: what it is called, and its short name in conditions."""

import re
import unicodedata
from typing import Any

from nicegui import ui

from middlegame.scenario.syntax import GAP
from middlegame.scenario.yaml.dump import Plain
from middlegame.workbench.views.frame import button, titled_dialog
from middlegame.workbench.views.outline.fields import Desk
from middlegame.workbench.views.outline.form import Form
from middlegame.workbench.workers.outline import set_entry
from middlegame.workbench.workers.outline_data import KINDS, joined_name

_WORDS = re.compile(r"[^\W_]+")
_SMALL = frozenset({"the", "a", "an", "of", "to", "its", "s"})


class AddDialog:
    """Ask for the label and the name of a new entry, add it, and show its form."""

    def __init__(self, tab: Desk, form: Form, section: str) -> None:
        self.tab, self.section, self.form = tab, section, form
        with titled_dialog(f"Add: {KINDS[section].lower()}") as self.dialog:
            if section in ("beliefs", "resources"):
                self.label = None
                self.name: Any = ui.select(self.form.actors(), label="Actor").classes("mg-full")
            else:
                self.label = ui.input("What it is called").classes("mg-full").props("autofocus")
                self.name = ui.input(
                    "Short name, for conditions", placeholder="left empty, it is made of the label"
                ).classes("mg-full")
            self.problem = ui.label("").classes("mg-note").props("role=alert")
            self.problem.bind_visibility_from(self.problem, "text", bool)
            with ui.element("div").classes("mg-tools"):
                button("Add", self._add, primary=True)
                button("Cancel", self.dialog.close)
            for field in (self.label, self.name):
                if field is not None:
                    field.on("keydown.enter", self._add)
        self.dialog.open()

    def _add(self) -> None:
        label = str(self.label.value or "").strip() if self.label else ""
        section = self.section
        typed = joined_name(str(self.name.value or ""), hyphens=section in ("questions", "sources"))
        name = typed or short_name(label, section)
        taken = {**self.form.entries(section)}
        if section in ("moves", "factors"):
            taken = {**self.form.entries("moves"), **self.form.entries("factors")}
        if not name:
            self.problem.set_text("Say what it is called, or give a short name, such as bid.")
        elif name in taken:
            self.problem.set_text(f"The name '{name}' is taken already; choose another.")
        else:
            self.dialog.close()
            path = (section, name)
            self.tab.run(set_entry, path, self._begin(label or name), choose=path)

    def _begin(self, label: str) -> Any:
        """Return what a new entry of the section holds."""
        actors = list(self.form.actors())
        match self.section:
            case "actors":
                return label
            case "sources":
                return {"title": label}
            case "moves":
                by = {"by": actors[0]} if len(actors) == 1 else {}
                return {"label": label, **by, "options": {}}
            case "factors":
                return {"label": label, "states": []}
            case "numbers":
                return {"is": Plain(GAP), "label": label}
            case "beliefs":
                return {"judgements": {}}
            case "views":
                return {"name": label, "judgements": {}}
            case "resources":
                return {}
            case "offers":
                return {"label": label, "terms": []}
        return {"label": label}


def short_name(label: str, section: str) -> str:
    """Return a short name for a label, as conditions can have it: `the_rival_s_bid` is `rival_bid`.

    A question's name may hold more than a condition's; both get words joined by underscores.
    """
    plain = unicodedata.normalize("NFKC", label).lower()
    words = [word for word in _WORDS.findall(plain) if word not in _SMALL]
    name = "_".join(words[:3])
    return f"{section[0]}_{name}" if name[:1].isdigit() else name
