"""The workbench in a real browser, against numbers that the library computes directly."""

import datetime as dt
import json
import re
import socket
import time
import urllib.error
import urllib.request

import pytest

import middlegame as mg
from middlegame.analysis.evidence_weights import weigh_evidence
from middlegame.equilibrium.equilibrium import solve
from middlegame.report.text import narrative
from middlegame.report.text.numbers import percent
from middlegame.scenario.yaml.load import load, read_text
from middlegame.sweeps.run import sweep
from middlegame.workbench.live import LiveContest
from middlegame.workbench.server.library import LARGEST
from middlegame.workbench.server.pages import TABS
from middlegame.workbench.workers.texts import with_moved_ranges
from tests.workbench.conftest import NARROW, WIDE
from tests.workbench.contests import HARBOUR, TIMED

pytestmark = pytest.mark.browser
WORTH = "interests.tenant[0].worth"
LOST = re.compile("^The lease is lost")


@pytest.fixture(scope="module")
def harbour(server):
    return LiveContest(load(server.folder / "harbour-lease" / "scenario.yaml"))


def by_bar(forecast):
    """Return a forecast's probabilities by the key of their bar on the page."""
    found = {f"question.{name}": p for name, p in forecast.questions.items()}
    for name, chances in forecast.forecasts.items():
        found |= {f"{name}.{place}": p for place, p in enumerate(chances.values())}
    return found


def over_worlds(context, numbers):
    """Return the forecast of the harbour's contest whose ranges move along with numbers."""
    return mg.solve(read_text(with_moved_ranges(context, HARBOUR, numbers)).scenario)


AGREES = """([within, expected]) => {
    const bars = [...document.querySelectorAll(within + " [data-key]")];
    const drawn = new Set(bars.map(bar => bar.dataset.key));
    const asked = Object.keys(expected).filter(key => key.startsWith("question."));
    const right = bar => Math.abs(Number(bar.dataset.value) - expected[bar.dataset.key]) < 2e-6;
    return asked.every(key => drawn.has(key)) && bars.every(right);
}"""


def agrees(page, expected, within="[data-tab=answer]"):
    """Wait until the bars of a tab, among them those of all questions, are as expected."""
    page.wait_for_function(AGREES, arg=[within, expected])


def drag(page, number, steps=6, rest=2):
    """Drag a slider to the right with the mouse, and pause at one step until it was answered.

    Returns the value in the address during the pause.
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
    const text = document.querySelector(`[data-number="${number}"]`).getAttribute("aria-valuetext");
    const held = new URL(location.href).searchParams.get(number);
    return held !== null && held !== before && Number(text) === Number(held) && held;
}"""


def settled(page, number, before=None):
    """Wait until the address holds a slider's value, other than before; return it."""
    found = page.wait_for_function(SETTLED, arg=[number, before])
    return found.json_value()


@pytest.mark.parametrize("name", ["harbour-lease", "venezuela-2026"])
def test_first_tab_shows_the_answer_without_a_click(visit, server, name):
    page = visit().open(name)
    forecast = LiveContest(load(server.folder / name / "scenario.yaml")).base_forecast
    assert page.inner_text(".mg-answer") == narrative.answer(forecast)
    agrees(page, by_bar(forecast))
    assert page.locator("[data-tab=what-if] *").count() == 0  # built when it is first opened


def test_click_or_enter_on_a_box_of_the_picture_opens_its_panel(visit):
    page = visit().open("harbour-lease")
    page.locator('[data-node="lease"]').click()
    panel = page.locator(".mg-panel")
    panel.wait_for()
    assert "Interests that depend on it" in panel.inner_text()
    assert "The foreign tenant" in panel.inner_text()
    panel.get_by_role("button", name=re.compile("line")).first.click()
    page.wait_for_selector(".mg-edit:visible")
    page.get_by_role("button", name="Answer", exact=True).click()
    box = page.locator('[data-node="bid"]')
    box.wait_for()
    box.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector('.mg-panel:focus:has-text("makes an offer")')
    page.wait_for_selector('.mg-report:has-text("The rival power more often makes an offer")')
    page.keyboard.press("Escape")
    panel.wait_for(state="detached")
    page.locator('[data-tab=answer] [data-key="renew.1"] button').click()  # the bar of an option
    page.wait_for_url("**box=renew=switch")
    reasons = page.locator('.mg-report:has-text("The port city more often")')
    reasons.get_by_role("link", name="Port authority briefing").first.click()
    page.wait_for_selector("#source-brief:focus")
    reasons.get_by_role("link", name=re.compile("^interests")).first.click()
    page.wait_for_selector(".mg-edit:visible")
    page.go_back()
    page.get_by_role("button", name="Answer", exact=True).click()
    page.locator('[data-tab=answer] [data-key="question.lease-2026"] .mg-track').click()
    page.wait_for_selector('.mg-panel:focus:has-text("The lease")')


