"""Solve a contest for its logit quantal response equilibrium, and query it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from middlegame.base.display import Displayed
from middlegame.base.errors import QueryError, unknown_name
from middlegame.base.numbers import Floats
from middlegame.base.progress import ProgressCallback
from middlegame.compiler import compile_scenario
from middlegame.diagram import Diagram, Tables
from middlegame.diagram.behaviour import LEVELS
from middlegame.diagram.levels import level_node, with_levels
from middlegame.engine.graph.layout import layout_of
from middlegame.engine.numerics.continuation import TraceOutcome
from middlegame.engine.qre.responses import payoff_function
from middlegame.engine.qre.sensitivity import ForecastQuery
from middlegame.equilibrium.answer import answer
from middlegame.equilibrium.curves import Curve, curve
from middlegame.equilibrium.engine_input import (
    certain_table,
    engine_input,
    fix_states,
    flatten_numbers,
)
from middlegame.equilibrium.expectations import Expectation, find_expectations
from middlegame.equilibrium.levels import diagram_with_behaviour
from middlegame.equilibrium.limits import MAX_TABLE_SIZE, refuse_closed, refuse_too_large
from middlegame.equilibrium.other_equilibria import OtherEquilibrium, search_others
from middlegame.equilibrium.references import expand_periods
from middlegame.equilibrium.scale_forecast import ScaleForecast, question_values
from middlegame.equilibrium.sensitivity import Sensitivity, differentiate
from middlegame.equilibrium.solving import solve_policies
from middlegame.equilibrium.strategy_profile import Branch, StrategyProfile
from middlegame.scenario import Any as AnyOf
from middlegame.scenario import Condition, Scenario
from middlegame.scenario.model.judgement import parse_precision
from middlegame.scenario.timeline import Timeline


@dataclass(frozen=True, repr=False)
class Equilibrium(Displayed, StrategyProfile):
    """A logit quantal response equilibrium on the principal branch.

    Attributes:
        scenario: what was solved, unless a bare diagram was.
        theta: the parameters at which it was solved.
        residual: the largest gap between a probability and the logit response to all others; at
            the limit of full precision, the largest regret as a fraction of the owner's range.
        steps: along the branch.
        forks: shares of the precision at which other branches fork off.
        supposed: what was fixed.
        fixed_policies: whether policies were kept as they were when something was supposed, since
            the supposition was unannounced.
        logits: lambda times payoff, `[rows, widest]` (see `engine.graph.layout`).
        all_mirrors: whether `mirrors` are all the mirror branches that there are.
        branch: which of how many mirror branches this is; None if it is not one of several.
    """

    scenario: Scenario | None = None
    theta: Floats = field(default_factory=lambda: np.zeros(0))
    residual: float = 0.0
    steps: int = 0
    forks: tuple[float, ...] = ()
    supposed: Mapping[str, str] = field(default_factory=dict)
    fixed_policies: bool = False
    logits: Floats = field(default_factory=lambda: np.zeros((0, 1)))
    all_mirrors: bool = True
    branch: tuple[int, int] | None = None

    def __repr__(self) -> str:
        """Return the likeliest state of each move and headline factor, a line each."""
        lines = [f"Equilibrium of {self.diagram.title!r} ({self.status})"]
        for node in self.diagram.nodes:
            if node.headline and node.scale:
                lines.append(f"  {self.scale_forecasts[node.name]}")
            elif node.headline:
                forecast = self.forecasts[node.name]
                state = max(forecast, key=lambda name: forecast[name])
                lines.append(f"  {node.name} = {state}  {forecast[state]:.0%}")
        return "\n".join(lines)

    @property
    def status(self) -> str:
        """Always `converged`: where no equilibrium is reached, `solve` raises."""
        return TraceOutcome.CONVERGED.name.lower()

    @property
    def middle(self) -> "Equilibrium":
        """The equilibrium of the middle world, which this is; see `Forecast.middle`."""
        return self

    @cached_property
    def clamped(self) -> dict[str, float]:
        """The formulas with an impossible value, which is clamped: 1 by the path of each."""
        return self.diagram.clamped(self.theta[:, None])

    @property
    def lambdas(self) -> dict[str, float]:
        """Each owner's lambda, in log-odds a point."""
        values = np.asarray(self.tables.lambdas, float)
        return dict(zip(self.diagram.owners, map(float, values), strict=True))

    @cached_property
    def branches(self) -> tuple["Equilibrium", ...]:
        """Each mirror branch by itself; this equilibrium alone if there is one branch.

        Every answer of this equilibrium is the mean of theirs, weighted by `branch_probabilities`.
        """
        if not self.mirrors:
            return (self,)
        own = Branch(self.policies, self.logits)
        every = (own, *self.mirrors)
        return tuple(
            replace(
                self,
                policies=each.policies,
                logits=each.logits,
                mirrors=(),
                branch=(number, len(every)),
            )
            for number, each in enumerate(every, start=1)
        )

    @cached_property
    def branch_probabilities(self) -> tuple[float, ...]:
        """The probability of each branch: before any evidence all are equally likely."""
        chances = [each.evidence_probability for each in self.branches]
        return tuple(chance / sum(chances) for chance in chances)

    @cached_property
    def reach(self) -> dict[str, Floats]:
        """For each decision the probability of each information set, `[*observed]`.

        It is that before the evidence, since actors choose before what is observed of the outcome.
        """
        structure = self.diagram.structure
        seen = [structure.parents[place] for place in structure.decisions]
        names = [decision.name for decision in self.diagram.decisions]
        return dict(zip(names, self._marginals(seen), strict=True))

    @cached_property
    def questions(self) -> dict[str, float]:
        """The forecast of each of the scenario's questions."""
        if self.scenario is None:
            return {}
        timeline = Timeline(self.scenario)
        asked = self.scenario.yes_no_questions.items()
        return {
            name: self.probability_of_any(timeline.question_conditions(question))
            for name, question in asked
        }

    @property
    def question_values(self) -> dict[str, ScaleForecast]:
        """The distribution that answers each question for a value on a scale."""
        return question_values(self.scenario, self.scale_forecasts)

    @cached_property
    def expectations(self) -> tuple[Expectation, ...]:
        """What each actor expects; empty where nobody has beliefs of its own."""
        return find_expectations(self.diagram, self.scenario, self.perceived, self.reach)

    def curve(self, condition: str | Condition) -> Curve:
        """Return the probability over time of a condition, such as that of `cuba = falls`.

        Raises:
            QueryError: there are no periods, or the condition speaks of what is not there.
        """
        return curve(self, self.scenario, condition)

    @cached_property
    def levels(self) -> dict[str, dict[str, float]]:
        """The probability of each level of every actor whose level of reasoning is drawn."""
        nodes = {owner: level_node(owner) for owner in self.diagram.owners}
        there = {owner: node for owner, node in nodes.items() if node in self.diagram.index}
        return {
            owner: dict(zip(LEVELS, map(float, self.joint(node)), strict=True))
            for owner, node in there.items()
        }

    @property
    def evidence(self) -> tuple[str, ...]:
        """The scenario's own evidence, by name, on which every answer is conditional."""
        written = self.scenario.evidence if self.scenario else self.diagram.evidence
        return tuple(name for name in written if name in self.known)

    def policy(self, name: str) -> Floats:
        """Return a move's policy `[*observed, options]`; uniform where it is never reached.

        With mirror branches, it is how often each option is chosen at an information set, over all
        branches that reach it.
        """
        name, place = self._decision(name)
        return self._mean_at_sets(name, [each.policies[place] for each in self.branches])

    def payoffs(self, name: str) -> Floats:
        """Return each option's expected utility to a move's owner, `[*observed, options]`.

        In points: the owner's interests that the move can influence, expected given the
        information set and the option, in the contest as the owner takes it to be; 0 where the
        information set is never reached there.
        """
        name, place = self._decision(name)
        if self.mirrors:
            return self._mean_at_sets(name, [option_payoffs(each, name) for each in self.branches])
        owner = self.diagram.decisions[place].owner
        return sum(
            (option_payoffs(each, name) for each in self.perceived_by(owner)),
            np.zeros(self.policy(name).shape),
        )

    def _mean_at_sets(self, name: str, values: Sequence[Floats]) -> Floats:
        """Average one `[*observed, options]` for each branch, by how likely it reaches each set."""
        if len(values) == 1:
            return values[0]
        reach = np.stack([each.reach[name] for each in self.branches])[..., None]
        reach = np.where(reach.sum(axis=0) > 0, reach, 1.0)
        return np.asarray((reach * np.stack(values)).sum(axis=0) / reach.sum(axis=0))

    def _decision(self, name: str) -> tuple[str, int]:
        """Find a move: its name with its period, and its place among the decisions."""
        name = self.diagram.nodes[self._place(name)].name
        names = [decision.name for decision in self.diagram.decisions]
        if name not in names:
            raise unknown_name("move", name, names)
        return name, names.index(name)

    def suppose(self, moves: Mapping[str, str], *, fixed_policies: bool = False) -> "Equilibrium":
        """Fix moves or factors and see what follows (Hammond et al. 2023).

        Announced, everybody knows it before play and all others' behaviour is solved again; it
        reveals nothing about whoever moved, since nobody chose it. By surprise, policies stay
        as they are, and those who observe it respond through them. What comes about in several
        periods is fixed in all of them, unless one is said (`cuba@3`).

        Raises:
            QueryError: unknown names or states, an option that is closed, or something that
                contradicts the evidence.
            NotConverged: the contest so changed has no equilibrium that could be reached.
        """
        moves = expand_periods(self.diagram, moves)
        supposed = {**self.supposed, **moves}
        fixed = fix_states(self.diagram, self.tables, moves)
        refuse_closed(self.diagram, self.tables, fixed, moves)
        if fixed_policies:
            return replace(
                self,
                tables=fixed,
                policies=self._imposed(self.policies, moves),
                mirrors=tuple(
                    mirror._replace(policies=self._imposed(mirror.policies, moves))
                    for mirror in self.mirrors
                ),
                supposed=supposed,
                fixed_policies=True,
            ).given({})
        again = solve_tables(self.diagram, fixed)
        return replace(
            again, scenario=self.scenario, theta=self.theta, supposed=supposed, known=self.known
        ).given({})

    def _contradiction(self) -> str:
        """Return the error message that names the evidence, and what is supposed."""
        there = " and ".join(f"{name} = {state}" for name, state in self.supposed.items())
        return super()._contradiction() + (f"; supposed is {there}" if there else "")

    def _imposed(self, policies: Sequence[Floats], moves: Mapping[str, str]) -> tuple[Floats, ...]:
        """Return the policies, with those of some moves replaced by a certain option."""
        return tuple(
            certain_table(policy.shape, decision.states.index(moves[decision.name]))
            if decision.name in moves
            else policy
            for decision, policy in zip(self.diagram.decisions, policies, strict=True)
        )

    def refuse_perceived(self, wanted: str) -> None:
        """Refuse what only the equilibrium of one contest has.

        Args:
            wanted: what is refused.

        Raises:
            QueryError: some actor's policies were found in a contest of its own.
        """
        if self.perceived:
            raise QueryError(
                f"there is no {wanted} here: {', '.join(self.perceived)} act on expectations of "
                "their own, and not in equilibrium with all others"
            )

    def other_equilibria(
        self, starts: int = 24, seed: int = 0, progress: ProgressCallback | None = None
    ) -> list[OtherEquilibrium]:
        """Search for other equilibria of this contest from random starts.

        The search is from random starts and need not be complete. This equilibrium is not in the
        answer; each that is has been verified by its residual.

        Args:
            starts: how many.
            seed: of the random starts.
            progress: called with how many starts are followed, and how many there are.

        Raises:
            QueryError: some actors do not play an equilibrium.
        """
        return search_others(self, starts, seed, progress)

    def sensitivity(self, of: str | Condition) -> "Sensitivity":
        """Differentiate a forecast by every uncertain number and by every lambda.

        Exact and local: everybody adapts, from equilibrium to equilibrium on the same branch, and
        on each branch alike where there are several.

        Args:
            of: a condition such as `cuba = falls`, or the name of a question.

        Raises:
            QueryError: unknown names; a supposition by surprise, where play does not adapt; or an
                equilibrium at a fold or fork, where there is no derivative.
        """
        return self.sensitivities([of])[0]

    def sensitivities(self, of: Sequence[str | Condition]) -> list["Sensitivity"]:
        """Differentiate several forecasts at once, in little more time than one.

        Args:
            of: conditions, or names of questions; see `sensitivity`.

        Raises:
            QueryError: as for `sensitivity`.
        """
        if self.fixed_policies:
            raise QueryError("by surprise policies stay as they are: there is no sensitivity")
        self.refuse_perceived("exact sensitivity")
        if not of:
            return []
        asked = [self._query(each) for each in of]
        slopes = differentiate(
            self.diagram,
            self.theta,
            [each.logits for each in self.branches],
            self.supposed,
            asked,
            self._evidence,
        )
        if slopes is None:
            raise QueryError("the equilibrium stands at a fold or fork: it has no derivative")
        return slopes

    def _query(self, of: str | Condition) -> ForecastQuery:
        if self.scenario and of in self.scenario.yes_no_questions:
            of = AnyOf(
                Timeline(self.scenario).question_conditions(self.scenario.questions[str(of)])
            )
        over, where = self._cases(of)
        return ForecastQuery(tuple(over), where)

    def conditions(self) -> dict[str, Any]:
        """Return what every answer is conditional on, as a JSON object."""
        return {
            "supposed": dict(self.supposed),
            "evidence": list(self.evidence),
            "given": {
                self.diagram.nodes[self._place(name)].label
                if name in self.diagram.evidence
                else name: list(states)
                for name, states in self.known.items()
                if name not in self.evidence
            },
        }

    def to_dict(self, storylines: int = 5) -> dict[str, Any]:
        """Return the answer as one JSON object, with so many storylines."""
        return answer(self, storylines)


