import io
import itertools
import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import middlegame as mg
from middlegame.cli.main import main
from middlegame.compiler import compile_scenario
from middlegame.diagram import Chance, Decision, Diagram, Fixed, Utility
from middlegame.io.efg import to_efg
from middlegame.io.examples import open_scenario
from middlegame.io.nfg import from_nfg, read_nfg, to_nfg
from middlegame.io.strategic_form import strategies
from middlegame.scenario.faults import ScenarioError
from tests import enumeration
from tests.generators.diagrams import diagrams

try:
    import pygambit
except ImportError:
    pygambit = None

needs_gambit = pytest.mark.skipif(pygambit is None, reason="pygambit cannot be imported here")

SIZE = settings(max_examples=15)
STEPS = {"first_step": 0.001, "max_accel": 1.01}
"""Short steps: with its own, Gambit 17 may stop 1e-6 from the equilibrium."""


def read(text: str):
    return pygambit.read_nfg(io.StringIO(text))


@st.composite
def simultaneous(draw) -> Diagram:
    """Two or three players who choose at once, with any payoffs."""
    sizes = draw(st.sampled_from([(2, 2), (2, 3), (3, 2), (2, 2, 2)]))
    moves = [f"m{k}" for k in range(len(sizes))]
    shape = (len(sizes), *sizes)
    worth = draw(arrays.arrays(float, shape, elements=st.floats(-3, 3, width=32)))
    return Diagram(
        tuple(Decision(m, tuple("abc"[:n]), (), m) for m, n in zip(moves, sizes, strict=True)),
        tuple(Utility(m, tuple(moves), Fixed(w)) for m, w in zip(moves, worth, strict=True)),
        (),
        dict.fromkeys(moves, 1.0),
        "at once",
    )


def worth(diagram) -> np.ndarray:
    return np.array(diagram.tables().utilities)


@given(simultaneous())
@SIZE
def test_from_nfg_reads_what_to_nfg_writes(diagram):
    again = from_nfg(to_nfg(diagram))
    assert again.structure == diagram.structure
    assert again.title == diagram.title
    assert [(d.name, d.owner, d.states) for d in again.decisions] == [
        (d.name, d.owner, d.states) for d in diagram.decisions
    ]
    assert np.array_equal(worth(again), worth(diagram))


@needs_gambit
@given(simultaneous())
@SIZE
def test_gambit_reads_the_same_payoffs(diagram):
    game = read(to_nfg(diagram))
    assert list(game.players) == list(diagram.owners)
    states = [d.states for d in diagram.decisions]
    for at in itertools.product(*(range(len(s)) for s in states)):
        chosen = [s[k] for s, k in zip(states, at, strict=True)]
        payoffs = game.get_payoffs(dict(zip(diagram.owners, chosen, strict=True)))
        for owner, table in zip(diagram.owners, diagram.tables().utilities, strict=True):
            assert float(payoffs[owner]) == table[at]


@needs_gambit
@given(simultaneous())
@SIZE
def test_gambits_equilibrium_of_the_strategic_form_equals_ours(diagram):
    equilibrium = mg.solve(diagram, lambda_=1.0)
    if equilibrium.forks:
        return  # which branch is followed is then a matter of taste
    (found,) = pygambit.qre.logit_solve_lambda(read(to_nfg(diagram)), 1.0, **STEPS)
    for decision, policy in zip(diagram.decisions, equilibrium.policies, strict=True):
        for state, probability in zip(decision.states, policy, strict=True):
            assert found.profile[decision.owner][state] == pytest.approx(probability, abs=1e-8)


@needs_gambit
@given(diagrams(recall=True, most_nodes=5))
@SIZE
def test_the_reduced_form_equals_gambits_of_the_tree(diagram):
    """Its own reduction of the tree, read by us; it numbers plans in another order."""
    try:
        ours = to_nfg(diagram, limit=3000)
    except mg.QueryError:
        return
    theirs = pygambit.read_efg(io.StringIO(to_efg(diagram))).to_nfg()
    first, second = from_nfg(ours), from_nfg(theirs)
    assert first.structure == second.structure
    for mine, its in zip(worth(first), worth(second), strict=True):
        assert np.sort(mine, axis=None) == pytest.approx(np.sort(its, axis=None), abs=1e-12)


@given(diagrams(most_nodes=5))
@SIZE
def test_payoffs_are_those_of_the_policies_by_enumeration(diagram):
    """With limited memory too."""
    tables = diagram.tables()
    try:
        played = strategies(diagram, tables, limit=300)
    except mg.QueryError:
        return
    found = worth(from_nfg(to_nfg(diagram)))
    rng = np.random.default_rng(0)
    for _ in range(5):
        at = tuple(int(rng.integers(len(each.names))) for each in played)
        plays = dict(zip(diagram.owners, zip(played, at, strict=True), strict=True))
        policies = [
            plays[d.owner][0].plays[diagram.index[d.name]][plays[d.owner][1]]
            for d in diagram.decisions
        ]
        points = enumeration.points(diagram, policies)
        assert found[(slice(None), *at)] == pytest.approx(list(points.values()), abs=1e-12)


