"""CSV files of other forecasters, and the ledger as CSV, Parquet and JSON."""

import csv
import io
import json
from pathlib import Path

import pytest
from pyarrow import parquet

from middlegame.base.tables import TableForm
from middlegame.ledger import Ledger, LedgerError
from middlegame.ledger.import_export import COLUMNS, import_csv, to_csv, to_json, to_parquet
from middlegame.ledger.validation import parse_day, today
from tests.ledger.entries import entry, question, scenario
from tests.paths import DATA

HEAD = "forecaster,question,probability,date\n"


@pytest.fixture
def known(file_ledger: Ledger) -> Ledger:
    asked = (question("lease-2026", scenario="harbour"), question("depot", scenario="harbour"),
             question("depot", scenario="other"))  # fmt: skip
    file_ledger.add([entry(question=each) for each in asked])
    return file_ledger


def write(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "theirs.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_import_reads_columns_in_any_order_and_makes_record_per_row(
    known: Ledger, tmp_path: Path
) -> None:
    text = (
        "\ufeffDate, Question,note,forecaster,probability,extra,low,high,scenario\r\n"
        '2026-01-05,lease-2026,"says, ""maybe""",Ben,30%,,0.2,0.4,\r\n'
        "\r\n"
        "2026-01-06T12:30+02:00,depot,,Ben,.5,x,,,harbour\r\n"
        "2026-01-07,other/depot,,Carl,1,x,,,\r\n"
    )
    found = import_csv(known, write(tmp_path, text))
    assert (found.added, found.duplicates) == (3, 0)
    ben, again, carl = found.records
    (forecast,) = ben.forecasts
    assert (forecast.probability, forecast.low, forecast.high) == (0.3, 0.2, 0.4)
    assert ben.note == 'says, "maybe"'
    assert ben.scenario is None
    assert again.made_at.isoformat() == "2026-01-06T10:30:00+00:00"
    assert again.forecasts[0].question.key == "harbour/depot"
    assert carl.forecasts[0].question.key == "other/depot"
    assert carl.forecasts[0].question.by == parse_day("2026-06-30")


def test_import_of_known_row_adds_no_record(known: Ledger, tmp_path: Path) -> None:
    first = HEAD + "Ben,lease-2026,0.3,2026-01-05\n"
    import_csv(known, write(tmp_path, first))
    found = import_csv(known, write(tmp_path, first + "Ben,lease-2026,0.4,2026-01-06\n"))
    assert (found.added, found.duplicates) == (1, 1)
    assert len(known.records()) == 5


def test_import_reads_exported_csv(known: Ledger, tmp_path: Path) -> None:
    path = write(tmp_path, to_csv(known.records(), known.resolutions()))
    before = [(r.forecaster, r.made_at, r.forecasts[0].probability) for r in known.records()]
    found = import_csv(known, path)
    assert [(r.forecaster, r.made_at, r.forecasts[0].probability) for r in found.records] == before


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "row 1 names no column 'forecaster'"),
        (HEAD, "no row below the column names"),
        ("forecaster,question,prob,date\n", "no column 'probability'"),
        ("forecaster,questions,probability,date\n", "did you mean 'questions'?"),
        ("forecaster,question,probability,date,date\n", "names the column 'date' twice"),
        (HEAD + "Ben,lease-2026,0.3\n", "row 2: the row has 3 cells; expected 4"),
        (HEAD + "Ben,lease-2026,0,3,2026-01-05\n", "row 2: the row has 5 cells; expected 4"),
        (
            HEAD + "\n\nBen,lease-2026,x,2026-01-05\n",
            "row 4, column 'probability': invalid probability 'x'",
        ),
        (HEAD + "Ben,lease-2026,nan,2026-01-05\n", "invalid probability 'nan'"),
        (HEAD + "Ben,lease-2026,30,2026-01-05\n", "30 is not between 0 and 1; in percent it is"),
        (HEAD + "Ben,lease-2026,-0.1,2026-01-05\n", "row 2, column 'probability': -0.1 is not"),
        (HEAD + "Ben,lease-2026,101%,2026-01-05\n", "101% is not between 0 and 1"),
        (HEAD + "Ben,lease-2025,0.3,2026-01-05\n",
         "row 2, column 'question': the ledger has no question 'lease-2025'; did you mean"),
        (HEAD + "Ben,depot,0.3,2026-01-05\n", "write harbour/depot or other/depot"),
        (HEAD + "Ben,,0.3,2026-01-05\n", "column 'question'"),
        (HEAD + ",lease-2026,0.3,2026-01-05\n", "column 'forecaster': the name is missing"),
        (HEAD + "Ben,lease-2026,0.3,2026-02-30\n", "column 'date': 2026-02-30 is in no calendar"),
        (HEAD + "Ben,lease-2026,0.3,5.1.2026\n", "'5.1.2026' is not a date"),
        (HEAD + "Ben,lease-2026,0.3,2026-01-05T25:00\n", "is not a date"),
        (HEAD + f"Ben,lease-2026,0.3,{today().year + 1}-01-05\n", "is in the future"),
        (HEAD.strip() + ",low,high\nBen,lease-2026,0.3,2026-01-05,0.4,0.2\n", "lower end"),
        (HEAD + 'Ben,"lease-2026,0.3,2026-01-05\n', "row 2: the row cannot be read: a quot"),
        (HEAD + "Ben\0,lease-2026,0.3,2026-01-05\n", "row 2: the unprintable character U+0000"),
        (HEAD.encode() + b"Ben,lease-2026,0.3,2026-01-05\nB\xe9n,", "row 3: the file is"),
    ],
)  # fmt: skip
def test_import_refuses_invalid_row_with_its_place_and_adds_nothing(
    known: Ledger, tmp_path: Path, text: str | bytes, message: str
) -> None:
    good = HEAD + "Ben,lease-2026,0.3,2026-01-05\n"
    if isinstance(text, str) and text.startswith(HEAD + "Ben"):
        text += good.removeprefix(HEAD)
    with pytest.raises(LedgerError) as error:
        import_csv(known, write(tmp_path, text))
    assert message in str(error.value)
    assert len(known.records()) == 3


