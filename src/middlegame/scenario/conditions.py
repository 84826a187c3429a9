"""The condition language: `renew = switch and (price >= 40 or not depot = stays|moves)`.

A condition is a small tree that can be evaluated over arrays of states. It is parsed by Lark's
LALR parser; nothing in it ever needs quotes inside YAML's flow style.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache, reduce
from typing import Annotated
from typing import Any as AnyType

import numpy as np
from lark import Lark, Token, Transformer
from numpy.typing import NDArray
from pydantic_core import PydanticCustomError

from middlegame.base.text import normalize
from middlegame.scenario.syntax import TextFormat, describe, parse_text, syntax_error

RESERVED = frozenset({"and", "or", "not", "true", "false", "null"})

_GRAMMAR = r"""
    ?start: any
    ?any: all (_OR all)*
    ?all: negation (_AND negation)*
    ?negation: _NOT negation -> negation
        | "(" any ")"
        | REFERENCE "=" states -> equal
        | REFERENCE "!=" states -> unequal
        | REFERENCE ORDER NUMBER -> ordered
    states: _state ("|" _state)*
    _state: NAME | NUMBER | INTERVAL
    ORDER: "<=" | ">=" | "<" | ">"
    NUMBER: /-?(\d+(\.\d+)?|\.\d+)(?![\w.])/
    INTERVAL.2: /-?(\d+(\.\d+)?|\.\d+)\s*\.\.\s*-?(\d+(\.\d+)?|\.\d+)/
    _OR: /or\b/
    _AND: /and\b/
    _NOT: /not\b/
    NAME: /(?!(?:and|or|not)\b)[^\W\d]\w*/
    REFERENCE: /(?!(?:and|or|not)\b)[^\W\d]\w*(?:@(?:previous\b|last\b|[1-9]\d*\b))?/
    %ignore /\s+/
"""
_EXPECTED = "a condition such as: renew = switch and lease = lost|shared"


class Condition:
    """A statement about moves and factors: `Is`, `Within`, `Not`, `All` or `Any`."""

    def variables(self) -> tuple[str, ...]:
        """List every move and factor that the condition names, in order of mention."""
        return tuple(dict.fromkeys(leaf.variable for leaf in self.leaves()))

    def leaves(self) -> list["Predicate"]:
        """List the comparisons in the condition, left to right."""
        return [leaf for part in self._parts() for leaf in part.leaves()]

    def _parts(self) -> tuple["Condition", ...]:
        raise NotImplementedError

    def holds(self, states: Mapping[str, Sequence[str]], over: Sequence[str]) -> NDArray[np.bool_]:
        """Evaluate the condition for every combination of states.

        Args:
            states: each variable's states, in order.
            over: the variables that become axes, in order; all of `variables()` among them.

        Returns:
            Booleans of shape `[len(states[v]) for v in over]`.
        """
        shape = [len(states[v]) for v in over]
        return np.broadcast_to(self._truth(states, over), shape)

    def _truth(self, states: Mapping[str, Sequence[str]], over: Sequence[str]) -> NDArray[np.bool_]:
        """Evaluate, with axes of length 1 for variables that the condition does not name."""
        raise NotImplementedError

    def substitute(self, leaf: Callable[["Predicate"], "Condition"]) -> "Condition":
        """Return the condition with every comparison replaced by `leaf(comparison)`.

        Parts that become certain (`ALWAYS`, `NEVER`) are simplified away.
        """
        raise NotImplementedError


class Predicate(Condition):
    """A condition on one move or factor.

    Attributes:
        variable: a move or a factor, perhaps with its period (`lease@previous`).
        offset: where the variable stands in the condition's text, in characters.
    """

    variable: str
    offset: int

    def matching(self, states: Sequence[str]) -> tuple[str, ...]:
        """Return those of the variable's states for which the comparison holds."""
        raise NotImplementedError

    def renamed(self, variable: str) -> "Predicate":
        """Return the comparison, of another variable."""
        raise NotImplementedError

    def leaves(self) -> list["Predicate"]:
        """Return this one comparison."""
        return [self]

    def substitute(self, leaf: Callable[["Predicate"], "Condition"]) -> Condition:
        """Return `leaf(self)`."""
        return leaf(self)

    def _truth(self, states: Mapping[str, Sequence[str]], over: Sequence[str]) -> NDArray[np.bool_]:
        own = states[self.variable]
        matching = set(self.matching(own))
        matches = np.array([state in matching for state in own])
        return matches.reshape([-1 if v == self.variable else 1 for v in over])


