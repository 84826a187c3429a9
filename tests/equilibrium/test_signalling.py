"""What a move tells of what its mover knows: equilibria against Gambit's, posteriors by hand."""

import io
import json

import numpy as np
import pytest

import middlegame as mg
from middlegame.scenario import read_text
from tests.paths import REFERENCE

BEER_QUICHE = """
title: Beer and quiche (Cho & Kreps 1987)
actors: {sender: The newcomer, receiver: The bully}
factors:
  type: {states: [strong, weak], chance: {strong: 90%}}
moves:
  breakfast: {by: sender, knows: [type], options: [beer, quiche]}
  duel: {by: receiver, knows: [breakfast], options: [stand_back, fight]}
interests:
  sender:
    - {when: type = strong and breakfast = beer, worth: 1}
    - {when: type = weak and breakfast = quiche, worth: 1}
    - {when: duel = stand_back, worth: 2}
  receiver:
    - {when: type = strong and duel = fight, worth: 1}
    - {when: type = weak and duel = stand_back, worth: 1}
"""

CRISIS = """
title: A crisis in which the challenger alone knows its resolve
actors: {challenger: The challenger, defender: The defender}
factors:
  resolve: {states: [firm, soft], chance: {firm: 40%}}
moves:
  threat: {by: challenger, knows: [resolve], options: [threaten, keep_quiet]}
  answer: {by: defender, knows: [threat], options: {concede: {}, resist: {if: threat = threaten}}}
  end:
    by: challenger
    knows: [resolve, threat, answer]
    options: {back_down: {}, attack: {if: answer = resist}}
interests:
  challenger:
    - {when: threat = threaten and answer = concede, worth: 50}
    - {when: threat = threaten and answer = resist and end = back_down, worth: -20}
    - {when: end = attack and resolve = firm, worth: 10}
    - {when: end = attack and resolve = soft, worth: -50}
  defender:
    - {when: threat = threaten and answer = concede, worth: -40}
    - {when: end = attack, worth: -60}
    - {when: threat = threaten and answer = resist and end = back_down, worth: 15}
evidence:
  intercept: {saw: resolve = firm, likelihood: 4:1, seen_by: [defender]}
precision: 3:1
"""


def scenario(text: str):
    loaded = read_text(text)
    assert not loaded.errors
    return loaded.scenario


@pytest.mark.parametrize("rate", ["0.5", "2", "10", "40"])
def test_beer_and_quiche_equals_gambit(rate):
    expected = json.loads((REFERENCE / "beer-quiche.json").read_text())["logit_qre"][rate]
    solved = mg.solve(scenario(BEER_QUICHE), lambda_=float(rate))
    breakfast, duel = np.array(expected["breakfast"]), np.array(expected["duel"])
    assert solved.policy("breakfast") == pytest.approx(breakfast, abs=1e-10)
    assert solved.policy("duel") == pytest.approx(duel, abs=1e-10)


def test_signal_reveals_what_its_sender_knows():
    solved = mg.solve(scenario(BEER_QUICHE), lambda_=2.0)
    beer = solved.policy("breakfast")[:, 0]
    strong = 0.9 * beer[0] / (0.9 * beer[0] + 0.1 * beer[1])
    seen = solved.given({"breakfast": "beer"})
    assert seen.forecast("type")["strong"] == pytest.approx(strong, abs=1e-12)
    announced = solved.suppose({"breakfast": "beer"})
    assert announced.forecast("type")["strong"] == pytest.approx(0.9)


def crisis_tree() -> str:
    """The crisis as Gambit's game tree, written leaf by leaf; a report comes after the type."""
    lines = ['EFG 2 R "crisis" { "challenger" "defender" }']
    lines.append('c "" 1 "" { "firm" 0.4 "soft" 0.6 } 0')
    outcomes = iter(range(1, 100))

    def leaf(challenger: int, defender: int) -> str:
        return f't "" {next(outcomes)} "" {{ {challenger}, {defender} }}'

    for type_, resolve in enumerate(("firm", "soft"), start=1):
        right = "0.8 0.2" if resolve == "firm" else "0.2 0.8"
        says, denies = right.split()
        lines.append(f'c "" {1 + type_} "" {{ "says" {says} "denies" {denies} }} 0')
        for report in (1, 2):
            lines.append(f'p "" 1 {type_} "" {{ "threaten" "quiet" }} 0')
            lines.append(f'p "" 2 {report} "" {{ "concede" "resist" }} 0')
            lines.append(leaf(50, -40))
            lines.append(f'p "" 1 {2 + type_} "" {{ "back_down" "attack" }} 0')
            lines.append(leaf(-20, 15))
            lines.append(leaf(10 if resolve == "firm" else -50, -60))
            lines.append(leaf(0, 0))
    return "\n".join(lines) + "\n"


def test_crisis_bargaining_with_an_intercept_equals_gambit():
    pygambit = pytest.importorskip(
        "pygambit", reason="pygambit cannot be imported here", exc_type=ImportError
    )
    game = pygambit.read_efg(io.StringIO(crisis_tree()))
    rate = np.log(3) / 10
    (found,) = pygambit.qre.logit_solve_lambda(game, rate, first_step=0.001, max_accel=1.01)
    ours = mg.solve(scenario(CRISIS))
    policies = [ours.policy(name) for name in ("threat", "answer", "end")]
    places = {"firm": 0, "soft": 1, "says": 0, "denies": 1, "resist": 1, "attack": 1, "quiet": 1}
    compared = 0
    for owner in ("challenger", "defender"):
        for history, mixed in found.profile[owner]:
            resolve, report, *moved = history.actions
            type_, claim = places[resolve], places[report]
            seen = [(type_,), (0, claim), (type_, 0, 1)][len(moved)]
            for action, probability in mixed:
                option = places.get(action, 0)
                expected = policies[len(moved)][(*seen, option)]
                assert probability == pytest.approx(expected, abs=1e-8)
                compared += 1
    assert compared == 12


def test_intercept_seen_by_the_defender_makes_it_give_way():
    shown = mg.solve(scenario(CRISIS))
    unseen = mg.solve(scenario(CRISIS.replace(", seen_by: [defender]", "")))
    for solved in (shown, unseen):
        firm = solved.forecast("resolve")["firm"]
        assert firm == pytest.approx(0.4 * 4 / (0.4 * 4 + 0.6), abs=1e-12)
        assert solved.prior.forecast("resolve")["firm"] == pytest.approx(0.4)
    threatened = "threat = threaten"
    yields = [s.given(threatened).forecast("answer")["concede"] for s in (shown, unseen)]
    assert yields[0] > yields[1] + 0.1
    assert unseen.policy("answer").shape == (2, 2)