def solve(
    game: Scenario | Diagram,
    *,
    scenario: Scenario | None = None,
    precision: float | str | None = None,
    lambda_: float | None = None,
    behaviour: str | Mapping[str, Any] | None = None,
    theta: Floats | None = None,
    limit: float = MAX_TABLE_SIZE,
) -> Equilibrium:
    """Solve a contest.

    Args:
        game: a scenario, or a diagram.
        scenario: what the diagram was compiled from, if that is known.
        precision: every actor's precision as odds, instead of the contest's own: `3` and `"3:1"`
            mean that an option 10 points better is chosen three times as often.
        lambda_: every actor's precision as log-odds per point, in the place of `precision`.
        behaviour: how every actor forms its expectations, instead of the contest's own:
            `equilibrium`, `level=2` or `hierarchy=1.5`, or as a file has it, `{"level": 2}`.
        theta: the parameter values, instead of their medians.
        limit: how many numbers the largest table on the way may have.

    Raises:
        ScenarioError: the scenario has faults.
        TooLarge: a table would have more numbers than the limit.
        NotConverged: no equilibrium was reached; there are no numbers then.
        QueryError: the scenario's evidence contradicts itself, the precision is not odds of at
            least 1:1, both `precision` and `lambda_` are given, or the behaviour is unknown.
    """
    diagram = compile_scenario(game) if isinstance(game, Scenario) else game
    rate = _lambda_of(precision, lambda_)
    if rate is not None:
        diagram = diagram.with_lambda(rate)
    if behaviour is not None:
        diagram = diagram_with_behaviour(diagram, behaviour)
    diagram = with_levels(diagram)
    refuse_too_large(diagram, limit)
    values = diagram.theta if theta is None else np.asarray(theta, float)
    solved = solve_tables(diagram, diagram.tables(values))
    return replace(
        solved, scenario=game if isinstance(game, Scenario) else scenario, theta=values
    ).given(diagram.evidence)


