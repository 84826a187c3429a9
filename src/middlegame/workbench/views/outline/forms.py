"""The forms of the outline: for each kind of entry its fields, in the order in which one thinks."""

from collections.abc import Callable
from functools import partial
from typing import Any

from nicegui import ui

from middlegame.scenario.faults import Path
from middlegame.scenario.syntax import GAP
from middlegame.scenario.yaml.dump import Plain
from middlegame.workbench.views.outline.factors import factor_form
from middlegame.workbench.views.outline.form import Form
from middlegame.workbench.views.outline.parts import cell_head, grid, part, parts, tool
from middlegame.workbench.views.outline.scales import scale_form
from middlegame.workbench.workers.outline import change_entry, set_entry
from middlegame.workbench.workers.outline_data import numbers_as_written, place_words

_EARNED = {
    "throughout": "in equal shares in each period",
    "each_time": "in full in each period in which it holds",
    "at_end": "in full at the end",
    "afterwards": "in full after the last period",
}
_BEHAVIOURS = {
    "equilibrium": "equilibrium: all expectations are right",
    "level": "a level of reasoning: all others reason one level less far",
    "hierarchy": "a hierarchy: levels are drawn, others from those below",
}


def show_form(form: Form, path: Path) -> None:
    """Add the fields of an entry: of a section's entry, or of the contest itself (no path)."""
    _FORMS[str(path[0]) if path else "contest"](form, path)
    if path:
        form.button("Edit as text", lambda: form.desk.show_text(path))


def _contest(form: Form, path: Path) -> None:
    form.text(("title",), "Title")
    form.text(("question",), "The question that it asks")
    form.prose(("about",), "About it")
    form.text(("as_of",), "As of", "2026-01-31", plain=True)
    form.number(("precision",), "Precision: odds of an option 10 points better", "odds")
    form.reason(("precision",), "of the precision")
    _behaviour(form, ("behaviour",), "equilibrium")
    form.heading("Time")
    if form.value(("periods",)) is None:
        start = {"every": "quarter", "for": Plain("4")}
        form.button("Add periods", lambda: form.desk.run(set_entry, ("periods",), start))
        return
    form.text(("periods", "every"), "Length of a period", "quarter, or 2 weeks")
    form.text(("periods", "for"), "Number of periods", "8", plain=True)
    form.text(("periods", "from"), "First day", "left empty, the day of 'As of'", plain=True)
    form.reason(("periods",), "of the periods")
    form.button("Remove the periods", lambda: form.desk.ask_removal(("periods",), "the periods"))


def _behaviour(form: Form, path: Path, default: str) -> None:
    """Add the choice of how expectations are formed, and its level."""
    written = form.value(path)
    now = next(iter(written), "") if isinstance(written, dict) else written or default
    options = _BEHAVIOURS if default else {"": "as the contest says", **_BEHAVIOURS}
    begin: dict[str, Any] = {
        "": "",
        "equilibrium": "" if default else "equilibrium",
        "level": {"level": Plain("2")},
        "hierarchy": {"hierarchy": Plain("1..2")},
    }

    def choose(new: str) -> None:
        form.desk.run(change_entry, path[:-1], (path[-1],), {path[-1]: begin[new]})

    form.pick("How expectations are formed", options, now, choose)
    if now == "level":
        form.text((*path, "level"), "Level, from 0 to 4", "2", plain=True)
    elif now == "hierarchy":
        form.number((*path, "hierarchy"), "Mean level", "levels")


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
    if form.value(("periods",)) is not None:
        hint = "80..95% a year, or 5 years to half"
        form.number((*path, "patience"), "Patience: what a point is worth a year later", None, hint)
    _behaviour(form, (*path, "behaviour"), "")
    form.reason(path)


