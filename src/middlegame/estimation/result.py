"""What was learnt: estimates and how sure they are, what they mean, what keeps them from it."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import ndtr

from middlegame.base.numbers import HALF_WIDTH_90, Floats
from middlegame.estimation.effects import Difference, Share, differences, shares
from middlegame.estimation.identification import Identification
from middlegame.estimation.likelihood import Likelihood
from middlegame.estimation.maximum import Maximum, Space
from middlegame.estimation.notes import notes
from middlegame.estimation.sample import Sample
from middlegame.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Estimate:
    """What the data say of one coefficient.

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
    error: float
    low: float
    high: float
    note: str = ""

    @property
    def z(self) -> float:
        """The value in standard errors."""
        return self.value / self.error

    @property
    def p(self) -> float:
        """How often a value as far from 0 would be met if it were 0."""
        return float(2 * ndtr(-abs(self.z)))


@dataclass(frozen=True)
class Fit:
    """What was learnt.

    Attributes:
        scenario: with which.
        sample: from which rows.
        likelihood: of the coefficients.
        space: bounds and scale of the coefficients.
        maximum: where it is greatest.
        identification: which coefficients the data tell.
        covariance: of the estimates, cluster-robust if rows are grouped; `[k, k]`.
        unsettled: the rows in which no equilibrium was reached.
        disagreed: rows, of those checked, whose equilibrium is not on the principal branch.
        checked: how many rows were checked against the full trace.
    """

    scenario: Scenario
    sample: Sample
    likelihood: Likelihood
    space: Space
    maximum: Maximum
    identification: Identification
    covariance: Floats
    unsettled: tuple[str, ...] = ()
    disagreed: tuple[str, ...] = ()
    checked: int = 0

    @property
    def status(self) -> str:
        """`converged`, or what kept it from that."""
        if not self.maximum.converged:
            return "not_converged"
        if self.identification.open:
            return "not_identified"
        return "unsettled" if self.unsettled or self.disagreed else "converged"

    @property
    def usable(self) -> bool:
        """Whether the estimates that there are can be used."""
        return self.status in ("converged", "not_identified")

    @property
    def log_likelihood(self) -> float:
        """At its maximum."""
        return self.maximum.height

    @property
    def parameters(self) -> int:
        """How many coefficients the data tell."""
        loose = {k for direction in self.identification.open for k in direction}
        return len(self.maximum.values) - min(len(self.identification.open), len(loose))

    @property
    def aic(self) -> float:
        """Akaike's criterion (1974)."""
        return 2 * self.parameters - 2 * self.log_likelihood

    @property
    def bic(self) -> float:
        """Schwarz's criterion (1978)."""
        return float(np.log(self.sample.rows)) * self.parameters - 2 * self.log_likelihood

    @cached_property
    def estimates(self) -> list[Estimate]:
        """Every coefficient, in written order."""
        fit = self.scenario.fit
        assert fit is not None
        loose = {k for direction in self.identification.open for k in direction}
        found = []
        for place, name in enumerate(self.likelihood.names):
            written = fit.coefficients[name]
            label = written.label or name.replace("_", " ")
            value = float(self.maximum.values[place])
            error = float(np.sqrt(self.covariance[place, place]))
            note = ""
            if place in self.identification.runaway:
                side = "below" if self.identification.runaway[place] < 0 else "above"
                note = f"runs off without end ({side})"
            elif place in loose:
                note = "not identified"
            elif not self.maximum.free[place]:
                note = "at its bound"
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
        """Everything that keeps the estimates from being what they seem, in sentences."""
        return notes(self)

    @cached_property
    def shares(self) -> list[Share]:
        """Average probabilities beside what was observed."""
        return shares(self.likelihood, self.sample, self.maximum.values)

    @cached_property
    def differences(self) -> list[Difference]:
        """What a change of each column does."""
        return differences(
            self.scenario, self.likelihood, self.sample, self.maximum.values, self.covariance
        )

    def to_dataframe(self) -> "pd.DataFrame":
        """Give the estimates as a table: coefficient, estimate, error, z, p, low, high, note."""
        import pandas as pd

        rows = [(e.name, e.value, e.error, e.z, e.p, e.low, e.high, e.note) for e in self.estimates]
        columns = ["coefficient", "estimate", "error", "z", "p", "low", "high", "note"]
        return pd.DataFrame(rows, columns=columns)

    def to_dict(self) -> dict[str, Any]:
        """Give everything as one JSON object; what is not known is null."""
        return {
            "title": self.scenario.title,
            "status": self.status,
            "notes": self.notes,
            "data": self.sample.name,
            "rows": self.sample.rows,
            "dropped": self.sample.dropped,
            "unobserved": self.sample.unobserved,
            "clusters": self.clusters,
            "log_likelihood": self.log_likelihood,
            "parameters": self.parameters,
            "aic": self.aic,
            "bic": self.bic,
            "starts": {"agreeing": self.maximum.agreeing, "all": len(self.maximum.heights)},
            "evaluations": self.maximum.evaluations,
            "unsettled": list(self.unsettled),
            "traced_in_full": {"checked": self.checked, "disagreed": list(self.disagreed)},
            "coefficients": [
                {
                    "name": each.name,
                    "label": each.label,
                    "estimate": _known(each.value),
                    "standard_error": _known(each.error),
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
                for each in self.shares
            ],
            "differences": [
                {
                    "column": each.column,
                    "before": each.before,
                    "after": each.after,
                    "outcome": each.outcome.states,
                    "change": each.change,
                    "standard_error": _known(each.error),
                    "low": _known(each.change - HALF_WIDTH_90 * each.error),
                    "high": _known(each.change + HALF_WIDTH_90 * each.error),
                }
                for each in self.differences
            ],
        }

    @property
    def clusters(self) -> int | None:
        """How many groups the rows fall into, if they do."""
        groups = self.sample.clusters
        return None if groups is None else len(np.unique(groups))


def _known(value: float) -> float | None:
    return None if value != value else value
