import numpy as np
import pytest

import middlegame as mg
from middlegame.diagram import Decision, Fixed, Utility
from middlegame.scenario import Scenario, read_text


def signal() -> Scenario:
    """A sender who knows the weather, a receiver who sees only what the sender does."""
    return Scenario.model_validate(
        {
            "title": "Signal",
            "actors": {"sender": "Sender", "receiver": "Receiver"},
            "moves": {
                "say": {"by": "sender", "knows": ["weather"], "options": ["loud", "still"]},
                "act": {"by": "receiver", "knows": ["say"], "options": ["go", "stay"]},
            },
            "factors": {"weather": {"states": ["fair", "foul"], "chance": {"fair": "50%"}}},
            "interests": {
                "sender": [{"when": "weather = fair and say = loud", "worth": 40},
                           {"when": "act = go", "worth": 5}],
                "receiver": [{"when": "weather = fair and act = go", "worth": 50},
                             {"when": "weather = foul and act = stay", "worth": 50}],
            },
        }
    )  # fmt: skip


def test_suppose_solves_all_other_moves_again(harbour):
    changed = harbour.suppose({"bid": "offer"})
    assert changed.forecast("bid") == {"stay_out": 0.0, "offer": 1.0}
    assert changed.residual < 1e-9
    assert changed.supposed == {"bid": "offer"}


def test_suppose_reveals_nothing_about_the_mover_and_given_does():
    equilibrium = mg.solve(signal())
    supposed = equilibrium.suppose({"say": "loud"})
    assert supposed.forecast("weather")["fair"] == pytest.approx(0.5)
    assert equilibrium.given({"say": "loud"}).forecast("weather")["fair"] > 0.6
    # By surprise the receiver still believes what loudness meant before.
    surprised = equilibrium.suppose({"say": "loud"}, fixed_policies=True)
    assert surprised.forecast("weather")["fair"] == pytest.approx(0.5)
    believed = equilibrium.policy("act")[0, 0]
    assert surprised.forecast("act")["go"] == pytest.approx(believed)
    assert supposed.forecast("act")["go"] < believed


def test_suppose_twice_equals_supposing_both_at_once(harbour):
    at_once = harbour.suppose({"bid": "offer", "renew": "switch"})
    in_turn = harbour.suppose({"bid": "offer"}).suppose({"renew": "switch"})
    assert in_turn.supposed == at_once.supposed
    assert in_turn.forecast("depot") == pytest.approx(at_once.forecast("depot"))


def test_suppose_fixes_a_factor(harbour):
    assert harbour.suppose({"lease": "lost"}).forecast("lease")["lost"] == 1


@pytest.mark.parametrize("surprise", [False, True])
def test_suppose_refuses_a_closed_option_with_the_case(harbour, surprise):
    with pytest.raises(mg.QueryError, match="it is closed where bid = stay_out"):
        harbour.suppose({"renew": "switch"}, fixed_policies=surprise)


def test_a_closed_option_is_told_by_the_least_that_closes_it():
    contest = """
title: A vote
actors: {first: First, second: Second}
moves:
  run: {by: first, options: [run, rest]}
  challenge: {by: first, options: [challenge, abstain]}
  bloc:
    by: second
    knows: [run, challenge]
    options: {reform: {if: challenge = challenge}, free: {}}
interests:
  second: [{when: bloc = reform, worth: {is: -10..40, private: yes}}]
"""
    solved = mg.solve(read_text(contest).scenario, worlds=0)
    with pytest.raises(mg.QueryError, match="closed where challenge = abstain;"):
        solved.suppose({"bloc": "reform"})
    with pytest.raises(mg.QueryError, match="all cases that are left, where challenge = abstain"):
        solved.suppose({"bloc": "reform", "challenge": "abstain"})


def test_names_over_time_are_told_without_their_period():
    contest = """
title: A fee
periods: {every: year, for: 2, from: 2027-01-01}
actors: {town: The town}
moves: {tariff: {by: town, options: [high, low]}}
interests: {town: [{when: tariff@last = high, worth: 5}]}
"""
    solved = mg.solve(read_text(contest).scenario, worlds=0)
    with pytest.raises(mg.QueryError, match="no move or factor 'tarif'; did you mean 'tariff'"):
        solved.suppose({"tarif": "high"})
    with pytest.raises(mg.QueryError, match="'tariff' has no state 'hihg'; did you mean 'high'"):
        solved.suppose({"tariff": "hihg"})


def test_queries_refuse_unknown_names_with_the_nearest(harbour):
    with pytest.raises(mg.QueryError, match="did you mean 'lease'"):
        harbour.forecast("leese")
    with pytest.raises(mg.QueryError, match="did you mean 'lost'"):
        harbour.suppose({"lease": "losst"})
    with pytest.raises(mg.QueryError, match="'lease' has no state 'gone'"):
        harbour.given({"lease": "gone"})
    with pytest.raises(mg.QueryError, match="did you mean 'kept'"):
        harbour.probability("lease = keptt")
    with pytest.raises(mg.QueryError, match="there is no move 'lease'"):
        harbour.policy("lease")
    with pytest.raises(mg.QueryError, match="is incomplete"):
        harbour.probability("lease =")


