"""The condition language: `renew = switch and (bid = offer or not depot = stays|moves)`.

A condition is a small tree that can be evaluated over arrays of states. It is parsed by Lark's
LALR parser; nothing in it ever needs quotes inside YAML's flow style.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

import numpy as np
from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedInput, UnexpectedToken
from numpy.typing import NDArray

from middlegame.scenario.syntax import Written, syntax_error

RESERVED = frozenset({"and", "or", "not", "true", "false", "null"})

_GRAMMAR = r"""
    ?start: any
    ?any: all ("or" all)*
    ?all: negation ("and" negation)*
    ?negation: "not" negation -> negation
        | "(" any ")"
        | NAME "=" states -> equal
        | NAME "!=" states -> unequal
    states: NAME ("|" NAME)*
    NAME: /(?!(?:and|or|not)\b)[^\W\d]\w*/
    %ignore /\s+/
"""
_EXPECTED = "a condition such as: renew = switch and lease = lost|shared"


class Condition:
    """A truth about the contest; one of `Is`, `Not`, `All`, `Any`."""

    def variables(self) -> tuple[str, ...]:
        """Name every move and factor that the condition speaks of, in order of mention."""
        return tuple(dict.fromkeys(leaf.variable for leaf in self.leaves()))

    def leaves(self) -> list["Is"]:
        """List the comparisons in the condition, left to right."""
        raise NotImplementedError

    def holds(
        self, states: Mapping[str, Sequence[str]], over: Sequence[str]
    ) -> NDArray[np.bool_]:
        """Evaluate the condition for every combination of states.

        Args:
            states: each variable's states, in order.
            over: the variables that become axes, in order; all of `variables()` among them.

        Returns:
            Booleans of shape `[len(states[v]) for v in over]`.
        """
        raise NotImplementedError


@dataclass(frozen=True)
class Is(Condition):
    """The variable is in one of these states (`lease = kept|shared`)."""

    variable: str
    among: tuple[str, ...]
    offset: int = 0

    def __eq__(self, other: object) -> bool:
        """Compare by meaning; where it stood in the text does not count."""
        if not isinstance(other, Is):
            return NotImplemented
        return (self.variable, self.among) == (other.variable, other.among)

    def __hash__(self) -> int:
        return hash((self.variable, self.among))

    def leaves(self) -> list["Is"]:
        return [self]

    def holds(
        self, states: Mapping[str, Sequence[str]], over: Sequence[str]
    ) -> NDArray[np.bool_]:
        mine = np.array([state in self.among for state in states[self.variable]])
        shape = [len(states[v]) for v in over]
        along = [-1 if v == self.variable else 1 for v in over]
        return np.broadcast_to(mine.reshape(along), shape)

    def __str__(self) -> str:
        return f"{self.variable} = {'|'.join(self.among)}"


@dataclass(frozen=True)
class Not(Condition):
    """The part does not hold."""

    part: Condition

    def leaves(self) -> list[Is]:
        return self.part.leaves()

    def holds(
        self, states: Mapping[str, Sequence[str]], over: Sequence[str]
    ) -> NDArray[np.bool_]:
        return ~self.part.holds(states, over)

    def __str__(self) -> str:
        if isinstance(self.part, Is):
            return str(self.part).replace(" = ", " != ")
        return f"not ({self.part})"


@dataclass(frozen=True)
class All(Condition):
    """Every part holds."""

    parts: tuple[Condition, ...]

    def leaves(self) -> list[Is]:
        return [leaf for part in self.parts for leaf in part.leaves()]

    def holds(
        self, states: Mapping[str, Sequence[str]], over: Sequence[str]
    ) -> NDArray[np.bool_]:
        return np.logical_and.reduce([part.holds(states, over) for part in self.parts])

    def __str__(self) -> str:
        return " and ".join(f"({p})" if isinstance(p, Any) else str(p) for p in self.parts)


@dataclass(frozen=True)
class Any(Condition):
    """At least one part holds."""

    parts: tuple[Condition, ...]

    def leaves(self) -> list[Is]:
        return [leaf for part in self.parts for leaf in part.leaves()]

    def holds(
        self, states: Mapping[str, Sequence[str]], over: Sequence[str]
    ) -> NDArray[np.bool_]:
        return np.logical_or.reduce([part.holds(states, over) for part in self.parts])

    def __str__(self) -> str:
        return " or ".join(str(part) for part in self.parts)


class _Builder(Transformer[Token, Condition]):
    def any(self, parts: list[Condition]) -> Condition:
        return Any(tuple(parts))

    def all(self, parts: list[Condition]) -> Condition:
        return All(tuple(parts))

    def negation(self, parts: list[Condition]) -> Condition:
        return Not(parts[0])

    def states(self, names: list[Token]) -> tuple[str, ...]:
        return tuple(str(name) for name in names)

    def equal(self, parts: list[Token]) -> Condition:
        return Is(str(parts[0]), tuple(parts[1]), parts[0].start_pos or 0)

    def unequal(self, parts: list[Token]) -> Condition:
        return Not(self.equal(parts))


@lru_cache(maxsize=1)
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", transformer=_Builder())


_DEEPEST = 50


def parse_condition(value: object) -> Condition:
    """Read a condition.

    Raises:
        PydanticCustomError: it does not parse; the error's context holds the `offset`.
    """
    if isinstance(value, Condition):
        return value
    if not isinstance(value, str) or not value.strip():
        raise syntax_error("this is not a condition", _EXPECTED)
    if value.count("(") + value.count("not") > _DEEPEST:
        raise syntax_error("the condition is nested too deep", f"at most {_DEEPEST} levels")
    try:
        return _parser().parse(value)  # type: ignore[return-value]
    except UnexpectedToken as error:
        at = error.pos_in_stream if error.token.type != "$END" else len(value)
        seen = "the condition ends too early" if error.token.type == "$END" else (
            f"'{error.token}' does not belong here"
        )
        raise syntax_error(f"{seen} in '{value}'", _EXPECTED, offset=at or 0) from None
    except UnexpectedCharacters as error:
        problem = f"'{error.char}' does not belong in '{value}'"
        raise syntax_error(problem, _EXPECTED, offset=error.pos_in_stream) from None
    except UnexpectedInput as error:  # pragma: no cover - Lark's base class, for completeness
        raise syntax_error(f"'{value}' is not a condition", _EXPECTED) from error


ConditionText = Annotated[
    Condition, Written(parse_condition, {"type": "string", "description": _EXPECTED})
]
