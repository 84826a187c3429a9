"""The commands `middlegame solve` and `suppose`."""

import json

import pytest

from tests.paths import REFERENCE


def test_solve_prints_answer_before_method_in_80_columns(run):
    code, out, _ = run("solve", "harbour-lease")
    assert code == 0
    assert out.index("It is unlikely") < out.index("quantal response")
    assert max(map(len, out.splitlines())) <= 80


def test_solve_with_json_option_prints_forecast_storylines_and_asked(run):
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


def test_solve_of_diagram_equals_gambit(run):
    code, out, _ = run("solve", str(REFERENCE / "tree-killer.json"), "--lambda", "2", "--json")
    reference = json.loads((REFERENCE / "tree-killer.json").read_text())["logit_qre"]["2"]
    assert code == 0
    assert json.loads(out)["policies"]["poison"] == pytest.approx(reference["poison"], abs=1e-8)


def test_solve_of_diagram_prints_its_moves(run):
    code, out, _ = run("solve", str(REFERENCE / "beer-quiche.json"))
    assert code == 0
    assert "breakfast" in out


def test_solve_given_report_multiplies_odds_by_likelihood_ratio(run):
    code, out, _ = run("solve", "harbour-lease", "--given", "loan = real, 4:1", "--json")
    answer = json.loads(out)
    before, after = (
        each["loan"]["real"] for each in (answer["prior"]["forecast"], answer["forecast"])
    )
    assert code == 0
    assert after / (1 - after) == pytest.approx(4 * before / (1 - before))
    assert answer["given"] == {"loan = real": ["seen"]}
    code, out, _ = run("solve", "harbour-lease", "--given", "loan = real, 4:1")
    note = "(prior probability in brackets): the loan behind the offer is real (a report, 4:1)."
    assert note in " ".join(out.split())


def test_suppose_fixes_states_and_given_conditions_forecast(run):
    code, out, _ = run("suppose", "harbour-lease", "bid=offer", "renew=switch", "--json")
    assert code == 0
    assert json.loads(out)["supposed"] == {"bid": "offer", "renew": "switch"}
    code, out, _ = run("suppose", "harbour-lease", "lease=lost", "--surprise")
    assert code == 0
    code, out, _ = run("solve", "harbour-lease", "--given", "bid=offer", "--json")
    assert json.loads(out)["forecast"]["bid"]["offer"] == pytest.approx(1, abs=1e-12)


def test_precision_in_odds_equals_lambda(run):
    _, odds, _ = run("solve", "harbour-lease", "--precision", "3:1", "--json")
    _, rate, _ = run("solve", "harbour-lease", "--lambda", "0.10986122886681098", "--json")
    assert json.loads(odds)["forecast"]["bid"] == pytest.approx(json.loads(rate)["forecast"]["bid"])


def test_solve_writes_whole_report_or_none(run, tmp_path):
    path = tmp_path / "report.html"
    code, out, _ = run("solve", "harbour-lease", "--report", str(path))
    assert code == 0
    assert str(path) in out.replace("\n", "")
    assert path.read_text().rstrip().endswith("</html>")
    code, _, err = run("solve", "harbour-lease", "--report", str(tmp_path / "no" / "report.html"))
    assert code == 2
    assert "there is no folder" in err
    assert list(tmp_path.iterdir()) == [path]


def test_condition_asked_for_is_told_in_words_below_the_questions(run):
    code, out, _ = run("solve", "harbour-lease", "--ask", "lease = lost and bid = offer")
    assert code == 0
    before, _, after = out.partition("ALSO ASKED")
    assert "QUESTIONS" in before
    section = " ".join(after.split("\n\n")[0].split())
    assert "The lease is lost and the rival power makes an offer" in section
    assert "lease = lost" not in out


@pytest.mark.parametrize("command", ["solve", "sweep"])
@pytest.mark.parametrize("name", ["price", "brent-april"])
def test_value_asked_for_is_refused_with_a_threshold_in_its_place(run, command, name):
    code, _, err = run(command, "opec-2020", "--ask", name)
    assert code == 1
    message = "asks for a value, which has no probability; expected a threshold, such as 'price >= "
    assert f"'{name}' {message}" in err


@pytest.mark.parametrize("command", ["solve", "sweep"])
def test_unknown_question_is_refused_naming_only_those_that_have_a_probability(run, command):
    code, _, err = run(command, "opec-2020", "--ask", "nope")
    assert code == 1
    names = "name one of cut-march, flood-april, price-april, truce-2020, or"
    assert f"there is no question 'nope'; {names} write a condition such as" in err


def test_ask_takes_the_name_of_a_question_and_names_the_nearest_one(run):
    _, out, _ = run("solve", "harbour-lease", "--ask", "lease-2026", "--json")
    found = json.loads(out)
    assert found["asked"] == {"lease-2026": found["questions"]["lease-2026"]}
    for command in ("solve", "sweep"):
        code, _, err = run(command, "harbour-lease", "--ask", "lease-2027")
        assert code == 1
        assert "there is no question 'lease-2027'; did you mean 'lease-2026'?" in err
