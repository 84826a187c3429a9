"""The formula language: `b0 + b1 * balance + b2 * (regime = democ|mixed)`.

A formula computes a number of the scenario from named numbers, from the values of moves and factors
on scales (`depth`, `depth@previous`), and from coefficients and data columns, both declared under
`fit:`. It is an expression tree that NumPy or JAX evaluates. Lark's LALR parser reads it; since
functions take one argument, a formula never needs quotes inside YAML's flow style.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import ModuleType
from typing import Any

from lark import Lark, Token, Transformer
from pydantic_core import PydanticCustomError

from middlegame.base.spelling import nearest
from middlegame.scenario.syntax import parse_text, syntax_error

Array = Any
Categories = Mapping[str, tuple[str, ...]]
"""The categories of each categorical column; the column's value is the index of one."""

_GRAMMAR = r"""
    ?start: sum
    ?sum: product ((PLUS|MINUS) product)*
    ?product: signed ((TIMES|OVER) signed)*
    ?signed: MINUS signed -> negative
        | power
    ?power: atom ("^" signed)?
    ?atom: NUMBER -> number
        | NAME -> quantity
        | NAME "(" sum ")" -> call
        | "(" sum ")"
        | "(" NAME EQUALS categories ")" -> among
        | "(" sum ORDER sum ")" -> compare
    categories: CATEGORY ("|" CATEGORY)*
    PLUS: "+"
    MINUS: "-"
    TIMES: "*"
    OVER: "/"
    EQUALS: "!=" | "="
    ORDER: "<=" | ">=" | "<" | ">"
    NUMBER: /(\d+(\.\d+)?|\.\d+)([eE][-+]?\d+)?/
    NAME: /[^\W\d]\w*(?:@(?:previous\b|last\b|[1-9]\d*\b))?/
    CATEGORY: /\w+/
    %ignore /\s+/
"""
EXPECTED = "a formula such as: b0 + b1 * balance + b2 * (regime = mixed)"
_MAX_NESTED = 60
_NESTING = re.compile(r"\(|\^|[-+*/^(]\s*-")
_ATTEMPTED = re.compile(r"[^\W\d]\w*\s*[-+*/^()<>]|[-+*/^(<>]\s*[^\W\d]")


def functions(xp: ModuleType) -> dict[str, Callable[[Array], Array]]:
    """Return the functions that formulas may call, for arrays of NumPy or jax.numpy (`xp`)."""
    return {
        "exp": xp.exp,
        "log": xp.log,
        "sqrt": lambda x: _power(x, 0.5, xp),
        # Not the modulus: a complex-step derivative needs the imaginary part.
        "abs": lambda x: xp.where(x < 0, -x, x),
        # 1 / (1 + exp(-x)), written without overflow.
        "logistic": lambda x: 0.5 * (1 + xp.tanh(0.5 * xp.asarray(x))),
    }


FUNCTIONS = ("exp", "log", "sqrt", "abs", "logistic")
STANDARDISERS = ("scale", "centre")
"""Functions of a data column alone: `scale(x)` is (x - mean) / deviation, `centre(x)` x - mean."""
_OPERATIONS: dict[str, Callable[[Array, Array], Array]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
}


def _power(base: Array, exponent: Array, xp: ModuleType) -> Array:
    """Return a power; where the base is 0 and the exponent below 1, it has no derivative but 0.

    Its infinite one, times that of a column of data, which is 0, would not be a number.
    """
    steep = (base == 0) & (xp.real(xp.asarray(exponent)) < 1)
    at_zero = xp.where(exponent == 0, 1.0, xp.where(xp.real(exponent) < 0, xp.inf, 0.0))
    return xp.where(steep, at_zero, xp.where(steep, 1.0, base) ** exponent)


class Expression:
    """A node of a formula's expression tree."""

    def parts(self) -> tuple["Expression", ...]:
        """Return the operands of this expression."""
        return ()

    def walk(self) -> Iterator["Expression"]:
        """Yield this expression and all expressions inside it, left to right."""
        yield self
        for part in self.parts():
            yield from part.walk()

    def evaluate(
        self, values: Mapping[str, Array], categories: Categories, xp: ModuleType
    ) -> Array:
        """Compute the expression elementwise.

        Args:
            values: for each coefficient and column a number or an array; they broadcast.
            categories: of each categorical column.
            xp: NumPy or jax.numpy.
        """
        raise NotImplementedError


