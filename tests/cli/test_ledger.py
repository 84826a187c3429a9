"""`middlegame ledger ...` as an analyst uses it: what it prints, and how it exits."""

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from pyarrow import parquet

import middlegame as mg
from middlegame.io.examples import find_file
from middlegame.ledger.records import digest
from middlegame.ledger.validation import today
from tests.cli.conftest import Run
from tests.ledger.entries import fill_with_resolved_records

TEXT = """\
title: A small contest
as_of: 2026-01-08
actors: {a: A}
moves: {m: {by: a, options: [x, y]}}
interests: {a: [{when: m = x, worth: WORTH}]}
questions: {will-x: {label: A does x, will: m = x, by: 2199-12-31}}
"""


@pytest.fixture
def run(run: Run, ledger_file: Path) -> Run:
    """Run `middlegame ledger` with a new ledger."""
    return lambda *arguments: run("ledger", *arguments)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(TEXT.replace("WORTH", "10..20"))
    return path


def parsed(answer: tuple[int, str, str]) -> dict:
    code, out, err = answer
    assert code == 0, err
    return json.loads(out)


def test_question_without_a_label_and_numbers_are_told_in_words(run: Run, file: Path) -> None:
    more = "factors: {f: {states: [p, q], chance: {p: 30..50%}}}\n"
    file.write_text(file.read_text().replace("label: A does x, ", "") + more)
    recorded = run("record", str(file), "--middle", "--by", "anna")[1]
    code, shown, _ = run("show", "1")
    assert code == 0
    assert all('A chooses "x"' in out and "m = x" not in out for out in (recorded, shown))
    assert "15  Interests of A: " in shown
    assert "40%  F is " in shown
    assert "interests.a[0]" not in shown


def test_record_of_view_names_its_forecaster(run: Run, file: Path) -> None:
    views = "views: {hawk: {forecaster: harriet, judgements: {'interests.a[0].worth': 30..40}}}\n"
    file.write_text(file.read_text() + views)
    plain = parsed(run("record", str(file), "--middle", "--by", "anna", "--json"))
    hawk = parsed(run("record", f"{file}#hawk", "--middle", "--json"))
    assert (hawk["forecaster"], hawk["scenario"]["view"]) == ("harriet", "hawk")
    assert hawk["scenario"]["sha256"] == plain["scenario"]["sha256"]
    assert hawk["theta"] == {"interests.a[0].worth": 35}
    assert "harriet: small#hawk: will-x" in " ".join(run("list")[1].split())
    code, _, err = run("record", f"{file}#dove", "--middle")
    assert code == 1
    assert "there is no view 'dove'; there are: hawk" in err


def test_ledger_commands_from_recording_to_scoring(run: Run, file: Path, tmp_path: Path) -> None:
    first = parsed(
        run("record", str(file), "--middle", "--by", "anna", "--note", "first", "--json")
    )
    assert (first["id"], first["forecaster"], first["note"]) == (1, "anna", "first")
    assert first["scenario"]["name"] == "small"
    assert first["scenario"]["sha256"] == digest(file.read_text())
    assert first["theta"] == {"interests.a[0].worth": 15}
    file.write_text(TEXT.replace("WORTH", "30..40"))
    code, out, _ = run("record", str(file), "--middle", "--by", "anna")
    assert code == 0
    assert out.startswith("Recorded as 2\n")
    assert "A does x" in out
    code, out, _ = run("list")
    assert code == 0
    assert "small/will-x: open, by 31 December 2199" in out
    assert [r["id"] for r in parsed(run("list", "--scenario", "small", "--json"))["records"]] == [
        1,
        2,
    ]
    code, out, _ = run("show", "1")
    assert "Note: first" in out
    assert run("show", "1", "--text")[1] == TEXT.replace("WORTH", "10..20")
    assert parsed(run("show", "2", "--json"))["id"] == 2

    code, out, _ = run("diff", "1", "2")
    assert code == 0
    assert 'Interests of A: A chooses "x": 10..20 -> 30..40' in out
    moved = parsed(run("diff", "1", "2", "--json"))["questions"][0]
    assert moved["effects"][0]["move"] == pytest.approx(moved["move"])

    theirs = tmp_path / "theirs.csv"
    theirs.write_text("forecaster,question,probability,date\nben,will-x,0,2026-01-05\n")
    code, out, _ = run("import", str(theirs))
    assert (code, out) == (0, "  1 forecast added.\n  By ben.\n")
    assert parsed(run("import", str(theirs), "--json")) == {"added": 0, "known": 1, "records": [3]}

    day = str(today())
    code, out, _ = run("resolve", "will-x", "yes", "--on", day, "--source", "seen")
    assert "Not scored, because made on that day or later: 1" in " ".join(out.split())
    assert code == 0
    assert "small/will-x: yes" in out
    code, out, err = run("resolve", "will-x", "no", "--on", day, "--source", "seen")
    assert (code, out) == (1, "")
    assert "--supersede" in err
    assert "\n" not in err.strip()
    found = parsed(run("resolve", "small/will-x", "yes", "--on", day, "--source", "court",
                     "--supersede", "a better source", "--json"))  # fmt: skip
    assert found["supersede"] == "a better source"

    code, out, _ = run("score")
    assert code == 0
    assert "infinite" in out
    assert "small/will-x (0%, and it happened)" in out.replace("\n ", "")
    # What was recorded today came too late for what was settled today.
    assert "anna on small/will-x" in out
    scores = parsed(run("score", "--json"))
    assert scores["questions"] == {
        "resolved": 1, "happened": 1, "valued": 0, "void": 0, "open": 0,
    }  # fmt: skip
    assert scores["forecasters"][0]["brier"] == 1


