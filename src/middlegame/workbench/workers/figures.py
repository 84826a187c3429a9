"""The tasks that draw a figure of the page by itself, with its data, and write the whole report."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from middlegame.base.errors import unknown_name
from middlegame.scenario.model.references import base_name
from middlegame.workbench.setting import Setting
from middlegame.workbench.workers.solve import forecast_setting
from middlegame.workbench.workers.worker import WorkerContext

if TYPE_CHECKING:
    from middlegame.sweeps.forecast import Forecast
    from middlegame.sweeps.summaries import Outlook

QUESTIONS, CONTEST, POINTS = "questions", "contest", "points"
"""The figures that are not of one move or factor."""
REPORT_FORMS, FIGURE_FORMS = ("html", "pdf", "md"), ("svg", "png", "csv", "txt")
Row = Sequence[str | float | int | None]


@dataclass(frozen=True)
class Figure:
    """A figure by itself.

    Attributes:
        svg: the image.
        csv: its data.
        sentence: what it shows, in words.
    """

    svg: str
    csv: str
    sentence: str


def export_figure(
    context: WorkerContext, text: str, setting: Setting, name: str, form: str
) -> bytes:
    """Return a figure of a contest in a form: an image, its data, or what it shows in words.

    Args:
        context: the worker's cache, progress and cancellation.
        text: the scenario's text.
        setting: what is changed.
        name: the figure, as in `draw_figure`.
        form: one of `FIGURE_FORMS`.

    Raises:
        QueryError: there is no such figure or form.
    """
    if form not in FIGURE_FORMS:
        raise unknown_name("form of a figure", form, FIGURE_FORMS)
    found = draw_figure(context, text, setting, name)
    if form == "png":
        from middlegame.report.charts.standalone import as_png

        return as_png(found.svg)
    return {"svg": found.svg, "csv": found.csv, "txt": found.sentence}[form].encode()


def draw_figure(context: WorkerContext, text: str, setting: Setting, name: str) -> Figure:
    """Draw a figure of a contest.

    Args:
        context: the worker's cache, progress and cancellation.
        text: the scenario's text.
        setting: what is changed.
        name: `questions`, `contest` (`contest@3` for the third period), `points`, or a move or
            factor, without its period for its course over time.

    Raises:
        QueryError: there is no such figure.
    """
    from middlegame.report.charts.graph import contest_graph
    from middlegame.report.charts.standalone import standalone_svg
    from middlegame.report.text import narrative
    from middlegame.report.text.over_time import factors_over_time, is_timed, moves_over_time

    found = forecast_setting(context, text, setting)
    of_periods = {
        f"{CONTEST}@{period}": int(period)
        for _, _, period in (each.partition("@") for each in found.forecasts)
        if period
    }
    title = ""
    timed = [*moves_over_time(found), *factors_over_time(found)] if is_timed(found) else []
    series = next((each for each in timed if each.name == name), None)
    if name == CONTEST or name in of_periods:
        svg = contest_graph(found, period=of_periods.get(name))
        rows, sentence = [*_state_rows(found, found.forecasts)], narrative.answer(found)
    elif name == QUESTIONS and (found.questions or found.question_values):
        svg, rows, sentence = _questions(found)
        title = "Questions"
    elif name == POINTS:
        svg, rows, sentence = _points(found)
        title = "Expected points"
    elif series is not None:
        from middlegame.report.charts.curves import curve_chart

        svg, title = curve_chart(series), series.title
        nodes = [each for each in found.forecasts if base_name(each) == name]
        rows, sentence = [*_state_rows(found, nodes)], _sentence(found, nodes[-1])
    elif name in found.forecasts:
        svg, rows = _node(found, name), [*_state_rows(found, [name])]
        title, sentence = narrative.words_of(found).heading(name), _sentence(found, name)
    else:
        known = [
            QUESTIONS,
            CONTEST,
            *of_periods,
            POINTS,
            *found.forecasts,
            *(each.name for each in timed),
        ]
        raise unknown_name("figure", name, known)
    return Figure(standalone_svg(svg, paper="#ffffff", title=title), as_csv(rows), sentence)


def write_report(context: WorkerContext, text: str, setting: Setting, form: str) -> bytes:
    """Write the report on a contest.

    Args:
        context: the worker's cache, progress and cancellation.
        text: the scenario's text.
        setting: what is changed.
        form: one of `REPORT_FORMS`.

    Raises:
        QueryError: there is no such form, or its libraries are not installed.
    """
    if form not in REPORT_FORMS:
        raise unknown_name("form of a report", form, REPORT_FORMS)
    from middlegame.report.html.forms import as_markdown, as_pdf
    from middlegame.report.html.hypotheses import evidence_sections
    from middlegame.report.html.report import html_report

    found = forecast_setting(context, text, setting)
    page = html_report(found, context.read(text), evidence_sections(found))
    if form == "html":
        return page.encode()
    return as_pdf(page) if form == "pdf" else as_markdown(page).encode()


def as_csv(rows: Sequence[Row]) -> str:
    """Write rows as CSV, the first one the heads of the columns."""
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return stream.getvalue()


def _node(found: "Forecast", name: str) -> str:
    from middlegame.report.charts.bars import forecast_chart
    from middlegame.report.charts.histogram import histogram
    from middlegame.report.text.intervals import outlooks
    from middlegame.report.text.narrative import words_of
    from middlegame.report.text.palette import NEUTRAL, actor_colours

    words, node = words_of(found), found.diagram.nodes[found.diagram.index[name]]
    owner = getattr(node, "owner", None)
    colour = actor_colours(found.diagram)[owner] if owner else NEUTRAL
    on_scale = found.scale_forecasts.get(name)
    if on_scale is not None:
        return histogram(words.heading(name), on_scale, colour)
    chances = [*found.forecasts[name].values()]
    return forecast_chart(
        words.heading(name), words.states(name), chances, colour, outlooks(found, name)
    )


def _state_rows(found: "Forecast", names: "Iterable[str]") -> Iterator[Row]:
    """Yield a row for each state of some moves and factors, after the heads."""
    from middlegame.report.text.narrative import words_of

    words = words_of(found)
    yield ("name", "period", "state", "label", "probability", "low", "high")
    for name in names:
        node = found.diagram.nodes[found.diagram.index[name]]
        for state, chance in found.forecasts[name].items():
            ends = _ends(found.outlooks.get(name, {}).get(state))
            label = words.clause(name, state)
            yield (base_name(name), node.period, state, label, chance, *ends)


def _ends(outlook: "Outlook | None") -> tuple[float | None, float | None]:
    return outlook.ninety if outlook else (None, None)


def _sentence(found: "Forecast", name: str) -> str:
    """Return what is forecast of a move or factor, in words."""
    from middlegame.report.text.grammar import capitalize_first
    from middlegame.report.text.narrative import words_of
    from middlegame.report.text.scales import scale_clause

    words, on_scale = words_of(found), found.scale_forecasts.get(name)
    told, value = found.forecasts[name], ""
    if on_scale is not None:
        value = capitalize_first(f"{words.heading(name)}: {scale_clause(on_scale)}")
        told = {state: told[state] for state in on_scale.others}
    parts = [
        f"{words.mid_sentence(words.clause(name, state))} ({_chance(chance, outlook)})"
        for state, chance in told.items()
        for outlook in [found.outlooks.get(name, {}).get(state)]
    ]
    others = capitalize_first(f"{'; '.join(parts)}.") if parts else ""
    return " ".join(filter(None, [value, others]))


def _chance(chance: float, outlook: "Outlook | None") -> str:
    from middlegame.report.text.numbers import percent

    if outlook is None:
        return percent(chance)
    low, high = map(percent, outlook.ninety)
    return f"{percent(chance)}, 90% of worlds between {low} and {high}"


def _questions(found: "Forecast") -> tuple[str, list[Row], str]:
    from middlegame.report.charts.bars import forecast_chart
    from middlegame.report.charts.histogram import histogram
    from middlegame.report.charts.standalone import LIGHT, stacked_svg
    from middlegame.report.text import narrative

    asked = narrative.question_forecasts(found)
    spreads = [found.question_outlooks.get(each.name) for each in asked]
    known = [each for each in spreads if each is not None]
    charts = []
    if asked:
        bars = forecast_chart(
            "Questions",
            [each.label for each in asked],
            [each.probability for each in asked],
            LIGHT["accent"],
            known if len(known) == len(asked) else None,
        )
        charts.append(("", bars))
    rows: list[Row] = [("question", "label", "due", "probability", "mean", "low", "high", "unit")]
    rows += [
        (each.name, each.label, each.due, each.probability, None, *_ends(spread), None)
        for each, spread in zip(asked, spreads, strict=True)
    ]
    words = narrative.words_of(found)
    values = found.scenario.value_questions if found.scenario else {}
    for name, value in found.question_values.items():
        label = narrative.question_label(words, values[name])
        charts.append((label, histogram(label, value, LIGHT["accent"])))
        due = narrative.due_date(values[name])
        rows.append((name, label, due, None, value.mean, *value.ninety, value.unit))
    svg = charts[0][1] if len(charts) == 1 and asked else stacked_svg(charts)
    return svg, rows, narrative.answer(found)


def _points(found: "Forecast") -> tuple[str, list[Row], str]:
    """Return the expected points as a chart, as rows and in words."""
    from middlegame.report.charts.points import points_chart
    from middlegame.report.text.grammar import capitalize_first
    from middlegame.report.text.narrative import has_fine_points, words_of
    from middlegame.report.text.numbers import points
    from middlegame.report.text.palette import NEUTRAL, actor_colours

    words, colours = words_of(found), actor_colours(found.diagram)
    fine = has_fine_points(found.scenario)
    bars = [
        (capitalize_first(words.actor(owner)), value, colours.get(owner, NEUTRAL))
        for owner, value in found.points.items()
    ]
    rows: list[Row] = [("actor", "label", "points")]
    rows += [
        (owner, label, value) for owner, (label, value, _) in zip(found.points, bars, strict=True)
    ]
    listed = ", ".join(f"{label} {points(value, fine=fine)}" for label, value, _ in bars)
    return points_chart(bars, fine=fine), rows, f"Expected points: {listed}."
