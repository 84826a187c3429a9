"""A judgement: one number of a scenario, exact or a 90% interval, on the scale of its unit.

Points vary on the linear scale, probabilities on the log-odds scale, odds, years and mean levels on
the logarithmic scale; `lo..hi` are the 5th and 95th percentiles, `lo..best..hi` the median as well.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial
from typing import Annotated, Any, Literal

from pydantic_core import PydanticCustomError

from middlegame.scenario.formulas import EXPECTED, Formula, formula_or_none
from middlegame.scenario.model.correlations import SCHEMA, Correlates, read_correlates
from middlegame.scenario.model.fields import read_flag
from middlegame.scenario.syntax import TextFormat, describe, quote, syntax_error

Unit = Literal["points", "probability", "odds", "years", "levels"]

_NUMBER = r"[-+]?(?:\d+(?:\.\d+)?|\.\d+)"
_PATTERN = re.compile(
    rf"\s*(?P<low>{_NUMBER})\s*(?P<low_percent>%)?"
    rf"(?:\s*\.\.\s*(?P<best>{_NUMBER})\s*(?P<best_percent>%)?(?=\s*\.\.))?"
    rf"(?:\s*\.\.\s*(?P<high>{_NUMBER})\s*(?P<percent>%)?)?\s*(?P<odds>:\s*1)?\s*(?P<years>years?)?\s*"
)
_THREE_DOTS = re.compile(r"\s*(?P<low>[^.]*(?:\.\d+)?[^.]*?)\s*\.\.\.\s*(?P<high>[-+]?\d.*?)\s*")
_COMMA, _THOUSANDS = re.compile(r"(?<=\d),(?=\d)"), re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_DASH = re.compile(r"(?<=[\d%])\s*[-\N{EN DASH}\N{EM DASH}]\s*(?=[\d.])")
_TIMES = re.compile(r"\s+x\s+|\s*[\N{MULTIPLICATION SIGN}\N{MIDDLE DOT}]\s*")
_RANGE_WITHIN = re.compile(
    rf"(?P<before>^|[-+*/^(])\s*(?P<range>{_NUMBER}(?:\s*%)?(?:\s*\.\.\s*{_NUMBER}(?:\s*%)?)+)"
)
_UNIT_NOUNS = {
    "points": "a number of points",
    "probability": "a probability",
    "odds": "odds",
    "years": "a number of years",
    "levels": "a mean level",
}
UNIT_EXAMPLES = {
    "points": "points such as 20, -5..15 or -5..0..15",
    "probability": "a probability such as 30%, 20..40% or 0.3",
    "odds": "odds such as 3:1 or 2..5:1",
    "years": "years such as 3 years or 2..5 years",
    "levels": "a mean level of reasoning such as 1.5 or 1..2",
}
"""Examples of a number in each unit, for messages."""
_MAPPING = "{is: 20..40, why: ..., cite: source#4, label: ...}"
MAPPING_KEYS = ("is", "why", "cite", "correlates", "label", "private", "drafted")
"""Keys of the mapping that may stand for a number."""
_MAX_ABSOLUTE = 1e9


@dataclass(frozen=True)
class Judgement:
    """A number with its 90% interval; it is exact where `low == high`.

    Attributes:
        low: 5th percentile, in the unit (a probability lies in 0..1).
        high: 95th percentile, in the unit.
        unit: points, probability, odds (how much more often an option 10 points better is
            chosen, or how much more often a report comes where it is true), years, or levels (the
            mean of levels of reasoning).
        why: the reason given beside the number itself, if any.
        cite: source and paragraph (`brief#4`) given beside the number itself.
        correlates: the correlation groups of the range.
        best: the median of a skewed range (`lo..best..hi`), in the unit; None for a plain one.
        label: what the number is called in reports, if it has a name of its own.
        private: whether only the actor whose number it is knows its value, and all others only
            the range as its distribution.
        drafted: whether a language model drafted it and no person has confirmed it.
    """

    low: float
    high: float
    unit: Unit
    why: str | None = field(default=None, compare=False)
    cite: tuple[str, ...] = field(default=(), compare=False)
    correlates: Correlates = ()
    best: float | None = None
    label: str | None = field(default=None, compare=False)
    private: bool = False
    drafted: bool = field(default=False, compare=False)

    @property
    def exact(self) -> bool:
        """Whether the judgement is a single number and not a range."""
        return self.low == self.high

    @property
    def median(self) -> float:
        """The best value of a skewed range, else the middle of the interval on the unit's scale."""
        if self.exact:
            return self.low
        if self.best is not None:
            return self.best
        return from_scale(
            (to_scale(self.low, self.unit) + to_scale(self.high, self.unit)) / 2, self.unit
        )

    def __str__(self) -> str:
        """Return the judgement as an analyst would write it; parsing that text restores it."""
        ends = [self.low, *([] if self.best is None else [self.best]), self.high]
        ends = ends[:1] if self.exact else ends
        if self.unit == "probability":
            return f"{'..'.join(map(_percent_text, ends))}%"
        return "..".join(map(format_number, ends)) + {"odds": ":1", "years": " years"}.get(
            self.unit, ""
        )


