"""Judgements in words: every number of a scenario, with its range, reason and sources."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from middlegame.base.text import lower_article
from middlegame.diagram import Parameter
from middlegame.report.text.grammar import capitalize_first, quote, with_aside
from middlegame.report.text.judgement_values import (
    COSTS,
    NAMED,
    JudgementPath,
    interval_words,
    scale_share,
    unit_of,
)
from middlegame.report.text.words import Words, clean, name_as_words
from middlegame.scenario.model.factors import Factor
from middlegame.scenario.model.fields import read_citation
from middlegame.scenario.model.judgement import FormulaJudgement
from middlegame.scenario.model.references import base_name
from middlegame.scenario.model.scenario import Scenario
from middlegame.scenario.model.walk import judgements_by_place, numbers

if TYPE_CHECKING:
    from middlegame.equilibrium.equilibrium import Equilibrium
    from middlegame.scenario.yaml.load import LoadedScenario

_PRECISION = "Precision of choice"
_PATIENCE = "Patience"
_REASONING = "Levels of reasoning"
_OTHER = "Other numbers"
_NAMED_NUMBERS = "Named numbers"
_COST_OF = "Costs of options"
_OTHERS = "all other actors"
_ANY_CASE = "in any case"
_THIS_FACTOR, _IS_WORTH = "this factor", "is worth"
"""Claims of judgements without a claim of their own."""


@dataclass(frozen=True)
class CitedPlace:
    """A place in a source.

    Attributes:
        source: the source's name in the scenario.
        title: the source's title.
        paragraph: the number of the paragraph, if the citation has one.
        url: the source's address, if it is a web address.
    """

    source: str
    title: str
    paragraph: int | None
    url: str | None


@dataclass(frozen=True)
class JudgementRow:
    """A judgement as the report shows it.

    Attributes:
        name: its dotted path in the scenario.
        case: the condition under which it holds; empty without one.
        claim: what the number is about.
        value: the number or range, in words.
        exact: whether it is a single number.
        low: the lower end of the range, as a share of its scale.
        high: the upper end of the range, as a share of its scale.
        used: the value that the forecast uses, as a share of its scale.
        why: the analyst's reason.
        cites: the places in sources that support it.
        line: the line of the file, if the file is at hand.
        formula: whether a formula computes it, which is then its value; it has no place on a scale.
        certain: whether it is a probability of 0% or 100%, which needs no reason.
    """

    name: str
    case: str
    claim: str
    value: str
    exact: bool
    low: float
    high: float
    used: float
    why: str
    cites: tuple[CitedPlace, ...]
    line: int | None
    formula: bool = False
    certain: bool = False


@dataclass
class JudgementGroup:
    """The judgements about one factor, actor or kind of number."""

    title: str
    rows: list[JudgementRow] = field(default_factory=list)


@dataclass(frozen=True)
class _Judgement:
    path: JudgementPath
    name: str
    low: float
    high: float
    unit: str
    why: str
    cites: tuple[str, ...]
    best: float | None = None
    label: str = ""
    formula: str = ""


def judgement_groups(
    equilibrium: "Equilibrium", words: Words, loaded: "LoadedScenario | None"
) -> list[JudgementGroup]:
    """List every number of the scenario and every parameter of the diagram, in groups."""
    used = _used(equilibrium)
    raws = list(_raws(equilibrium))
    extents = {unit: _extent(raws, unit) for unit in ("points", COSTS)}
    groups: dict[str, JudgementGroup] = {}
    for raw in raws:
        title, case, claim = _describe(words, raw.path)
        own = max(abs(raw.low), abs(raw.high)) or 1.0
        extent = own if raw.unit == NAMED else extents.get(raw.unit, 1.0)
        ends = [scale_share(end, raw.unit, extent) for end in (raw.low, raw.high)]
        middle = used.get(raw.name)
        written = JudgementRow(
            name=clean(raw.name),
            case=capitalize_first(case),
            claim=clean(raw.label) or claim,
            value=raw.formula or interval_words(raw.low, raw.high, raw.unit, raw.best),
            exact=raw.low == raw.high,
            low=ends[0],
            high=ends[1],
            used=sum(ends) / 2 if middle is None else scale_share(middle, raw.unit, extent),
            why=clean(raw.why),
            cites=tuple(_cited(words.scenario, cite) for cite in raw.cites),
            line=loaded.locate(raw.path)[0] if loaded and raw.path else None,
            formula=bool(raw.formula),
            certain=raw.unit == "probability" and raw.low == raw.high and raw.low in (0.0, 1.0),
        )
        groups.setdefault(title, JudgementGroup(title)).rows.append(written)
    return sorted(groups.values(), key=lambda group: group.title == _PRECISION)


def judgement_words(words: Words, parameter: Parameter) -> str:
    """Return a judgement's label on one line: what it is about and when it holds."""
    if parameter.label:
        return capitalize_first(clean(parameter.label))
    match parameter.path:
        case ("beliefs", str(actor), "judgements", str(place)) if words.scenario:
            path, _ = judgements_by_place(words.scenario)[place]
            believed = words.mid_sentence(place_words(words, path))
            return f"Belief of {lower_article(words.actor(actor))}: {believed}"
    return place_words(words, parameter.path)