def test_record_keeps_mean_over_worlds_with_interval(run: Run, file: Path) -> None:
    found = parsed(run("record", str(file), "-n", "500", "--seed", "3", "--json"))
    forecast = found["forecasts"][0]
    swept = mg.sweep(mg.load(file), 500, seed=3)
    assert forecast["probability"] == pytest.approx(swept.questions["will-x"])
    assert (forecast["low"], forecast["high"]) == pytest.approx(swept.intervals["will-x"])
    file.write_text(TEXT.replace("WORTH", "30..40"))
    assert parsed(run("record", str(file), "--middle", "--json"))["id"] == 2
    code, out, _ = run("diff", "1", "2")
    assert code == 0
    assert "where the forecast changes from 83.9% to 97.9%" in " ".join(out.split())
    assert parsed(run("record", str(file), "-n", "500", "--seed", "3", "--json"))["id"] == 3
    assert "computed from 500 worlds, with the same draws for both" in run("diff", "1", "3")[1]


def test_export_writes_csv_json_and_parquet(run: Run, file: Path, tmp_path: Path) -> None:
    run("record", str(file))
    code, out, _ = run("export", "--to", "csv")
    assert code == 0
    assert out.startswith("record,forecaster,date,scenario,question,value,probability")
    assert len(parsed(run("export", "--to", "json"))["records"]) == 1
    path = tmp_path / "out.parquet"
    code, out, _ = run("export", "--to", "parquet", "-o", str(path))
    assert out == f"{path} holds 1 record.\n"
    assert parquet.read_table(path).num_rows == 1
    assert parsed(run("export", "--to", "csv", "-o", str(path), "--json"))["form"] == "csv"


def test_list_and_score_of_empty_ledger_succeed(run: Run) -> None:
    assert "The ledger is empty" in run("list")[1]
    code, out, _ = run("score")
    assert code == 0
    assert "No question is resolved yet" in out