def test_picture_fits_its_frame_at_first_and_can_be_enlarged_and_moved(visit):
    page = visit().open("harbour-lease")
    canvas, sheet = page.locator(".mg-frame .mg-canvas"), page.locator(".mg-sheet svg")
    canvas.scroll_into_view_if_needed()
    fits = """() => {
        const [outer, inner] = [".mg-frame .mg-canvas", ".mg-sheet svg"].map(
            (each) => document.querySelector(each).getBoundingClientRect());
        return inner.width > 100 && inner.left >= outer.left - 1 && inner.right <= outer.right + 1
            && inner.top >= outer.top - 1 && inner.bottom <= outer.bottom + 1;
    }"""
    page.wait_for_function(fits)
    width = sheet.bounding_box()["width"]
    observed = page.locator(".mg-frame .knows >> nth=0")
    assert observed.is_visible()  # the rival's bid has no other arrow
    page.get_by_label("What each move observes").uncheck()
    assert observed.is_hidden()
    page.get_by_role("button", name="Larger").click()
    assert sheet.bounding_box()["width"] == pytest.approx(1.3 * width, rel=0.01)
    left = sheet.bounding_box()["x"]
    canvas.focus()
    page.keyboard.press("ArrowRight")
    assert sheet.bounding_box()["x"] == pytest.approx(left - 60, abs=1)
    page.keyboard.press("0")
    page.wait_for_function(fits)


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["1280", "390"])
def test_dragged_slider_shows_the_forecast_of_a_direct_solution(visit, context, harbour, viewport):
    page = visit(viewport).open("harbour-lease", "what-if")
    rested = drag(page, WORTH, rest=2)
    value = float(settled(page, WORTH, rested))
    assert value > harbour.parameter_values({})[0]
    after = over_worlds(context, {WORTH: value})
    agrees(page, by_bar(after), ".mg-results")
    page.wait_for_selector('.mg-banner:has-text("instead of")')
    page.get_by_role("button", name="Undo").click()
    agrees(page, by_bar(harbour.base_forecast), ".mg-results")
    page.keyboard.press("Control+Shift+Z")
    agrees(page, by_bar(after), ".mg-results")
    page.keyboard.press("Control+Z")
    agrees(page, by_bar(harbour.base_forecast), ".mg-results")


def test_folded_groups_are_marked_as_folded(visit):
    page = visit().open("harbour-lease", "what-if")
    summary = page.locator(".mg-numbers summary").first
    summary.wait_for()
    style = summary.evaluate(
        "(el) => [getComputedStyle(el).display, getComputedStyle(el).listStyleType]"
    )
    assert style == ["list-item", "disclosure-open"]


def test_slider_moved_by_keyboard_shows_the_forecast_of_a_direct_solution(visit, context):
    page = visit().open("harbour-lease", "what-if")
    page.fill('[aria-label="Search the numbers"]', "tenant")
    slider = page.locator(f'[data-number="{WORTH}"]')
    slider.wait_for()
    slider.focus()
    value = None
    for _ in range(2):
        page.keyboard.press("PageUp")
        value = settled(page, WORTH, value)
    agrees(page, by_bar(over_worlds(context, {WORTH: float(value)})), ".mg-results")


def test_arrow_keys_move_a_slider_by_visible_steps_and_back_to_no_change(visit):
    page = visit().open("harbour-lease", "what-if")
    page.fill('[aria-label="Search the numbers"]', "tenant")
    slider = page.locator(f'[data-number="{WORTH}"]')
    slider.wait_for()
    slider.focus()
    assert slider.get_attribute("aria-valuetext") == "65"
    shown, held = [], None
    for _ in range(3):
        page.keyboard.press("ArrowRight")
        held = settled(page, WORTH, held)
        shown.append(held)
        page.wait_for_selector(f'.mg-banner:has-text("+{held} instead of +65")')
    assert shown == ["66", "67", "68"]
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    page.wait_for_url(lambda url: WORTH not in url)
    # Nothing differs from the file; where the keys paused on the way, there is something to undo.
    page.wait_for_selector('.mg-banner b:has-text("What-if")', state="detached")
    if page.is_visible(".mg-banner"):
        assert "As in the file" in page.inner_text(".mg-banner")
    assert slider.get_attribute("aria-valuetext") == "65"


