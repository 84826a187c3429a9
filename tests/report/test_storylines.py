import pytest

import middlegame as mg
from middlegame.engine.inference import most_probable
from middlegame.io.json_form import from_json
from middlegame.report.html.report import html_report
from middlegame.report.text.narrative import answer
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


EMBARGO = """
title: The embargo
periods: {every: quarter, for: 2, from: 2026-04-01}
actors: {leader: The leader}
moves:
  press: {by: leader, knows: [regime@previous], options: {press: {costs: 9}, relent: {}}}
factors:
  regime:
    states: {yields: the regime yields, holds: the regime holds out}
    start: holds
    rules:
      - {if: regime@previous = yields, then: yields}
      - {if: press = press, then: {yields: 40%}}
      - {then: {yields: 10%}}
    headline: yes
interests:
  leader: [{when: regime@last = yields, worth: 30}]
precision: 2:1
"""


def test_likely_moves_stand_behind_what_the_percentage_is_of() -> None:
    solved = mg.solve(read_text(EMBARGO).scenario)
    lines = storyline_texts(solved, 3)
    for line, found in zip(lines, solved.storylines(3), strict=True):
        asked = " and ".join(f"{name} = {state}" for name, state in found.states.items())
        assert line.probability == pytest.approx(solved.probability(asked))
        assert not any("press" in step.text or "relent" in step.text for step in line.steps)
    first = lines[0].sentences
    assert first.startswith("Throughout: the regime holds out. Likely moves in Apr-Jun 2026: ")
    assert lines.note == (
        "Each percentage is the probability of a storyline without its likely moves. Each of these "
        "is made in at least 60% of the cases in which the storyline comes about; all of them "
        "together may be less likely."
    )
    page = " ".join(page_text(html_report(solved)).split())
    for text in (" ".join(show_plain(solved).split()), page):
        assert text.count(lines.note) == 1
        assert first in text


def test_likely_moves_end_with_the_last_change_of_a_storyline() -> None:
    solved = mg.solve(read_text(EMBARGO).scenario)
    at_once = next(
        line for line in storyline_texts(solved, 3) if line.steps[0].text.startswith("Apr-Jun")
    )
    assert solved.given({"regime@1": "yields"}).forecast("press@2")["relent"] > 0.6
    assert "Jul-Sep" not in at_once.sentences


def test_contrast_tells_what_the_first_storyline_leaves_out() -> None:
    contest = """
title: The strait
actors: {fleet: The fleet}
moves:
  reply: {by: fleet, options: {pay: {says: the fleet pays}, appeal: {costs: 40}}}
factors:
  passage:
    states: {free: the passage is free, blocked: the passage is blocked}
    rules: [{if: reply = pay, then: free}, {then: {free: 60%}}]
    headline: yes
interests:
  fleet: [{when: passage = free, worth: 60}]
"""
    lines = storyline_texts(mg.solve(read_text(contest).scenario), 3)
    assert lines[0].sentences == "The fleet pays."
    assert sorted(line.contrast or "" for line in lines[1:]) == [
        'As the first, but the fleet chooses "appeal"; the passage is blocked.',
        'As the first, but the fleet chooses "appeal"; the passage is free.',
    ]
    assert all(step.differs for line in lines[1:] for step in line.steps)


def test_answer_says_by_when_and_answers_a_question_about_two_options_by_its_own() -> None:
    asked = """
questions:
  struck: {will: press@1 = press, by: 2026-06-30, label: Does the leader press?}
  falls: {will: regime@2 = yields, by: 2026-09-30}
"""
    text = answer(mg.solve(read_text(EMBARGO + asked).scenario))
    assert 'that the leader chooses "press" ' in text
    assert "Most likely" not in text
    assert "by 30 June 2026 (" in text
    assert "by 30 September 2026 (" in text


TRUCE = """
title: The truce
periods: {every: quarter, for: 3, from: 2026-04-01}
actors: {fort: The fort, army: The army}
moves:
  fire: {by: army, knows: [truce], options: {fire: {}, rest: {}}, periods: [1, 2, 3]}
offers:
  truce:
    by: fort
    to: army
    before: fire
    costs: 1
    terms: [{promise: fire = rest, breaking_costs: 4}]
interests:
  fort: [{when: fire = fire, worth: -40}]
  army: [{when: fire = fire, worth: 10}]
"""


def test_change_that_a_likely_move_forces_is_told() -> None:
    solved = mg.solve(read_text(TRUCE).scenario)
    found = solved.storylines(8)
    assert all(set(line.states) == {f"truce@{k}" for k in (1, 2, 3)} for line in found)
    assert len({tuple(line.states.values()) for line in found}) == len(found)
    lines = storyline_texts(solved, 8)
    assert len(lines) == len(found)
    for line, each in zip(lines, found, strict=True):
        assert ("hroughout" in line.sentences) == (set(each.states.values()) == {"none"})
        for period, name in ((1, "Apr-Jun"), (2, "Jul-Sep"), (3, "Oct-Dec")):
            before = each.states.get(f"truce@{period - 1}", "none")
            steps = [step.text for step in line.steps if step.text.startswith(name)]
            assert bool(steps) == (each.states[f"truce@{period}"] != before)
