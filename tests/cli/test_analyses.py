"""The commands of the analyses."""

import json
import math
import sys

import pytest


def test_dominoes_prints_cascade_writes_report_and_suggests_name(run, tmp_path):
    report = tmp_path / "fall.html"
    code, out, _ = run("dominoes", "harbour-lease", "--report", str(report))
    assert code == 0
    assert "DOMINOES  the largest effects on headline factors" in out
    assert "All effects of each intervention" in report.read_text()
    code, out, _ = run("dominoes", "harbour-lease", "--from", "lease=lost", "--json")
    (push,) = json.loads(out)["interventions"]
    assert push["effects"]["depot"]["closes"]["total"] > 0
    code, _, err = run("dominoes", "harbour-lease", "--from", "leas=lost")
    assert code == 1
    assert "did you mean 'lease'" in err


def test_drivers_prints_flip_points_and_ranks_judgements(run, tmp_path):
    report = tmp_path / "drivers.html"
    code, out, _ = run(
        "drivers", "harbour-lease", "-n", "16", "--ask", "lease-2026", "--report", str(report)
    )
    assert code == 0
    assert "THE TENANT LOSES THE BERTH" in out
    assert "what would change the answer" in report.read_text()
    code, out, _ = run("drivers", "harbour-lease", "--method", "pawn", "-n", "256", "--json")
    answer = json.loads(out)
    assert code == 0
    assert set(answer["questions"]) == {"lease-2026", "depot-2026"}
    lease = answer["questions"]["lease-2026"]
    assert lease["method"] == "pawn"
    assert lease["drivers"][0]["total"] >= lease["drivers"][-1]["total"]
    assert lease["drivers"][0]["first"] is None
    assert {"judgements", "after", "within", "jumps"} <= set(lease["pair"])


def test_discover_prints_box_and_refuses_one_sided_threshold(run, tmp_path):
    report = tmp_path / "box.html"
    code, out, _ = run(
        "discover", "harbour-lease", "lease-2026", "-n", "1024", "--report", str(report)
    )
    assert code == 0
    assert "of the target worlds (density" in out.replace("\n  ", " ")
    assert "Scenario discovery" in report.read_text()
    code, out, _ = run("discover", "harbour-lease", "lease = lost", "-n", "1024", "--json")
    answer = json.loads(out)
    assert 0 < answer["held_out"]["density"] <= 1
    assert answer["limits"]
    code, _, err = run("discover", "harbour-lease", "lease = lost", "--above", "99%", "-n", "1024")
    assert code == 1
    assert "choose a level between these" in err
    assert run("discover", "harbour-lease", "lease = lost", "--above", "high")[0] == 2


def test_voi_reports_judgements_actors_and_commitment(run):
    code, out, _ = run("voi", "harbour-lease", "-n", "512", "--ask", "lease = lost", "--json")
    answer = json.loads(out)
    assert code == 0
    assert answer["questions"]["lease = lost"]["judgements"][0]["gain"] > 0
    assert {each["actor"] for each in answer["information_values"]} == {"owner", "tenant"}
    assert answer["commitment_values"][0]["points"] > 0


def test_why_prints_sentences_writes_report_and_splits_log_odds(run, tmp_path):
    report = tmp_path / "why.html"
    code, out, _ = run("why", "harbour-lease", "renew", "--report", str(report))
    assert code == 0
    assert "the port city more often renews the lease (52%)" in out.replace("\n  ", " ")
    assert "Reasons" in report.read_text()
    code, out, _ = run(
        "why", "harbour-lease", "renew=switch", "--when", "loan = real", "--middle", "--json"
    )
    answer = json.loads(out)
    assert code == 0
    assert (answer["option"], answer["rather_than"]) == ("switch", "renew")
    (group,) = answer["groups"]
    parts = sum(each["log_odds"] for each in group["contributions"])
    (situation,) = group["situations"]
    ratio = situation["probability"] / situation["other_probability"]
    assert parts == pytest.approx(math.log(ratio), abs=1e-10)


def test_why_lists_what_would_move_a_factor(run):
    code, out, _ = run("why", "harbour-lease", "lease=lost", "--json")
    influences = json.loads(out)["influences"]
    assert code == 0
    assert {each["name"] for each in influences} == {"bid", "loan", "renew", "retaliate"}


def test_why_refuses_unknown_move_and_condition_on_consequences(run):
    code, _, err = run("why", "harbour-lease", "renw")
    assert code == 1
    assert "did you mean 'renew'" in err
    assert run("why", "harbour-lease", "renew", "--middle", "--worlds", "8")[0] == 2
    code, _, err = run("why", "harbour-lease", "renew", "--when", "lease = lost")
    assert code == 1
    assert "lease depends on renew" in err


def test_solve_as_json_has_the_reasons_of_each_move(run):
    reasons = json.loads(run("solve", "harbour-lease", "--json")[1])["reasons"]
    assert list(reasons) == ["bid", "renew", "retaliate"]
    assert reasons["bid"]["worlds"] == 512
    middle = json.loads(run("solve", "harbour-lease", "--middle", "--json")[1])["reasons"]
    assert middle["bid"]["worlds"] == 0
    assert middle["bid"]["policy_probability"] != reasons["bid"]["policy_probability"]
    assert "situations" not in reasons["bid"]["groups"][0]


def test_analyses_hold_what_is_supposed_and_given(harbour, run):
    """What is supposed and known holds for the analyses as it does for `solve`."""
    case = ("--suppose", "bid=offer", "--given", "depot = closes, 2:1", "--json")
    supposed = harbour.middle.suppose({"bid": "offer"})
    lease = supposed.given("depot = closes", likelihood=2).forecast("lease")
    code, out, _ = run(
        "drivers", "harbour-lease", "--ask", "lease = lost", "--method", "pawn", "-n", "256", *case
    )
    answer = json.loads(out)
    assert code == 0
    assert answer["questions"]["lease = lost"]["outcomes"] == pytest.approx(lease)
    assert (answer["supposed"], list(answer["given"])) == ({"bid": "offer"}, ["depot = closes"])
    code, out, _ = run("voi", "harbour-lease", "-n", "320", "--ask", "lease = lost", *case)
    answer = json.loads(out)
    assert answer["supposed"] == {"bid": "offer"}
    assert {each["move"] for each in answer["commitment_values"]} == {"renew", "retaliate"}
    code, out, _ = run("discover", "harbour-lease", "lease = lost", "-n", "512", *case)
    assert json.loads(out)["base_rate"] < 0.5
    code, _, err = run("drivers", "harbour-lease", "--suppose", "bid=offer", "--suppose", "bid=no")
    assert code == 2
    assert "bid is given as offer and as no: give one" in err


def test_sweep_report_holds_all_analyses_and_names_missing_library(run, tmp_path, monkeypatch):
    report = tmp_path / "sweep.html"
    monkeypatch.setitem(sys.modules, "SALib", None)
    code, _, err = run("sweep", "harbour-lease", "-n", "512", "--report", str(report))
    page = report.read_text()
    assert code == 0
    parts = ["Dominoes", "Scenario discovery", "Value of information", "Value of commitment"]
    places = [page.index(f">{part}") for part in parts]
    assert places == sorted(places)
    assert "what would change the answer" not in page
    assert "The report is without drivers: " in err
    assert "middlegame[analysis]" in err
    assert run("sweep", "harbour-lease", "-n", "512", "--brief")[0] == 2