RECORD = """() => {
    window.recorded = [];
    const replace = history.replaceState, changes = document.querySelector(".mg-changes");
    history.replaceState = (state, title, address) => {
        replace.call(history, state, title, address);
        window.recorded.push(address);
    };
    new MutationObserver(() => changes.querySelector("table") && window.recorded.push("effect"))
        .observe(changes, { childList: true, subtree: true });
}"""


def test_address_holds_a_change_before_its_effect_is_computed(visit):
    page = visit().open("harbour-lease", "what-if")
    assert "to see its effect here" in page.inner_text(".mg-changes")
    page.evaluate(RECORD)
    page.select_option('[data-pick="bid"]', "suppose offer")
    page.wait_for_function("window.recorded.includes('effect')")
    assert "suppose.bid=offer" in page.evaluate("window.recorded[0]")
    page.wait_for_selector(".mg-changes:not(:has-text('Computing'))")


def test_change_without_effect_is_said_to_have_none(visit):
    page = visit().open("harbour-lease", "what-if")
    page.select_option('[data-pick="lease"]', "given kept")
    page.wait_for_selector(".mg-changes table")
    page.goto(f"{page.url.split('?')[0]}?tab=what-if&{WORTH}=65.0001")
    page.wait_for_selector('.mg-changes:has-text("No visible effect")')
    page.wait_for_selector('.mg-banner:has-text("slightly above +65")')


def test_link_reproduces_a_supposition_and_an_observation(visit, harbour):
    page = visit().open("harbour-lease", "what-if")
    page.select_option('[data-pick="bid"]', "suppose offer")
    page.select_option('[data-pick="depot"]', "given closes")
    expected = by_bar(harbour.forecast({"bid": "offer"}, {"depot": ("closes",)}))
    agrees(page, expected, ".mg-results")
    page.wait_for_url(lambda url: "given.depot" in url and "suppose.bid" in url)
    other = visit()
    other.page.goto(page.url)
    other.wait_for("what-if")
    agrees(other.page, expected, ".mg-results")
    page.get_by_role("button", name="Back to the file").click()
    agrees(page, by_bar(harbour.base_forecast), ".mg-results")


def test_supposing_a_closed_option_shows_the_reason(visit):
    page = visit().open("harbour-lease", "what-if")
    page.select_option('[data-pick="bid"]', "suppose stay_out")
    page.select_option('[data-pick="renew"]', "suppose switch")
    reason = page.locator('.mg-banner [role=alert]:has-text("closed")')
    reason.wait_for()
    assert '"the port city switches to the rival"' in reason.inner_text()
    assert "renew" not in reason.inner_text()
    page.wait_for_url(lambda url: "suppose.bid" in url and "suppose.renew" not in url)
    page.wait_for_function("document.querySelector('[data-pick=renew]').value === 'free'")
    page.get_by_role("button", name="Back to the file").click()
    page.wait_for_selector(".mg-banner [role=alert]", state="detached")


def test_saving_changed_numbers_changes_one_line_of_the_file(visit, server):
    page = visit().open("harbour-lease", "what-if", f"{WORTH}=71.5")
    page.get_by_role("button", name="Save as").click()
    page.get_by_label("File name").fill("what-if.yaml")
    page.get_by_role("button", name="Save in the folder").click()
    page.wait_for_selector("text=Saved as what-if.yaml")
    old = (server.folder / "harbour-lease" / "scenario.yaml").read_text().splitlines()
    new = (server.folder / "what-if.yaml").read_text().splitlines()
    assert len([1 for a, b in zip(old, new, strict=True) if a != b]) == 1
    assert load(server.folder / "what-if.yaml").interests["tenant"][0].worth.median == 71.5


def test_fault_appears_at_its_line_and_goes_when_corrected_by_completion(visit):
    page = visit().open("harbour-lease", "edit")
    line = page.locator('.cm-line:has-text("by: rival")')
    line.click()
    page.keyboard.press("End")
    page.keyboard.type("x")
    page.wait_for_selector(".mg-faults .mg-error:has-text(\"did you mean 'rival'\")")
    page.wait_for_selector(".cm-line.mg-line-error")
    page.wait_for_selector("[data-tab=edit] button:disabled:has-text('Use this text')")
    page.get_by_role("button", name="Replace by 'rival'").click()
    page.wait_for_selector(".mg-faults .mg-error", state="detached")
    assert "by: rivalx" not in page.inner_text(".cm-content")
    page.keyboard.press("Backspace")
    page.keyboard.press("Control+Space")
    page.locator('.cm-tooltip-autocomplete li:has-text("The rival power")').click()
    page.wait_for_selector("text=All tabs show this text. >> visible=true")


