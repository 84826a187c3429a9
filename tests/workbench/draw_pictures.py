"""Draw the pictures of the documentation anew: `make pictures` runs this.

A browser opens the workbench, a report and the terminal's output as readers meet them; pytest
collects this file only by its name.
"""

import io
import os
import subprocess
import sys

import pytest
from rich.console import Console
from rich.text import Text

from tests.paths import ROOT
from tests.workbench.conftest import NARROW, WIDE

CONTEST = "venezuela-2026"
DOCS = ROOT / "docs"
pytestmark = pytest.mark.browser


def save(page, name):
    page.mouse.move(0, 0)
    page.wait_for_selector("#popup[aria-hidden=true]", state="attached")  # it is connected
    page.screenshot(path=DOCS / "workbench" / f"{name}.png", animations="disabled")


def test_answer_and_a_box_of_its_picture(visit):
    page = visit().open(CONTEST)
    save(page, "answer-1280")
    box = page.locator('[data-node="line"]')
    box.click()
    page.wait_for_selector('.mg-report:has-text("The Venezuelan military more often")')
    box.evaluate("one => one.scrollIntoView({ block: 'center' })")
    save(page, "picture-1280")


@pytest.mark.parametrize("narrow", [False, True], ids=["wide", "narrow"])
def test_what_if(visit, narrow):
    visitor = visit(NARROW if narrow else WIDE)
    visitor.page.emulate_media(color_scheme="dark" if narrow else "light")
    page = visitor.open(CONTEST, "what-if")
    page.select_option('[data-pick="line"]', "suppose balance")
    page.wait_for_url("**suppose.line=balance**")
    page.wait_for_selector(".mg-changes:has(td):visible")
    save(page, "what-if-390-dark" if narrow else "what-if-1280")


def test_dominoes(visit):
    page = visit().open(CONTEST, "dominoes")
    page.locator('[data-domino="line=balance"]').click()
    page.wait_for_selector(".mg-effects tbody tr")
    save(page, "dominoes-1280")


def test_uncertainty(visit):
    page = visit().open("harbour-lease", "uncertainty")
    page.get_by_role("button", name="Sweep", exact=True).click()
    page.wait_for_selector('.mg-sweep-result:has-text("4,096 worlds")')
    page.get_by_role("button", name="Move every judgement").click()
    page.wait_for_selector(".mg-drivers .mg-taking:visible")  # all that they show is there
    save(page, "uncertainty-1280")


def test_evidence(visit):
    save(visit().open(CONTEST, "hypotheses"), "hypotheses-1280")


def test_build(visit):
    page = visit().open("harbour-lease", "outline")
    page.locator('[data-entry="factors.lease"]').click()
    page.wait_for_selector('section[aria-label="Rule 2"]')
    page.locator('section[aria-label="Rule 1"]').evaluate("one => one.scrollIntoView()")
    page.evaluate("scrollBy(0, -160)")
    save(page, "build-1280")


def test_editor_with_a_source(visit):
    page = visit().open("harbour-lease", "edit")
    page.locator(".cm-scroller").evaluate("one => { one.scrollTop = 500 }")
    page.locator('.cm-line:has-text("cite: brief#3")').first.click()
    page.wait_for_selector(".mg-passage")
    save(page, "edit-1280")


def test_report_and_terminal(browser, tmp_path):
    report = tmp_path / "report.html"
    printed = subprocess.run(
        [sys.executable, "-m", "middlegame", "solve", CONTEST, "--report", str(report)],
        env=os.environ | {"FORCE_COLOR": "1", "COLUMNS": "80"},
        capture_output=True, check=True, encoding="utf-8",
    )  # fmt: skip
    page = browser.new_page(viewport={"width": 1280, "height": 1460})
    page.goto(report.as_uri())
    page.screenshot(path=DOCS / "images" / "report.png")
    console = Console(record=True, width=80, file=io.StringIO())
    console.print(Text.from_ansi(printed.stdout))
    page.set_viewport_size({"width": 1000, "height": 1250})
    page.set_content(console.export_svg(title=f"middlegame solve {CONTEST}"))
    page.screenshot(path=DOCS / "images" / "terminal.png")
    page.close()
