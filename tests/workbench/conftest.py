"""What all tests of the workbench share: one worker's context, one server, one browser."""

import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest

from middlegame.io.examples import FOLDER
from middlegame.workbench.workers.worker import WorkerContext
from tests.paths import ROOT
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
    "--process-per-site",
)
COMPLETE = {
    "answer": ".mg-canvas svg",
    "what-if": ".mg-results .mg-row",
    "dominoes": ".mg-dominoes",
    "uncertainty": ".mg-sweep",
    "hypotheses": ".mg-report section",
    "comparison": ".mg-report section",
    "outline": ".mg-outline-canvas svg",
    "review": ".mg-review :is(h2, .mg-soft)",
    "edit": ".cm-line",
    "ledger": ".mg-ledger h2",
}
"""What each tab shows once it is complete."""
WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


@pytest.fixture(scope="session")
def context():
    """One worker's context; what it has opened and solved is shared by all tests."""
    return WorkerContext(lambda _: None, threading.Event())


@dataclass(frozen=True)
class Server:
    """A running workbench.

    Attributes:
        url: the address of its first page.
        folder: the folder of the contests that it serves.
        pid: its process.
    """

    url: str
    folder: Path
    pid: int


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
    command = [sys.executable, "-m", "tests.workbench.counting_server", str(folder), str(port)]
    with log.open("w") as stream:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=stream, stderr=stream, env=_environment(folder)
        )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(url, process, log)
        yield Server(url, folder, process.pid)
    finally:
        process.terminate()
        process.wait(60)
    assert "Traceback" not in log.read_text()


def _environment(folder):
    # NiceGUI serves in another way where it finds pytest's variables.
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")
    }
    return environment | {"MIDDLEGAME_LEDGER": str(folder / "ledger.sqlite3")}


def _wait_for(url, process, log):
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
        pytest.skip("no Chromium is installed: tests/workbench/install_chromium.sh installs it")
    with api.sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield found
        found.close()


@pytest.fixture(scope="module")
def browser_context(server, browser):
    """The browser's context of all pages of a server.

    One page stays open, and with it the process of the server's pages: another one would have to
    compile all scripts again, which costs a second.
    """
    # Nobody waits here for what slides and fades.
    context = browser.new_context(reduced_motion="reduce")
    context.new_page().goto(f"{server.url}/favicon.ico")
    yield context
    context.close()


class Visit:
    """A visitor's page; its errors and its requests to other servers are collected."""

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

    def open(self, name, tab="answer", changes=""):
        """Open a tab of a contest, and wait until it is complete."""
        query = "&".join(filter(None, [changes, f"tab={tab}"]))
        self.page.goto(f"{self.server.url}/contest/{name}?{query}")
        self.wait_for(tab)
        return self.page

    def wait_for(self, tab):
        """Wait until a tab is shown and complete."""
        self.page.wait_for_selector(f"[data-tab={tab}]:visible")
        complete = f"[data-tab={tab}] :is({COMPLETE[tab]})"
        self.page.wait_for_selector(complete, state="attached" if tab == "what-if" else "visible")


@pytest.fixture
def visit(server, browser_context):
    """Return a function that opens a visitor's page; at the end none may have had errors."""
    visits = []

    def begin(viewport=WIDE):
        visits.append(Visit(server, browser_context))
        visits[-1].page.set_viewport_size(viewport)
        return visits[-1]

    yield begin
    for each in visits:
        each.page.close()
    for each in visits:
        assert each.errors == []
        assert each.outside == []
