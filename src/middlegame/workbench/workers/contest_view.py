"""What a contest's page shows whatever the numbers are: names, colours, judgements, sources.

Plain data, made where the contest is held ready and sent to the page.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from middlegame.diagram import Decision, Diagram, Parameter
from middlegame.report.charts.layout import shown_period
from middlegame.report.text import narrative
from middlegame.report.text.judgements import Written, judgement_groups
from middlegame.report.text.palette import NOBODY, actor_colours
from middlegame.report.text.words import Words, capital, clean, date
from middlegame.scenario.model.walk import conditions

if TYPE_CHECKING:
    from middlegame.equilibrium.equilibrium import Equilibrium
    from middlegame.scenario.yaml.load import Loaded

SLIDER_MARGIN = 0.75
"""How far a slider goes beyond either end of its range, as a share of the range's width."""


@dataclass(frozen=True)
class SliderRange:
    """A range with what its slider needs.

    Attributes:
        name: where it stands in the scenario.
        case: under which condition it holds, in words.
        claim: what it puts a number on.
        written: the range as text.
        unit: points, probability or odds.
        low: the range's lower end.
        high: its upper end.
        least: where the slider begins.
        most: where it ends.
        ceiling: what a probability stays below.
        median: the middle, which the forecast takes.
        step: to which values are rounded.
        why: the reason.
        cites: places of sources, such as `brief ¶ 4`.
        line: of the scenario's text.
    """

    name: str
    case: str
    claim: str
    written: str
    unit: str
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
    """Numbers about one thing."""

    title: str
    ranges: tuple[SliderRange, ...]


@dataclass(frozen=True)
class NodeJudgement:
    """A judgement as a node's panel shows it."""

    case: str
    claim: str
    value: str
    why: str
    citations: tuple[str, ...]
    line: int | None


@dataclass(frozen=True)
class NodeView:
    """A move or factor.

    Attributes:
        name: in the scenario.
        kind: `move`, `outcome` (a headline factor) or `factor`.
        label: in words.
        owner: who moves, in words; empty for factors.
        colour: the owner's.
        states: names and labels of the options or states.
        why: the reason given for the node itself.
        cites: the places that support it.
        parents: what the move knows, or what the factor depends on, in words.
        judgements: numbers of the node itself.
        wanted: what each actor gains or loses by it.
        line: of the scenario's text.
    """

    name: str
    kind: str
    label: str
    owner: str
    colour: str
    states: tuple[tuple[str, str], ...]
    why: str
    citations: tuple[str, ...]
    parents: tuple[str, ...]
    judgements: tuple[NodeJudgement, ...]
    interests: tuple[tuple[str, str, NodeJudgement], ...]
    line: int | None


@dataclass(frozen=True)
class QuestionView:
    """A question without its answer."""

    name: str
    label: str
    due: str
    resolves: str
    condition: str


@dataclass(frozen=True)
class ContestView:
    """A contest without its forecast.

    Attributes:
        title: of the contest.
        question: what it is about.
        about: longer.
        as_of: the day on which it was true, in words.
        due: the questions' date if they have one in common.
        questions: in written order.
        nodes: in the diagram's order.
        groups: the ranges, by what they are of.
        sources: name, title and further words of each.
        colours: each actor's name in words and colour, those who move first.
        evidence: whether it holds evidence on something that is hidden.
        rivals: whether it holds rival views.
        periods: their names; empty where there are none.
        pictured: the period that a picture shows first, counted from 1.
    """

    title: str
    question: str
    about: str
    as_of: str
    due: str
    questions: tuple[QuestionView, ...]
    nodes: tuple[NodeView, ...]
    slider_groups: tuple[SliderGroup, ...]
    sources: tuple[tuple[str, str, str], ...]
    colours: tuple[tuple[str, str], ...]
    has_evidence: bool
    has_views: bool
    periods: tuple[str, ...]
    drawn_period: int | None

    def node(self, name: str) -> NodeView | None:
        """Give a node by name."""
        return next((node for node in self.nodes if node.name == name), None)


