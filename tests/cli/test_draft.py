"""The command `middlegame draft`, without a language model."""

import json
import re

from tests.drafting.articles import PORT


def test_draft_writes_a_worksheet_beside_the_article(run, tmp_path):
    folder = tmp_path / "port"
    code, out, err = run("draft", PORT, "-o", folder)
    assert (code, err) == (0, "")
    gaps = int(re.search(r"Fill its (\d+) gaps, marked <\?>", out)[1])
    assert f"middlegame check {folder}" in out
    code, out, _ = run("check", folder)
    assert code == 1
    told = re.findall(r"error \S+:(\d+:\d+): '<\?>' is still to be filled in", out)
    assert len(told) == len(set(told)) == gaps
    assert f"{gaps} errors" in out
    code, _, err = run("draft", PORT, "-o", folder)
    assert code == 1
    assert "exists already" in err


def test_draft_as_json_lists_the_candidates(run, tmp_path):
    code, out, _ = run("draft", PORT, "-o", tmp_path / "port", "--json")
    assert code == 0
    found = json.loads(out)
    assert found["file"] == str(tmp_path / "port" / "scenario.yaml")
    assert found["actors"][0]["name"] == "Ethiopia"
    assert {each["section"] for each in found["sentences"]} == {
        "moves", "factors", "interests", "evidence", "questions",
    }  # fmt: skip


def test_draft_of_a_missing_or_unknown_file_is_refused(run, tmp_path):
    code, _, err = run("draft", tmp_path / "none.txt")
    assert (code, err.strip()[-21:]) == (1, "there is no such file")
    assert run("draft", tmp_path / "none.rtf")[0] == 1
