"""The command line as a newcomer uses it: what it prints, where, and how it exits."""

import json
import re
import subprocess
import sys

import jsonschema
import pytest

import middlegame as mg
from middlegame.cli.main import main
from tests.paths import REFERENCE, ROOT


@pytest.fixture
def run(capsys):
    """Run a command line in this process: its exit code, what it printed, what it complained of."""

    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        out, err = capsys.readouterr()
        return ended.value.code or 0, out, err

    return call


def test_list_names_what_is_shipped(run):
    code, out, _ = run("list")
    assert code == 0
    assert {"cuba-1962", "harbour-lease", "venezuela-2026"} <= {
        x.split()[0] for x in out.splitlines()
    }
    code, out, _ = run("list", "--json")
    assert all(set(entry) == {"name", "title", "folder"} for entry in json.loads(out))


def test_a_new_scenario_checks_and_solves(run, tmp_path):
    folder = tmp_path / "my-contest"
    code, out, _ = run("new", str(folder))
    assert code == 0
    assert f"middlegame check {folder}" in out
    assert run("check", str(folder))[0] == 0
    assert run("solve", str(folder))[0] == 0


def test_new_overwrites_nothing(run, tmp_path):
    (tmp_path / "scenario.yaml").write_text("mine")
    code, _, err = run("new", str(tmp_path))
    assert code == 1
    assert "is there already" in err
    assert (tmp_path / "scenario.yaml").read_text() == "mine"


