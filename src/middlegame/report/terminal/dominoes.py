"""Dominoes in the terminal: all interventions in short, or everything that follows from one."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from rich.console import Console

from middlegame.analysis.dominoes import MEAN, Dominoes
from middlegame.report.terminal.columns import Page
from middlegame.report.terminal.show import show
from middlegame.report.text import narrative
from middlegame.report.text.dominoes import (
    METHOD,
    MOST_COLUMNS,
    TREE_THRESHOLD,
    availability_note,
    baseline_notes,
    effect_amount,
    effect_rows,
    effect_shift,
    intervention_heading,
    intervention_label,
    intervention_notes,
    matrix_interventions,
    outcome_columns,
    outcome_label,
    start,
    strongest_effects,
)
from middlegame.report.text.over_time import is_timed

if TYPE_CHECKING:
    from middlegame.analysis.dominoes import Effect
    from middlegame.analysis.interventions import Intervention

_MOST_EFFECTS = 6
_MOST_ROWS = 14


@show.register(Dominoes)
def show_dominoes(
    found: Dominoes, console: Console, *, chosen: Sequence["Intervention"] = ()
) -> None:
    """Print the effects of interventions.

    Args:
        found: the interventions and their effects.
        console: where to print.
        chosen: without any, the largest effects on headline factors and the matrix are printed;
            with one, everything that follows from it; with several (the same state in several
            periods), how their effects differ at the end.
    """
    page = Page(console)
    page.title(narrative.words_of(found.results.equilibrium).title)
    page.notes(start(found))
    if not chosen:
        _show_overview(page, found)
    elif len(chosen) == 1:
        _show_cascade(page, found, chosen[0])
    else:
        page.section("By period", f"change at the end in {_units(found)}")
        _show_matrix(page, found, chosen)
        page.gap()
        example = f"{chosen[0].name}={chosen[0].state}"
        page.paragraph(f"To see all effects of one of them: --from {example}", style="dim")
    for line in (METHOD, *baseline_notes(found)):
        page.paragraph(line, style="dim")


def _show_overview(page: Page, found: Dominoes) -> None:
    page.section("Dominoes", "the largest effects on headline factors")
    strongest = strongest_effects(found, _MOST_EFFECTS)
    heading = ""
    for intervention, row in strongest:
        before, heading = heading, f"If {intervention_heading(found, intervention)}:"
        if heading != before:
            page.paragraph(heading, style="bold")
        page.shift_rows([row.shift])
        page.note(row.note)
    if not strongest:
        page.paragraph("No headline factor changes by a whole percentage point.")
    page.gap()
    told = matrix_interventions(found, _MOST_ROWS)
    order = "the largest, in order of time"
    if not is_timed(found.results.equilibrium):
        told.sort(key=partial(_shown_change, found), reverse=True)
        order = "largest rows first"
    page.section("Matrix of effects", f"in {_units(found)}, {order}")
    _show_matrix(page, found, told)
    if note := availability_note(found, told):
        page.paragraph(note, style="dim")
    page.gap()


def _shown_change(found: Dominoes, intervention: "Intervention") -> float:
    """Return the sum of what an intervention changes in the columns of the matrix."""
    changes = [
        abs(found.effect(intervention, name, state).share)
        for name, state in outcome_columns(found)[:MOST_COLUMNS]
        if name != intervention.name
    ]
    return round(sum(changes), 9)


def _show_cascade(page: Page, found: Dominoes, intervention: "Intervention") -> None:
    page.paragraph(f"If {intervention_heading(found, intervention)}:", style="bold")
    page.gap()
    rows = effect_rows(found, intervention)
    page.section("Effects", "in order of play")
    for row in rows:
        page.shift_rows([row.shift])
        page.note(row.note)
    if not rows:
        page.paragraph("Nothing changes by a whole percentage point.")
    page.gap()
    tree = cascade_tree(found, intervention, plain=page.plain)
    if tree:
        page.section("Cascade", "each effect under its main cause")
        for branch, text in tree:
            page.branch(branch, text)
        page.gap()
    for note in intervention_notes(found, intervention):
        page.paragraph(note, mark="!")


def _show_matrix(page: Page, found: Dominoes, chosen: Sequence["Intervention"]) -> None:
    words = narrative.words_of(found.results.equilibrium)
    columns = outcome_columns(found)[:MOST_COLUMNS]
    letters = "ABCDEFGHIJ"[: len(columns)]
    rows = []
    for intervention in chosen:
        numbers = [
            None
            if name == intervention.name
            else effect_amount(words, found.effect(intervention, name, state))
            for name, state in columns
        ]
        rows.append((intervention_label(words, intervention), numbers))
    page.matrix(list(letters), rows)
    for letter, (name, state) in zip(letters, columns, strict=True):
        page.paragraph(f"{letter}  {outcome_label(words, name, state)}", style="dim")
    itself, none = ("x", ".") if page.plain else ("×", "·")
    page.paragraph(
        f"{itself}  the factor that is set; {none}  no change after rounding", style="dim"
    )


def _units(found: Dominoes) -> str:
    on_scales = any(state == MEAN for _, state in outcome_columns(found))
    return "percentage points or a mean's unit" if on_scales else "percentage points"


def cascade_tree(
    found: Dominoes, intervention: "Intervention", *, plain: bool, least: float = TREE_THRESHOLD
) -> list[tuple[str, str]]:
    """Draw the effects of an intervention as a tree of text, each under its main cause.

    Args:
        found: the interventions and their effects.
        intervention: the root of the tree.
        plain: whether to draw in ASCII alone.
        least: effects smaller than this are left out, unless larger ones depend on them.

    Returns:
        For each line the branch that leads to it, and its text; empty without effects.
    """
    words = narrative.words_of(found.results.equilibrium)
    effects = {effect.name: effect for effect in found.cascade(intervention)}
    ways = found.incoming_links(intervention, least)
    below: dict[str, list[str]] = {}
    for name, link in ways.items():
        below.setdefault(link.tail, []).append(name)
    fork, last, bar = ("|- ", "`- ", "|  ") if plain else ("├─ ", "└─ ", "│  ")

    def describe(effect: "Effect", adapts: bool) -> str:
        arrow = "->" if plain else "→"
        shift = effect_shift(words, effect)
        change = f"{shift.before} {arrow} {shift.after}"
        return f"{shift.label}  {change}{'  (in anticipation)' if adapts else ''}"

    def draw(name: str, before: str) -> list[tuple[str, str]]:
        lines = []
        under = below.get(name, [])
        for place, each in enumerate(under):
            end = place == len(under) - 1
            branch = before + (last if end else fork)
            lines.append((branch, describe(effects[each], ways[each].adapts)))
            lines += draw(each, before + ("   " if end else bar))
        return lines

    drawn = draw(intervention.name, "")
    return [("", intervention_label(words, intervention)), *drawn] if drawn else []
