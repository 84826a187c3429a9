"""The fields of a scale, for moves and factors whose states are the numbers of a grid."""

from typing import Any

from nicegui import ui

from middlegame.scenario.faults import Path
from middlegame.scenario.syntax import GAP
from middlegame.scenario.yaml.dump import Plain
from middlegame.workbench.views.outline.form import Form
from middlegame.workbench.workers.outline import change_entry

_SHAPES = {
    "normal": "normal",
    "lognormal": "lognormal: skewed to the right",
    "triangular": "triangular",
    "uniform": "uniform: all values alike",
}
_BEGIN = {"from": Plain("0"), "to": Plain("100"), "step": Plain("10")}


def scale_form(form: Form, path: Path) -> None:
    """Add the scale of a move or a factor, or the button that puts it on one."""
    place, is_move = (*path, "scale"), path[0] == "moves"
    form.heading("Scale")
    gone: tuple[str, ...] = ()
    more: dict[str, Any] = {"scale": _BEGIN}
    if not is_move:
        gone = ("states", "chance", "rules", "causes", "table", "start")
        more["mean"] = Plain(GAP)
    if form.value(place) is None:
        form.button(
            "Add a scale of numbers" if is_move else "Use a scale of numbers instead of states",
            lambda: form.desk.run(change_entry, path, gone, more),
        )
        return
    ends = (("from", "From", "0"), ("to", "To", "100"), ("step", "Step", "10"))
    with form.inside("ends", lambda: ui.element("div").classes("mg-thirds")):
        for key, label, hint in ends:
            form.text((*place, key), label, hint, plain=True)
    form.text((*place, "unit"), "Unit", "percent, dollars a barrel")
    if is_move:
        form.condition((*place, "if"), "A value is open only if")
        form.number((*place, "costs"), "Costs of a value; may be a formula", "points")
    form.reason(place, "of the scale")
    gone = ("scale",) if is_move else ("scale", "mean", "spread", "shape", "rules", "start")
    more = {} if is_move else {"states": []}
    form.button(
        "Remove the scale" if is_move else "Use states instead of the scale",
        lambda: form.desk.run(change_entry, path, gone, more),
    )


def value_on_scale(form: Form, path: Path) -> None:
    """Add the mean, the spread and the shape of a distribution on a scale."""
    form.number((*path, "mean"), "Mean; may be a formula", "points")
    form.number((*path, "spread"), "Spread; without one, the mean is certain", "points")
    form.choice((*path, "shape"), "Shape", _SHAPES, free=True)
