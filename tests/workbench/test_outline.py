"""The tab that builds a contest: from an empty page to a forecast, faults, picture, conflicts."""

import re

import pytest

import middlegame as mg
from middlegame.scenario.model.walk import judgements
from middlegame.scenario.yaml.load import read_text
from middlegame.scenario.yaml.structure import move_entry
from middlegame.scenario.yaml.tree import parse_yaml
from tests.workbench.contests import DRAFTED, EVERYTHING, HARBOUR
from tests.workbench.test_page import agrees, by_bar

pytestmark = pytest.mark.browser
ROWS = ("factors", "jobs", "table", "rows")
WRITTEN = move_entry(move_entry(HARBOUR, (*ROWS, 0), 1), (*ROWS, 2), 3)
"""The contest that is built; the form lists a table's rows in the order of the states."""


class Builder:
    """A visitor who fills in the forms."""

    def __init__(self, page):
        self.page = page

    def part(self, name):
        found = self.page.locator(f'section[aria-label="{name}"]')
        found.wait_for()
        return found

    def entry(self, path):
        return self.page.locator(f'[data-entry="{path}"]')

    def choose(self, path):
        self.entry(path).click()
        self.page.wait_for_selector(f'[data-entry="{path}"][aria-current]')

    def add(self, kind, path, label):
        self.page.get_by_role("button", name=f"Add: {kind}", exact=True).click()
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_label("What it is called").fill(label)
        dialog.get_by_label("Short name").fill(path.split(".")[1])
        self.page.keyboard.press("Enter")
        self.page.wait_for_selector(f'[data-entry="{path}"][aria-current]')
        self.page.wait_for_selector(".mg-form:focus")  # from where the keyboard goes on

    def fill(self, place, label, value):
        field = place.get_by_label(label, exact=True)
        field.fill(str(value))
        field.blur()  # sends it now, before the form is built anew for what was typed before

    def pick(self, label, *options):
        self.page.get_by_role("combobox", name=label).click()
        for option in options:
            self.page.get_by_role("option", name=option).click()
        self.page.keyboard.press("Escape")

    def add_named(self, button, label, name):
        self.page.get_by_label(label, exact=True).last.fill(name)
        self.page.get_by_role("button", name=button).click()


def number(value):
    return value["is"] if isinstance(value, dict) else value


def test_contest_built_from_an_empty_page_has_the_forecast_of_the_written_one(visit, server):
    """By mouse and keyboard, without its text; reasons and sources are left out."""
    visitor = visit({"width": 1600, "height": 1000})
    page, data = visitor.page, parse_yaml(WRITTEN).data
    page.goto(server.url)
    page.get_by_role("button", name="New contest").click()
    page.get_by_label("File name").fill("built.yaml")
    page.keyboard.press("Enter")
    page.wait_for_url("**/contest/built?tab=outline")
    form, builder = page.locator(".mg-form"), Builder(page)
    form.get_by_label("Title").wait_for()
    builder.fill(form, "Title", data["title"])
    builder.fill(form, "Precision: odds of an option 10 points better", "2.5..4:1")
    for name, actor in data["actors"].items():
        builder.add("actor", f"actors.{name}", actor["name"] if isinstance(actor, dict) else actor)
        if isinstance(actor, dict):
            builder.fill(form, "Precision of its own", number(actor["precision"]))
    for name, move in data["moves"].items():
        builder.add("move", f"moves.{name}", move["label"])
        builder.pick("Who decides", f"({move['by']})")
        for option, part in move["options"].items():
            builder.add_named("Add an option", "Name", option)
            place = builder.part(f"Option {option}")
            builder.fill(place, "Label", part["label"])
            if "costs" in part:
                builder.fill(place, "Costs", number(part["costs"]))
            if "if" in part:
                builder.fill(place, "Open only if", part["if"])
    for name, factor in data["factors"].items():
        builder.add("factor", f"factors.{name}", factor["label"])
        if factor.get("headline"):
            form.get_by_role("checkbox").click()
        for state in factor["states"]:
            builder.add_named("Add a state", "Name of a state", state)
            builder.part(f"State {state}")
        builder.pick(
            "It is given by",
            {
                "loan": "a plain chance",
                "lease": "rules",
                "depot": "causes",
                "jobs": "a table",
            }[name],
        )
        fill_probabilities(builder, form, factor)
    for actor, interests in data["interests"].items():
        builder.choose(f"interests.{actor}")
        for place, interest in enumerate(interests, start=1):
            page.get_by_role("button", name="Add an interest").click()
            part = builder.part(f"Interest {place}")
            builder.fill(part, "Label", interest["label"])
            builder.fill(part, "Where it holds that", interest["when"])
            builder.fill(part, "Worth, in points", interest["worth"])
    for name, question in data["questions"].items():
        builder.add("question", f"questions.{name}", question["label"])
        builder.fill(form, "Will it hold that", question["will"])
        builder.fill(form, "By", question["by"])
    for name, move in data["moves"].items():
        for known in move["knows"]:
            drag_arrow(page, known, name)
    page.wait_for_selector(".mg-outline-beside .mg-faults:has-text('None.')")
    tools = page.locator("[data-tab=outline]")
    tools.get_by_role("button", name="Save").click()
    page.wait_for_selector("text=Saved.")
    built = read_text((server.folder / "built.yaml").read_text())
    assert numbers(built.scenario) == numbers(read_text(WRITTEN).scenario)
    tools.get_by_role("button", name="Use this text").click()
    page.get_by_role("button", name="Answer", exact=True).click()
    agrees(page, by_bar(mg.solve(read_text(WRITTEN).scenario)))