def _move(form: Form, path: Path) -> None:
    form.text((*path, "label"), "Label")
    form.choice((*path, "by"), "Who decides", form.actors())
    form.several((*path, "knows"), "What it knows", _others(form, path))
    if form.value(("periods",)) is not None:
        form.listed((*path, "periods"), "In which periods", "left empty, in all: 1..4, or 1, 5")
    form.reason(path)
    form.heading("Options")
    options = form.value((*path, "options")) or ()
    resources = [f"{each}" for each in form.value(("resources", _text(form, (*path, "by")))) or ()]
    for place, name in enumerate(map(str, options)):
        at = (*path, "options", name)
        with part(form, at, "Option", place, len(options), name=name):
            form.text((*at, "label"), "Label", "the choice in a few words")
            form.text((*at, "says"), "As a sentence", "who does what")
            form.condition((*at, "if"), "Open only if")
            form.reason(at)
            form.number((*at, "costs"), "Costs", "points")
            form.reason((*at, "costs"), "of the costs")
            for resource in resources:
                form.text((*at, "spends", resource), f"Spends of {resource}", "4", plain=True)
    _adder(form, (*path, "options"), "Add an option", {})
    scale_form(form, path)


def _offer(form: Form, path: Path) -> None:
    form.text((*path, "label"), "Label")
    form.choice((*path, "by"), "Who offers", form.actors())
    form.choice((*path, "to"), "To whom", form.actors())
    moves = {name: label for name, label in form.variables().items() if form.value(("moves", name))}
    form.choice((*path, "before"), "Before which move", moves, free=True)
    form.several((*path, "knows"), "What the one who offers knows", _others(form, path))
    answer = "What the one who answers knows besides"
    form.several((*path, "answer_knows"), answer, _others(form, path))
    form.number((*path, "costs"), "Costs of offering", "points")
    form.number((*path, "accepting_costs"), "Costs of accepting", "points")
    if form.value(("periods",)) is not None:
        form.listed((*path, "periods"), "In which periods", "left empty, in all: 1..4, or 1, 5")
    form.reason(path)
    form.heading("Promises, once it is accepted")

    def fields(at: Path) -> None:
        form.condition((*at, "promise"), "Promise")
        form.number((*at, "breaking_costs"), "Costs of breaking it; without, it binds", "points")
        form.reason(at)

    count = parts(form, (*path, "terms"), "Promise", fields)
    place = (*path, "terms", count)
    form.button("Add a promise", lambda: form.desk.run(set_entry, place, {"promise": ""}))
    for key, label in (("opens", "Opens, once accepted"), ("closes", "Closes, once accepted")):
        form.listed((*path, "if_accepted", key), label, "move = option")


def _interests(form: Form, path: Path) -> None:
    def fields(at: Path) -> None:
        form.text((*at, "label"), "Label")
        form.condition((*at, "when"), "Where it holds that")
        form.number((*at, "worth"), "Worth, in points", "points")
        form.flag((*at, "worth", "private"), "Known to this actor alone")
        if form.value(("periods",)) is not None:
            form.choice((*at, "earned"), "When it is earned", _EARNED, free=True)
        form.reason(at)

    count = parts(form, path, "Interest", fields)
    place = (*path, count)
    form.button("Add an interest", lambda: form.desk.run(set_entry, place, {"worth": Plain(GAP)}))


def _resources(form: Form, path: Path) -> None:
    form.note("Whole numbers; options spend them, and are open only while they last.")
    found = form.value(path) or ()
    for place, name in enumerate(map(str, found)):
        with part(form, (*path, name), "Resource", place, len(found), name=name):
            form.text((*path, name, "amount"), "Amount at the beginning", "10", plain=True)
            form.text((*path, name, "renewed"), "Added each period", "2", plain=True)
            form.text((*path, name, "label"), "Label")
            form.reason((*path, name))
    _adder(form, path, "Add a resource", Plain("10"))


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
    scales = {
        name: label
        for name, label in form.variables().items()
        if form.value(("moves", name, "scale")) or form.value(("factors", name, "scale"))
    }
    if scales or form.value((*path, "value")) is not None:
        form.choice((*path, "value"), "Or: which value has", scales, free=True)
    form.text((*path, "by"), "By", "2026-12-31", plain=True)
    form.text((*path, "on"), "Or on the day", "2026-12-31", plain=True)
    form.prose((*path, "resolves"), "How it is resolved")
    form.reason(path)


def _number(form: Form, path: Path) -> None:
    form.number(path, "Value", "points")
    form.text((*path, "label"), "Label")
    form.reason(path)