def test_import_reads_a_table_with_semicolons_and_decimal_commas(
    known: Ledger, tmp_path: Path
) -> None:
    text = (DATA / "cases" / "ledger-semicolon.csv").read_text("utf-8")
    found = import_csv(known, write(tmp_path, text.replace("valley-2026", "lease-2026")))
    assert [record.forecasts[0].probability for record in found.records] == [0.2]


def test_import_refuses_numbers_with_both_decimal_marks_unless_one_is_named(
    known: Ledger, tmp_path: Path
) -> None:
    rows = "Ben;lease-2026;0,3;2026-01-05\nBen;lease-2026;0.4;2026-01-06\n"
    path = write(tmp_path, HEAD.replace(",", ";") + rows)
    with pytest.raises(LedgerError, match="some numbers have a decimal comma"):
        import_csv(known, path)
    with pytest.raises(LedgerError, match=r"row 3, .*: invalid probability '0\.4'"):
        import_csv(known, path, TableForm(decimal=","))


def test_import_refuses_unreadable_file(known: Ledger, tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="No such file"):
        import_csv(known, tmp_path / "no.csv")
    with pytest.raises(LedgerError, match="Is a directory"):
        import_csv(known, tmp_path)


def filled(ledger: Ledger) -> Ledger:
    ledger.add([entry(0.1, note='a, "b"\nc', scenario=scenario(), theta={"x": 1.0}),
                entry(1 / 3, question=question("open", None))])  # fmt: skip
    ledger.resolve("q", "no", on=parse_day("2026-03-01"), source="x")
    ledger.resolve("q", "yes", on=parse_day("2026-03-02"), source="y", supersede="wrong")
    return ledger


def test_csv_and_parquet_export_hold_one_table(file_ledger: Ledger) -> None:
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


def test_json_export_holds_texts_parameters_and_superseded_resolutions(file_ledger: Ledger) -> None:
    ledger = filled(file_ledger)
    held = ledger.records(whole=True), ledger.resolutions(superseded=True)
    data = json.loads(to_json(*held))
    assert data["records"][0]["scenario"]["text"] == scenario().text
    assert data["records"][0]["theta"] == {"x": 1.0}
    assert data["records"][1]["scenario"] is None
    assert [each["outcome"] for each in data["resolutions"]] == ["no", "yes"]
    assert data["resolutions"][1]["supersede"] == "wrong"


def test_export_of_empty_ledger_is_empty_table(file_ledger: Ledger) -> None:
    assert to_csv([], []).decode().splitlines() == [",".join(COLUMNS)]
    assert parquet.read_table(io.BytesIO(to_parquet([], []))).num_rows == 0
    assert json.loads(to_json([], [])) == {"records": [], "resolutions": []}
