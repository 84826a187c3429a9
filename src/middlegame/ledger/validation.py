"""Check what people enter: days, names, forecasts and resolutions."""

import datetime as dt
import getpass
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from middlegame.base.spelling import nearest
from middlegame.base.text import normalize
from middlegame.ledger.errors import LedgerError
from middlegame.ledger.records import (
    OUTCOMES,
    Entry,
    Outcome,
    RecordedForecast,
    RecordedQuestion,
    Resolution,
)
from middlegame.scenario.model.judgement import format_number

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_LONGEST_UID = 64
_ROUNDING = 1e-6
"""How far the probabilities of values may be from their total."""


def today() -> dt.date:
    """Return the later of the user's day and UTC's day; any later day is in the future."""
    return max(dt.datetime.now().astimezone().date(), dt.datetime.now(dt.UTC).date())


def parse_day(text: str) -> dt.date:
    """Read a day written as 2026-12-31.

    Raises:
        LedgerError: the text is no date, or the date is in no calendar.
    """
    if not _DAY.fullmatch(text.strip()):
        raise LedgerError(f"'{text}' is not a date; expected one such as 2026-12-31")
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError:
        raise LedgerError(f"{text.strip()} is in no calendar") from None


def parse_moment(text: str) -> dt.datetime:
    """Read a day with a time, or a day alone, which stands for its beginning in UTC.

    Returns:
        The moment in UTC; a time without a zone is taken as UTC.

    Raises:
        LedgerError: the text is neither.
    """
    if "T" not in text and ":" not in text:
        return start_of_day(parse_day(text))
    try:
        moment = dt.datetime.fromisoformat(text.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise LedgerError(
            f"'{text}' is not a date; expected one such as 2026-12-31 or 2026-12-31T09:00Z"
        ) from None


def start_of_day(day: dt.date) -> dt.datetime:
    """Return the moment at which a day begins, in UTC."""
    return dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)


def forecaster_name(given: str | None = None) -> str:
    """Return the name to record: the given one, or the user's account name."""
    if given is not None:
        return given.strip()
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # an account without a name; no `pwd` on Windows
        return "unnamed"


def find_question(name: str, questions: Sequence[RecordedQuestion]) -> RecordedQuestion:
    """Find a question by its name, or by SCENARIO/QUESTION.

    Raises:
        LedgerError: no question has that name, or questions of several scenarios have it.
    """
    name = normalize(name)
    found = [q for q in questions if q.key == name] or [q for q in questions if q.name == name]
    if len(found) > 1:
        keys = " or ".join(question.key for question in found)
        raise LedgerError(f"more than one scenario asks '{name}': write {keys}")
    if not found:
        known = [q.key for q in questions] if "/" in name else [q.name for q in questions]
        raise _unknown_name("question", name, list(dict.fromkeys(known)))
    return found[0]


def check_scenario(name: str, questions: Sequence[RecordedQuestion]) -> None:
    """Check that a scenario asks at least one of the questions.

    Raises:
        LedgerError: it asks none of them.
    """
    names = dict.fromkeys(question.scenario for question in questions)
    if name not in names:
        raise _unknown_name("scenario", name, list(names))


def _unknown_name(kind: str, name: str, known: Sequence[str]) -> LedgerError:
    if not known:
        return LedgerError(f"there is no {kind} '{name}': the ledger is empty")
    near = nearest(name, known)
    hint = f"did you mean '{near}'?" if near else f"there are: {', '.join(known)}"
    return LedgerError(f"the ledger has no {kind} '{name}'; {hint}")


def validate_entry(entry: Entry) -> Entry:
    """Check that an entry may be recorded.

    Returns:
        The entry, with blanks around the forecaster's name and the note removed.

    Raises:
        LedgerError: the entry may not be recorded; the message says why.
    """
    if not entry.forecaster.strip():
        raise LedgerError("the forecaster's name is missing")
    if not entry.forecasts:
        raise LedgerError("there is no question, so there is nothing to record")
    if entry.made_at.tzinfo is None:
        raise LedgerError("the time of the forecast has no time zone; expected one in UTC")
    if entry.made_at.date() > today():
        raise LedgerError(f"the forecast is dated {entry.made_at.date()}, which is in the future")
    keys = [forecast.question.key for forecast in entry.forecasts]
    if len(set(keys)) < len(keys):
        twice = next(key for key in keys if keys.count(key) > 1)
        raise LedgerError(f"{twice} is answered twice in one record")
    for forecast in entry.forecasts:
        _validate_forecast(forecast)
    if len(entry.uid) > _LONGEST_UID:
        raise LedgerError(f"a uid has at most {_LONGEST_UID} characters")
    for text in _texts(entry):
        _require_storable(text)
    for name, value in entry.theta.items():
        if not math.isfinite(value):
            raise LedgerError(f"the number {name} is {value}; expected a finite one")
    return replace(entry, forecaster=entry.forecaster.strip(), note=entry.note.strip())