def test_state_and_place_are_seen_on_every_view_and_in_the_history(visit, harbour):
    visitor = visit()
    page = visitor.open("harbour-lease", "answer", f"suppose.bid=ofer&{WORTH}=70&foo=1")
    page.wait_for_selector(".mg-banner [role=alert]:has-text(\"did you mean 'offer'\")")
    page.get_by_role("button", name="Dominoes", exact=True).click()
    page.wait_for_selector('.mg-banner:visible:has-text("+70 instead of +65")')
    page.wait_for_selector('[data-tab=dominoes] .mg-scope:has-text("About the what-if")')
    page.locator('[data-domino="bid=offer"]').click()
    page.wait_for_selector('h2:has-text("If the rival power makes an offer")')
    page.get_by_role("button", name="What if", exact=True).click()
    page.select_option('[data-pick="lease"]', "given lost")
    page.wait_for_selector('.mg-banner:has-text("Observed: the lease is lost")')
    page.go_back()
    page.wait_for_selector('h2:visible:has-text("If the rival power makes an offer")')
    page.wait_for_selector('[data-tab=dominoes] .mg-scope:has-text("Set aside: Observed")')
    page.wait_for_url("**given.lease=lost&tab=dominoes&domino=bid=offer")
    page.go_back()
    page.wait_for_selector(".mg-largest:visible")
    page.get_by_role("button", name="Take back: Observed").click()
    page.get_by_role("button", name="Back to the file").click()
    page.wait_for_selector('[data-tab=dominoes] .mg-note:visible:has-text("Something has changed")')
    page.get_by_role("button", name="Undo").click()
    page.wait_for_selector('[data-tab=dominoes] .mg-note:has-text("has changed")', state="hidden")


def test_used_text_is_shown_in_all_tabs_and_not_saved(visit, server):
    page = visit().open("harbour-lease", "edit")
    page.locator('.cm-line:has-text("title: Harbour lease")').click()
    page.keyboard.press("End")
    page.keyboard.type(" again")
    button = page.get_by_role("button", name="Use this text")
    page.wait_for_selector("text=Changed, not used yet. >> visible=true")
    button.click()
    page.get_by_role("button", name="Answer", exact=True).click()
    page.wait_for_selector('.mg-kicker:has-text("Harbour lease again")')
    assert "again" not in (server.folder / "harbour-lease" / "scenario.yaml").read_text()


def test_cited_paragraph_is_shown_beside_its_line(visit, server):
    page = visit().open("harbour-lease", "edit")
    page.locator(".cm-scroller").evaluate("one => { one.scrollTop = 500 }")
    page.locator('.cm-line:has-text("cite: brief#3")').first.click()
    third = (server.folder / "harbour-lease" / "briefing.txt").read_text().split("\n\n")[2]
    page.wait_for_selector(f'.mg-passage:has-text("{third[:40]}")')


def test_chosen_domino_shows_effects_of_a_direct_supposition(visit, harbour):
    page = visit().open("harbour-lease", "dominoes")
    page.locator('[data-domino="bid=offer"]').click()
    row = page.locator(".mg-effects tbody tr").filter(has=page.locator("th", has_text=LOST))
    row.wait_for()
    before, after = harbour.full({}), harbour.full({}, {"bid": "offer"})
    cells = [cell.inner_text() for cell in row.locator("td").all()]
    assert cells[:2] == [percent(each.forecasts["lease"]["lost"]) for each in (before, after)]
    assert page.locator(".mg-cascade svg").count() == 1


def choose_worlds(page, count):
    page.locator(".mg-sweep .q-select").click()
    page.get_by_role("option", name=f"{count} worlds").click()


def test_sweep_puts_its_intervals_on_the_bars(visit):
    visitor = visit()
    page = visitor.open("harbour-lease", "uncertainty")
    choose_worlds(page, "1,024")
    page.get_by_role("button", name="Sweep", exact=True).click()
    page.wait_for_selector('.mg-sweep-result:has-text("1,024 worlds")')
    page.get_by_role("button", name="Answer", exact=True).click()
    page.wait_for_selector('[data-key="question.depot-2026"] .mg-interval')
    found = sweep(load(visitor.server.folder / "harbour-lease" / "scenario.yaml"), 1024)
    low, high = found.question_outlooks["depot-2026"].ninety
    text = page.inner_text('[data-key="question.depot-2026"] .mg-word')
    assert f"90% of worlds between {percent(low)} and {percent(high)}" in text


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


