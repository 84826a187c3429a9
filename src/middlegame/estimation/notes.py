"""Warnings about a fit, in sentences."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from middlegame.estimation.likelihood import starting_values
from middlegame.estimation.separation import (
    remedy,
    runaway_coefficients,
    separating_columns,
    separating_rows,
)
from middlegame.scenario import Scenario
from middlegame.scenario.model.walk import formulas

if TYPE_CHECKING:
    from middlegame.estimation.result import FitResult


def notes(found: "FitResult") -> list[str]:
    """Return all warnings about a fit, such as coefficients that are not identified."""
    sentences = []
    if not found.maximum.converged:
        sentences.append(
            "The likelihood's maximum was not reached: another step would still gain "
            f"{found.maximum.newton_gain:.1g} in log-likelihood. The estimates are not to be used."
        )
        sentences += _driven_off(found)
    sentences += _open_notes(found)
    if found.unsolved_rows:
        sentences.append(
            f"No equilibrium was reached in {len(found.unsolved_rows)} of {found.data.row_count} "
            f"rows: {', '.join(found.unsolved_rows[:5])}."
        )
    if found.disagreeing_rows:
        sentences.append(
            f"In {len(found.disagreeing_rows)} of {found.compared_count} "
            f"rows that were traced in full "
            f"the equilibrium is another one: {', '.join(found.disagreeing_rows[:5])}."
        )
    if varying := list(found.data.groups):
        one = len(varying) == 1
        sentences.append(
            f"{', '.join(varying)} {'has' if one else 'have'} one estimate for all groups here; "
            f"{'it varies' if one else 'they vary'} by group in the posterior (--bayes)."
        )
    agreeing, starts = found.maximum.agreeing_starts, len(found.maximum.log_likelihoods)
    if starts > 1 and agreeing == 1 and found.status == "converged":
        sentences.append(
            f"Only one of {starts} starts led to this maximum: there may be a higher one. "
            "More starts may find it."
        )
    return sentences


def _driven_off(found: "FitResult") -> list[str]:
    """Name the coefficients that run off while the likelihood rises ever more slowly."""
    begin = np.array([*starting_values(found.scenario).values()])
    driven = runaway_coefficients(found.maximum, found.space.scale, begin)
    if not driven:
        return []
    which = _with_sides(found, driven, driven)
    runs = "runs" if len(which) == 1 else "run"
    return [
        f"{', '.join(which)} {runs} off while the likelihood hardly rises: the data set no end to "
        f"{'it' if len(which) == 1 else 'them'} (separation). {remedy(found, driven)}"
    ]


def _with_sides(found: "FitResult", places: Iterable[int], sides: Mapping[int, int]) -> list[str]:
    """Return coefficients' names, each with the side on which it runs off."""
    names = found.likelihood.names
    return [f"{names[k]} ({'below' if sides[k] < 0 else 'above'})" for k in places]


def _open_notes(found: "FitResult") -> list[str]:
    names, sentences = found.likelihood.names, []
    of = found.likelihood, found.data
    runaway = found.identification.diverging
    in_precision = _names_in_precision(found.scenario)
    reasons: dict[str, list[int]] = {}
    for place in runaway:
        why = separating_columns(found.scenario, *of, names[place])
        why = why or separating_rows(*of, found.maximum.values, found.identification.divergence)
        reason = f": {'; '.join(why)}" if why else ", as where data are separated completely"
        reasons.setdefault(reason, []).append(place)
    for reason, places in reasons.items():
        runs = "runs off without end, so it has" if len(places) == 1 else (
            "run off without end, so they have")  # fmt: skip
        which = ", ".join(_with_sides(found, places, runaway))
        sentences.append(f"{which} {runs} no estimate{reason}. {remedy(found, places)}")
    for direction in found.identification.null_directions:
        rest = [names[k] for k in direction if k not in runaway]
        if not rest:
            continue
        if len(rest) == 1:
            sentences.append(f"The data do not tell {rest[0]}: the likelihood does not feel it.")
        elif in_precision & set(rest):
            sentences.append(
                f"The data tell only the product of precision and points, not "
                f"{', '.join(rest)} one by one: give the precision, or the worth of one "
                "interest, as a number."
            )
        else:
            sentences.append(
                f"The data tell only a combination of {', '.join(rest)}: leave one out, or "
                "give it as a number."
            )
    return sentences


def _names_in_precision(scenario: Scenario) -> set[str]:
    return {
        name
        for path, number in formulas(scenario)
        if path[-1] == "precision"
        for name in number.formula.names
    }
