"""Other forecasters' CSV files: what is read, and what is told of a row that is no good."""

from pathlib import Path

import pytest

from middlegame.ledger import Ledger, LedgerError
from middlegame.ledger.dates import parse_day, today
from middlegame.ledger.exports import to_csv
from middlegame.ledger.imports import import_csv
from tests.ledger.entries import entry, question

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


def test_rows_become_records(known: Ledger, tmp_path: Path) -> None:
    text = (
        "\ufeffDate, Question,note,forecaster,probability,extra,low,high,scenario\r\n"
        '2026-01-05,lease-2026,"says, ""maybe""",Ben,30%,,0.2,0.4,\r\n'
        "\r\n"
        "2026-01-06T12:30+02:00,depot,,Ben,.5,x,,,harbour\r\n"
        "2026-01-07,other/depot,,Carl,1,x,,,\r\n"
    )
    found = import_csv(known, write(tmp_path, text))
    assert (found.new, found.known) == (3, 0)
    ben, again, carl = found.records
    (told,) = ben.forecasts
    assert (told.probability, told.low, told.high) == (0.3, 0.2, 0.4)
    assert ben.note == 'says, "maybe"'
    assert ben.scenario is None
    assert again.made_at.isoformat() == "2026-01-06T10:30:00+00:00"
    assert again.forecasts[0].question.key == "harbour/depot"
    assert carl.forecasts[0].question.key == "other/depot"
    assert carl.forecasts[0].question.by == parse_day("2026-06-30")


def test_the_same_file_twice_adds_nothing_twice(known: Ledger, tmp_path: Path) -> None:
    first = HEAD + "Ben,lease-2026,0.3,2026-01-05\n"
    import_csv(known, write(tmp_path, first))
    found = import_csv(known, write(tmp_path, first + "Ben,lease-2026,0.4,2026-01-06\n"))
    assert (found.new, found.known) == (1, 1)
    assert len(known.records()) == 5


def test_an_export_can_be_imported(known: Ledger, tmp_path: Path) -> None:
    path = write(tmp_path, to_csv(known.records(), known.resolutions()))
    before = [(r.forecaster, r.made_at, r.forecasts[0].probability) for r in known.records()]
    found = import_csv(known, path)
    assert [(r.forecaster, r.made_at, r.forecasts[0].probability) for r in found.records] == before


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "row 1 names no column 'forecaster'"),
        (HEAD, "no row below the column names"),
        ("forecaster,question,prob,date\n", "no column 'probability'"),
        ("forecaster,questions,probability,date\n", "is 'questions' meant?"),
        ("forecaster,question,probability,date,date\n", "names the column 'date' twice"),
        (HEAD + "Ben,lease-2026,0.3\n", "row 2 has 3 columns; expected 4"),
        (HEAD + "Ben,lease-2026,0,3,2026-01-05\n", "row 2 has 5 columns; expected 4"),
        (HEAD + "\n\nBen,lease-2026,x,2026-01-05\n", "row 4, column 'probability': 'x' is no"),
        (HEAD + "Ben,lease-2026,nan,2026-01-05\n", "'nan' is no probability"),
        (HEAD + "Ben,lease-2026,30,2026-01-05\n", "30 is not between 0 and 1; in percent it is"),
        (HEAD + "Ben,lease-2026,-0.1,2026-01-05\n", "row 2, column 'probability': -0.1 is not"),
        (HEAD + "Ben,lease-2026,101%,2026-01-05\n", "101% is not between 0 and 1"),
        (HEAD + "Ben,lease-2025,0.3,2026-01-05\n",
         "row 2, column 'question': the ledger has no question 'lease-2025'; did you mean"),
        (HEAD + "Ben,depot,0.3,2026-01-05\n", "say harbour/depot or other/depot"),
        (HEAD + "Ben,,0.3,2026-01-05\n", "column 'question'"),
        (HEAD + ",lease-2026,0.3,2026-01-05\n", "column 'forecaster': there is no name"),
        (HEAD + "Ben,lease-2026,0.3,2026-02-30\n", "column 'date': 2026-02-30 is in no calendar"),
        (HEAD + "Ben,lease-2026,0.3,5.1.2026\n", "'5.1.2026' is not a date"),
        (HEAD + "Ben,lease-2026,0.3,2026-01-05T25:00\n", "is not a date"),
        (HEAD + f"Ben,lease-2026,0.3,{today().year + 1}-01-05\n", "is in the future"),
        (HEAD.strip() + ",low,high\nBen,lease-2026,0.3,2026-01-05,0.4,0.2\n", "lower end"),
        (HEAD + 'Ben,"lease-2026,0.3,2026-01-05\n', "row 2 cannot be read: its quotation mark"),
        (HEAD + "Ben\0,lease-2026,0.3,2026-01-05\n", "NUL"),
        (HEAD.encode() + b"Ben,lease-2026,0.3,2026-01-05\nB\xe9n,", "row 3 is not written in UTF"),
    ],
)  # fmt: skip
def test_what_is_no_good_is_told_with_its_place(
    known: Ledger, tmp_path: Path, text: str | bytes, told: str
) -> None:
    good = HEAD + "Ben,lease-2026,0.3,2026-01-05\n"
    if isinstance(text, str) and text.startswith(HEAD + "Ben"):
        text += good.removeprefix(HEAD)
    with pytest.raises(LedgerError) as error:
        import_csv(known, write(tmp_path, text))
    assert told in str(error.value)
    assert len(known.records()) == 3


def test_a_file_that_cannot_be_read(known: Ledger, tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="No such file"):
        import_csv(known, tmp_path / "no.csv")
    with pytest.raises(LedgerError, match="Is a directory"):
        import_csv(known, tmp_path)