def test_given_refuses_impossible_evidence(harbour):
    with pytest.raises(mg.QueryError, match="renew = switch cannot happen"):
        harbour.given({"bid": "stay_out", "renew": "switch"})


def test_given_refuses_observations_that_contradict_each_other(harbour):
    with pytest.raises(mg.QueryError) as refused:
        harbour.given({"bid": "offer"}).given({"bid": "stay_out"})
    assert str(refused.value) == "bid = stay_out contradicts the observation that bid = offer"


@pytest.mark.parametrize("fixed_policies", [False, True])
def test_suppose_refuses_what_contradicts_the_evidence(harbour, fixed_policies):
    seen = harbour.given("bid = offer and lease = lost")
    for name, state in (("bid", "stay_out"), ("lease", "kept")):
        with pytest.raises(mg.QueryError, match=f"cannot happen.*; supposed is {name} = {state}"):
            seen.suppose({name: state}, fixed_policies=fixed_policies)


def test_given_accepts_alternative_states(harbour):
    either = harbour.given({"retaliate": ["accept", "sue"]})
    assert either.forecast("depot") == pytest.approx(harbour.forecast("depot"))


def test_probability_of_a_condition_is_a_sum_over_the_joint(harbour):
    both = harbour.probability("lease = lost and depot = closes")
    table = harbour.joint("lease", "depot")
    assert both == pytest.approx(table[1, 0])
    assert harbour.probability("lease = kept or lease = lost") == pytest.approx(1)
    assert table.sum() == pytest.approx(1)


def test_questions_hold_the_probability_of_their_condition(harbour):
    assert harbour.questions["lease-2026"] == pytest.approx(harbour.forecast("lease")["lost"])


def test_to_dataframe_holds_every_forecast(harbour):
    frame = harbour.to_dataframe()
    assert frame.groupby("name").probability.sum().to_numpy() == pytest.approx(1)


def test_repr_names_the_likeliest_states(harbour):
    lines = repr(harbour.middle).splitlines()
    assert lines[0] == "Equilibrium of 'Harbour lease' (converged)"
    assert lines[1].startswith("  bid = offer  ")


def test_solve_takes_parameter_values():
    game = mg.load("harbour-lease")
    theta = mg.solve(game).theta + 1e-3
    assert mg.solve(game, theta=theta).forecast("lease") != mg.solve(game).forecast("lease")


@pytest.mark.parametrize("precision", [5, 5.0, "5:1"])
def test_solve_takes_precision_as_odds_for_ten_points(precision):
    """With two options and one actor, the odds for ten points are the precision."""
    nodes = (Decision("move", ("better", "worse"), (), "actor"),)
    worth = (Utility("actor", ("move",), Fixed(np.array([10.0, 0.0]))),)
    chosen = mg.solve(mg.Diagram(nodes, worth), precision=precision).forecast("move")
    assert chosen["better"] / chosen["worse"] == pytest.approx(5)


def test_solve_takes_lambda_as_log_odds_per_point():
    game = mg.load("harbour-lease")
    assert mg.solve(game, lambda_=0).forecast("bid")["offer"] == pytest.approx(0.5)
    by_odds, by_lambda = mg.solve(game, precision=3), mg.solve(game, lambda_=np.log(3) / 10)
    for name, forecast in by_odds.forecasts.items():
        assert by_lambda.forecast(name) == pytest.approx(forecast)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"precision": 3, "lambda_": 0.1}, "give one of them"),
        ({"precision": 0.5}, "at least 1:1"),
        ({"precision": "sharp"}, "expected odds of at least 1:1"),
        ({"precision": "5%"}, "expected odds such as 3:1"),
        ({"precision": float("nan")}, "expected odds of at least 1:1"),
    ],
)
def test_solve_refuses_an_invalid_precision(options, message):
    with pytest.raises(mg.QueryError, match=message):
        mg.solve(mg.load("harbour-lease"), **options)


def test_solve_refuses_a_scenario_with_faults():
    broken = signal().model_dump(by_alias=True)
    broken["moves"]["act"]["knows"] = ["sya"]
    with pytest.raises(mg.ScenarioError, match="did you mean 'say'"):
        mg.solve(Scenario.model_validate(broken))


def test_to_dict_holds_forecast_policies_points_and_storylines(harbour):
    answer = harbour.to_dict()
    wanted = {"status", "residual", "lambda", "forecast", "policies", "points", "storylines"}
    assert wanted <= set(answer)
    assert answer["status"] == "converged"
    assert np.array(answer["policies"]["renew"]).shape == harbour.policy("renew").shape
