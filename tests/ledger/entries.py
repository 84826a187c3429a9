"""Small entries to put into ledgers."""

import datetime as dt

from middlegame.ledger import Entry, Forecast
from middlegame.ledger.dates import beginning, parse_day
from middlegame.ledger.records import Question, Scenario, digest


def question(name: str = "q", by: str | None = "2026-06-30", scenario: str = "s") -> Question:
    return Question(scenario=scenario, name=name, by=parse_day(by) if by else None)


def entry(
    probability: float = 0.3, *, by: str = "anna", day: str = "2026-01-01", **more: object
) -> Entry:
    asked = more.pop("question", question())
    forecast = Forecast(question=asked, probability=probability)
    moment = beginning(parse_day(day))
    return Entry(forecaster=by, made_at=moment, forecasts=(forecast,), **more)


def scenario(text: str = "title: S\n", name: str = "s") -> Scenario:
    day = dt.date(2026, 1, 1)
    return Scenario(name=name, title="S", sha256=digest(text), text=text, as_of=day)