@dataclass(frozen=True, eq=False)
class FormulaJudgement(Judgement):
    """A number that a formula computes; `low` and `high` are nan.

    Attributes:
        formula: computes the number from named numbers, scales, coefficients and columns.
        values: the names in it that have a fixed value.
    """

    formula: Formula = field(kw_only=True)
    values: tuple[tuple[str, float], ...] = field(default=(), kw_only=True)

    @property
    def free_names(self) -> tuple[str, ...]:
        """The names in the formula that have no fixed value, in order of mention."""
        fixed = dict(self.values)
        return tuple(name for name in self.formula.names if name not in fixed)

    def __eq__(self, other: object) -> bool:
        """Compare formula, fixed values and unit."""
        if not isinstance(other, FormulaJudgement):
            return NotImplemented
        mine = (self.formula, self.values, self.unit)
        return mine == (other.formula, other.values, other.unit)

    def __hash__(self) -> int:
        return hash((self.formula, self.values, self.unit))

    def __str__(self) -> str:
        """Return the formula as written."""
        return str(self.formula)


def format_number(value: float) -> str:
    """Write a number with all its digits and no exponent: `20`, `0.000125`."""
    text = f"{Decimal(repr(value)):f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def _percent_text(share: float) -> str:
    """Write a share as the number before a percent sign, with all its digits."""
    text = f"{Decimal(repr(share)) * 100:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def to_scale(value: float, unit: Unit) -> float:
    """Map a value to the scale on which its interval is symmetric."""
    if unit == "points":
        return value
    if unit in ("odds", "years", "levels"):
        return math.log(value)
    return math.log(value) - math.log1p(-value)


def from_scale(value: float, unit: Unit) -> float:
    """Map a value on the symmetric scale to the unit; the inverse of `to_scale`."""
    if unit == "points":
        return value
    if unit in ("odds", "years", "levels"):
        return math.exp(value)
    return 1 / (1 + math.exp(-value))