def test_names_of_strategies_list_the_choices():
    diagram = compile_scenario(open_scenario("harbour-lease").scenario)
    rival, owner, tenant = from_nfg(to_nfg(diagram)).decisions
    assert rival.states[1] == "stay_out if loan=real; offer if loan=empty"
    assert owner.states == ("renew if bid=offer", "switch if bid=offer")
    assert tenant.states == ("accept if renew=switch", "sue if renew=switch")


def test_strategies_leave_out_sets_that_own_moves_exclude():
    first = Decision("first", ("in", "out"), (), "p")
    again = Decision("again", ("left", "right"), ("first",), "p", np.array([[1, 1], [1, 0]]) > 0)
    other = Decision("other", ("x",), ("again",), "q")
    gain = Utility("p", ("first", "again"), Fixed(np.array([[1.0, 2.0], [3.0, 4.0]])))
    (p, q) = from_nfg(to_nfg(Diagram((first, again, other), (gain,)))).decisions
    assert p.states == (
        "first=in; again=left if first=in",
        "first=in; again=right if first=in",
        "first=out",
    )
    assert q.states == ("no choice",)


@needs_gambit
def test_an_owner_without_moves_is_a_player():
    coin = Chance("coin", ("a", "b"), (), Fixed(np.array([0.25, 0.75])))
    diagram = Diagram((coin,), (Utility("p", ("coin",), Fixed(np.array([4.0, 8.0]))),))
    game = read(to_nfg(diagram))
    assert float(game.get_payoffs({"p": game.get_strategies("p")[0]})["p"]) == 7
    with pytest.raises(mg.QueryError, match="neither moves nor points"):
        to_nfg(Diagram((coin,), ()))


def test_to_nfg_refuses_too_many_strategies_before_listing_them():
    signals = [Chance(f"s{k}", ("a", "b"), (), Fixed(np.full(2, 0.5))) for k in range(10)]
    names = tuple(s.name for s in signals)
    early = Decision("early", ("x", "y"), (), "p")
    late = Decision("late", ("x", "y"), names, "q")
    with pytest.raises(
        mg.QueryError, match=r"q about 1.8e\+308 at late already; the limit is 1,000"
    ):
        to_nfg(Diagram((*signals, early, late), ()))


SELTEN = 'NFG 1 R "Selten (IJGT, 75), Figure 2, normal form"\n{ "Player 1" "Player 2" } '
PAYOFFS = SELTEN + "{ 3 2 }\n\n1 1 0 2 0 2 1 1 0 3 2 0"
OUTCOMES = (
    SELTEN
    + """
{
{ "1" "2" "3" }
{ "1" "2" }
}
"a comment"
{
{ "" 1, 1 }
{ "" 0, 2 }
{ "nothing but a name" 1 1 }
{ "" 0, 3 }
{ "" 4/2, 0 }
}
1 2 2 3 4 5
"""
)


@pytest.mark.parametrize("text", [PAYOFFS, OUTCOMES], ids=["payoffs", "outcomes"])
def test_from_nfg_reads_payoff_and_outcome_versions(text):
    diagram = from_nfg(text)
    first, second = diagram.tables().utilities
    assert first.T.tolist() == [[1, 0, 0], [1, 0, 2]]
    assert second.T.tolist() == [[1, 2, 2], [1, 3, 0]]
    assert [d.name for d in diagram.decisions] == ["Player_1", "Player_2"]
    assert [d.label for d in diagram.decisions] == ["Player 1", "Player 2"]
    assert diagram.owners == ("Player 1", "Player 2")
    assert diagram.decisions[0].states == ("1", "2", "3")


def test_from_nfg_reads_every_notation_of_a_number():
    text = 'NFG 1 D "" { "a" } { 9 } 1 -2 +.5 1. 1e2 -1.5E-1 1/4 -3/2 0'
    (table,) = from_nfg(text).tables().utilities
    assert table.tolist() == [1, -2, 0.5, 1, 100, -0.15, 0.25, -1.5, 0]


def test_outcome_0_gives_zero_points():
    diagram = from_nfg('NFG 1 R "" { "a" "b" } { { "x" } { "y" "z" } } { { "" 1 2 } } 0 1')
    assert worth(diagram).tolist() == [[[0, 1]], [[0, 2]]]


