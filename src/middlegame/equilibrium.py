"""The front door: a contest goes in, its equilibrium comes out."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from middlegame.compile import compile_scenario
from middlegame.diagram import Decision, Diagram, Tables
from middlegame.engine import inference, others, qre
from middlegame.engine.backend import jnp
from middlegame.engine.continuation import Outcome
from middlegame.engine.cost import predict
from middlegame.engine.layout import Game, layout_of
from middlegame.engine.local import payoffs_of
from middlegame.engine.logit import policies
from middlegame.engine.sensitivity import gradient
from middlegame.errors import NotConverged, QueryError, TooLarge, unknown
from middlegame.play import Play
from middlegame.scenario import Condition, Scenario

Floats = NDArray[np.float64]

LIMIT = 1e8
"""Numbers that the largest table may have unless told otherwise: 0.75 GiB."""


@dataclass(frozen=True)
class Sensitivity:
    """How a forecast's probability changes, for each unit by which a number does.

    Attributes:
        numbers: by each uncertain number, in its unit (a point, a whole probability, odds of 1).
        lambdas: by each owner's lambda (log-odds a point).
    """

    numbers: dict[str, float]
    lambdas: dict[str, float]


@dataclass(frozen=True, repr=False)
class Equilibrium(Play):
    """A logit quantal response equilibrium on the principal branch.

    Attributes:
        scenario: what was solved, unless a bare diagram was.
        theta: the parameters at which it was solved.
        residual: the largest gap between a probability and the logit response to all others.
        steps: along the branch.
        forks: shares of the precision at which other branches fork off; where there are any,
            only the order in which options are written chose between them.
        supposed: what was fixed.
        surprise: whether nobody was told.
        logits: lambda times payoff, `[rows, widest]` (see `engine.layout`).
    """

    scenario: Scenario | None = None
    theta: Floats = field(default_factory=lambda: np.zeros(0))
    residual: float = 0.0
    steps: int = 0
    forks: tuple[float, ...] = ()
    supposed: Mapping[str, str] = field(default_factory=dict)
    surprise: bool = False
    logits: Floats = field(default_factory=lambda: np.zeros((0, 1)))

    def __repr__(self) -> str:
        """Tell each move's and headline factor's likeliest state."""
        told = [f"Equilibrium of {self.diagram.title!r} ({self.status})"]
        for node in self.diagram.nodes:
            if node.headline:
                forecast = self.forecasts[node.name]
                state = max(forecast, key=lambda name: forecast[name])
                told.append(f"  {node.name} = {state}  {forecast[state]:.0%}")
        return "\n".join(told)

    @property
    def status(self) -> str:
        """Always `converged`: where no equilibrium is reached, `solve` raises."""
        return Outcome.CONVERGED.name.lower()

    @property
    def lambdas(self) -> dict[str, float]:
        """Each owner's lambda, in log-odds a point."""
        values = np.asarray(self.tables.lambdas, float)
        return dict(zip(self.diagram.owners, map(float, values), strict=True))

    @cached_property
    def reach(self) -> dict[str, Floats]:
        """For each decision the probability of each information set, `[*observed]`."""
        found = {}
        structure = self.diagram.structure
        for place, decision in zip(structure.decisions, self.diagram.decisions, strict=True):
            seen = structure.parents[place]
            found[decision.name] = np.asarray(inference.joint(structure, self._masses, seen))
        return found

    @cached_property
    def questions(self) -> dict[str, float]:
        """The forecast of each of the scenario's questions."""
        asked = self.scenario.questions if self.scenario else {}
        return {name: self.probability(question.will) for name, question in asked.items()}

    def policy(self, name: str) -> Floats:
        """Give a move's policy `[*observed, options]`; uniform where it is never reached."""
        return self.policies[self._decision(name)]

    def payoffs(self, name: str) -> Floats:
        """Give what each option of a move is worth to its owner, `[*observed, options]`.

        In points: the owner's interests that the move can influence, expected given the
        information set and the option; 0 where the information set is never reached.
        """
        structure = self.diagram.structure
        decision = structure.decisions[self._decision(name)]
        played = layout_of(structure).pad(self.policies)
        return np.asarray(
            payoffs_of(structure, decision)(played, engine_game(self.diagram, self.tables))
        )

    def _decision(self, name: str) -> int:
        names = [decision.name for decision in self.diagram.decisions]
        if name not in names:
            raise unknown("move", name, names)
        return names.index(name)

    def suppose(self, moves: Mapping[str, str], *, surprise: bool = False) -> "Equilibrium":
        """Fix moves or factors and see what follows (Hammond et al. 2023).

        Announced, everybody knows it before play and all others' behaviour is solved again; it
        reveals nothing about whoever moved, since nobody chose it. By surprise, policies stay
        as they are, and those who observe it respond through them.

        Raises:
            QueryError: unknown names or states, or an option that is closed.
            NotConverged: the contest so changed has no equilibrium that could be reached.
        """
        supposed = {**self.supposed, **moves}
        fixed = fix(self.diagram, self.tables, moves)
        _refuse_closed(self, fixed, moves)
        if surprise:
            played = tuple(
                _certain(policy.shape, decision.states.index(moves[decision.name]))
                if decision.name in moves
                else policy
                for decision, policy in zip(self.diagram.decisions, self.policies, strict=True)
            )
            return replace(
                self, tables=fixed, policies=played, supposed=supposed, surprise=True
            ).given({})
        again = solve_tables(self.diagram, fixed)
        return replace(
            again, scenario=self.scenario, theta=self.theta, supposed=supposed, known=self.known
        ).given({})

    def others(self, starts: int = 24, seed: int = 0) -> list["OtherEquilibrium"]:
        """Look for other self-consistent outcomes of the same contest.

        The search is from random starts and need not be complete. This equilibrium is not in the
        answer; each that is has been verified by its residual.

        Args:
            starts: how many.
            seed: of the random starts.
        """
        structure, game = self.diagram.structure, engine_game(self.diagram, self.tables)
        here = policies(game.opens, self.logits, 1.0)[game.reached]
        found = []
        for other in others.search(structure, game, starts, seed):
            there = policies(game.opens, other.logits, 1.0)[game.reached]
            if np.abs(here - there).max(initial=0.0) < others.SAME:
                continue
            equilibrium = replace(
                self,
                policies=other.policies,
                logits=other.logits,
                residual=other.residual,
                steps=0,
                forks=(),
            )
            found.append(OtherEquilibrium(equilibrium, other.stable, other.starts / starts))
        return found

    def sensitivity(self, of: str | Condition) -> "Sensitivity":
        """Differentiate a forecast by every uncertain number and by every lambda.

        Exact and local: everybody adapts, from equilibrium to equilibrium on the same branch.

        Args:
            of: a condition such as `cuba = falls`, or the name of a question.

        Raises:
            QueryError: unknown names; a supposition by surprise, where play does not adapt; or an
                equilibrium at a fold or fork, where there is no derivative.
        """
        if self.surprise:
            raise QueryError("by surprise policies stay as they are: there is no sensitivity")
        if self.scenario and of in self.scenario.questions:
            of = self.scenario.questions[str(of)].will
        wanted = self._condition(of)
        over, where = self._cases(wanted)
        diagram, structure = self.diagram, self.diagram.structure
        layout, count = layout_of(structure), len(self.theta)
        still = engine_game(diagram, self.tables)
        evidence = {node: jnp.asarray(seen) for node, seen in self._evidence.items()}

        def tables_at(values: Any) -> Tables:
            return fix(diagram, diagram.tables(values[:count], jnp), self.supposed)

        def game_at(values: Any) -> Game:
            tables = tables_at(values)
            flat = layout.flatten(tables.chances, tables.utilities, jnp)
            lambdas = diagram.lambdas(values[:count], jnp) + values[count:]
            return Game(flat, still.opens, still.reached, lambdas)

        def forecast(played: Any, values: Any) -> Any:
            masses: list[Any] = list(tables_at(values).chances)
            for decision in structure.decisions:
                masses[decision] = played.reshape(-1)[layout.cells(decision)]
            joint = inference.joint(structure, masses, over, evidence)
            return (joint * where).sum() / inference.joint(structure, masses, (), evidence)

        values = np.concatenate([self.theta, np.zeros(len(diagram.owners))])
        slopes = gradient(structure, game_at, forecast, self.logits, values)
        if slopes is None:
            raise QueryError("the equilibrium stands at a fold or fork: it has no derivative")
        names = [parameter.name for parameter in diagram.parameters]
        return Sensitivity(
            dict(zip(names, map(float, slopes[:count]), strict=True)),
            dict(zip(diagram.owners, map(float, slopes[count:]), strict=True)),
        )

    def to_dict(self, storylines: int = 5) -> dict[str, Any]:
        """Give the answer as one JSON object."""
        return {
            "title": self.diagram.title,
            "status": self.status,
            "residual": self.residual,
            "lambda": self.lambdas,
            "supposed": dict(self.supposed),
            "given": {name: list(states) for name, states in self.known.items()},
            "questions": self.questions,
            "forecast": self.forecasts,
            "policies": {
                decision.name: policy.tolist()
                for decision, policy in zip(self.diagram.decisions, self.policies, strict=True)
            },
            "points": self.points,
            "storylines": [
                {"probability": line.probability, "states": line.states}
                for line in self.storylines(storylines)
            ],
        }