def place_words(words: Words, path: JudgementPath) -> str:
    """Return on one line what the judgement at a place is about and when it holds."""
    title, case, claim = _describe(words, path)
    if title == _NAMED_NUMBERS:
        return capitalize_first(claim)
    if title == _OTHER:
        return clean(_dotted(path))
    label = title if claim == _THIS_FACTOR else f"{title}: {words.mid_sentence(claim)}"
    match path:
        case ("factors", str(name), *rest) if (
            state := _rule(words, name, rest)[1]
        ) and not _is_on_scale(words, name):
            label = capitalize_first(words.clause(name, state))
        case ("interests", *_):
            return f"{title}: {case}" if claim == _IS_WORTH else label
        case ("moves", str(name), _, str(option), *_):
            return _cost_words(words, name, option)
        case ("actors" | "precision" | "behaviour", *_):
            return f"{title}: {case}"
    return label if case in ("", _ANY_CASE) else with_aside(label, case)


def _cost_words(words: Words, name: str, option: str) -> str:
    """Return what an option costs its actor: `Cost to Moscow of waiting`."""
    cost = f"Cost to {words.mid_sentence(words.subject(name))} of"
    if words.node(name).scale and option == "costs":
        return f"{cost} {words.mid_sentence(words.label(name))}"
    label, decisions = words.state(name, option), words.diagram.decisions
    owners = {each.owner for each in decisions if base_name(each.name) == name}
    alike = {
        base_name(each.name)
        for each in decisions
        if each.owner in owners and label in words.states(each.name)
    }
    which = f" ({words.mid_sentence(words.label(base_name(name)))})" if len(alike) > 1 else ""
    return f"{cost} {words.activity(name, option) or quote(label)}{which}"


def _raws(equilibrium: "Equilibrium") -> Iterator[_Judgement]:
    """List the scenario's numbers in written order, then parameters from elsewhere."""
    parameters = {parameter.path: parameter for parameter in equilibrium.diagram.parameters}
    seen: set[str] = set()
    for path, judgement, around in numbers(equilibrium.scenario) if equilibrium.scenario else ():
        parameter = parameters.get(path)
        why = judgement.why or next((p.why for p in reversed(around) if p.why), "")
        cites = list(map(str, judgement.cite)) or next(
            (list(map(str, p.cite)) for p in reversed(around) if p.cite), []
        )
        name = parameter.name if parameter else _dotted(path)
        seen.add(name)
        formula = judgement.formula.text if isinstance(judgement, FormulaJudgement) else ""
        yield _Judgement(
            path=path,
            name=name,
            low=0.5 if formula else judgement.low,
            high=0.5 if formula else judgement.high,
            unit=unit_of(path, judgement.unit),
            why=why,
            cites=tuple(cites),
            best=parameter.best if parameter else judgement.best,
            label=judgement.label or "",
            formula=clean(formula),
        )
    for parameter in equilibrium.diagram.parameters:
        if parameter.name not in seen:
            yield _of_parameter(parameter)


def _of_parameter(parameter: Parameter) -> _Judgement:
    return _Judgement(
        path=parameter.path,
        name=parameter.name,
        low=parameter.low,
        high=parameter.high,
        unit=unit_of(parameter.path, parameter.unit),
        why=parameter.why or "",
        cites=parameter.cite,
        best=parameter.best,
        label=parameter.label,
    )


def _extent(raws: list[_Judgement], unit: str) -> float:
    """Return a round number of points that is at least as large as all these numbers."""
    largest = max(
        (abs(e) for raw in raws if raw.unit == unit for e in (raw.low, raw.high)), default=1.0
    )
    return max(10.0, 10 * math.ceil(largest / 10))


def _used(equilibrium: "Equilibrium") -> Mapping[str, float]:
    parameters = equilibrium.diagram.parameters
    if len(equilibrium.theta) != len(parameters):
        return {}
    return {p.name: float(v) for p, v in zip(parameters, equilibrium.theta, strict=True)}


def _dotted(path: JudgementPath) -> str:
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in path]
    return "".join(parts).removeprefix(".")