def test_from_nfg_makes_repeated_names_distinct():
    text = 'NFG 1 R "say \\"hi\\"" { "" "and" "and" "2 x" } {{ "" "" }{ "a" "a" }{ "a" }{ "a" }}'
    diagram = from_nfg(text + " 0" * 16)
    assert diagram.title == 'say "hi"'
    assert diagram.owners == ("1", "and", "and_2", "2 x")
    assert [d.name for d in diagram.decisions] == ["player_1", "player_and", "and_2", "player_2_x"]
    assert [d.states for d in diagram.decisions] == [("1", "2"), ("a", "a_2"), ("a",), ("a",)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "1:1: unexpected the end of the file; expected NFG"),
        ("EFG 2 R", "1:1: unexpected 'EFG'; expected NFG"),
        ("NFG 2 R", "1:5: unexpected '2'; expected 1, the version"),
        ('NFG 1 R "x', "1:9: this text is never closed"),
        ('NFG 1 R "x" { }', "1:16: 0 players are named before this; expected from 1 to 32"),
        ('NFG 1 R "x" { y }', "1:15: unexpected 'y'; expected a player's name"),
        ('NFG 1 R "x" { "a" } { 0 }', "1:23: a has no strategies"),
        ('NFG 1 R "x" { "a" } { 1.5 }', "1:23: unexpected '1.5'"),
        ('NFG 1 R "x" { "a" } { 99999999 }', "1:23: 99,999,999 strategies are too many"),
        ('NFG 1 R "x" { "a" } { 2 3 }', "1:25: unexpected '3'"),
        ('NFG 1 R "x" { "a" } { 2 } 1', "1:28: the file ends after 1 payoffs; expected 2"),
        ('NFG 1 R "x" { "a" } { 1 }\n1\n 2', "3:2: '2' is one payoff too many"),
        ('NFG 1 R "x" { "a" } { 1 }\n1e999', "2:1: the payoff '1e999' is too large"),
        ('NFG 1 R "x" { "a" } { 1 }\n1/0', "2:1: the payoff '1/0' is too large"),
        ('NFG 1 R "x" { "a" } { 1 }\n1x', "2:1: unexpected '1x'; expected a payoff"),
        ('NFG 1 R "x" { "a" } { 1 } { { "" 1 2 } } 1', "1:36: unexpected '2'"),
        ('NFG 1 R "x" { "a" } { 1 } { { "" 1 } } 2', "1:40: there is no outcome 2"),
        ('NFG 1 R "x" { "a" } { 1 } { { "" 1 } }', "1:39: the file ends after 0 outcomes"),
        ('NFG 1 R "x" { "a" } { 1 } { { "" 1 } } 1 1', "1:42: '1' is one outcome too many"),
    ],
)
def test_from_nfg_reports_faults_with_their_place(text, message):
    with pytest.raises(ScenarioError) as caught:
        from_nfg(text, "game.nfg")
    assert f"game.nfg:{message}" in str(caught.value)


@given(st.text() | st.text('NFG 1R"{},./e-\\x\n').map('NFG 1 R "" { "a" }'.__add__))
@settings(max_examples=100)
def test_any_text_is_read_as_a_diagram_or_refused_with_its_place(text):
    try:
        game, refusal = from_nfg(text, "game.nfg"), ""
    except ScenarioError as error:
        game, refusal = None, str(error)
    assert isinstance(game, Diagram) or refusal.startswith("game.nfg:")


def test_read_nfg_reports_files_that_cannot_be_read(tmp_path):
    path = tmp_path / "x.nfg"
    with pytest.raises(ScenarioError, match="cannot be read: No such file"):
        read_nfg(path)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ScenarioError, match="not written in UTF-8"):
        read_nfg(path)
    path.write_text("\ufeff" + PAYOFFS, encoding="utf-8")
    assert len(read_nfg(path).decisions) == 2


def test_solve_and_export_commands_accept_nfg(tmp_path, capsys):
    path, again = tmp_path / "selten.nfg", tmp_path / "again.nfg"
    path.write_text(PAYOFFS)
    for arguments in (
        ["solve", str(path), "--lambda", "1", "--json"],
        ["export", str(path), "--to", "nfg", "-o", str(again)],
    ):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert not ended.value.code
    answer = json.loads(capsys.readouterr().out)
    assert set(answer["forecast"]) == {"Player_1", "Player_2"}
    assert np.array_equal(worth(read_nfg(again)), worth(read_nfg(path)))


def test_to_nfg_uses_the_given_parameter_values():
    diagram = compile_scenario(open_scenario("harbour-lease").scenario)
    theta = diagram.theta + np.where([p.unit == "points" for p in diagram.parameters], 1.0, 0.0)
    assert to_nfg(diagram, theta) != to_nfg(diagram)
    assert to_nfg(replace(diagram, title="x"), diagram.theta).startswith('NFG 1 R "x"')