def numbers(scenario):
    return [(path, judgement) for path, judgement, _ in judgements(scenario)]


def fill_probabilities(builder, form, factor):
    page = builder.page
    if "chance" in factor:
        for state, chance in factor["chance"].items():
            builder.fill(form, f"Chance of {state}", number(chance))
    for place, rule in enumerate(factor.get("rules", ()), start=1):
        if place > 1:
            page.get_by_role("button", name="Add a rule").click()
        part = builder.part(f"Rule {place}")
        if "if" in rule:
            builder.fill(part, "If", rule["if"])
        for state in factor["states"]:
            builder.fill(part, f"Chance of {state}", number(rule["then"].get(state, "")))
    for cause in factor.get("causes", {}).get("closes", ()):
        page.get_by_role("button", name="Add a cause").click()
        part = builder.part("Cause 1")
        builder.fill(part, "If", cause["if"])
        builder.fill(part, "Then it causes it in", number(cause["chance"]))
        builder.fill(form, "Without any of these causes", number(factor["causes"]["background"]))
    if "table" in factor:
        builder.pick("It depends on", *(f"({name})" for name in factor["table"]["given"]))
        page.wait_for_selector(".mg-grid tbody tr >> nth=3")
        for row in factor["table"]["rows"]:
            for state, chance in row["then"].items():
                label = f"{state}, where {', '.join(row['when'])}"
                page.get_by_label(label, exact=True).fill(number(chance))


def drag_arrow(page, tail, head):
    """Draw an arrow from one box to another with the mouse."""
    places, canvas = [], page.locator(".mg-outline-canvas")
    canvas.evaluate("one => { one.scrollIntoView({ block: 'center' }); one.scrollLeft = 0 }")
    for name in (tail, head):
        box = canvas.locator(f'[data-node="{name}"]').bounding_box()
        places.append((box["x"] + box["width"] / 2, box["y"] + box["height"] / 2))
    page.mouse.move(*places[0])
    page.mouse.down()
    page.mouse.move(*places[1], steps=4)
    page.mouse.up()
    page.wait_for_selector(f'[data-tail="{tail}"][data-head="{head}"]', state="attached")


