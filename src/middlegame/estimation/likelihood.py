"""The likelihood of observed play: each row at the equilibrium of its own circumstances.

Strategic estimation (Signorino 1999): the probability of what a row shows is that of the logit
equilibrium at the row's covariates. All rows are solved at once by one compiled function, which is
differentiated through the equilibrium.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from middlegame.base.numbers import Floats
from middlegame.compiler import compile_scenario
from middlegame.diagram.levels import with_levels
from middlegame.engine.backend import FAST_COMPILE, jax, jnp
from middlegame.engine.batch.implicit_differentiation import differentiable_policies
from middlegame.engine.batch.lambda_ramp import Ramp
from middlegame.engine.batch.levels import differentiable_levels
from middlegame.engine.batch.outcomes import evidence_likelihood
from middlegame.engine.cost import predict_cost
from middlegame.engine.graph.layout import Array, Game
from middlegame.engine.graph.relevance import traced_decisions
from middlegame.equilibrium.engine_input import engine_input, flatten_numbers
from middlegame.equilibrium.levels import reasoning_of, reasons_by_levels
from middlegame.equilibrium.limits import MAX_TABLE_SIZE, refuse_too_large
from middlegame.equilibrium.references import node_index
from middlegame.estimation.fit_data import FitData
from middlegame.estimation.maximum import MaximisationProblem, SearchSpace
from middlegame.scenario import Scenario
from middlegame.scenario.data_rows import with_row
from middlegame.scenario.model.walk import formulas

ANY_STATE = -1
"""In a case, stands for whatever state an observed move or factor may be in."""
_TINY = 1e-300
_MANY = 20_000
"""Gradients of rows, times coefficients, from which compiling the sum's gradient is worth the time.