def parse_judgement(value: object, unit: Unit) -> Judgement:
    """Read a number as an analyst writes it; a formula becomes a `FormulaJudgement`.

    Args:
        value: a number, a text such as `40..60%` or `b0 + b1 * balance`, a `Judgement`, or a
            mapping `{is: ..., why: ..., cite: ...}`.
        unit: what the number measures.

    Raises:
        PydanticCustomError: the value is invalid; the message says what was expected.
    """
    if isinstance(value, Judgement):
        if value.unit != unit:
            raise syntax_error(f"{value} is {_UNIT_NOUNS[value.unit]}", UNIT_EXAMPLES[unit])
        return value if isinstance(value, FormulaJudgement) else _checked(value)
    if isinstance(value, dict):
        return _parse_mapping(value, unit)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise syntax_error(f"{describe(value)} is not a number", UNIT_EXAMPLES[unit])
    text = format_number(value) if isinstance(value, float) else str(value)
    if dots := _THREE_DOTS.fullmatch(text):
        low, high = dots["low"], dots["high"]
        share = f" or {low}..0.{high}" if low.startswith(("0", "-")) and high[0].isdigit() else ""
        raise syntax_error(f"{quote(text)} has three dots", f"{low}..{high}{share}")
    match = _PATTERN.fullmatch(text)
    if match is None and (within := _RANGE_WITHIN.search(text)):
        before, after = text[: within.start("range")], text[within.end("range") :]
        if re.search(r"[-+*/^(]", before + after):
            raise syntax_error(
                f"{quote(text)} has a range within a formula",
                f"a name for the range: numbers: {{weight: {within['range']}}}, and here "
                f"{before}weight{after}",
                offset=within.start("range"),
            )
    if match is None and (formula := formula_or_none(str(value))):
        return FormulaJudgement(math.nan, math.nan, unit, formula=formula)
    if match is None:
        problem = f"{quote(value)} is not a number or a range"
        raise syntax_error(problem, _meant(text, unit) or UNIT_EXAMPLES[unit])
    if bool(match["odds"]) != (unit == "odds") or bool(match["years"]) != (unit == "years"):
        raise syntax_error(f"'{value}' is not {_UNIT_NOUNS[unit]}", UNIT_EXAMPLES[unit])
    percent = bool(match["percent"] or (match["high"] is None and match["low_percent"]))
    if percent and unit != "probability":
        raise syntax_error(f"'{value}' is a percentage", UNIT_EXAMPLES[unit])
    if (match["low_percent"] or match["best_percent"]) and not percent:
        raise syntax_error(f"'{value}' has a percent sign on one end only", UNIT_EXAMPLES[unit])
    factor = 100 if percent else 1  # divided in decimals, so that 9.37% is 0.0937 to the last bit
    low = float(Decimal(match["low"]) / factor)
    high = low if match["high"] is None else float(Decimal(match["high"]) / factor)
    best = None if match["best"] is None else float(Decimal(match["best"]) / factor)
    return _checked(Judgement(low, high, unit, best=best), percent=percent)


def _meant(text: str, unit: Unit) -> str:
    """Return the number likely meant by a dash in a range, a comma, or an x for `*`; "" if none."""
    whole = _THOUSANDS.sub("", text)
    for right in (_COMMA.sub(".", whole), _DASH.sub("..", _COMMA.sub(".", whole))):
        if right != text and _PATTERN.fullmatch(right):
            try:
                return str(parse_judgement(right, unit))
            except PydanticCustomError:
                continue
    product = _TIMES.sub(" * ", text)
    return product if product != text and formula_or_none(product) else ""


def _parse_mapping(value: dict[Any, Any], unit: Unit) -> Judgement:
    for key in value:
        if key not in MAPPING_KEYS:
            raise syntax_error(f"unknown key '{key}' beside a number", _MAPPING, within=(key,))
    if "is" not in value:
        raise syntax_error("the key 'is' is missing beside a number", _MAPPING)
    try:
        bare = parse_judgement(value["is"], unit)
    except PydanticCustomError as error:
        context = error.context or {}
        raise syntax_error(context["problem"], context["expected"], within=("is",)) from None
    cite = value.get("cite", ())
    cites = (cite,) if isinstance(cite, str) else tuple(cite) if isinstance(cite, list) else (cite,)
    if not all(isinstance(each, str) for each in cites) and cite != ():
        raise syntax_error(f"{quote(cite)} is not a citation", "source#paragraph", within=("cite",))
    why = value.get("why")
    if not isinstance(why, str | None):
        raise syntax_error(f"{describe(why)} is not text", "text, in quotes", within=("why",))
    label = value.get("label")
    if label is not None and not (isinstance(label, str) and label.strip()):
        raise syntax_error(f"{describe(label)} is not a label", "text", within=("label",))
    correlates = _parse_correlates(value, bare)
    private = _parse_private(value, bare)
    drafted = _parse_flag(value, "drafted")
    cites = () if cite == () else cites
    return replace(
        bare,
        why=why,
        cite=cites,
        correlates=correlates,
        label=label,
        private=private,
        drafted=drafted,
    )


