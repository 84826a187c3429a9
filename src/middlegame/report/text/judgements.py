"""Every number of a scenario, in words: what it says, how sure, why, and where it comes from."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from middlegame.diagram import Parameter
from middlegame.report.text.grammar import capitalize_first, mid_sentence
from middlegame.report.text.words import Words, clean, name_as_words
from middlegame.scenario.model.fields import read_citation
from middlegame.scenario.model.judgement import format_number
from middlegame.scenario.model.scenario import Scenario
from middlegame.scenario.model.walk import judgements

if TYPE_CHECKING:
    from middlegame.equilibrium.equilibrium import Equilibrium
    from middlegame.scenario.yaml.load import LoadedScenario

Path = tuple[str | int, ...]
_ODDS_END = 10.0
_MIDDLE_YEARS = 5.0
"""A half-life that stands in the middle of its scale."""
_COSTS = "costs"
"""Points that an option costs: they begin at nought, and have a scale of their own."""
_PRECISION = "How sharply they choose"
_PATIENCE = "What later is worth to them"
_OTHER = "Other numbers"
_COST_OF = "What options cost"


@dataclass(frozen=True)
class CitedPlace:
    """A place in a source.

    Attributes:
        source: the source's name; the list of sources has its title.
        title: the source's title.
        paragraph: in it, if one is named.
        url: where it can be read, if it is a web address.
    """

    source: str
    title: str
    paragraph: int | None
    url: str | None


@dataclass(frozen=True)
class JudgementRow:
    """A judgement as the report shows it.

    Attributes:
        name: where it stands in the scenario.
        case: under which condition.
        claim: what it puts a number on.
        value: the number or range.
        exact: whether it is one number.
        low: where the range begins, as a share of its scale's width.
        high: where it ends.
        used: the value taken for the forecast, likewise.
        why: the reason.
        cites: the places that support it.
        line: of the file, if that is at hand.
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


@dataclass
class JudgementGroup:
    """Judgements about one thing."""

    title: str
    rows: list[JudgementRow] = field(default_factory=list)


@dataclass(frozen=True)
class _Judgement:
    path: Path
    name: str
    low: float
    high: float
    unit: str
    why: str
    cites: tuple[str, ...]


def judgement_groups(
    equilibrium: "Equilibrium", words: Words, loaded: "LoadedScenario | None"
) -> list[JudgementGroup]:
    """List every number of the scenario, and every parameter of the diagram, by what it is of."""
    used = _used(equilibrium)
    raws = list(_raws(equilibrium))
    extents = {unit: _extent(raws, unit) for unit in ("points", _COSTS)}
    groups: dict[str, JudgementGroup] = {}
    for raw in raws:
        title, case, claim = _told(words, raw.path)
        extent = extents.get(raw.unit, 1.0)
        ends = [_share(end, raw.unit, extent) for end in (raw.low, raw.high)]
        middle = used.get(raw.name)
        written = JudgementRow(
            name=clean(raw.name),
            case=case,
            claim=claim,
            value=_value(raw.low, raw.high, raw.unit),
            exact=raw.low == raw.high,
            low=ends[0],
            high=ends[1],
            used=sum(ends) / 2 if middle is None else _share(middle, raw.unit, extent),
            why=clean(raw.why),
            cites=tuple(_cited(words.scenario, cite) for cite in raw.cites),
            line=loaded.locate(raw.path)[0] if loaded and raw.path else None,
        )
        groups.setdefault(title, JudgementGroup(title)).rows.append(written)
    return sorted(groups.values(), key=lambda group: group.title == _PRECISION)


def judgement_words(words: Words, parameter: Parameter) -> str:
    """Name a judgement on one line: what it is of, what it says, and when it holds."""
    title, case, claim = _told(words, parameter.path)
    if title == _OTHER:
        return clean(parameter.name)
    told = f"{title}: {mid_sentence(claim)}" if claim != "this factor" else title
    if title == _PRECISION:
        return f"{title}: {mid_sentence(case)}"
    if title == _COST_OF:
        return f"{told} ({case})"
    if not case or case == "In any case" or title.startswith("What "):
        return told
    first, _, rest = case.partition(" ")
    return f"{told} ({f'{first.lower()} {rest}'.strip()})"


