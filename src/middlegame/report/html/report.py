"""The report: one self-contained HTML file without scripts, for use offline."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from middlegame.base.version import __version__
from middlegame.diagram import Decision, Node
from middlegame.equilibrium.omissions import omissions
from middlegame.report.charts.bars import forecast_chart
from middlegame.report.charts.curves import curve_chart
from middlegame.report.charts.graph import contest_graph, contest_graph_on_paper
from middlegame.report.charts.histogram import histogram
from middlegame.report.charts.layout import shown_period
from middlegame.report.charts.points import points_extent
from middlegame.report.html.expectations import expectation_sections
from middlegame.report.html.finishing import with_cell_heads, with_contents
from middlegame.report.html.sections import Section, sections
from middlegame.report.text import narrative
from middlegame.report.text.behaviour import (
    behaviour_groups,
    level_sentences,
    solution_words,
)
from middlegame.report.text.branches import branch_texts
from middlegame.report.text.grammar import capitalize_first, join_list
from middlegame.report.text.intervals import interval, outlooks, point_range, worlds_of
from middlegame.report.text.intervals import method as interval_method
from middlegame.report.text.judgements import JudgementGroup, judgement_groups, web_address
from middlegame.report.text.numbers import SCALE_SOURCE, date, likelihood, odds, percent, points
from middlegame.report.text.omissions import omission_sentences
from middlegame.report.text.over_time import (
    Series,
    factors_over_time,
    is_timed,
    moves_over_time,
    nodes_without_period,
)
from middlegame.report.text.palette import NEUTRAL, actor_colours
from middlegame.report.text.policies import policy_rows, policy_words
from middlegame.report.text.reasons import move_reasons
from middlegame.report.text.scales import forecast_rows
from middlegame.report.text.storylines import storyline_texts
from middlegame.report.text.words import Words, clean
from middlegame.sweeps.forecast import Forecast

if TYPE_CHECKING:
    from jinja2 import Environment

    from middlegame.equilibrium.equilibrium import Equilibrium
    from middlegame.scenario.yaml.load import LoadedScenario
    from middlegame.sweeps.summaries import Outlook

STORYLINES = 5
"""Storylines of a report, unless another number is asked for."""
MOST_ROWS = 40
"""Information sets of a move that are listed; the others are only counted."""


@dataclass(frozen=True)
class _Chart:
    title: str
    colour: str
    svg: str
    notes: tuple[str, ...] = ()


def html_report(
    equilibrium: "Equilibrium",
    loaded: "LoadedScenario | None" = None,
    analyses: Sequence[Section] = (),
    *,
    leads: Sequence[Section] = (),
    storylines: int = STORYLINES,
) -> str:
    """Write the report on an equilibrium as one self-contained HTML page.

    Args:
        equilibrium: the equilibrium to report.
        loaded: the scenario's file, for the lines of its judgements.
        analyses: further sections, in order.
        leads: the sections of what was asked for, which lead the report.
        storylines: number of storylines, at most.
    """
    words, scenario = narrative.words_of(equilibrium), equilibrium.scenario
    groups = _without_certain(judgement_groups(equilibrium, words, loaded))
    stated = omissions(equilibrium)
    written_judgements = [written for group in groups for written in group.rows]
    aside = bool(equilibrium.known) and any(lead.without_evidence for lead in leads)
    later = narrative.evidence_note(equilibrium, "beside it") if aside else ""
    graph, period = contest_graph(equilibrium), shown_period(equilibrium.diagram)
    page = (
        environment()
        .get_template("report.html")
        .render(
            words=words,
            heading=leads[0].title if leads else "",
            title=words.title,
            as_of=date(scenario.as_of) if scenario and scenario.as_of else "",
            about=clean(scenario.about or "") if scenario else "",
            question=clean(scenario.question or "") if scenario else "",
            answer=leads[0].finding if leads else narrative.answer(equilibrium),
            forecast=narrative.answer(equilibrium) if leads and leads[0].title else "",
            notes=list(narrative.notes(equilibrium, "beside it", evidence=not aside)),
            later_note=later,
            questions=narrative.question_forecasts(equilibrium),
            values=narrative.value_answers(equilibrium),
            values_first=narrative.asks_value_first(equilibrium),
            due=narrative.common_due_date(equilibrium),
            moves=_move_charts(equilibrium, words),
            outcomes=_factor_charts(equilibrium, words),
            others=_other_factors(equilibrium, words),
            graph=graph,
            graph_period=words.period(period) if period else "",
            timed=is_timed(equilibrium),
            paper_graphs=contest_graph_on_paper(equilibrium),
            graph_width=natural_width(graph),
            branches=branch_texts(equilibrium, words),
            storylines=storyline_texts(equilibrium, storylines),
            points=_points(equilibrium, words),
            points_scale=capitalize_first(narrative.points_scale(equilibrium.scenario)),
            expectations=expectation_sections(equilibrium),
            policies=_policies(equilibrium.prior, words),
            informed=bool(equilibrium.known),
            leads=leads,
            analyses=analyses,
            groups=groups,
            ranges=sum(not written.exact for written in written_judgements),
            judgements=stated.numbers,
            supported=stated.numbers - stated.unsourced,
            sources=_sources(equilibrium),
            precision=_precision(equilibrium, words),
            residual="below 1e-12"
            if equilibrium.residual < 1e-12
            else f"{equilibrium.residual:.0e}",
            status=equilibrium.status,
            left_out=" ".join(omission_sentences(equilibrium)),
            worlds=worlds_of(equilibrium),
            world_method=interval_method(equilibrium),
            steps=equilibrium.steps,
            levels=bool(behaviour_groups(equilibrium)),
            solution=solution_words(equilibrium),
            level_sentences=level_sentences(equilibrium),
            file=_file(loaded),
            scale_source=SCALE_SOURCE,
            version=__version__,
        )
    )
    return with_contents(with_cell_heads(page))


def result_html(result: Any, **options: Any) -> str:
    """Return a result's sections of the report as HTML by themselves, for `report.css`.

    Args:
        result: a sweep, or the result of an analysis.
        **options: passed on to `sections`.
    """
    return "".join(section_html(section) for section in sections(result, **options))


def section_html(section: Section) -> str:
    """Return one section as HTML by itself, for `report.css`."""
    return with_cell_heads(environment().get_template("section.html").render(section=section))


def environment() -> "Environment":
    """Return the template environment with the filters that templates use."""
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

    environment = Environment(
        loader=PackageLoader("middlegame.report.html"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        interval=lambda outlook: interval(*outlook.ninety),
        percent=percent,
        likelihood=likelihood,
        points=points,
        date=date,
        capitalize_first=capitalize_first,
    )
    return environment


def _without_certain(groups: Sequence[JudgementGroup]) -> list[JudgementGroup]:
    """Leave out probabilities of 0% and 100% that nobody gave a reason or a source for."""
    found = [
        JudgementGroup(
            group.title,
            [row for row in group.rows if not row.certain or row.why or row.cites],
        )
        for group in groups
    ]
    return [group for group in found if group.rows]


def _chart(
    equilibrium: "Equilibrium", words: Words, name: str, colour: str, notes: tuple[str, ...] = ()
) -> _Chart:
    title = words.heading(name)
    rows = forecast_rows(equilibrium, words, name)
    on_scale = equilibrium.scale_forecasts.get(name)
    others = len(on_scale.others) if on_scale else len(rows.labels)
    spread = None if on_scale else outlooks(equilibrium, name)
    svg = forecast_chart(title, rows.labels[:others], rows.chances[:others], colour, spread)
    drawn = [svg] if others else []
    if on_scale is not None:
        drawn.append(histogram(title, on_scale, colour))
    return _Chart(title, colour, "".join(drawn), (*rows.notes, *notes))


def _file(loaded: "LoadedScenario | None") -> str:
    """Return the file's name with its folder, but not where that folder is."""
    return clean("/".join(PurePath(loaded.file).parts[-2:])) if loaded else ""


