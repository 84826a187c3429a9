"""The workbench in a real browser, against the front door's own numbers."""

import datetime as dt
import re

import pytest

from middlegame.analysis.evidence_weights import weigh_evidence
from middlegame.equilibrium.equilibrium import solve
from middlegame.io.examples import list_examples
from middlegame.report.text import narrative
from middlegame.report.text.words import percent
from middlegame.scenario.yaml.load import load
from middlegame.sweeps.run import sweep
from middlegame.workbench.live import LiveContest
from middlegame.workbench.server.pages import TABS
from tests.workbench.conftest import NARROW, WIDE
from tests.workbench.contests import TIMED

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
WORTH = "interests.tenant[0].worth"
LOST = re.compile("^The lease: lost")


@pytest.fixture(scope="module")
def harbour(server):
    return LiveContest(load(server.folder / "harbour-lease" / "scenario.yaml"))


def drawn(equilibrium):
    """Give an equilibrium's probabilities as the page's bars are called."""
    found = {f"question.{name}": p for name, p in equilibrium.questions.items()}
    for name, forecast in equilibrium.forecasts.items():
        found |= {f"{name}.{place}": p for place, p in enumerate(forecast.values())}
    return found


AGREES = """([within, expected]) => {
    const bars = [...document.querySelectorAll(within + " [data-key]")];
    const drawn = new Set(bars.map(bar => bar.dataset.key));
    const asked = Object.keys(expected).filter(key => key.startsWith("question."));
    const right = bar => Math.abs(Number(bar.dataset.value) - expected[bar.dataset.key]) < 2e-6;
    return asked.every(key => drawn.has(key)) && bars.every(right);
}"""


def agrees(page, expected, within="[data-view=answer]"):
    """Wait until the bars of a view, those of all questions among them, are as expected."""
    page.wait_for_function(AGREES, arg=[within, expected])


def drag(page, number, steps=6, rest=2):
    """Drag a slider to the right with the mouse, resting at a step until it was answered.

    Gives the value that the address held then.
    """
    rested = None
    slider = page.locator(f'[data-number="{number}"]')
    if not slider.is_visible():
        page.locator(f'details:has([data-number="{number}"]) summary').click()
    slider.hover()  # waits until nothing moves it any more
    box = slider.bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, y)
    page.mouse.down()
    for step in range(steps):
        page.mouse.move(box["x"] + box["width"] * (0.5 + 0.3 * (step + 1) / steps), y)
        if step == rest:
            rested = settled(page, number)
    page.mouse.up()
    return rested


SETTLED = """([number, before]) => {
    const told = document.querySelector(`[data-number="${number}"]`).getAttribute("aria-valuetext");
    const held = new URL(location.href).searchParams.get(number);
    return held !== null && held !== before && Number(told) === Number(held) && held;
}"""


def settled(page, number, before=None):
    """Wait until the address holds a slider's value, and another one than before; give it."""
    found = page.wait_for_function(SETTLED, arg=[number, before])
    return found.json_value()


QUICK = [each.name for each in list_examples() if load(each.folder / "scenario.yaml").periods is None]


@pytest.mark.parametrize("name", QUICK)
def test_the_first_view_answers_without_a_click(visit, server, name):
    page = visit().open(name)
    equilibrium = solve(load(server.folder / name / "scenario.yaml"))
    assert page.inner_text(".mg-answer") == narrative.answer(equilibrium)
    agrees(page, drawn(equilibrium))


