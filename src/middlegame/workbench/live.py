"""A contest that answers changed numbers: quickly while they move, in full once they rest."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from middlegame.base.errors import QueryError, unknown_name
from middlegame.base.numbers import Floats
from middlegame.compiler import compile_scenario
from middlegame.diagram import Parameter, Tables
from middlegame.engine.batch.lambda_ramp import Ramp, solve_batch_in_numpy
from middlegame.engine.batch.outcomes import outcome_probabilities_in_numpy
from middlegame.engine.graph.layout import Game, layout_of
from middlegame.equilibrium.engine_input import (
    engine_input,
    fix_states,
    flatten_numbers,
)
from middlegame.equilibrium.equilibrium import Equilibrium, solve
from middlegame.equilibrium.limits import MAX_TABLE_SIZE, refuse_closed, refuse_too_large
from middlegame.equilibrium.references import expand_periods
from middlegame.equilibrium.solving import is_one_game
from middlegame.equilibrium.strategy_profile import Branch
from middlegame.scenario import Scenario
from middlegame.sweeps.batches import TOLERANCE
from middlegame.sweeps.forecast import Forecast, forecast, forecast_over

_GAMES = 64
"""Suppositions whose reachable information sets are kept."""


class LiveContest:
    """A compiled scenario that answers changes again and again.

    `quick` is one world on the damped ramp (`engine.batch.lambda_ramp`): a part of a trace's time,
    and not certain to be the principal branch. `full` is the traced solution. `soonest` is the
    quick one where there is one.
    """

    def __init__(self, scenario: Scenario, limit: float = MAX_TABLE_SIZE) -> None:
        """Compile the scenario's diagram, without solving it.

        Args:
            scenario: the scenario.
            limit: the largest table that solving may take, in numbers.

        Raises:
            TooLarge: solving would take a table of more numbers than the limit.
        """
        self.scenario = scenario
        self.diagram = compile_scenario(scenario)
        refuse_too_large(self.diagram, limit)
        self._games: dict[tuple[tuple[str, str], ...], Game] = {}

    @cached_property
    def private_numbers(self) -> frozenset[str]:
        """The names of the numbers that one actor alone knows."""
        places = (each.table.parameter for each in self.diagram.private_numbers)
        return frozenset(self.diagram.parameters[k].name for k in places if k is not None)

    @cached_property
    def base(self) -> Equilibrium:
        """The equilibrium of the scenario as written.

        Raises:
            NotConverged: no equilibrium was reached.
        """
        return solve(self.diagram, scenario=self.scenario)

    @cached_property
    def base_forecast(self) -> Forecast:
        """The forecast of the scenario as written: means over worlds drawn from its ranges.

        Raises:
            NotConverged: no equilibrium was reached.
        """
        return forecast(self.base)

    def forecast(
        self,
        supposed: Mapping[str, str] | None = None,
        given: Mapping[str, Sequence[str]] | None = None,
        *,
        surprise: bool = False,
    ) -> Forecast:
        """Forecast the contest with what is supposed and observed, over the same worlds.

        Args:
            supposed: the state of each move and factor that is fixed.
            given: the observed states of each move and factor.
            surprise: whether the actors do not know what is supposed.

        Raises:
            QueryError: as `Equilibrium.suppose` and `given` do.
            NotConverged: no equilibrium was reached.
        """
        found = self.base_forecast
        if supposed:
            found = found.suppose(supposed, fixed_policies=surprise)
        return found.given(given) if given else found

    @cached_property
    def _played(self) -> frozenset[str]:
        return frozenset(node.name for node in self.diagram.contest_nodes)

    @cached_property
    def _observed(self) -> dict[int, Floats]:
        """The scenario's own evidence: by node, `[states, 1]`, 1 at the observed state, else 0."""
        return {
            self.diagram.index[name]: np.array(
                [
                    [float(each == state)]
                    for each in self.diagram.nodes[self.diagram.index[name]].states
                ]
            )
            for name, state in self.diagram.evidence.items()
        }

    def _game(self, tables: Tables, announced: Mapping[str, str]) -> Game:
        """Return the engine's input; its reachable sets depend on the supposition alone."""
        key = tuple(sorted(announced.items()))
        if key not in self._games:
            if len(self._games) >= _GAMES:
                self._games.clear()
            self._games[key] = engine_input(self.diagram, tables)
        cells, lambdas = flatten_numbers(self.diagram, tables)
        return self._games[key]._replace(tables=cells, lambdas=np.asarray(lambdas, float))

    def parameter_values(self, numbers: Mapping[str, float]) -> Floats:
        """Return all parameters' values: their medians, with some numbers changed.

        Args:
            numbers: changed numbers by their parameter's name, in its unit.

        Returns:
            The values, `[parameters]`.

        Raises:
            QueryError: there is no such parameter, or the value is impossible in its unit.
        """
        theta = self.diagram.theta.copy()
        place = {parameter.name: k for k, parameter in enumerate(self.diagram.parameters)}
        for name, value in numbers.items():
            if name not in place:
                raise unknown_name("uncertain number", name, place)
            _refuse_impossible(self.diagram.parameters[place[name]], value)
            theta[place[name]] = value
        return theta

    def quick(
        self,
        numbers: Mapping[str, float],
        supposed: Mapping[str, str] | None = None,
        given: Mapping[str, Sequence[str]] | None = None,
        *,
        surprise: bool = False,
    ) -> Equilibrium | None:
        """Solve quickly by the damped ramp; None where the ramp does not converge.

        None also where actors have expectations of their own: each has a contest to solve.

        Args:
            numbers: changed numbers, by name; the others are at their medians.
            supposed: the state of each move and factor that is fixed.
            given: the observed states of each move and factor.
            surprise: whether the actors do not know what is supposed.

        Raises:
            QueryError: as `Equilibrium.suppose` and `given` do.
        """
        if not is_one_game(self.diagram):
            return None
        theta, supposed = (
            self.parameter_values(numbers),
            expand_periods(self.diagram, supposed or {}),
        )
        announced = {} if surprise else supposed
        before = self.diagram.tables(theta)
        tables = fix_states(self.diagram, before, announced)
        refuse_closed(self.diagram, before, tables, announced)
        game, structure = self._game(tables, announced), self.diagram.structure
        one = Game(game.tables[:, None], game.opens, game.reached, game.lambdas[:, None])
        settled = solve_batch_in_numpy(structure, one, Ramp())
        residual = float(settled.residual[0])
        if not residual <= TOLERANCE:
            return None
        chances = outcome_probabilities_in_numpy(
            structure, one, settled.policies, self._observed
        ).nodes
        equilibrium = Equilibrium(
            diagram=self.diagram,
            tables=tables,
            policies=tuple(layout_of(structure).unpad(settled.policies[..., 0])),
            logits=settled.logits[..., 0],
            known={name: (state,) for name, state in self.diagram.evidence.items()},
            residual=residual,
            scenario=self.scenario,
            theta=theta,
            supposed=announced,
        )
        if not (
            equilibrium.evidence_probability > 0
            if self.diagram.private_numbers
            else self._keep_marginals(equilibrium, chances)
        ):
            return None  # the full solution names the pieces of evidence that contradict each other
        return _condition(_suppose_by_surprise(equilibrium, supposed, surprise), given)

    def _keep_marginals(self, equilibrium: Equilibrium, chances: Sequence[Any]) -> bool:
        """Keep the marginals that the ramp returns: a contraction for each would take longer.

        They are those of the contest as actors see it, and so not for private numbers.

        Returns:
            Whether the evidence is possible.
        """
        marginals = [_only_world(chance) for chance in chances]
        whole = float(marginals[0].sum())
        if not whole > 0:
            return False
        vars(equilibrium)["evidence_probability"] = whole
        vars(equilibrium)["forecasts"] = {
            node.name: dict(zip(node.states, map(float, chance / whole), strict=True))
            for node, chance in zip(self.diagram.nodes, marginals, strict=True)
            if node.name in self._played
        }
        return True

    def full(
        self,
        numbers: Mapping[str, float],
        supposed: Mapping[str, str] | None = None,
        given: Mapping[str, Sequence[str]] | None = None,
        *,
        surprise: bool = False,
    ) -> Equilibrium:
        """Solve in full, by tracing the principal branch.

        Args:
            numbers: changed numbers, by name; the others are at their medians.
            supposed: the state of each move and factor that is fixed.
            given: the observed states of each move and factor.
            surprise: whether the actors do not know what is supposed.

        Raises:
            QueryError: as `Equilibrium.suppose` and `given` do.
            NotConverged: no equilibrium was reached.
        """
        supposed = expand_periods(self.diagram, supposed or {})
        if not numbers and (surprise or not supposed):
            equilibrium = self.base
        elif surprise or not supposed:
            equilibrium = solve(
                self.diagram, scenario=self.scenario, theta=self.parameter_values(numbers)
            )
        else:
            theta = self.parameter_values(numbers)
            before = self.diagram.tables(theta)
            # Suppose at once: the contest without the supposition need not be solved first.
            equilibrium = replace(self.base, tables=before, theta=theta).suppose(supposed)
        return _condition(_suppose_by_surprise(equilibrium, supposed, surprise), given)

    def soonest(
        self,
        numbers: Mapping[str, float],
        supposed: Mapping[str, str] | None = None,
        given: Mapping[str, Sequence[str]] | None = None,
        *,
        surprise: bool = False,
    ) -> tuple[Equilibrium, bool]:
        """Solve quickly where the ramp converges, and else in full.

        Args:
            numbers: changed numbers, by name; the others are at their medians.
            supposed: the state of each move and factor that is fixed.
            given: the observed states of each move and factor.
            surprise: whether the actors do not know what is supposed.

        Returns:
            The equilibrium, and whether it is the traced one.

        Raises:
            QueryError: as `Equilibrium.suppose` and `given` do.
            NotConverged: no equilibrium was reached.
        """
        # Which branch the ramp takes at a fork is left to rounding.
        forked = "base" in vars(self) and bool(self.base.forks)
        if not forked:
            equilibrium = self.quick(numbers, supposed, given, surprise=surprise)
            if equilibrium is not None:
                return equilibrium, False
        return self.full(numbers, supposed, given, surprise=surprise), True

    def with_fixed_policies(self, after: Equilibrium) -> Equilibrium:
        """Return a changed contest in which all actors behave as in the scenario as written.

        Its difference from the changed equilibrium is the effect of the actors' new behaviour.

        Args:
            after: the equilibrium of the changed contest.

        Raises:
            QueryError: the observations of `after` are impossible under the old behaviour.
        """
        first, *mirrors = (
            tuple(
                self._over_open_options(policy, opens)
                for policy, opens in zip(each.policies, after.tables.open_options, strict=True)
            )
            for each in self.base.branches
        )
        played = tuple(Branch(policies, self.base.logits) for policies in mirrors)
        return _condition(replace(after, policies=first, mirrors=played, known={}), after.known)

    def forecast_with_fixed_policies(self, after: Forecast) -> Forecast | None:
        """Return a changed forecast in which all actors behave as in the scenario as written.

        In each world they behave as in the same world of the scenario as written.

        Args:
            after: the forecast of the changed contest.

        Returns:
            The forecast; None where the worlds of the two have no one-to-one relation, because
            some of them have no equilibrium.

        Raises:
            QueryError: the observations of `after` are impossible under the old behaviour.
        """
        middle = self.with_fixed_policies(after.middle)
        before, changed = self.base_forecast.worlds, after.worlds
        if before is None or changed is None:
            return forecast(middle, 0) if before is changed else None
        if before.failures or changed.failures or before.count != changed.count:
            return None
        # What is no policy does not depend on the branch: any column of the world has it.
        column = np.searchsorted(changed.world_of, before.world_of)
        tables = [table[..., column] for table in changed.tables]
        structure = self.diagram.structure
        for node, opens in zip(structure.decisions, after.tables.open_options, strict=True):
            policies = np.moveaxis(before.tables[node], -1, 0)
            tables[node] = np.moveaxis(self._over_open_options(policies, opens), 0, -1)
        worlds = replace(
            changed,
            tables=tuple(tables),
            utilities=tuple(table[..., column] for table in changed.utilities),
            lambdas=changed.lambdas[:, column],
            scales=changed.scales[:, column],
            world_of=before.world_of,
        )
        return forecast_over(middle, lambda: worlds, worlds.count)

    @staticmethod
    def _over_open_options(policy: Floats, opens: NDArray[np.bool_]) -> Floats:
        kept = np.where(opens, policy, 0.0)
        total = kept.sum(axis=-1, keepdims=True)
        even = opens / opens.sum(axis=-1, keepdims=True)
        return np.where(total > 0, kept / np.where(total > 0, total, 1.0), even)