Compiling it takes some seconds; without it each gradient of the sum costs all rows' gradients.
"""
_MOST_NUMBERS = 2**26
"""Numbers that the largest tables of all rows together may have; more are taken in parts."""


@dataclass(frozen=True)
class DataRows:
    """Data as the likelihood takes them; a pytree.

    Rows of the same circumstances, such as those that count the outcomes of one row of a table,
    have one equilibrium, which is solved once.

    Attributes:
        covariates: `[circumstances, columns]`.
        circumstance: the circumstances of each row, `[rows]`.
        observations: for each observed node `[rows, states]`.
        weights: how much each row counts, `[rows]`.
    """

    covariates: Array
    circumstance: Array
    observations: tuple[Array, ...]
    weights: Array


jax.tree_util.register_dataclass(
    DataRows, ["covariates", "circumstance", "observations", "weights"], []
)


class Likelihood:
    """The log-likelihood of a scenario's coefficients, with its derivatives.

    Attributes:
        diagram: the scenario with every coefficient and column an entry of theta.
        names: of the coefficients, in order.
        columns: of the covariates, in order.
        observed: of the observed moves and factors, in order.
    """

    def __init__(
        self,
        scenario: Scenario,
        sample: FitData,
        start: Mapping[str, float],
        limit: float = MAX_TABLE_SIZE,
    ) -> None:
        """Compile the scenario for a sample.

        Args:
            scenario: one with `fit:`.
            sample: the data.
            start: a possible value of each coefficient that formulas speak of.
            limit: how many numbers the largest table on the way may have.

        Raises:
            TooLarge: a table would have more numbers than the limit.
            QueryError: what is observed comes about in several periods, and none is said.
        """
        self.names = tuple(start)
        self.columns = tuple(sample.covariates)
        self.observed = tuple(sample.observations)
        self.diagram = with_levels(compile_scenario(_at_means(scenario, sample), free=True))
        refuse_too_large(self.diagram, limit)
        paths = {parameter.path: k for k, parameter in enumerate(self.diagram.parameters)}
        self._coefficients = np.array([paths["fit", "coefficients", n] for n in self.names], int)
        entries = [(name,) for name in self.columns] + [n.rsplit(".", 1) for n in sample.standards]
        self._columns = np.array([paths["fit", "columns", *entry] for entry in entries], int)
        self._nodes = tuple(node_index(self.diagram, name) for name in self.observed)
        theta = self.diagram.theta
        theta[self._coefficients] = list(start.values())
        self._theta = theta
        with np.errstate(all="ignore"):  # formulas may give no number here, and some elsewhere
            self._still = engine_input(self.diagram, self.diagram.tables(theta))
        cost = predict_cost(self.diagram.structure)
        self._on_cycle = bool(traced_decisions(self.diagram.structure))
        self._many = self._on_cycle or sample.row_count * len(self.names) >= _MANY
        self._chunk = max(1, int(_MOST_NUMBERS / max(cost.largest_table, cost.unknowns, 1.0)))

    def rows(self, sample: FitData, *, apart: bool = False) -> DataRows:
        """Arrange data for the likelihood; `apart` gives each row circumstances of its own."""
        covariates, circumstance = sample.matrix, np.arange(sample.row_count)
        if sample.row_count <= self._chunk and not apart:
            covariates, places = np.unique(covariates, axis=0, return_inverse=True)
            circumstance = places.reshape(-1)
        return DataRows(
            covariates,
            circumstance,
            tuple(sample.observations[name] for name in self.observed),
            sample.weights,
        )

    def parameter_values(self, values: Floats, covariates: Floats) -> Floats:
        """Return the parameter values of each row, `[rows, parameters]`."""
        return np.asarray(self._thetas(values, covariates))

    def _thetas(self, values: Array, covariates: Array) -> Array:
        whole = jnp.broadcast_to(self._theta, (covariates.shape[0], len(self._theta)))
        whole = whole.at[:, self._coefficients].set(values)
        return whole.at[:, self._columns].set(covariates)

    def _played(self, values: Array, covariates: Array) -> tuple[Game, Array, Array]:
        diagram = self.diagram

        def numbers_of(theta: Array) -> tuple[Array, Array]:
            return flatten_numbers(diagram, diagram.tables(theta, jnp), jnp)

        tables, lambdas = jax.vmap(numbers_of, out_axes=-1)(self._thetas(values, covariates))
        game = Game(tables, self._still.opens, self._still.reached, lambdas)
        if reasons_by_levels(diagram):
            return game, *differentiable_levels(reasoning_of(diagram), game, Ramp())
        return game, *differentiable_policies(diagram.structure, game, Ramp())

    def _logs(self, values: Array, rows: DataRows) -> tuple[Array, Array]:
        """Return each row's log-likelihood and residual, `[rows]` each.

        Values are `[k]`, or `[rows, k]` where each row has circumstances of its own.
        """
        count = rows.weights.shape[0]

        def part(some: DataRows, values: Array) -> tuple[Array, Array]:
            game, played, residual = self._played(values, some.covariates)
            game = game._replace(
                tables=game.tables[..., some.circumstance],
                lambdas=game.lambdas[..., some.circumstance],
            )
            seen = {node: each.T for node, each in zip(self._nodes, some.observations, strict=True)}
            chances = evidence_likelihood(
                self.diagram.structure, game, played[..., some.circumstance], seen
            )
            return jnp.log(jnp.maximum(chances, _TINY)), residual[some.circumstance]

        if count <= self._chunk:
            return part(rows, values)
        # Each row has circumstances of its own.
        chunks = -(-count // self._chunk)
        filler = chunks * self._chunk - count

        def shaped(each: Array) -> Array:
            full = jnp.concatenate([each, jnp.repeat(each[-1:], filler, axis=0)])
            return full.reshape(chunks, self._chunk, *each.shape[1:])

        places = jnp.arange(self._chunk)
        parts = jax.tree.map(shaped, rows)
        if values.ndim == 1:
            found = jax.lax.map(
                jax.checkpoint(lambda some: part(replace(some, circumstance=places), values)), parts
            )
        else:
            found = jax.lax.map(
                jax.checkpoint(lambda both: part(replace(both[0], circumstance=places), both[1])),
                (parts, shaped(values)),
            )
        return found[0].reshape(-1)[:count], found[1].reshape(-1)[:count]

    def total(self, values: Array, rows: DataRows) -> Array:
        """Return the log-likelihood of weighted rows; to be compiled.

        Values are `[k]`, or `[rows, k]` where each row has circumstances of its own.
        """
        return (rows.weights * self._logs(values, rows)[0]).sum()

    @cached_property
    def value_and_gradient(self) -> Any:
        """From (values `[k]`, rows) to the log-likelihood and its gradient, `[k]`."""
        if self._many:
            return jax.jit(jax.value_and_grad(self.total))

        # Over few rows, compiling takes longer than running: what is compiled anyhow will do.
        def from_rows(values: Floats, rows: DataRows) -> tuple[float, Floats]:
            scores, logs, _ = self.scores(values, rows)
            return float(rows.weights @ logs), rows.weights @ scores

        return from_rows

    @cached_property
    def hessian(self) -> Any:
        """From (values, rows) to the Hessian, `[k, k]`."""
        return jax.jit(jax.jacfwd(jax.grad(self.total)), compiler_options=FAST_COMPILE)

    @cached_property
    def _by_row(self) -> Any:
        def both(values: Array, rows: DataRows) -> tuple[Array, tuple[Array, Array]]:
            logs, residual = self._logs(values, rows)
            return logs, (logs, residual)

        return jax.jit(jax.jacfwd(both, has_aux=True), compiler_options=FAST_COMPILE)

    def scores(self, values: Floats, rows: DataRows) -> tuple[Floats, Floats, Floats]:
        """Return each row's gradient `[rows, k]`, log-likelihood and residual, `[rows]` each."""
        scores, (logs, residual) = self._by_row(values, rows)
        return np.asarray(scores), np.asarray(logs), np.asarray(residual)

    def _outcomes(self, values: Array, covariates: Array, cases: Array) -> Array:
        """The probability of each of some joint outcomes in each row, `[rows, outcomes]`."""
        game, played, _ = self._played(values, covariates)
        worlds = covariates.shape[0]

        def one(case: Array) -> Array:
            seen = {}
            for place, node in enumerate(self._nodes):
                states = jnp.arange(self.diagram.structure.sizes[node])
                sharp = ((states == case[place]) | (case[place] == ANY_STATE)) * 1.0
                seen[node] = jnp.broadcast_to(sharp[:, None], (len(states), worlds))
            return evidence_likelihood(self.diagram.structure, game, played, seen)

        return jax.vmap(one, out_axes=1)(cases)

    @cached_property
    def outcome_probabilities(self) -> Any:
        """From (values, covariates, cases `[outcomes, observed]`) to `[rows, outcomes]`."""
        return jax.jit(self._outcomes, compiler_options=FAST_COMPILE)

    def _shares(
        self, values: Array, covariates: Array, cases: Array, weights: Array
    ) -> tuple[Array, Array]:
        found = weights @ self._outcomes(values, covariates, cases) / weights.sum()
        return found, found

    @cached_property
    def outcome_shares(self) -> Any:
        """From (values, covariates, cases, weights) to the outcomes' averages, with slopes.

        The slopes are `[outcomes, k]`, the averages `[outcomes]`.
        """
        return jax.jit(jax.jacfwd(self._shares, has_aux=True), compiler_options=FAST_COMPILE)

    def states(self, name: str) -> tuple[str, ...]:
        """Return the states of an observed move or factor."""
        return self.diagram.nodes[node_index(self.diagram, name)].states


