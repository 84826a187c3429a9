"""Dominoes against closed forms, against supposing one at a time, and against the game tree."""

import itertools
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

import middlegame as mg
from middlegame.analysis.dominoes import MEAN, Dominoes, dominoes
from middlegame.analysis.interventions import Intervention, all_interventions, find_interventions
from middlegame.analysis.mediation import Link, Mediation
from middlegame.diagram import Chance, Decision, Diagram, Fixed, Utility
from middlegame.engine.batch.lambda_ramp import Ramp
from middlegame.io.examples import open_scenario
from middlegame.report.terminal.show import show
from middlegame.scenario import read_text
from middlegame.sweeps import batches, sample_solvers

ON_OFF = ("on", "off")


def table(on: np.ndarray | float) -> Fixed:
    """A table of two states from the chance of the first."""
    on = np.asarray(on, float)
    return Fixed(np.stack([on, 1 - on], axis=-1))


@pytest.fixture(scope="module")
def triangle() -> Dominoes:
    """X leads to Y directly and by way of M, additively: effects in closed form.

    P(m | x) = 0.1 + 0.6 x, P(y | x, m) = 0.05 + 0.2 x + 0.5 m, P(x) = 0.3.
    """
    x = np.array([1.0, 0.0])
    chances = (
        Chance("x", ON_OFF, (), table(0.3)),
        Chance("m", ON_OFF, ("x",), table(0.1 + 0.6 * x)),
        Chance("y", ON_OFF, ("x", "m"), table(0.05 + 0.2 * x[:, None] + 0.5 * x), headline=True),
    )
    return dominoes(mg.solve(Diagram(chances, ())).middle)


def test_effects_equal_closed_form(triangle):
    effect = triangle.effect(Intervention("x", "on"), "y", "on")
    assert effect.total == pytest.approx(0.7 * (0.2 + 0.5 * 0.6))
    assert effect.direct == pytest.approx(effect.total)  # nobody moves, so nobody adapts
    assert effect.adaptation == pytest.approx(0)
    effect = triangle.effect(Intervention("m", "on"), "y", "on")
    assert effect.total == pytest.approx(0.5 * (1 - (0.1 + 0.6 * 0.3)))
    assert triangle.effect(Intervention("y", "on"), "x", "on").total == pytest.approx(0)


def test_link_carries_effect_that_vanishes_when_blocked(triangle):
    held = Mediation(triangle.results).blocked_effects(Intervention("x", "on"))
    total = triangle.effect(Intervention("x", "on"), "y", "on").total
    carried = dict(zip(held.links, total - held.residual_effects["y"][:, 0], strict=True))
    assert carried == {
        Link("x", "y"): pytest.approx(0.7 * 0.2),
        Link("x", "m"): pytest.approx(0.7 * 0.5 * 0.6),
        Link("m", "y"): pytest.approx(0.7 * 0.5 * 0.6),
    }
    chain = triangle.chain(Intervention("x", "on"), "y", "on")
    assert [link.head for link in chain.links] == ["m", "y"]
    assert chain.carried == pytest.approx(0.21)
    assert chain.total == pytest.approx(0.35)


def test_unchanged_node_has_no_chain(triangle):
    assert triangle.chain(Intervention("y", "on"), "x", "on") is None


def test_cascade_is_in_order_of_play_and_ranking_by_headline_change(triangle):
    assert [effect.name for effect in triangle.cascade(Intervention("x", "on"))] == ["m", "y"]
    assert triangle.ranked[0] == Intervention("m", "on")  # 0.36, against 0.35 of x = on
    assert triangle.headline_change(Intervention("m", "on")) == pytest.approx(0.36)


