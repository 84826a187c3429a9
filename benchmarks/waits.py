"""How long an analyst waits for each view of the workbench, on a server that is warm.

Beside each wait stands the processor time that the server, its workers and the browser took for it,
which hardly depends on what else the machine does.

    python -m benchmarks.waits [--contest venezuela-2026] [--rounds 3]

It starts a workbench of its own on loopback, and opens the views in Chromium one after another,
each after the one before it is complete. The first round warms the server and is not counted. In
every round another value of one number is in the address, so that nothing is kept from before.
"""

import argparse
import contextlib
import statistics
import time
from collections.abc import Iterable, Iterator

import psutil
from playwright.sync_api import Page

import middlegame as mg
from benchmarks.soak import workbench

_PATIENCE = 600_000
"""Milliseconds to wait for one view."""
_SOLVED = ".mg-banner .mg-state:not(:has([role=status]))"
"""Shown once the page is of the number that is changed in its address."""
_TABS = (
    ("dominoes", "Dominoes", ".mg-domino-list li"),
    ("evidence", "Evidence", "[data-tab=hypotheses] .mg-report section"),
    ("rival views", "Rival views", "[data-tab=comparison] .mg-report section"),
)
"""Views that compute when they are opened: name, tab, and what they show first."""
_BUTTONS = (
    ("sweep's intervals", "Sweep", ".mg-sweep-result:not(:empty)"),
    ("drivers", "Move every judgement", ".mg-swings li"),
    ("value of information", "Compute it", ".mg-worth .mg-report section"),
)
"""Analyses of the tab on uncertainty: name, button, and what they show first."""
_COMPLETE = """() => ![...document.querySelectorAll(".mg-background")]
    .some(progress => progress.checkVisibility())"""
"""Holds once no work of the open tab goes on."""


def changed_number(contest: str) -> tuple[str, float, float]:
    """Return the path of a number that is a range, with the ends of the range."""
    for parameter in mg.compile_scenario(mg.load(contest)).parameters:
        if parameter.name.startswith("interests."):
            return parameter.name, parameter.low, parameter.high
    raise SystemExit(f"no interest of {contest} is a range")


class Clock:
    """Seconds since a step began: on the clock, and of the processor by the kind of process."""

    def __init__(self, server: psutil.Process) -> None:
        self._server = server
        self._begun, self._used = time.monotonic(), self._processor()

    def seconds(self) -> tuple[float, dict[str, float]]:
        """Return the seconds on the clock, and the processor's of server, workers and browser."""
        used = self._processor()
        return time.monotonic() - self._begun, {
            kind: sum(seconds - self._used[kind].get(each, 0.0) for each, seconds in now.items())
            for kind, now in used.items()
        }

    def _processor(self) -> dict[str, dict[int, float]]:
        """Return the processor's seconds of every process by its id, of each kind."""
        workers = self._server.children(recursive=True)
        ours = {self._server, *workers}
        others = [each for each in psutil.Process().children(recursive=True) if each not in ours]
        kinds = {"server": [self._server], "workers": workers, "browser": others}
        return {kind: dict(_used(each)) for kind, each in kinds.items()}


def _used(processes: Iterable[psutil.Process]) -> Iterator[tuple[int, float]]:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):  # a process of the browser that has ended
            times = process.cpu_times()
            yield process.pid, times.user + times.system


def waits(page: Page, address: str, server: psutil.Process) -> dict[str, float]:
    """Open a contest and then every view and analysis; return the seconds that each took."""
    found: dict[str, float] = {}

    def note(name: str, clock: Clock) -> None:
        found[name], used = clock.seconds()
        listed = ", ".join(f"{kind} {seconds:.1f}" for kind, seconds in used.items())
        print(f"  {name}: {found[name]:.1f} s; processor: {listed}", flush=True)

    def click(name: str, button: str, shown: str) -> None:
        clock = Clock(server)
        page.get_by_role("button", name=button, exact=True).click()
        page.wait_for_selector(shown)
        note(name, clock)
        page.wait_for_function(_COMPLETE)
        note(f"{name}, whole", clock)

    clock = Clock(server)
    page.goto(address)
    page.wait_for_selector("[data-tab=answer] .mg-canvas svg")
    note("answer", clock)
    page.wait_for_selector("[data-tab=answer] .mg-interval", state="attached")
    note("answer's intervals", clock)
    page.wait_for_selector(_SOLVED)
    note("change", clock)
    for name, tab, shown in _TABS:
        if page.get_by_role("button", name=tab, exact=True).is_visible():
            click(name, tab, shown)
    page.get_by_role("button", name="Uncertainty", exact=True).click()
    for name, button, shown in _BUTTONS:
        click(name, button, shown)
    return found


def main() -> None:
    """Read the command line, measure, and print the median and all counted rounds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contest", default="venezuela-2026")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    name, low, high = changed_number(options.contest)
    rounds = []
    with workbench(options.contest) as (root, browser, server):
        for number in range(options.rounds + 1):
            page = browser.new_page(reduced_motion="reduce")
            page.set_default_timeout(_PATIENCE)
            value = low + (high - low) * (0.6 + 0.3 * number / (options.rounds + 1))
            print("warm-up" if number == 0 else f"round {number}", flush=True)
            rounds.append(
                waits(page, f"{root}/contest/{options.contest}?{name}={value:.3g}", server)
            )
            page.close()
    for step in rounds[0]:
        every = [each[step] for each in rounds[1:]]
        listed = ", ".join(f"{each:.1f}" for each in every)
        print(f"{step:22} {statistics.median(every):6.1f} s  ({listed})")


if __name__ == "__main__":
    main()