def _parse_flag(value: dict[Any, Any], key: str) -> bool:
    if key not in value:
        return False
    try:
        return bool(read_flag(value[key]))
    except PydanticCustomError as error:
        context = error.context or {}
        raise syntax_error(context["problem"], context["expected"], within=(key,)) from None


def _parse_private(value: dict[Any, Any], beside: Judgement) -> bool:
    private = _parse_flag(value, "private")
    if private and (beside.exact or isinstance(beside, FormulaJudgement)):
        raise syntax_error(
            f"{value['is']} is not a range, so it cannot be private",
            "the range that the others have in mind, such as {is: 20..60, private: yes}",
            within=("private",),
        )
    if private and "correlates" in value:
        raise syntax_error(
            "a private number cannot correlate with others", "one of the two", within=("private",)
        )
    return private


def _parse_correlates(value: dict[Any, Any], beside: Judgement) -> Correlates:
    if "correlates" not in value:
        return ()
    if beside.exact or isinstance(beside, FormulaJudgement):
        raise syntax_error(
            f"{value['is']} is not a range, so it cannot correlate",
            f"a range, such as {_MAPPING}",
            within=("correlates",),
        )
    try:
        return read_correlates(value["correlates"])
    except PydanticCustomError as error:
        context = error.context or {}
        within = ("correlates", *context["within"])
        raise syntax_error(context["problem"], context["expected"], within=within) from None


def _checked(judgement: Judgement, *, percent: bool = False) -> Judgement:
    low, high, unit = judgement.low, judgement.high, judgement.unit
    best = low if judgement.best is None else judgement.best
    if not all(abs(end) <= _MAX_ABSOLUTE for end in (low, best, high)):
        raise syntax_error("the number is too large", f"at most {format_number(_MAX_ABSOLUTE)}")
    if low > high:
        raise syntax_error(
            f"the range {judgement} is the wrong way round",
            f"the lower end first: {replace(judgement, low=high, high=low)}",
        )
    if judgement.best is not None and not low < best < high:
        raise syntax_error(
            f"the best value of the range {judgement} is not between its ends",
            "the lower end, the best value and the upper end, such as 10..15..40",
        )
    if unit == "probability":
        if not (low >= 0 and high <= 1):
            ends = "..".join(format_number(end) for end in dict.fromkeys((low, best, high)))
            signless = 1 < high <= 100 and not percent
            written = str(judgement) if percent else ends
            hint = f"; in percent it is {ends}%" if signless else ""
            raise syntax_error(f"{written} is not between 0% and 100%", UNIT_EXAMPLES[unit] + hint)
        if not judgement.exact and (low == 0 or high == 1):
            raise syntax_error(
                f"the range {judgement} ends at {'0%' if low == 0 else '100%'}",
                "ends strictly between 0% and 100%",
            )
    if unit == "odds" and low <= 0:
        raise syntax_error(f"the odds {judgement} are too low", "odds above 0:1")
    if unit == "years" and low <= 0:
        raise syntax_error(f"{judgement} is too short", "more than 0 years")
    if unit == "levels" and low <= 0:
        raise syntax_error(f"the mean level {judgement} is too low", "a mean level above 0")
    return judgement


