"""Robustness in sentences and rows."""

from dataclasses import replace

import pytest

import middlegame as mg
from middlegame.report.html.report import html_report
from middlegame.report.html.sections import sections
from middlegame.report.text.robustness import robustness_text, start
from middlegame.scenario import Scenario
from tests.analysis.test_robustness import CONTEST
from tests.report.pages import compare_with_golden, page_text, show_plain


@pytest.fixture(scope="module")
def found() -> mg.Robustness:
    return mg.robust(mg.solve(Scenario.model_validate(CONTEST)), worlds=8, starts=2)


def test_robustness_prints_plain_text_in_a_pipe(found):
    compare_with_golden("road-robust.txt", show_plain(found))


def test_every_answer_is_either_firm_or_has_the_variants_that_change_it(found):
    text = robustness_text(found)
    broken = [place for place in range(len(found.answers)) if found.breaking(place)]
    assert len(text.details) == len(broken)
    for place, detail in zip(broken, text.details, strict=True):
        answer = f"the answer that {text.columns[place].lower()} ({text.before[place]}) becomes "
        assert detail.lower().startswith(answer)
        for variant in found.breaking(place):
            rises = variant.numbers[place] > found.before(variant, place)
            assert ("becomes firmer" if rises else "becomes weaker") in detail


def test_report_has_a_row_for_each_variant(found):
    page = page_text(html_report(found.equilibrium, analyses=sections(found)))
    for _, rows in robustness_text(found).groups:
        assert all(row.label in page for row in rows)


def test_variants_that_cannot_be_computed_are_not_said_to_hold():
    contest = CONTEST | {"beliefs": {"b": {"judgements": {"interests.a[1].worth": 2}}}}
    found = mg.robust(mg.solve(Scenario.model_validate(contest)), worlds=4, starts=1)
    text = robustness_text(found)
    assert found.refused == 10
    told = f"the {found.computed} variants that were computed (10 cannot be computed)"
    assert told in text.sentence
    notes = [row.note for _, rows in text.groups for row in rows if row.note]
    assert len(notes) == 2


def test_an_answer_says_whether_it_changes_becomes_weaker_or_becomes_firmer(found):
    interest = next(each for each in found.variants if each.kind == "interest")
    rest = interest.numbers[1:]
    answers = (replace(found.answers[0], forecast=0.6, middle=0.6), *found.answers[1:])
    cases = {"changes": (0.1, False), "becomes firmer": (0.9, True), "becomes weaker": (0.4, True)}
    for told, (number, same) in cases.items():
        variant = replace(interest, numbers=(number, *rest), same=(same, True))
        changed = replace(found, answers=answers, variants=(variant,))
        detail = robustness_text(changed).details[0]
        assert f'chooses "north" (60%) {told} without' in detail
        assert [each for each in cases if each in detail] == [told]


def test_a_search_that_finds_no_other_equilibrium_is_told(found):
    assert not any(each.kind == "equilibrium" for each in found.variants)
    assert "No other equilibrium was found from 2 random starts." in start(found)
    assert not any("other equilibrium" in note for note in start(replace(found, starts=0)))


def test_no_answer_holds_where_no_variant_is_computed(found):
    refused = tuple(replace(each, refusal="no") for each in found.variants)
    text = robustness_text(replace(found, variants=refused))
    assert text.sentence.startswith("No variant was computed")


def test_a_new_likeliest_state_is_named_where_it_is_one_of_several():
    interests = [{"when": "go = left", "worth": 12}, {"when": "go = ahead", "worth": 10}]
    contest = {
        "title": "A turning",
        "actors": {"a": "The driver"},
        "moves": {"go": {"by": "a", "options": ["left", "ahead", "right"]}},
        "interests": {"a": interests},
    }
    found = mg.robust(mg.solve(Scenario.model_validate(contest)), starts=1)
    (detail,) = robustness_text(found).details
    # Ahead is worth 10 points, the others nothing: 3 against 1 and 1.
    without = 'changes to "ahead" without the driver\'s points if the driver chooses "left"'
    assert f"{without} (60% against 20%)" in detail
    first = next(each for each in found.to_dict()["variants"] if each["kind"] == "interest")
    assert first["likeliest"] == ({"state": "ahead", "probability": pytest.approx(0.6)},)


def test_equilibrium_of_all_is_a_variant_with_a_name_of_its_own():
    contest = Scenario.model_validate({**CONTEST, "behaviour": {"level": 1}})
    found = mg.robust(mg.solve(contest, worlds=0), worlds=4, starts=1)
    labels = [row.label for _, rows in robustness_text(found).groups for row in rows]
    assert labels.count("All in equilibrium") == 1
