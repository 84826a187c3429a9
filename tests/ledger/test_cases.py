"""Historical contests: their scores, and that no ledger takes them for forecasts."""

import math

import pytest

import middlegame as mg
from middlegame.io.examples import find_file
from middlegame.ledger.entries import read_scenario
from middlegame.ledger.errors import LedgerError
from middlegame.report.text.numbers import percent
from tests.report.pages import show_plain


@pytest.fixture(scope="module")
def scores():
    return mg.score_cases()


def test_at_least_ten_cases_ship_each_dated_before_its_outcomes():
    cases = mg.list_cases()
    assert len(cases) >= 10
    for case in cases:
        assert case.as_of is not None
        assert all(case.as_of <= outcome.on for outcome in case.outcomes), case.name


def test_scores_equal_those_computed_by_hand(scores):
    made = [(each.probability, each.outcome.happened) for each in scores.hindcasts]
    assert scores.scores.brier == pytest.approx(sum((p - h) ** 2 for p, h in made) / len(made))
    surprise = [-math.log(p if h else 1 - p) for p, h in made]
    assert scores.scores.log_score == pytest.approx(sum(surprise) / len(made))
    even, rate = scores.baselines
    assert even.scores.brier == pytest.approx(0.25)
    for each in scores.hindcasts:
        others = [h.outcome.happened for h in scores.hindcasts if h.case != each.case]
        assert each.base_rate == pytest.approx(sum(others) / len(others))
    assert rate.difference == pytest.approx(rate.scores.brier - scores.scores.brier)


def test_the_standard_error_of_a_difference_equals_that_of_the_sums_by_case(scores):
    even = scores.baselines[0]
    gains = {}
    for each in scores.hindcasts:
        gains.setdefault(each.case, []).append(0.25 - each.brier)
    count = sum(map(len, gains.values()))
    mean = sum(map(sum, gains.values())) / count
    sums = [sum(gain - mean for gain in own) for own in gains.values()]
    n = len(sums)
    assert even.standard_error == pytest.approx(
        math.sqrt(n / (n - 1) * sum(each**2 for each in sums)) / count
    )


def test_every_outcome_is_counted_once_in_the_calibration(scores):
    assert sum(each.count for each in scores.bins) == len(scores.hindcasts)
    happened = sum(each.outcome.happened for each in scores.hindcasts)
    assert sum(each.happened for each in scores.bins) == happened


def test_values_are_scored_by_crps_apart_from_yes_and_no(scores):
    (price,) = (each for each in scores.values if each.case == "opec-2020")
    values, shares = price.forecast.values, price.forecast.probabilities
    below = [sum(p for v, p in zip(values, shares, strict=True) if v <= at) for at in range(90)]
    # The integral of the squared distance of both distribution functions, dollar by dollar.
    exact = sum((f - (at >= 18)) ** 2 for at, f in enumerate(below)) / 90
    assert (price.value, price.forecast.unit) == (18, "dollars a barrel")
    assert price.crps == pytest.approx(exact)
    assert price.uniform == pytest.approx(0.2**2 - 0.2 + 1 / 3)
    assert all(each.outcome.value is None for each in scores.hindcasts)
    text = show_plain(scores)
    assert "VALUES  CRPS as a share of the scale" in text
    assert f"{price.forecast.median:g}" in text


def test_readmes_give_the_figures_of_the_solved_contests(scores):
    for each in scores.hindcasts:
        readme = find_file(each.case).with_name("README.md").read_text("utf-8")
        if "| the model, as of" in readme and each.case != "cuba-1962":
            outcome = "yes" if each.outcome.happened else "no"
            if "| 90% of worlds |" in readme:
                low, high = map(percent, each.interval)
                outcome = f"{low} to {high} | {outcome}"
            assert f"| {each.label} | {percent(each.probability)} | {outcome} |" in readme
    for each in scores.values:
        readme = find_file(each.case).with_name("README.md").read_text("utf-8")
        median, low, high = each.forecast.median, *each.forecast.ninety
        told = f"{median:g} {each.forecast.unit} ({low:g} to {high:g})"
        assert f"| {each.label} | {told} | {each.value:g} |" in readme


def test_a_single_case_has_a_base_rate_of_the_others_and_no_standard_error():
    scores = mg.score_cases(["moscow-1964"])
    assert len(scores.cases) == 1
    assert math.isnan(scores.baselines[0].standard_error)
    assert 0 < scores.hindcasts[0].base_rate < 1


def test_a_ledger_refuses_a_historical_contest(tmp_path):
    with pytest.raises(LedgerError, match="middlegame cases suez-1956 --score"):
        read_scenario("suez-1956")
    text = find_file("suez-1956").read_text("utf-8")
    with (
        mg.Ledger.open(tmp_path / "ledger.db") as ledger,
        pytest.raises(LedgerError, match="hindcasts"),
    ):
        ledger.record(mg.solve(mg.load("suez-1956")), text=text)


def test_an_unknown_case_is_refused_with_the_nearest_name():
    with pytest.raises(mg.QueryError, match="did you mean 'suez-1956'"):
        mg.list_cases(["suez-1965"])