FAULTY = """
title: Ten faults
actors: {north: The north, south: The south}
moves:
  demand: {label: The demand, by: nroth, options: {quiet: {label: waits}, ask: {costs: 9..2}}}
  answer:
    label: The answer
    by: south
    knows: [demand]
    options: {refuse: {label: refuses}, concede: {if: demand = aks, costs: a lot}}
factors:
  valley:
    label: The valley
    states: [kept, ceded]
    rules:
      - {if: answer == concede, then: {ceded: 90..980%}}
      - {then: {ceded: 5..}}
interests:
  north: [{when: valley = ceded, worth: many}, {when: vally = kept, worth: 5}]
  south: [{when: valley = ceded, worth: -70..-40}]
questions:
  ceded: {will: valley = ceded, by: 2026-13-31}
"""
REPAIRS = [
    ("moves.demand", "Option ask", "Costs", "2..9"),
    ("moves.answer", "Option concede", "Open only if", "demand = ask"),
    ("moves.answer", "Option concede", "Costs", "3"),
    ("factors.valley", "Rule 1", "If", "answer = concede"),
    ("factors.valley", "Rule 1", "Chance of ceded", "90..98%"),
    ("factors.valley", "Rule 2", "Chance of ceded", "5..15%"),
    ("interests.north", "Interest 1", "Worth, in points", "50..80"),
    ("interests.north", "Interest 2", "Where it holds that", "valley = kept"),
    ("questions.ceded", "Form", "By", "2026-12-31"),
]
"""With the actor of the demand these are ten."""


def test_ten_faults_stand_at_their_fields_and_are_repaired_there(visit, server):
    (server.folder / "faulty.yaml").write_text(FAULTY)
    visitor = visit()
    page, builder = visitor.page, Builder(visitor.page)
    page.goto(f"{server.url}/contest/faulty?tab=outline")
    page.wait_for_selector(".mg-outline-beside .mg-faults .mg-error >> nth=9")
    assert page.locator(".mg-outline-beside .mg-faults .mg-error").count() == 10
    places = page.locator(".mg-outline-beside .mg-faults .mg-line").all_inner_texts()
    assert not [each for each in places if "factors." in each or "moves." in each]
    page.get_by_role("button", name=re.compile("^Factor · .* · rules 1 · if$")).click()
    page.wait_for_function("document.activeElement.value === 'answer == concede'")
    builder.choose("moves.demand")
    builder.pick("Who decides", "(north)")
    for path, part, label, value in REPAIRS:
        if builder.entry(path).get_attribute("aria-current") is None:
            builder.choose(path)
        field = (
            builder.part(part).locator(".q-field").filter(has=page.get_by_label(label, exact=True))
        )
        field.locator(".q-field__messages:not(:empty)").wait_for()
        builder.fill(builder.part(part), label, value)
        field.locator(".q-field__messages:not(:empty)").wait_for(state="detached")
    page.wait_for_selector(".mg-outline-beside .mg-faults:not(:has(.mg-error))")
    # The file still has its faults; what was edited is offered where its answer would be.
    page.get_by_role("button", name="Answer", exact=True).click()
    page.get_by_role("button", name="Solve the text as edited").click()
    page.wait_for_selector('.mg-kicker:has-text("Ten faults")')


def test_drafted_numbers_are_reviewed_by_key_and_a_changed_file_is_merged(visit, server):
    file = server.folder / "drafted.yaml"
    file.write_text(DRAFTED)
    page = visit().page
    page.goto(f"{server.url}/contest/drafted")
    page.get_by_role("button", name="Review", exact=True).click()
    page.wait_for_selector("text=0 of 3 reviewed")
    page.keyboard.press("c")
    page.wait_for_selector("text=1 of 3 reviewed")
    page.get_by_label("Number or range").fill("6..12")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=2 of 3 reviewed")
    page.locator(".mg-review h2").click()  # keys count outside of fields
    page.keyboard.press("r")
    page.wait_for_selector("text=All drafted numbers are reviewed.")
    tools = page.locator("[data-tab=review]")
    tools.get_by_role("button", name="Undo").click()
    page.wait_for_selector("text=2 of 3 reviewed")
    file.write_text(DRAFTED.replace("title: Harbour lease", "title: Changed elsewhere"))
    tools.get_by_role("button", name="Save").click()
    page.wait_for_selector('.mg-conflict:has-text("title: Changed elsewhere")')
    page.get_by_role("button", name="Merge and save").click()
    page.wait_for_selector("text=Saved.")
    saved = file.read_text()
    assert "title: Changed elsewhere" in saved
    assert "is: 6..12" in saved
    assert saved.count("drafted: yes") == 1


