"""The tasks about the ledger: what is kept of a contest, how it turned out, how good it was."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from middlegame.workbench.workers.worker import WorkerContext

if TYPE_CHECKING:
    from middlegame.ledger.records import Outcome


@dataclass(frozen=True)
class QuestionRecord:
    """A question as the ledger has it.

    Attributes:
        key: scenario and name.
        label: in words, as it was last put.
        due: when it is due.
        said: each record's number, forecaster, day and probability in words, the last first.
        outcome: yes, no, void; empty while it is open.
        settled: when and by which source.
    """

    key: str
    label: str
    due: str
    forecasts: tuple[tuple[int, str, str, str], ...]
    outcome: str
    resolution: str


@dataclass(frozen=True)
class CalibrationView:
    """Forecasts of about the same probability: their mean, how often it happened, its interval."""

    forecast: float
    happened: float
    low: float
    high: float
    count: int


@dataclass(frozen=True)
class ForecasterView:
    """How a forecaster did: name, questions, Brier and log scores in words, calibration."""

    forecaster: str
    count: int
    brier: str
    even_brier: str
    log_score: str
    bins: tuple[CalibrationView, ...]


@dataclass(frozen=True)
class LedgerView:
    """The ledger as the page shows it.

    Attributes:
        forecaster: the name that is proposed.
        answers: this contest's questions.
        standings: of everybody, over all contests.
        settled: how many questions are, in words.
        rules: how scores are made.
    """

    forecaster: str
    questions: tuple[QuestionRecord, ...]
    forecasters: tuple[ForecasterView, ...]
    summary: str
    rules: str


def read_ledger(bench: WorkerContext, scenario: str) -> LedgerView:
    """Read what the ledger has of a contest, and everybody's scores."""
    from middlegame.ledger.validation import forecaster_name
    from middlegame.ledger.ledger import Ledger
    from middlegame.ledger.scores import RULES
    from middlegame.report.text.words import clean, date, percent

    with Ledger.open() as ledger:
        records, scores = ledger.records(), ledger.score()
        outcomes = {each.question.key: each for each in ledger.resolutions()}
        questions = [q for q in ledger.questions() if q.scenario == scenario]
    answers = []
    for question in questions:
        said = [
            (record, forecast)
            for record in reversed(records)
            for forecast in record.forecasts
            if forecast.question == question
        ]
        found = outcomes.get(question.key)
        label = said[0][1].label or said[0][1].will or question.name
        answers.append(
            QuestionRecord(
                key=question.key,
                label=clean(label),
                due=question.due_words,
                forecasts=tuple(
                    (
                        record.id,
                        clean(record.forecaster),
                        date(record.made_at.date()),
                        percent(forecast.probability)
                        + (
                            f" ({percent(forecast.low)} to {percent(forecast.high)})"
                            if forecast.low is not None and forecast.high is not None
                            else ""
                        ),
                    )
                    for record, forecast in said
                ),
                outcome=found.outcome if found else "",
                resolution=f"{date(found.on)}, {clean(found.source)}" if found else "",
            )
        )
    return LedgerView(
        forecaster=forecaster_name(),
        questions=tuple(answers),
        forecasters=tuple(
            ForecasterView(
                forecaster=clean(each.forecaster),
                count=each.mean.count,
                brier=f"{each.mean.brier:.3f}",
                even_brier=f"{each.even_odds.brier:.3f}",
                log_score=f"{each.mean.log_score:.3f}",
                bins=tuple(
                    CalibrationView(b.forecast, b.happened / b.count, *b.wilson, b.count)
                    for b in each.bins
                ),
            )
            for each in scores.forecasters
        ),
        summary=(
            f"{scores.resolved} question{'' if scores.resolved == 1 else 's'} resolved, "
            f"{scores.happened} of them yes; "
            f"{scores.void} void; {scores.open} open"
        ),
        rules=RULES,
    )


def record_forecast(bench: WorkerContext, text: str, scenario: str, by: str, note: str) -> int:
    """Solve the scenario as written and keep the answers to its questions.

    Returns:
        The record's number.
    """
    from middlegame.ledger.ledger import Ledger

    live = bench.contest(text)
    with Ledger.open() as ledger:
        return ledger.record(live.base, text=text, note=note, by=by, name=scenario).id


def resolve_question(
    bench: WorkerContext,
    question: str,
    outcome: "Outcome",
    day: str,
    source: str,
    by: str,
    supersede: str,
) -> str:
    """Say how a question turned out, and give the question's key back."""
    from middlegame.ledger.validation import parse_day
    from middlegame.ledger.ledger import Ledger

    with Ledger.open() as ledger:
        found = ledger.resolve(
            question,
            outcome,
            on=parse_day(day),
            source=source,
            by=by,
            supersede=supersede or None,
        )
    return found.question.key
