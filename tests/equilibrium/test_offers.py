"""Offers against the moves, conditions and interests that they stand for."""

import pytest

import middlegame as mg
from middlegame.scenario import Scenario, dumps, read_text
from middlegame.scenario.model.offer_expansion import expand_offers

BASE = {
    "title": "A trade",
    "actors": {"a": "A", "b": "B"},
    "factors": {"peace": {"states": ["yes", "no"], "headline": True, "rules": [
        {"if": "stay = leaves and press = eases", "then": {"yes": "70..90%"}},
        {"then": {"yes": "10..20%"}}]}},
    "interests": {
        "a": [{"when": "press = eases", "worth": 50},
              {"when": "stay = leaves", "worth": "-30..-10"}],
        "b": [{"when": "stay = leaves", "worth": 50}, {"when": "press = eases", "worth": -15},
              {"when": "peace = yes", "worth": 20}],
    },
}  # fmt: skip
STAY = {"by": "a", "options": ["leaves", "stays"]}
PRESS = {"by": "b", "knows": ["stay"], "options": ["eases", "squeezes"]}
OFFER = {
    "by": "a", "to": "b", "costs": "1..3", "accepting_costs": 4,
    "terms": [{"promise": "stay = leaves", "breaking_costs": "15..30"}, "press = eases"],
}  # fmt: skip


def short(**more) -> Scenario:
    return Scenario.model_validate(
        BASE | {"moves": {"stay": STAY, "press": PRESS}, "offers": {"trade": OFFER}} | more
    )


def written_out() -> Scenario:
    eased = {"eases": {}, "squeezes": {"if": "trade = none"}}
    return Scenario.model_validate(
        BASE
        | {
            "moves": {
                "trade_offer": {"by": "a", "options": {
                    "offers": {"costs": "1..3"}, "keeps_quiet": {}}},
                "trade_answer": {"by": "b", "knows": ["trade_offer"], "options": {
                    "accepts": {"if": "trade_offer = offers", "costs": 4}, "declines": {}}},
                "stay": {**STAY, "knows": ["trade"]},
                "press": {**PRESS, "knows": ["stay", "trade"], "options": eased},
            },
            "factors": BASE["factors"] | {"trade": {"states": ["accepted", "none"], "rules": [
                {"if": "trade_answer = accepts", "then": "accepted"}, {"then": "none"}]}},
            "interests": BASE["interests"] | {"a": [*BASE["interests"]["a"],
                {"when": "trade = accepted and stay = stays", "worth": "-30..-15"}]},
        }
    )  # fmt: skip


def test_offer_equals_its_moves_written_out():
    expanded, by_hand = mg.solve(short()).middle, mg.solve(written_out()).middle
    assert expanded.forecasts.keys() == by_hand.forecasts.keys()
    for name, forecast in by_hand.forecasts.items():
        assert expanded.forecast(name) == pytest.approx(forecast)
    assert expanded.points == pytest.approx(by_hand.points)


def test_promise_is_binding_without_a_price_and_breakable_with_one():
    struck = mg.solve(short()).given({"trade": "accepted"})
    assert struck.forecast("press")["squeezes"] == 0
    assert 0 < struck.forecast("stay")["stays"] < 0.5


def test_offer_parameters_are_named_by_their_place_in_the_file():
    names = {parameter.name for parameter in mg.compile_scenario(short()).parameters}
    assert {"offers.trade.costs", "offers.trade.terms[0].breaking_costs"} <= names


def test_acceptance_opens_and_closes_options():
    opening = OFFER | {"if_accepted": {"opens": "stay = leaves", "closes": ["press = squeezes"]}}
    solved = mg.solve(short(offers={"trade": opening}))
    assert solved.probability("stay = leaves and trade = none") == 0
    assert solved.probability("stay = leaves and trade = accepted") > 0
    assert solved.probability("press = squeezes and trade = accepted") == 0


def test_bargain_over_time_holds_until_it_is_broken():
    solved = mg.solve(short(periods={"every": "month", "for": 3}))
    assert solved.probability("trade@1 = accepted and trade_offer@2 = offers") == 0
    held = solved.probability("trade@1 = accepted and stay@1 = leaves")
    assert solved.probability("trade@1 = accepted and stay@1 = leaves and trade@2 = accepted") == (
        pytest.approx(held)
    )
    assert solved.probability("trade@1 = accepted and stay@1 = stays and trade@2 = accepted") == 0


def test_offer_is_unchanged_by_dumping_and_reading():
    assert read_text(dumps(short())).scenario == short()
    assert expand_offers(short()).scenario.offers == {}