@dataclass(frozen=True)
class Constant(Expression):
    """A number written in the formula."""

    value: float

    def evaluate(
        self, values: Mapping[str, Array], categories: Categories, xp: ModuleType
    ) -> Array:
        """Return the number as an array without axes."""
        return xp.asarray(self.value)


@dataclass(frozen=True)
class Quantity(Expression):
    """A named number, scale, coefficient or column; `offset` is its place in the text."""

    name: str
    offset: int = 0

    def evaluate(
        self, values: Mapping[str, Array], categories: Categories, xp: ModuleType
    ) -> Array:
        """Return the value of the quantity."""
        return xp.asarray(values[self.name])


@dataclass(frozen=True)
class Operation(Expression):
    """Operands joined by operators of equal precedence, evaluated from left to right.

    Attributes:
        first: the leftmost operand.
        others: each following operator and operand.
    """

    first: Expression
    others: tuple[tuple[str, Expression], ...]

    def parts(self) -> tuple[Expression, ...]:
        """Return the operands, left to right."""
        return (self.first, *(part for _, part in self.others))

    def evaluate(
        self, values: Mapping[str, Array], categories: Categories, xp: ModuleType
    ) -> Array:
        """Combine the operands; a comparison is 1 where it holds and 0 elsewhere."""
        found = self.first.evaluate(values, categories, xp)
        for sign, part in self.others:
            operand = part.evaluate(values, categories, xp)
            power = sign == "^"
            found = _power(found, operand, xp) if power else _OPERATIONS[sign](found, operand)
        return found * 1.0


@dataclass(frozen=True)
class Call(Expression):
    """A function call; `offset` is the place of the function's name in the text."""

    function: str
    argument: Expression
    offset: int = 0

    def parts(self) -> tuple[Expression, ...]:
        """Return the argument alone."""
        return (self.argument,)

    def evaluate(
        self, values: Mapping[str, Array], categories: Categories, xp: ModuleType
    ) -> Array:
        """Apply the function to the argument."""
        return functions(xp)[self.function](self.argument.evaluate(values, categories, xp))


def mean_of(column: str) -> str:
    """Return the name under which formulas find the mean of a column; no text can name it."""
    return f"{column}.mean"


def deviation_of(column: str) -> str:
    """Return the name under which formulas find a column's standard deviation."""
    return f"{column}.deviation"


@dataclass(frozen=True)
class Standardised(Expression):
    """A data column less its mean, over its standard deviation unless `centred` only.

    Mean and deviation are those of the rows that coefficients were learnt from.
    """

    column: str
    centred: bool = False
    offset: int = 0

    @property
    def names(self) -> tuple[str, ...]:
        """The column, its mean, and its deviation where that is used."""
        inside = (self.column, mean_of(self.column))
        return inside if self.centred else (*inside, deviation_of(self.column))

    def evaluate(
        self, values: Mapping[str, Array], categories: Categories, xp: ModuleType
    ) -> Array:
        """Standardise the column."""
        value, mean, *deviation = (xp.asarray(values[name]) for name in self.names)
        return (value - mean) / deviation[0] if deviation else value - mean


@dataclass(frozen=True)
class CategoryTest(Expression):
    """1 where a categorical column has one of the categories (`negated`: none), else 0."""

    column: str
    categories: tuple[str, ...]
    negated: bool = False
    offset: int = 0
    category_offsets: tuple[int, ...] = ()

    def evaluate(
        self, values: Mapping[str, Array], categories: Categories, xp: ModuleType
    ) -> Array:
        """Compare the column's value with the categories."""
        known = categories[self.column]
        value = xp.asarray(values[self.column])
        holds = sum((value == known.index(each)) * 1.0 for each in self.categories)
        return 1.0 - holds if self.negated else xp.asarray(holds)


