"""A sweep in the terminal: forecasts with their intervals first, the method last."""

from rich.console import Console

from middlegame.report.terminal.columns import Page
from middlegame.report.terminal.equilibrium import show_expectations
from middlegame.report.terminal.over_time import show_series
from middlegame.report.terminal.show import show
from middlegame.report.text import narrative
from middlegame.report.text import sweep as sweep_text
from middlegame.report.text.grammar import capitalize_first
from middlegame.report.text.numbers import date, points
from middlegame.report.text.over_time import is_timed, sweep_over_time
from middlegame.report.text.palette import NEUTRAL, actor_colours
from middlegame.report.text.sweep import OutlookGroup
from middlegame.sweeps.result import Sweep


@show.register(Sweep)
def show_sweep(found: Sweep, console: Console) -> None:
    """Print a sweep: answer, questions, undecided outcomes, moves, outcomes, points, method."""
    page = Page(console)
    equilibrium = found.equilibrium
    words, scenario = narrative.words_of(equilibrium), equilibrium.scenario
    as_of = f"as of {date(scenario.as_of)}" if scenario and scenario.as_of else ""
    page.title(words.title, as_of)
    page.paragraph(sweep_text.answer(found), style="bold")
    page.gap()
    page.notes([*narrative.notes(equilibrium), *sweep_text.notes(found)])
    asked = sweep_text.questions(found)
    if asked.rows or asked.notes:
        page.section("Questions", narrative.common_due_date(equilibrium))
        _lines(page, asked)
        page.gap()
    undecided = list(sweep_text.undecided(found))
    if undecided:
        page.section("Uncertainty", "where the most likely outcome depends on the world")
        for line in undecided:
            page.paragraph(line)
        page.gap()
    if is_timed(equilibrium):
        timed_moves, timed_factors = sweep_over_time(found)
        for title, series in (("Moves", timed_moves), ("Outcomes", timed_factors)):
            if series:
                page.section(title, "by period, with 90% intervals beneath")
                show_series(page, series)
    for title, groups in (
        ("Moves", sweep_text.moves(found, timed=False)),
        ("Outcomes", sweep_text.factors(found, timed=False)),
    ):
        if groups:
            page.section(title)
            for group in groups:
                page.heading(group.title, group.colour)
                _lines(page, group)
            page.gap()
    _points(page, found)
    show_expectations(page, equilibrium)
    page.paragraph(
        "The mark is the mean over all worlds, which is the forecast. The thick line holds half "
        "of the worlds, the whole line 90%. A world is one draw of all ranges.",
        style="dim",
    )
    page.paragraph(sweep_text.method(found), style="dim")


def _lines(page: Page, group: OutlookGroup) -> None:
    for line in group.rows:
        page.bar(
            line.label,
            line.outlook.mean,
            colour=group.colour,
            strong=line.top,
            outlook=line.outlook,
        )
    for note in group.notes:
        page.paragraph(note, style="bold")


def _points(page: Page, found: Sweep) -> None:
    if not found.point_spreads:
        return
    words, colours = narrative.words_of(found.equilibrium), actor_colours(found.plan.diagram)
    page.section("Expected points", "mean and 90% interval")
    for owner, spread in found.point_spreads.items():
        low, high = map(points, spread.ninety)
        label = f"{capitalize_first(words.actor(owner))} ({low} to {high})"
        page.value(points(spread.mean), label, colours.get(owner, NEUTRAL))
    page.gap()
