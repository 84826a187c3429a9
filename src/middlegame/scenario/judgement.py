"""A judgement: one number of a scenario, exact or a 90% interval, on the scale of its unit.

Points vary on the plain scale, probabilities on the log-odds scale, odds (precision) on the
logarithmic one; `lo..hi` are the 5th and 95th percentiles there.
"""

import math
import re
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, Any, Literal

from middlegame.scenario.syntax import Written, syntax_error

Unit = Literal["points", "probability", "odds"]

_NUMBER = r"[-+]?(?:\d+(?:\.\d+)?|\.\d+)"
_PATTERN = re.compile(
    rf"\s*(?P<low>{_NUMBER})\s*(?P<low_percent>%)?"
    rf"(?:\s*\.\.\s*(?P<high>{_NUMBER})\s*(?P<percent>%)?)?\s*(?P<odds>:\s*1)?\s*"
)
_EXPECTED = {
    "points": "points such as 20 or -5..15",
    "probability": "a probability such as 30%, 20..40% or 0.3",
    "odds": "odds such as 3:1 or 2..5:1",
}


@dataclass(frozen=True)
class Judgement:
    """A number with its 90% interval; `low == high` says that it is exact.

    Attributes:
        low: 5th percentile, in the unit (a probability lies in 0..1).
        high: 95th percentile.
        unit: points, probability or odds (how much more often an option 10 points
            better is chosen).
        why: the reason given beside the number itself, if any.
        cite: source and paragraph (`brief#4`) given beside the number itself.
    """

    low: float
    high: float
    unit: Unit
    why: str | None = field(default=None, compare=False)
    cite: tuple[str, ...] = field(default=(), compare=False)

    @property
    def exact(self) -> bool:
        """Whether the judgement is one number and not a range."""
        return self.low == self.high

    @property
    def median(self) -> float:
        """The middle of the interval on the unit's own scale."""
        if self.exact:
            return self.low
        return from_scale((to_scale(self.low, self.unit) + to_scale(self.high, self.unit)) / 2,
                          self.unit)

    def __str__(self) -> str:
        """Give the judgement as an analyst would write it."""
        factor, suffix = {"points": (1, ""), "probability": (100, "%"), "odds": (1, ":1")}[self.unit]
        low, high = (f"{round(end * factor, 10):g}" for end in (self.low, self.high))
        return f"{low}{suffix}" if self.exact else f"{low}..{high}{suffix}"


def to_scale(value: float, unit: Unit) -> float:
    """Map a value to the scale on which its interval is symmetric."""
    if unit == "points":
        return value
    if unit == "odds":
        return math.log(value)
    return math.log(value) - math.log1p(-value)


def from_scale(value: float, unit: Unit) -> float:
    """Map back from the symmetric scale; the inverse of `to_scale`."""
    if unit == "points":
        return value
    if unit == "odds":
        return math.exp(value)
    return 1 / (1 + math.exp(-value))


def parse_judgement(value: object, unit: Unit) -> Judgement:
    """Read what an analyst wrote for a number.

    Args:
        value: a number, a text such as `40..60%`, a `Judgement`, or a mapping
            `{is: ..., why: ..., cite: ...}`.
        unit: what the number measures.

    Raises:
        PydanticCustomError: it is no such number; the message says what was expected.
    """
    if isinstance(value, Judgement):
        if value.unit != unit:
            raise syntax_error(f"{value} is in {value.unit}", _EXPECTED[unit])
        return _checked(value)
    if isinstance(value, dict):
        return _parse_mapping(value, unit)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise syntax_error(f"{_shown(value)} is not a number", _EXPECTED[unit])
    match = _PATTERN.fullmatch(str(value))
    if match is None:
        raise syntax_error(f"'{value}' is not a number or a range", _EXPECTED[unit])
    if bool(match["odds"]) != (unit == "odds"):
        raise syntax_error(f"'{value}' is not in {unit}", _EXPECTED[unit])
    percent = bool(match["percent"] or (match["high"] is None and match["low_percent"]))
    if percent and unit != "probability":
        raise syntax_error(f"'{value}' has a percent sign", _EXPECTED[unit])
    if match["low_percent"] and not percent:
        raise syntax_error(f"'{value}' has a percent sign on one end only", _EXPECTED[unit])
    factor = 100.0 if percent else 1.0
    low = float(match["low"]) / factor
    high = low if match["high"] is None else float(match["high"]) / factor
    return _checked(Judgement(low, high, unit))


def _parse_mapping(value: dict[Any, Any], unit: Unit) -> Judgement:
    unknown = set(value) - {"is", "why", "cite"}
    if unknown or "is" not in value:
        named = ", ".join(sorted(map(str, unknown))) or "no 'is'"
        raise syntax_error(f"a number with {named}", "{is: 20..40, why: ..., cite: source#4}")
    bare = parse_judgement(value["is"], unit)
    cite = value.get("cite", ())
    cites = (cite,) if isinstance(cite, str) else tuple(cite or ())
    why = value.get("why")
    if not all(isinstance(c, str) for c in cites) or not isinstance(why, str | None):
        raise syntax_error("'why' or 'cite' beside a number is not text", "why: text, cite: source#4")
    return Judgement(bare.low, bare.high, unit, why=why, cite=cites)


def _checked(judgement: Judgement) -> Judgement:
    low, high, unit = judgement.low, judgement.high, judgement.unit
    if low > high:
        raise syntax_error(
            f"the range {judgement} is the wrong way round",
            f"the lower end first: {Judgement(high, low, unit)}",
        )
    if unit == "probability":
        if not (0 <= low and high <= 1):
            hint = f"; {low:g}% is written with its percent sign" if 1 < high <= 100 else ""
            raise syntax_error(
                f"{low:g}{'' if judgement.exact else f'..{high:g}'} is outside 0..1",
                _EXPECTED[unit] + hint,
            )
        if not judgement.exact and (low == 0 or high == 1):
            raise syntax_error(
                f"the range {judgement} ends at {'0%' if low == 0 else '100%'}",
                "ends strictly between 0% and 100% (no odds lead to certainty)",
            )
    if unit == "odds" and low < 1:
        raise syntax_error(f"odds of {judgement}", "odds of at least 1:1")
    return judgement


def _shown(value: object) -> str:
    return {True: "true", False: "false", None: "nothing"}.get(value, f"a {type(value).__name__}")  # type: ignore[call-overload,no-any-return]


def _written(unit: Unit) -> Written:
    number = r"^\s*[-+]?[\d.]+.*$"
    text = {"anyOf": [{"type": "string", "pattern": number}, {"type": "number"}]}
    cite = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
    mapping = {
        "type": "object",
        "properties": {"is": text, "why": {"type": "string"}, "cite": cite},
        "required": ["is"],
        "additionalProperties": False,
    }
    schema = {"description": _EXPECTED[unit], "anyOf": [*text["anyOf"], mapping]}
    return Written(partial(parse_judgement, unit=unit), schema)


Points = Annotated[Judgement, _written("points")]
Probability = Annotated[Judgement, _written("probability")]
Odds = Annotated[Judgement, _written("odds")]
