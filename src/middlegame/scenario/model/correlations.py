"""What a range goes along with: `correlates: {hold: 0.7}` beside a number.

A group stands for something in common that nobody wrote down. Two ranges that both name it with
0.7 correlate by 0.7, each on its own scale; one that names it with -0.7 goes the other way. In
general ranges with c and d correlate by the root of c times d: a model with one common factor for
each group (Spearman 1904), so that whatever is written can be.

Coefficients that were learnt together have a whole matrix of correlations, which becomes groups
too: the factors of its principal components.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic_core import PydanticCustomError

from middlegame.scenario.model.fields import check_name
from middlegame.scenario.syntax import describe, quote, syntax_error

Correlates = tuple[tuple[str, float], ...]
"""For each group its correlation, between -1 and 1."""

_MAPPING = "a group with its correlation, such as correlates: {hold: 0.7}"
_NUMBER = "a correlation between -1 and 1, such as 0.7"
_SLACK = 1e-9
WRITTEN_DIGITS = 4
"""Digits behind the point with which correlations of coefficients are written."""
COEFFICIENT_GROUP = "fit.coefficients"
"""What all coefficients' groups are called; each adds its number, as in `fit.coefficients.2`."""
_NONE = 1e-9
"""The share below which a factor does not move a coefficient."""

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
        raise syntax_error(f"{describe(value)} is no group", _MAPPING)
    found = []
    for name, share in value.items():
        try:
            group = check_name(name)
        except PydanticCustomError as error:
            context = error.context or {}
            raise syntax_error(context["problem"], context["expected"], within=(name,)) from None
        if isinstance(share, bool) or not isinstance(share, int | float):
            raise syntax_error(f"{quote(share)} is not a correlation", _NUMBER, within=(name,))
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


def correlation_matrix(
    names: Sequence[str], correlations: Mapping[str, Mapping[str, float]]
) -> NDArray[np.float64]:
    """Fill a matrix with the correlations of pairs, 0 where nothing is said, `[names, names]`."""
    place = {name: k for k, name in enumerate(names)}
    matrix = np.eye(len(names))
    for one, others in correlations.items():
        for other, value in others.items():
            if one in place and other in place and one != other:
                matrix[place[one], place[other]] = matrix[place[other], place[one]] = value
    return matrix


def inconsistent_rows(matrix: NDArray[np.float64]) -> list[int]:
    """Return the rows of a matrix of correlations that cannot all be; none where they can.

    They can where no combination has a negative variance, up to what rounding does.
    """
    variances, axes = np.linalg.eigh(matrix)
    if variances[0] >= -len(matrix) * 10.0**-WRITTEN_DIGITS:
        return []
    return [int(k) for k in np.flatnonzero(np.abs(axes[:, 0]) > 0.1)]


def common_factors(
    names: Sequence[str], correlations: Mapping[str, Mapping[str, float]]
) -> dict[str, Correlates]:
    """Return for each name the groups that make names correlate exactly as a matrix says.

    What all have in common beyond an equal share of their own is split into the matrix's principal
    components, each of which is a group: one fewer than there are names.
    """
    variances, axes = np.linalg.eigh(correlation_matrix(names, correlations))
    variances = np.clip(variances, 0.0, None)  # below 0 by rounding only
    loadings = (axes * np.sqrt(variances - variances[0]))[:, ::-1]
    size = (loadings**2).sum(axis=1, keepdims=True) + variances[0]
    shares = np.sign(loadings) * loadings**2 / size
    return {
        name: tuple(
            (f"{COEFFICIENT_GROUP}.{number}", float(share))
            for number, share in enumerate(row, start=1)
            if abs(share) > _NONE
        )
        for name, row in zip(names, shares, strict=True)
    }


def group_name(factor: str) -> str:
    """Return the group that a factor belongs to: several of them may be one group's."""
    return COEFFICIENT_GROUP if factor.startswith(f"{COEFFICIENT_GROUP}.") else factor
