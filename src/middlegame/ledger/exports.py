"""A ledger's forecasts as a table, and all of it as JSON."""

import csv
import datetime as dt
import io
import json
from collections.abc import Sequence
from typing import Any

from middlegame.ledger.records import Record, Resolution

FORMS = ("csv", "json", "parquet")
_TEXT, _DAY, _TIME, _NUMBER, _COUNT = "text", "day", "time", "number", "count"
COLUMNS = {
    "record": _COUNT,
    "forecaster": _TEXT,
    "date": _TIME,
    "scenario": _TEXT,
    "question": _TEXT,
    "probability": _NUMBER,
    "low": _NUMBER,
    "high": _NUMBER,
    "by": _DAY,
    "on": _DAY,
    "outcome": _TEXT,
    "resolved_on": _DAY,
    "source": _TEXT,
    "label": _TEXT,
    "will": _TEXT,
    "resolves": _TEXT,
    "note": _TEXT,
    "recorded_at": _TIME,
    "version": _TEXT,
    "as_of": _DAY,
    "sha256": _TEXT,
    "uid": _TEXT,
}
"""The table's columns and what they hold; `import` reads the table back."""


def rows(records: Sequence[Record], resolutions: Sequence[Resolution]) -> list[dict[str, Any]]:
    """Give one row for each forecast, beside it how it turned out."""
    outcomes = {resolution.question.key: resolution for resolution in resolutions}
    found = []
    for record in records:
        for forecast in record.forecasts:
            settled = outcomes.get(forecast.question.key)
            scenario = record.scenario
            found.append(
                {
                    "record": record.id,
                    "forecaster": record.forecaster,
                    "date": record.made_at,
                    "scenario": forecast.question.scenario,
                    "question": forecast.question.name,
                    "probability": forecast.probability,
                    "low": forecast.low,
                    "high": forecast.high,
                    "by": forecast.question.by,
                    "on": forecast.question.on,
                    "outcome": settled.outcome if settled else None,
                    "resolved_on": settled.on if settled else None,
                    "source": settled.source if settled else None,
                    "label": forecast.label,
                    "will": forecast.will,
                    "resolves": forecast.resolves,
                    "note": record.note,
                    "recorded_at": record.recorded_at,
                    "version": record.version,
                    "as_of": scenario.as_of if scenario else None,
                    "sha256": scenario.sha256 if scenario else None,
                    "uid": record.uid,
                }
            )
    return found


def to_csv(records: Sequence[Record], resolutions: Sequence[Resolution]) -> bytes:
    """Write the table as CSV."""
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, list(COLUMNS), lineterminator="\n")
    writer.writeheader()
    for row in rows(records, resolutions):
        writer.writerow({name: _plain(value) for name, value in row.items()})
    return stream.getvalue().encode()


def to_json(records: Sequence[Record], resolutions: Sequence[Resolution]) -> bytes:
    """Write everything as JSON: texts and numbers too, and superseded resolutions."""
    everything = {
        "records": [record.to_dict() for record in records],
        "resolutions": [resolution.to_dict() for resolution in resolutions],
    }
    return (json.dumps(everything, indent=1, ensure_ascii=False) + "\n").encode()


def to_parquet(records: Sequence[Record], resolutions: Sequence[Resolution]) -> bytes:
    """Write the table as Parquet."""
    import pyarrow as pa
    from pyarrow import parquet

    kinds = {
        _TEXT: pa.string(),
        _DAY: pa.date32(),
        _TIME: pa.timestamp("us", tz="UTC"),
        _NUMBER: pa.float64(),
        _COUNT: pa.int64(),
    }
    schema = pa.schema([(name, kinds[kind]) for name, kind in COLUMNS.items()])
    stream = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist(rows(records, resolutions), schema), stream)
    return stream.getvalue()


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, dt.date) else value  # a datetime is a date too
