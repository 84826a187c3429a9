"""Formulas become numbers of the diagram: computed from coefficients and a row of data."""

import numpy as np
import pytest

from middlegame.base.errors import QueryError
from middlegame.compiler import compile_scenario
from middlegame.engine.backend import jnp
from middlegame.scenario import ScenarioError, read_text
from middlegame.scenario.data_rows import with_row
from middlegame.sweeps.sampling import ParameterSpace

TEXT = """
title: A strike
actors: {union: The union, firm: The firm}
moves:
  strike: {by: union, options: {no: {}, strike: {costs: pay0 + pay1 * wage}}}
  yields: {by: firm, knows: [strike], options: [fight, give_in]}
factors:
  court:
    states: [union, firm, none]
    rules:
      - {if: strike = strike, then: {union: logistic(c0) / 2, firm: 20%}}
      - {then: {union: 10..30%, firm: 20%}}
  press:
    states: [kind, hostile]
    causes: {kind: [{if: strike = strike, chance: logistic(c0 * 2)}]}
interests:
  union:
    - {when: yields = give_in, worth: 10 * (region = north) + 5}
    - {when: press = kind, worth: 3}
  firm: [{when: court = firm, worth: 10}]
precision: exp(10 * sharp)
fit:
  coefficients: {pay0: 1..3, pay1: {prior: -9..9, fitted: 0.5}, c0: 0.4, sharp: 0.2}
  columns: {wage: 4, region: [south, north]}
  observed: {strike: struck}
"""


def diagram(text=TEXT, row=None, free=False):
    loaded = read_text(text)
    assert loaded.errors == ()
    return compile_scenario(with_row(loaded.scenario, row or {}), free=free)


def test_only_uncertain_coefficients_become_parameters():
    assert [p.name for p in diagram().parameters] == [
        "fit.coefficients.pay0",
        "factors.court.rules[1].then.union",
    ]
    assert len(diagram(free=True).parameters) == 7


def test_coefficients_keep_their_bounds_and_correlations():
    text = TEXT.replace("pay0: 1..3, pay1: {prior: -9..9, fitted: 0.5}", (
        "pay0: {prior: 1..3, least: 0}, pay1: 2..3")).replace(
        "  observed:", "  correlations: {pay1: {pay0: -0.5}}\n  observed:")  # fmt: skip
    first, second, _ = diagram(text).parameters
    assert (first.lower_bound, first.upper_bound, second.lower_bound) == (0, np.inf, -np.inf)
    assert ParameterSpace((first, second)).correlations[0, 1] == pytest.approx(-0.5)


@pytest.mark.parametrize("free", [False, True])
@pytest.mark.parametrize("xp", [np, jnp])
def test_tables_hold_the_values_of_formulas(free, xp):
    made = diagram(free=free)
    tables = made.tables(xp=xp)
    court = np.asarray(tables.chances[made.index["court"]])
    half = 1 / (1 + np.exp(-0.4)) / 2
    assert court[1] == pytest.approx([half, 0.2, 0.8 - half])
    assert court[0, 1] == 0.2
    assert court[0, 0] == pytest.approx(diagram(TEXT).parameters[1].median)
    press = np.asarray(tables.chances[made.index["press"]])
    assert press[:, 0] == pytest.approx([0, 1 / (1 + np.exp(-0.8))])
    assert np.asarray(tables.lambdas) == pytest.approx(0.2)
    spent = next(u for u in made.utilities if u.over == ("strike",))
    assert np.asarray(spent.table.evaluate(made.theta, xp)) == pytest.approx([0, -(2 + 0.5 * 4)])
    won = next(u for u in made.utilities if u.over == ("yields",))
    assert np.asarray(won.table.evaluate(made.theta, xp)) == pytest.approx([0, 5])


def test_with_row_changes_the_values_of_formulas():
    there = diagram(row={"region": "north", "wage": "6..8"})
    assert [p.name for p in there.parameters][:2] == ["fit.coefficients.pay0", "fit.columns.wage"]
    won = next(u for u in there.utilities if u.over == ("yields",))
    assert won.table.evaluate(there.theta, np) == pytest.approx([0, 15])
    spent = next(u for u in there.utilities if u.over == ("strike",))
    assert spent.table.evaluate(there.theta, np) == pytest.approx([0, -(2 + 0.5 * 7)])


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"wag": "3"}, "there is no column 'wag'; did you mean 'wage'?"),
        ({"wage": "much"}, "wage: 'much' is not a number or a range"),
        ({"region": "east"}, "region: unknown category 'east'; expected one of south, north"),
    ],
)
def test_with_row_refuses_unknown_columns_and_invalid_values(row, message):
    with pytest.raises(QueryError, match=message.replace("?", r"\?")):
        diagram(row=row)


@pytest.mark.parametrize(
    ("change", "where", "message"),
    [
        (("logistic(c0) / 2", "c0 + 2"), "factors.court.rules[0].then.union", "gives 2.4"),
        (("exp(10 * sharp)", "sharp"), "precision", "'sharp' gives 0.2; expected odds such as"),
        (("region = north) + 5", "region = north) + log(-pay0)"), "interests.union[0].worth",
         "gives no number"),
    ],
)  # fmt: skip
def test_a_formula_with_an_invalid_value_at_the_medians_is_a_fault(change, where, message):
    with pytest.raises(ScenarioError) as caught:
        diagram(TEXT.replace(*change))
    (fault,) = caught.value.faults
    assert str(fault).startswith(f"{where}: ")
    assert message in str(fault)
    assert len(diagram(TEXT.replace(*change), free=True).parameters) == 7


def test_chances_of_formulas_above_one_in_total_are_normalised():
    made = diagram(TEXT.replace("logistic(c0) / 2", "c0 + 0.5"))
    court = np.asarray(made.tables().chances[made.index["court"]])[1]
    assert court.sum() == pytest.approx(1)
    assert court[0] == pytest.approx(0.9 / 1.1)


def test_compiling_without_values_reports_what_is_missing():
    text = TEXT.replace("pay0: 1..3", "pay0: free").replace("wage: 4", "wage: number")
    with pytest.raises(ScenarioError) as caught:
        diagram(text)
    first, second = caught.value.faults
    assert str(first).startswith("fit.coefficients.pay0: the coefficient has no value yet: pay0")
    assert "--row wage=..." in str(second)
    assert len(diagram(text, row={"wage": 3}, free=True).parameters) == 7
