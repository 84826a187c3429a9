"""Opening contests in every form, and files that must be refused before they do harm."""

from pathlib import Path

import pytest

from middlegame.base.errors import QueryError
from middlegame.io.examples import open_scenario
from middlegame.io.open import open_contest
from middlegame.scenario.faults import ScenarioError
from tests.paths import DATA

CASES = DATA / "cases"


def faults_of_opening(name):
    with pytest.raises(ScenarioError) as caught:
        open_contest(str(CASES / name))
    return [str(fault).removeprefix(f"{CASES / name}:") for fault in caught.value.faults]


def test_open_reads_a_strategic_game_whatever_the_case_of_its_suffix():
    diagram, loaded = open_contest(str(CASES / "GAME.NFG"))
    assert diagram.title == "Two ways"
    assert loaded is None


def test_open_refuses_to_read_a_game_tree_whatever_the_case_of_its_suffix(tmp_path):
    with pytest.raises(QueryError, match="game trees are written and not read"):
        open_contest(str(tmp_path / "tree.EFG"))


@pytest.mark.parametrize("folder", ["with space", "Überfall-Приказ"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_open_reads_any_line_ending_from_any_folder(tmp_path, folder, ending, start):
    (tmp_path / folder).mkdir()
    file = tmp_path / folder / "größe 1.NFG"
    text = (CASES / "GAME.NFG").read_text("utf-8").replace("\n", ending)
    file.write_bytes((start + text).encode("utf-8"))
    assert open_contest(str(file))[0].title == "Two ways"


def test_json_with_more_labels_than_states_is_a_fault_at_the_labels():
    assert faults_of_opening("labels.json") == ["nodes[0].labels: expected 2 different labels"]


def test_json_with_a_number_of_thousands_of_digits_is_a_fault_at_its_path():
    with pytest.raises(ScenarioError) as caught:
        open_contest(str(CASES / "digits.json"))
    assert [fault.path for fault in caught.value.faults] == [("nodes", 0, "states")]


def test_json_with_a_billion_states_is_refused_before_they_are_labelled():
    assert faults_of_opening("huge.json") == [
        "nodes[0].states: 1000000000 states; expected 1 to 100,000"
    ]


def test_nfg_with_a_payoff_beyond_the_bound_is_refused_at_its_place():
    assert faults_of_opening("big.nfg") == [
        "1:55: the payoff '1e308' is too large; expected a number between -1e12 and 1e12"
    ]


def test_json_with_points_beyond_the_bound_is_refused(tmp_path):
    file = tmp_path / "big.JSON"
    file.write_text(
        '{"nodes": [{"name": "d", "kind": "decision", "owner": "A", "states": 2}],'
        ' "utilities": [{"owner": "A", "over": ["d"], "table": [0, 1e13]}]}'
    )
    with pytest.raises(ScenarioError, match="expected points between -1e12 and 1e12"):
        open_contest(str(file))


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_open_reads_a_scenario_with_any_line_ending_from_a_folder_with_any_name(tmp_path, ending):
    folder = tmp_path / "größe Приказ"
    folder.mkdir()
    text = (DATA / "siege.yaml").read_text("utf-8")
    (folder / "scenario.yaml").write_bytes(text.replace("\n", ending).encode("utf-8"))
    diagram, loaded = open_contest(str(folder))
    assert loaded is not None
    assert diagram.title == open_contest(str(DATA / "siege.yaml"))[0].title


@pytest.mark.parametrize(
    ("asked", "near"),
    [("cybr", "cyber"), ("cyber.yml", "cyber.yaml"), ("harbor-lease", "harbour-lease"),
     ("nothing-like-it", "")],
)  # fmt: skip
def test_a_name_of_nothing_proposes_the_most_similar_folder_file_or_example(
    tmp_path, monkeypatch, asked, near
):
    monkeypatch.chdir(tmp_path)
    for file in ("cyber/scenario.yaml", "cyber.yaml"):
        Path(file).parent.mkdir(exist_ok=True)
        Path(file).write_text("title: Cyber\n", "utf-8")
    (fault,) = open_scenario(asked).faults
    assert fault.suggestion == near
    (there,) = open_scenario(tmp_path / "cyber.yml").faults
    assert there.suggestion == str(tmp_path / "cyber.yaml")