@dataclass(frozen=True)
class OtherEquilibrium:
    """Another self-consistent outcome.

    Attributes:
        equilibrium: to be asked like any.
        stable: under the logit dynamics; None where it was too large to tell.
        share: of the random starts that ended there.
    """

    equilibrium: Equilibrium
    stable: bool | None
    share: float


def solve(
    game: Scenario | Diagram,
    *,
    scenario: Scenario | None = None,
    precision: float | None = None,
    theta: Floats | None = None,
    limit: float = LIMIT,
) -> Equilibrium:
    """Solve a contest.

    Args:
        game: a scenario, or a diagram.
        scenario: what the diagram was compiled from, if that is known.
        precision: lambda (log-odds a point) of every actor, instead of the contest's own.
        theta: the uncertain numbers, instead of their medians.
        limit: how many numbers the largest table on the way may have.

    Raises:
        ScenarioError: the scenario has faults.
        TooLarge: a table would have more numbers than the limit.
        NotConverged: no equilibrium was reached; there are no numbers then.
    """
    diagram = compile_scenario(game) if isinstance(game, Scenario) else game
    if precision is not None:
        diagram = replace(diagram, precision=dict.fromkeys(diagram.owners, float(precision)))
    refuse_too_large(diagram, limit)
    values = diagram.theta if theta is None else np.asarray(theta, float)
    solved = solve_tables(diagram, diagram.tables(values))
    return replace(solved, scenario=game if isinstance(game, Scenario) else scenario, theta=values)