def maximisation_problem(
    likelihood: Likelihood, rows: DataRows, space: SearchSpace
) -> MaximisationProblem:
    """Build the maximisation of the likelihood of some rows."""

    def outer_product(values: Floats) -> Floats:
        scores = likelihood.scores(values, rows)[0]
        return np.asarray(scores.T @ (scores * np.asarray(rows.weights)[:, None]), float)

    return MaximisationProblem(
        value_and_gradient=lambda values: likelihood.value_and_gradient(values, rows),
        hessian=lambda values: likelihood.hessian(values, rows),
        information=outer_product,
        space=space,
    )


def _at_means(scenario: Scenario, sample: FitData) -> Scenario:
    """Put numbers at their means, so that whatever is worked out once is so at possible ones."""
    categories = scenario.fit.categories if scenario.fit else {}
    means = {n: float(c.mean()) for n, c in sample.covariates.items() if n not in categories}
    return with_row(scenario, means)


def starting_values(scenario: Scenario) -> dict[str, float]:
    """Return a feasible starting value of each coefficient that a formula contains.

    The middle of its prior, or 0; moved inside its bounds.
    """
    used = {name for _, number in formulas(scenario) for name in number.formula.names}
    found: dict[str, float] = {}
    for name, each in (scenario.fit.coefficients if scenario.fit else {}).items():
        if name not in used:
            continue
        value = each.prior.median if each.prior else 0.0
        found[name] = move_inside(value, each.least, each.most)
    return found


def move_inside(value: float, least: float | None, most: float | None) -> float:
    """Move a value well inside its bounds, if it is not."""
    if least is not None and most is not None:
        margin = 0.1 * (most - least)
        return float(np.clip(value, least + margin, most - margin))
    if least is not None:
        return max(value, least + 0.5 * (1 + abs(least)))
    if most is not None:
        return min(value, most - 0.5 * (1 + abs(most)))
    return value
