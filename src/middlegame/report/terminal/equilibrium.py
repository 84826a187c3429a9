"""An equilibrium and its changes in the terminal: the answer first, the method last.

In a pipe or a file the lines are plain ASCII without colour.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from rich.console import Console

from middlegame.diagram import Decision
from middlegame.equilibrium.equilibrium import Equilibrium
from middlegame.equilibrium.nash import NashResult
from middlegame.equilibrium.other_equilibria import OtherEquilibrium
from middlegame.report.terminal.columns import Page
from middlegame.report.terminal.over_time import show_series
from middlegame.report.terminal.show import show
from middlegame.report.text import narrative
from middlegame.report.text.behaviour import level_sentences, solution_words
from middlegame.report.text.branches import branch_texts, fork_notes
from middlegame.report.text.change import (
    case_changes,
    largest_shifts,
    off_path_warnings,
    point_shifts,
    question_shifts,
)
from middlegame.report.text.expectations import expectation_table
from middlegame.report.text.grammar import capitalize_first
from middlegame.report.text.intervals import method as interval_method
from middlegame.report.text.intervals import (
    outlooks,
    point_range,
    question_outlook,
    worlds_of,
)
from middlegame.report.text.numbers import date, odds, percent, points
from middlegame.report.text.omissions import omission_sentences
from middlegame.report.text.over_time import (
    factors_over_time,
    is_timed,
    moves_over_time,
    nodes_without_period,
)
from middlegame.report.text.palette import NEUTRAL, actor_colours
from middlegame.report.text.reasons import move_reasons
from middlegame.report.text.scales import forecast_rows, scale_clause
from middlegame.report.text.storylines import storyline_texts
from middlegame.report.text.words import clean
from middlegame.sweeps.forecast import Forecast
from middlegame.sweeps.summaries import Outlook


@show.register(Equilibrium)
def show_equilibrium(
    equilibrium: Equilibrium,
    console: Console,
    *,
    storylines: int = 5,
    seconds: float | None = None,
    asked: Mapping[str, float] | None = None,
) -> None:
    """Print an equilibrium: answer, questions, moves, outcomes, storylines, points, method.

    Args:
        equilibrium: the equilibrium to print.
        console: where to print.
        storylines: number of storylines, at most.
        seconds: the time that solving took, if it is to be printed.
        asked: the probabilities of further conditions.
    """
    page = Page(console)
    _opening(page, equilibrium)
    _questions(page, equilibrium)
    _asked(page, equilibrium, asked or {})
    _branches(page, equilibrium)
    _moves(page, equilibrium)
    _factors(page, equilibrium)
    _storylines(page, equilibrium, storylines)
    _points(page, equilibrium)
    show_expectations(page, equilibrium)
    if worlds_of(equilibrium) is not None:
        page.interval_legend()
    _method(page, equilibrium, seconds)


def show_change(
    before: Equilibrium,
    after: Equilibrium,
    console: Console,
    *,
    asked: Mapping[str, float] | None = None,
) -> None:
    """Print what a supposition or an observation changes, the largest changes first.

    Args:
        before: the equilibrium without it.
        after: the equilibrium with it.
        console: where to print.
        asked: the probabilities of further conditions, with it.
    """
    page = Page(console)
    words = narrative.words_of(after)
    page.title(words.title)
    for line in case_changes(before, after):
        page.paragraph(line, style="bold")
    page.gap()
    known = [narrative.evidence_note(before)] if before.known else []
    page.notes([*known, *fork_notes(after, words)])
    questions = question_shifts(before, after)
    if questions:
        page.section("Questions", narrative.common_due_date(after))
        page.shift_rows(questions)
        page.gap()
    _asked(page, after, asked or {})
    changed = largest_shifts(before, after)
    page.section("Largest changes")
    page.shift_rows(changed)
    if not changed:
        page.paragraph("Nothing changes by a whole percentage point.")
    page.gap()
    page.section("Expected points")
    page.shift_rows(point_shifts(before, after))
    page.gap()
    for note in off_path_warnings(before, after):
        page.paragraph(note, style="bold")
    show_expectations(page, after)
    _method(page, after, None, intervals=False)


@show.register(NashResult)
def show_nash(
    found: NashResult,
    console: Console,
    *,
    storylines: int = 5,
    asked: Mapping[str, float] | None = None,
) -> None:
    """Print the forecast at the Nash limit, then whether it is pure and what regret is left."""
    show_equilibrium(found.equilibrium, console, storylines=storylines, asked=asked)
    Page(console).paragraph(narrative.nash_sentence(found), style="dim")


def show_other_equilibria(
    equilibrium: Equilibrium, others: Sequence[OtherEquilibrium], starts: int, console: Console
) -> None:
    """Print the other equilibria that a search found, and how the forecasts differ there.

    Args:
        equilibrium: the one on the principal branch.
        others: the others, as `Equilibrium.others` returns them.
        starts: number of random starts of the search.
        console: where to print.
    """
    page = Page(console)
    if not others:
        page.paragraph(f"No other equilibrium was found from {starts} random starts.", style="dim")
        return
    page.gap()
    page.section("More than one equilibrium")
    page.paragraph(
        "Each of these outcomes is self-consistent: if all actors expected it, they would act "
        "accordingly. The forecast above is on the principal branch, which starts where all "
        "actors choose at random, by the weights of their options."
    )
    kinds = {True: "Stable", False: "Unstable", None: "Stability unknown"}
    for number, other in enumerate(others, start=1):
        page.gap()
        page.paragraph(
            f"{number}. {kinds[other.stable]}, reached from "
            f"{percent(other.share_of_starts)} of the starts"
        )
        asked = question_shifts(equilibrium, other.equilibrium)
        page.shift_rows([shift for shift in asked if shift.difference] or
                    largest_shifts(equilibrium, other.equilibrium, most=5))  # fmt: skip


def _opening(page: Page, equilibrium: Equilibrium) -> None:
    words, scenario = narrative.words_of(equilibrium), equilibrium.scenario
    as_of = f"as of {date(scenario.as_of)}" if scenario and scenario.as_of else ""
    page.title(words.title, as_of)
    if scenario and scenario.question:
        page.paragraph(clean(scenario.question), style="italic")
        page.gap()
    page.paragraph(narrative.answer(equilibrium), style="bold")
    page.gap()
    page.notes(narrative.notes(equilibrium, "in brackets"))
    if left_out := omission_sentences(equilibrium):
        page.paragraph(f"Gaps: {' '.join(left_out)}", style="dim")
        page.gap()


def _questions(page: Page, equilibrium: Equilibrium) -> None:
    questions = narrative.question_forecasts(equilibrium)
    values = narrative.value_answers(equilibrium)
    if not questions and not values:
        return
    common = narrative.common_due_date(equilibrium)
    page.section("Questions", common)
    values_first = narrative.asks_value_first(equilibrium)
    for sentence in values if values_first else ():
        page.paragraph(sentence)
    for question in questions:
        page.bar(
            narrative.with_due_date(question.label, question.due, common),
            question.probability,
            worded=True,
            before=question.prior,
            outlook=question.outlook,
        )
    for sentence in () if values_first else values:
        page.paragraph(sentence)
    page.gap()


def _asked(page: Page, equilibrium: Equilibrium, asked: Mapping[str, float]) -> None:
    """Print the probabilities of conditions that are no questions of the contest."""
    if not asked:
        return
    words = narrative.words_of(equilibrium)
    forecast = (
        equilibrium
        if isinstance(equilibrium, Forecast) and equilibrium.worlds is not None
        else None
    )
    page.section("Also asked")
    for text, probability in asked.items():
        question = words.scenario.questions.get(text) if words.scenario else None
        if question:
            label, outlook = (
                narrative.question_label(words, question),
                question_outlook(equilibrium, text),
            )
        else:
            label = words.condition_label(text)
            outlook = forecast.outlook_of_any([text]) if forecast else None
        page.bar(label, probability, worded=True, outlook=outlook)
    page.gap()


def _branches(page: Page, equilibrium: Equilibrium) -> None:
    branches = branch_texts(equilibrium, narrative.words_of(equilibrium))
    if not branches:
        return
    page.section("Branches", "the most likely state where they differ; in brackets in the mixture")
    for branch in branches:
        page.heading(branch.title, NEUTRAL)
        for line in branch.lines:
            label = f"{line.clause} ({percent(line.mixture)})"
            page.bar(label, line.probability, colour=NEUTRAL)
        if branch.unlisted:
            page.paragraph(f"{branch.unlisted} more differ.", style="dim")
    page.gap()


def _moves(page: Page, equilibrium: Equilibrium) -> None:
    words, colours = narrative.words_of(equilibrium), actor_colours(equilibrium.diagram)
    if not equilibrium.diagram.decisions:
        return
    reasons = move_reasons(equilibrium)
    if is_timed(equilibrium):
        page.section("Moves", "in order of play, by period")
        found = [
            replace(
                each, notes=(*each.notes, *([reasons[each.name]] if each.name in reasons else []))
            )
            for each in moves_over_time(equilibrium)
        ]
        show_series(page, found)
        return
    page.section("Moves", "in order of play")
    for move in equilibrium.diagram.decisions:
        page.heading(words.heading(move.name), colours[move.owner])
        _forecast(page, equilibrium, move.name, colours[move.owner])
        if move.name in reasons:
            page.paragraph(reasons[move.name], style="dim")
    page.gap()


def _factors(page: Page, equilibrium: Equilibrium) -> None:
    words = narrative.words_of(equilibrium)
    every = list(equilibrium.diagram.contest_nodes)
    if is_timed(equilibrium):
        found = factors_over_time(equilibrium)
        for title, some in (("Outcomes", True), ("Other factors", False)):
            if any(each.headline == some for each in found):
                page.section(title, "by period")
                show_series(page, [each for each in found if each.headline == some])
        every = nodes_without_period(equilibrium)
    factors = [n for n in every if not isinstance(n, Decision)]
    headlines = [factor.name for factor in factors if factor.headline]
    others = [factor.name for factor in factors if not factor.headline]
    if headlines:
        page.section("Outcomes")
        for name in headlines:
            page.heading(words.heading(name), NEUTRAL)
            _forecast(page, equilibrium, name, NEUTRAL)
        page.gap()
    if others:
        page.section("Other factors", "the most likely state of each")
        for name in others:
            if name in equilibrium.scale_forecasts:
                sentence = scale_clause(equilibrium.scale_forecasts[name], words)
                page.paragraph(f"{words.heading(name)}: {sentence}")
                continue
            state, chance = narrative.most_likely(equilibrium.forecasts[name])
            spread = outlooks(equilibrium, name)
            outlook = spread[words.node(name).states.index(state)] if spread else None
            label = capitalize_first(words.clause(name, state))
            page.bar(label, chance, colour=NEUTRAL, outlook=outlook)
        page.gap()


def _forecast(page: Page, equilibrium: Equilibrium, name: str, colour: str) -> None:
    words = narrative.words_of(equilibrium)
    rows = forecast_rows(equilibrium, words, name)
    found = outlooks(equilibrium, name)
    spread: list[Outlook | None] | None = None if found is None else [*found]
    if found and name in equilibrium.scale_forecasts:  # options beside the scale, then the bins
        beside = equilibrium.scale_forecasts[name].others
        by_state = dict(zip(words.node(name).states, found, strict=True))
        bins = [None] * (len(rows.labels) - len(beside))
        spread = [*(by_state[state] for state in beside), *bins]
    page.forecast(rows.labels, rows.chances, colour, rows.prior, spread)
    for note in rows.notes:
        page.paragraph(note, style="bold")


def _storylines(page: Page, equilibrium: Equilibrium, count: int) -> None:
    lines = storyline_texts(equilibrium, count)
    if not lines:
        return
    page.section("Storylines", lines.summary)
    for line in lines:
        text = line.contrast if line is not lines[0] else None
        page.hanging(percent(line.probability), text or line.sentences)
    if lines.note:
        page.paragraph(lines.note, style="dim")
    page.gap()


def _points(page: Page, equilibrium: Equilibrium) -> None:
    words, colours = narrative.words_of(equilibrium), actor_colours(equilibrium.diagram)
    if not equilibrium.points:
        return
    page.section("Expected points", narrative.points_scale(equilibrium.scenario))
    fine = narrative.has_fine_points(equilibrium.scenario)
    spreads = equilibrium.point_spreads if isinstance(equilibrium, Forecast) else {}
    for owner, value in equilibrium.points.items():
        label = capitalize_first(words.actor(owner))
        reach = point_range(spreads[owner], fine=fine) if owner in spreads else ""
        label += f" ({reach})" if reach else ""
        page.value(points(value, fine=fine), label, colours.get(owner, NEUTRAL))
    page.gap()


def show_expectations(page: Page, equilibrium: Equilibrium) -> None:
    """Print what each actor expects beside what will happen; nothing where nobody is wrong."""
    found = expectation_table(equilibrium)
    if found is None:
        return
    words = narrative.words_of(equilibrium)
    page.section("Expectations", found.subtitle)
    heads = ["what will happen", *(f"expected by {name}" for name in found.columns)]
    for number, head in enumerate(heads, start=1):
        page.paragraph(f"{number}  {head}", style="dim")
    page.row("", [str(number) for number in range(1, len(heads) + 1)])
    for row in found.rows:
        page.row(row.label, row.words)
    for actor, expects, gets in found.points:
        owner = words.mid_sentence(actor)
        page.paragraph(f"Points of {owner}: {expects} expected, {gets} in the event.")
    for note in found.notes:
        page.paragraph(note, style="dim")
    page.gap()


def _method(
    page: Page, equilibrium: Equilibrium, seconds: float | None, *, intervals: bool = True
) -> None:
    values = list(dict.fromkeys(map(odds, equilibrium.lambdas.values())))
    small = equilibrium.residual < 1e-12
    residual = "below 1e-12" if small else f"{equilibrium.residual:.0e}"
    parts = [
        f"{solution_words(equilibrium)}: {equilibrium.status}",
        f"residual {residual}",
        f"precision {' and '.join(values)}" if len(values) <= 3 else "precision by actor",
        *([f"{seconds:.1f} s"] if seconds is not None else []),
    ]
    if worlds_of(equilibrium) is not None:
        page.paragraph(interval_method(equilibrium, intervals=intervals), style="dim")
    page.paragraph(f"{', '.join(parts)}.", style="dim")
    for sentence in level_sentences(equilibrium):
        page.paragraph(sentence, style="dim")
