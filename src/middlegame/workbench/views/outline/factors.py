"""The form of a factor: its states or scale, and how its probabilities come about."""

from itertools import product
from typing import Any

from nicegui import ui

from middlegame.scenario.faults import Path
from middlegame.scenario.syntax import GAP
from middlegame.scenario.yaml.dump import Plain
from middlegame.workbench.views.outline.form import Form
from middlegame.workbench.views.outline.parts import cell_head, grid, part, parts
from middlegame.workbench.views.outline.scales import scale_form, value_on_scale
from middlegame.workbench.workers.outline import change_entry, set_entry, with_given

_WAYS = {
    "chance": "a plain chance",
    "rules": "rules: the first that holds counts",
    "causes": "causes: any one of them is enough",
    "table": "a table: a row for each combination",
}
"""The ways in which the probabilities of states come about."""
_SCALE_WAYS = {"mean": "a mean and a spread", "rules": _WAYS["rules"]}


def factor_form(form: Form, path: Path) -> None:
    """Add the fields of a factor."""
    form.text((*path, "label"), "Label")
    form.flag((*path, "headline"), "A headline outcome, which storylines tell")
    form.reason(path)
    form.text((*path, "quote"), "Quote")
    factor = form.value(path)
    factor = factor if isinstance(factor, dict) else {}
    on_scale = "scale" in factor
    if not on_scale:
        form.heading("States")
        _states(form, path)
    scale_form(form, path)
    form.heading("How it comes about")
    ways = _SCALE_WAYS if on_scale else _WAYS
    way = next((each for each in ways if each in factor), None)
    form.pick("It is given by", ways, way, lambda new: _change_way(form, path, way, new))
    if way == "chance":
        distribution(form, (*path, "chance"), path)
    elif way == "mean":
        value_on_scale(form, path)
        form.reason((*path, "mean"), "of the mean")
    elif way == "rules":
        _rules(form, path)
    elif way == "causes":
        _causes(form, path)
    elif way == "table":
        _table(form, path)
    if form.value(("periods",)) is not None:
        form.heading("Over time")
        form.flag((*path, "once"), "Settled once, not in every period")
        form.number((*path, "stays"), "Chance that it stays as it was", "probability")
        form.note("Before the first period:")
        distribution(form, (*path, "start"), path)


def distribution(form: Form, path: Path, factor: Path) -> None:
    """Add a number for each state of a factor, one of which may be left to take the rest."""
    if form.value((*factor, "scale")) is not None:
        value_on_scale(form, path)
        return
    written = form.value(path)
    names = form.states(str(factor[1]))
    with form.inside(("distribution", path[-1]), lambda: ui.element("div").classes("mg-stack")):
        if isinstance(written, str) and written in names:
            form.choice(path, "Certainly", {name: name for name in names})
            return
        for state in names:
            form.number((*path, state), f"Chance of {state}", "probability")


def _states(form: Form, path: Path) -> None:
    listed = form.value((*path, "states"))
    names = form.states(str(path[1]))
    for place, name in enumerate(names):
        step: str | int = name if isinstance(listed, dict) else place
        at = (*path, "states", step)
        with part(form, at, "State", place, len(names), name=name):
            if isinstance(listed, dict):
                form.text(at, "As a sentence", "what is so then")

    def add(new: str) -> None:
        if new in names:
            return
        if isinstance(listed, dict):
            form.desk.run(set_entry, (*path, "states", new), new.replace("_", " "))
        else:
            form.desk.run(set_entry, (*path, "states", len(names)), new)

    form.adder("Add a state", "Name of a state", add)
    if isinstance(listed, list) and listed:
        clauses = {str(name): str(name).replace("_", " ") for name in listed}
        form.button(
            "Tell each state as a sentence",
            lambda: form.desk.run(change_entry, path, (), {"states": clauses}),
        )


