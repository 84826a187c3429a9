import io
import json

import numpy as np
import pytest
from hypothesis import given, settings

import middlegame as mg
from middlegame.cli.main import main
from middlegame.compiler import compile_scenario
from middlegame.diagram import Chance, Decision, Diagram, Fixed, Utility
from middlegame.io import gambit
from middlegame.io.efg import efg_lines, to_efg
from middlegame.io.examples import open_scenario
from middlegame.io.json_form import from_json
from tests import enumeration
from tests.generators.diagrams import diagrams
from tests.paths import REFERENCE
from tests.work import count_calls

pygambit = pytest.importorskip(
    "pygambit", reason="pygambit cannot be imported here", exc_type=ImportError
)

SIZE = settings(max_examples=15)
STEPS = {"first_step": 0.005, "max_accel": 1.05}
"""Short steps: with its own, Gambit 17 may stop 1e-6 from the equilibrium."""


def read(text: str):
    return pygambit.read_efg(io.StringIO(text))


def places(game, diagram, history) -> tuple[int, ...]:
    """The states along a history; every node of the diagram is one step of it."""
    steps = zip(diagram.nodes, history.actions, strict=False)
    return tuple(node.states.index(action) for node, action in steps)


def at(history):
    return pygambit.H.path(*history.actions)


def possible(diagram) -> list[tuple[int, ...]]:
    """Every combination of states that closed options and impossible chance allow."""
    uniform = [opens / opens.sum(axis=-1, keepdims=True) for opens in diagram.tables().open_options]
    return [states for states, probability in enumeration.leaves(diagram, uniform) if probability]


@given(diagrams())
@SIZE
def test_gambit_reads_every_leaf_with_its_payoffs(diagram):
    game = read(to_efg(diagram))
    tables, leaves = diagram.tables(), possible(diagram)
    assert list(game.players) == list(diagram.owners)
    found = game.get_histories(pygambit.H.plays)
    assert sorted(places(game, diagram, history) for history in found) == sorted(leaves)
    for history in found:
        states = places(game, diagram, history)
        payoffs = game.get_outcome_payoffs(game.get_outcome(at(history)))
        for owner in diagram.owners:
            expected = enumeration.outcome(diagram, tables, states, owner)
            assert float(payoffs[owner]) == pytest.approx(expected, rel=1e-13, abs=1e-13)


@given(diagrams())
@SIZE
def test_information_sets_are_what_is_observed(diagram):
    game, leaves = read(to_efg(diagram)), possible(diagram)
    for owner in diagram.owners:
        sets = game.get_infosets(owner)
        seen = set()
        for history in sets:
            node = diagram.nodes[len(history)]
            members = [places(game, diagram, h) for h in game.get_members(at(history))]
            observed = {tuple(m[diagram.index[p]] for p in node.parents) for m in members}
            assert len(observed) == 1
            opens = diagram.open_options(node)[next(iter(observed))]
            actions = [s for s, open_ in zip(node.states, opens, strict=True) if open_]
            assert game.get_actions(at(history)) == actions
            seen.add((node.name, *observed))
        assert len(seen) == len(sets)
        assert seen == {
            (d.name, tuple(leaf[diagram.index[p]] for p in d.parents))
            for d in diagram.decisions
            if d.owner == owner
            for leaf in leaves
        }


@given(diagrams())
@SIZE
def test_gambit_reads_the_chance_probabilities(diagram):
    game, tables = read(to_efg(diagram)), diagram.tables()
    for history in game.get_events():
        states = places(game, diagram, history)
        node = diagram.nodes[len(history)]
        row = tables.chances[len(history)][tuple(states[diagram.index[p]] for p in node.parents)]
        written = game.get_action_probs(at(history))
        assert sum(map(float, written.values())) == pytest.approx(1)
        assert set(written) == {s for s, p in zip(node.states, row, strict=True) if p > 0}
        for state, probability in written.items():
            assert float(probability) == pytest.approx(row[node.states.index(state)], abs=1e-15)