def test_a_box_of_the_picture_opens_its_panel(visit):
    page = visit().open("harbour-lease")
    page.locator('[data-node="lease"]').click()
    panel = page.locator(".mg-panel")
    panel.wait_for()
    assert "Who wants what here" in panel.inner_text()
    assert "The foreign tenant" in panel.inner_text()
    panel.get_by_role("button", name=re.compile("line")).first.click()
    page.wait_for_selector(".mg-edit:visible")
    page.get_by_role("button", name="Answer", exact=True).click()
    box = page.locator('[data-node="bid"]')
    box.wait_for()
    box.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector('.mg-panel:focus:has-text("makes an offer")')
    page.keyboard.press("Escape")
    panel.wait_for(state="detached")


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["1280", "390"])
def test_a_dragged_slider_gives_the_front_doors_numbers(visit, harbour, viewport):
    page = visit(viewport).open("harbour-lease", "try")
    rested = drag(page, WORTH, rest=2)
    value = float(settled(page, WORTH, rested))
    assert value > harbour.theta({})[0]
    after = harbour.full({WORTH: value})
    agrees(page, drawn(after), ".mg-results")
    page.wait_for_selector('.mg-changes:has-text("instead of")')
    page.get_by_role("button", name="Undo").click()
    agrees(page, drawn(harbour.base), ".mg-results")


def test_the_keyboard_moves_a_slider(visit, harbour):
    page = visit().open("harbour-lease", "try")
    page.fill('[aria-label="Search the numbers"]', "tenant")
    slider = page.locator(f'[data-number="{WORTH}"]')
    slider.wait_for()
    slider.focus()
    value = None
    for _ in range(2):
        page.keyboard.press("PageUp")
        value = settled(page, WORTH, value)
    agrees(page, drawn(harbour.full({WORTH: float(value)})), ".mg-results")


def test_supposing_observing_and_a_link_that_holds_both(visit, harbour):
    page = visit().open("harbour-lease", "try")
    page.select_option('[data-pick="bid"]', "suppose offer")
    page.select_option('[data-pick="depot"]', "given closes")
    expected = drawn(harbour.full({}, {"bid": "offer"}, {"depot": ("closes",)}))
    agrees(page, expected, ".mg-results")
    page.wait_for_url(lambda url: "given.depot" in url and "suppose.bid" in url)
    other = visit()
    other.page.goto(page.url)
    other.rested("try")
    agrees(other.page, expected, ".mg-results")
    page.get_by_role("button", name="Reset").click()
    agrees(page, drawn(harbour.base), ".mg-results")


def test_what_is_closed_is_told_and_nothing_breaks(visit):
    page = visit().open("harbour-lease", "try")
    page.select_option('[data-pick="bid"]', "suppose stay_out")
    page.select_option('[data-pick="renew"]', "suppose switch")
    page.wait_for_selector('.mg-changes [role=alert]:has-text("closed")')
    page.get_by_role("button", name="Reset").click()
    page.wait_for_selector(".mg-changes [role=alert]", state="detached")


def test_changed_numbers_are_saved_with_the_comments(visit, server):
    page = visit().open("harbour-lease", "try", f"{WORTH}=71.5")
    page.get_by_role("button", name="Save as").click()
    page.get_by_label("File name").fill("what-if.yaml")
    page.get_by_role("button", name="Save in the folder").click()
    page.wait_for_selector("text=Saved as what-if.yaml")
    old = (server.folder / "harbour-lease" / "scenario.yaml").read_text().splitlines()
    new = (server.folder / "what-if.yaml").read_text().splitlines()
    assert len([1 for a, b in zip(old, new, strict=True) if a != b]) == 1
    assert load(server.folder / "what-if.yaml").interests["tenant"][0].worth.median == 71.5


def test_a_fault_is_edited_in_and_out(visit):
    page = visit().open("harbour-lease", "edit")
    line = page.locator('.cm-line:has-text("by: rival")')
    line.click()
    page.keyboard.press("End")
    page.keyboard.type("x")
    page.wait_for_selector(".mg-faults .mg-error:has-text(\"did you mean 'rival'\")")
    page.wait_for_selector(".cm-line.mg-line-error")
    page.wait_for_selector("button:disabled:has-text('Use this text')")
    page.keyboard.press("Backspace")
    page.wait_for_selector(".mg-faults .mg-error", state="detached")
    page.keyboard.press("Backspace")
    page.keyboard.press("Control+Space")
    page.locator('.cm-tooltip-autocomplete li:has-text("The rival power")').click()
    page.wait_for_selector("text=This is the text that all views show.")


