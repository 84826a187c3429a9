"""Formulas: what they compute, what they speak of, and what is none."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from middlegame.engine.backend import jax, jnp
from middlegame.scenario import read_text
from middlegame.scenario.formulas import formula_or_none, parse_formula
from middlegame.scenario.model.judgement import FormulaJudgement, parse_judgement

VALUES = {"a": 2.0, "b": -0.5, "x": 4.0, "regime": 1}
CATEGORIES = {"regime": ("autoc", "mixed", "dem")}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a + b * x", 0.0),
        ("-a^2", -4.0),
        ("a - 1 - 1", 0.0),
        ("x / a / 2", 1.0),
        ("2 * -a", -4.0),
        ("(a + b) * x", 6.0),
        ("exp(log(a))", 2.0),
        ("sqrt(x) + abs(b)", 2.5),
        ("logistic(a)", 1 / (1 + math.exp(-2))),
        ("a * (regime = mixed)", 2.0),
        ("a * (regime = autoc|dem)", 0.0),
        ("a * (regime != autoc)", 2.0),
        ("(x > 3) + (x <= 3) * a + (x >= 4) + (x < 4)", 2.0),
        ("1e1 * a", 20.0),
        ("exp(10)", math.exp(10)),
    ],
)
def test_evaluate_computes_the_formula(text, value):
    assert parse_formula(text).evaluate(VALUES, CATEGORIES, np) == pytest.approx(value)


def test_names_are_told_in_order_of_mention():
    assert parse_formula("b0 + b1 * balance * (regime = dem) + b0").names == (
        "b0", "b1", "balance", "regime",
    )  # fmt: skip


@given(st.floats(-3, 3), st.floats(0.1, 3))
def test_jax_differentiates_what_numpy_computes(a, x):
    formula = parse_formula("a * log(x) + a^2 / x - logistic(a * x)")
    slope = jax.grad(lambda a: formula.evaluate({"a": a, "x": x}, {}, jnp))(a)
    step = 1e-6
    ends = [formula.evaluate({"a": a + d, "x": x}, {}, np) for d in (-step, step)]
    assert slope == pytest.approx((ends[1] - ends[0]) / (2 * step), abs=1e-5)


@given(st.floats(-3, 3).filter(lambda a: abs(a) > 1e-3), st.floats(0.1, 3))
def test_a_complex_step_differentiates_every_function(a, x):
    formula = parse_formula("abs(a) * log(x) + a^3 + sqrt(x) * exp(a) - logistic(a) * (a > 1)")
    slope = jax.grad(lambda a: formula.evaluate({"a": a, "x": x}, {}, jnp))(a)
    stepped = formula.evaluate({"a": a + 1e-30j, "x": x}, {}, np).imag / 1e-30
    assert stepped == pytest.approx(float(slope), rel=1e-10, abs=1e-12)


@pytest.mark.parametrize("text", ["so many", "40 - 60", "3:1", "5 points", "30%", "", "20..x"])
def test_formula_or_none_returns_none_for_other_text(text):
    assert formula_or_none(text) is None


@pytest.mark.parametrize(
    ("text", "problem", "offset"),
    [
        ("b0 + * b1", "unexpected '*' in 'b0 + * b1'", 5),
        ("(b0 + b1", "the formula '(b0 + b1' is incomplete", 8),
        ("2 * sin(b0)", "unknown function 'sin'", 4),
        ("b0 % b1 + b2", "unexpected '%' in 'b0 % b1 + b2'", 3),
        ("(" * 70 + "b" + ")" * 70, "the formula is nested too deeply", 0),
    ],
)
def test_parse_formula_reports_problem_and_offset(text, problem, offset):
    with pytest.raises(PydanticCustomError) as caught:
        formula_or_none(text)
    assert (caught.value.context["problem"], caught.value.context["offset"]) == (problem, offset)


def test_text_of_a_formula_is_as_written():
    read = parse_judgement({"is": "b0 + b1*x", "why": "so"}, "points")
    assert isinstance(read, FormulaJudgement)
    assert (str(read), read.why, read.exact) == ("b0 + b1*x", "so", False)
    assert parse_judgement(str(read), "points") == read
    assert parse_judgement("b0", "points") != read


def test_a_formula_without_coefficients_is_a_fault():
    text = (
        "title: T\nactors: {a: A}\nmoves: {m: {by: a, options: [x, y]}}\n"
        "interests: {a: [{when: m = x, worth: many}]}\n"
    )
    (fault,) = read_text(text).errors
    assert str(fault).startswith("4:38: 'many' is not a number or a range; expected points")


def test_roots_and_powers_of_a_column_of_zeros_have_finite_derivatives_by_coefficients():
    column = jnp.array([0.0, 4.0])
    for text in ("b * sqrt(x)", "b * x^0.5"):
        formula = parse_formula(text)

        def total(both, formula=formula):
            return formula.evaluate({"b": both[0], "x": both[1:]}, {}, jnp)

        found = jax.jvp(total, (jnp.array([3.0, *column]),), (jnp.array([1.0, 0.0, 0.0]),))
        assert found[0].tolist() == [0.0, 6.0]
        assert found[1].tolist() == [0.0, 2.0]