@dataclass(frozen=True)
class Formula:
    """A formula as written, with its expression tree.

    Attributes:
        text: the formula as written; formulas are equal if their texts are.
        expression: the parsed tree.
    """

    text: str
    expression: Expression = field(compare=False, repr=False)

    @property
    def names(self) -> tuple[str, ...]:
        """The quantities and columns that the formula needs, in order of mention.

        Means and deviations of standardised columns are among them (`mean_of`, `deviation_of`).
        """
        found: list[str] = []
        for part in self.expression.walk():
            if isinstance(part, Quantity):
                found.append(part.name)
            elif isinstance(part, CategoryTest):
                found.append(part.column)
            elif isinstance(part, Standardised):
                found.extend(part.names)
        return tuple(dict.fromkeys(found))

    def evaluate(
        self, values: Mapping[str, Array], categories: Categories, xp: ModuleType
    ) -> Array:
        """Compute the formula, element by element.

        Args:
            values: of each coefficient and column by name, numbers or arrays of one shape.
            categories: those of each categorical column.
            xp: NumPy or jax.numpy.
        """
        return self.expression.evaluate(values, categories, xp)

    def __str__(self) -> str:
        return self.text


class _Builder(Transformer[Token, Expression]):
    def number(self, parts: list[Token]) -> Expression:
        return Constant(float(parts[0]))

    def quantity(self, parts: list[Token]) -> Expression:
        return Quantity(str(parts[0]), parts[0].start_pos or 0)

    def _joined(self, parts: list[Any]) -> Expression:
        others = zip(map(str, parts[1::2]), parts[2::2], strict=True)
        return Operation(parts[0], tuple(others))

    sum = product = compare = _joined

    def negative(self, parts: list[Any]) -> Expression:
        return Operation(Constant(0.0), (("-", parts[1]),))

    def power(self, parts: list[Expression]) -> Expression:
        return Operation(parts[0], (("^", parts[1]),))

    def call(self, parts: list[Any]) -> Expression:
        function, argument = str(parts[0]), parts[1]
        if function in STANDARDISERS and isinstance(argument, Quantity):
            return Standardised(argument.name, function == "centre", argument.offset)
        return Call(str(parts[0]), parts[1], parts[0].start_pos or 0)

    def categories(self, parts: list[Token]) -> list[Token]:
        return parts

    def among(self, parts: list[Any]) -> Expression:
        name, sign, found = parts
        return CategoryTest(
            str(name),
            tuple(str(each) for each in found),
            negated=sign == "!=",
            offset=name.start_pos or 0,
            category_offsets=tuple(each.start_pos or 0 for each in found),
        )


@lru_cache(maxsize=1)
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", transformer=_Builder())


def looks_like_formula(text: str) -> bool:
    """Return whether a text that is not a number looks like an attempt at a formula."""
    return bool(_ATTEMPTED.search(text))


@lru_cache(maxsize=4096)
def parse_formula(text: str) -> Formula:
    """Parse a formula.

    Raises:
        PydanticCustomError: the text is invalid; the error's context holds the `offset`.
    """
    if len(_NESTING.findall(text)) > _MAX_NESTED:
        raise syntax_error("the formula is nested too deeply", f"at most {_MAX_NESTED} levels")
    expression: Expression = parse_text(_parser(), text, "formula", EXPECTED)
    for part in expression.walk():
        if isinstance(part, Call) and part.function not in FUNCTIONS:
            raise _unknown_call(part)
    names = Quantity | CategoryTest | Call | Standardised
    if not any(isinstance(part, names) for part in expression.walk()):
        raise syntax_error(
            f"the formula '{text}' names no coefficient or column", "the number that it equals"
        )
    return Formula(text.strip(), expression)


def _unknown_call(call: Call) -> PydanticCustomError:
    if call.function in STANDARDISERS:
        return syntax_error(
            f"{call.function}() takes one column, and no formula",
            f"{call.function}(x); or the numbers written out, such as (log(x) - 3.2) / 1.4",
            offset=call.offset,
        )
    known = (*FUNCTIONS, *STANDARDISERS)
    expected = nearest(call.function, known) or f"one of {', '.join(known)}"
    return syntax_error(f"unknown function '{call.function}'", expected, offset=call.offset)


def formula_or_none(text: str) -> Formula | None:
    """Parse a formula; return None where the text does not look like one.

    Raises:
        PydanticCustomError: it looks like a formula and is invalid.
    """
    try:
        return parse_formula(text)
    except PydanticCustomError:
        if looks_like_formula(text):
            raise
        return None
