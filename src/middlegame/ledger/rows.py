"""Read and write the rows of the ledger's tables."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Row, Table, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from middlegame.ledger import schema
from middlegame.ledger.errors import LedgerError
from middlegame.ledger.records import (
    Entry,
    QuestionScale,
    Record,
    RecordedForecast,
    RecordedQuestion,
    RecordedScenario,
    Resolution,
    SampleDesign,
    now,
)


def insert_entry(connection: Connection, entry: Entry) -> int:
    """Insert an entry unless its uid is recorded.

    Returns:
        The record's number.

    Raises:
        LedgerError: a question is recorded with another date.
    """
    table, scenario = schema.records, entry.scenario
    known = connection.scalar(select(table.c.id).where(table.c.uid == entry.uid))
    if known is not None:
        return int(known)
    if scenario is not None:
        _insert_once(connection, schema.texts, {"sha256": scenario.sha256, "body": scenario.text})
    asked = [_insert_question(connection, forecast.question) for forecast in entry.forecasts]
    added = connection.execute(
        insert(table).values(
            uid=entry.uid,
            forecaster=entry.forecaster,
            made_at=entry.made_at,
            recorded_at=now(),
            note=entry.note,
            version=entry.version,
            scenario=scenario.name if scenario else None,
            title=scenario.title if scenario else None,
            as_of=scenario.as_of if scenario else None,
            sha256=scenario.sha256 if scenario else None,
            view=scenario.view if scenario else None,
            worlds=entry.sample.worlds if entry.sample else None,
            method=entry.sample.method if entry.sample else None,
            seed=str(entry.sample.seed) if entry.sample else None,
        )
    )
    record = _key(added.inserted_primary_key)
    forecasts = [
        {
            "record_id": record,
            "question_id": question,
            "place": place,
            "probability": forecast.probability,
            "low": forecast.low,
            "high": forecast.high,
            "label": forecast.label,
            "will": forecast.will,
            "resolves": forecast.resolves,
        }
        for place, (question, forecast) in enumerate(zip(asked, entry.forecasts, strict=True))
    ]
    connection.execute(insert(schema.forecasts), forecasts)
    distributions = [
        {
            "record_id": record,
            "question_id": question,
            "place": place,
            "value": value,
            "probability": probability,
        }
        for question, forecast in zip(asked, entry.forecasts, strict=True)
        for place, (value, probability) in enumerate(forecast.distribution)
    ]
    if distributions:
        connection.execute(insert(schema.distributions), distributions)
    numbers = [
        {"record_id": record, "place": place, "name": name, "value": value}
        for place, (name, value) in enumerate(entry.theta.items())
    ]
    if numbers:
        connection.execute(insert(schema.numbers), numbers)
    return record


def insert_resolution(
    connection: Connection, resolution: Resolution, question: int, supersedes: int | None
) -> int:
    """Insert a resolution.

    Args:
        connection: in a transaction.
        resolution: the resolution.
        question: number of its question.
        supersedes: number of the resolution that it supersedes.

    Returns:
        The resolution's number.
    """
    added = connection.execute(
        insert(schema.resolutions).values(
            uid=resolution.uid,
            question_id=question,
            outcome=resolution.outcome,
            value=resolution.value,
            on_date=resolution.on,
            source=resolution.source,
            entered_by=resolution.by,
            entered_at=resolution.at,
            supersedes=supersedes,
            reason=resolution.supersede,
        )
    )
    return _key(added.inserted_primary_key)


def read_records(
    connection: Connection, *, numbers: Collection[int] | None = None, whole: bool = False
) -> list[Record]:
    """Read records in the order of their numbers.

    Args:
        connection: in a transaction.
        numbers: the records to read; None reads all.
        whole: read scenarios' texts and theta too.
    """
    # Records first: a record added meanwhile then has forecasts without a record, which are left
    # out, and never a record without forecasts.
    rows = [
        row
        for row in _rows(connection, schema.records.c.id, numbers)
        if numbers is None or row.id in numbers
    ]
    asked = read_questions(connection)
    forecasts = _by_record(_rows(connection, schema.forecasts.c.record_id, numbers))
    values = _by_record(_rows(connection, schema.distributions.c.record_id, numbers))
    theta = _by_record(_rows(connection, schema.numbers.c.record_id, numbers)) if whole else {}
    texts = _texts(connection, rows) if whole else {}
    return [
        Record(
            id=row.id,
            uid=row.uid,
            forecaster=row.forecaster,
            made_at=row.made_at,
            recorded_at=row.recorded_at,
            note=row.note,
            version=row.version,
            forecasts=tuple(
                _forecast(each, asked[each.question_id], values.get(row.id, ()))
                for each in forecasts.get(row.id, ())
                if each.question_id in asked
            ),
            theta={each.name: each.value for each in theta.get(row.id, ())},
            scenario=None
            if row.sha256 is None
            else RecordedScenario(
                name=row.scenario,
                title=row.title,
                as_of=row.as_of,
                sha256=row.sha256,
                text=texts.get(row.sha256),
                view=row.view,
            ),
            sample=None
            if row.worlds is None
            else SampleDesign(worlds=row.worlds, method=row.method, seed=int(row.seed)),
        )
        for row in rows
    ]


def _rows(
    connection: Connection, record: Column[Any], numbers: Collection[int] | None
) -> Sequence[Row[Any]]:
    """Read a table's rows of the records in the range of the given numbers, or all rows."""
    table = record.table
    order = [record, *(column for column in table.columns if column.name == "place")]
    chosen = select(table).order_by(*order)
    if numbers is not None:
        # A range holds any number of records, where a list of them has a longest.
        chosen = chosen.where(record.between(min(numbers, default=0), max(numbers, default=0)))
    return connection.execute(chosen).all()


