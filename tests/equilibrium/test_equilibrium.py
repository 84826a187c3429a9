import numpy as np
import pytest

import middlegame as mg
from middlegame.scenario import Scenario


@pytest.fixture(scope="module")
def harbour() -> mg.Equilibrium:
    return mg.solve(mg.load("harbour-lease"))


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


def test_an_announced_supposition_is_solved_anew(harbour):
    changed = harbour.suppose({"bid": "offer"})
    assert changed.forecast("bid") == {"stay_out": 0.0, "offer": 1.0}
    assert changed.residual < 1e-9
    assert changed.supposed == {"bid": "offer"}


def test_a_supposition_tells_nothing_and_an_observation_does():
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


def test_suppositions_can_follow_each_other(harbour):
    at_once = harbour.suppose({"bid": "offer", "renew": "switch"})
    in_turn = harbour.suppose({"bid": "offer"}).suppose({"renew": "switch"})
    assert in_turn.supposed == at_once.supposed
    assert in_turn.forecast("depot") == pytest.approx(at_once.forecast("depot"))


def test_a_factor_can_be_supposed(harbour):
    assert harbour.suppose({"lease": "lost"}).forecast("lease")["lost"] == 1


@pytest.mark.parametrize("surprise", [False, True])
def test_a_closed_option_cannot_be_supposed(harbour, surprise):
    with pytest.raises(mg.QueryError, match="it is closed where bid = stay_out"):
        harbour.suppose({"renew": "switch"}, fixed_policies=surprise)


def test_names_that_are_not_there_are_told_with_the_nearest(harbour):
    with pytest.raises(mg.QueryError, match="did you mean 'lease'"):
        harbour.forecast("leese")
    with pytest.raises(mg.QueryError, match="did you mean 'lost'"):
        harbour.suppose({"lease": "losst"})
    with pytest.raises(mg.QueryError, match="no state of lease 'gone'"):
        harbour.given({"lease": "gone"})
    with pytest.raises(mg.QueryError, match="did you mean 'kept'"):
        harbour.probability("lease = keptt")
    with pytest.raises(mg.QueryError, match="there is no move 'lease'"):
        harbour.policy("lease")
    with pytest.raises(mg.QueryError, match="ends too early"):
        harbour.probability("lease =")


def test_what_cannot_happen_cannot_be_given(harbour):
    with pytest.raises(mg.QueryError, match="renew = switch cannot happen"):
        harbour.given({"bid": "stay_out", "renew": "switch"})


def test_alternatives_can_be_given(harbour):
    either = harbour.given({"retaliate": ["accept", "sue"]})
    assert either.forecast("depot") == pytest.approx(harbour.forecast("depot"))


def test_conditions_are_joint_queries(harbour):
    both = harbour.probability("lease = lost and depot = closes")
    table = harbour.joint("lease", "depot")
    assert both == pytest.approx(table[1, 0])
    assert harbour.probability("lease = kept or lease = lost") == pytest.approx(1)
    assert table.sum() == pytest.approx(1)


def test_questions_are_answered(harbour):
    assert harbour.questions["lease-2026"] == pytest.approx(harbour.forecast("lease")["lost"])


def test_the_frame_holds_every_forecast(harbour):
    frame = harbour.frame()
    assert frame.groupby("name").probability.sum().to_numpy() == pytest.approx(1)


def test_it_prints_in_a_few_lines(harbour):
    lines = repr(harbour).splitlines()
    assert lines[0] == "Equilibrium of 'Harbour lease' (converged)"
    assert lines[1].startswith("  bid = offer  ")


def test_precision_and_theta_can_be_given():
    game = mg.load("harbour-lease")
    uniform = mg.solve(game, precision=0)
    assert uniform.forecast("bid")["offer"] == pytest.approx(0.5)
    theta = mg.solve(game).theta + 1e-3
    assert mg.solve(game, theta=theta).forecast("lease") != mg.solve(game).forecast("lease")


def test_a_scenario_with_faults_is_not_solved():
    broken = signal().model_dump(by_alias=True)
    broken["moves"]["act"]["knows"] = ["sya"]
    with pytest.raises(mg.ScenarioError, match="did you mean 'say'"):
        mg.solve(Scenario.model_validate(broken))


def test_the_answer_is_one_json_object(harbour):
    answer = harbour.to_dict()
    wanted = {"status", "residual", "lambda", "forecast", "policies", "points", "storylines"}
    assert wanted <= set(answer)
    assert answer["status"] == "converged"
    assert np.array(answer["policies"]["renew"]).shape == harbour.policy("renew").shape