def test_an_edited_text_is_used_by_all_views(visit, server):
    page = visit().open("harbour-lease", "edit")
    page.locator('.cm-line:has-text("title: Harbour lease")').click()
    page.keyboard.press("End")
    page.keyboard.type(" again")
    button = page.get_by_role("button", name="Use this text")
    page.wait_for_selector("text=Changed, and not used yet.")
    button.click()
    page.get_by_role("button", name="Answer", exact=True).click()
    page.wait_for_selector('.mg-kicker:has-text("Harbour lease again")')
    assert "again" not in (server.folder / "harbour-lease" / "scenario.yaml").read_text()


def test_the_paragraph_stands_beside_its_citation(visit, server):
    page = visit().open("harbour-lease", "edit")
    page.locator(".cm-scroller").evaluate("one => { one.scrollTop = 500 }")
    page.locator('.cm-line:has-text("cite: brief#3")').first.click()
    third = (server.folder / "harbour-lease" / "briefing.txt").read_text().split("\n\n")[2]
    page.wait_for_selector(f'.mg-passage:has-text("{third[:40]}")')


def test_a_domino_is_toppled_and_the_rest_is_watched(visit, harbour):
    page = visit().open("harbour-lease", "dominoes")
    page.locator('[data-first="bid=offer"]').click()
    row = page.locator(".mg-fallen tbody tr").filter(has=page.locator("th", has_text=LOST))
    row.wait_for()
    before, after = harbour.full({}), harbour.full({}, {"bid": "offer"})
    told = [cell.inner_text() for cell in row.locator("td").all()]
    assert told[:2] == [percent(each.forecasts["lease"]["lost"]) for each in (before, after)]
    assert page.locator(".mg-cascade svg").count() == 1


def test_a_sweep_is_run_and_its_intervals_stand_on_the_bars(visit):
    visitor = visit()
    page = visitor.open("harbour-lease", "ranges")
    page.get_by_role("button", name="Sweep", exact=True).click()
    page.wait_for_selector('.mg-found:has-text("4,096 worlds")')
    page.get_by_role("button", name="Answer", exact=True).click()
    page.wait_for_selector('[data-key="question.depot-2026"] .mg-interval')
    found = sweep(load(visitor.server.folder / "harbour-lease" / "scenario.yaml"), 4096)
    low, high = found.questions["depot-2026"].ninety
    told = page.inner_text('[data-key="question.depot-2026"] .mg-word')
    assert f"{percent(low)} to {percent(high)} nine times in ten" in told


CANCEL = """() => {
    window.cancelled = false;
    const line = document.querySelector(".mg-sweep .mg-background");
    new MutationObserver((_, observer) => {
        if (!line.querySelector("progress[value]")) return;
        observer.disconnect();
        line.querySelector("button").click();
        cancelled = true;
    }).observe(line, { attributes: true, subtree: true });
}"""
"""From outside, the click might come when the sweep is done."""


def test_a_sweep_is_cancelled(visit):
    page = visit().open("harbour-lease", "ranges")
    page.locator(".mg-sweep .q-select").click()
    page.get_by_role("option", name="65,536 worlds").click()
    page.evaluate(CANCEL)
    page.get_by_role("button", name="Sweep", exact=True).click()
    page.wait_for_function("cancelled && !document.querySelector('.mg-sweep progress').offsetWidth")
    assert page.inner_text(".mg-found") == ""
    page.locator(".mg-sweep .q-select").click()
    page.get_by_role("option", name="1,024 worlds").click()
    page.get_by_role("button", name="Sweep", exact=True).click()
    page.wait_for_selector('.mg-found:has-text("1,024 worlds")')


def test_judgements_are_moved_one_by_one(visit):
    page = visit().open("harbour-lease", "ranges")
    page.get_by_role("button", name="Move every judgement").click()
    page.wait_for_selector(".mg-swings li")
    assert "The loan behind the offer" in page.locator(".mg-swings li").first.inner_text()


