"""The commands `middlegame list`, `new`, `check`, `export` and `schema`."""

import json

import jsonschema
import pytest


def test_list_prints_shipped_scenarios(run):
    code, out, _ = run("list")
    assert code == 0
    assert {"cuba-1962", "harbour-lease", "venezuela-2026"} <= {
        x.split()[0] for x in out.splitlines()
    }
    code, out, _ = run("list", "--json")
    assert all(set(entry) == {"name", "title", "folder"} for entry in json.loads(out))


def test_new_writes_scenario_that_checks_and_solves(run, tmp_path):
    folder = tmp_path / "my-contest"
    code, out, _ = run("new", str(folder))
    assert code == 0
    assert f"middlegame check {folder}" in out
    assert run("check", str(folder))[0] == 0
    assert run("solve", str(folder))[0] == 0


def test_new_refuses_to_overwrite(run, tmp_path):
    (tmp_path / "scenario.yaml").write_text("mine")
    code, _, err = run("new", str(tmp_path))
    assert code == 1
    assert "exists already" in err
    assert (tmp_path / "scenario.yaml").read_text() == "mine"


def test_new_like_an_archetype_writes_it(run, tmp_path):
    folder = tmp_path / "mine"
    code, out, _ = run("new", folder, "--like", "deterrence", "--json")
    assert code == 0
    assert json.loads(out) == {"file": str(folder / "scenario.yaml"), "like": "deterrence"}
    assert run("check", folder)[0] == 0


def test_new_lists_the_archetypes_with_the_forecasts_that_solving_them_gives(run, tmp_path):
    code, out, _ = run("new", "--list", "--json")
    assert code == 0
    listed = {each["name"]: each for each in json.loads(out)}
    run("new", tmp_path / "mine", "--like", "bargain")
    solved = json.loads(run("solve", tmp_path / "mine", "--json")[1])
    assert listed["bargain"]["questions"].popitem()[1] == pytest.approx(
        solved["questions"]["settled"]
    )
    code, out, _ = run("new", "--list")
    assert code == 0
    assert "from J. D. Fearon, Rationalist Explanations for War; R. Powell" in out


@pytest.mark.parametrize(
    "words", [["new"], ["new", "--list", "x"], ["new", "--list", "--like", "race"]]
)
def test_new_with_too_few_or_contradicting_words_is_wrong_usage(run, words):
    assert run(*words)[0] == 2


def test_check_of_faulty_file_names_every_place(run, tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text("title: X\nactors: {a: A}\nmoves:\n  m: {by: b, knows: [n], options: [x, y]}\n")
    code, out, _ = run("check", str(path))
    assert code == 1
    assert f"{path}:4:11: " in out
    assert f"{path}:4:22: " in out
    code, out, _ = run("check", str(path), "--json")
    assert code == 1
    answer = json.loads(out)
    assert answer["status"] == "faults"
    assert {"message", "expected", "line", "column", "severity"} <= set(answer["faults"][0])


def test_check_counts_parts_and_sourcing(run):
    code, out, _ = run("check", "harbour-lease", "--json")
    found = json.loads(out)
    assert code == 0
    assert found["status"] == "passed"
    assert found["counts"]["moves"] == 3
    assert found["sourcing"]["numbers"] >= found["sourcing"]["cited"] > 0
    assert set(found["points"]) == {"owner", "tenant", "rival"}


def test_exported_diagram_solves_to_equal_forecast(run, tmp_path):
    path = tmp_path / "harbour.json"
    assert run("export", "harbour-lease", "--to", "json", "-o", str(path))[0] == 0
    _, ours, _ = run("solve", "harbour-lease", "--middle", "--json")
    _, theirs, _ = run("solve", str(path), "--json")
    for name, states in json.loads(ours)["forecast"].items():
        assert json.loads(theirs)["forecast"][name] == pytest.approx(states, abs=1e-9)


def test_schema_is_valid_json_schema(run):
    code, out, _ = run("schema")
    assert code == 0
    jsonschema.Draft202012Validator.check_schema(json.loads(out))