def _lambda_of(precision: float | str | None, lambda_: float | None) -> float | None:
    """Return lambda (log-odds per point) as given, or from odds; None where neither is given."""
    if precision is None:
        return None if lambda_ is None else float(lambda_)
    if lambda_ is not None:
        raise QueryError("precision and lambda_ set the same number: give one of them")
    odds = precision if isinstance(precision, int | float) else _read_odds(precision)
    if not 1 <= odds < math.inf:
        raise QueryError(f"invalid precision {precision}; expected odds of at least 1:1")
    return math.log(odds) / 10


def _read_odds(text: str) -> float:
    """Read odds as a scenario writes them, a range at its median; nan for a formula."""
    try:
        return parse_precision(text).median
    except ValueError as error:
        raise QueryError(f"invalid precision: {error}") from None


def solve_tables(diagram: Diagram, tables: Tables) -> Equilibrium:
    """Solve a diagram at given tables, without its evidence.

    Raises:
        NotConverged: no equilibrium was reached.
    """
    found = solve_policies(diagram, tables)
    return Equilibrium(
        diagram=diagram,
        tables=tables,
        policies=found.policies,
        logits=found.logits,
        known={},
        residual=found.residual,
        steps=found.steps,
        forks=found.forks,
        mirrors=found.mirrors,
        all_mirrors=found.all_mirrors,
        perceived=found.perceived,
    )


def option_payoffs(profile: StrategyProfile, name: str) -> Floats:
    """Return each option's expected utility to a move's owner, `[*observed, options]`, in points.

    Only interests that the move can influence count. It is 0 at sets that are never reached.
    """
    diagram, structure = profile.diagram, profile.diagram.structure
    numbers = diagram.as_played(profile.tables, sharpened=False)
    cells, _ = flatten_numbers(diagram, numbers, as_played=False)
    game = engine_input(diagram, profile.tables)._replace(tables=cells)
    played = layout_of(structure).pad(profile.policies)
    return np.asarray(payoff_function(structure, diagram.index[name])(played, game))