@dataclass(frozen=True)
class Is(Predicate):
    """The variable is in one of these states (`lease = kept|shared`).

    Attributes:
        states: the states, any of which makes the comparison true.
        state_offsets: where each of the states stands in the text; empty if not read from text.
    """

    variable: str
    states: tuple[str, ...]
    offset: int = field(default=0, compare=False)
    state_offsets: tuple[int, ...] = field(default=(), compare=False)

    def renamed(self, variable: str) -> "Is":
        """Return the comparison, of another variable."""
        return replace(self, variable=variable)

    def matching(self, states: Sequence[str]) -> tuple[str, ...]:
        """Return those of the variable's states that the comparison names."""
        return tuple(state for state in states if state in self.states)

    def __str__(self) -> str:
        return f"{self.variable} = {'|'.join(self.states)}"


@dataclass(frozen=True)
class Within(Predicate):
    """The variable's value on its scale lies in an interval (`depth >= 60`, `depth = 40..60`).

    Of a move with a scale and other options, it holds for none of these.

    Attributes:
        low: the lower end.
        high: the upper end.
        open_low: whether the lower end itself does not count.
        open_high: whether the upper end itself does not count.
    """

    variable: str
    low: float = -math.inf
    high: float = math.inf
    open_low: bool = False
    open_high: bool = False
    offset: int = field(default=0, compare=False)

    def renamed(self, variable: str) -> "Within":
        """Return the comparison, of another variable."""
        return replace(self, variable=variable)

    def matching(self, states: Sequence[str]) -> tuple[str, ...]:
        """Return those of the variable's states whose value lies in the interval."""
        return tuple(
            state
            for state, value in zip(states, scale_values(states), strict=True)
            if value is not None
            and (self.low < value if self.open_low else self.low <= value)
            and (value < self.high if self.open_high else value <= self.high)
        )

    def __str__(self) -> str:
        if math.isinf(self.low) and math.isinf(self.high):
            return self.variable
        if math.isinf(self.high):
            return f"{self.variable} {'>' if self.open_low else '>='} {_digits(self.low)}"
        if math.isinf(self.low):
            return f"{self.variable} {'<' if self.open_high else '<='} {_digits(self.high)}"
        return f"{self.variable} = {_digits(self.low)}..{_digits(self.high)}"


def scale_values(states: Sequence[str]) -> tuple[float | None, ...]:
    """Return the value of each state on a scale; None for states that are no numbers."""
    return tuple(float(state) if _NUMBER.fullmatch(state) else None for state in states)


_NUMBER = re.compile(r"-?(\d+(\.\d+)?|\.\d+)")


def _digits(value: float) -> str:
    """Write a number as the name of a state on a scale: `40`, `0.5`."""
    return f"{Decimal(repr(round(value, 10))):f}".removesuffix(".0") if value else "0"


@dataclass(frozen=True)
class Not(Condition):
    """True where the part is false."""

    part: Condition

    def _parts(self) -> tuple[Condition, ...]:
        return (self.part,)

    def _truth(self, states: Mapping[str, Sequence[str]], over: Sequence[str]) -> NDArray[np.bool_]:
        return ~self.part._truth(states, over)

    def substitute(self, leaf: Callable[[Predicate], Condition]) -> Condition:
        """Return the negation of the part with its comparisons replaced."""
        part = self.part.substitute(leaf)
        return NEVER if part == ALWAYS else ALWAYS if part == NEVER else Not(part)

    def __str__(self) -> str:
        if isinstance(self.part, Is):
            return str(self.part).replace(" = ", " != ")
        return f"not ({self.part})"