def test_save_conflict_is_reloaded_copied_or_merged_and_nothing_is_lost(visit, server):
    file = server.folder / "contested.yaml"
    file.write_text(HARBOUR)
    visitor = visit()
    page, builder = visitor.page, Builder(visitor.page)
    page.goto(f"{server.url}/contest/contested?tab=outline")
    form, tools = page.locator(".mg-form"), page.locator("[data-tab=outline] .mg-tools").first

    def title():
        return form.get_by_label("Title", exact=True)

    title().wait_for()
    builder.fill(form, "Title", "Mine")
    theirs = HARBOUR.replace("as_of: 2026-01-08", "as_of: 2026-02-02")
    file.write_text(theirs)
    for label in ("Cancel", "Reload the file", "Save a copy", "Merge and save"):
        page.wait_for_selector("[data-tab=outline] button:not(:disabled):has-text('Save')")
        tools.get_by_role("button", name="Save").click()
        dialog = page.locator(".mg-conflict")
        for line in ("-as_of: 2026-02-02", "+as_of: 2026-01-08", "+title: Mine"):
            dialog.get_by_text(line).wait_for()
        if label == "Save a copy":
            dialog.get_by_label("Name of the copy").fill("theirs-and-mine.yaml")
        dialog.get_by_role("button", name=label).click()
        dialog.wait_for(state="detached")
        if label == "Reload the file":  # which can be undone
            page.wait_for_function("document.querySelector('.mg-form textarea').value !== 'Mine'")
            tools.get_by_role("button", name="Undo").click()
            page.wait_for_function("document.querySelector('.mg-form textarea').value === 'Mine'")
            file.write_text(theirs + "# more\n")
            theirs += "# more\n"
        assert title().input_value() == "Mine"
    page.wait_for_selector("text=Saved.")
    mine = HARBOUR.replace("title: Harbour lease", "title: Mine")
    assert (server.folder / "theirs-and-mine.yaml").read_text() == mine
    assert file.read_text() == theirs.replace("title: Harbour lease", "title: Mine")


def test_what_is_typed_survives_whatever_changes_the_form(visit, server):
    """Typing keeps its place: a form is changed around what is being typed, and not rebuilt."""
    (server.folder / "typed.yaml").write_text(FAULTY)
    visitor = visit({"width": 1600, "height": 1000})
    page, builder = visitor.page, Builder(visitor.page)
    with page.expect_websocket() as connected:
        page.goto(f"{server.url}/contest/typed?tab=outline")

    def checked():
        """Wait at the end for what the server sends once it has checked the text."""
        return connected.value.expect_event("framereceived", lambda it: "setDecorations" in it)

    builder.entry("moves.demand").wait_for()
    builder.choose("moves.demand")
    form = page.locator(".mg-form")
    with checked():
        form.get_by_label("Label", exact=True).first.fill("")
    # A label stands in the lists of other fields, and its entry in the list of entries.
    for typed in ("The note ", "of May"):
        with checked():
            page.keyboard.type(typed)
            builder.entry("moves.demand").filter(has_text=typed.strip()).wait_for()
    # A renamed option is shown under its new name while its label is typed.
    builder.part("Option quiet").get_by_label("Short name").fill("wait")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    for _ in range(2):
        page.keyboard.press("Tab")
    builder.part("Option wait").get_by_label("Label", exact=True).fill("waits longer")
    builder.part("Option ask").get_by_label("Insert a comparison into: Open only if").click()
    page.locator(".q-menu .q-item", has_text="valley = kept").click()
    # The picture is clicked without leaving the field first.
    costs = builder.part("Option ask").get_by_label("Costs", exact=True)
    with checked():
        costs.fill("2.")
    page.keyboard.type("5")
    page.locator('[data-node="answer"]').click()
    page.wait_for_selector('[data-entry="moves.answer"][aria-current]')
    tools = page.locator("[data-tab=outline]")
    tools.get_by_role("button", name="Save").click()
    page.wait_for_selector("text=Saved.")
    move = parse_yaml((server.folder / "typed.yaml").read_text()).data["moves"]["demand"]
    assert move == {
        "label": "The note of May",
        "by": "nroth",
        "options": {
            "wait": {"label": "waits longer"},
            "ask": {"if": "valley = kept", "costs": 2.5},
        },
    }