def natural_width(svg: str) -> int:
    """Return an image's natural width in pixels, from its viewBox."""
    return int(svg.split('viewBox="', 1)[1].split('"', 1)[0].split()[2])


def _move_charts(equilibrium: "Equilibrium", words: Words) -> list[_Chart]:
    reasons = {name: (reason,) for name, reason in move_reasons(equilibrium).items()}
    if is_timed(equilibrium):
        return [
            replace(_curve(each), notes=(*each.notes, *reasons.get(each.name, ())))
            for each in moves_over_time(equilibrium)
        ]
    colours = actor_colours(equilibrium.diagram)
    return [
        _chart(equilibrium, words, move.name, colours[move.owner], reasons.get(move.name, ()))
        for move in equilibrium.diagram.decisions
    ]


def _factor_charts(equilibrium: "Equilibrium", words: Words) -> list[_Chart]:
    timed = factors_over_time(equilibrium) if is_timed(equilibrium) else []
    curves = [_curve(each) for each in timed if each.headline]
    return curves + [
        _chart(equilibrium, words, node.name, NEUTRAL)
        for node in nodes_without_period(equilibrium)
        if (node.headline or node.scale) and not isinstance(node, Decision)
    ]


def _curve(series: Series) -> _Chart:
    return _Chart(series.title, series.colour, curve_chart(series), series.notes)


