"""Draw every view and report of three contests on one sheet: `make gallery` runs this.

A review looks at the sheet, build/gallery/index.png, and at its parts beside it. pytest collects
this file only by its name.
"""

import subprocess
import sys
from html import escape

import pytest

from middlegame.workbench.server.pages import TABS
from tests.paths import ROOT
from tests.workbench.conftest import COMPLETE, NARROW, WIDE
from tests.workbench.contests import TIMED

GALLERY = ROOT / "build" / "gallery"
CONTESTS = ("known", "venezuela-2026", "siege")
"""One with evidence and views, one with nine actors, one over time."""
REPORTS = {
    "solve": ["solve"],
    "dominoes": ["dominoes"],
    "why": ["why"],
    "hypotheses": ["hypotheses", "-n", "64"],
    "compare": ["compare"],
}
SCREENS = [
    (f"{size['width']}-{mode}", size, mode) for size in (WIDE, NARROW) for mode in ("light", "dark")
]
A4 = {"width": 794, "height": 1123}
TALLEST = 3000
"""Pages are cut here, in pixels."""
DONE = {"dominoes": ".mg-domino-list li"}
"""What tabs show that compute something when they are opened."""
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", autouse=True)
def sheet(server, browser):
    """Prepare the folder and the contests; at the end lay all pictures on one sheet."""
    GALLERY.mkdir(parents=True, exist_ok=True)
    for old in GALLERY.glob("*.png"):
        old.unlink()
    (server.folder / "siege.yaml").write_text(TIMED)
    yield
    pictures = sorted(GALLERY.glob("*.png"))
    figures = "".join(
        f'<figure><img src="{escape(each.name)}">'
        f"<figcaption>{escape(each.stem)}</figcaption></figure>"
        for each in pictures
    )
    index = GALLERY / "index.html"
    index.write_text(
        "<!doctype html><meta charset=utf-8><title>Gallery</title><style>"
        "body{font:12px sans-serif;background:#888;margin:8px;display:flex;flex-wrap:wrap;gap:8px}"
        "figure{margin:0;background:#fff;padding:4px}"
        "img{max-height:600px;max-width:480px;display:block}</style>" + figures,
        encoding="utf-8",
    )
    page = browser.new_page(viewport={"width": 2400, "height": 1000})
    page.goto(index.as_uri())
    page.screenshot(path=GALLERY / "index.png", full_page=True)
    page.close()


def draw(page, path, **options):
    """Draw a whole page, or the upper part of a tall one."""
    size = page.viewport_size
    height = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
    clip = {"x": 0, "y": 0, "width": size["width"], "height": max(height, size["height"])}
    page.screenshot(path=path, full_page=True, clip=clip, **options)


@pytest.mark.parametrize("contest", CONTESTS)
def test_views(visit, contest):
    visitor = visit()
    page = visitor.open(contest)
    for view, label in TABS:
        tab = page.get_by_role("button", name=label, exact=True)
        if not tab.count():
            continue
        tab.click()
        page.wait_for_selector(
            f"[data-tab={view}] :is({DONE.get(view, COMPLETE[view])})", state="attached"
        )
        for name, size, mode in SCREENS:
            page.set_viewport_size(size)
            page.emulate_media(color_scheme=mode)
            page.wait_for_timeout(300)
            path = GALLERY / f"{contest}-{view}-{name}.png"
            draw(page, path, animations="disabled")
        page.set_viewport_size(WIDE)


@pytest.mark.parametrize("report", REPORTS)
@pytest.mark.parametrize("contest", CONTESTS)
def test_reports(server, browser, tmp_path, contest, report):
    path = server.folder / contest / "scenario.yaml"
    file = path if path.exists() else server.folder / f"{contest}.yaml"
    if report in ("hypotheses", "compare") and contest == "siege":
        pytest.skip("this contest has neither evidence nor views")
    command, *options = REPORTS[report]
    names = {"known": ["renew"], "venezuela-2026": ["line"], "siege": ["hold"]}
    options += names[contest] if report == "why" else []
    written = tmp_path / "report.html"
    subprocess.run(
        [sys.executable, "-m", "middlegame", command, str(file), *options, "--report", written],
        check=True, capture_output=True,
    )  # fmt: skip
    for name, size, mode in [*SCREENS, ("print", A4, "light")]:
        page = browser.new_page(viewport=size, color_scheme=mode)
        page.goto(written.as_uri())
        if name == "print":
            page.emulate_media(media="print")
        draw(page, GALLERY / f"{contest}-report-{report}-{name}.png")
        page.close()
