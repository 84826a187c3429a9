"""The tasks about the ledger: read it, record a forecast, resolve a question."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from middlegame.workbench.workers.worker import WorkerContext

if TYPE_CHECKING:
    from middlegame.ledger.records import (
        Record,
        RecordedForecast,
        RecordedQuestion,
        Resolution,
    )
    from middlegame.ledger.scores import ForecasterScores
    from middlegame.ledger.value_scores import ValueScores


@dataclass(frozen=True)
class QuestionRecord:
    """A question of the ledger, with its forecasts.

    Attributes:
        key: the scenario and the question's name.
        label: the question in words, as it was last asked.
        due: its due date in words.
        unit: of the value it asks for, may be empty; None where the answer is yes or no.
        forecasts: number, forecaster, day and answer of each record, the latest first, and why it
            is not scored; empty where it is, or may be.
        outcome: yes, no, void or the value; empty while the question is open.
        resolution: the date and source of the resolution; empty while the question is open.
    """

    key: str
    label: str
    due: str
    unit: str | None
    forecasts: tuple[tuple[int, str, str, str, str], ...]
    outcome: str
    resolution: str


@dataclass(frozen=True)
class CalibrationView:
    """One bin of a calibration chart: forecasts of about the same probability.

    Attributes:
        forecast: the mean probability of the forecasts.
        happened: the share of them that came true.
        low: the lower end of the 95% interval of that share.
        high: the upper end of the 95% interval of that share.
        count: the number of forecasts.
    """

    forecast: float
    happened: float
    low: float
    high: float
    count: int


@dataclass(frozen=True)
class ForecasterView:
    """A forecaster's scores.

    Attributes:
        forecaster: the name.
        count: the number of questions that were scored.
        brier: the mean Brier score, as text.
        even_brier: the mean Brier score of a forecast of 50%, as text.
        log_score: the mean logarithmic score, as text.
        bins: the calibration chart.
    """

    forecaster: str
    count: int
    brier: str
    even_brier: str
    log_score: str
    bins: tuple[CalibrationView, ...]


@dataclass(frozen=True)
class LedgerView:
    """The ledger as a contest's page shows it.

    Attributes:
        forecaster: the default forecaster.
        questions: the contest's questions.
        forecasters: the scores of all forecasters, over all contests.
        values: of forecasts of values: the forecaster, how many, the CRPS, that of a uniform
            distribution, and how many values lay in the 90% interval.
        summary: the number of questions that are resolved, void and open, in words.
        rules: how scores are computed, in words.
    """

    forecaster: str
    questions: tuple[QuestionRecord, ...]
    forecasters: tuple[ForecasterView, ...]
    values: tuple[tuple[str, str, str, str, str], ...]
    summary: str
    rules: str


def read_ledger(context: WorkerContext, scenario: str) -> LedgerView:
    """Read a contest's records, and the scores of all forecasters.

    Args:
        context: the worker's cache, progress and cancellation.
        scenario: the scenario's name in the ledger.
    """
    from middlegame.ledger.ledger import Ledger
    from middlegame.ledger.scores import RULES
    from middlegame.ledger.validation import forecaster_name

    with Ledger.open() as ledger:
        records, scores = ledger.records(), ledger.score()
        resolutions = {each.question.key: each for each in ledger.resolutions()}
        questions = [each for each in ledger.questions() if each.scenario == scenario]
    return LedgerView(
        forecaster=forecaster_name(),
        questions=tuple(
            _question_record(question, records, resolutions.get(question.key))
            for question in questions
        ),
        forecasters=tuple(map(_forecaster_view, scores.forecasters)),
        values=tuple(map(_value_scores, scores.values)),
        summary=scores.summary,
        rules=RULES,
    )


def _question_record(
    question: "RecordedQuestion", records: Sequence["Record"], resolution: "Resolution | None"
) -> QuestionRecord:
    """Describe a question with its forecasts, the latest first."""
    from middlegame.report.text.numbers import date
    from middlegame.report.text.words import clean

    forecasts = [
        (record, forecast)
        for record in reversed(records)
        for forecast in record.forecasts
        if forecast.question == question
    ]
    latest = forecasts[0][1]
    return QuestionRecord(
        key=question.key,
        label=clean(latest.label or latest.will or question.name),
        due=_due_words(question),
        unit=clean(question.scale.unit) if question.scale else None,
        forecasts=tuple(
            (
                record.id,
                clean(record.forecaster),
                date(record.made_at.date()),
                _answer_words(forecast),
                _why_unscored(record, question, resolution),
            )
            for record, forecast in forecasts
        ),
        outcome=clean(resolution.words) if resolution else "",
        resolution=f"{date(resolution.on)}, {clean(resolution.source)}" if resolution else "",
    )


def _due_words(question: "RecordedQuestion") -> str:
    from middlegame.report.text.numbers import date

    if question.due is None:
        return "without a date"
    return f"{'by' if question.by else 'on'} {date(question.due)}"


def _why_unscored(
    record: "Record", question: "RecordedQuestion", resolution: "Resolution | None"
) -> str:
    """Return why a record's forecast of a question is not scored; empty where it is, or may be."""
    made = record.made_at.date()
    if question.due is not None and made > question.due:
        return "not scored, as made after the question's day"
    if resolution is not None and made >= resolution.on:
        return "not scored, as made on the day of the resolution or later"
    return ""