def test_record_warns_of_due_and_reworded_questions_and_refuses_other_date(
    run: Run, file: Path
) -> None:
    dated = TEXT.replace("2199-12-31", "2020-12-31").replace("WORTH", "10")
    file.write_text(dated)
    late = "Not scored, because the forecast is later than the question's day: will-x."
    assert late in " ".join(run("record", str(file))[1].split())
    file.write_text(dated.replace("m = x, by", "m = y, by"))
    assert "The wording of 'will-x' has changed" in " ".join(run("record", str(file))[1].split())
    file.write_text(dated.replace(", by: 2020-12-31", ""))
    code, _, err = run("record", str(file))
    assert code == 1
    assert "give it another name" in err
    assert "Questions without a date: will-x." in run("record", str(file), "--as", "other")[1]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["record", "nowhere.yaml"], 1, "there is no such file"),
        (["record", "harbour-leas"], 1, "did you mean 'harbour-lease'?"),
        (["record", "{tmp}/none.yaml"], 1, "'A small contest' asks no questions"),
        (["record", "{tmp}/faulty.yaml"], 1, "faulty.yaml:"),
        (["record", "x.json"], 1, "which asks no questions"),
        (["record", "harbour-lease", "--by", " "], 1, "name is missing"),
        (["show", "1"], 1, "there is no record 1; the ledger is empty"),
        (["show", "one"], 2, "not a valid integer"),
        (["diff", "1", "2"], 1, "there is no record 1"),
        (["list", "--scenario", "x"], 1, "the ledger is empty"),
        (["resolve", "q", "yes", "--on", "2026-01-01", "--source", "x"], 1, "the ledger is empty"),
        (["resolve", "q", "yes", "--on", "2026-02-30", "--source", "x"], 1, "in no calendar"),
        (["resolve", "q", "yes", "--on", "yesterday", "--source", "x"], 1, "is not a date"),
        (["resolve", "q", "maybe", "--on", "2026-01-01", "--source", "x"], 2, "outcome 'maybe'"),
        (["resolve", "q", "yes", "--source", "x"], 2, "Missing option '--on'"),
        (["score", "--bins", "101"], 2, "not in the range 1<=x<=100"),
        (["score", "--scenario", "x"], 1, "no scenario 'x'"),
        (["import", "{tmp}/no.csv"], 1, "No such file"),
        (["export", "--to", "parquet"], 2, "give the file to write to with -o"),
        (["export", "--to", "csv", "-o", "{tmp}/no/x.csv"], 1, "No such file"),
        (["export", "--to", "gif"], 2, "Invalid value"),
    ],
)  # fmt: skip
def test_ledger_command_with_invalid_input_prints_one_sentence(
    run: Run, tmp_path: Path, arguments: list[str], code: int, message: str
) -> None:
    (tmp_path / "none.yaml").write_text(TEXT.replace("WORTH", "10").partition("questions")[0])
    (tmp_path / "faulty.yaml").write_text(TEXT)
    ended, out, err = run(*(argument.format(tmp=tmp_path) for argument in arguments))
    assert (ended, out) == (code, "")
    assert message in err
    assert "Traceback" not in err


def test_ledger_refusal_with_json_option_is_json(run: Run) -> None:
    code, out, _ = run("show", "1", "--json")
    assert code == 1
    assert json.loads(out)["status"] == "refused"


def test_record_refuses_unusable_ledger_before_solving(run: Run, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("MIDDLEGAME_LEDGER", str(tmp_path))
    monkeypatch.setattr("middlegame.equilibrium.equilibrium.solve", None)
    code, _, err = run("record", "harbour-lease")
    assert code == 1
    assert "is a folder" in err


def test_resolve_refuses_future_day_and_warns_of_early_no(run: Run, file: Path) -> None:
    run("record", str(file))
    day = today() + timedelta(days=1)
    code, _, err = run("resolve", "will-x", "no", "--on", str(day), "--source", "x")
    assert code == 1
    assert "is in the future" in err
    code, out, _ = run("resolve", "will-x", "no", "--on", str(today()), "--source", "x")
    assert "The question was open until 31 December 2199" in out


def test_list_and_show_strip_escape_sequences_of_others(run: Run, file: Path) -> None:
    run("record", str(file), "--note", "[bold]\x1b[31m", "--by", "\x1b]0;x\x07")
    for command in (["list"], ["show", "1"]):
        code, out, _ = run(*command)
        assert code == 0
        assert "\x1b" not in out
        assert "[bold]" in out


def test_record_names_scenario_after_its_folder(run: Run) -> None:
    got = parsed(run("record", "harbour-lease", "--json"))
    assert got["scenario"]["name"] == "harbour-lease"
    assert got["scenario"]["text"] == find_file("harbour-lease").read_text(encoding="utf-8")


def test_help_imports_no_database() -> None:
    code = (
        "import sys\nfrom middlegame.cli.main import main\n"
        "try: main(sys.argv[1:])\nexcept SystemExit: pass\n"
        "heavy = {'sqlalchemy', 'alembic', 'jax', 'pydantic', 'rich'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    for arguments in (["--help"], ["ledger", "--help"], ["ledger", "record", "--help"]):
        command = [sys.executable, "-c", code, *arguments]
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
        assert ended.returncode == 0, ended.stderr
        assert "middlegame" in ended.stdout


def test_score_why_prints_attribution_and_reason_where_none(run, ledger_file, monkeypatch):
    fill_with_resolved_records(ledger_file, monkeypatch)
    code, out, _ = run("score", "--why", "-n", "64")
    assert code == 0
    assert "Record 2 came without a scenario, so its misses are not explained." in " ".join(
        out.split()
    )
    why = parsed(run("score", "--why", "-n", "64", "--json"))["why"]
    assert why[0]["attribution"]["worlds"] == 64
    assert why[1]["attribution"] is None
