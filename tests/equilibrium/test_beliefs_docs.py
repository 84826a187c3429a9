"""The contests of docs/beliefs.md, and the figures that the page gives of them."""

import re

import numpy as np

import middlegame as mg
from middlegame.equilibrium.equilibrium import solve
from middlegame.io.examples import find_file
from middlegame.report.text.numbers import percent
from middlegame.scenario import read_text
from middlegame.sweeps.batches import solve_samples
from tests.paths import ROOT

PAGE = (ROOT / "docs" / "beliefs.md").read_text("utf-8")
GUARANTEE, MISPERCEPTION = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


def solved(text: str) -> mg.Equilibrium:
    loaded = read_text(text)
    assert loaded.faults == ()
    return mg.solve(loaded.scenario)


def test_figures_of_what_others_do_not_know():
    private = solved(GUARANTEE)
    public = solved(GUARANTEE.replace("{is: -60..0, private: yes}", "-60..0"))
    ends = np.array([[-60.0], [0.0]])
    pushed = [
        solve_samples(each.diagram, ends).forecasts["push"][:, 0] for each in (public, private)
    ]
    war = [mg.sweep(each, 4096).question_outlooks["war"].mean for each in (public, private)]
    if_worth = "if a war is worth -60 to the guarantor"
    figures = {
        f"the challenger pushes, {if_worth}": [each[0] for each in pushed],
        "... if it is worth 0": [each[1] for each in pushed],
        "the guarantor fights, mean over 4,096 worlds": war,
    }
    rows = [
        *(
            f"| {label} | {percent(seen)} | {percent(hidden)} |"
            for label, (seen, hidden) in figures.items()
        ),
        *(
            percent(private.given({"warn": warned}).forecast("push")["push"])
            for warned in ("silent", "speak")
        ),
    ]
    assert [row for row in rows if row not in PAGE] == []
    assert abs(war[1] - private.questions["war"]) < 1e-3


def test_figures_of_misperception():
    wrong = solved(MISPERCEPTION)
    right = solved(MISPERCEPTION[: MISPERCEPTION.index("beliefs:")])
    expects = next(each for each in wrong.expectations if each.actor == "a").play
    rows = [
        " | ".join(("| " + label, *(percent(p.probability(what)) for p in (right, wrong, expects))))
        for label, what in (
            ("the challenger pushes", "push = push"),
            ("the defender fights", "resist = fight"),
        )
    ]
    assert [row for row in rows if row not in PAGE] == []


def test_figures_of_july_1914():
    contest = mg.load("july-1914")
    wrong = solve(contest)
    right = solve(contest.model_copy(update={"beliefs": {}}))
    readme = find_file("july-1914").with_name("README.md").read_text("utf-8")
    expects = {each.actor: each for each in wrong.expectations}
    plays = (wrong, expects["berlin"].play, expects["vienna"].play, right)
    rows = [
        " | ".join(("| " + label, *(percent(play.probability(what)) for play in plays))) + " |"
        for label, what in (
            ("Berlin promises its full support", "pledge = back"),
            ("Austria-Hungary goes to war with Serbia", "way = war"),
            ("Russia mobilises", "reply = mobilise"),
            ("Germany goes to war with Russia and France", "end = strike"),
            ("there is a general war", "war = general"),
        )
    ]
    assert [row for row in rows if row not in readme] == []
    points = f"{expects['berlin'].points:.0f} points from all of it, and gets"
    assert f"expects {points} {wrong.points['berlin']:.0f}." in " ".join(readme.split())
    assert f"it has {percent(wrong.storylines(1)[0].probability)}." in readme
