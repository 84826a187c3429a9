"""The ledger in the terminal: records, questions, resolutions."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rich.console import Console

from middlegame.base.errors import MiddlegameError
from middlegame.ledger.records import Record, RecordedForecast, RecordedQuestion, Resolution
from middlegame.ledger.validation import today
from middlegame.report.terminal.columns import Page
from middlegame.report.text.grammar import join_list
from middlegame.report.text.judgement_values import value_words
from middlegame.report.text.judgements import judgement_words
from middlegame.report.text.narrative import question_label
from middlegame.report.text.numbers import date, percent
from middlegame.report.text.scales import rounded_value, scale_clause
from middlegame.report.text.words import Words, clean
from middlegame.scenario.model.judgement import format_number

if TYPE_CHECKING:
    import datetime as dt

    from middlegame.ledger.import_export import ImportResult

_HASH = 12
_MOST_NUMBERS = 12


def show_recorded(record: Record, earlier: Sequence[Record], place: str, console: Console) -> None:
    """Print a new record, with warnings about its questions."""
    page = Page(console)
    page.title(f"Recorded as {record.id}", f"in the ledger {clean(place)}")
    _forecasts(page, record, {})
    page.notes(_cautions(record, earlier))
    _provenance(page, record)


def show_record(record: Record, resolutions: Sequence[Resolution], console: Console) -> None:
    """Print one record, with the outcomes of its questions."""
    page = Page(console)
    page.title(f"Record {record.id}")
    _forecasts(page, record, {each.question.key: each for each in resolutions})
    if record.theta:
        page.section("Numbers", f"the values of {len(record.theta)} uncertain numbers")
        words = record_words(record)
        labels = number_labels(words)
        known = {each.name: each for each in words.diagram.parameters} if words else {}
        for name, value in list(record.theta.items())[:_MOST_NUMBERS]:
            number = value_words(known[name], value) if name in known else f"{value:.4g}"
            page.hanging(f"{number:>10}", labels.get(name, clean(name)))
        more = len(record.theta) - _MOST_NUMBERS
        if more > 0:
            page.paragraph(f"and {more} more; see --json", style="dim")
        page.gap()
    _provenance(page, record)


def show_list(
    records: Sequence[Record],
    questions: Sequence[RecordedQuestion],
    resolutions: Sequence[Resolution],
    place: str,
    console: Console,
) -> None:
    """Print all records, then the state of each question."""
    page = Page(console)
    page.title("The ledger", clean(place))
    if not records:
        page.paragraph("The ledger is empty. To record a forecast: middlegame ledger record FILE")
        return
    page.section("Records")
    for record in records:
        page.hanging(str(record.id), _line(record))
    page.gap()
    page.section("Questions")
    outcomes = {each.question.key: each for each in resolutions}
    for question in questions:
        page.paragraph(f"{clean(question.key)}: {_state(question, outcomes.get(question.key))}")


def show_resolved(resolution: Resolution, records: Sequence[Record], console: Console) -> None:
    """Print the outcome of a question, with the last forecast of each forecaster."""
    page = Page(console)
    question = resolution.question
    page.title(f"{clean(question.key)}: {clean(resolution.words)}")
    page.paragraph(
        f"Settled on {date(resolution.on)}; {clean(resolution.source)}. "
        f"Entered by {clean(resolution.by)}."
    )
    if resolution.supersede:
        page.paragraph(f"Supersedes the earlier resolution: {clean(resolution.supersede)}")
    page.gap()
    _scale_caution(page, resolution)
    due = question.due
    early = due is not None and resolution.on < due
    if early and (question.on is not None or resolution.outcome == "no"):
        page.paragraph(f"The question was open until {date(due)}." if due else "", mark="!")
        page.gap()
    if question.on is None and due and resolution.on > due and resolution.outcome == "yes":
        page.paragraph(
            f"The question was due {date(due)}; yes means that it happened by then.", mark="!"
        )
        page.gap()
    late = [
        str(record.id)
        for record in records
        if record.made_at.date() >= resolution.on
        and any(forecast.question == question for forecast in record.forecasts)
    ]
    if late:
        page.paragraph(
            f"Not scored, because made on that day or later: {', '.join(late)}.", mark="!"
        )
        page.gap()
    last = {
        record.forecaster: forecast
        for record in sorted(records, key=lambda record: (record.made_at, record.id))
        for forecast in record.forecasts
        if forecast.question == question and record.made_at.date() < resolution.on
    }
    if last:
        page.section("Forecasts", "the last of each forecaster before that day")
        for forecaster, forecast in last.items():
            on_scale = forecast.on_scale
            if on_scale is None:
                page.bar(clean(forecaster), forecast.probability)
                continue
            score = ""
            if resolution.value is not None and question.scale is not None:
                crps = on_scale.crps(resolution.value, question.scale.length)
                score = f" CRPS {crps:.3f} of the scale's length."
            page.paragraph(f"{clean(forecaster)}: {scale_clause(on_scale)}{score}")


def _scale_caution(page: Page, resolution: Resolution) -> None:
    scale, value = resolution.question.scale, resolution.value
    if scale is None or value is None or scale.least <= value <= scale.most:
        return
    page.paragraph(
        f"{format_number(value)} is outside the scale, from {format_number(scale.least)} to "
        f"{format_number(scale.most)} {clean(scale.unit)}".rstrip()
        + ". It is scored as it stands.",
        mark="!",
    )
    page.gap()


def show_imported(found: "ImportResult", console: Console) -> None:
    """Print the result of an import."""
    page = Page(console)
    known = f"; {_count(found.duplicates, 'row')} already in the ledger" if found.duplicates else ""
    page.paragraph(f"{_count(found.added, 'forecast')} added{known}.")
    names = join_list([clean(name) for name in dict.fromkeys(r.forecaster for r in found.records)])
    page.paragraph(f"By {names}.")


def _forecasts(page: Page, record: Record, outcomes: dict[str, Resolution]) -> None:
    common = {_due(forecast.question) for forecast in record.forecasts}
    due = common.pop() if len(common) == 1 else ""
    page.section("Questions", due)
    words = record_words(record)
    for forecast in record.forecasts:
        on_scale, label = forecast.on_scale, forecast_label(forecast, words)
        if on_scale is None:
            page.bar(label + _aside(forecast, due), forecast.probability, worded=True)
        else:
            page.paragraph(f"{label}{_aside(forecast, due)}: {scale_clause(on_scale)}")
        settled = outcomes.get(forecast.question.key)
        if settled is not None:
            page.paragraph(f"{'':4}{_outcome(settled)}", style="bold")
    page.gap()


def _aside(forecast: RecordedForecast, common: str) -> str:
    parts = [] if common or not forecast.question.due else [_due(forecast.question)]
    if forecast.low is not None and forecast.high is not None:
        parts.append(f"90% interval {percent(forecast.low)} to {percent(forecast.high)}")
    return f" ({', '.join(parts)})" if parts else ""


def record_words(record: Record) -> Words | None:
    """Return the words of a record's scenario; None where there is none that can be read."""
    from middlegame.ledger.difference import reopen

    try:
        contest = reopen(record)
        return Words(contest.diagram(), contest.scenario)
    except MiddlegameError:
        return None