def _last_instances(equilibrium: "Equilibrium") -> list[Node]:
    """List the nodes of the list of other factors: over time each in its last period."""
    diagram = equilibrium.diagram
    quiet = [each for each in factors_over_time(equilibrium) if not each.headline]
    return [
        *(diagram.instances(each.name)[-1] for each in quiet),
        *nodes_without_period(equilibrium),
    ]


def _other_factors(
    equilibrium: "Equilibrium", words: Words
) -> list[tuple[str, float, "Outlook | None"]]:
    found = []
    for node in _last_instances(equilibrium):
        if not node.headline and not isinstance(node, Decision):
            state, chance = narrative.most_likely(equilibrium.forecasts[node.name])
            if node.scale is not None:
                continue  # drawn
            spread = outlooks(equilibrium, node.name)
            outlook = spread[node.states.index(state)] if spread else None
            clause = capitalize_first(words.clause(node.name, state))
            found.append((clause, chance, outlook))
    return found


def _points(equilibrium: "Equilibrium", words: Words) -> list[dict[str, Any]]:
    colours = actor_colours(equilibrium.diagram)
    values = equilibrium.points
    spreads = equilibrium.point_spreads if isinstance(equilibrium, Forecast) else {}
    fine = narrative.has_fine_points(equilibrium.scenario)
    extent = points_extent(values.values(), fine=fine)
    return [
        {
            "actor": capitalize_first(words.actor(owner)),
            "colour": colours.get(owner, NEUTRAL),
            "value": points(value, fine=fine),
            "range": point_range(spreads[owner], fine=fine) if owner in spreads else "",
            "start": 50 + 50 * min(value, 0.0) / extent,
            "length": 50 * abs(value) / extent,
        }
        for owner, value in values.items()
    ]


def _policies(equilibrium: "Equilibrium", words: Words) -> list[dict[str, Any]]:
    colours = actor_colours(equilibrium.diagram)
    policies = []
    for move in equilibrium.diagram.decisions:
        rows = policy_rows(equilibrium, move.name)
        policies.append(
            {
                "title": words.heading(move.name),
                "colour": colours[move.owner],
                "summary": policy_words(equilibrium, move.name),
                "knows": [words.label(parent) for parent in move.parents],
                "options": words.states(move.name),
                "rows": rows[:MOST_ROWS],
                "rarer": len(rows) - len(rows[:MOST_ROWS]),
                "never": equilibrium.reach[move.name].size - len(rows),
            }
        )
    return policies


def _sources(equilibrium: "Equilibrium") -> list[dict[str, Any]]:
    scenario = equilibrium.scenario
    return [
        {
            "name": name,
            "title": clean(source.title),
            "details": [
                clean(part)
                for part in (source.author, source.publisher, source.date and date(source.date))
                if part
            ],
            "url": web_address(source.url),
            "note": clean(source.note or ""),
        }
        for name, source in (scenario.sources if scenario else {}).items()
    ]


def _precision(equilibrium: "Equilibrium", words: Words) -> str:
    """Return the actors' precision: `3:1`, or `3:1 for Moscow and Havana; 2:1 for Washington`."""
    groups: dict[str, list[str]] = {}
    for owner, value in equilibrium.lambdas.items():
        groups.setdefault(odds(value), []).append(words.mid_sentence(words.actor(owner)))
    if len(groups) == 1:
        return next(iter(groups))
    ordered = sorted(groups.items(), key=lambda item: -len(item[1]))
    return "; ".join(f"{value} for {join_list(actors)}" for value, actors in ordered)