def refuse_too_large(diagram: Diagram, limit: float) -> None:
    """Refuse what would cost too much, before it starts.

    Raises:
        TooLarge: with the predicted cost, the nodes that cause it, and what to change.
    """
    cost = predict(diagram.structure)
    if max(cost.largest, cost.unknowns) <= limit:
        return
    nodes = diagram.nodes
    names = ", ".join(nodes[node].name for node in cost.nodes)
    if cost.decision is None:
        cause = f"one table over {names}"
        change = "let it depend on, or know, fewer of them"
    else:
        cause = f"the payoffs of {nodes[cost.decision].name} over {names} together"
        change = "let moves know fewer of them, or conditions speak of fewer at once"
    raise TooLarge(
        f"this is too large to solve: {cause} would take {cost.largest:.1e} numbers "
        f"({cost.largest * 8 / 2**30:.1e} GiB), and the limit is {limit:.1e}; {change}"
    )


def solve_tables(diagram: Diagram, tables: Tables) -> Equilibrium:
    """Solve a diagram at these numbers."""
    found = qre.solve(diagram.structure, engine_game(diagram, tables))
    outcome = found.outcome
    if outcome is not Outcome.CONVERGED:
        share = found.trace.share if found.trace else 1.0
        raise NotConverged(outcome.name.lower(), outcome.value, found.residual, share)
    return Equilibrium(
        diagram=diagram,
        tables=tables,
        policies=found.policies,
        logits=found.logits,
        known={},
        residual=found.residual,
        steps=found.trace.steps if found.trace else 0,
        forks=found.trace.forks if found.trace else (),
    )


