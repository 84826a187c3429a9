"""What a visitor has changed: numbers, suppositions, observations; also as a link's query."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode

_SUPPOSE, _GIVEN, _SURPRISE, _PRECISION = "suppose.", "given.", "surprise", "precision"
_MOST = 500
"""Changes that a link may hold."""


@dataclass(frozen=True)
class Setting:
    """The changes to a scenario: numbers, suppositions and observations.

    Attributes:
        numbers: changed numbers by their parameter's name, in its unit.
        supposed: the state of each move and factor that is fixed.
        given: the observed states of each move and factor.
        surprise: whether the actors do not know what is supposed.
    """

    numbers: Mapping[str, float] = field(default_factory=dict)
    supposed: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    surprise: bool = False

    def __bool__(self) -> bool:
        """Return whether anything is changed."""
        return bool(self.numbers or self.supposed or self.given)

    def __hash__(self) -> int:
        """Return the same for equal settings, whatever the order of their changes."""
        parts = (self.numbers, self.supposed, self.given)
        return hash((*(frozenset(part.items()) for part in parts), self.surprise))

    def with_number(self, name: str, value: float | None) -> "Setting":
        """Return the setting with one number changed; None removes the change."""
        numbers = {n: v for n, v in self.numbers.items() if n != name}
        if value is not None:
            numbers[name] = value
        return Setting(numbers, self.supposed, self.given, self.surprise)

    def with_state(self, name: str, mode: str, state: str) -> "Setting":
        """Return the setting with a move or factor supposed, observed, or free.

        Args:
            name: the move or factor.
            mode: `suppose`, `given` or `free`.
            state: the option or state; ignored where the mode is `free`.
        """
        supposed = {n: s for n, s in self.supposed.items() if n != name}
        given = {n: s for n, s in self.given.items() if n != name}
        if mode == "suppose":
            supposed[name] = state
        elif mode == "given":
            given[name] = (state,)
        return Setting(self.numbers, supposed, given, self.surprise)

    def with_surprise(self, surprise: bool) -> "Setting":
        """Return the setting with suppositions that the actors know or do not know."""
        return Setting(self.numbers, self.supposed, self.given, surprise)

    def without(self, name: str) -> "Setting":
        """Return the setting without any change of a number, move or factor."""
        return self.with_number(name, None).with_state(name, "free", "")

    def numbers_alone(self) -> "Setting":
        """Return the setting's changed numbers, without suppositions and observations."""
        return Setting(self.numbers)

    def unobserved(self) -> "Setting":
        """Return the setting without its observations."""
        return Setting(self.numbers, self.supposed, {}, self.surprise)

    def announced(self) -> "Setting":
        """Return the setting without observations, and without what the actors do not know."""
        return Setting(self.numbers, {} if self.surprise else self.supposed)

    def query(self) -> str:
        """Return the changes as a link's query; empty where there are none."""
        pairs = [(name, f"{value:.10g}") for name, value in self.numbers.items()]
        pairs += [(_SUPPOSE + name, state) for name, state in self.supposed.items()]
        pairs += [(_GIVEN + name, "|".join(states)) for name, states in self.given.items()]
        if self.surprise and self.supposed:
            pairs.append((_SURPRISE, "yes"))
        return urlencode(pairs, safe="[]|:")

    @staticmethod
    def read(query: str) -> "Setting":
        """Read a link's query; parts that are not changes are ignored."""
        numbers: dict[str, float] = {}
        supposed: dict[str, str] = {}
        given: dict[str, tuple[str, ...]] = {}
        surprise = False
        for key, value in parse_qsl(query)[:_MOST]:
            if key.startswith(_SUPPOSE):
                supposed[key.removeprefix(_SUPPOSE)] = value
            elif key.startswith(_GIVEN):
                given[key.removeprefix(_GIVEN)] = tuple(value.split("|"))
            elif key == _SURPRISE:
                surprise = value == "yes"
            elif (number := _number(key, value)) is not None:
                numbers[key] = number
        return Setting(numbers, supposed, given, surprise)


def unread_parts(query: str) -> list[tuple[str, str]]:
    """Return the keys and values of a link's query that are not changes."""
    pairs = parse_qsl(query, keep_blank_values=True)
    return [
        (key, value)
        for place, (key, value) in enumerate(pairs)
        if place >= _MOST
        or not value
        or (
            not (key.startswith((_SUPPOSE, _GIVEN)) or key == _SURPRISE)
            and _number(key, value) is None
        )
    ]


def _number(key: str, text: str) -> float | None:
    """Parse the value of a changed number; None where the key is not a number's or it is none."""
    if "." not in key and key != _PRECISION:
        return None
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
