"""Rival analysts, against solving each by itself."""

import datetime as dt
import json

import pytest

import middlegame as mg
from middlegame.analysis.analysts import collect_analysts
from middlegame.analysis.comparison import SWITCHED_WORLDS, compare_analysts
from middlegame.analysis.pooling import linear_pool, log_odds_pool
from middlegame.ledger import Ledger
from middlegame.ledger.scoring import earned_weights
from middlegame.report.text.comparison import question_words
from middlegame.scenario import apply_view, read_text
from tests.analysis.test_hypotheses import main_or_exit
from tests.ledger.entries import entry
from tests.report.pages import show_plain, unwrap
from tests.scenario.model.test_views import TEXT

MORE = """
  dove:
    forecaster: ann
    judgements:
      factors.f.rules[0].then.on: 5..15%
      interests.a[1].worth: 30
      precision: 1:1
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("views") / "test.yaml"
    text = TEXT.replace("views:", "precision: 2:1\nviews:") + MORE.lstrip("\n")
    path.write_text(text, "utf-8")
    return path


@pytest.fixture(scope="module")
def found(file):
    return compare_analysts(collect_analysts([str(file)]))


def test_comparison_pools_forecasts_of_scenario_and_views(file, found):
    scenario = read_text(file.read_text("utf-8")).scenario
    assert [o.name for o in found.analysts] == ["as written", "The hawks", "dove"]
    assert [o.forecaster for o in found.analysts] == ["test", "hawk", "ann"]
    (asked,) = found.questions
    alone = [mg.solve(scenario), *(mg.solve(apply_view(scenario, v)) for v in ("hawk", "dove"))]
    assert asked.probabilities == pytest.approx([e.questions["q"] for e in alone])
    assert asked.intervals == tuple(e.question_outlooks["q"].ninety for e in alone)
    third = [1 / 3] * 3
    assert asked.linear_pool == pytest.approx(linear_pool(asked.probabilities, third))
    assert asked.log_odds_pool == pytest.approx(log_odds_pool(asked.probabilities, third))


def over_first(scenario):
    return mg.solve(scenario, worlds=SWITCHED_WORLDS).questions["q"]


def test_contributions_of_two_numbers_add_up_to_difference(file, found):
    hawk = [each for each in found.disagreements if each.analysts[1] == "The hawks"]
    assert {number.name for each in hawk for number in each.numbers} == {
        "interests.a[0].worth",
        "factors.f.rules[0].then.on",
    }
    scenario = read_text(file.read_text("utf-8")).scenario
    difference = over_first(apply_view(scenario, "hawk")) - over_first(scenario)
    explained = sum(each.contributions["q"] for each in hawk)
    assert explained == pytest.approx(difference)
    (asked,) = found.questions
    left = asked.probabilities[1] - asked.probabilities[0] - explained
    assert found.residuals["The hawks"]["q"] == pytest.approx(left)
    assert abs(left) < 0.005


def test_contribution_is_mean_of_switching_first_and_last(file, found):
    scenario = read_text(file.read_text("utf-8")).scenario
    dove = apply_view(scenario, "dove")
    (rate,) = [e for e in found.disagreements if e.numbers[0].name == "precision"]
    first = over_first(scenario.model_copy(update={"precision": dove.precision}))
    last = over_first(dove.model_copy(update={"precision": scenario.precision}))
    base, theirs = over_first(scenario), over_first(dove)
    assert rate.contributions["q"] == pytest.approx((first - base + theirs - last) / 2)
    sizes = [each.importance for each in found.disagreements]
    assert sizes == sorted(sizes, reverse=True)


def test_middle_world_alone_has_no_intervals(file):
    found = mg.compare(str(file), middle=True)
    (asked,) = found.questions
    written = read_text(file.read_text("utf-8")).scenario
    assert asked.probabilities[0] == mg.solve(written, worlds=0).questions["q"]
    assert asked.intervals == (None, None, None)


def test_analysts_of_files_get_unique_names(tmp_path, file):
    other = tmp_path / "test.yaml"
    other.write_text(file.read_text("utf-8").replace("worth: 5}", "worth: 15}"), "utf-8")
    opinions = collect_analysts([f"{file}#hawk", str(other)], ["bob"])
    assert [o.name for o in opinions][:2] == ["test#hawk", "test"]
    assert opinions[0].forecaster == "bob"
    assert compare_analysts(opinions[:2]).notes == ()
    doubled = collect_analysts([str(file), str(other)])
    assert [o.name for o in doubled] == [
        "test", "test: The hawks", "test: dove", "test (2)", "test (2): The hawks", "test (2): dove"
    ]  # fmt: skip
    with pytest.raises(mg.QueryError, match="expected one for each"):
        collect_analysts([str(file)], ["a", "b"])
    with pytest.raises(mg.QueryError, match="needs two analysts"):
        compare_analysts(opinions[:1])


def test_file_given_with_one_of_its_views_stands_for_itself_alone(file):
    both = collect_analysts([str(file), f"{file}#dove"])
    assert [analyst.name for analyst in both] == ["test", "test#dove"]
    assert [analyst.forecaster for analyst in both] == ["test", "test#dove"]
    assert not both[0].scenario.views


def test_analysts_without_shared_questions_are_compared_on_headlines(file):
    opinions = collect_analysts([str(file)])
    bare = [
        type(o)(o.name, o.forecaster, o.scenario.model_copy(update={"questions": {}}))
        for o in opinions[:2]
    ]
    assert [each.name for each in compare_analysts(bare).questions] == ["m = x", "m = y"]


def test_difference_in_structure_is_noted_and_leaves_residual(file, tmp_path):
    other = tmp_path / "other.yaml"
    text = file.read_text("utf-8").replace("knows: []", "").replace("when: m = y", "when: m = x")
    other.write_text(text.partition("views:")[0], "utf-8")
    found = compare_analysts([collect_analysts([str(file)])[0], *collect_analysts([str(other)])])
    assert any("differ in more than numbers" in note for note in found.notes)
    assert found.residuals["other"]["q"] != 0


def test_max_numbers_limits_switched_numbers_with_a_note(file):
    opinions = collect_analysts([str(file)])
    found = compare_analysts([opinions[0], opinions[2]], max_numbers=1)
    assert len(found.disagreements) == 1
    assert "3 numbers differ" in found.notes[0]


VALUED = """
title: A cap
actors: {union: The union}
moves:
  cap: {by: union, scale: {from: 0, to: 40, step: 20}}