@given(diagrams(recall=True))
@SIZE
def test_gambits_equilibrium_of_the_tree_equals_ours(diagram):
    game = read(to_efg(diagram))
    assert game.is_perfect_recall
    (found,) = pygambit.qre.logit_solve_lambda(game, 1.0, **STEPS)
    ours = mg.solve(diagram, lambda_=1.0)
    for owner in diagram.owners:
        for history, action in found.profile[owner]:
            node = diagram.nodes[len(history)]
            states = places(game, diagram, history)
            seen = tuple(states[diagram.index[p]] for p in node.parents)
            policy = dict(zip(node.states, ours.policy(node.name)[seen], strict=True))
            for option, probability in action:
                assert probability == pytest.approx(policy[option], abs=1e-8)


@pytest.mark.parametrize("name", ["asymmetric-coordination", "beer-quiche", "tree-killer"])
def test_gambits_equilibrium_of_reference_trees_equals_the_reference(name):
    data = json.loads((REFERENCE / f"{name}.json").read_text())
    diagram = from_json(json.dumps(data))
    rate, expected = next(iter(data["logit_qre"].items()))
    game = read(to_efg(diagram))
    (found,) = pygambit.qre.logit_solve_lambda(game, float(rate), **STEPS)
    for owner in diagram.owners:
        for history, action in found.profile[owner]:
            node = diagram.nodes[len(history)]
            states = places(game, diagram, history)
            policy = np.array(expected[node.name])[
                tuple(states[diagram.index[p]] for p in node.parents)
            ]
            for option, probability in action:
                assert probability == pytest.approx(policy[node.states.index(option)], abs=1e-8)


@given(diagrams())
@SIZE
def test_gambit_agrees_on_who_forgets(diagram):
    game = read(to_efg(diagram))
    assert game.is_perfect_recall == (not gambit.recall_failures(diagram))


@given(diagrams())
@SIZE
def test_histories_counts_nodes_without_building_the_tree(diagram):
    leaves = possible(diagram)
    counts = gambit.histories(diagram, gambit.supports(diagram, diagram.tables()))
    prefixes = [len({leaf[:depth] for leaf in leaves}) for depth in range(len(diagram.nodes) + 1)]
    assert counts == prefixes


def test_a_contest_with_imperfect_recall_is_written_with_a_comment():
    first = Decision("first", ("a", "b"), (), "p")
    later = Decision("later", ("a", "b"), (), "p")
    gain = Utility("p", ("first", "later"), Fixed(np.eye(2)))
    diagram = Diagram((first, later), (gain,))
    assert gambit.recall_failures(diagram) == ["at later, p no longer knows first"]
    text = to_efg(diagram)
    assert "Imperfect recall: at later, p no longer knows first" in text
    assert not read(text).is_perfect_recall
    forced = Diagram((Decision("first", ("a", "b"), (), "p", np.array([True, False])), later), ())
    assert gambit.recall_failures(forced) == []


def test_labels_are_readable_and_take_any_text():
    coin = Chance("coin", ('he"ads', "ta\\ils\n"), (), Fixed(np.array([0.25, 0.75])))
    move = Decision("move", ("a  b", "a b", " "), ("coin",), "Ä \x00player")
    text = to_efg(Diagram((coin, move), (), title='A "title"\nof two lines'))
    game = read(text)
    assert game.title == 'A "title" of two lines'
    assert list(game.players) == ["Ä player"]
    assert game.get_actions(pygambit.H.path()) == ['he"ads', "ta/ils"]
    assert game.get_actions(pygambit.H.path("ta/ils")) == ["a b", "a b (2)", "3"]
    assert '"move: coin = he\\"ads"' in text


@pytest.mark.parametrize(
    ("probabilities", "written"),
    [
        ([0.5, 0.5], ["0.5", "0.5"]),
        ([1.0], ["1"]),
        ([1 / 3, 1 / 3, 1 / 3], ["0.3333333333333334", "0.3333333333333333", "0.3333333333333333"]),
        ([0.1, 0.2, 0.7], ["0.1", "0.2", "0.7"]),
        ([1e-7, 1 - 1e-7], ["0.0000001", "0.9999999"]),
    ],
)
def test_probabilities_add_up_to_exactly_one(probabilities, written):
    assert gambit.exact_probabilities(probabilities) == written