def test_check_of_a_faulty_file_tells_every_place(run, tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text("title: X\nactors: {a: A}\nmoves:\n  m: {by: b, knows: [n], options: [x, y]}\n")
    code, out, _ = run("check", str(path))
    assert code == 1
    assert f"{path}:4:11: " in out
    assert f"{path}:4:22: " in out
    code, out, _ = run("check", str(path), "--json")
    assert code == 1
    told = json.loads(out)
    assert told["status"] == "faults"
    assert {"message", "expected", "line", "column", "severity"} <= set(told["faults"][0])


def test_check_counts_and_sources(run):
    code, out, _ = run("check", "harbour-lease", "--json")
    found = json.loads(out)
    assert code == 0
    assert found["status"] == "passed"
    assert found["counts"]["moves"] == 3
    assert found["sourcing"]["numbers"] >= found["sourcing"]["cited"] > 0
    assert set(found["points"]) == {"owner", "tenant", "rival"}


def test_solve_prints_the_answer_before_the_method(run):
    code, out, _ = run("solve", "harbour-lease")
    assert code == 0
    assert out.index("It is unlikely") < out.index("quantal response")
    assert max(map(len, out.splitlines())) <= 80


def test_solve_as_json(run):
    code, out, _ = run(
        "solve", "harbour-lease", "--json", "--storylines", "2", "--ask", "lease = lost"
    )
    answer = json.loads(out)
    assert code == 0
    assert answer["status"] == "converged"
    assert answer["residual"] < 1e-9
    assert set(answer["lambda"]) == {"owner", "tenant", "rival"}
    assert len(answer["storylines"]) == 2
    assert answer["asked"]["lease = lost"] == pytest.approx(answer["forecast"]["lease"]["lost"])


def test_a_diagram_is_solved_as_gambit_does(run):
    code, out, _ = run("solve", str(REFERENCE / "tree-killer.json"), "--lambda", "2", "--json")
    reference = json.loads((REFERENCE / "tree-killer.json").read_text())["logit_qre"]["2"]
    assert code == 0
    assert json.loads(out)["policies"]["poison"] == pytest.approx(reference["poison"], abs=1e-8)


def test_a_diagram_is_shown_too(run):
    code, out, _ = run("solve", str(REFERENCE / "beer-quiche.json"))
    assert code == 0
    assert "breakfast" in out


def test_a_report_can_be_given(run):
    code, out, _ = run("solve", "harbour-lease", "--given", "loan = real, 4:1", "--json")
    told = json.loads(out)
    before, after = (each["loan"]["real"] for each in (told["prior"]["forecast"], told["forecast"]))
    assert code == 0
    assert after / (1 - after) == pytest.approx(4 * before / (1 - before))
    assert told["given"] == {"loan = real": ["seen"]}
    code, out, _ = run("solve", "harbour-lease", "--given", "loan = real, 4:1")
    told = "stands in square brackets): the loan behind the offer: real (a report, 4:1)."
    assert told in " ".join(out.split())


def test_suppose_and_given(run):
    code, out, _ = run("suppose", "harbour-lease", "bid=offer", "renew=switch", "--json")
    assert code == 0
    assert json.loads(out)["supposed"] == {"bid": "offer", "renew": "switch"}
    code, out, _ = run("suppose", "harbour-lease", "lease=lost", "--surprise")
    assert code == 0
    code, out, _ = run("solve", "harbour-lease", "--given", "bid=offer", "--json")
    assert json.loads(out)["forecast"]["bid"]["offer"] == 1


def test_precision_is_told_either_way(run):
    _, odds, _ = run("solve", "harbour-lease", "--precision", "3:1", "--json")
    _, rate, _ = run("solve", "harbour-lease", "--lambda", "0.10986122886681098", "--json")
    assert json.loads(odds)["forecast"]["bid"] == pytest.approx(json.loads(rate)["forecast"]["bid"])


def test_export_is_solved_to_the_same_answer(run, tmp_path):
    path = tmp_path / "harbour.json"
    assert run("export", "harbour-lease", "--to", "json", "-o", str(path))[0] == 0
    _, ours, _ = run("solve", "harbour-lease", "--json")
    _, theirs, _ = run("solve", str(path), "--json")
    for name, states in json.loads(ours)["forecast"].items():
        assert json.loads(theirs)["forecast"][name] == pytest.approx(states, abs=1e-9)


def test_schema_is_a_schema(run):
    code, out, _ = run("schema")
    assert code == 0
    jsonschema.Draft202012Validator.check_schema(json.loads(out))


def test_the_report_is_whole_or_not_there(run, tmp_path):
    path = tmp_path / "report.html"
    code, out, _ = run("solve", "harbour-lease", "--report", str(path))
    assert code == 0
    assert str(path) in out.replace("\n", "")
    assert path.read_text().rstrip().endswith("</html>")
    code, _, err = run("solve", "harbour-lease", "--report", str(tmp_path / "no" / "report.html"))
    assert code == 2
    assert "there is no folder" in err
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["solve", "harbour-leas"], 1, "did you mean 'harbour-lease'?"),
        (["solve", "nowhere.yaml"], 1, "nowhere.yaml"),
        (["solve", "nowhere.json"], 1, "cannot be read"),
        (["solve", "harbour-lease", "--ask", "lease = gone"], 1, "no state of lease 'gone'"),
        (["solve", "harbour-lease", "--given", "bid=stay_out", "--given", "renew=switch"], 1,
         "cannot happen"),
        (["solve", "harbour-lease", "--given", "lease=lost, 4"], 2, "'4' is not in odds"),
        (["solve", "harbour-lease", "--given", "lease"], 2, "ends too early"),
        (["solve", "harbour-lease#hawk"], 1, "there is no view 'hawk'"),
        (["hypotheses", "harbour-lease"], 1, "there is no evidence"),
        (["compare", "harbour-lease"], 1, "nobody to compare with"),
        (["compare"], 2, "Missing argument"),
        (["suppose", "harbour-lease", "renew=switch"], 1, "closed where bid = stay_out"),
        (["suppose", "harbour-lease", "renew"], 2, "not of the form name=state"),
        (["suppose", "harbour-lease"], 2, "Missing argument"),
        (["solve"], 2, "Missing argument"),
        (["solve", "harbour-lease", "--precision", "x"], 2, "expected odds"),
        (["solve", "harbour-lease", "--lambda", "-1"], 2, "Invalid value"),
        (["solve", "harbour-lease", "--lambda", "1", "--precision", "3:1"], 2, "same thing"),
        (["export", "harbour-lease", "--to", "gif"], 2, "Invalid value"),
        (["nonsense"], 2, "No such command"),
        (["check", "nowhere.json"], 1, "is no scenario"),
        (["check", "harbour-lease#hawk"], 1, "there is no view 'hawk'; there are: none"),
        (["solve", "harbour-lease", "--lambda", "nan"], 2, "no number that can be reached"),
        (["hypotheses", "venezuela-2026", "--seed", "-3"], 2, "Invalid value"),
        (["fit", "deterrence-1816-1899", "."], 1, "this is a folder"),
        (["fit", "deterrence-1816-1899", "x.csv", "--seed", "-1"], 2, "Invalid value"),
        (["drivers", "harbour-lease", "--ask", "foo = bar"], 1, "no move or factor 'foo'"),
        (["drivers", "harbour-lease", "--method", "pawn", "-n", "17"], 1, "too few for PAWN"),
        (["discover", "harbour-lease", "nope"], 1, "ends too early"),
        (["discover", "harbour-lease", "lease-2026", "-n", "3"], 2, "Invalid value"),
        (["worth", "harbour-lease", "--suppose", "bid=gone"], 1, "no state of bid 'gone'"),
        (["sweep", "harbour-lease", "-n", "0"], 2, "expected at least 1"),
        (["sweep", "harbour-lease", "-n", "1e15"], 1, "expected from 1 to"),
        (["sweep", "harbour-lease", "-n", "9", "--out", "no/w.parquet"], 1, "there is no folder"),
        (["export", "harbour-lease", "--to", "json", "-o", "no/x.json"], 1, "no/x.json: No such"),
        (["explain", "harbour-lease#hawk"], 1, "there is no view"),
    ],
)  # fmt: skip
def test_what_goes_wrong_is_told_with_its_code(run, arguments, code, told):
    ended, out, err = run(*arguments)
    assert ended == code
    assert told in err
    assert out == ""