def test_one_history_undoes_what_if_form_picture_and_text(visit, server):
    file = server.folder / "history.yaml"
    file.write_text(HARBOUR)
    visitor = visit({"width": 1600, "height": 1000})
    page = visitor.open("history", "what-if", "interests.tenant[0].worth=71.5")
    page.get_by_role("button", name="Save as").click()
    page.get_by_role("button", name="Write into this text").click()
    page.wait_for_selector("text=Written into the text")
    page.wait_for_selector(".mg-banner:has-text('71.5')", state="detached")
    page.get_by_role("button", name="Build", exact=True).click()
    builder = Builder(page)
    builder.choose("interests.tenant")
    builder.fill(builder.part("Interest 1"), "Label", "keeping the berth")
    drag_arrow(page, "loan", "renew")
    page.get_by_role("button", name="Edit", exact=True).click()
    page.locator(".cm-line").first.click()
    page.keyboard.press("Control+Home")
    page.keyboard.type("# typed\n")
    page.wait_for_selector(".cm-line:has-text('# typed')")
    tools = page.locator("[data-tab=edit]")
    for _ in range(4):
        assert tools.get_by_role("button", name="Save").is_enabled()
        tools.get_by_role("button", name="Undo").click()
    page.wait_for_selector("[data-tab=edit] button:disabled:has-text('Save')")  # the file's text
    for _ in range(4):
        tools.get_by_role("button", name="Redo").click()
    page.wait_for_selector(".cm-line:has-text('# typed')")
    tools.get_by_role("button", name="Save").click()
    page.wait_for_selector("text=Saved.")
    saved = read_text(file.read_text()).scenario
    assert saved.interests["tenant"][0].worth.median == 71.5
    assert saved.interests["tenant"][0].label == "keeping the berth"
    assert saved.moves["renew"].knows == ("bid", "loan")


def test_each_kind_of_entry_has_a_form_that_changes_one_line(visit, server):
    file = server.folder / "everything.yaml"
    file.write_text(EVERYTHING)
    visitor = visit()
    page, builder = visitor.page, Builder(visitor.page)
    page.goto(f"{server.url}/contest/everything?tab=outline")
    builder.entry("views.hawk").wait_for()
    form = page.locator(".mg-form")
    for path, label, old, new in (
        ("", "Number of periods", "3", "4"),
        ("actors.north", "Level, from 0 to 4", "2", "1"),
        ("resources.north", "Amount at the beginning", "10", "12"),
        ("moves.cut", "To", "20", "30"),
        ("offers.truce", "Promise", "answer = accept", "answer = refuse"),
        ("factors.price", "And moves by", "25", "50"),
        ("factors.peace", "Chance that it stays as it was", "70%", "60..80%"),
        ("repeat", "gain of west", "12", "14"),
        ("views.hawk", "In this view it is", "60..80%", "50%"),
        ("beliefs.south", "It takes it to be", "10..20", "15"),
    ):
        builder.choose(path)
        field = form.get_by_label(label, exact=True).first
        assert field.input_value() == old
        field.fill(new)
    builder.choose("interests.north")
    form.get_by_role("checkbox", name="Known to this actor alone").click()
    page.locator('[data-node="truce"]').click()
    page.wait_for_selector('[data-entry="offers.truce"][aria-current]')
    builder.choose("factors.peace")
    form.get_by_role("button", name='Remove "broken"').click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("A factor needs two states").wait_for()
    assert dialog.get_attribute("aria-label") == 'Remove "broken"?'
    assert "Factor · Peace · chance · broken: " in dialog.inner_text()
    dialog.get_by_role("button", name="Keep it").click()
    builder.choose("beliefs.south")
    page.get_by_role("button", name="Edit as text").click()
    page.wait_for_selector("[data-tab=edit] .cm-line:has-text('judgements')")
    tools = page.locator("[data-tab=edit]")
    tools.get_by_role("button", name="Save").click()
    page.wait_for_selector("text=Saved.")
    lines = [*zip(EVERYTHING.splitlines(), file.read_text().splitlines(), strict=True)]
    assert sum(one != other for one, other in lines) == 11
    assert "worth: {is: 40..60, private: yes}" in file.read_text()