def test_adapting_move_is_linked_to_the_intervention():
    """A guard moves before the raid that it expects: only the announcement makes it move."""
    nodes = (
        Decision("guard", ON_OFF, (), "owner"),
        Chance("raid", ON_OFF, (), table(0.2)),
        Chance("loss", ON_OFF, ("guard", "raid"), table(np.array([[0.1, 0.0], [0.9, 0.0]]))),
    )
    utilities = (
        Utility("owner", ("loss",), Fixed(np.array([-4.0, 0.0]))),
        Utility("owner", ("guard",), Fixed(np.array([-1.0, 0.0]))),
    )
    found = dominoes(mg.solve(Diagram(nodes, utilities)).middle)

    def guarded(raid: float) -> float:
        return 1 / (1 + np.exp(1 - 4 * 0.8 * raid))

    def lost(guard: float, raid: float) -> float:
        return raid * (0.1 * guard + 0.9 * (1 - guard))

    intervention = Intervention("raid", "on")
    effect = found.effect(intervention, "guard", "on")
    assert effect.direct == pytest.approx(0)
    assert effect.adaptation == pytest.approx(guarded(1) - guarded(0.2))
    effect = found.effect(intervention, "loss", "on")
    assert effect.direct == pytest.approx(lost(guarded(0.2), 1) - lost(guarded(0.2), 0.2))
    assert effect.adaptation == pytest.approx(lost(guarded(1), 1) - lost(guarded(0.2), 1))
    held = Mediation(found.results).blocked_effects(intervention)
    remains = dict(zip(held.links, held.residual_effects["loss"][:, 0], strict=True))
    # Without the adaptation, the surprise is what is left.
    assert remains[Link("raid", "guard", adapts=True)] == pytest.approx(effect.direct)
    chain = found.chain(intervention, "guard", "on")
    assert chain.links == (Link("raid", "guard", adapts=True),)
    assert chain.carried == pytest.approx(chain.total)


@pytest.fixture(scope="module")
def harbour() -> Dominoes:
    return dominoes(mg.solve(mg.load("harbour-lease")).middle)


def test_each_intervention_equals_suppose(harbour):
    equilibrium = harbour.results.equilibrium
    for intervention in (
        Intervention("lease", "lost"),
        Intervention("bid", "offer"),
        Intervention("loan", "empty"),
    ):
        place = harbour.results.index(intervention)
        for surprise, found in (
            (False, harbour.results.announced_forecasts),
            (True, harbour.results.fixed_policy_forecasts),
        ):
            alone = equilibrium.suppose(
                {intervention.name: intervention.state}, fixed_policies=surprise
            )
            for name, forecast in alone.forecasts.items():
                assert found[name][place] == pytest.approx([*forecast.values()], abs=1e-8)


def test_option_is_set_wherever_it_is_available(harbour):
    """The city can switch only after an offer, so it does as often as there is one."""
    intervention = Intervention("renew", "switch")
    place = harbour.results.index(intervention)
    before = harbour.results.equilibrium.forecast("bid")["offer"]
    assert harbour.results.availability(intervention) == pytest.approx(before)
    assert harbour.results.fixed_policy_forecasts["renew"][place, 1] == pytest.approx(before)
    offered = harbour.results.announced_forecasts["bid"][place, 1]
    assert harbour.results.announced_forecasts["renew"][place, 1] == pytest.approx(offered)
    assert offered > before
    assert harbour.results.availability(Intervention("lease", "lost")) == 1


def test_moves_off_the_equilibrium_path_are_listed(harbour):
    nodes = (
        Chance("flood", ON_OFF, (), table(0.0)),
        Decision("flee", ON_OFF, ("flood",), "a"),
    )
    found = dominoes(mg.solve(Diagram(nodes, ())).middle)
    assert found.results.unforeseen_moves(Intervention("flood", "on")) == ["flee"]
    assert harbour.results.unforeseen_moves(Intervention("lease", "lost")) == []


def test_chains_are_connected_from_intervention_to_effect(harbour):
    count = 0
    for intervention in harbour.interventions:
        for effect in harbour.cascade(intervention):
            chain = harbour.chain(intervention, effect.name, effect.state)
            if chain is None:
                continue
            count += 1
            assert chain.links[0].tail == intervention.name
            assert chain.links[-1].head == effect.name
            for before, after in itertools.pairwise(chain.links):
                assert before.head == after.tail
                assert not after.adapts
    assert count > 20


def test_options_that_are_never_available_are_left_out(harbour):
    diagram = harbour.results.diagram
    assert len(all_interventions(diagram)) == sum(len(node.states) for node in diagram.nodes)
    shut = Decision("m", ON_OFF, (), "a", np.array([True, False]))
    assert all_interventions(Diagram((shut,), ())) == (Intervention("m", "on"),)
    with pytest.raises(mg.QueryError, match="never available"):
        dominoes(mg.solve(Diagram((shut,), ())).middle, [Intervention("m", "off")])


def test_options_that_a_supposition_closes_are_left_out(harbour):
    found = dominoes(harbour.results.equilibrium.suppose({"bid": "offer"}))
    set_to = {(each.name, each.state) for each in found.interventions}
    assert ("bid", "offer") in set_to
    assert ("bid", "stay_out") not in set_to
    assert ("renew", "switch") in set_to


