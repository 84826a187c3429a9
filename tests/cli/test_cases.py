"""The command `middlegame cases`."""

import json


def test_cases_lists_historical_contests_by_date(run):
    code, out, _ = run("cases")
    names = [line.split()[0] for line in out.splitlines()]
    assert code == 0
    assert names.index("suez-1956") < names.index("cuba-1962") < names.index("kuwait-1990")
    assert "harbour-lease" not in names


def test_cases_scored_prints_the_warning_and_each_outcome(run):
    code, out, _ = run("cases", "moscow-1964", "--score")
    assert code == 0
    assert "Brezhnev is first secretary" in out
    assert "These are hindcasts" in out
    code, out, _ = run("cases", "moscow-1964", "--score", "--json")
    answer = json.loads(out)
    assert answer["scores"]["count"] == 4
    assert answer["baselines"][0]["standard_error"] is None


def test_cases_refuses_an_unknown_name_with_the_nearest_one(run):
    code, _, err = run("cases", "suez-1965")
    assert code == 1
    assert "did you mean 'suez-1956'" in err
