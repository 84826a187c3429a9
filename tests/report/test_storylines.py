import pytest

import middlegame as mg
from middlegame.engine.inference import most_probable
from middlegame.io.json_form import from_json
from middlegame.report.html.report import html_report
from middlegame.report.text.storylines import storyline_texts
from middlegame.scenario.yaml.load import read_text
from tests.generators.ladder import binary_moves, road_diagram
from tests.report.pages import page_text, show_plain


@pytest.fixture
def limited(monkeypatch: pytest.MonkeyPatch) -> mg.Equilibrium:
    """An equilibrium whose storylines are searched with little effort: hard to sum out."""
    monkeypatch.setattr(most_probable, "WIDEST", 4)
    monkeypatch.setattr(most_probable, "EXPANSIONS", 3)
    return mg.solve(from_json(road_diagram(4)))


def test_limited_search_gives_bound_and_claims_no_rank(limited: mg.Equilibrium) -> None:
    found = limited.storylines(3)
    assert not found.likeliest
    assert found.bound > found[-1].probability
    texts = storyline_texts(limited, 3)
    assert "most likely" not in texts.summary
    assert "no other storyline is likelier than " in texts.summary
    assert texts.summary in " ".join(show_plain(limited, storylines=3).split())
    page = page_text(html_report(limited, storylines=3))
    assert texts.summary.split(";")[1] in " ".join(page.split())
    assert limited.to_dict(3)["storylines_bound"] == found.bound


def test_exact_search_names_storylines_the_most_likely() -> None:
    equilibrium = mg.solve(read_text(binary_moves(6)).scenario)
    found = equilibrium.storylines(4)
    assert found.likeliest
    assert storyline_texts(equilibrium, 4).summary.startswith("the 4 most likely, ")
    assert equilibrium.to_dict(4)["storylines_bound"] <= found[-1].probability


@pytest.mark.parametrize("count", [0, 2])
def test_report_lists_as_many_storylines_as_asked_for(harbour: mg.Equilibrium, count: int) -> None:
    page = html_report(harbour, storylines=count)
    listed = page.partition('<ol class="storylines">')[2].partition("</ol>")[0]
    assert listed.count("<li>") == count
    assert ('id="storylines"' in page) == bool(count)
    assert len(harbour.to_dict(count)["storylines"]) == count


def test_storylines_leave_out_scales_and_tell_what_never_changes() -> None:
    contest = """
title: The mill
periods: {every: year, for: 2, from: 2027-01-01}
actors: {town: The town}
moves:
  repair: {by: town, options: [repair, wait], headline: no}
factors:
  price:
    scale: {from: 0, to: 100, step: 5}
    start: 50
    rules: [{from: previous, spread: 10}]
    headline: yes
  mill:
    states: {runs: the mill runs, stops: the mill stops}
    start: runs
    rules: [{then: {stops: 10%}}]
    headline: yes
interests:
  town: [{when: mill@last = runs, worth: 50}]
"""
    solved = mg.solve(read_text(contest).scenario)
    assert set(solved.storylines(1)[0].states) == {"mill@1", "mill@2"}
    lines = storyline_texts(solved, 4)
    assert sum(line.probability for line in lines) == pytest.approx(1)
    assert lines[0].sentences == "Throughout: the mill runs."
    assert "hroughout" not in "".join(line.sentences for line in lines[1:])
    only_scales = contest.replace("    headline: yes\ninterests", "interests")
    assert "price@1" in mg.solve(read_text(only_scales).scenario).storylines(1)[0].states