def test_interventions_refuse_unknown_closed_and_observed(harbour):
    equilibrium = harbour.results.equilibrium
    with pytest.raises(mg.QueryError, match="did you mean 'lease'"):
        dominoes(equilibrium, [Intervention("leas", "lost")])
    with pytest.raises(mg.QueryError, match="did you mean 'switch'"):
        dominoes(equilibrium, [Intervention("renew", "swich")])
    with pytest.raises(mg.QueryError, match="without observations"):
        dominoes(equilibrium.given({"lease": "lost"}))


def test_equilibria_that_the_ramp_does_not_settle_are_traced(harbour, monkeypatch):
    monkeypatch.setattr(batches, "FEW", 0)
    monkeypatch.setattr(sample_solvers, "Ramp", lambda: Ramp(steps=1, max_sweeps=0))
    wanted = [Intervention("jobs", "shrinks"), Intervention("depot", "closes")]
    found = dominoes(harbour.results.equilibrium, wanted)
    assert found.results.traced == 2
    for intervention in wanted:
        for name, forecasts in found.results.announced_forecasts.items():
            theirs = harbour.results.announced_forecasts[name][harbour.results.index(intervention)]
            assert forecasts[wanted.index(intervention)] == pytest.approx(theirs, abs=1e-8)


def test_few_and_many_interventions_agree(harbour, monkeypatch):
    """What is traced one at a time is what goes along the ramp for many at once."""
    monkeypatch.setattr(batches, "FEW", 1000)
    few = dominoes(harbour.results.equilibrium)
    assert harbour.results.traced < len(few.interventions) == few.results.traced
    for name, forecasts in few.results.announced_forecasts.items():
        assert forecasts == pytest.approx(harbour.results.announced_forecasts[name], abs=1e-8)


def test_to_dict_holds_effects_and_chains(harbour):
    written = harbour.to_dict([Intervention("lease", "lost")])
    (intervention,) = written["interventions"]
    assert intervention["availability"] == 1
    effect = intervention["effects"]["depot"]["closes"]
    assert effect["total"] == pytest.approx(effect["direct"] + effect["adaptation"])
    assert {chain["to"] for chain in intervention["chains"]} >= {"depot", "jobs"}
    assert all(abs(chain["total"]) >= 0.05 for chain in intervention["chains"])
    assert "lease" not in intervention["effects"]


def test_evidence_is_set_aside_and_may_be_on_a_chain(tmp_path):
    """The city reads a report that the loan is empty: the dominoes go through it."""
    text = Path(open_scenario("harbour-lease").file).read_text()
    leak = "evidence: {leak: {saw: loan = empty, likelihood: 4:1, seen_by: [owner]}}\n\nquestions:"
    path = tmp_path / "scenario.yaml"
    path.write_text(text.replace("\nquestions:", "\n" + leak))
    equilibrium = mg.solve(mg.load(path)).middle
    found = dominoes(equilibrium)
    assert found.to_dict([])["evidence_set_aside"] == ["leak"]
    assert equilibrium.forecast("loan")["empty"] > 0.6
    assert found.results.baseline["loan"] == pytest.approx([0.55, 0.45], abs=0.01)
    links = Mediation(found.results).blocked_effects(Intervention("loan", "empty")).links
    assert {Link("loan", "leak"), Link("leak", "renew")} <= set(links)
    assert "leak" not in [effect.name for effect in found.cascade(Intervention("loan", "empty"))]


def test_cascade_over_time_is_in_order_of_time(siege: Dominoes):
    """A town that has fallen stays fallen; it is stormed anew each quarter."""
    diagram = siege.results.diagram
    assert {intervention.name for intervention in siege.interventions} == {
        "press@1",
        "town@1",
        "harbour@1",
    }
    (intervention,) = find_interventions(diagram, "town@1", "falls")
    cascade = siege.cascade(intervention)
    periods = [diagram.nodes[diagram.index[effect.name]].period for effect in cascade]
    assert periods == sorted(periods)
    falls = siege.effect(intervention, "town@3", "falls")
    assert falls.when_announced == pytest.approx(1)
    chain = siege.chain(intervention, "town@3", "falls")
    assert [link.head for link in chain.links] == ["town@2", "town@3"]