@dataclass(frozen=True)
class All(Condition):
    """True where every part is true; always true without parts."""

    parts: tuple[Condition, ...]

    def _parts(self) -> tuple[Condition, ...]:
        return self.parts

    def _truth(self, states: Mapping[str, Sequence[str]], over: Sequence[str]) -> NDArray[np.bool_]:
        always = np.ones([1] * len(over), bool)
        return reduce(np.logical_and, (part._truth(states, over) for part in self.parts), always)

    def substitute(self, leaf: Callable[[Predicate], Condition]) -> Condition:
        """Return the condition with the comparisons in all parts replaced."""
        parts = [part for each in self.parts if (part := each.substitute(leaf)) != ALWAYS]
        if NEVER in parts:
            return NEVER
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def __str__(self) -> str:
        return " and ".join(f"({p})" if isinstance(p, All | Any) else str(p) for p in self.parts)


@dataclass(frozen=True)
class Any(Condition):
    """True where at least one part is true; never true without parts."""

    parts: tuple[Condition, ...]

    def _parts(self) -> tuple[Condition, ...]:
        return self.parts

    def _truth(self, states: Mapping[str, Sequence[str]], over: Sequence[str]) -> NDArray[np.bool_]:
        never = np.zeros([1] * len(over), bool)
        return reduce(np.logical_or, (part._truth(states, over) for part in self.parts), never)

    def substitute(self, leaf: Callable[[Predicate], Condition]) -> Condition:
        """Return the condition with the comparisons in all parts replaced."""
        parts = [part for each in self.parts if (part := each.substitute(leaf)) != NEVER]
        if ALWAYS in parts:
            return ALWAYS
        return parts[0] if len(parts) == 1 else Any(tuple(parts))

    def __str__(self) -> str:
        return " or ".join(f"({p})" if isinstance(p, Any) else str(p) for p in self.parts)


ALWAYS, NEVER = All(()), Any(())


class _Builder(Transformer[Token, Condition]):
    def any(self, parts: list[Condition]) -> Condition:
        return Any(tuple(parts))

    def all(self, parts: list[Condition]) -> Condition:
        return All(tuple(parts))

    def negation(self, parts: list[Condition]) -> Condition:
        return Not(parts[0])

    def states(self, names: list[Token]) -> list[Token]:
        return names

    def equal(self, parts: list[AnyType]) -> Condition:
        variable, states = parts
        name, offset = str(variable), variable.start_pos or 0
        named = [state for state in states if state.type != "INTERVAL"]
        found: list[Condition] = []
        if named:
            names = tuple(
                _digits(float(state)) if state.type == "NUMBER" else str(state) for state in named
            )
            found.append(Is(name, names, offset, tuple(state.start_pos or 0 for state in named)))
        for state in states:
            if state.type == "INTERVAL":
                low, high = map(float, state.split(".."))
                found.append(Within(name, low, high, offset=offset))
        return found[0] if len(found) == 1 else Any(tuple(found))

    def ordered(self, parts: list[Token]) -> Condition:
        variable, order, number = parts
        limit, above = float(number), order.startswith(">")
        return Within(
            str(variable),
            low=limit if above else -math.inf,
            high=math.inf if above else limit,
            open_low=order == ">",
            open_high=order == "<",
            offset=variable.start_pos or 0,
        )

    def unequal(self, parts: list[AnyType]) -> Condition:
        return Not(self.equal(parts))


@lru_cache(maxsize=1)
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", transformer=_Builder())