def parse_precision(value: object) -> Judgement:
    """Read a precision: the odds at which an option 10 points better is chosen.

    Raises:
        PydanticCustomError: the value is not odds, or below 1:1.
    """
    judgement = parse_judgement(value, "odds")
    if judgement.low < 1:
        raise syntax_error(f"the odds {judgement} are too low", "odds of at least 1:1")
    return judgement


def _written(unit: Unit, parse: Callable[[object], Judgement] | None = None) -> TextFormat:
    number, formula = r"^\s*[-+]?[\d.]+.*$", r"^[^%:,]*[^\s\d!-/:-@\[-^`{-~][^%:,]*$"
    text = {
        "anyOf": [
            {"type": "string", "pattern": number},
            {"type": "string", "pattern": formula, "description": EXPECTED},
            {"type": "number"},
        ]
    }
    cite = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
    mapping = {
        "type": "object",
        "properties": {
            "is": text,
            "why": {"type": "string"},
            "cite": cite,
            "correlates": SCHEMA,
            "label": {"type": "string"},
            "private": {"enum": ["yes", "no", True, False]},
            "drafted": {"enum": ["yes", "no", True, False]},
        },
        "required": ["is"],
        "additionalProperties": False,
    }
    schema = {"description": UNIT_EXAMPLES[unit], "anyOf": [*text["anyOf"], mapping]}
    return TextFormat(parse or partial(parse_judgement, unit=unit), schema)


Points = Annotated[Judgement, _written("points")]
Probability = Annotated[Judgement, _written("probability")]
Odds = Annotated[Judgement, _written("odds")]
MeanLevel = Annotated[Judgement, _written("levels")]
Precision = Annotated[Judgement, _written("odds", parse_precision)]


def parse_patience(value: object) -> Judgement:
    """Read a patience: a yearly discount factor (a probability) or a half-life (years).

    Raises:
        PydanticCustomError: the value is neither, or 0%.
    """
    if isinstance(value, Judgement):
        return parse_judgement(value, value.unit)
    written = value.get("is") if isinstance(value, dict) else value
    years = isinstance(written, str) and "year" in written
    try:
        found = parse_judgement(value, "years" if years else "probability")
    except PydanticCustomError as error:
        context = error.context or {}
        if context["expected"] not in (UNIT_EXAMPLES["probability"], UNIT_EXAMPLES["years"]):
            raise
        raise syntax_error(context["problem"], _PATIENCE, within=context["within"]) from None
    if found.unit == "probability" and found.low <= 0:
        raise syntax_error("a patience of 0% ignores everything after the present", _PATIENCE)
    return found


_PATIENCE = "a yearly discount factor, such as 80..95%; or a half-life, such as 5 years"
Patience = Annotated[Judgement, _written("probability", parse_patience)]


def parse_number(value: object) -> Judgement:
    """Read a named number, whose notation says its unit: `30%`, `3:1`, `5 years`, else plain.

    Raises:
        PydanticCustomError: the value is not a number, range or formula.
    """
    if isinstance(value, Judgement):
        return parse_judgement(value, value.unit)
    written = value.get("is") if isinstance(value, dict) else value
    match = _PATTERN.fullmatch(written) if isinstance(written, str) else None
    unit: Unit = "points"
    if match and (match["percent"] or match["low_percent"]):
        unit = "probability"
    elif match and (match["odds"] or match["years"]):
        unit = "odds" if match["odds"] else "years"
    try:
        return parse_judgement(value, unit)
    except PydanticCustomError as error:
        context = error.context or {}
        if context["expected"] != UNIT_EXAMPLES["points"]:
            raise
        raise syntax_error(context["problem"], _NUMBER_EXAMPLES, within=context["within"]) from None


_NUMBER_EXAMPLES = "a number such as 0.3, 0.2..0.4, 20..40%, 2..5:1 or 2..5 years, or a formula"
NamedNumber = Annotated[Judgement, _written("points", parse_number)]
