"""Named numbers: one entry of theta each, wherever formulas use them."""

import numpy as np
import pytest
from hypothesis import given

import middlegame as mg
from middlegame.compiler import compile_scenario
from middlegame.engine.backend import jnp
from middlegame.scenario import ScenarioError, apply_view, read_text
from middlegame.scenario.model.judgement import FormulaJudgement, Judgement
from middlegame.scenario.model.walk import formulas, replace_at
from middlegame.sweeps.sampling import ParameterSpace
from tests.generators.scenarios import scenarios

TEXT = """
title: A strike
actors: {union: The union, firm: The firm}
numbers:
  elasticity: {is: 0.2..0.4, why: two studies, label: The price elasticity}
  support: 20..30..60%
  resolve: 2..5:1
  twice: 2 * elasticity
moves:
  strike: {by: union, options: {no: {}, strike: {costs: 10 * elasticity}}}
  yields: {by: firm, knows: [strike], options: [fight, give_in]}
factors:
  court:
    states: [union, firm]
    rules:
      - {if: strike = strike, then: {union: support * 1.2}}
      - {then: {union: support}}
interests:
  union: [{when: yields = give_in, worth: 100 * twice}, {when: court = union, worth: 40}]
  firm: [{when: court = firm, worth: 60}, {when: yields = fight, worth: -40 * elasticity}]
precision: resolve
"""


def diagram(text=TEXT):
    loaded = read_text(text)
    assert loaded.errors == ()
    return compile_scenario(loaded.scenario)


def test_each_named_number_is_one_parameter_on_the_scale_of_its_notation():
    found = {p.name: (p.unit, p.best, p.label, p.why) for p in diagram().parameters}
    assert found == {
        "numbers.elasticity": ("points", None, "The price elasticity", "two studies"),
        "numbers.support": ("probability", 0.3, "", None),
        "numbers.resolve": ("odds", None, "", None),
    }


@pytest.mark.parametrize("xp", [np, jnp])
def test_tables_follow_a_named_number_wherever_it_is_used(xp):
    made = diagram()
    place = {p.name: k for k, p in enumerate(made.parameters)}
    theta = np.array(made.theta)
    theta[place["numbers.elasticity"]], theta[place["numbers.support"]] = 0.25, 0.5
    theta[place["numbers.resolve"]] = 4.0
    tables = made.tables(theta, xp)
    assert np.asarray(tables.chances[made.index["court"]])[:, 0] == pytest.approx([0.5, 0.6])
    points = {u.over: np.asarray(t) for u, t in zip(made.utilities, tables.utilities, strict=True)}
    assert points["strike",] == pytest.approx([0, -2.5])
    assert points["yields",] in (pytest.approx([0, 50]), pytest.approx([-10, 0]))
    assert np.asarray(tables.lambdas) == pytest.approx(np.log(4) / 10)


@given(scenarios())
def test_contest_with_named_numbers_is_the_contest_with_their_values_written_out(scenario):
    made = compile_scenario(scenario)
    written_out = scenario.model_copy(update={"numbers": {}})
    values = {name: number.median for name, number in scenario.numbers.items()}
    for path, number in formulas(scenario):
        value = float(number.formula.evaluate(values, {}, np))
        written_out = replace_at(written_out, path, Judgement(value, value, number.unit))
    plain = compile_scenario(written_out)
    for one, other in zip(made.tables().utilities, plain.tables().utilities, strict=True):
        assert np.asarray(one) == pytest.approx(np.asarray(other))
    assert made.tables().lambdas == pytest.approx(plain.tables().lambdas)


def test_skewed_range_whose_best_value_is_the_middle_is_the_plain_range():
    plain = diagram(TEXT.replace("0.2..0.4", "0.2..0.3..0.4").replace("2..5:1", "2..4..8:1"))
    other = diagram(TEXT.replace("2..5:1", "2..8:1"))
    points = np.random.default_rng(1).random((64, 3))
    assert plain.parameters == other.parameters
    drawn = [ParameterSpace(d.parameters).parameter_values(points) for d in (plain, other)]
    assert np.array_equal(*drawn)


@pytest.mark.parametrize(
    ("change", "where", "message"),
    [
        (("support * 1.2", "support * 2"), "factors.court.rules[0].then.union",
         "'support * 2' gives 1.2 where support is 0.6; expected a probability such as 30%, "
         "20..40% or 0.3, wherever the numbers are within their ranges"),
        (("support * 1.2", "support - 0.2"), "", ""),
        (("support * 1.2", "support - 0.25"), "factors.court.rules[0].then.union",
         "'support - 0.25' gives -0.05 where support is 0.2"),
        (("support * 1.2", "support + 1"), "factors.court.rules[0].then.union",
         "'support + 1' gives 1.3; expected a probability such as 30%, 20..40% or 0.3, at the "
         "medians of the numbers"),
        (("precision: resolve", "precision: resolve / 3"), "precision",
         "'resolve / 3' gives 0.6667 where resolve is 2"),
        (("100 * twice", "log(twice - 0.5)"), "interests.union[0].worth", "gives no number"),
    ],
)  # fmt: skip
def test_formula_with_impossible_values_within_the_ranges_is_a_fault(change, where, message):
    text = TEXT.replace(*change)
    if not where:
        assert diagram(text).formulas
        return
    with pytest.raises(ScenarioError) as caught:
        diagram(text)
    (fault,) = caught.value.faults
    assert str(fault).startswith(f"{where}: ")
    assert message in str(fault)


def test_chances_of_formulas_that_leave_less_than_nothing_are_a_fault():
    text = TEXT.replace("states: [union, firm]", "states: [union, firm, none]").replace(
        "{union: support * 1.2}", "{union: support, firm: support}"
    ).replace("{union: support}}", "{union: 10%, firm: 20%}}")  # fmt: skip
    with pytest.raises(ScenarioError, match=r"the remainder for 'none' gives -0\.2 where support"):
        diagram(text)


def test_sweep_tells_the_share_of_worlds_in_which_a_formula_is_clamped():
    text = TEXT.replace("support * 1.2", "support * 1.6")
    swept = mg.sweep(mg.solve(mg.Scenario.model_validate(_data(text))), 512)
    names = [parameter.name for parameter in swept.plan.diagram.parameters]
    support = swept.parameter_values[:, names.index("numbers.support")]
    share = float(np.mean(support * 1.6 > 1))
    assert share > 0
    assert swept.clamped == {"factors.court.rules[0].then.union": share}
    assert swept.to_dict()["clamped"] == swept.clamped


def _data(text):
    from middlegame.scenario.yaml.tree import parse_yaml

    return parse_yaml(text).data


def test_formula_judgement_keeps_the_label_beside_it():
    text = TEXT.replace("worth: 100 * twice", "worth: {is: 100 * twice, label: The raise}")
    worth = read_text(text).scenario.interests["union"][0].worth
    assert isinstance(worth, FormulaJudgement)
    assert worth.label == "The raise"


def test_a_view_may_replace_a_number_that_a_formula_computes():
    views = "views: {other: {judgements: {'interests.union[0].worth': 10..30}}}"
    loaded = read_text(f"{TEXT}\n{views}\n")
    assert loaded.errors == ()
    changed = apply_view(loaded.scenario, "other")
    assert changed.interests["union"][0].worth == Judgement(10.0, 30.0, "points")