def validate_resolution(resolution: Resolution, standing: Resolution | None) -> Resolution:
    """Check that a resolution may be recorded.

    Args:
        resolution: the new resolution.
        standing: the resolution of that question that counts so far, if there is one.

    Raises:
        LedgerError: the resolution may not be recorded; the message says why.
    """
    key = resolution.question.key
    _validate_outcome(resolution)
    if resolution.on > today():
        raise LedgerError(
            f"{resolution.on} is in the future; resolve a question once it is settled"
        )
    if not resolution.source.strip():
        raise LedgerError("a resolution needs a source, such as a title or an address")
    if not resolution.by:
        raise LedgerError("the resolver's name is missing")
    if standing is not None and resolution.supersede is None:
        raise LedgerError(
            f"{key} is resolved: {standing.words} on {standing.on}, after '{standing.source}'; "
            "if that is wrong, say why with --supersede"
        )
    if resolution.supersede is not None and standing is None:
        raise LedgerError(f"{key} is not resolved yet, so there is nothing to supersede")
    if resolution.supersede is not None and not resolution.supersede.strip():
        raise LedgerError("the reason for superseding the earlier resolution is missing")
    for text in (resolution.source, resolution.by, resolution.supersede or "", resolution.uid):
        _require_storable(text)
    return resolution


def parse_outcome(text: str) -> Outcome | float:
    """Read an outcome: `yes`, `no`, `void`, or a number for a question for a value.

    Raises:
        LedgerError: it is none of these.
    """
    written = text.strip()
    for outcome in OUTCOMES:
        if written == outcome:
            return outcome
    try:
        value = float(written)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        near = nearest(written, OUTCOMES)
        hint = f"; did you mean '{near}'?" if near else ""
        raise LedgerError(
            f"unknown outcome '{written}'; expected yes, no, void, or a number such as 42.5 for a "
            f"question for a value{hint}"
        )
    return value


def _validate_outcome(resolution: Resolution) -> None:
    key, value = resolution.question.key, resolution.value
    if resolution.outcome not in OUTCOMES:
        raise LedgerError(f"unknown outcome '{resolution.outcome}'; expected yes, no or void")
    if value is not None and not math.isfinite(value):
        raise LedgerError(f"{key}: the value {value} is not a finite number")
    if value is not None and (resolution.question.scale is None or resolution.outcome != "yes"):
        raise LedgerError(f"{key} asks for yes or no; expected yes, no or void, not a number")
    if resolution.question.scale is not None and resolution.outcome != "void" and value is None:
        unit = f" ({resolution.question.scale.unit})" if resolution.question.scale.unit else ""
        raise LedgerError(
            f"{key} asks for a value{unit}; expected a number such as "
            f"{format_number(resolution.question.scale.most)}, or void where there is none"
        )


def _validate_distribution(forecast: RecordedForecast) -> None:
    key, pairs = forecast.question.key, forecast.distribution
    if (forecast.question.scale is None) == bool(pairs):
        expected = "a probability alone" if pairs else "a probability for each value"
        raise LedgerError(f"{key}: expected {expected}")
    values = [value for value, _ in pairs]
    if not all(map(math.isfinite, values)) or sorted(set(values)) != values:
        raise LedgerError(f"{key}: expected finite values in ascending order, each once")
    if not all(0 <= probability <= 1 for _, probability in pairs):
        raise LedgerError(f"{key}: a probability of a value is not within 0..1")
    total = math.fsum(probability for _, probability in pairs)
    if pairs and not (total > 0 and abs(total - forecast.probability) <= _ROUNDING):
        raise LedgerError(
            f"{key}: the probabilities of the values add up to {total:g}; expected "
            f"{forecast.probability:g}, and more than 0"
        )


def _validate_forecast(forecast: RecordedForecast) -> None:
    key, low, high = forecast.question.key, forecast.low, forecast.high
    if not 0 <= forecast.probability <= 1:  # false for NaN as well
        raise LedgerError(f"{key}: the probability {forecast.probability} is not within 0..1")
    if (low is None) != (high is None):
        raise LedgerError(f"{key}: the interval has one end only")
    if low is not None and high is not None and not 0 <= low <= high <= 1:
        raise LedgerError(f"{key}: {low}..{high} is no interval of probabilities")
    _validate_distribution(forecast)
    for part in (forecast.question.scenario, forecast.question.name):
        if not part.strip():
            raise LedgerError("the name of a question or of its scenario is missing")
    if "/" in forecast.question.scenario:  # or SCENARIO/QUESTION would be ambiguous
        raise LedgerError(f"the scenario's name '{forecast.question.scenario}' may hold no '/'")


def _texts(entry: Entry) -> Iterator[str]:
    """Yield every text of an entry that a database stores."""
    yield from (entry.forecaster, entry.note, entry.version or "", entry.uid, *entry.theta)
    if entry.scenario is not None:
        yield from (entry.scenario.name, entry.scenario.title, entry.scenario.text or "")
        yield entry.scenario.view or ""
    for each in entry.forecasts:
        yield from (each.question.scenario, each.question.name)
        yield from (each.label or "", each.will or "", each.resolves or "")
        yield each.question.scale.unit if each.question.scale else ""


def _require_storable(text: str) -> None:
    """Refuse a text that a database cannot store.

    Raises:
        LedgerError: the text holds a lone surrogate or the character NUL.
    """
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise LedgerError("a text holds half a character (a lone surrogate)") from None
    if "\0" in text:
        raise LedgerError("a text holds the character NUL, which databases do not store")
