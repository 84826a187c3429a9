"""Dominoes in the terminal: all interventions in short, or everything that follows from one."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console

from middlegame.analysis.dominoes import Dominoes
from middlegame.report.terminal.columns import Page
from middlegame.report.terminal.show import show
from middlegame.report.text import narrative
from middlegame.report.text.dominoes import (
    MOST_COLUMNS,
    effect_rows,
    evidence_note,
    intervention_heading,
    intervention_label,
    intervention_notes,
    outcome_columns,
    strongest_effects,
)
from middlegame.report.text.grammar import capitalize_first

if TYPE_CHECKING:
    from middlegame.analysis.interventions import Intervention

_MOST_FALLS = 6
_MOST_ROWS = 14
_SPLIT = (
    "By surprise everybody's policies are as they were; adaptation adds what follows as everybody "
    "knows before play and behaves anew. Where nothing is said, all of it comes by surprise too."
)

from typing import TYPE_CHECKING

from middlegame.report.text.dominoes import TREE_THRESHOLD
from middlegame.report.text.words import percent

if TYPE_CHECKING:
    from middlegame.analysis.dominoes import Dominoes, Effect
    from middlegame.analysis.interventions import Intervention


@show.register(Dominoes)
def show_dominoes(found: Dominoes, console: Console) -> None:
    """Print the largest changes of headline factors, then the matrix."""
    page = Page(console)
    words = narrative.words_of(found.results.equilibrium)
    page.title(words.title)
    page.section("What falls with what", "each set from outside, known to everybody")
    told = strongest_effects(found, _MOST_FALLS)
    for push, fall in told:
        page.paragraph(f"If {intervention_heading(found, push)}:", style="bold")
        page.shift_rows([fall.shift])
        page.note(fall.note)
    if not told:
        page.paragraph("Nothing changes a headline factor by a whole percentage point.")
    page.gap()
    page.section("The matrix", "change in percentage points, for the pushes that change most")
    _matrix(page, found, found.ranked[:_MOST_ROWS])
    page.gap()
    _method(page, found)


def show_cascade(found: Dominoes, push: "Intervention", console: Console) -> None:
    """Print all that follows from one push, in order of play, then as a tree."""
    page = Page(console)
    words = narrative.words_of(found.results.equilibrium)
    page.title(words.title)
    page.paragraph(f"If {intervention_heading(found, push)}", style="bold")
    page.gap()
    told = effect_rows(found, push)
    page.section("What falls with it", "in order of play")
    for fall in told:
        page.shift_rows([fall.shift])
        page.note(fall.note)
    if not told:
        page.paragraph("Nothing moves by a whole percentage point.")
    page.gap()
    drawn = branches(found, push, plain=page.plain)
    if drawn:
        page.section("Which way it goes", "each under what carries most of it")
        for branch, text in drawn:
            page.branch(branch, text)
        page.gap()
    for note in intervention_notes(found, push):
        page.paragraph(note, mark="!")
    _method(page, found)


def show_timing(found: Dominoes, pushes: Sequence["Intervention"], console: Console) -> None:
    """Print what follows in the end from the same in each period."""
    page = Page(console)
    page.title(narrative.words_of(found.results.equilibrium).title)
    page.section("If it comes in one period or another", "change at the end in percentage points")
    _matrix(page, found, pushes)
    page.gap()
    each = f"{pushes[0].name}={pushes[0].state}"
    page.paragraph(f"All that follows from one of them is told by --from {each}.", style="dim")
    _method(page, found)


def _method(page: Page, found: Dominoes) -> None:
    page.paragraph(_SPLIT, style="dim")
    if aside := evidence_note(found):
        page.paragraph(aside, style="dim")


def _matrix(page: Page, found: Dominoes, pushes: Sequence["Intervention"]) -> None:
    words = narrative.words_of(found.results.equilibrium)
    across = outcome_columns(found)[:MOST_COLUMNS]
    letters = "ABCDEFGHIJ"[: len(across)]
    rows = []
    for push in pushes:
        numbers = [
            None if name == push.name else round(100 * found.effect(push, name, state).total)
            for name, state in across
        ]
        rows.append((intervention_label(words, push), numbers))
    page.matrix(list(letters), rows)
    for letter, (name, state) in zip(letters, across, strict=True):
        page.paragraph(f"{letter}  {capitalize_first(words.entry(name, state))}", style="dim")


def branches(
    found: "Dominoes", push: "Intervention", *, plain: bool, least: float = TREE_THRESHOLD
) -> list[tuple[str, str]]:
    """Draw the falls after a push: for each the branch that leads to it, and what it is.

    Args:
        found: the dominoes.
        push: the first.
        plain: whether in ASCII alone.
        least: changes smaller than this are left out, unless larger ones hang on them.
    """
    words = narrative.words_of(found.results.equilibrium)
    effects = {effect.name: effect for effect in found.cascade(push)}
    ways = found.incoming_links(push, least)
    below: dict[str, list[str]] = {}
    for name, link in ways.items():
        below.setdefault(link.tail, []).append(name)
    fork, last, bar = ("|- ", "`- ", "|  ") if plain else ("├─ ", "└─ ", "│  ")

    def told(effect: "Effect", adapts: bool) -> str:
        arrow = "->" if plain else "→"
        change = f"{percent(effect.before)} {arrow} {percent(effect.when_announced)}"
        text = capitalize_first(words.entry(effect.name, effect.state))
        return f"{text}  {change}{'  (expecting it)' if adapts else ''}"

    def draw(name: str, before: str) -> list[tuple[str, str]]:
        lines = []
        under = below.get(name, [])
        for place, each in enumerate(under):
            end = place == len(under) - 1
            branch = before + (last if end else fork)
            lines.append((branch, told(effects[each], ways[each].adapts)))
            lines += draw(each, before + ("   " if end else bar))
        return lines

    drawn = draw(push.name, "")
    return [("", intervention_label(words, push)), *drawn] if drawn else []
