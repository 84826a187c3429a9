"""Describe a contest for its page: names, colours, judgements and sources, without a forecast.

Plain data, built in a worker and sent to the page.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from middlegame.analysis.evidence_weights import evidence_subjects
from middlegame.diagram import Decision, Diagram, Parameter
from middlegame.report.charts.layout import shown_period
from middlegame.report.text import narrative
from middlegame.report.text.grammar import capitalize_first
from middlegame.report.text.judgement_values import unit_of
from middlegame.report.text.judgements import (
    JudgementGroup,
    JudgementRow,
    judgement_groups,
    judgement_words,
)
from middlegame.report.text.numbers import date
from middlegame.report.text.palette import NEUTRAL, actor_colours
from middlegame.report.text.words import Words, clean
from middlegame.scenario.conditions import Condition
from middlegame.scenario.model.references import base_name
from middlegame.scenario.model.scale_references import where_defined

if TYPE_CHECKING:
    from middlegame.equilibrium.equilibrium import Equilibrium
    from middlegame.scenario.yaml.load import LoadedScenario

SLIDER_MARGIN = 0.75
"""How far a slider extends beyond either end of its range, as a share of the range's width."""


@dataclass(frozen=True)
class SliderRange:
    """A range of the scenario, with what its slider needs.

    Attributes:
        name: the parameter's name, its path in the scenario.
        case: the condition under which it holds, in words.
        claim: the statement that it puts a number on.
        written: the range as text.
        label: what it is about and when it holds, on one line.
        unit: points, probability, odds or years.
        shown_unit: the unit in which its values are written; costs have their own.
        low: the lower end of the range.
        high: the upper end of the range.
        least: the lower end of the slider.
        most: the upper end of the slider.
        ceiling: the limit that a probability stays below.
        median: the middle of the range, which the forecast takes.
        step: the step to which values are rounded.
        why: the analyst's reason.
        citations: places of sources, such as `brief ¶ 4`.
        line: the line of the scenario's text; None where there is none.
    """

    name: str
    case: str
    claim: str
    written: str
    label: str
    unit: str
    shown_unit: str
    low: float
    high: float
    least: float
    most: float
    ceiling: float
    median: float
    step: float
    why: str
    citations: tuple[str, ...]
    line: int | None


@dataclass(frozen=True)
class SliderGroup:
    """The ranges of one subject, such as an actor's interests or a factor."""

    title: str
    ranges: tuple[SliderRange, ...]


@dataclass(frozen=True)
class NodeJudgement:
    """A judgement as a node's panel shows it.

    Attributes:
        case: the condition under which it holds, in words.
        claim: the statement that it puts a number on.
        value: the number or range as text.
        why: the analyst's reason.
        citations: places of sources, such as `brief ¶ 4`.
        line: the line of the scenario's text; None where there is none.
    """

    case: str
    claim: str
    value: str
    why: str
    citations: tuple[str, ...]
    line: int | None


@dataclass(frozen=True)
class NodeView:
    """A move or factor, with what its panel shows.

    Attributes:
        name: its name in the scenario.
        kind: `move`, `outcome` (a headline factor) or `factor`.
        label: its name in words.
        owner: the actor that moves, in words; empty for factors.
        colour: the owner's colour.
        states: the name, label and clause of each option or state.
        on_scale: for each of them, whether it is a value on a scale.
        why: the reason given for the node itself.
        citations: places of sources that support it.
        parents: what the move knows, or what the factor depends on, in words.
        judgements: the judgements about the node itself.
        interests: the interests that depend on it: actor, colour and judgement of each.
        line: the line of the scenario's text; None where there is none.
    """

    name: str
    kind: str
    label: str
    owner: str
    colour: str
    states: tuple[tuple[str, str, str], ...]
    on_scale: tuple[bool, ...]
    why: str
    citations: tuple[str, ...]
    parents: tuple[str, ...]
    judgements: tuple[NodeJudgement, ...]
    interests: tuple[tuple[str, str, NodeJudgement], ...]
    line: int | None


@dataclass(frozen=True)
class QuestionView:
    """A question without its answer.

    Attributes:
        name: its name in the scenario.
        label: the question in words.
        due: its due date in words.
        resolves: how it will be resolved.
        condition: the condition that it asks about.
        state: the state that it asks about, such as `lease=lost`, or the first move or factor of
            its condition; empty where that is one of several periods.
    """

    name: str
    label: str
    due: str
    resolves: str
    condition: str
    state: str