def value_words(parameter: Parameter, value: float) -> str:
    """Write a value of a judgement as the scenario would, rounded."""
    unit = _unit(parameter.path, parameter.unit)
    if unit == "probability":
        digits = 0 if 0.095 <= value <= 0.905 else 1
        return f"{100 * value:.{digits}f}%"
    if unit == "odds":
        return f"{value:.2g}:1"
    sign = "" if unit == _COSTS else "+"
    return "0" if abs(value) < 0.05 else f"{value:{sign}.1f}".removesuffix(".0")


def range_words(parameter: Parameter) -> str:
    """Write a judgement's range."""
    told = _value(parameter.low, parameter.high, _unit(parameter.path, parameter.unit))
    return told.replace("–", " to ")


def _raws(equilibrium: "Equilibrium") -> Iterator[_Judgement]:
    """List the scenario's numbers in written order, then parameters that stand nowhere in it."""
    parameters = {parameter.path: parameter for parameter in equilibrium.diagram.parameters}
    told: set[str] = set()
    for path, judgement, around in judgements(equilibrium.scenario) if equilibrium.scenario else ():
        parameter = parameters.get(path)
        why = judgement.why or next((p.why for p in reversed(around) if p.why), "")
        cites = list(map(str, judgement.cite)) or next(
            (list(map(str, p.cite)) for p in reversed(around) if p.cite), []
        )
        name = parameter.name if parameter else _dotted(path)
        told.add(name)
        unit = _unit(path, judgement.unit)
        yield _Judgement(path, name, judgement.low, judgement.high, unit, why, tuple(cites))
    for parameter in equilibrium.diagram.parameters:
        if parameter.name not in told:
            yield _of_parameter(parameter)


def _of_parameter(parameter: Parameter) -> _Judgement:
    return _Judgement(
        path=parameter.path,
        name=parameter.name,
        low=parameter.low,
        high=parameter.high,
        unit=_unit(parameter.path, parameter.unit),
        why=parameter.why or "",
        cites=parameter.cite,
    )


def _unit(path: Path, unit: str) -> str:
    return _COSTS if path and path[-1] == "costs" else unit


def _extent(raws: list[_Judgement], unit: str) -> float:
    """Give a round number of points that none of these numbers exceeds."""
    largest = max(
        (abs(e) for raw in raws if raw.unit == unit for e in (raw.low, raw.high)), default=1.0
    )
    return max(10.0, 10 * math.ceil(largest / 10))


def _used(equilibrium: "Equilibrium") -> Mapping[str, float]:
    parameters = equilibrium.diagram.parameters
    if len(equilibrium.theta) != len(parameters):
        return {}
    return {p.name: float(v) for p, v in zip(parameters, equilibrium.theta, strict=True)}


def _dotted(path: Path) -> str:
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in path]
    return "".join(parts).removeprefix(".")


def _told(words: Words, path: Path) -> tuple[str, str, str]:
    """Give a judgement's thing, condition and claim."""
    match path:
        case ("factors", str(name), *rest):
            case, state = _rule(words, name, rest)
            return words.label(name), case, words.state(name, state) if state else "this factor"
        case ("moves", str(name), "options", str(option), *_):
            return _COST_OF, words.heading(name), words.state(name, option)
        case ("interests", str(actor), int(place), *_) if words.scenario:
            interest = words.scenario.interests[actor][place]
            case = capitalize_first(words.condition(interest.when))
            claim = clean(interest.label) if interest.label else "is worth"
            return f"What {_mid(words.actor(actor))} wants", case, claim
        case ("actors", str(actor), "patience"):
            return _PATIENCE, capitalize_first(words.actor(actor)), "a year later"
        case ("offers", str(name), *rest):
            return words.label(name), _offered(rest), "costs"
        case ("actors", str(actor), *_):
            return _PRECISION, capitalize_first(words.actor(actor)), "precision"
        case ("evidence", str(name), *_) if words.scenario and name in words.scenario.evidence:
            label = words.scenario.evidence[name].label
            return "How reliable reports are", "", clean(label) if label else name_as_words(name)
        case ("precision",):
            return _PRECISION, "Everybody else", "precision"
        case ("fit", "coefficients", str(name)) if words.scenario and words.scenario.fit:
            coefficient = words.scenario.fit.coefficients[name]
            return "What history teaches", "", clean(coefficient.label or name_as_words(name))
        case ("fit", "columns", str(name)) if words.scenario and words.scenario.fit:
            column = words.scenario.fit.columns[name]
            return "The circumstances", "", clean(column.label or name_as_words(name))
    return _OTHER, "", name_as_words(_dotted(path)) or "a number"


