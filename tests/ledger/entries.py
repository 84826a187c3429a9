"""Small entries, and a small resolved ledger, for tests."""

import datetime as dt
from pathlib import Path

import pytest

import middlegame as mg
from middlegame.ledger import Entry, Ledger, RecordedForecast
from middlegame.ledger.records import RecordedQuestion, RecordedScenario, digest
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
