"""What a range goes along with: `correlates: {hold: 0.7}` beside a number.

A group stands for something in common that nobody wrote down. Two ranges that both name it with
0.7 correlate by 0.7, each on its own scale; one that names it with -0.7 goes the other way. In
general ranges with c and d correlate by the root of c times d: a model with one common factor for
each group (Spearman 1904), so that whatever is written can be.
"""

from pydantic_core import PydanticCustomError

from middlegame.scenario.syntax import quoted, shown, syntax_error
from middlegame.scenario.words import check_name

Correlates = tuple[tuple[str, float], ...]
"""For each group its correlation, between -1 and 1."""

_MAPPING = "a group with its correlation, such as correlates: {hold: 0.7}"
_NUMBER = "a correlation between -1 and 1, such as 0.7"
_SLACK = 1e-9

SCHEMA = {
    "description": _MAPPING,
    "type": "object",
    "minProperties": 1,
    "additionalProperties": {"type": "number", "minimum": -1, "maximum": 1},
}


def read_correlates(value: object) -> Correlates:
    """Read what stands behind `correlates`.

    Raises:
        PydanticCustomError: it is no such thing, or no correlations that can be.
    """
    if not isinstance(value, dict) or not value:
        raise syntax_error(f"{shown(value)} is no group", _MAPPING)
    found = []
    for name, share in value.items():
        try:
            group = check_name(name)
        except PydanticCustomError as error:
            context = error.context or {}
            raise syntax_error(context["problem"], context["expected"], within=(name,)) from None
        if isinstance(share, bool) or not isinstance(share, int | float):
            raise syntax_error(f"{quoted(share)} is not a correlation", _NUMBER, within=(name,))
        if not -1 <= share <= 1 or share == 0:
            expected = f"{_NUMBER}; leave it out for none" if share == 0 else _NUMBER
            raise syntax_error(f"a correlation of {share:g}", expected, within=(name,))
        found.append((group, float(share)))
    total = sum(abs(share) for _, share in found)
    if total > 1 + _SLACK:
        raise syntax_error(
            f"correlations that add up to {total:g}, whatever their signs",
            "at most 1 in all: no number can go along that closely with each of them",
        )
    return tuple(found)