def test_cancelled_sweep_shows_its_first_worlds_at_most_and_the_next_one_runs(visit):
    page = visit().open("harbour-lease", "uncertainty")
    choose_worlds(page, "65,536")
    page.evaluate(CANCEL)
    page.get_by_role("button", name="Sweep", exact=True).click()
    page.wait_for_function("cancelled && !document.querySelector('.mg-sweep progress').offsetWidth")
    assert "65,536" not in page.inner_text(".mg-sweep-result")
    choose_worlds(page, "1,024")
    page.get_by_role("button", name="Sweep", exact=True).click()
    page.wait_for_selector('.mg-sweep-result:has-text("1,024 worlds")')


def test_drivers_show_the_largest_swing_first(visit):
    page = visit().open("harbour-lease", "uncertainty")
    page.get_by_role("button", name="Move every judgement").click()
    page.wait_for_selector(".mg-swings li")
    assert "The loan behind the offer" in page.locator(".mg-swings li").first.inner_text()
    sweeps, moved = (page.locator(f".mg-{each}").bounding_box() for each in ("sweep", "drivers"))
    assert sweeps["y"] == moved["y"]  # side by side
    assert sweeps["x"] + sweeps["width"] < moved["x"]


def test_value_of_information_shows_the_section_of_the_report(visit):
    page = visit().open("harbour-lease", "uncertainty")
    page.get_by_role("button", name="Compute it").click()
    page.wait_for_selector('.mg-worth .mg-report:has-text("Value of commitment")')
    assert "foreign tenant" in page.inner_text(".mg-worth .mg-report")


def test_evidence_and_views_have_tabs_only_where_the_contest_has_some(visit, server):
    page = visit().open("known", "hypotheses")
    equilibrium = solve(load(server.folder / "known.yaml"))
    (found,) = weigh_evidence(equilibrium)
    text = page.inner_text("[data-tab=hypotheses]")
    for state, chance in found.posterior.items():
        assert re.search(
            rf"{state}\s+{percent(chance)}\s+prior: {percent(found.prior[state])}", text
        )
    page.get_by_role("button", name="Rival views").click()
    page.wait_for_selector('[data-tab=comparison] th:has-text("The doubter")')
    other = visit()
    other.open("harbour-lease")
    assert other.page.get_by_role("button", name="Evidence").count() == 0


def test_figures_and_the_report_are_taken_away_with_the_changes(visit, harbour):
    visitor = visit()
    page = visitor.open("harbour-lease", "answer", "suppose.bid=offer")
    page.wait_for_selector('.mg-answer-text .mg-note:has-text("makes an offer")')
    page.locator('[data-tab=answer] [data-figure="questions"]').click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="Data (CSV)").click()
    found = harbour.forecast({"bid": "offer"}).questions["depot-2026"]
    assert str(found)[:12] in download.value.path().read_text()
    address = f"{visitor.server.url}/figure/harbour-lease/lease.svg"
    with urllib.request.urlopen(f"{address}?suppose.bid=offer") as answer:
        assert answer.headers["content-type"] == "image/svg+xml"
        assert b"<svg" in answer.read()
    with pytest.raises(urllib.error.HTTPError, match="400"):
        urllib.request.urlopen(f"{address}?suppose.bid=ofer")
    page.get_by_role("button", name="Take the report away").click()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == "harbour-lease.md"
    assert "makes an offer" in download.value.path().read_text()


def test_picture_shows_the_chosen_period(visit, server):
    (server.folder / "siege.yaml").write_text(TIMED)
    page = visit().open("siege")
    walls = page.locator('.mg-curves figure:has-text("walls")')
    assert walls.locator("path[opacity]").count() == 2  # the band of each state
    low, high = mg.solve(read_text(TIMED).scenario).interval("walls@3")["fall"]
    ends = f"between {percent(low)} and {percent(high)}"
    assert ends in walls.locator(".mg-legend").nth(1).inner_text()
    picture = page.get_by_role("combobox", name="Period")
    assert picture.input_value() == "2"
    page.get_by_role("button", name="Later").click()
    page.wait_for_selector('[data-node="walls@3"]')
    assert page.get_by_role("button", name="Later").is_disabled()
    picture.select_option("1")
    page.wait_for_selector('[data-node="walls@3"]', state="detached")
    page.locator('[data-node="walls@1"]').click()
    page.wait_for_selector('.mg-panel:has-text("Jan-Mar 2026")')


