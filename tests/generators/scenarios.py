"""Random valid scenarios for property tests: small contests that load, compile and solve."""

import datetime as dt

from hypothesis import strategies as st

from middlegame.base.text import normalize
from middlegame.scenario import (
    Actor,
    Cause,
    Causes,
    Citation,
    Condition,
    Evidence,
    Factor,
    Interest,
    Judgement,
    Move,
    Option,
    Question,
    Rule,
    Scenario,
    Source,
    Table,
    TableRow,
)
from middlegame.scenario.conditions import All, Any, Is, Not
from middlegame.scenario.model.judgement import parse_judgement
from middlegame.scenario.syntax import GAP

States = dict[str, tuple[str, ...]]
TEXTS = st.one_of(
    st.sampled_from(
        ["rent, against risk", "half #4", "a: b", "true", "3:1", "- x", "", 'it\'s "so"']
    ),
    st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn")), max_size=40).map(normalize),
    st.lists(st.sampled_from(["an", "argument", "in", "prose", "#", "{so}"]), max_size=40).map(
        " ".join
    ),
).filter(lambda text: text.strip() != GAP)  # a text that is still to be written
CITES = st.lists(
    st.builds(Citation, source=st.just("brief"), paragraph=st.none() | st.integers(1, 99)),
    max_size=2,
).map(tuple)
SIZES = st.sampled_from([0.01, 0.02, 0.1, 0.25, 1 / 3, 0.5, 0.6, 0.9, 0.99])


NUMBERS = {
    "gain": Judgement(10.0, 30.0, "points", label="The gain"),
    "share": Judgement(0.2, 0.6, "probability", best=0.3, why="a guess"),
    "exact": Judgement(2.5, 2.5, "points"),
}
"""Named numbers, of which some scenarios have some."""
FORMULAS = ("gain", "2 * gain - 10", "100 * share", "exact * gain * (1 - share)")


def points() -> st.SearchStrategy[Judgement]:
    """Exact points, and plain and skewed ranges of them."""
    ends = st.floats(-100, 100).map(lambda x: round(x, 3)) | st.integers(-100, 100).map(float)
    return (
        st.tuples(ends, ends).map(sorted).flatmap(lambda pair: _sourced(pair[0], pair[1], "points"))
    )


def worths(numbers: bool) -> st.SearchStrategy[Judgement]:
    """Points, among them formulas over named numbers if there are `numbers`."""
    if not numbers:
        return points()
    return points() | st.sampled_from(FORMULAS).map(lambda text: parse_judgement(text, "points"))


def probabilities() -> st.SearchStrategy[Judgement]:
    """Probabilities and ranges of them, never quite 0 or 1."""
    return (
        st.tuples(SIZES, SIZES)
        .map(sorted)
        .flatmap(lambda pair: _sourced(pair[0], pair[1], "probability"))
    )


@st.composite
def _sourced(draw, low: float, high: float, unit: str) -> Judgement:
    if draw(st.integers(0, 5)):
        best = draw(st.sampled_from([0.25, 0.5, 0.875])) if draw(st.booleans()) else None
        between = None if best is None else round(low + best * (high - low), 4)
        skewed = between is not None and low < between < high
        return Judgement(low, high, unit, best=between if skewed else None)
    cite = draw(st.sampled_from([(), ("brief#4",), ("brief", "brief#5")]))
    groups = st.sampled_from([(), (("g", 0.5),), (("g", -0.25), ("h", 0.75))])
    correlates = draw(groups) if low < high else ()
    why = draw(st.none() | TEXTS)
    label = draw(st.none() | st.just("The stake"))
    return Judgement(low, high, unit, why=why, cite=cite, correlates=correlates, label=label)


@st.composite
def distributions(draw, states: tuple[str, ...]) -> dict[str, Judgement]:
    """A distribution over the states: one certain, all exact, or one left to take the rest."""
    kind = draw(st.sampled_from(["certain", "exact", "rest"]))
    if kind == "certain":
        return {draw(st.sampled_from(states)): Judgement(1.0, 1.0, "probability")}
    if kind == "exact" and len(states) == 2:
        share = draw(st.sampled_from([0.25, 0.5, 0.75]))
        shares = (share, 1 - share)
        return {s: Judgement(p, p, "probability") for s, p in zip(states, shares, strict=True)}
    if len(states) == 2:
        return {draw(st.sampled_from(states)): draw(probabilities())}
    spared = draw(st.sampled_from(states))
    ranges = st.sampled_from([(0.1, 0.1), (0.05, 0.2), (0.1, 0.3)])
    return {state: Judgement(*draw(ranges), "probability") for state in states if state != spared}


@st.composite
def conditions(draw, states: States, depth: int = 2) -> Condition:
    """A condition that sometimes holds and sometimes does not, or an arbitrary combination."""
    kind = draw(st.sampled_from(["is", "is", "not", "all", "any"] if depth else ["is"]))
    if kind == "is":
        name = draw(st.sampled_from(sorted(states)))
        some = draw(
            st.lists(
                st.sampled_from(states[name]),
                min_size=1,
                max_size=len(states[name]) - 1,
                unique=True,
            )
        )
        return Is(name, tuple(some))
    parts = st.lists(conditions(states, depth - 1), min_size=2, max_size=3).map(tuple)
    if kind == "not":
        return Not(draw(conditions(states, depth - 1)))
    return (All if kind == "all" else Any)(draw(parts))


