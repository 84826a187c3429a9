"""Scores against numbers computed by hand, and which forecasts count."""

import json
import math
from dataclasses import replace

import pytest
from scipy.stats import beta, binomtest

from middlegame.base.encoding import to_json
from middlegame.ledger import Ledger, LedgerError
from middlegame.ledger.records import Record, Resolution, now
from middlegame.ledger.scores import Scores, jeffreys, wilson
from middlegame.ledger.scoring import score
from middlegame.ledger.validation import parse_day
from tests.ledger.entries import entry, question


def record(probability: float, asked: str = "q", *, number: int = 1, **more: object) -> Record:
    made = entry(probability, question=question(asked, more.pop("due", None)), **more)
    return Record(**vars(made), id=number, recorded_at=now())


def resolution(outcome: str, asked: str = "q", on: str = "2026-03-01", due: str | None = None):
    return Resolution(
        question=question(asked, due), outcome=outcome, on=parse_day(on),
        source="x", by="x", at=now(),
    )  # fmt: skip


def scored(records: list[Record], resolutions: list[Resolution], bins: int = 10) -> Scores:
    asked = {f.question.key: f.question for r in records for f in r.forecasts}
    return score(records, resolutions, list(asked.values()), bins=bins)


def test_score_equals_hand_computed_brier_log_score_and_base_rate() -> None:
    found = scored(
        [record(0.8, "a"), record(0.3, "b"), record(0.6, "c"), record(0.9, "d")],
        [resolution("yes", "a"), resolution("no", "b"), resolution("no", "c")],
    )
    (anna,) = found.forecasters
    assert anna.mean.count == 3
    assert anna.mean.brier == pytest.approx((0.04 + 0.09 + 0.36) / 3)
    assert anna.mean.log_score == pytest.approx(-math.log(0.8 * 0.7 * 0.4) / 3)
    assert anna.brier_over_time == pytest.approx(anna.mean.brier)
    assert anna.even_odds.brier == 0.25
    assert anna.even_odds.log_score == pytest.approx(math.log(2))
    # Of the others, none came true beside a; beside b and c, one of two did.
    assert anna.base_rate is not None
    assert anna.base_rate.brier == pytest.approx((1 + 0.25 + 0.25) / 3)
    assert anna.base_rate.log_score == math.inf
    assert (found.resolved, found.happened, found.void, found.open) == (3, 1, 0, 1)


def test_score_leaves_out_void_question() -> None:
    found = scored([record(0.8)], [resolution("void")])
    assert found.forecasters == ()
    assert (found.resolved, found.void) == (0, 1)


def test_score_counts_last_forecast_before_resolution_day() -> None:
    # Ten days at 0.2, twenty at 0.6, and one that came on the very day.
    made = [
        record(0.6, day="2026-01-11", number=2),
        record(0.2, day="2026-01-01", number=1),
        record(1.0, day="2026-01-31", number=3),
    ]
    (anna,) = scored(made, [resolution("yes", on="2026-01-31")]).forecasters
    (only,) = anna.scored
    assert (only.probability, only.record, only.forecasts) == (0.6, 2, 2)
    assert anna.mean.brier == pytest.approx(0.16)
    assert anna.brier_over_time == pytest.approx((10 * 0.64 + 20 * 0.16) / 30)


def test_score_counts_later_record_of_two_at_one_moment() -> None:
    (anna,) = scored(
        [record(0.1, number=1), record(0.9, number=2)], [resolution("yes")]
    ).forecasters
    assert anna.scored[0].probability == 0.9


def test_score_leaves_out_forecast_after_due_day() -> None:
    made = [record(0.3, day="2026-01-10", due="2026-01-10", number=1),
            record(0.9, day="2026-01-11", due="2026-01-10", number=2)]  # fmt: skip
    (anna,) = scored(made, [resolution("yes", due="2026-01-10")]).forecasters
    assert anna.scored[0].probability == 0.3
    found = scored(made[1:], [resolution("yes", due="2026-01-10")])
    assert found.forecasters == ()
    assert [(who, q.name) for who, q in found.late] == [("anna", "q")]


def test_score_of_certain_and_wrong_forecast_is_infinite_and_null_in_json() -> None:
    (anna,) = scored([record(0.0, "a"), record(0.9, "b")],
                     [resolution("yes", "a"), resolution("yes", "b")]).forecasters  # fmt: skip
    assert anna.mean.log_score == math.inf
    assert [each.question.name for each in anna.called_impossible] == ["a"]
    data = json.loads(to_json(anna.to_dict()))
    assert data["log_score"] is None
    assert data["called_impossible"] == ["s/a"]


def test_score_of_single_question_has_no_base_rate() -> None:
    (anna,) = scored([record(0.4)], [resolution("yes")]).forecasters
    assert anna.base_rate is None
    assert json.dumps(anna.to_dict(), allow_nan=False)


def test_score_compares_forecasters_on_common_questions_only() -> None:
    found = scored(
        [
            record(0.9, "a"),
            record(0.9, "b"),
            record(0.5, "a", by="ben"),
            record(0.5, "c", by="carl"),
        ],
        [resolution("yes", "a"), resolution("no", "b"), resolution("no", "c")],
    )
    (pair,) = found.comparisons
    assert (pair.first, pair.second, pair.first_scores.count) == ("anna", "ben", 1)
    assert pair.first_scores.brier == pytest.approx(0.01)
    assert pair.second_scores.brier == pytest.approx(0.25)


def test_calibration_puts_each_forecast_in_one_bin_and_refuses_zero_bins() -> None:
    chances = [0.0, 0.05, 0.1, 0.15, 0.95, 1.0]
    made = [record(p, f"q{k}") for k, p in enumerate(chances)]
    (anna,) = scored(made, [resolution("yes", f"q{k}") for k in range(6)]).forecasters
    assert [(b.low, b.count) for b in anna.bins] == [(0.0, 2), (0.1, 2), (0.9, 2)]
    assert anna.bins[1].forecast == pytest.approx(0.125)
    assert anna.bins[0].happened == 2
    with pytest.raises(LedgerError, match="expected 1 to 100"):
        scored(made, [], bins=0)


@pytest.mark.parametrize(("happened", "count"), [(0, 1), (1, 1), (3, 10), (10, 10), (40, 400)])
def test_wilson_and_jeffreys_equal_scipy_intervals(happened: int, count: int) -> None:
    theirs = binomtest(happened, count).proportion_ci(method="wilson")
    assert wilson(happened, count) == pytest.approx((theirs.low, theirs.high), abs=1e-12)
    ends = beta(happened + 0.5, count - happened + 0.5).ppf([0.025, 0.975])
    low, high = jeffreys(happened, count)
    assert low == pytest.approx(0 if happened == 0 else ends[0])
    assert high == pytest.approx(1 if happened == count else ends[1])


def test_score_ignores_superseded_resolution(file_ledger: Ledger) -> None:
    file_ledger.add([entry(0.2), replace(entry(0.7), forecaster="ben")])
    file_ledger.resolve("q", "yes", on=parse_day("2026-03-01"), source="x")
    assert file_ledger.score().happened == 1
    file_ledger.resolve("q", "no", on=parse_day("2026-03-01"), source="x", supersede="wrong")
    found = file_ledger.score(scenario="s")
    assert (found.resolved, found.happened) == (1, 0)
    assert [each.forecaster for each in found.forecasters] == ["anna", "ben"]
    with pytest.raises(LedgerError, match="no scenario 'x'"):
        file_ledger.score(scenario="x")