def contest_view(equilibrium: "Equilibrium", loaded: "Loaded") -> ContestView:
    """Draw up a contest's portrait from its equilibrium as written."""
    from middlegame.analysis.hypotheses import hidden

    words, scenario = narrative.words_of(equilibrium), equilibrium.scenario
    diagram = equilibrium.diagram
    parameters = {clean(parameter.name): parameter for parameter in diagram.parameters}
    told = judgement_groups(equilibrium, words, loaded)
    written = {each.name: each for group in told for each in group.written}
    groups = []
    for group in told:
        numbers = [_slider_range(parameters[w.name], w) for w in group.written if w.name in parameters]
        if numbers:
            groups.append(SliderGroup(group.title, tuple(numbers)))
    colours = actor_colours(diagram)
    calendar = scenario.calendar if scenario else None
    return ContestView(
        title=words.title,
        question=clean(scenario.question or "") if scenario else "",
        about=clean(scenario.about or "") if scenario else "",
        as_of=date(scenario.as_of) if scenario and scenario.as_of else "",
        due=narrative.common_due(equilibrium),
        questions=tuple(
            QuestionView(each.name, each.label, each.due, each.resolves, each.will)
            for each in narrative.asked(equilibrium)
        ),
        nodes=tuple(_nodes(diagram, words, written, loaded)),
        slider_groups=tuple(groups),
        sources=tuple(_sources(words)),
        colours=tuple((capital(words.actor(o)), colours[o]) for o in colours),
        has_evidence=bool(equilibrium.evidence and hidden(diagram)),
        has_views=bool(scenario and scenario.views),
        periods=tuple(calendar.name(k + 1) for k in range(calendar.count)) if calendar else (),
        drawn_period=shown_period(diagram),
    )


def _slider_range(parameter: Parameter, written: Written) -> SliderRange:
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
        unit=parameter.unit,
        low=parameter.low,
        high=parameter.high,
        least=max(least, parameter.least),
        most=min(most, parameter.most),
        ceiling=parameter.ceiling,
        median=parameter.median,
        step=_step(parameter),
        why=written.why,
        citations=_citations(written),
        line=written.line,
    )


def _step(parameter: Parameter) -> float:
    """Round to a power of ten, about a fiftieth of the range or less."""
    step = 100.0
    while step > (parameter.high - parameter.low) / 20:
        step /= 10
    return round(step, 10)


def _citations(written: Written) -> tuple[str, ...]:
    return tuple(
        cite.source if cite.paragraph is None else f"{cite.source} ¶ {cite.paragraph}"
        for cite in written.cites
    )


def _node_judgement(written: Written) -> NodeJudgement:
    return NodeJudgement(
        written.case, written.claim, written.value, written.why, _citations(written), written.line
    )


def _nodes(
    diagram: Diagram, words: Words, written: dict[str, Written], loaded: "Loaded"
) -> Iterator[NodeView]:
    scenario = words.scenario
    colours = actor_colours(diagram)
    for node in diagram.played:
        plain = node.name.split("@")[0]
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
            owner=capital(words.actor(node.owner)) if isinstance(node, Decision) else "",
            colour=colours[node.owner] if isinstance(node, Decision) else NOBODY,
            states=tuple(zip(node.states, words.states(node.name), strict=True)),
            why=clean(part.why or "") if part else "",
            citations=tuple(str(cite).replace("#", " ¶ ") for cite in part.cite) if part else (),
            parents=tuple(words.label(parent) for parent in node.parents),
            judgements=tuple(_node_judgement(w) for name, w in written.items() if name.startswith(own)),
            interests=tuple(_interests(words, plain, written)),
            line=loaded.place((section, plain))[0] if scenario else None,
        )


def _interests(
    words: Words, name: str, written: dict[str, Written]
) -> Iterator[tuple[str, str, NodeJudgement]]:
    """List the interests that speak of a node: the actor, its colour, the judgement."""
    if words.scenario is None:
        return
    colours = actor_colours(words.diagram)
    for path, condition in conditions(words.scenario):
        match path:
            case ("interests", str(actor), int(place), "when") if name in condition.variables():
                found = written.get(f"interests.{actor}[{place}].worth")
                if found:
                    yield capital(words.actor(actor)), colours.get(actor, NOBODY), _node_judgement(found)


def _sources(words: Words) -> Iterator[tuple[str, str, str]]:
    if words.scenario is None:
        return
    for name, source in words.scenario.sources.items():
        parts = (source.author, source.publisher, source.date and date(source.date), source.note)
        yield name, clean(source.title), ". ".join(clean(str(part)) for part in parts if part)
