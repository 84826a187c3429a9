"""Visits of a real browser, one after another: whether the workbench returns their memory.

    python -m benchmarks.soak [--visits 200] [--every 25] [--contest harbour-lease]

It starts a workbench of its own on loopback and opens and leaves its pages in Chromium. Each visit
opens the answer, one other tab, and leaves for an empty page. It prints the memory of the server
and of its workers as it goes, and at the end how much the server grew after its first visits.
"""

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
from playwright.sync_api import Browser, Page, sync_playwright

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--renderer-process-limit=1",
)
_TABS = ("What if", "Dominoes", "Uncertainty", "Edit", "Ledger")
_WARM_UP = 50
"""Visits after which the server's memory is expected to stay."""
_PAGE_ENDS = 25.0
"""Seconds after which the server has certainly given up a page that was closed."""


def visit(page: Page, url: str, tab: str) -> None:
    """Open a contest's page, wait for its answer, open a tab, and leave."""
    page.goto(url)
    page.wait_for_selector(".mg-canvas svg", timeout=120_000)
    page.get_by_role("button", name=tab, exact=True).click()
    page.wait_for_selector("[data-tab]:visible h1")
    page.goto("about:blank")


def memory(server: psutil.Process) -> tuple[float, list[float]]:
    """Return the memory of the server and of each of its workers, in MiB."""
    workers = [each.memory_info().rss / 2**20 for each in server.children(recursive=True)]
    return server.memory_info().rss / 2**20, sorted(workers, reverse=True)


@contextmanager
def workbench(contest: str) -> Iterator[tuple[str, Browser, psutil.Process]]:
    """Serve a contest on loopback, and open a browser: the address, the browser and the server."""
    path = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if path is None:
        sys.exit("no Chromium is installed: tests/workbench/install_chromium.sh installs it")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        command = [sys.executable, "-m", "middlegame", "serve", contest, "--no-open"]
        environment = os.environ | {"MIDDLEGAME_LEDGER": f"{folder}/ledger.sqlite3"}
        server = subprocess.Popen([*command, "--port", str(port)], env=environment)
        try:
            root = f"http://127.0.0.1:{port}"
            _wait_for(root)
            browser = playwright.chromium.launch(executable_path=path, args=list(_FLAGS))
            yield root, browser, psutil.Process(server.pid)
            browser.close()
        finally:
            server.terminate()
            server.wait(30)


def measure(visits: int, every: int, contest: str) -> list[tuple[int, float]]:
    """Visit a workbench again and again; return its server's memory after how many visits."""
    curve: list[tuple[int, float]] = []
    with workbench(contest) as (root, browser, process):
        page = browser.new_page(reduced_motion="reduce")
        for number in range(1, visits + 1):
            visit(page, f"{root}/contest/{contest}", _TABS[number % len(_TABS)])
            if number % every == 0 or number == visits:
                if number == visits:
                    time.sleep(_PAGE_ENDS)
                own, workers = memory(process)
                curve.append((number, own))
                shown = ", ".join(f"{each:.0f}" for each in workers)
                print(f"{number:6} visits: server {own:6.1f} MiB, workers {shown}", flush=True)
    return curve


def _wait_for(url: str) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    sys.exit("the workbench does not answer")


def main() -> None:
    """Read the command line, measure, and print the growth."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visits", type=int, default=200)
    parser.add_argument("--every", type=int, default=25)
    parser.add_argument("--contest", default="harbour-lease")
    options = parser.parse_args()
    curve = measure(options.visits, options.every, options.contest)
    settled = [(number, own) for number, own in curve if number >= _WARM_UP]
    if len(settled) > 1:
        (first, before), (last, after) = settled[0], settled[-1]
        print(f"growth from visit {first} to visit {last}: {after - before:+.1f} MiB")


if __name__ == "__main__":
    main()