def engine_game(diagram: Diagram, tables: Tables) -> Game:
    """Lay a diagram's numbers out as the engine takes them."""
    structure = diagram.structure
    layout = layout_of(structure)
    masses: list[Any] = list(tables.chances)
    for decision, open_ in zip(structure.decisions, tables.opens, strict=True):
        masses[decision] = open_ / open_.sum(axis=-1, keepdims=True)
    reached = [
        np.asarray(inference.joint(structure, masses, structure.parents[decision])).ravel() > 0
        for decision in structure.decisions
    ]
    # Rows are as wide as the widest decision; what is beyond a decision's options is closed.
    return Game(
        tables=layout.flatten(tables.chances, tables.utilities, np),
        opens=layout.pad(tables.opens, filling=False),
        reached=np.concatenate(reached) if reached else np.zeros(0, bool),
        lambdas=np.asarray(tables.lambdas, float),
    )


def fix(diagram: Diagram, tables: Tables, states: Mapping[str, str]) -> Tables:
    """Fix nodes at states: a factor's table becomes certain, a move's other options close.

    Raises:
        QueryError: unknown names or states.
    """
    chances, opens = list(tables.chances), list(tables.opens)
    for name, state in states.items():
        if name not in diagram.index:
            raise unknown("move or factor", name, diagram.index)
        place = diagram.index[name]
        node = diagram.nodes[place]
        if state not in node.states:
            raise unknown(f"state of {name}", state, node.states)
        sure = _certain(diagram.structure.shape(place), node.states.index(state))
        if isinstance(node, Decision):
            opens[diagram.decisions.index(node)] = sure > 0
        else:
            chances[place] = sure
    return replace(tables, chances=tuple(chances), opens=tuple(opens))


def _certain(shape: tuple[int, ...], state: int) -> Floats:
    sure = np.zeros(shape)
    sure[..., state] = 1.0
    return sure


def _refuse_closed(before: Equilibrium, fixed: Tables, moves: Mapping[str, str]) -> None:
    """An option can be supposed only if it is open wherever its move can come to be made."""
    diagram = before.diagram
    structure = diagram.structure
    masses: list[Any] = list(fixed.chances)
    for place, open_ in zip(structure.decisions, fixed.opens, strict=True):
        masses[place] = open_ / open_.sum(axis=-1, keepdims=True)
    for decision, open_ in zip(diagram.decisions, before.tables.opens, strict=True):
        if decision.name not in moves:
            continue
        place = diagram.index[decision.name]
        possible = np.asarray(inference.joint(structure, masses, structure.parents[place])) > 0
        shut = possible & ~open_[..., decision.states.index(moves[decision.name])]
        if shut.any():
            where = np.argwhere(shut)[0]
            seen = [
                f"{parent} = {diagram.nodes[diagram.index[parent]].states[k]}"
                for parent, k in zip(decision.parents, where, strict=True)
            ]
            case = f" where {' and '.join(seen)}" if seen else ""
            raise QueryError(
                f"{decision.name} = {moves[decision.name]} cannot be supposed: it is closed{case}"
                f"{'; suppose what opens it too' if seen else ''}"
            )
