"""What is fuzzed: for each format its seeds, its mutations, and what is done with a mutant."""

import contextlib
import csv
import datetime as dt
import io
import json
import math
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from middlegame.base.errors import QueryError
from middlegame.base.tables import TableForm
from middlegame.compiler import compile_scenario
from middlegame.diagram import Diagram
from middlegame.equilibrium.equilibrium import Equilibrium, solve
from middlegame.estimation.data import read_data
from middlegame.estimation.fit_data import prepare_data
from middlegame.io.efg import to_efg
from middlegame.io.json_form import from_json, to_json
from middlegame.io.nfg import from_nfg, to_nfg
from middlegame.ledger.import_export import read_entries
from middlegame.ledger.records import RecordedQuestion
from middlegame.ledger.validation import validate_entry
from middlegame.scenario import ScenarioError, read_text
from middlegame.scenario.formulas import parse_formula
from middlegame.scenario.yaml.tree import parse_yaml
from tests.estimation.histories import crisis, simulated
from tests.fuzz.mutations import mutate_bytes, mutate_data, mutate_numbers, mutate_text
from tests.paths import DATA, REFERENCE, ROOT

Random = random.Random
Mutate = Callable[[Random], str | bytes]
Use = Callable[[str | bytes, Path], None]


@dataclass(frozen=True)
class Target:
    """A format that is fuzzed.

    Attributes:
        weight: how often it is taken.
        mutate: makes a mutant.
        use: does with the mutant what a user would; the path is a file that it may write.
    """

    weight: int
    mutate: Mutate
    use: Use


CONDITIONS = (
    "renew = switch", "bid != offer and lease = lost", "not (lease = kept or depot = stays)",
    "lease = kept|lost and (bid = offer or renew = renew)", "harbour-2027",
)  # fmt: skip
FORMULAS = (
    "10 * elasticity", "logistic(b0 + b1 * rain)", "-abs(2 - 3) / 4 ^ 2",
    "exp(10) * (country = NA)",
    "min(1, max(0, x))", "base + (region = north|south) * 3",
)  # fmt: skip


@cache
def scenarios() -> tuple[str, ...]:
    """Return the texts of small contests which together use all of the language."""
    contests = ROOT / "src" / "middlegame" / "contests"
    files = [
        ROOT / "tests" / "scenario" / "golden" / "harbour.yaml",
        DATA / "siege.yaml",
        DATA / "table-of-a-move.yaml",
        contests / "starter.yaml",
        contests / "harbour-lease" / "scenario.yaml",
        *sorted((contests / "archetypes").glob("*.yaml")),
    ]
    return tuple(file.read_text("utf-8") for file in files)


@cache
def scenario_data() -> tuple[object, ...]:
    """Return the same contests as plain data."""
    return tuple(parse_yaml(text).data for text in scenarios())


def mutate_scenario(random: Random) -> str:
    """Return a mutated scenario; three in four keep the grammar."""
    if random.random() < 0.25:
        return mutate_text(random.choice(scenarios()), random)
    data = mutate_data(random.choice(scenario_data()), random)
    return json.dumps(data, ensure_ascii=False, indent=1)


def use_scenario(text: str | bytes, _file: Path) -> None:
    """Read, compile and solve a scenario."""
    assert isinstance(text, str)
    loaded = read_text(text)
    assert (loaded.scenario is None) == bool(loaded.errors)
    for fault in loaded.faults:
        assert fault.line >= 1
        assert "\n" not in str(fault)
    if loaded.scenario is None:
        raise ScenarioError(loaded.errors)
    answer(compile_scenario(loaded.scenario))


def answer(diagram: Diagram) -> None:
    """Solve a diagram; every forecast must be a distribution."""
    solved = solve(diagram, limit=1e6)
    for forecast in solved.forecasts.values():
        assert all(-1e-9 <= chance <= 1 + 1e-9 for chance in forecast.values()), forecast
        assert math.isclose(sum(forecast.values()), 1, abs_tol=1e-6), forecast
    assert all(map(math.isfinite, solved.points.values())), solved.points


@cache
def diagrams() -> tuple[str, ...]:
    """Return the JSON texts of small diagrams."""
    made = [file.read_text("utf-8") for file in sorted(REFERENCE.glob("*.json"))]
    compiled = [json.dumps(to_json(compile_scenario(read_text(text).scenario)))
                for text in scenarios()[:2]]  # fmt: skip
    return (*made, *compiled)


def mutate_json(random: Random) -> str:
    """Return a mutated diagram; three in four keep the grammar."""
    text = random.choice(diagrams())
    if random.random() < 0.25:
        return mutate_text(text, random)
    return json.dumps(mutate_data(json.loads(text), random))


def use_json(text: str | bytes, _file: Path) -> None:
    """Read, export and solve a diagram."""
    assert isinstance(text, str)
    diagram = from_json(text, "a.json")
    with contextlib.suppress(QueryError):
        to_efg(diagram, limit=2000)
    answer(diagram)


@cache
def strategic_games() -> tuple[str, ...]:
    """Return the texts of small strategic games, in both versions of the format."""
    made = [to_nfg(from_json(text)) for text in diagrams()[:3]]
    outcomes = (
        'NFG 1 R "t" { "A" "B" } { { "x" "y" } { "u" "v" } } "a comment"\n'
        '{ { "one" 1, 2 } { "two" 3.5 -4 } { "" 1/2, 0 } }\n1 2 0 3\n'
    )
    return (*made, outcomes, (DATA / "cases" / "GAME.NFG").read_text("utf-8"))


