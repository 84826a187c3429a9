"""The result of a fit: estimates, their errors, average probabilities, warnings."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import ndtr

from middlegame.base.numbers import HALF_WIDTH_90, Floats
from middlegame.estimation.effects import (
    FirstDifference,
    OutcomeShare,
    first_differences,
    outcome_shares,
)
from middlegame.estimation.fit_data import FitData
from middlegame.estimation.identification import Identification
from middlegame.estimation.likelihood import Likelihood
from middlegame.estimation.maximum import Maximum, SearchSpace
from middlegame.estimation.notes import notes
from middlegame.estimation.penalties import Penalty
from middlegame.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Estimate:
    """The estimate of one coefficient.

    Attributes:
        name: the coefficient.
        label: its words.
        value: where the likelihood is greatest; nan where it is not identified.
        error: its standard error; nan where it is not identified or at a bound.
        low: lower end of the 90% interval.
        high: upper end.
        note: why there is no error, if there is none.
    """

    name: str
    label: str
    value: float
    standard_error: float
    low: float
    high: float
    note: str = ""

    @property
    def z(self) -> float:
        """The value in standard errors."""
        return self.value / self.standard_error

    @property
    def p(self) -> float:
        """How often a value as far from 0 would be met if it were 0."""
        return float(2 * ndtr(-abs(self.z)))


@dataclass(frozen=True, repr=False)
class FitResult:
    """A fit by maximum likelihood.

    Attributes:
        scenario: the fitted scenario.
        data: the prepared data.
        likelihood: of the coefficients.
        space: bounds and scale of the coefficients.
        maximum: where it is greatest.
        identification: which coefficients the data tell.
        covariance: of the estimates, cluster-robust if rows are grouped; `[k, k]`.
        unsolved_rows: the rows in which no equilibrium was reached.
        disagreeing_rows: rows, of those compared with the full trace, whose
            equilibrium is not on the principal branch.
        compared_count: how many rows were compared with the full trace.
        penalty: what drew coefficients towards 0; None for maximum likelihood.
    """

    scenario: Scenario
    data: FitData
    likelihood: Likelihood
    space: SearchSpace
    maximum: Maximum
    identification: Identification
    covariance: Floats
    unsolved_rows: tuple[str, ...] = ()
    disagreeing_rows: tuple[str, ...] = ()
    compared_count: int = 0
    penalty: Penalty | None = None

    @property
    def status(self) -> str:
        """`converged`, `not_converged`, `not_identified` or `unsettled`."""
        if not self.maximum.converged:
            return "not_converged"
        if self.identification.null_directions:
            return "not_identified"
        return "unsettled" if self.unsolved_rows or self.disagreeing_rows else "converged"

    @property
    def usable(self) -> bool:
        """Whether the estimates that there are can be used."""
        return self.status in ("converged", "not_identified")

    @property
    def log_likelihood(self) -> float:
        """At its maximum."""
        return self.maximum.log_likelihood

    @property
    def identified_count(self) -> int:
        """The number of identified coefficients."""
        loose = {k for direction in self.identification.null_directions for k in direction}
        return len(self.maximum.values) - min(len(self.identification.null_directions), len(loose))

    @property
    def effective_count(self) -> float:
        """The number of coefficients, as far as a penalty leaves them free."""
        if self.penalty is None:
            return self.identified_count
        return self.penalty.effective_count(self.maximum.hessian, self.maximum.free)

    @property
    def aic(self) -> float:
        """Akaike's criterion (1974)."""
        return 2 * self.effective_count - 2 * self.log_likelihood

    @property
    def bic(self) -> float:
        """Schwarz's criterion (1978)."""
        return float(np.log(self.data.play_count)) * self.effective_count - 2 * self.log_likelihood

    @cached_property
    def estimates(self) -> list[Estimate]:
        """Every coefficient, in written order."""
        fit = self.scenario.fit
        assert fit is not None
        loose = {k for direction in self.identification.null_directions for k in direction}
        found = []
        for place, name in enumerate(self.likelihood.names):
            written = fit.coefficients[name]
            label = written.label or name.replace("_", " ")
            value = float(self.maximum.values[place])
            error = float(np.sqrt(self.covariance[place, place]))
            note = ""
            if place in self.identification.diverging:
                side = "below" if self.identification.diverging[place] < 0 else "above"
                note = f"runs off without end ({side})"
            elif place in loose:
                note = "not identified"
            elif not self.maximum.free[place]:
                note = "0 by the lasso" if self.penalty and value == 0 else "at its bound"
            if place in loose:
                value = error = float("nan")
            low, high = value - HALF_WIDTH_90 * error, value + HALF_WIDTH_90 * error
            if written.least is not None:
                low = max(low, written.least) if low == low else low
            if written.most is not None:
                high = min(high, written.most) if high == high else high
            found.append(Estimate(name, label, value, error, low, high, note))
        return found

    @cached_property
    def notes(self) -> list[str]:
        """Warnings about the estimates, in sentences."""
        return notes(self)

    @cached_property
    def outcome_shares(self) -> list[OutcomeShare]:
        """Average probabilities beside what was observed."""
        return outcome_shares(self.likelihood, self.data, self.maximum.values)

    @cached_property
    def first_differences(self) -> list[FirstDifference]:
        """The change of each outcome's average probability with each column."""
        return first_differences(
            self.scenario, self.likelihood, self.data, self.maximum.values, self.covariance
        )

    def __repr__(self) -> str:
        """Return the estimates with their standard errors, a line each."""
        lines = [f"Fit of {self.scenario.title!r} ({self.status})"]
        lines += [
            f"  {e.name}  {e.value:.4g} (s.e. {e.standard_error:.2g})" for e in self.estimates
        ]
        return "\n".join(lines)

    def to_dataframe(self) -> "pd.DataFrame":
        """Return the estimates as a table: coefficient, estimate, error, z, p, low, high, note."""
        import pandas as pd

        rows = [
            (e.name, e.value, e.standard_error, e.z, e.p, e.low, e.high, e.note)
            for e in self.estimates
        ]
        columns = ["coefficient", "estimate", "error", "z", "p", "low", "high", "note"]
        return pd.DataFrame(rows, columns=columns)

    def to_dict(self) -> dict[str, Any]:
        """Return the fit as one JSON object; what is not known is null."""
        penalty = self.penalty and {
            "kind": self.penalty.kind,
            "strength": self.penalty.strength,
            "chosen_by_cross_validation": self.penalty.chosen,
            "effective_parameters": self.effective_count,
        }
        return {
            "title": self.scenario.title,
            "status": self.status,
            "notes": self.notes,
            "data": self.data.name,
            "rows": self.data.row_count,
            "plays": self.data.play_count,
            "dropped": self.data.dropped_rows,
            "unobserved": self.data.unobserved_rows,
            "clusters": self.cluster_count,
            "log_likelihood": self.log_likelihood,
            "parameters": self.identified_count,
            "aic": self.aic,
            "bic": self.bic,
            **({"penalty": penalty} if penalty else {}),
            "starts": {
                "agreeing": self.maximum.agreeing_starts,
                "all": len(self.maximum.log_likelihoods),
            },
            "evaluations": self.maximum.evaluations,
            "unsettled": list(self.unsolved_rows),
            "traced_in_full": {
                "checked": self.compared_count,
                "disagreed": list(self.disagreeing_rows),
            },
            "coefficients": [
                {
                    "name": each.name,
                    "label": each.label,
                    "estimate": _known(each.value),
                    "standard_error": _known(each.standard_error),
                    "z": _known(each.z),
                    "p": _known(each.p),
                    "low": _known(each.low),
                    "high": _known(each.high),
                    "note": each.note,
                }
                for each in self.estimates
            ],
            "covariance": [[_known(cell) for cell in row] for row in self.covariance.tolist()],
            "shares": [
                {
                    "outcome": each.outcome.states,
                    "predicted": each.predicted,
                    "observed": _known(each.observed),
                }
                for each in self.outcome_shares
            ],
            "differences": [
                {
                    "column": each.column,
                    "before": each.before,
                    "after": each.after,
                    "outcome": each.outcome.states,
                    "change": each.change,
                    "standard_error": _known(each.standard_error),
                    "low": _known(each.change - HALF_WIDTH_90 * each.standard_error),
                    "high": _known(each.change + HALF_WIDTH_90 * each.standard_error),
                }
                for each in self.first_differences
            ],
        }

    @property
    def cluster_count(self) -> int | None:
        """How many groups the rows fall into, if they do."""
        groups = self.data.clusters
        return None if groups is None else len(np.unique(groups))


def _known(value: float) -> float | None:
    return None if value != value else value