def test_what_is_worth_finding_out_is_weighed(visit):
    page = visit().open("harbour-lease", "ranges")
    page.get_by_role("button", name="Weigh what could be known").click()
    page.wait_for_selector('.mg-worth .mg-report:has-text("Leverage")')
    assert "To the foreign tenant" in page.inner_text(".mg-worth .mg-report")


def test_evidence_and_rival_views_are_shown_where_there_are_some(visit, server):
    page = visit().open("known", "evidence")
    equilibrium = solve(load(server.folder / "known.yaml"))
    (found,) = weigh_evidence(equilibrium)
    told = page.inner_text("[data-view=evidence]")
    for state, chance in found.posterior.items():
        assert re.search(
            rf"{state}\s+{percent(chance)}\s+before: {percent(found.prior[state])}", told
        )
    page.get_by_role("button", name="Rival views").click()
    page.wait_for_selector('[data-view=rivals] th:has-text("The doubter")')
    other = visit()
    other.open("harbour-lease")
    assert other.page.get_by_role("button", name="Evidence").count() == 0


def test_periods_of_the_picture_are_turned(visit, server):
    (server.folder / "siege.yaml").write_text(TIMED)
    page = visit().open("siege")
    picture = page.get_by_role("combobox", name="Period")
    assert picture.input_value() == "2"
    page.get_by_role("button", name="Later").click()
    page.wait_for_selector('[data-node="walls@3"]')
    assert page.get_by_role("button", name="Later").is_disabled()
    picture.select_option("1")
    page.wait_for_selector('[data-node="walls@3"]', state="detached")
    page.locator('[data-node="walls@1"]').click()
    page.wait_for_selector('.mg-panel:has-text("Jan-Mar 2026")')


def test_a_forecast_is_kept_and_its_question_resolved(visit, harbour):
    page = visit().open("harbour-lease", "ledger")
    page.get_by_label("Your name").fill("ada")
    page.get_by_role("button", name="Record this forecast").click()
    asked = page.locator('.mg-asked:has-text("The depot shuts")')
    asked.wait_for()
    assert percent(harbour.base.questions["depot-2026"]) in asked.inner_text()
    asked.get_by_role("button", name="Resolve").click()
    page.get_by_label("The day it was settled").fill("2026-31-12")
    page.get_by_label("Who says so").fill("the port authority")
    page.get_by_role("button", name="Enter it").click()
    page.wait_for_selector('.mg-dialog .mg-note:has-text("2026-31-12")')
    page.get_by_label("The day it was settled").fill(str(dt.date.today()))
    page.locator(".mg-dialog").get_by_text("No", exact=True).click()
    page.get_by_role("button", name="Enter it").click()
    page.wait_for_selector('.mg-outcome:has-text("the port authority"):has-text("No")')


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["1280", "390"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_every_view(visit, viewport, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    visitor = visit(viewport, color_scheme=scheme)
    page = visitor.open("known", "answer", f"{WORTH}=70")
    page.locator('[data-node="lease"]').click()
    page.wait_for_selector(".mg-panel")
    for view, label in TABS:
        page.get_by_role("button", name=label, exact=True).click()
        visitor.rested(view)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        found = axe.run(page).response["violations"]
        grave = [
            (each["id"], [node["html"][:160] for node in each["nodes"]][:3])
            for each in found
            if each["impact"] in ("serious", "critical")
        ]
        assert grave == []


def test_the_list_of_contests_and_what_is_not_there(visit, server):
    visitor = visit()
    visitor.page.goto(server.url)
    visitor.page.get_by_role("link", name="Harbour lease", exact=True).first.click()
    visitor.page.wait_for_selector(".mg-answer")
    visitor.page.goto(f"{server.url}/contest/nothing")
    visitor.page.wait_for_selector("text=There is no contest of this name here")