def test_a_diagram_without_nodes_is_refused(run, tmp_path):
    path = tmp_path / "empty.json"
    path.write_text('{"nodes": []}')
    for command in ("solve", "sweep", "dominoes", "explain"):
        code, out, err = run(command, str(path))
        assert (code, out) == (1, "")
        assert "the diagram has no nodes" in err


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "venezuela-2026#article"],
        ["explain", "harbour-lease"],
        ["suppose", "harbour-lease", "renew=renew"],
        ["solve", "harbour-lease", "--nash"],
        ["sweep", "harbour-lease", "-n", "1"],
        ["sweep", "harbour-lease", "-n", "16", "--given", "lease = lost"],
        ["drivers", "harbour-lease", "-n", "16", "--ask", "bid = offer", "--suppose", "bid=offer"],
        ["dominoes", "harbour-lease", "--from", "bid=offer"],
        ["hypotheses", "venezuela-2026", "-n", "16"],
        ["compare", "harbour-lease", "harbour-lease"],
        ["worth", "harbour-lease", "-n", "320"],
    ],
)  # fmt: skip
def test_json_is_one_object_without_what_json_lacks(run, arguments):
    def refuse(constant):
        raise AssertionError(f"{constant} is no JSON")

    code, out, _ = run(*arguments, "--json")
    assert code == 0
    told = json.loads(out, parse_constant=refuse)
    rows = (ROOT / "docs" / "json.md").read_text(encoding="utf-8").splitlines()
    (row,) = [row for row in rows if row.startswith("|") and f"`{arguments[0]}`" in row[:25]]
    always, _, sometimes = row.split("|")[2].partition(";")
    assert set(re.findall("`([a-z_]+)`", always)) == set(told) - set(
        re.findall("`([a-z_]+)`", sometimes)
    )


def test_refusals_are_json_too(run):
    code, out, _ = run("suppose", "harbour-lease", "renew=switch", "--json")
    assert code == 1
    assert json.loads(out)["status"] == "refused"