@st.composite
def factors(draw, before: States) -> Factor:
    """A factor that depends on nothing but what is before it, given in any of the four ways."""
    states = tuple(f"s{n}" for n in range(draw(st.integers(2, 3))))
    how = draw(st.sampled_from(["chance", "rules", "causes", "table"] if before else ["chance"]))
    if how == "causes":
        states = states[:2]
    clauses = {state: f"it comes to {state}" for state in states}
    words = {
        "states": clauses if draw(st.booleans()) else states,
        "headline": draw(st.booleans()),
        "label": draw(st.none() | TEXTS),
        "why": draw(st.none() | TEXTS),
    }
    if how == "chance":
        return Factor(**words, chance=draw(distributions(states)))
    if how == "causes":
        found = draw(st.lists(_causes(before), min_size=1, max_size=2).map(tuple))
        background = draw(st.just(Judgement(0.0, 0.0, "probability")) | probabilities())
        caused = draw(st.sampled_from(states))
        return Factor(**words, causes=Causes(**{caused: found}, background=background))
    if how == "table":
        given = tuple(
            draw(st.lists(st.sampled_from(sorted(before)), min_size=1, max_size=2, unique=True))
        )
        rows = [
            TableRow(when=when, then=draw(distributions(states)), cite=draw(CITES))
            for when in _combinations([before[name] for name in given])
        ]
        return Factor(**words, table=Table(given=given, rows=tuple(rows)))
    name = draw(st.sampled_from(sorted(before)))
    cases = before[name][: draw(st.integers(1, len(before[name]) - 1))]
    rules = [
        Rule(**{"if": Is(name, (case,))}, then=draw(distributions(states)), cite=draw(CITES))
        for case in cases
    ]
    return Factor(**words, rules=(*rules, Rule(then=draw(distributions(states)))))


@st.composite
def _causes(draw, before: States) -> Cause:
    return Cause(
        **{"if": draw(conditions(before))},
        chance=draw(probabilities()),
        why=draw(st.none() | TEXTS),
    )


@st.composite
def moves(draw, by: str, before: States, numbers: bool = False) -> Move:
    """A move that may know anything before it; its first option is always open."""
    names = [f"o{n}" for n in range(draw(st.integers(2, 3)))]
    knows = (
        draw(st.lists(st.sampled_from(sorted(before)), max_size=3, unique=True)) if before else []
    )
    known = {name: before[name] for name in knows}
    options = {}
    for position, name in enumerate(names):
        closed = position > 0 and known and draw(st.booleans())
        options[name] = Option(
            **{"if": draw(conditions(known, depth=1)) if closed else None},
            costs=draw(st.none() | worths(numbers)),
            says=draw(st.none() | st.just(f"it plays {name}")),
            weight=draw(st.sampled_from([None, None, 0.5, 2.0, 1 / 3])),
            label=draw(st.none() | TEXTS),
        )
    return Move(by=by, knows=tuple(knows), options=options, cite=draw(CITES))


@st.composite
def scenarios(draw, most_moves: int = 4, most_factors: int = 3, most_reports: int = 2) -> Scenario:
    """A valid contest of two or three actors; every check passes without an error."""
    actors = [f"actor{n}" for n in range(draw(st.integers(2, 3)))]
    numbers = draw(st.booleans())
    before: States = {}
    found_moves: dict[str, Move] = {}
    found_factors: dict[str, Factor] = {}
    kinds = ["move"] * draw(st.integers(1, most_moves))
    kinds += ["factor"] * draw(st.integers(0, most_factors))
    for position, kind in enumerate(draw(st.permutations(kinds))):
        name = f"{kind}_{position}"
        if kind == "move":
            move = draw(moves(draw(st.sampled_from(actors)), before, numbers))
            found_moves[name], before[name] = move, tuple(move.options)
        else:
            factor = draw(factors(before))
            found_factors[name], before[name] = factor, factor.states
    interests = {
        actor: tuple(
            Interest(
                when=draw(conditions(before)),
                worth=draw(worths(numbers)),
                label=draw(st.none() | TEXTS),
            )
            for _ in range(draw(st.integers(1, 3)))
        )
        for actor in actors
    }
    date = st.none() | st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1))
    reports = [
        Evidence(
            saw=draw(conditions(before)),
            likelihood=draw(likelihoods()),
            date=draw(date),
            seen_by=tuple(draw(st.lists(st.sampled_from(actors), max_size=2, unique=True))),
            label=draw(st.none() | TEXTS),
            cite=draw(CITES),
        )
        for _ in range(draw(st.integers(0, most_reports)))
    ]
    return Scenario(
        title=draw(TEXTS),
        about=draw(st.none() | TEXTS),
        as_of=draw(date),
        sources={"brief": Source(title=draw(TEXTS), date=draw(date))},
        actors={
            name: Actor(name=draw(TEXTS), precision=draw(st.none() | _precisions()))
            for name in actors
        },
        numbers=NUMBERS if numbers else {},
        moves=found_moves,
        factors=found_factors,
        interests=interests,
        precision=draw(_precisions()),
        evidence={f"report_{n}": report for n, report in enumerate(reports)},
        questions={"q-1": Question(will=draw(conditions(before)), by=draw(date))},
    )


def likelihoods() -> st.SearchStrategy[Judgement]:
    """How much more often a report comes where it is so, or less often."""
    return st.tuples(st.sampled_from([0.2, 1.0, 2.0]), st.sampled_from([2.0, 3.5, 12.0])).map(
        lambda pair: Judgement(*pair, "odds")
    )


def _precisions() -> st.SearchStrategy[Judgement]:
    return st.tuples(st.sampled_from([1.0, 1.5, 3.0]), st.sampled_from([3.0, 4.5])).map(
        lambda pair: Judgement(*pair, "odds")
    )


def _combinations(states: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    if not states:
        return [()]
    return [(first, *rest) for first in states[0] for rest in _combinations(states[1:])]
