"""The front door: a scenario and data go in, what the data taught comes out."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from middlegame.engine.inference import joint
from middlegame.engine.relevance import traced
from middlegame.equilibrium import solve_tables
from middlegame.errors import MiddlegameError, NotConverged
from middlegame.estimation.data import Data, DataError, from_frame, read_data
from middlegame.estimation.effects import Difference, Share, differences, shares
from middlegame.estimation.identification import Identification, identify
from middlegame.estimation.likelihood import Likelihood, Rows, inside, starting_values
from middlegame.estimation.maximum import Maximum, Problem, Space, maximise
from middlegame.estimation.outcomes import marginal_cases
from middlegame.estimation.sample import Sample, sample
from middlegame.estimation.separation import separated
from middlegame.play import place_of
from middlegame.scenario import Scenario
from middlegame.scenario.walk import formulas

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

NINETY = 1.6448536269514722
"""Standard errors from the middle of a 90% interval to its ends."""
SETTLED = 1e-8
"""The largest residual with which a row's equilibrium counts as reached."""
_PROBES = 4
_CHECKED = 8
_APART = 1e-6


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
            low, high = value - NINETY * error, value + NINETY * error
            if written.least is not None:
                low = max(low, written.least) if low == low else low
            if written.most is not None:
                high = min(high, written.most) if high == high else high
            found.append(Estimate(name, label, value, error, low, high, note))
        return found

    @cached_property
    def notes(self) -> list[str]:
        """Everything that keeps the estimates from being what they seem, in sentences."""
        told = []
        if not self.maximum.converged:
            told.append(
                "The likelihood's maximum was not reached: another step would still promise "
                f"{self.maximum.promise:.1g} in log-likelihood. The estimates are not to be used."
            )
        told += self._open_notes()
        if self.unsettled:
            told.append(
                f"No equilibrium was reached in {len(self.unsettled)} of {self.sample.rows} rows: "
                f"{', '.join(self.unsettled[:5])}."
            )
        if self.disagreed:
            told.append(
                f"In {len(self.disagreed)} of {self.checked} rows that were traced in full the "
                f"equilibrium is another one: {', '.join(self.disagreed[:5])}."
            )
        agreeing, starts = self.maximum.agreeing, len(self.maximum.heights)
        if starts > 1 and agreeing == 1 and self.status == "converged":
            told.append(
                f"Only one of {starts} starts led to this maximum: there may be a higher one. "
                "More starts may find it."
            )
        return told

    def _open_notes(self) -> list[str]:
        names, told = self.likelihood.names, []
        runaway = self.identification.runaway
        sharpness = _names_in_precision(self.scenario)
        reasons: dict[str, list[str]] = {}
        for place, side in runaway.items():
            why = separated(self.scenario, self.likelihood, self.sample, names[place])
            reason = f": {'; '.join(why)}" if why else ", as where data are separated completely"
            where = "below" if side < 0 else "above"
            reasons.setdefault(reason, []).append(f"{names[place]} ({where})")
        for reason, which in reasons.items():
            runs = "runs off without end, so it has" if len(which) == 1 else (
                "run off without end, so they have")  # fmt: skip
            told.append(f"{', '.join(which)} {runs} no estimate{reason}.")
        for direction in self.identification.open:
            rest = [names[k] for k in direction if k not in runaway]
            if not rest:
                continue
            if len(rest) == 1:
                told.append(f"The data do not tell {rest[0]}: the likelihood does not feel it.")
            elif sharpness & set(rest):
                told.append(
                    f"The data tell only the product of precision and points, not "
                    f"{', '.join(rest)} one by one: give the precision, or the worth of one "
                    "interest, as a number."
                )
            else:
                told.append(
                    f"The data tell only a combination of {', '.join(rest)}: leave one out, or "
                    "give it as a number."
                )
        return told

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

    def frame(self) -> "pd.DataFrame":
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
                    "low": _known(each.change - NINETY * each.error),
                    "high": _known(each.change + NINETY * each.error),
                }
                for each in self.differences
            ],
        }

    @property
    def clusters(self) -> int | None:
        """How many groups the rows fall into, if they do."""
        groups = self.sample.clusters
        return None if groups is None else len(np.unique(groups))


def fit(
    scenario: Scenario,
    data: "Data | pd.DataFrame | str | os.PathLike[str]",
    *,
    cluster: str | None = None,
    starts: int = 6,
    seed: int = 0,
    tell: Callable[[str], None] | None = None,
) -> Fit:
    """Learn a scenario's coefficients from data by maximum likelihood.

    Args:
        scenario: one with `fit:`.
        data: a pandas frame, the path of a CSV or Parquet file, or what `read_data` gave.
        cluster: a column that names the group of each row; errors are then robust to whatever the
            rows of a group have in common.
        starts: how many places the climb begins from.
        seed: of the random ones among them.
        tell: is told what is being done.

    Raises:
        DataError: the data do not fit the scenario, or leave nothing to learn.
        TooLarge: a table would have more numbers than is allowed.
    """
    if isinstance(data, Data):
        table = data
    else:
        is_path = isinstance(data, str | os.PathLike)
        table = read_data(data) if is_path else from_frame(data)
    taken = sample(scenario, table, cluster)
    return fit_sample(scenario, taken, starts=starts, seed=seed, tell=tell or (lambda _: None))