def test_recorded_forecast_is_shown_and_its_question_resolved(visit, harbour):
    page = visit().open("harbour-lease", "ledger")
    page.get_by_label("Your name").fill("ada")
    page.get_by_role("button", name="Record this forecast").click()
    page.get_by_role("button", name="Uncertainty", exact=True).click()
    page.get_by_role("button", name="Sweep", exact=True).click()  # does not take its place
    page.get_by_role("button", name="Ledger", exact=True).click()
    asked = page.locator('.mg-question:has-text("The depot shuts")')
    asked.wait_for()
    found = sweep(harbour.base).question_outlooks["depot-2026"]
    low, high = map(percent, found.ninety)
    assert f"{percent(found.mean)} ({low} to {high})" in asked.inner_text()
    asked.get_by_role("button", name="Resolve").click()
    page.get_by_label("Date of the resolution").fill("2026-31-12")
    page.get_by_label("Source").fill("the port authority")
    page.get_by_role("button", name="Save the resolution").click()
    page.wait_for_selector('.mg-dialog .mg-note:has-text("2026-31-12")')
    page.get_by_label("Date of the resolution").fill(str(dt.date.today()))
    page.locator(".mg-dialog").get_by_text("No", exact=True).click()
    page.get_by_role("button", name="Save the resolution").click()
    page.wait_for_selector('.mg-outcome:has-text("the port authority"):has-text("No")')


TOLL = """title: A toll
actors: {city: The city}
moves: {toll: {by: city, scale: {from: 0, to: 100, step: 10, unit: ducats}}}
interests: {city: [{worth: 0.1 * toll}]}
questions: {toll-2026: {label: The toll at the gate, value: toll, on: 2026-12-31}}
"""


def test_question_for_a_value_is_resolved_with_a_number(visit, server):
    (server.folder / "toll.yaml").write_text(TOLL)
    page = visit().open("toll", "ledger")
    page.get_by_label("Your name").fill("ada")
    page.get_by_role("button", name="Record this forecast").click()
    asked = page.locator('.mg-question:has-text("The toll at the gate")')
    asked.wait_for()
    assert "59 (10 to 100)" in asked.inner_text()
    asked.get_by_role("button", name="Resolve").click()
    page.get_by_label("Source").fill("the city's books")
    dialog = page.locator(".mg-dialog")
    dialog.get_by_label("The value (ducats)").fill("much")
    page.get_by_role("button", name="Save the resolution").click()
    page.wait_for_selector('.mg-dialog .mg-note:has-text("much")')
    dialog.get_by_label("The value (ducats)").fill("62.5")
    page.get_by_role("button", name="Save the resolution").click()
    page.wait_for_selector('.mg-outcome:has-text("62.5"):has-text("the city\'s books")')


def test_tab_that_is_opened_again_asks_the_workers_for_nothing_anew(visit, server):
    def request_counts():
        with urllib.request.urlopen(f"{server.url}/asked") as answer:
            return json.load(answer)

    visitor = visit()
    page = visitor.open("known", "answer", f"{WORTH}=70")
    page.wait_for_selector(".mg-banner [role=status]", state="detached")
    complete = dict.fromkeys(("dominoes", "hypotheses", "comparison"), ".mg-taking:visible")
    for tab, label in TABS:
        page.get_by_role("button", name=label, exact=True).click()
        visitor.wait_for(tab)
        page.wait_for_selector(f"[data-tab={tab}] {complete.get(tab, '')}".strip())
    before = request_counts()
    for tab, label in TABS:  # the last is the ledger, which others may have changed
        page.get_by_role("button", name=label, exact=True).click()
        visitor.wait_for(tab)
    until = time.monotonic() + 60
    while request_counts()["read_ledger"] == before["read_ledger"] and time.monotonic() < until:
        time.sleep(0.1)
    assert request_counts() == before | {"read_ledger": before["read_ledger"] + 1}


VIOLATIONS = """async (options) => (await axe.run(options)).violations
    .filter(({ id, impact }) => id.startsWith("landmark-") || /serious|critical/.test(impact))
    .map((each) => ({ id: each.id, html: each.nodes.slice(0, 3).map((node) => node.html) }))"""