factors:
  price:
    scale: {from: 0, to: 100, step: 50}
    mean: 80 - cap
    spread: 20
interests: {union: [{when: cap >= 20, worth: {is: 5..15, label: Resolve}}]}
questions:
  held: {will: cap >= 20, by: 2026-12-31}
  price-2026: {value: price, on: 2026-12-31}
views: {hawk: {judgements: {'interests.union[0].worth': 20..30}}}
"""


def test_values_are_compared_by_their_distributions_and_means(tmp_path):
    path = tmp_path / "cap.yaml"
    path.write_text(VALUED, "utf-8")
    found = mg.compare(str(path))
    assert [each.name for each in found.questions] == ["held"]
    assert found.notes == ()
    first, hawk = (mg.solve(each.scenario).question_values["price-2026"] for each in found.analysts)
    told = found.values["price-2026"]
    assert [each.mean for each in told] == pytest.approx([first.mean, hawk.mean])
    # The whole difference of the means, in lengths of the scale, is shared out.
    shared = sum(each.contributions["price-2026"] for each in found.disagreements)
    left = found.residuals[found.analysts[1].name]["price-2026"]
    assert shared + left == pytest.approx((hawk.mean - first.mean) / 100)
    assert hawk.mean < first.mean
    text = unwrap(show_plain(found))
    low, high = first.ninety
    assert "Price: median" in text
    assert f"{low:g} to {high:g}" in text
    assert "counts in hundredths of its scale" in text
    assert question_words(found, "held") == "The union chooses at least 20"
    assert question_words(found, "cap = 40") == "The union chooses 40"


def test_earned_weights_use_questions_that_all_answered(tmp_path):
    with Ledger.open(tmp_path / "ledger.db") as ledger:
        ledger.add([entry(0.9, by="anna"), entry(0.2, by="bob")])
        ledger.resolve("q", "yes", on=dt.date(2026, 3, 1), source="the news", by="us")
        scores = ledger.score()
    earned = earned_weights(scores, ["anna", "bob"])
    assert earned.questions == 1
    assert earned.weights[0] > 0.5 > earned.weights[1]
    stranger = earned_weights(scores, ["anna", "carl"])
    assert (stranger.weights, stranger.unknown) == ((0.5, 0.5), ("carl",))


def test_compare_command_prints_reports_and_gives_json(file, capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("MIDDLEGAME_LEDGER", str(tmp_path / "ledger.db"))
    report = tmp_path / "report.html"
    main_or_exit(["compare", str(file), "--weights", "scores", "--report", str(report)])
    text = capsys.readouterr().out
    assert "WHERE THE ANALYSTS DIFFER" in text
    assert "The analysts are weighted equally: the ledger holds no scored forecasts" in " ".join(
        text.split()
    )
    assert "Rival analysts" in report.read_text("utf-8")
    main_or_exit(["compare", str(file), "--json"])
    printed = json.loads(capsys.readouterr().out)
    assert set(printed["weights"]) == {"as written", "The hawks", "dove"}
    main_or_exit(["solve", str(file), "--json"])
    solved = json.loads(capsys.readouterr().out)
    here = printed["forecasts"][0]["probabilities"]["as written"]
    assert here == pytest.approx(solved["questions"]["q"], abs=1e-12)
    ends = printed["forecasts"][0]["intervals"]["as written"]
    assert ends == pytest.approx(solved["intervals"]["questions"]["q"], abs=1e-12)


def test_long_intervals_of_values_stand_apart(tmp_path):
    path = tmp_path / "cap.yaml"
    dear = VALUED.replace("from: 0, to: 100,", "from: 900, to: 1000,")
    path.write_text(dear.replace("80 - cap", "980 - cap"), "utf-8")
    text = show_plain(mg.compare(str(path)))
    assert text.count("900 to 1000  900 to 1000") == 1