def forecast_label(forecast: RecordedForecast, words: Words | None) -> str:
    """Return a question's label; without one its condition in words, or as it is written."""
    name = forecast.question.name
    if words is not None and words.scenario is not None and name in words.scenario.questions:
        return question_label(words, words.scenario.questions[name])
    return clean(forecast.label or forecast.will or name)


def number_labels(words: Words | None) -> dict[str, str]:
    """Return the label of each uncertain number, by its path; none without a scenario."""
    if words is None:
        return {}
    return {each.name: judgement_words(words, each) for each in words.diagram.parameters}


def _due(question: RecordedQuestion) -> str:
    if question.due is None:
        return ""
    return f"{'by' if question.by else 'on'} {date(question.due)}"


def _provenance(page: Page, record: Record) -> None:
    parts = [f"{clean(record.forecaster)}, {_moment(record.made_at)}"]
    if record.scenario is not None:
        scenario = record.scenario
        as_of = f", as of {date(scenario.as_of)}" if scenario.as_of else ""
        view = f"#{clean(scenario.view)}" if scenario.view else ""
        parts.append(f"{clean(scenario.title)} ({clean(scenario.name)}{view}){as_of}")
        parts.append(f"text {scenario.sha256[:_HASH]}")
    if record.sample is not None:
        parts.append(f"means over {record.sample.worlds:,} worlds")
    if record.version:
        parts.append(f"middlegame {clean(record.version)}")
    if record.made_at != record.recorded_at and not record.version:
        parts.append(f"imported {_moment(record.recorded_at)}")
    page.paragraph(f"{'; '.join(parts)}.", style="dim")
    if record.note:
        page.paragraph(f"Note: {clean(record.note)}")


