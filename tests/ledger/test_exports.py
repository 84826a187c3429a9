"""The ledger in other forms."""

import csv
import io
import json

from pyarrow import parquet

from middlegame.ledger import Ledger
from middlegame.ledger.dates import parse_day
from middlegame.ledger.exports import COLUMNS, to_csv, to_json, to_parquet
from tests.ledger.entries import entry, question, scenario


def filled(ledger: Ledger) -> Ledger:
    ledger.add([entry(0.1, note='a, "b"\nc', scenario=scenario(), theta={"x": 1.0}),
                entry(1 / 3, question=question("open", None))])  # fmt: skip
    ledger.resolve("q", "no", on=parse_day("2026-03-01"), source="x")
    ledger.resolve("q", "yes", on=parse_day("2026-03-02"), source="y", supersede="wrong")
    return ledger


def test_csv_and_parquet_hold_the_same_table(file_ledger: Ledger) -> None:
    ledger = filled(file_ledger)
    held = ledger.records(), ledger.resolutions()
    lines = list(csv.DictReader(io.StringIO(to_csv(*held).decode())))
    table = parquet.read_table(io.BytesIO(to_parquet(*held)))
    assert table.column_names == list(COLUMNS) == list(lines[0])
    assert len(lines) == table.num_rows == 2
    first, second = table.to_pylist()
    assert float(lines[1]["probability"]) == second["probability"] == 1 / 3
    assert lines[0]["note"] == first["note"] == 'a, "b"\nc'
    assert (lines[0]["outcome"], first["outcome"], second["outcome"]) == ("yes", "yes", None)
    assert first["resolved_on"] == parse_day("2026-03-02")
    assert first["date"].isoformat() == lines[0]["date"] == "2026-01-01T00:00:00+00:00"


def test_json_holds_everything(file_ledger: Ledger) -> None:
    ledger = filled(file_ledger)
    held = ledger.records(whole=True), ledger.resolutions(superseded=True)
    told = json.loads(to_json(*held))
    assert told["records"][0]["scenario"]["text"] == scenario().text
    assert told["records"][0]["theta"] == {"x": 1.0}
    assert told["records"][1]["scenario"] is None
    assert [each["outcome"] for each in told["resolutions"]] == ["no", "yes"]
    assert told["resolutions"][1]["supersede"] == "wrong"


def test_an_empty_ledger_is_an_empty_table(file_ledger: Ledger) -> None:
    assert to_csv([], []).decode().splitlines() == [",".join(COLUMNS)]
    assert parquet.read_table(io.BytesIO(to_parquet([], []))).num_rows == 0
    assert json.loads(to_json([], [])) == {"records": [], "resolutions": []}