def fit_sample(
    scenario: Scenario,
    taken: Sample,
    *,
    starts: int,
    seed: int,
    tell: Callable[[str], None],
) -> Fit:
    """Learn from rows that were taken already; see `fit`."""
    first = starting_values(scenario)
    if not first:
        raise DataError(["no formula speaks of a coefficient: there is nothing to learn"])
    tell("Compiling the likelihood")
    likelihood = Likelihood(scenario, taken, first)
    rows = likelihood.rows(taken)
    rng = np.random.default_rng(seed)
    begin = np.array(list(first.values()))
    least, most = _bounds(scenario, likelihood.names)
    scale = _felt(likelihood.scores(begin, rows)[0])
    probes = [
        _within(begin + scale * rng.standard_normal(len(begin)), least, most)
        for _ in range(max(_PROBES, starts - 1))
    ]
    elsewhere = [likelihood.scores(probe, rows)[0] for probe in probes[:_PROBES]]
    if not all(np.isfinite(each).all() for each in elsewhere):
        elsewhere = [each for each in elsewhere if np.isfinite(each).all()]
    scale = _felt(np.concatenate(elsewhere)) if elsewhere else scale
    space = Space(least, most, scale)
    tell("Climbing to the maximum")
    maximum = maximise(problem_of(likelihood, rows, space), [begin, *probes[: starts - 1]])
    if not np.isfinite(maximum.height):
        raise MiddlegameError(
            "the likelihood is not a number anywhere: a formula gives none, such as log(0)"
        )
    tell("Measuring how sure it is")
    identification = identify(
        maximum.hessian, maximum.free, scale, taken.rows, elsewhere, maximum.values
    )
    covariance = identification.covariance
    scores, _, residual = likelihood.scores(maximum.values, rows)
    if taken.clusters is not None:
        covariance = _clustered(covariance, scores, taken.clusters)
    unsettled = np.flatnonzero(~(residual <= SETTLED))
    checked, apart = _check(likelihood, taken, maximum.values)
    return Fit(
        scenario=scenario,
        sample=taken,
        likelihood=likelihood,
        space=space,
        maximum=maximum,
        identification=identification,
        covariance=covariance,
        unsettled=tuple(taken.places[row] for row in unsettled),
        disagreed=tuple(taken.places[row] for row in apart),
        checked=checked,
    )


def problem_of(likelihood: Likelihood, rows: Rows, space: Space) -> Problem:
    """Pose the maximisation of the likelihood of some rows."""
    return Problem(
        slope=lambda values: likelihood.slope(values, rows),
        curvature=lambda values: likelihood.curvature(values, rows),
        space=space,
    )


def _bounds(scenario: Scenario, names: tuple[str, ...]) -> tuple[Floats, Floats]:
    assert scenario.fit is not None
    written = [scenario.fit.coefficients[name] for name in names]
    least = [-np.inf if each.least is None else each.least for each in written]
    most = [np.inf if each.most is None else each.most for each in written]
    return np.array(least, float), np.array(most, float)


def _within(values: Floats, least: Floats, most: Floats) -> Floats:
    ends = zip(values, least, most, strict=True)
    return np.array(
        [
            inside(v, None if np.isinf(low) else low, None if np.isinf(high) else high)
            if not low < v < high
            else v
            for v, low, high in ends
        ]
    )


def _felt(scores: Floats) -> Floats:
    """By how much each coefficient has to change for a row's log-likelihood to feel it, `[k]`."""
    size = np.sqrt((scores**2).mean(axis=0))
    return np.asarray(1 / np.where(np.isfinite(size) & (size > 1e-12), size, 1.0), float)


def _clustered(covariance: Floats, scores: Floats, clusters: NDArray[np.int_]) -> Floats:
    """The sandwich estimator with groups (Liang & Zeger 1986), corrected for their number."""
    groups = np.unique(clusters, return_inverse=True)[1].reshape(-1)
    count = int(groups.max()) + 1
    if count < 2:
        raise DataError(["the rows fall into one group only: errors cannot be robust to groups"])
    known = np.isfinite(np.diag(covariance))
    sums = np.zeros((count, int(known.sum())))
    np.add.at(sums, groups, scores[:, known])
    bread = covariance[np.ix_(known, known)]
    inside_ = bread @ (sums.T @ sums) @ bread * count / (count - 1)
    whole = np.full(covariance.shape, np.nan)
    whole[np.ix_(known, known)] = inside_
    return whole


def _check(likelihood: Likelihood, taken: Sample, values: Floats) -> tuple[int, list[int]]:
    """Compare some rows with the full trace, where the equilibrium has to be traced at all."""
    diagram = likelihood.diagram
    if not traced(diagram.structure):
        return 0, []
    rows = np.unique(np.linspace(0, taken.rows - 1, min(_CHECKED, taken.rows)).astype(int))
    alone = marginal_cases(likelihood)
    chances = np.asarray(likelihood.outcomes(values, taken.matrix, alone))[rows]
    thetas = likelihood.thetas(values, taken.matrix[rows])
    apart = []
    for row, theta, chance in zip(rows, thetas, chances, strict=True):
        try:
            solved = solve_tables(diagram, diagram.tables(theta))
        except NotConverged:
            apart.append(int(row))
            continue
        masses: list[Any] = list(solved.tables.chances)
        for place, policy in zip(diagram.structure.decisions, solved.policies, strict=True):
            masses[place] = policy
        nodes = [place_of(diagram, name) for name in likelihood.observed]
        told = np.concatenate([joint(diagram.structure, masses, (node,)) for node in nodes])
        if np.abs(told - chance).max() > _APART:
            apart.append(int(row))
    return len(rows), apart


def _names_in_precision(scenario: Scenario) -> set[str]:
    return {
        name
        for path, number in formulas(scenario)
        if path[-1] == "precision"
        for name in number.formula.names
    }


def _known(value: float) -> float | None:
    return None if value != value else value
