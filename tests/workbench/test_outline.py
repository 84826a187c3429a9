"""The tab that builds a contest: from an empty page to a forecast, faults, picture, conflicts."""

import pytest

import middlegame as mg
from middlegame.scenario.model.walk import judgements
from middlegame.scenario.yaml.load import read_text
from middlegame.scenario.yaml.structure import move_entry
from middlegame.scenario.yaml.tree import parse_yaml
from tests.workbench.contests import HARBOUR
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
        dialog.get_by_role("button", name="Add", exact=True).click()
        self.page.wait_for_selector(f'[data-entry="{path}"][aria-current]')

    def fill(self, place, label, value):
        place.get_by_label(label, exact=True).fill(str(value))

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
    builder.fill(form, "Precision: how much more often an option 10 points better", "2.5..4:1")
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
