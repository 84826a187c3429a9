"""A worker that ends while a contest opens, in a workbench that no other test uses."""

import psutil
import pytest

from tests.workbench.conftest import COMPLETE

pytestmark = pytest.mark.browser


def test_worker_that_dies_while_a_contest_opens_is_told_and_tried_again(visit, server):
    workers = [
        each
        for each in psutil.Process(server.pid).children(recursive=True)
        if each.status() != psutil.STATUS_ZOMBIE and "spawn_main" in " ".join(each.cmdline())
    ]
    assert workers
    for each in workers:
        each.suspend()
    page = visit().page
    page.goto(f"{server.url}/contest/known")
    page.locator(".mg-opening").wait_for()
    for each in workers:
        each.kill()
    told = page.get_by_text("This contest was not opened:")
    told.wait_for()
    page.get_by_role("button", name="Try again").click()
    page.wait_for_selector(COMPLETE["answer"])
    assert not told.is_visible()
    assert " ended with exit code " in (server.folder / "server.log").read_text()