def test_every_tab_is_accessible_and_fits_the_width_in_light_and_dark(visit, server):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    visitor, faults = visit(), []
    page = visitor.page

    def look(shown):
        # No width hides a part, and what is dark differs from what is light in its colours alone.
        for viewport, scheme in ((WIDE, "light"), (NARROW, "dark")):
            page.set_viewport_size(viewport)
            page.emulate_media(color_scheme=scheme)
            dark = "true" if scheme == "dark" else "false"
            page.wait_for_function(f"document.body.classList.contains('body--dark') === {dark}")
            place = (shown, viewport["width"], scheme)
            if not page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
                faults.append((*place, "is wider than the page"))
            found = page.evaluate(VIOLATIONS, {"resultTypes": ["violations"]})
            faults.extend((*place, each["id"], each["html"]) for each in found)
        page.set_viewport_size(WIDE)

    page.goto(server.url)
    page.evaluate(axe.axe_script)
    page.get_by_role("button", name="New contest").click()
    page.get_by_role("dialog", name="New contest").wait_for()
    look("new")
    visitor.open("known", "answer", f"{WORTH}=70")
    page.locator('[data-node="lease"]').click()
    page.wait_for_selector(".mg-panel")
    page.evaluate(axe.axe_script)
    for tab, label in TABS:
        page.get_by_role("button", name=label, exact=True).click()
        visitor.wait_for(tab)
        look(tab)
        if tab == "outline":
            page.locator('[data-entry="interests.tenant"]').click()
            interest = page.locator('section[aria-label="Interest 1"]')
            interest.get_by_role("button", name="Set on a picture").click()
            page.get_by_text("90% sure that it lies between").wait_for()
            look("range")
            page.keyboard.press("Escape")
    assert faults == []


def test_list_links_to_contests_and_unknown_contest_is_named(visit, server):
    visitor = visit()
    visitor.page.goto(server.url)
    visitor.page.get_by_role("link", name="Harbour lease", exact=True).first.click()
    visitor.page.wait_for_selector(".mg-answer")
    visitor.page.goto(f"{server.url}/contest/nothing")
    visitor.page.wait_for_selector("text=There is no contest of this name")


def open_file(page, tmp_path, name, content):
    """Open a local file by the page's button."""
    path = tmp_path / name
    path.write_bytes(content)
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Open a file").click()
    chooser.value.set_files(path)


def test_opened_file_of_nearly_the_largest_size_is_used_under_its_name(visit, server, tmp_path):
    page = visit().open("harbour-lease", "edit")
    text = (server.folder / "harbour-lease" / "scenario.yaml").read_text()
    comment = "# \u00fc" + "x" * 97 + "\n"
    text = text.replace("title: Harbour lease", "title: Opened") + comment * 9000
    assert 0.8 * LARGEST < len(text.encode()) < LARGEST
    open_file(page, tmp_path, "opened.yaml", text.replace("\n", "\r\n").encode("utf-8-sig"))
    page.wait_for_selector("text=Changed, not used yet. >> visible=true")
    page.get_by_role("button", name="Use this text").click()
    page.get_by_role("button", name="Answer", exact=True).click()
    page.wait_for_selector('.mg-kicker:has-text("Opened")')
    assert page.locator(".mg-faults .mg-error").count() == 0


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"#" * (LARGEST + 1), "at most 1 MiB"), ("title: Z\u00fcrich".encode("cp1252"), "UTF-8")],
)
def test_file_that_is_too_large_or_not_utf8_is_refused_with_the_reason(
    visit, tmp_path, content, reason
):
    page = visit().open("harbour-lease", "edit")
    before = page.inner_text(".cm-content")
    open_file(page, tmp_path, "refused.yaml", content)
    page.wait_for_selector(f'.q-notification:has-text("{reason}")')
    assert page.inner_text(".cm-content") == before


def test_pasted_text_arrives_up_to_the_limit_and_is_refused_beyond_it(visit, server):
    page = visit().open("harbour-lease", "edit")
    paste = """(text) => {
        const view = getElement(document.querySelector(".mg-editor").id.slice(1)).editor;
        view.dispatch({
            changes: {from: view.state.doc.length, insert: text}, userEvent: "input.paste"
        });
    }"""
    size = (
        "() => document.querySelector('.mg-editor') && getElement("
        "document.querySelector('.mg-editor').id.slice(1)).editor.state.doc.length"
    )
    text = (server.folder / "harbour-lease" / "scenario.yaml").read_text()
    comment = '\n# "' + "x" * 96
    count = (LARGEST - len(text.encode()) - 1) // 100
    page.evaluate(paste, comment * count)
    page.wait_for_function(f"({size})() === {len(text) + 100 * count}")
    page.get_by_role("button", name="Use this text").click()
    page.wait_for_selector("text=All tabs show this text. >> visible=true")
    assert page.locator("#too_long_message_popup[aria-hidden=false]").count() == 0
    page.evaluate(paste, comment)
    page.wait_for_selector('.q-notification:has-text("at most 1 MiB. Nothing was changed.")')
    assert page.evaluate(size) == len(text) + 100 * count


