"""The limit of full precision: the Nash equilibrium to which the principal branch leads."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from middlegame.base.display import Displayed
from middlegame.base.errors import NotConverged, QueryError
from middlegame.compiler import compile_scenario
from middlegame.compiler.warnings import points_ranges
from middlegame.diagram import Diagram
from middlegame.engine.numerics.continuation import TraceOutcome
from middlegame.engine.qre import nash as engine
from middlegame.equilibrium.engine_input import engine_input
from middlegame.equilibrium.equilibrium import Equilibrium
from middlegame.equilibrium.levels import reasons_by_levels
from middlegame.equilibrium.limits import MAX_TABLE_SIZE, refuse_long_nash, refuse_too_large
from middlegame.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

PURE = 1e-3
"""A probability this near to 0 or 1 counts as pure."""


@dataclass(frozen=True, repr=False)
class NashResult(Displayed):
    """Where the branch leads as precision grows without bound.

    Attributes:
        equilibrium: the play, to be asked like any.
        share: how many times the contest's own precision it was followed to.
        regret: for each move the largest regret at any information set that can be reached,
            in points: how much better the best option is than the policy, given what is known.
        weighted: the same summed over information sets, each weighted by its reach probability.
        pure: whether every move that is made is made for certain.
        continuum: whether the limit may lie on a continuum of equilibria.
    """

    equilibrium: Equilibrium
    lambda_factor: float
    regret: dict[str, float]
    expected_regret: dict[str, float]
    pure: bool
    continuum: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return the regrets and the precision reached as one JSON object."""
        return {
            "share": self.lambda_factor,
            "regret": self.regret,
            "regret_weighted_by_reach": self.expected_regret,
            "pure": self.pure,
            "continuum": self.continuum,
        }

    def to_dataframe(self) -> "pd.DataFrame":
        """Return the regret of each move as a table: move, largest and weighted by reach."""
        import pandas as pd

        frame = pd.DataFrame(
            {"regret": self.regret, "regret_weighted_by_reach": self.expected_regret}
        )
        return frame.rename_axis("move").reset_index()

    def __repr__(self) -> str:
        """Return the likeliest states at the limit, and the regret that is left."""
        kind = "pure" if self.pure else "mixed"
        largest = max(self.regret.values(), default=0.0)
        return f"Nash limit ({kind}), largest regret {largest:.2g} points\n{self.equilibrium!r}"


def nash(
    game: Scenario | Diagram, *, scenario: Scenario | None = None, limit: float = MAX_TABLE_SIZE
) -> NashResult:
    """Follow a contest's principal branch towards Nash.

    Args:
        game: a scenario, or a diagram.
        scenario: what the diagram was compiled from, if that is known.
        limit: how many numbers the largest table on the way may have.

    Raises:
        ScenarioError: the scenario has faults.
        TooLarge: a table would have more numbers than the limit, or the contest is too long.
        NotConverged: regret did not fall far enough.
        QueryError: the evidence cannot happen at the limit, actors reason by levels, or
            have beliefs of their own.
    """
    diagram = compile_scenario(game) if isinstance(game, Scenario) else game
    if reasons_by_levels(diagram):
        raise QueryError(
            "levels of reasoning have no limit of full precision: only an equilibrium has"
        )
    if diagram.perceptions:
        raise QueryError(
            "with beliefs there is no limit of full precision: not all actors play one contest"
        )
    refuse_too_large(diagram, limit)
    refuse_long_nash(diagram)
    tables, structure = diagram.tables(), diagram.structure
    ends = points_ranges(diagram, diagram.owners).values()
    ranges = np.array([best - worst for worst, best in ends])
    found = engine.follow_to_nash(structure, engine_input(diagram, tables), ranges)
    if found.outcome is not TraceOutcome.CONVERGED:
        outcome = found.outcome
        raise NotConverged(
            outcome.name.lower(), outcome.value, found.residual, found.lambda_multiple
        )
    equilibrium = Equilibrium(
        diagram=diagram,
        tables=replace(tables, lambdas=np.asarray(tables.lambdas) * found.lambda_multiple),
        policies=found.policies,
        known={},
        scenario=game if isinstance(game, Scenario) else scenario,
        theta=diagram.theta,
        residual=found.residual,
        steps=found.steps,
        logits=found.logits * found.lambda_multiple,
    ).given(diagram.evidence)
    names = [decision.name for decision in diagram.decisions]
    regrets = dict(zip(names, found.regrets, strict=True))
    reach = equilibrium.reach
    return NashResult(
        equilibrium=equilibrium,
        lambda_factor=found.lambda_multiple,
        regret={name: float(regret.max(initial=0.0)) for name, regret in regrets.items()},
        expected_regret={
            name: float((reach[name] * regret).sum()) for name, regret in regrets.items()
        },
        pure=all(
            _is_pure(policy[reach[name] > PURE])
            for name, policy in zip(names, found.policies, strict=True)
        ),
        continuum=found.continuum,
    )


def _is_pure(policy: NDArray[np.float64]) -> bool:
    return bool((np.minimum(policy, 1 - policy) < PURE).all())
