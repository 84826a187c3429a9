"""Correlated ranges: `correlates: {hold: 0.7}` beside a number.

A group is a latent common factor (Spearman 1904). Two ranges that both name it with 0.7 correlate
by 0.7, each on its own scale; a range that names it with -0.7 is low where the others are high. In
general ranges with c and d correlate by sqrt(c d), so every set of written correlations is
consistent.

Coefficients that were estimated together have a matrix of correlations; its principal components
become groups.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic_core import PydanticCustomError

from middlegame.scenario.model.fields import check_name
from middlegame.scenario.syntax import quote, syntax_error

Correlates = tuple[tuple[str, float], ...]
"""Pairs of a group and the correlation with it, between -1 and 1."""

_MAPPING = "a group with its correlation, such as correlates: {hold: 0.7}"
_NUMBER = "a correlation between -1 and 1, such as 0.7"
_SLACK = 1e-9
WRITTEN_DIGITS = 4
"""Decimal places with which `middlegame fit` writes correlations of coefficients."""
COEFFICIENT_GROUP = "fit.coefficients"
"""Prefix of the groups of coefficients; each adds its number, as in `fit.coefficients.2`."""
_NEGLIGIBLE = 1e-9
"""Squared loadings below this are left out of a coefficient's groups."""

SCHEMA = {
    "description": _MAPPING,
    "type": "object",
    "minProperties": 1,
    "additionalProperties": {"type": "number", "minimum": -1, "maximum": 1},
}


def read_correlates(value: object) -> Correlates:
    """Read the value of the key `correlates`.

    Raises:
        PydanticCustomError: it is no mapping of groups to correlations, or they exceed 1 in all.
    """
    if not isinstance(value, dict) or not value:
        raise syntax_error(f"invalid correlation groups: {quote(value)}", _MAPPING)
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
            raise syntax_error(
                f"the correlation {share:g} is out of range", expected, within=(name,)
            )
        found.append((group, float(share)))
    total = sum(abs(share) for _, share in found)
    if total > 1 + _SLACK:
        raise syntax_error(
            f"the correlations add up to {total:g}, signs ignored",
            "at most 1 in all, as the shares of a variance",
        )
    return tuple(found)


def correlation_matrix(
    names: Sequence[str], correlations: Mapping[str, Mapping[str, float]]
) -> NDArray[np.float64]:
    """Return the matrix of the pairs' correlations, 0 where none is given, `[names, names]`."""
    place = {name: k for k, name in enumerate(names)}
    matrix = np.eye(len(names))
    for one, others in correlations.items():
        for other, value in others.items():
            if one in place and other in place and one != other:
                matrix[place[one], place[other]] = matrix[place[other], place[one]] = value
    return matrix


def inconsistent_rows(matrix: NDArray[np.float64]) -> list[int]:
    """Return the rows of a correlation matrix that contradict each other; [] if it is valid.

    It is valid where it is positive semi-definite, up to the rounding of written correlations.
    """
    variances, axes = np.linalg.eigh(matrix)
    if variances[0] >= -len(matrix) * 10.0**-WRITTEN_DIGITS:
        return []
    return [int(k) for k in np.flatnonzero(np.abs(axes[:, 0]) > 0.1)]


def common_factors(
    names: Sequence[str], correlations: Mapping[str, Mapping[str, float]]
) -> dict[str, Correlates]:
    """Return groups for each name that reproduce a correlation matrix exactly.

    The matrix less its smallest eigenvalue times the identity is split into principal components,
    each of which is a group: one fewer than there are names.
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
            if abs(share) > _NEGLIGIBLE
        )
        for name, row in zip(names, shares, strict=True)
    }


def group_name(factor: str) -> str:
    """Return the name under which a group is shown; all coefficients' groups share one."""
    return COEFFICIENT_GROUP if factor.startswith(f"{COEFFICIENT_GROUP}.") else factor