def _answer_words(forecast: "RecordedForecast") -> str:
    """Return a probability with its 90% interval, or a value's mean with its own."""
    from middlegame.report.text.numbers import percent
    from middlegame.report.text.scales import rounded_value
    from middlegame.scenario.model.judgement import format_number

    on_scale = forecast.on_scale
    if on_scale is not None:
        low, high = map(format_number, on_scale.ninety)
        return f"{rounded_value(on_scale.mean, on_scale.step)} ({low} to {high})"
    words = percent(forecast.probability)
    if forecast.low is None or forecast.high is None:
        return words
    return f"{words} ({percent(forecast.low)} to {percent(forecast.high)})"


def _forecaster_view(scores: "ForecasterScores") -> ForecasterView:
    """Describe a forecaster's scores."""
    from middlegame.report.text.words import clean

    return ForecasterView(
        forecaster=clean(scores.forecaster),
        count=scores.mean.count,
        brier=f"{scores.mean.brier:.3f}",
        even_brier=f"{scores.even_odds.brier:.3f}",
        log_score=f"{scores.mean.log_score:.3f}",
        bins=tuple(
            CalibrationView(each.forecast, each.happened / each.count, *each.wilson, each.count)
            for each in scores.bins
        ),
    )


def _value_scores(scores: "ValueScores") -> tuple[str, str, str, str, str]:
    """Return a forecaster's scores on values as the cells of a row."""
    from middlegame.report.text.words import clean

    count = len(scores.scored)
    return (
        clean(scores.forecaster),
        str(count),
        f"{scores.crps:.3f}",
        f"{scores.uniform:.3f}",
        f"{scores.inside} of {count}",
    )


def record_forecast(context: WorkerContext, text: str, scenario: str, by: str, note: str) -> int:
    """Record the answers to a scenario's questions, as `middlegame ledger record` does.

    They are means over a sweep of the scenario as written, with their 90% intervals.

    Args:
        context: the worker's cache, progress and cancellation.
        text: the scenario's text.
        scenario: the name under which it is recorded.
        by: the forecaster's name.
        note: a remark for the record.

    Returns:
        The number of the record.

    Raises:
        ScenarioError: the text has faults.
        LedgerError: the forecast cannot be recorded; said before anything is solved.
    """
    from middlegame.ledger.entries import require_recordable
    from middlegame.ledger.ledger import Ledger
    from middlegame.scenario.faults import ScenarioError
    from middlegame.scenario.yaml.dump import dumps
    from middlegame.sweeps.run import sweep

    with Ledger.open() as ledger:  # first: one that cannot be used is reported without waiting
        loaded = context.read(text)
        if loaded.scenario is None:
            raise ScenarioError(loaded.errors)
        require_recordable(loaded.scenario, text)
        context.report("Solving the scenario")
        middle = context.contest(text).base
        answers = sweep(middle, progress=context.progress("Solving worlds"))
        if loaded.places.files:  # the text stands by itself
            text = dumps(loaded.scenario)
        return ledger.record(answers, text=text, note=note, by=by, name=scenario).id


def resolve_question(
    context: WorkerContext,
    question: str,
    outcome: str,
    day: str,
    source: str,
    by: str,
    supersede: str,
) -> str:
    """Resolve a question.

    Args:
        context: the worker's cache, progress and cancellation.
        question: the question's key.
        outcome: yes, no, void, or the value of a question for one.
        day: the date of the resolution, such as 2026-12-31.
        source: the source of the resolution.
        by: the name of the resolver.
        supersede: why an earlier resolution no longer counts; empty where there is none.

    Returns:
        The question's key.
    """
    from middlegame.ledger.ledger import Ledger
    from middlegame.ledger.validation import parse_day, parse_outcome

    with Ledger.open() as ledger:
        found = ledger.resolve(
            question,
            parse_outcome(outcome),
            on=parse_day(day),
            source=source,
            by=by,
            supersede=supersede or None,
        )
    return found.question.key