def _beliefs(form: Form, path: Path) -> None:
    form.note(
        "Numbers that this actor takes to be common knowledge, and that differ from those of the "
        "scenario."
    )
    others = {name: label for name, label in form.actors().items() if name != path[1]}
    form.several((*path, "aware"), "Who knows of its error", others)
    _judgements(form, path, "Belief", "It takes it to be")
    form.reason(path)


def _view(form: Form, path: Path) -> None:
    form.text((*path, "name"), "Whose view it is")
    form.text((*path, "forecaster"), "Forecaster's name in the ledger")
    _judgements(form, path, "Number", "In this view it is")
    form.reason(path)


def _judgements(form: Form, path: Path, kind: str, label: str) -> None:
    """Add the numbers that replace others, and a list to choose another from."""
    place = (*path, "judgements")
    replaced = form.value(place)
    replaced = replaced if isinstance(replaced, dict) else {}
    data = form.desk.outline.data
    known = numbers_as_written(data)
    for number, name in enumerate(map(str, replaced)):
        with part(form, (*place, name), kind, number, len(replaced)):
            where, now = known.get(name, ((), "unknown"))
            form.note(f"{place_words(data, where) if where else name}: {now} in the scenario")
            form.number((*place, name), label, None, "20..40%")
            form.reason((*place, name))
    offered = {
        each: f"{place_words(data, where)}: {now}"
        for each, (where, now) in known.items()
        if each not in replaced
    }

    def add(name: str) -> None:
        form.desk.run(set_entry, (*place, name), Plain(GAP))

    form.pick("Add a number that differs", offered, None, add)


def _fit(form: Form, path: Path) -> None:
    form.note("How numbers are estimated from data has no form; edit it as text.")


def _repeat(form: Form, path: Path) -> None:
    blocks = form.value(path)
    if not isinstance(blocks, list):
        _members(form, path)
        return
    for place in range(len(blocks)):
        with part(form, (*path, place), "Block", place, len(blocks)):
            _members(form, (*path, place))


def _members(form: Form, path: Path) -> None:
    """Add the members of a repeated block, with their values as a grid."""
    form.note("The pattern that each member fills has no form; edit it as text.")
    form.text((*path, "for"), "What a member is called in the pattern", "state")
    members, place = form.value((*path, "in")), (*path, "in")
    if not isinstance(members, dict):
        hint = "north, south; or a file: members.csv"
        form.listed(place, "Members, or the CSV file that lists them", hint)
        return
    rows = {str(name): row if isinstance(row, dict) else {} for name, row in members.items()}
    columns = list(dict.fromkeys(str(key) for row in rows.values() for key in row))
    with grid(form, "Members", ("Member", *columns, "")):
        for name in rows:
            with form.inside((name, *columns), lambda: ui.element("tr")):
                cell_head(form, name, "row")
                for column in columns:
                    with form.inside("cell", lambda: ui.element("td")):
                        form.text((*place, name, column), f"{column} of {name}", plain=True)
                with form.inside("cell", lambda: ui.element("td")):
                    remove = partial(form.desk.ask_removal, (*place, name), name)
                    form.part("remove", partial(tool, "×", f"Remove {name}", remove))
    _adder(form, place, "Add a member", dict.fromkeys(columns, Plain(GAP)))


def _adder(form: Form, path: Path, label: str, value: Any) -> None:
    """Add a field for the name of another entry, and its button."""

    def add(name: str) -> None:
        if name not in (form.value(path) or ()):
            form.desk.run(set_entry, (*path, name), value)

    form.adder(label, "Name", add)


def _others(form: Form, path: Path) -> dict[str, str]:
    return {name: label for name, label in form.variables().items() if name != path[1]}


def _text(form: Form, path: Path) -> str:
    return str(form.value(path) or "")


_FORMS: dict[str, Callable[[Form, Path], None]] = {
    "contest": _contest,
    "sources": _source,
    "actors": _actor,
    "moves": _move,
    "offers": _offer,
    "factors": factor_form,
    "interests": _interests,
    "resources": _resources,
    "evidence": _evidence,
    "questions": _question,
    "numbers": _number,
    "beliefs": _beliefs,
    "views": _view,
    "repeat": _repeat,
    "fit": _fit,
}