def _describe(words: Words, path: JudgementPath) -> tuple[str, str, str]:
    """Return a judgement's group, condition and claim."""
    match path:
        case ("factors", str(name), *rest):
            case, state = _rule(words, name, rest)
            return words.heading(name), case, words.state(name, state) if state else _THIS_FACTOR
        case ("numbers", str(name)):
            return _NAMED_NUMBERS, "", name_as_words(name)
        case ("moves", str(name), "options", str(option), *_):
            return _COST_OF, words.heading(name), words.state(name, option)
        case ("moves", str(name), "scale", "costs"):
            return _COST_OF, words.heading(name), "each value"
        case ("interests", str(actor), int(place), *_) if words.scenario:
            interest = words.scenario.interests[actor][place]
            case = words.interest(interest)
            claim = clean(interest.label) if interest.label else _IS_WORTH
            if path[-1] == "private_spread":
                claim = f"{claim}, known to this actor alone (standard deviation)"
            return f"Interests of {lower_article(words.actor(actor))}", case, claim
        case ("actors", str(actor), "patience"):
            return (
                _PATIENCE,
                words.mid_sentence(words.actor(actor)),
                "worth of a point one year later",
            )
        case ("behaviour", *_):
            return _REASONING, _OTHERS, "mean level"
        case ("actors", str(actor), "behaviour", *_):
            return _REASONING, words.mid_sentence(words.actor(actor)), "mean level"
        case ("offers", str(name), *rest):
            return words.heading(name), _offered(rest), "costs"
        case ("actors", str(actor), *_):
            return _PRECISION, words.mid_sentence(words.actor(actor)), "precision"
        case ("evidence", str(name), *_) if words.scenario and name in words.scenario.evidence:
            return "Reliability of reports", "", words.label(name)
        case ("beliefs", str(actor), "judgements", str(place)) if words.scenario:
            path, _ = judgements_by_place(words.scenario)[place]
            whose = f"Beliefs of {lower_article(words.actor(actor))}"
            return whose, "", words.mid_sentence(place_words(words, path))
        case ("precision",):
            named = words.scenario is not None and any(
                actor.precision for actor in words.scenario.actors.values()
            )
            return _PRECISION, _OTHERS if named else "all actors", "precision"
        case ("fit", "coefficients", str(name)) if words.scenario and words.scenario.fit:
            coefficient = words.scenario.fit.coefficients[name]
            return (
                "Coefficients learned from data",
                "",
                clean(coefficient.label or name_as_words(name)),
            )
        case ("fit", "columns", str(name)) if words.scenario and words.scenario.fit:
            column = words.scenario.fit.columns[name]
            return "Data columns", "", clean(column.label or name_as_words(name))
    return _OTHER, "", name_as_words(_dotted(path)) or "a number"


def _offered(rest: list[Any]) -> str:
    """Return which part of an offer has a cost."""
    match rest:
        case ["terms", int(place), *_]:
            return f"breaking promise {place + 1}"
        case ["accepting_costs"]:
            return "accepting the offer"
    return "making the offer"


def _rule(words: Words, name: str, rest: list[Any]) -> tuple[str, str]:
    """Return the condition under which a factor's number holds, and the state it is about."""
    factor = words.scenario.factors.get(name) if words.scenario else None
    if factor is None:
        return "", ""
    match rest:
        case ["chance", str(state)]:
            return _ANY_CASE, state
        case ["start", str(state)]:
            return "before the first period", state
        case ["mean" | "spread" as key]:
            return _ANY_CASE, key
        case ["rules", int(place), "shift" | "spread" as key] if factor.rules:
            return f"{_when(words, factor, place)}, from its previous value", key
        case ["stays"]:
            return "remaining in its state", ""
        case ["rules", int(place), "then", str(state)] if factor.rules:
            return _when(words, factor, place), state
        case ["causes", "background", *_] if factor.causes:
            return "without these causes", factor.causes.state
        case ["causes", str(state), int(place), *_] if factor.causes:
            return f"caused if {words.condition(factor.causes.causes[place].if_)}", state
        case ["table", "rows", int(place), "then", str(state)] if factor.table:
            row = factor.table.rows[place]
            given = zip(factor.table.given, row.when, strict=True)
            return f"if {words.facts(given, joiner='and')}", state
    return "", ""


def _is_on_scale(words: Words, name: str) -> bool:
    """Return whether a factor has values, whose numbers are a mean and a spread."""
    return words.scenario is not None and words.scenario.factors[name].scale is not None


def _when(words: Words, factor: Factor, place: int) -> str:
    """Return the condition of a rule: `if the lease is lost`, `otherwise`, `in any case`."""
    condition = factor.rules[place].if_ if factor.rules else None
    if condition is not None:
        return f"if {words.condition(condition)}"
    return "otherwise" if place else _ANY_CASE


def _cited(scenario: Scenario | None, cite: str) -> CitedPlace:
    place = read_citation(cite)
    source = scenario.sources.get(place.source) if scenario else None
    title = clean(source.title) if source else name_as_words(place.source)
    return CitedPlace(
        place.source, title, place.paragraph, web_address(source.url if source else None)
    )


def web_address(url: str | None) -> str | None:
    """Return an address if it is a web address; others could run code."""
    return url if url and url.lower().startswith(("https://", "http://")) else None
