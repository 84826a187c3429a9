"""That a contest has more than one self-consistent outcome, and what depends on which it is."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console

from middlegame.report.terminal.columns import Page
from middlegame.report.text.change import question_shifts, shifts
from middlegame.report.text.words import percent

if TYPE_CHECKING:
    from middlegame.equilibrium.equilibrium import Equilibrium, OtherEquilibrium


def show_others(
    equilibrium: "Equilibrium", others: Sequence["OtherEquilibrium"], starts: int, console: Console
) -> None:
    """Print what a search for other outcomes found, and how forecasts differ there."""
    page = Page(console)
    if not others:
        page.paragraph(
            f"No other self-consistent outcome was found from {starts} random starts.", style="dim"
        )
        return
    page.gap()
    page.section("More than one self-consistent outcome")
    page.paragraph(
        "If everybody expected one of these, everybody would also behave so. The forecast above is "
        "the one on the branch that begins where nobody chooses better than at random."
    )
    for number, other in enumerate(others, start=1):
        page.gap()
        page.paragraph(f"{number}. {_kind(other.stable)}, from {percent(other.share)} of starts")
        asked = question_shifts(equilibrium, other.equilibrium)
        page.shifts([shift for shift in asked if shift.difference] or
                    shifts(equilibrium, other.equilibrium, most=5))  # fmt: skip


def others_as_json(others: Sequence["OtherEquilibrium"]) -> list[dict[str, Any]]:
    """Give other outcomes as JSON objects."""
    return [
        {
            "stable": other.stable,
            "share_of_starts": other.share,
            "residual": other.equilibrium.residual,
            "questions": other.equilibrium.questions,
            "forecast": other.equilibrium.forecasts,
        }
        for other in others
    ]


def _kind(stable: bool | None) -> str:
    return {True: "Stable", False: "Unstable", None: "Stability not known"}[stable]