def _only_world(chances: Any) -> Floats:
    """Return the only world of `[states, worlds]`."""
    return np.asarray(chances, float)[:, 0]


def _suppose_by_surprise(
    equilibrium: Equilibrium, supposed: Mapping[str, str], surprise: bool
) -> Equilibrium:
    return (
        equilibrium.suppose(supposed, fixed_policies=True) if surprise and supposed else equilibrium
    )


def _condition(equilibrium: Equilibrium, given: Mapping[str, Sequence[str]] | None) -> Equilibrium:
    return equilibrium.given(given) if given else equilibrium


def _refuse_impossible(parameter: Parameter, value: float) -> None:
    """Refuse a value that is impossible in its parameter's unit.

    Raises:
        QueryError: the value is impossible; the message says what was expected.
    """
    if parameter.unit == "probability":
        fine, wanted = 0 < value < parameter.ceiling, f"between 0 and {parameter.ceiling:g}"
    elif parameter.unit in ("odds", "years", "levels"):
        least = max(parameter.lower_bound, 0.0)
        fine = least <= value < np.inf and value > 0
        wanted = f"{parameter.unit} {f'of at least {least:g}' if least else 'above 0'}"
    else:
        fine, wanted = bool(np.isfinite(value)), "a number of points"
    if not fine:
        raise QueryError(f"{parameter.name} cannot be {value:g}: expected {wanted}")