@dataclass(frozen=True)
class ContestView:
    """A contest as its page shows it, without the forecast.

    Attributes:
        title: the contest's title.
        question: the question that the scenario asks.
        about: a longer description.
        as_of: the day on which the scenario was true, in words.
        due: the due date that all questions have in common; empty where they differ.
        questions: the questions that conditions answer, in written order.
        value_questions: the names of the questions for a value.
        nodes: the moves and factors, in the diagram's order.
        slider_groups: the ranges, grouped by subject.
        sources: name, title and further details of each source.
        colours: each actor's name in words and colour, those that move first.
        has_evidence: whether the scenario holds evidence on a hidden factor.
        has_views: whether the scenario holds views of several analysts.
        periods: the names of the periods; empty where there are none.
        drawn_period: the period that the picture shows first, counted from 1.
        lines: the line of each judgement in the scenario's text, by its name.
    """

    title: str
    question: str
    about: str
    as_of: str
    due: str
    questions: tuple[QuestionView, ...]
    value_questions: tuple[str, ...]
    nodes: tuple[NodeView, ...]
    slider_groups: tuple[SliderGroup, ...]
    sources: tuple[tuple[str, str, str], ...]
    colours: tuple[tuple[str, str], ...]
    has_evidence: bool
    has_views: bool
    periods: tuple[str, ...]
    drawn_period: int | None
    lines: Mapping[str, int]

    @property
    def asks(self) -> bool:
        """Whether the contest asks any question."""
        return bool(self.questions or self.value_questions)

    def node(self, name: str) -> NodeView | None:
        """Return the node of a name; None where there is none."""
        return next((node for node in self.nodes if node.name == name), None)


def contest_view(equilibrium: "Equilibrium", loaded: "LoadedScenario") -> ContestView:
    """Describe a contest.

    Args:
        equilibrium: the equilibrium of the scenario as written.
        loaded: the scenario's text as it was read, with the places of its parts.
    """
    words, scenario = narrative.words_of(equilibrium), equilibrium.scenario
    diagram = equilibrium.diagram
    by_subject = judgement_groups(equilibrium, words, loaded)
    written = {each.name: each for group in by_subject for each in group.rows}
    colours = actor_colours(diagram)
    calendar = scenario.calendar if scenario else None
    return ContestView(
        title=words.title,
        question=clean(scenario.question or "") if scenario else "",
        about=clean(scenario.about or "") if scenario else "",
        as_of=date(scenario.as_of) if scenario and scenario.as_of else "",
        due=narrative.common_due_date(equilibrium),
        questions=tuple(
            QuestionView(
                each.name,
                each.label,
                each.due,
                each.resolves,
                each.will,
                _state_asked(diagram, scenario.yes_no_questions[each.name].will)
                if scenario
                else "",
            )
            for each in narrative.question_forecasts(equilibrium)
        ),
        value_questions=tuple(equilibrium.question_values),
        nodes=tuple(_nodes(diagram, words, written, loaded)),
        slider_groups=tuple(_slider_groups(words, by_subject)),
        sources=tuple(_sources(words)),
        colours=tuple((capitalize_first(words.actor(o)), colours[o]) for o in colours),
        has_evidence=bool(equilibrium.evidence and evidence_subjects(equilibrium)),
        has_views=bool(scenario and scenario.views),
        periods=tuple(calendar.period_name(k + 1) for k in range(calendar.count))
        if calendar
        else (),
        drawn_period=shown_period(diagram),
        lines={row.name: row.line for row in written.values() if row.line is not None},
    )


def _state_asked(diagram: Diagram, will: Condition) -> str:
    """Return the state that a condition asks about, or its first move or factor."""
    first = next(iter(will.leaves()), None)
    if first is None or first.variable not in diagram.index:
        return ""
    states = first.matching(diagram.nodes[diagram.index[first.variable]].states)
    asks_it = will is first and len(states) == 1
    return f"{first.variable}={states[0]}" if asks_it else first.variable


def _slider_groups(words: Words, by_subject: Sequence[JudgementGroup]) -> Iterator[SliderGroup]:
    """Return the ranges of each subject that has some."""
    parameters = {clean(parameter.name): parameter for parameter in words.diagram.parameters}
    for group in by_subject:
        ranges = [
            _slider_range(words, parameters[row.name], row)
            for row in group.rows
            if row.name in parameters
        ]
        if ranges:
            yield SliderGroup(group.title, tuple(ranges))


