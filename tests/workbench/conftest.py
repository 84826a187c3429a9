"""One server on copies of the shipped contests, and one browser, for all tests of the page."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest

from middlegame.io.examples import FOLDER
from tests.workbench.contests import KNOWN

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
FIRST = {
    "answer": ".mg-canvas svg",
    "try": ".mg-status:empty",
    "dominoes": ".mg-dominoes",
    "ranges": ".mg-sweep",
    "evidence": ".mg-report section",
    "rivals": ".mg-report section",
    "edit": ".cm-line",
    "ledger": ".mg-ledger h2",
}
"""What is there once a view has come to rest."""
WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


@dataclass(frozen=True)
class Server:
    """A workbench that runs.

    Attributes:
        url: of its first page.
        folder: the contests it serves.
    """

    url: str
    folder: Path


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    pytest.importorskip("nicegui", reason="the extra 'workbench' is not installed")
    folder = tmp_path_factory.mktemp("contests")
    for each in FOLDER.glob("*/scenario.yaml"):
        shutil.copytree(each.parent, folder / each.parent.name)
    (folder / "known.yaml").write_text(KNOWN)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = folder / "server.log"
    command = [sys.executable, "-m", "middlegame", "serve", str(folder), "--no-open"]
    with log.open("w") as stream:
        process = subprocess.Popen(
            [*command, "--port", str(port)],
            stdout=stream,
            stderr=stream,
            env=_environment(folder),
        )
    url = f"http://127.0.0.1:{port}"
    try:
        _await(url, process, log)
        yield Server(url, folder)
    finally:
        process.terminate()
        process.wait(60)
    assert "Traceback" not in log.read_text()


def _environment(folder):
    # NiceGUI serves otherwise where it takes itself to be tested by its own means.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return kept | {"MIDDLEGAME_LEDGER": str(folder / "ledger.sqlite3")}


def _await(url, process, log):
    until = time.monotonic() + 180
    while time.monotonic() < until:
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"the server does not answer: {log.read_text()}")


@pytest.fixture(scope="module")
def browser():
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.skip("no Chromium is installed: tests/workbench/install_chromium.sh gets it")
    with api.sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield found
        found.close()


class Visit:
    """A visitor's page, which must stay without errors and within its server."""

    def __init__(self, server, context):
        self.server, self.page = server, context.new_page()
        self.errors, self.outside = [], []
        self.page.set_default_timeout(180_000)
        self.page.on("console", lambda m: self.errors.append(m.text) if m.type == "error" else None)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", self._request)

    def _request(self, request):
        if not request.url.startswith((self.server.url, "data:", "blob:", "ws://127.0.0.1")):
            self.outside.append(request.url)

    def open(self, name, view="answer", changes=""):
        """Open a contest and wait for the view to be there."""
        query = "&".join(filter(None, [changes, f"view={view}"]))
        self.page.goto(f"{self.server.url}/contest/{name}?{query}")
        self.rested(view)
        return self.page

    def rested(self, view):
        """Wait until a view is shown and has what it begins with."""
        self.page.wait_for_selector(f"[data-view={view}]:visible")
        first = f"[data-view={view}] :is({FIRST[view]})"
        self.page.wait_for_selector(first, state="visible" if view != "try" else "attached")


@pytest.fixture
def visit(server, browser):
    """Give a function that opens a visitor's page; all must have stayed clean in the end."""
    visits, contexts = [], []

    def begin(viewport=WIDE, **options):
        context = browser.new_context(viewport=viewport, **options)
        contexts.append(context)
        visits.append(Visit(server, context))
        return visits[-1]

    yield begin
    for context in contexts:
        context.close()
    for each in visits:
        assert each.errors == []
        assert each.outside == []
