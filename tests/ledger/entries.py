"""Small entries, and a small resolved ledger, for tests."""

import datetime as dt
from pathlib import Path

import pytest
from alembic import command as alembic
from alembic.config import Config
from sqlalchemy import text

import middlegame as mg
from middlegame.ledger import Entry, Ledger, RecordedForecast, database
from middlegame.ledger.records import QuestionScale, RecordedQuestion, RecordedScenario, digest
from middlegame.ledger.validation import parse_day, start_of_day
from middlegame.scenario import read_text


def question(
    name: str = "q", by: str | None = "2026-06-30", scenario: str = "s"
) -> RecordedQuestion:
    return RecordedQuestion(scenario=scenario, name=name, by=parse_day(by) if by else None)


def entry(
    probability: float = 0.3, *, by: str = "anna", day: str = "2026-01-01", **more: object
) -> Entry:
    asked = more.pop("question", question())
    forecast = RecordedForecast(question=asked, probability=probability)
    moment = start_of_day(parse_day(day))
    return Entry(forecaster=by, made_at=moment, forecasts=(forecast,), **more)


PRICE = RecordedQuestion(
    scenario="s", name="price", on=parse_day("2026-06-30"), scale=QuestionScale(0, 40, "dollars")
)
PAIRS = ((0.0, 0.1), (10.0, 0.2), (20.0, 0.4), (40.0, 0.3))


def priced(
    pairs: tuple[tuple[float, float], ...] = PAIRS, *, by: str = "anna", day: str = "2026-01-01"
) -> Entry:
    """A forecast of a value on a scale, as pairs of a value and its probability."""
    forecast = RecordedForecast(
        question=PRICE, probability=sum(p for _, p in pairs), distribution=pairs
    )
    made_at = start_of_day(parse_day(day))
    return Entry(forecaster=by, made_at=made_at, forecasts=(forecast,))


def make_older(place: str, revision: str, *commands: str) -> None:
    """Make a ledger whose tables are those of an older revision, and execute commands in it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "_upgrade", lambda *_: None)
        engine = database.connect(database.locate(place))
    config = Config()
    config.set_main_option("script_location", "middlegame.ledger:migrations")
    writing = {database.WRITING: True}
    with engine.connect().execution_options(**writing) as connection, connection.begin():
        config.attributes["connection"] = connection
        alembic.upgrade(config, revision)
        for command in commands:
            connection.execute(text(command))
    engine.dispose()


def scenario(text: str = "title: S\n", name: str = "s") -> RecordedScenario:
    day = dt.date(2026, 1, 1)
    return RecordedScenario(name=name, title="S", sha256=digest(text), text=text, as_of=day)


def fill_with_resolved_records(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Record one forecast with its scenario and one without, and resolve their questions."""
    from tests.analysis.test_attribution import RANGED  # imports this module

    solved = mg.solve(read_text(RANGED).scenario).middle
    day = dt.datetime(2026, 1, 10, tzinfo=dt.UTC)
    with Ledger.open(place) as ledger:
        with monkeypatch.context() as patch:
            patch.setattr("middlegame.ledger.entries.now", lambda: day)
            ledger.record(solved, text=RANGED, by="anna", name="s")
        asked = RecordedQuestion(scenario="s", name="n-p", on=dt.date(2026, 12, 31))
        ledger.add([entry(0.4, by="bob", question=asked)])
        for name, outcome in (("f-on", "yes"), ("n-p", "no")):
            ledger.resolve(name, outcome, on=dt.date(2026, 2, 1), source="the news", by="us")
