"""How long an analyst waits for each view of the workbench, on a server that is warm.

    python -m benchmarks.waits [--contest venezuela-2026] [--rounds 3]

It starts a workbench of its own on loopback, and opens the views in Chromium one after another,
each after the one before it is complete. The first round warms the server and is not counted. In
every round another value of one number is in the address, so that nothing is kept from before.
"""

import argparse
import statistics
import time

from playwright.sync_api import Page

import middlegame as mg
from benchmarks.soak import workbench

_PATIENCE = 600_000
"""Milliseconds to wait for one view."""
_TABS = (
    ("dominoes", "Dominoes", ".mg-domino-list li"),
    ("evidence", "Evidence", "[data-tab=hypotheses] .mg-report section"),
    ("rival views", "Rival views", "[data-tab=comparison] .mg-report section"),
)
"""Views that compute when they are opened: name, tab, and what they show at the end."""
_BUTTONS = (
    ("sweep's intervals", "Sweep", ".mg-sweep-result:not(:empty)"),
    ("drivers", "Move every judgement", ".mg-swings li"),
    ("value of information", "Compute it", ".mg-worth .mg-report section"),
)
"""Analyses of the tab on uncertainty: name, button, and what they show at the end."""


def changed_number(contest: str) -> tuple[str, float, float]:
    """Return the path of a number that is a range, with the ends of the range."""
    for parameter in mg.compile_scenario(mg.load(contest)).parameters:
        if parameter.name.startswith("interests."):
            return parameter.name, parameter.low, parameter.high
    raise SystemExit(f"no interest of {contest} is a range")


def waits(page: Page, address: str) -> dict[str, float]:
    """Open a contest and then every view and analysis; return the seconds that each took."""
    found: dict[str, float] = {}

    def note(name: str, begun: float) -> None:
        found[name] = time.monotonic() - begun
        print(f"  {name}: {found[name]:.1f} s", flush=True)

    def click(name: str, button: str, shown: str) -> None:
        begun = time.monotonic()
        page.get_by_role("button", name=button, exact=True).click()
        page.wait_for_selector(shown)
        note(name, begun)

    begun = time.monotonic()
    page.goto(address)
    page.wait_for_selector("[data-tab=answer] .mg-canvas svg")
    note("answer", begun)
    page.wait_for_selector("[data-tab=answer] .mg-interval", state="attached")
    note("answer's intervals", begun)
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
    with workbench(options.contest) as (root, browser, _):
        for number in range(options.rounds + 1):
            page = browser.new_page(reduced_motion="reduce")
            page.set_default_timeout(_PATIENCE)
            value = low + (high - low) * (0.6 + 0.3 * number / (options.rounds + 1))
            print("warm-up" if number == 0 else f"round {number}", flush=True)
            rounds.append(waits(page, f"{root}/contest/{options.contest}?{name}={value:.3g}"))
            page.close()
    for step in rounds[0]:
        every = [each[step] for each in rounds[1:]]
        listed = ", ".join(f"{each:.1f}" for each in every)
        print(f"{step:22} {statistics.median(every):6.1f} s  ({listed})")


if __name__ == "__main__":
    main()