def test_typed_text_outlives_a_lost_connection_and_a_reload(visit, server):
    file = server.folder / "kept.yaml"
    file.write_text(HARBOUR)
    visitor = visit()
    page = visitor.open("kept", "edit")
    page.click(".cm-line")
    page.keyboard.press("Control+Home")
    page.keyboard.type("# typed")
    page.wait_for_selector("text=Changed, not used yet. >> visible=true")
    page.wait_for_function("sessionStorage.getItem('middlegame:/contest/kept') !== null")
    page.context.set_offline(True)
    page.evaluate("window.socket.io.engine.close()")
    page.wait_for_selector("#popup[aria-hidden=false]")
    page.context.set_offline(False)
    page.wait_for_selector("#popup[aria-hidden=true]", state="attached")
    visitor.errors.clear()  # the browser reports that it was offline
    file.write_text(HARBOUR + "# of others\n")
    page.reload()
    visitor.wait_for("edit")
    page.wait_for_selector('.q-notification:has-text("What you typed before is back")')
    assert page.inner_text(".cm-line >> nth=0").startswith("# typed")
    page.locator("[data-tab=edit]").get_by_role("button", name="Save", exact=True).click()
    page.locator(".mg-conflict").get_by_text("-# of others").wait_for()
    page.get_by_role("button", name="Reload the file").click()
    page.wait_for_selector("text=All tabs show this text. >> visible=true")
    page.wait_for_function("sessionStorage.getItem('middlegame:/contest/kept') === null")
    page.reload()
    visitor.wait_for("edit")
    assert not page.inner_text(".cm-line >> nth=0").startswith("# typed")


def test_closed_pages_leave_no_objects_behind(server, visit):
    """Every tab is opened, since each could keep its page alive; nor may earlier tests' pages."""

    def live_objects():
        with urllib.request.urlopen(f"{server.url}/live-objects") as answer:
            return json.load(answer)

    visitors = [visit() for _ in range(2)]
    for visitor in visitors:
        page = visitor.open("known", "what-if")
        page.select_option('[data-pick="bid"]', "suppose offer")
        for tab, label in TABS:
            page.get_by_role("button", name=label, exact=True).click()
            page.wait_for_selector(f"[data-tab={tab}]:visible")
    counts = live_objects()
    assert set(counts) == {"Client", "ContestPage", "Session"}
    assert min(counts.values()) >= len(visitors)
    for visitor in visitors:
        visitor.page.close()
    until = time.monotonic() + 180
    while any(counts.values()) and time.monotonic() < until:
        time.sleep(0.2)
        counts = live_objects()
    assert set(counts.values()) == {0}


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("Host: [::1", 400),
        ("Host: evil.example", 421),
        ("Origin: http://[::1", 400),
        ("Origin: http://127.0.0.1:1", 403),
    ],
)
@pytest.mark.parametrize("websocket", [False, True])
def test_server_answers_bad_host_or_origin_with_a_status(server, header, status, websocket):
    port = int(server.url.rsplit(":", 1)[1])
    lines = ["GET /_nicegui_ws/socket.io/?EIO=4&transport=websocket HTTP/1.1", header]
    if not header.startswith("Host"):
        lines.append(f"Host: 127.0.0.1:{port}")
    if websocket:
        lines += ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"]
        lines.append("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")
    else:
        lines.append("Connection: close")
    with socket.create_connection(("127.0.0.1", port), timeout=10) as stream:
        stream.sendall("\r\n".join([*lines, "", ""]).encode())
        answer = stream.recv(100).decode()
    assert answer.startswith(f"HTTP/1.1 {status} ")


def test_first_page_tells_contests_of_one_title_apart_and_marks_those_with_faults(visit, server):
    (server.folder / "broken.yaml").write_text(HARBOUR.replace("by: rival", "by: rivall"))
    page = visit().page
    page.goto(server.url)
    entry = page.locator(".mg-contests li").filter(has_text="broken.yaml")
    entry.filter(has_text="Cannot be solved yet: 1 fault").wait_for()
    sound = page.locator(".mg-contests li").filter(has_text="harbour-lease/scenario.yaml")
    assert "Cannot be" not in sound.inner_text()
    (server.folder / "broken.yaml").unlink()


def test_archetype_begins_a_contest_that_is_opened_to_be_built(visit, server):
    page = visit().page
    page.goto(server.url)
    page.locator("[data-archetype=domino]").get_by_role("button").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("File name").fill("known.yaml")
    dialog.get_by_role("button", name="Begin", exact=True).click()
    dialog.get_by_role("alert").filter(has_text="exists already").wait_for()
    dialog.get_by_label("File name").fill("row.yaml")
    dialog.get_by_role("button", name="Begin", exact=True).click()
    page.wait_for_url("**/contest/row?tab=outline")
    page.wait_for_selector('[data-entry="moves.push"]')
    assert load(server.folder / "row.yaml").title == "Three clients in a row"