def test_help_is_quick_and_imports_no_jax():
    code = (
        "import sys\nfrom middlegame.cli.main import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "heavy = {'jax', 'pandas', 'altair', 'rich', 'pydantic', 'scipy'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr


def test_a_reader_that_goes_away_is_no_traceback():
    command = f"{sys.executable} -m middlegame schema | head -c 1"
    ended = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert ended.stderr == ""


def test_ctrl_c_is_no_traceback(run, monkeypatch):
    def interrupted(*_arguments, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr("middlegame.equilibrium.equilibrium.solve", interrupted)
    code, _, err = run("solve", "harbour-lease")
    assert code == 1
    assert "Aborted" in err


def test_dominoes(run, tmp_path):
    report = tmp_path / "fall.html"
    code, out, _ = run("dominoes", "harbour-lease", "--report", str(report))
    assert code == 0
    assert "WHAT FALLS WITH WHAT" in out
    assert "What falls with what" in report.read_text()
    code, out, _ = run("dominoes", "harbour-lease", "--from", "lease=lost", "--json")
    (push,) = json.loads(out)["pushes"]
    assert push["effects"]["depot"]["closes"]["total"] > 0
    code, _, err = run("dominoes", "harbour-lease", "--from", "leas=lost")
    assert code == 1
    assert "did you mean 'lease'" in err


def test_drivers(run, tmp_path):
    report = tmp_path / "drivers.html"
    code, out, _ = run(
        "drivers", "harbour-lease", "-n", "16", "--ask", "lease-2026", "--report", str(report)
    )
    assert code == 0
    assert "THE TENANT LOSES THE BERTH" in out
    assert "What would change the answer" in report.read_text()
    code, out, _ = run("drivers", "harbour-lease", "--method", "pawn", "-n", "256", "--json")
    told = json.loads(out)
    assert code == 0
    assert set(told["questions"]) == {"lease-2026", "depot-2026"}
    lease = told["questions"]["lease-2026"]
    assert lease["method"] == "pawn"
    assert lease["drivers"][0]["total"] >= lease["drivers"][-1]["total"]
    assert lease["drivers"][0]["first"] is None
    assert {"judgements", "after", "within", "jumps"} <= set(lease["pair"])


def test_discover(run, tmp_path):
    report = tmp_path / "box.html"
    code, out, _ = run(
        "discover", "harbour-lease", "lease-2026", "-n", "1024", "--report", str(report)
    )
    assert code == 0
    assert "of the worlds in which it is likelier than" in out.replace("\n  ", " ")
    assert "In which worlds" in report.read_text()
    code, out, _ = run("discover", "harbour-lease", "lease = lost", "-n", "1024", "--json")
    told = json.loads(out)
    assert 0 < told["held_out"]["density"] <= 1
    assert told["limits"]
    code, _, err = run("discover", "harbour-lease", "lease = lost", "--above", "99%", "-n", "1024")
    assert code == 1
    assert "too one-sided" in err
    assert run("discover", "harbour-lease", "lease = lost", "--above", "high")[0] == 2


def test_worth(run):
    code, out, _ = run("worth", "harbour-lease", "-n", "512", "--ask", "lease = lost", "--json")
    told = json.loads(out)
    assert code == 0
    assert told["questions"]["lease = lost"]["judgements"][0]["bits"] > 0
    assert {each["actor"] for each in told["knowing"]} == {"owner", "tenant"}
    assert told["leverage"][0]["worth"] > 0


def test_analyses_of_a_case(run):
    """What is supposed and known holds for the analyses as it does for `solve`."""
    case = ("--suppose", "bid=offer", "--given", "depot = closes, 2:1", "--json")
    supposed = mg.solve(mg.load("harbour-lease")).suppose({"bid": "offer"})
    lease = supposed.given("depot = closes", likelihood=2).forecast("lease")
    code, out, _ = run(
        "drivers", "harbour-lease", "--ask", "lease = lost", "--method", "pawn", "-n", "256", *case
    )
    told = json.loads(out)
    assert code == 0
    assert told["questions"]["lease = lost"]["outcomes"] == pytest.approx(lease)
    assert (told["supposed"], list(told["given"])) == ({"bid": "offer"}, ["depot = closes"])
    code, out, _ = run("worth", "harbour-lease", "-n", "320", "--ask", "lease = lost", *case)
    told = json.loads(out)
    assert told["supposed"] == {"bid": "offer"}
    assert {each["move"] for each in told["leverage"]} == {"renew", "retaliate"}
    code, out, _ = run("discover", "harbour-lease", "lease = lost", "-n", "512", *case)
    assert json.loads(out)["share"] < 0.5
    code, _, err = run("drivers", "harbour-lease", "--suppose", "bid=offer", "--suppose", "bid=no")
    assert code == 2
    assert "bid is said to be offer and no: give one" in err


def test_a_sweeps_report_tells_all_that_follows(run, tmp_path, monkeypatch):
    report = tmp_path / "sweep.html"
    monkeypatch.setitem(sys.modules, "SALib", None)
    code, _, err = run("sweep", "harbour-lease", "-n", "512", "--report", str(report))
    page = report.read_text()
    assert code == 0
    parts = ["What falls with what", "In which worlds", "What is worth finding out", "Leverage"]
    places = [page.index(f">{part}") for part in parts]
    assert places == sorted(places)
    assert "What would change the answer" not in page
    assert "The report is without drivers: " in err
    assert "middlegame[analysis]" in err
    assert run("sweep", "harbour-lease", "-n", "512", "--brief")[0] == 2