def test_the_rarest_chance_is_read_too():
    rare = Chance("rare", ("yes", "no"), (), Fixed(np.array([5e-324, 1.0])))
    game = read(to_efg(Diagram((rare,), (Utility("p", ("rare",), Fixed(np.array([1.0, 0.0]))),))))
    assert float(game.get_action_probs(pygambit.H.path())["yes"]) == 5e-324


def test_to_efg_writes_contests_without_owners_or_nodes():
    assert list(read(to_efg(Diagram((), ()))).players) == []


def tall(count: int) -> Diagram:
    factors = [Chance(f"f{k}", ("a", "b"), (), Fixed(np.full(2, 0.5))) for k in range(count)]
    move = Decision("move", ("a", "b", "c"), (), "p")
    return Diagram((*factors, move), (Utility("p", ("move",), Fixed(np.arange(3.0))),))


@pytest.mark.parametrize(("count", "leaf_count"), [(25, "100,663,296"), (300, "about 6.1e\\+90"),
                                             (2000, "about 3.4e\\+602")])  # fmt: skip
def test_a_tree_too_large_is_refused_before_its_leaves_are_visited(count, leaf_count):
    diagram = tall(count)

    def export():
        with pytest.raises(
            mg.QueryError, match=f"{leaf_count} leaves.*more than 1,000,000"
        ) as caught:
            to_efg(diagram)
        assert "largest factors are move (by 3), f0 (by 2)" in str(caught.value)

    export()
    assert count_calls(export) < 100 * (count + 10)


def test_the_limit_counts_only_what_is_possible():
    diagram = compile_scenario(open_scenario("harbour-lease").scenario)
    with pytest.raises(mg.QueryError, match="64 leaves, more than 63"):
        next(efg_lines(diagram, limit=63))
    assert to_efg(diagram, limit=64).count("\nt ") == 64


def test_to_efg_uses_the_given_parameter_values():
    diagram = compile_scenario(open_scenario("harbour-lease").scenario)
    theta = diagram.theta + np.where([p.unit == "points" for p in diagram.parameters], 1.0, 0.0)
    assert to_efg(diagram, theta) != to_efg(diagram)
    assert to_efg(diagram, diagram.theta) == to_efg(diagram)


def test_export_from_the_command_line(tmp_path, capsys):
    path = tmp_path / "cuba.efg"
    with pytest.raises(SystemExit) as ended:
        main(["export", str(REFERENCE / "tree-killer.json"), "--to", "efg", "-o", str(path)])
    assert not ended.value.code
    assert read(path.read_text()).is_perfect_recall
    assert [p.name for p in tmp_path.iterdir()] == ["cuba.efg"]
    assert capsys.readouterr().err == ""
    with pytest.raises(SystemExit) as ended:
        main(["solve", str(path)])
    assert ended.value.code == 1
    assert "written and not read" in capsys.readouterr().err


def test_export_command_reports_what_is_forgotten(tmp_path, capsys):
    nodes = [{"name": n, "kind": "decision", "states": 2, "owner": "p"} for n in ("a", "b")]
    path = tmp_path / "forgets.json"
    path.write_text(json.dumps({"nodes": nodes}))
    with pytest.raises(SystemExit) as ended:
        main(["export", str(path), "--to", "efg"])
    assert not ended.value.code
    out, err = capsys.readouterr()
    assert out.startswith("EFG 2 R")
    assert err == "at b, p no longer knows a: Gambit's solvers need perfect recall\n"


def test_the_comment_says_that_weights_of_options_are_left_out():
    def node(name, weights):
        return Decision(name, ("a", "b"), (), "x", weights=weights)

    diagram = Diagram(nodes=(node("first", (0.5, 1.0)), node("second", None)), utilities=())
    head = to_efg(diagram).split("\n\n", 1)[0]
    assert "no weights of options; those of first are left out" in head
