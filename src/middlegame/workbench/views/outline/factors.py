"""The form of a factor: its states, and how its probabilities come about."""

from typing import Any

from nicegui import ui

from middlegame.scenario.faults import Path
from middlegame.scenario.yaml.data_edits import GAP
from middlegame.scenario.yaml.dump import Plain
from middlegame.workbench.views.frame import button, heading
from middlegame.workbench.views.outline.fields import Form
from middlegame.workbench.views.outline.parts import part_tools, parts
from middlegame.workbench.workers.outline import remove, set_entry, with_given

WAYS = {
    "chance": "a plain chance",
    "rules": "rules: the first that holds counts",
    "causes": "causes: any one of them is enough",
    "table": "a table: a row for each combination",
}
"""The ways in which a factor's probabilities come about."""


def factor_form(form: Form, path: Path) -> None:
    """Build the form of a factor."""
    form.text((*path, "label"), "Label")
    form.flag((*path, "headline"), "A headline outcome, which storylines tell")
    form.reason(path)
    form.text((*path, "quote"), "Quote")
    factor = form.value(path)
    factor = factor if isinstance(factor, dict) else {}
    heading("h3", "States", "mg-h3")
    _states(form, path)
    heading("h3", "How it comes about", "mg-h3")
    way = next((each for each in WAYS if each in factor), None)
    chosen = ui.select(dict(WAYS), label="It is given by", value=way)
    chosen.props("dense outlined options-dense").classes("mg-field")
    chosen.on_value_change(lambda event: _change_way(form, path, way, str(event.value)))
    if way == "chance":
        distribution(form, (*path, "chance"), path)
    elif way == "rules":
        _rules(form, path)
    elif way == "causes":
        _causes(form, path)
    elif way == "table":
        _table(form, path)


def distribution(form: Form, path: Path, factor: Path) -> None:
    """Add a number for each state of a factor; one state may be left to take the rest."""
    written = form.value(path)
    for state in form.states(str(factor[1])):
        at = (*path, state)
        if isinstance(written, str):
            at = path if written == state else at
            if written == state:
                form.text(path, f"Certain: {state}")
                continue
        form.number(at, f"Chance of {state}", "probability")


def _states(form: Form, path: Path) -> None:
    listed = form.value((*path, "states"))
    names = form.states(str(path[1]))
    for place, name in enumerate(names):
        step: str | int = name if isinstance(listed, dict) else place
        with ui.element("section").classes("mg-part").props(f'aria-label="State {name}"'):
            part_tools(form, (*path, "states", step), place, len(names), name=name)
            if isinstance(listed, dict):
                form.text((*path, "states", name), "Says", "the tenant keeps the berth")
    with ui.element("div").classes("mg-adder"):
        name_field = ui.input("Name of a state").props("dense outlined")

        def add() -> None:
            new = str(name_field.value or "").strip()
            if new and new not in names:
                if isinstance(listed, dict):
                    form.desk.run(set_entry, (*path, "states", new), new.replace("_", " "))
                else:
                    form.desk.run(set_entry, (*path, "states", len(names)), new)

        name_field.on("keydown.enter", add)
        button("Add a state", add).props("type=button")


def _rules(form: Form, path: Path) -> None:
    def fields(at: Path) -> None:
        form.condition((*at, "if"), "If")
        distribution(form, (*at, "then"), path)
        form.reason(at)

    place = (*path, "rules")
    parts(form, place, "Rule", fields)
    count = len(form.value(place) or ())
    first = next(iter(form.states(str(path[1]))), "")
    rule = {"then": {first: Plain(GAP)}}
    button("Add a rule", lambda: form.desk.run(set_entry, (*place, count), rule))


def _causes(form: Form, path: Path) -> None:
    causes = form.value((*path, "causes"))
    causes = causes if isinstance(causes, dict) else {}
    caused = next((str(key) for key in causes if key != "background"), "")
    place = (*path, "causes", caused)
    ui.label(f"Causes of: {caused}").classes("mg-soft")

    def fields(at: Path) -> None:
        form.condition((*at, "if"), "If")
        form.number((*at, "chance"), "Then it causes it in", "probability")
        form.reason(at)

    parts(form, place, "Cause", fields)
    count = len(form.value(place) or ())
    button(
        "Add a cause",
        lambda: form.desk.run(set_entry, (*place, count), {"if": "", "chance": Plain(GAP)}),
    )
    background = (*path, "causes", "background")
    form.number(background, "Without any of these causes", "probability")
    form.reason(background, "of that")


def _table(form: Form, path: Path) -> None:
    """Build the table as a grid: a row for each combination, a column for each state."""
    factor = str(path[1])
    place = (*path, "table")
    given = form.value((*place, "given"))
    given = [str(each) for each in given] if isinstance(given, list) else [str(given or "")]
    given = [each for each in given if each]
    names = {name: label for name, label in form.variables().items() if name != factor}
    options = {**names, **{each: each for each in given if each not in names}}
    chosen = ui.select(options, label="It depends on", value=given, multiple=True)
    chosen.props("dense outlined use-chips options-dense").classes("mg-field")

    def apply() -> None:
        if list(chosen.value) != given:
            form.desk.run(with_given, factor, list(chosen.value))

    # Not at every choice: the form is built anew, which closes the list.
    chosen.on("popup-hide", apply)
    chosen.on("remove", apply)
    rows = form.value((*place, "rows"))
    states = form.states(factor)
    with ui.element("div").classes("mg-grid") as grid, ui.element("table"):
        grid.props('tabindex=0 role=region aria-label="Table"')
        with ui.element("thead"), ui.element("tr"):
            for each in (*given, *(f"Chance of {state}" for state in states), "Reason"):
                with ui.element("th").props("scope=col"):
                    ui.label(each)
        with ui.element("tbody"):
            for number, row in enumerate(rows if isinstance(rows, list) else ()):
                _row(form, (*place, "rows", number), row, states)


def _row(form: Form, at: Path, row: Any, states: list[str]) -> None:
    when = row.get("when") if isinstance(row, dict) else ()
    when = when if isinstance(when, list) else [when]
    with ui.element("tr"):
        for each in when:
            with ui.element("th").props("scope=row"):
                ui.label(str(each))
        then = form.value((*at, "then"))
        for state in states:
            with ui.element("td"):
                certain = isinstance(then, str)
                where = ", ".join(map(str, when))
                label = f"{state}, where {where}"
                if certain:
                    form.text((*at, "then"), label) if then == state else None
                else:
                    form.number((*at, "then", state), label, "probability")
        with ui.element("td"):
            form.text((*at, "why"), f"Reason, where {', '.join(map(str, when))}")


def _change_way(form: Form, path: Path, old: str | None, new: str) -> None:
    """Have the factor come about in another way; what was written for the old one goes."""
    if new == old:
        return
    states = form.states(str(path[1])) or ["state"]
    begin: dict[str, Any] = {
        "chance": {states[0]: Plain(GAP)},
        "rules": [{"then": {states[0]: Plain(GAP)}}],
        "causes": {states[0]: [], "background": Plain(GAP)},
        "table": {"given": [], "rows": []},
    }
    if old is not None:
        form.desk.run(remove, (*path, old))
    form.desk.run(set_entry, (*path, new), begin[new])
