"""The forms of the outline: for each kind of entry its fields, in the order in which one thinks."""

from collections.abc import Callable
from typing import Any

from nicegui import ui

from middlegame.scenario.faults import Path
from middlegame.workbench.views.frame import button, heading
from middlegame.workbench.views.outline.factors import factor_form
from middlegame.workbench.views.outline.fields import Form
from middlegame.workbench.views.outline.parts import part_tools, parts
from middlegame.workbench.workers.outline import set_entry

KINDS = {
    "contest": "The contest",
    "sources": "Source",
    "actors": "Actor",
    "moves": "Move",
    "factors": "Factor",
    "interests": "Interests",
    "evidence": "Evidence",
    "questions": "Question",
    "numbers": "Named number",
    "beliefs": "Beliefs",
}
"""What an entry of each section is called."""


def show_form(form: Form, path: Path) -> None:
    """Build the form of an entry: of a section's entry, or of the contest itself (no path)."""
    section = str(path[0]) if path else "contest"
    build = _FORMS.get(section)
    if build is not None:
        build(form, path)


def _contest(form: Form, path: Path) -> None:
    form.text(("title",), "Title")
    form.text(("question",), "The question that it asks")
    form.prose(("about",), "About it")
    form.text(("as_of",), "As of", "2026-01-31", plain=True)
    form.number(("precision",), "Precision: how much more often an option 10 points better", "odds")
    form.reason(("precision",), "of the precision")


def _source(form: Form, path: Path) -> None:
    for key, label, hint in (
        ("title", "Title", ""),
        ("author", "Author", ""),
        ("publisher", "Publisher", ""),
        ("date", "Date", "2026-01-31"),
        ("url", "Address", "https://"),
        ("file", "File beside the scenario", "briefing.txt"),
    ):
        form.text((*path, key), label, hint, plain=key == "date")
    form.prose((*path, "note"), "Note")


def _actor(form: Form, path: Path) -> None:
    form.text((*path, "name"), "Name")
    form.number((*path, "precision"), "Precision of its own", "odds")
    form.reason((*path, "precision"), "of the precision")
    form.reason(path)


def _move(form: Form, path: Path) -> None:
    form.text((*path, "label"), "Label")
    form.choice((*path, "by"), "Who decides", form.actors())
    others = {name: label for name, label in form.variables().items() if name != path[1]}
    form.several((*path, "knows"), "What it knows", others)
    form.reason(path)
    heading("h3", "Options", "mg-h3")
    options = form.value((*path, "options"))
    for place, name in enumerate(map(str, options or ())):
        at = (*path, "options", name)
        with ui.element("section").classes("mg-part").props(f'aria-label="Option {name}"'):
            part_tools(form, at, place, len(options), name=name)
            form.text((*at, "label"), "Label", "what it does: renews the lease")
            form.condition((*at, "if"), "Open only if")
            form.reason(at)
            form.number((*at, "costs"), "Costs", "points")
            form.reason((*at, "costs"), "of the costs")
    _adder(form, (*path, "options"), "Add an option", {})


def _interests(form: Form, path: Path) -> None:
    def fields(at: Path) -> None:
        form.text((*at, "label"), "Label")
        form.condition((*at, "when"), "Where it holds that")
        form.number((*at, "worth"), "Worth, in points", "points")
        form.reason(at)

    parts(form, path, "Interest", fields)
    count = len(form.value(path) or ())
    button(
        "Add an interest",
        lambda: form.desk.run(set_entry, (*path, count), {"worth": {}}),
    )


def _evidence(form: Form, path: Path) -> None:
    form.text((*path, "label"), "Label")
    form.condition((*path, "saw"), "What it speaks for")
    form.number((*path, "likelihood"), "How much more often it comes where that is true", "odds")
    form.text((*path, "date"), "Date", "2026-01-31", plain=True)
    form.several((*path, "seen_by"), "Seen by", form.actors())
    form.text((*path, "quote"), "Quote")
    form.reason(path)


def _question(form: Form, path: Path) -> None:
    form.text((*path, "label"), "Label")
    form.condition((*path, "will"), "Will it hold that")
    form.text((*path, "by"), "By", "2026-12-31", plain=True)
    form.prose((*path, "resolves"), "How it is resolved")
    form.reason(path)


def _number(form: Form, path: Path) -> None:
    form.number(path, "Value", "points")
    form.text((*path, "label"), "Label")
    form.reason(path)


def _beliefs(form: Form, path: Path) -> None:
    ui.label(
        "Numbers that this actor takes to be common knowledge, and that differ from those of the "
        "scenario. Each is named by its place, such as factors.loan.chance.real."
    ).classes("mg-soft")
    place = (*path, "judgements")
    for name in map(str, form.value(place) or ()):
        with ui.element("section").classes("mg-part").props(f'aria-label="Belief {name}"'):
            part_tools(form, (*place, name), 0, 1, name=name)
            form.text((*place, name), "It takes it to be", "20..40%", plain=True)
    _adder(form, place, "Add a belief", "<?>")


def _adder(form: Form, path: Path, label: str, value: Any) -> None:
    """Add a field for the name of another entry, and its button."""
    with ui.element("form").classes("mg-adder").props("onsubmit='return false'") as row:
        name = ui.input("Name").props("dense outlined")
        add = button(label, lambda: _add(form, path, str(name.value or "").strip(), value))
    row.on("submit", lambda: _add(form, path, str(name.value or "").strip(), value))
    add.props("type=button")


def _add(form: Form, path: Path, name: str, value: Any) -> None:
    if name and name not in (form.value(path) or ()):
        form.desk.run(set_entry, (*path, name), value)


_FORMS: dict[str, Callable[[Form, Path], None]] = {
    "contest": _contest,
    "sources": _source,
    "actors": _actor,
    "moves": _move,
    "factors": factor_form,
    "interests": _interests,
    "evidence": _evidence,
    "questions": _question,
    "numbers": _number,
    "beliefs": _beliefs,
}