def _by_record(rows: Iterable[Row[Any]]) -> dict[int, list[Row[Any]]]:
    found: dict[int, list[Row[Any]]] = {}
    for row in rows:
        found.setdefault(row.record_id, []).append(row)
    return found


def read_questions(connection: Connection) -> dict[int, RecordedQuestion]:
    """Read all questions, by number."""
    table = schema.questions
    return {
        row.id: _question(row) for row in connection.execute(select(table).order_by(table.c.id))
    }


def read_resolutions(connection: Connection) -> list[Resolution]:
    """Read all resolutions, superseded ones too, in the order of their numbers."""
    table = schema.resolutions
    rows = connection.execute(select(table).order_by(table.c.id)).all()
    asked = read_questions(connection)
    return [
        Resolution(
            question=asked[row.question_id],
            outcome=row.outcome,
            on=row.on_date,
            source=row.source,
            by=row.entered_by,
            at=row.entered_at,
            supersede=row.reason,
            id=row.id,
            uid=row.uid,
            value=row.value,
        )
        for row in rows
    ]


def _insert_question(connection: Connection, question: RecordedQuestion) -> int:
    """Insert a question unless it is recorded.

    Returns:
        The question's number.

    Raises:
        LedgerError: it is recorded with another date, or asks for a value where it did not.
    """
    table = schema.questions
    row = {
        "scenario": question.scenario,
        "name": question.name,
        "by_date": question.by,
        "on_date": question.on,
        "least": question.scale.least if question.scale else None,
        "most": question.scale.most if question.scale else None,
        "unit": question.scale.unit if question.scale else None,
    }
    _insert_once(connection, table, row)
    found = connection.execute(
        select(table).where(table.c.scenario == question.scenario, table.c.name == question.name)
    ).one()
    known = _question(found)
    if known != question:
        raise LedgerError(
            f"question '{question.name}' of {question.scenario} is in the ledger as "
            f"'{known.due_words}', and the scenario now says '{question.due_words}': a question "
            "with another date is another question, so give it another name"
        )
    if (known.scale is None) != (question.scale is None):
        was, now_ = ("a value", "yes or no") if known.scale else ("yes or no", "a value")
        raise LedgerError(
            f"question '{question.name}' of {question.scenario} asks for {was} in the ledger, and "
            f"the scenario now asks for {now_}: that is another question, so give it another name"
        )
    return int(found.id)


def _insert_once(connection: Connection, table: Table, row: dict[str, Any]) -> None:
    keys = [column for column in table.columns if column.name in ("sha256", "scenario", "name")]
    there = select(table).where(*(column == row[column.name] for column in keys))
    if connection.execute(there.limit(1)).first() is None:
        make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        connection.execute(make(table).values(row).on_conflict_do_nothing())


def _texts(connection: Connection, rows: Sequence[Row[Any]]) -> dict[str, str]:
    table = schema.texts
    wanted = {row.sha256 for row in rows} - {None}
    chosen = select(table)
    if len(wanted) <= 1:
        chosen = chosen.where(table.c.sha256.in_(wanted))
    return {row.sha256: row.body for row in connection.execute(chosen)}


def _question(row: Row[Any]) -> RecordedQuestion:
    scale = None if row.least is None else QuestionScale(row.least, row.most, row.unit or "")
    return RecordedQuestion(
        scenario=row.scenario, name=row.name, by=row.by_date, on=row.on_date, scale=scale
    )


def _forecast(
    row: Row[Any], question: RecordedQuestion, values: Sequence[Row[Any]]
) -> RecordedForecast:
    return RecordedForecast(
        question=question,
        probability=row.probability,
        low=row.low,
        high=row.high,
        label=row.label,
        will=row.will,
        resolves=row.resolves,
        distribution=tuple(
            (each.value, each.probability) for each in values if each.question_id == row.question_id
        ),
    )


def _key(inserted: Any) -> int:
    return int(inserted[0])