def _offered(rest: list[Any]) -> str:
    """Say what of an offer costs."""
    match rest:
        case ["terms", int(place), *_]:
            return f"Breaking promise {place + 1}"
        case ["accepting_costs"]:
            return "Accepting the offer"
    return "Making the offer"


def _rule(words: Words, name: str, rest: list[Any]) -> tuple[str, str]:
    """Say under which condition a factor's number holds, and of which state it speaks."""
    factor = words.scenario.factors.get(name) if words.scenario else None
    if factor is None:
        return "", ""
    match rest:
        case ["chance", str(state)]:
            return "In any case", state
        case ["start", str(state)]:
            return "Before the first period", state
        case ["stays"]:
            return "That it stays as it was", ""
        case ["rules", int(place), "then", str(state)] if factor.rules:
            condition = factor.rules[place].if_
            told = f"If {words.condition(condition)}" if condition else "Otherwise"
            return told if condition or place else "In any case", state
        case ["causes", "background", *_] if factor.causes:
            return "Without any of these causes", factor.causes.state
        case ["causes", str(state), int(place), *_] if factor.causes:
            return f"Caused, if {words.condition(factor.causes.causes[place].if_)}", state
        case ["table", "rows", int(place), "then", str(state)] if factor.table:
            row = factor.table.rows[place]
            return f"If {words.facts(zip(factor.table.given, row.when, strict=True))}", state
    return "", ""


def _mid(actor: str) -> str:
    return f"the {actor[4:]}" if actor.startswith("The ") else actor


def _value(low: float, high: float, unit: str) -> str:
    if unit == "probability":
        ends = [format_number(round(100 * end, 10)) for end in (low, high)]
        return f"{ends[0]}%" if low == high else f"{ends[0]}–{ends[1]}%"
    if unit == "years":
        ends = [format_number(round(end, 10)) for end in (low, high)]
        return f"{ends[0]} years" if low == high else f"{ends[0]}–{ends[1]} years"
    if unit == "odds":
        ends = [format_number(round(end, 10)) for end in (low, high)]
        return f"{ends[0]}:1" if low == high else f"{ends[0]}–{ends[1]}:1"
    sign = "" if unit == _COSTS else "+"
    ends = ["0" if end == 0 else f"{end:{sign}g}" for end in (low, high)]
    return ends[0] if low == high else f"{ends[0]} to {ends[1]}"


def _share(value: float, unit: str, extent: float) -> float:
    """Place a value on its scale: probabilities, odds up to 10:1, costs, points either way."""
    if unit == "probability":
        share = value
    elif unit == "years":
        share = value / (value + _MIDDLE_YEARS)
    elif unit == "odds":
        share = math.log(max(value, 1.0)) / math.log(_ODDS_END)
    elif unit == _COSTS:
        share = value / extent
    else:
        share = (value + extent) / (2 * extent)
    return min(max(share, 0.0), 1.0)


def _cited(scenario: Scenario | None, cite: str) -> CitedPlace:
    place = read_citation(cite)
    source = scenario.sources.get(place.source) if scenario else None
    title = clean(source.title) if source else name_as_words(place.source)
    return CitedPlace(
        place.source, title, place.paragraph, web_address(source.url if source else None)
    )


def web_address(url: str | None) -> str | None:
    """Give an address only if it is one of the web: others could run something."""
    return url if url and url.lower().startswith(("https://", "http://")) else None