_COMPARED = re.compile(r"[\w@]+\s*(?P<order>[<>]=?)\s*$")
_SIGNS = {
    "==": "=", "===": "=", "is": "=", "equals": "=", ":": "=", "<>": "!=", "=/=": "!=", "≠": "!=",
    "!==": "!=", "≥": ">=", "=>": ">=", "≤": "<=", "=<": "<=", "&&": "and", "&": "and", "||": "or",
    "!": "not", "is not": "!=", ",": "and",
}  # fmt: skip
"""Signs and words of other notations, and what stands for them in a condition."""
_FOREIGN = re.compile(
    r"===?|=/=|!==|=>|=<|<>|[≠≥≤:,]|!(?!=)|&&?|\|\|"
    r"|\b(?:is\s+not|is|equals)\b",
    re.IGNORECASE,
)
_LONE_NAME = re.compile(r"[^\W\d][\w-]*(@\w+)?")
_HYPHENATED = re.compile(r"[^\W\d]\w*(-\w+)+(?=(@\w+)?\s*[!<>=])")
_MAX_DEPTH = 50
_NESTING = re.compile(r"\(|\)|\bnot\b|\w+")


def _depth(text: str) -> int:
    """Return how deep brackets and negations are nested; beyond the limit, a lower bound."""
    deepest, pending = 0, 0
    enclosing: list[int] = []
    for token in _NESTING.findall(text):
        if token == "(":
            enclosing.append(pending + 1)
            pending = 0
        elif token == ")":
            pending = 0
            enclosing = enclosing[:-1]
        else:
            pending = pending + 1 if token == "not" else 0
        deepest = max(deepest, len(enclosing), pending + sum(enclosing[-_MAX_DEPTH:]))
        if deepest > _MAX_DEPTH:
            break
    return deepest


def parse_condition(value: object) -> Condition:
    """Parse a condition from text; return a `Condition` unchanged.

    Raises:
        PydanticCustomError: the text is invalid; the error's context holds the `offset`.
    """
    if isinstance(value, Condition):
        return value
    if not isinstance(value, str) or not value.strip():
        raise syntax_error(f"{describe(value)} is not a condition", _EXPECTED)
    return _parse(value)


@lru_cache(maxsize=4096)
def _parse(text: str) -> Condition:
    if _depth(text) > _MAX_DEPTH:
        raise syntax_error("the condition is nested too deeply", f"at most {_MAX_DEPTH} levels")
    try:
        condition: Condition = parse_text(
            _parser(), text, "condition", _EXPECTED, keywords=("and", "or", "not")
        )
    except PydanticCustomError as error:
        context = error.context or {}
        at = context["offset"]
        text = normalize(text)
        signs = (each for each in _FOREIGN.finditer(text) if each.start() <= at < each.end())
        if sign := next(signs, None):
            meant = _SIGNS[" ".join(sign[0].lower().split())]
            expected = f"'{meant}' for '{sign[0]}', as in {_EXPECTED}"
        elif compared := _COMPARED.search(text[:at]):
            expected = f"a number after '{compared['order']}', such as {compared[0].rstrip()} 10"
        else:
            raise
        raise syntax_error(context["problem"], expected, offset=at) from None
    return condition


def lone_name(text: str) -> str | None:
    """Return the name in a text that is no condition.

    It is the whole text; or what is compared, if it has hyphens: names of questions may have them,
    those of moves and factors do not.
    """
    found = _LONE_NAME.fullmatch(text.strip()) or _HYPHENATED.search(text)
    return found and found[0]


def conjunction(condition: Condition) -> dict[str, tuple[str, ...]] | None:
    """Return the states that a conjunction of comparisons leaves to each variable.

    Returns:
        None where the condition is no conjunction of comparisons with `=`.
    """
    parts = condition.parts if isinstance(condition, All) else (condition,)
    found: dict[str, tuple[str, ...]] = {}
    for part in parts:
        inside = conjunction(part) if isinstance(part, All) else None
        if isinstance(part, Is):
            inside = {part.variable: part.states}
        if inside is None:
            return None
        for variable, states in inside.items():
            kept = found.get(variable, states)
            found[variable] = tuple(state for state in kept if state in states)
    return found


ConditionText = Annotated[
    Condition, TextFormat(parse_condition, {"type": "string", "description": _EXPECTED})
]