def test_name_without_period_is_set_in_each_period_by_itself(siege: Dominoes):
    diagram = siege.results.diagram
    pushes = find_interventions(diagram, "town", "falls")
    assert [intervention.name for intervention in pushes] == ["town@1", "town@2", "town@3"]
    found = dominoes(siege.results.equilibrium, pushes)
    before = siege.results.equilibrium.forecast("harbour@3")["shut"]
    for intervention in pushes[:2]:
        alone = siege.results.equilibrium.suppose({intervention.name: "falls"}).forecast(
            "harbour@3"
        )
        effect = found.effect(intervention, "harbour@3", "shut")
        assert effect.total == pytest.approx(alone["shut"] - before, abs=1e-9)
    out = StringIO()
    show(found, Console(file=out, width=100), chosen=pushes)
    rows = [line for line in out.getvalue().splitlines() if "falls (" in line]
    assert [row.partition("(")[2] for row in rows[:3]] == [
        "Jan-Mar 2026)", "Apr-Jun 2026)", "Jul-Sep 2026)",
    ]  # fmt: skip
    with pytest.raises(mg.QueryError, match="wins"):
        find_interventions(diagram, "town", "wins")


@pytest.fixture(scope="module")
def siege(tmp_path_factory) -> Dominoes:
    path = tmp_path_factory.mktemp("siege") / "scenario.yaml"
    path.write_text(
        """
title: Siege
as_of: 2026-01-08
periods: {every: quarter, for: 3, from: 2026-01-01}
actors: {a: A}
moves:
  press: {by: a, knows: [town@previous], options: {wait: {}, intervention: {costs: 3}}}
factors:
  town:
    states: [holds, falls]
    start: holds
    rules:
      - {if: town@previous = falls, then: falls}
      - {if: press = intervention, then: {falls: 20..40%}}
      - {then: {falls: 2..6%}}
  harbour:
    states: [open, shut]
    rules: [{if: town = falls, then: {shut: 60..80%}}, {then: {shut: 5..10%}}]
interests: {a: [{when: town = falls, worth: 40..60}]}
precision: 3:1
"""
    )
    return dominoes(mg.solve(mg.load(path)).middle)


PRICES = """
title: Prices
actors: {firm: The firm, rival: The rival}
moves:
  offer: {by: firm, scale: {from: 0, to: 40, step: 10}, options: {leave: {costs: 2}}}
  enter: {by: rival, knows: [offer], options: [enter, stay]}
factors:
  price:
    scale: {from: 0, to: 40, step: 10, unit: dollars}
    rules:
      - {if: enter = enter, then: {mean: 10, spread: 6}}
      - {then: {mean: 30, spread: 6}}
    headline: yes
interests:
  firm: [{worth: 0.8 * price}, {worth: 0.1 * offer}]
  rival: [{when: enter = enter, worth: 0.6 * offer - 8}]
"""


def test_effects_on_a_scale_are_those_on_its_mean():
    solved = mg.solve(read_text(PRICES).scenario, worlds=0)
    found = dominoes(solved)
    assert found.has_mean("price")
    assert not found.has_mean("offer")
    intervention = Intervention("offer", "40")
    effect = {each.name: each for each in found.cascade(intervention)}["price"]
    announced = solved.suppose({"offer": "40"}).scale_forecast("price").mean
    surprised = solved.suppose({"offer": "40"}, fixed_policies=True).scale_forecast("price").mean
    before = solved.scale_forecast("price").mean
    assert (effect.state, effect.length) == (MEAN, 40)
    assert effect.total == pytest.approx(announced - before)
    assert effect.direct == pytest.approx(surprised - before)
    assert effect.share == pytest.approx((announced - before) / 40)
    chain = found.chain(intervention, "price", MEAN)
    assert [(link.tail, link.head) for link in chain.links] == [
        ("offer", "enter"),
        ("enter", "price"),
    ]
    assert chain.carried == pytest.approx(chain.total)
    enters = found.effect(intervention, "enter", "enter").total
    expected = abs(effect.share) + abs(enters)
    assert found.headline_change(intervention) == pytest.approx(expected)
    told = found.to_dict([intervention])["interventions"][0]["effects"]["price"]
    assert list(told) == ["0", "10", "20", "30", "40", "mean"]


def test_an_overview_sets_a_scale_to_values_within_reach():
    solved = mg.solve(read_text(PRICES.replace("spread: 6", "spread: 2")).scenario, worlds=0)
    low, high = map(str, map(int, solved.scale_forecast("price").ninety))
    assert (low, high) != ("0", "40")
    found = dominoes(solved)
    told = [each.state for each in found.overview if each.name == "price"]
    assert told == [low, high]
    assert Intervention("offer", "leave") in found.overview
    left_out = len(found.interventions) - len(found.overview)
    assert set(found.ranked[:-left_out]) == set(found.overview)
    ends = dominoes(solved, [Intervention("price", "0"), Intervention("price", "40")])
    assert [each.state for each in ends.overview] == ["0", "40"]