def _rules(form: Form, path: Path) -> None:
    is_timed, on_scale = form.value(("periods",)) is not None, form.value((*path, "scale"))

    def fields(at: Path) -> None:
        form.condition((*at, "if"), "If")
        if is_timed:
            before = {"previous": "its state of the period before"}
            form.choice((*at, "from"), "Or it keeps", before, free=True)
        if form.value((*at, "from")) is None:
            distribution(form, (*at, "then"), path)
        elif on_scale:
            form.number((*at, "shift"), "And moves by", "points")
            form.number((*at, "spread"), "With a spread of", "points")
        form.reason(at)

    place = (*path, "rules")
    count = parts(form, place, "Rule", fields)
    rule = {"then": _first(form, path)}
    form.button("Add a rule", lambda: form.desk.run(set_entry, (*place, count), rule))


def _causes(form: Form, path: Path) -> None:
    causes = form.value((*path, "causes"))
    causes = causes if isinstance(causes, dict) else {}
    caused = next((str(key) for key in causes if key != "background"), "")
    place = (*path, "causes", caused)
    form.note(f"Causes of: {caused}")

    def fields(at: Path) -> None:
        form.condition((*at, "if"), "If")
        form.number((*at, "chance"), "Then it causes it in", "probability")
        form.reason(at)

    count = parts(form, place, "Cause", fields)
    cause = {"if": "", "chance": Plain(GAP)}
    form.button("Add a cause", lambda: form.desk.run(set_entry, (*place, count), cause))
    background = (*path, "causes", "background")
    form.number(background, "Without any of these causes", "probability")
    form.reason(background, "of that")


def _table(form: Form, path: Path) -> None:
    """Add the table as a grid: a row for each combination, a column for each state."""
    factor, place = str(path[1]), (*path, "table")
    given = form.value((*place, "given"))
    given = [str(each) for each in given] if isinstance(given, list) else [str(given or "")]
    given = [each for each in given if each]
    names = {name: label for name, label in form.variables().items() if name != factor}
    options = {**names, **{each: each for each in given if each not in names}}
    form.pick("It depends on", options, given, lambda new: form.desk.run(with_given, factor, new))
    rows, states = form.value((*place, "rows")), form.states(factor)
    order = list(product(*(form.states(each) for each in given)))
    found = [(_when(row), number) for number, row in enumerate(rows or ())]
    found.sort(key=lambda row: order.index(row[0]) if row[0] in order else len(order))
    heads = (*given, *(f"Chance of {state}" for state in states), "Reason")
    with grid(form, "Table", heads):
        for when, number in found:
            _row(form, (*place, "rows", number), when, states)


def _row(form: Form, at: Path, when: tuple[str, ...], states: list[str]) -> None:
    where = ", ".join(when)
    with form.inside(when, lambda: ui.element("tr")):
        for each in when:
            cell_head(form, each, "row")
        then = form.value((*at, "then"))
        for state in states:
            with form.inside("cell", lambda: ui.element("td")):
                label = f"{state}, where {where}"
                if not isinstance(then, str):
                    form.number((*at, "then", state), label, "probability")
                elif then == state:
                    form.text((*at, "then"), label)
        with form.inside("cell", lambda: ui.element("td")):
            form.text((*at, "why"), f"Reason, where {where}")


def _when(row: Any) -> tuple[str, ...]:
    when = row.get("when") if isinstance(row, dict) else ()
    return tuple(str(each) for each in (when if isinstance(when, list) else [when]))


def _first(form: Form, path: Path) -> Any:
    """Return the outcome of a new rule: a gap for the first state, or for the value on a scale."""
    if form.value((*path, "scale")) is not None:
        return Plain(GAP)
    return {next(iter(form.states(str(path[1]))), "state"): Plain(GAP)}


def _change_way(form: Form, path: Path, old: str | None, new: str) -> None:
    """Have the factor come about in another way; what was written for the old one goes."""
    first = _first(form, path)
    state = next(iter(form.states(str(path[1]))), "state")
    begin: dict[str, Any] = {
        "chance": first,
        "mean": first,
        "rules": [{"then": first}],
        "causes": {state: [], "background": Plain(GAP)},
        "table": {"given": [], "rows": []},
    }
    gone = {"mean": ("mean", "spread", "shape")}.get(old or "", (old,) if old else ())
    form.desk.run(change_entry, path, gone, {new: begin[new]})