def mutate_nfg(random: Random) -> str:
    """Return a mutated strategic game."""
    change = random.choice((mutate_text, mutate_numbers))
    return change(random.choice(strategic_games()), random)


def use_nfg(text: str | bytes, _file: Path) -> None:
    """Read and solve a strategic game."""
    assert isinstance(text, str)
    answer(from_nfg(text, "a.nfg"))


@cache
def histories() -> tuple[str, bytes]:
    """Return a history for `fit` as CSV and as Parquet."""
    frame = simulated(12, unseen=0.2)
    stream = io.BytesIO()
    frame.to_parquet(stream)
    return frame.round(3).to_csv(index=False), stream.getvalue()


def mutate_csv(text: str, random: Random) -> bytes:
    """Return a mutated table in a random form of CSV."""
    change = random.choice((mutate_text, mutate_numbers))
    rows = list(csv.reader(io.StringIO(text)))
    separator = random.choice(",;\t|")
    body = "\n".join(separator.join(row) for row in rows)
    if separator != "," and random.random() < 0.5:
        body = body.replace(".", ",")
    encoding = random.choice(("utf-8", "utf-8-sig", "utf-16", "cp1252", "utf-32"))
    return change(body, random).encode(encoding, errors="ignore")


def use_history(raw: str | bytes, file: Path) -> None:
    """Read a table and prepare it for a fit."""
    assert isinstance(raw, bytes)
    file.write_bytes(raw)
    prepare_data(crisis(), read_data(file))


_CELLS = (
    "yes", "no", "NA", "", "0", 1, 0.5, -3, math.nan, math.inf, True, None, b"\xff", [1], {"a": 1},
    dt.date(2026, 1, 8), Decimal("0.1"), 10**17,
)  # fmt: skip


def mutate_parquet(random: Random) -> bytes:
    """Return a damaged Parquet file, or one in which a column holds cells of another type."""
    if random.random() < 0.3:
        return mutate_bytes(histories()[1], random)
    table = parquet.read_table(io.BytesIO(histories()[1]))
    place = random.randrange(table.num_columns)
    cell = random.choice(_CELLS)
    cells = [random.choice((cell, None)) for _ in range(table.num_rows)]
    name = random.choice((table.column_names[place], *table.column_names, "other"))
    stream = io.BytesIO()
    parquet.write_table(table.set_column(place, name, pa.array(cells)), stream)
    return stream.getvalue()


def use_parquet(raw: str | bytes, file: Path) -> None:
    """Read a Parquet file and prepare it for a fit."""
    use_history(raw, file.with_suffix(".parquet"))


FORECASTS = (
    "forecaster,question,probability,date,low,high,note\n"
    "Ann,valley-2026,0.2,2026-01-11,0.1,0.3,a note\n"
    'Bjørn,harbour/lease,30%,2026-01-12T10:00Z,,,"says, ""maybe"""\n'
)
QUESTIONS = tuple(
    RecordedQuestion(scenario=scenario, name=name)
    for scenario, name in (("harbour", "lease"), ("border", "valley-2026"))
)


def use_forecasts(raw: str | bytes, file: Path) -> None:
    """Read and check forecasts for the ledger."""
    assert isinstance(raw, bytes)
    file.write_bytes(raw)
    for entry in read_entries(file, TableForm(), QUESTIONS):
        validate_entry(entry)


@cache
def harbour() -> Equilibrium:
    """Return the solved contest that conditions are asked of."""
    return solve(read_text(scenarios()[0]).scenario)


def use_condition(text: str | bytes, _file: Path) -> None:
    """Ask for a condition's probability, condition on it, and read it as a formula."""
    assert isinstance(text, str)
    with contextlib.suppress(ValueError):
        parse_formula(text)
    chance = harbour().probability(text)
    assert 0 <= chance <= 1 + 1e-9
    harbour().given(text, likelihood=4)


_TOKENS = ("lease", "kept", "lost", "bid", "offer", "=", "!=", "|", "and", "or", "not", "(", ")",
           "2", "depot@last", "+", "*")  # fmt: skip


def mutate_condition(random: Random) -> str:
    """Return a condition or a formula with characters, or some of its words, exchanged."""
    text = random.choice((*CONDITIONS, *FORMULAS))
    if random.random() < 0.4:
        return mutate_text(text, random)
    words = re.findall(r"\w+|[^\w\s]", text)
    known = (*words, *_TOKENS) if random.random() < 0.5 else words
    for _ in range(random.randint(0, 2)):
        words[random.randrange(len(words))] = random.choice(known)
    return " ".join(words)


TARGETS: Mapping[str, Target] = {
    "scenario": Target(40, mutate_scenario, use_scenario),
    "json": Target(16, mutate_json, use_json),
    "nfg": Target(10, mutate_nfg, use_nfg),
    "history": Target(8, lambda random: mutate_csv(histories()[0], random), use_history),
    "parquet": Target(6, mutate_parquet, use_parquet),
    "forecasts": Target(8, lambda random: mutate_csv(FORECASTS, random), use_forecasts),
    "condition": Target(12, mutate_condition, use_condition),
}