def _cautions(record: Record, earlier: Iterable[Record]) -> Iterable[str]:
    before: dict[str, RecordedForecast] = {}
    for old in earlier:
        if old.id < record.id:
            before |= {f.question.key: f for f in old.forecasts if f.will is not None}
    asked = [forecast.question for forecast in record.forecasts]
    over = [q for q in asked if q.due is not None and q.due < record.made_at.date()]
    if over:
        yield f"Not scored, because the forecast is later than the question's day: {_names(over)}."
    dateless = [q for q in asked if q.due is None]
    if dateless:
        yield f"Questions without a date: {_names(dateless)}. Give each a date with 'by' or 'on'."
    for forecast in record.forecasts:
        question = forecast.question
        old_forecast = before.get(question.key)
        if old_forecast is None:
            continue
        if (old_forecast.will, old_forecast.resolves) != (forecast.will, forecast.resolves):
            yield (
                f"The wording of '{clean(question.name)}' has changed. If it is another question "
                "now, give it another name."
            )


def _names(questions: Sequence[RecordedQuestion]) -> str:
    return join_list([clean(question.name) for question in questions])


def _line(record: Record) -> str:
    forecasts = ", ".join(
        f"{clean(f.question.name if record.scenario else f.question.key)} {_short_answer(f)}"
        for f in record.forecasts
    )
    view = f"#{clean(record.scenario.view)}" if record.scenario and record.scenario.view else ""
    scenario = f"{clean(record.scenario.name)}{view}: " if record.scenario else ""
    note = f" - {clean(record.note)}" if record.note else ""
    return f"{_moment(record.made_at)}, {clean(record.forecaster)}: {scenario}{forecasts}{note}"


def _short_answer(forecast: RecordedForecast) -> str:
    """Return a probability, or the mean of a value with its 90% interval."""
    on_scale = forecast.on_scale
    if on_scale is None:
        return percent(forecast.probability)
    low, high = map(format_number, on_scale.ninety)
    return f"{rounded_value(on_scale.mean, on_scale.step)} ({low} to {high})"


def _state(question: RecordedQuestion, settled: Resolution | None) -> str:
    if settled is not None:
        return _outcome(settled)
    if question.due is None:
        return "open, without a date"
    if question.due < today():
        return f"overdue since {date(question.due)}"
    return f"open, {_due(question)}"


def _outcome(settled: Resolution) -> str:
    return f"{clean(settled.words)}, settled on {date(settled.on)} ({clean(settled.source)})"


def _moment(moment: "dt.datetime") -> str:
    if (moment.hour, moment.minute, moment.second, moment.microsecond) == (0, 0, 0, 0):
        return date(moment)
    return f"{date(moment)} {moment:%H:%M} UTC"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
