"""What is particular to the limit of full precision, in words."""

from typing import TYPE_CHECKING

from rich.console import Console

from middlegame.report.terminal.columns import Page
from middlegame.report.text.narrative import words_of

if TYPE_CHECKING:
    from middlegame.equilibrium.nash import NashLimit


def show_limit(found: "NashLimit", console: Console) -> None:
    """Print whether the limit is pure, and the regret that is left."""
    Page(console).paragraph(limit_words(found), style="dim")


def limit_words(found: "NashLimit") -> str:
    """Say whether the limit is pure, and how large the regret is that is left."""
    words = words_of(found.equilibrium)
    worst = max(found.regret, key=lambda name: found.regret[name], default=None)
    kind = "in pure strategies" if found.pure else "in mixed strategies"
    told = f"Nash equilibrium {kind}: precision was raised to {found.share:.1e} times its own"
    if worst is not None:
        told += (
            f"; the largest regret left is {found.regret[worst]:.1e} points, in "
            f"{words.label(worst)} (weighted by reach: {found.weighted[worst]:.1e})"
        )
    return f"{told}."