def _slider_range(words: Words, parameter: Parameter, written: JudgementRow) -> SliderRange:
    low, high = (float(parameter.to_scale(end)) for end in (parameter.low, parameter.high))
    reach = SLIDER_MARGIN * (high - low)
    least, most = (
        float(parameter.from_scale(low - reach)),
        float(parameter.from_scale(high + reach)),
    )
    return SliderRange(
        name=parameter.name,
        case=written.case,
        claim=written.claim,
        written=written.value,
        label=judgement_words(words, parameter),
        unit=parameter.unit,
        shown_unit=unit_of(parameter.path, parameter.unit),
        low=parameter.low,
        high=parameter.high,
        least=max(least, parameter.lower_bound),
        most=min(most, parameter.upper_bound),
        ceiling=parameter.ceiling,
        median=parameter.median,
        step=_step(parameter),
        why=written.why,
        citations=_citations(written),
        line=written.line,
    )


def _step(parameter: Parameter) -> float:
    """Return a power of ten that is at most a twentieth of the range."""
    step = 100.0
    while step > (parameter.high - parameter.low) / 20:
        step /= 10
    return round(step, 10)


def _citations(written: JudgementRow) -> tuple[str, ...]:
    return tuple(
        cite.source if cite.paragraph is None else f"{cite.source} ¶ {cite.paragraph}"
        for cite in written.cites
    )


def _node_judgement(written: JudgementRow) -> NodeJudgement:
    return NodeJudgement(
        written.case, written.claim, written.value, written.why, _citations(written), written.line
    )


def _nodes(
    diagram: Diagram, words: Words, written: dict[str, JudgementRow], loaded: "LoadedScenario"
) -> Iterator[NodeView]:
    scenario = words.scenario
    colours = actor_colours(diagram)
    for node in diagram.contest_nodes:
        plain = base_name(node.name)
        move = isinstance(node, Decision)
        section = "moves" if move else "factors"
        part = None
        if scenario:
            part = scenario.moves.get(plain) if move else scenario.factors.get(plain)
        own = f"{section}.{plain}."
        yield NodeView(
            name=node.name,
            kind="move" if move else "outcome" if node.headline else "factor",
            label=words.heading(node.name),
            owner=capitalize_first(words.actor(node.owner)) if isinstance(node, Decision) else "",
            colour=colours[node.owner] if isinstance(node, Decision) else NEUTRAL,
            states=tuple(
                (state, words.state(node.name, state), words.clause(node.name, state))
                for state in node.states
            ),
            on_scale=tuple(value is not None for value in node.scale.values)
            if node.scale
            else (False,) * len(node.states),
            why=clean(part.why or "") if part else "",
            citations=tuple(str(cite).replace("#", " ¶ ") for cite in part.cite) if part else (),
            parents=tuple(words.label(parent) for parent in node.parents),
            judgements=tuple(
                _node_judgement(w) for name, w in written.items() if name.startswith(own)
            ),
            interests=tuple(_interests(words, plain, written)),
            line=loaded.locate((section, plain))[0] if scenario else None,
        )


def _interests(
    words: Words, name: str, written: dict[str, JudgementRow]
) -> Iterator[tuple[str, str, NodeJudgement]]:
    """List the interests that depend on a node: the actor, its colour, the judgement."""
    if words.scenario is None:
        return
    colours = actor_colours(words.diagram)
    scales = words.scenario.scales
    for actor, interests in words.scenario.interests.items():
        for place, interest in enumerate(interests):
            about = where_defined(interest.when, [interest.worth], scales)
            found = written.get(f"interests.{actor}[{place}].worth")
            if found and name in about.variables():
                yield (
                    capitalize_first(words.actor(actor)),
                    colours.get(actor, NEUTRAL),
                    _node_judgement(found),
                )


def _sources(words: Words) -> Iterator[tuple[str, str, str]]:
    if words.scenario is None:
        return
    for name, source in words.scenario.sources.items():
        parts = (source.author, source.publisher, source.date and date(source.date), source.note)
        yield name, clean(source.title), ". ".join(clean(str(part)) for part in parts if part)
