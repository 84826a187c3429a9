"""The forecast of a contest: means over worlds drawn from its ranges, with intervals."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import numpy as np

from middlegame.base.numbers import Floats
from middlegame.base.progress import ProgressCallback
from middlegame.diagram import Diagram
from middlegame.equilibrium.equilibrium import Equilibrium
from middlegame.equilibrium.equilibrium import solve as solve_middle
from middlegame.equilibrium.limits import MAX_TABLE_SIZE
from middlegame.equilibrium.other_equilibria import OtherEquilibrium
from middlegame.equilibrium.scale_forecast import (
    ScaleForecast,
    conditional_means,
    scale_forecast,
)
from middlegame.equilibrium.storylines import Storyline, Storylines
from middlegame.scenario import Condition, Scenario
from middlegame.scenario.timeline import Timeline
from middlegame.sweeps.summaries import Outlook, Spread, effective_size, state_outlooks, summarize
from middlegame.sweeps.world_solver import MOST_WORLDS, solve_worlds, world_count
from middlegame.sweeps.worlds import DeferredWorlds, Worlds

_SEARCHED = 8
"""Of `MOST_WORLDS`, the worlds in which likeliest storylines are searched beside the middle one."""


@dataclass(frozen=True, repr=False)
class Forecast(Equilibrium):
    """The forecast of a contest: each number is the mean over worlds drawn from its ranges.

    Worlds count in proportion to the probability of the evidence in them (Bayes). Policies, reach,
    storylines and points are means over the same worlds. What only one equilibrium has (`policies`,
    `logits`, `theta`, `residual`, sensitivities) is that of the middle world, with every number at
    its median; `middle` is that equilibrium. A contest without ranges has that world alone.

    The worlds are solved when a number is first asked for.

    Attributes:
        deferred: the worlds; None where the middle world is the only one.
        takes_long: whether there are no worlds because they would take long to solve.
    """

    deferred: DeferredWorlds | None = None
    takes_long: bool = False

    def __repr__(self) -> str:
        """Return the likeliest state of each move and headline factor with its interval."""
        if self.worlds is None:
            return super().__repr__()
        lines = [f"Forecast of {self.diagram.title!r}, {self.worlds.count} worlds ({self.status})"]
        for node in self.diagram.nodes:
            if node.headline and node.scale:
                lines.append(f"  {self.scale_forecasts[node.name]}")
            elif node.headline:
                state, found = max(self.outlooks[node.name].items(), key=lambda item: item[1].mean)
                low, high = found.ninety
                lines.append(f"  {node.name} = {state}  {found.mean:.0%} ({low:.0%} to {high:.0%})")
        return "\n".join(lines)

    @property
    def middle(self) -> Equilibrium:
        """The equilibrium of the middle world, with every number at its median."""
        return Equilibrium(
            **{each.name: getattr(self, each.name) for each in fields(Equilibrium) if each.init}
        )

    @cached_property
    def branches(self) -> tuple[Equilibrium, ...]:
        """Each mirror branch of the middle world by itself; the middle world if there is one."""
        return self.middle.branches

    @cached_property
    def branch_probabilities(self) -> tuple[float, ...]:
        """The probability of each branch in the middle world."""
        return self.middle.branch_probabilities

    @cached_property
    def worlds(self) -> Worlds | None:
        """The worlds, solved; None where the middle world is the only one."""
        if self.deferred is None:
            return None
        found = self.deferred.solved
        added = len(self.diagram.nodes) - len(found.diagram.nodes)
        if added:
            chances = [np.asarray(table) for table in self.tables.chances[-added:]]
            found = found.with_nodes(self.diagram, chances)
        return found if found.count else None

    @cached_property
    def weights(self) -> Floats:
        """The probability of the evidence in each world, `[worlds]`; one world without ranges."""
        if self.worlds is None:
            return np.array([super().evidence_probability])
        return self._world_joints([()])[0]

    @cached_property
    def outlooks(self) -> dict[str, dict[str, Outlook]]:
        """How each state's probability varies over the worlds, by move or factor.

        Empty without ranges.
        """
        if self.worlds is None:
            return {}
        nodes = self.diagram.contest_nodes
        joints = self._world_joints([(self.diagram.index[node.name],) for node in nodes])
        return {
            node.name: state_outlooks(node.states, self._chances(joint).T, self.weights)
            for node, joint in zip(nodes, joints, strict=True)
        }

    @cached_property
    def question_outlooks(self) -> dict[str, Outlook]:
        """How each question's probability varies over the worlds; empty without ranges."""
        if self.worlds is None or self.scenario is None:
            return {}
        timeline = Timeline(self.scenario)
        asked = {
            name: timeline.question_conditions(question)
            for name, question in self.scenario.yes_no_questions.items()
        }
        single = [tuple(self._cases(each[0])[0]) for each in asked.values() if len(each) == 1]
        self._world_joints(single)  # all of them in one pass
        return {name: self.outlook_of_any(conditions) for name, conditions in asked.items()}

    @cached_property
    def point_spreads(self) -> dict[str, Spread]:
        """How each actor's expected points vary over the worlds; empty without ranges."""
        return {
            owner: summarize(values, self.weights) for owner, values in self._world_points.items()
        }

    def outlook_of_any(self, conditions: Sequence[str | Condition]) -> Outlook:
        """Return how the probability that any of several conditions holds varies over the worlds.

        Raises:
            QueryError: one speaks of what is not there.
        """
        chances = self._chances_of_any(conditions)
        return state_outlooks(("yes",), chances[:, None], self.weights, threshold=0.5)["yes"]

    def interval(self, name: str) -> dict[str, tuple[float, float]]:
        """Return the 90% interval of each state's probability of a move or factor.

        Without ranges both ends are the probability.

        Raises:
            QueryError: there is no such move or factor.
        """
        node = self.diagram.nodes[self._place(name)]
        if self.worlds is None:
            return {state: (chance, chance) for state, chance in self.forecast(name).items()}
        return {state: found.ninety for state, found in self.outlooks[node.name].items()}

    @property
    def intervals(self) -> dict[str, tuple[float, float]]:
        """The 90% interval of each question's probability; empty without ranges."""
        return {name: found.ninety for name, found in self.question_outlooks.items()}

    @cached_property
    def error(self) -> float:
        """The largest Monte-Carlo error of any interval's end, as a probability."""
        every = [o for outlooks in self.outlooks.values() for o in outlooks.values()]
        ends = [end for found in (*every, *self.question_outlooks.values()) for end in found.error]
        return float(np.max(ends, initial=0.0))

    @cached_property
    def clamped(self) -> dict[str, float]:
        """The share of worlds in which a formula's value is impossible and is clamped, by path."""
        if self.worlds is None:
            return super().clamped
        return self.diagram.clamped(self.worlds.parameter_values.T)

    @property
    def effective_count(self) -> float:
        """The number of equally weighted worlds with the same precision (Kish 1965)."""
        return effective_size(self.weights)

    @cached_property
    def forecasts(self) -> dict[str, dict[str, float]]:
        """The forecast of every move and factor: each state's mean probability."""
        if self.worlds is None:
            return super().forecasts
        return {
            name: {state: found.mean for state, found in outlooks.items()}
            for name, outlooks in self.outlooks.items()
        }

    @cached_property
    def scale_forecasts(self) -> dict[str, ScaleForecast]:
        """The distribution of each value on a scale: its mean over the worlds."""
        if self.worlds is None:
            return super().scale_forecasts
        found = {}
        for node in self.diagram.contest_nodes:
            if node.scale is not None:
                (joint,) = self._world_joints([(self.diagram.index[node.name],)])
                means, there = conditional_means(node, self._chances(joint).T)
                ends = summarize(means, self.weights * np.nan_to_num(there)).ninety
                found[node.name] = scale_forecast(node, self.forecasts[node.name], ends)
        return {name: each for name, each in found.items() if each is not None}

    @cached_property
    def evidence_probability(self) -> float:
        """The probability of everything known, before it was known: the mean over the worlds."""
        return float(self.weights.mean())

    @cached_property
    def reach(self) -> dict[str, Floats]:
        """For each decision the mean probability of each information set, `[*observed]`.

        Before the evidence, as in `Equilibrium.reach`.
        """
        if self.worlds is None:
            return super().reach
        places = self.diagram.structure.decisions
        return {
            decision.name: self.worlds.mean_reach(place)
            for place, decision in zip(places, self.diagram.decisions, strict=True)
        }

    @cached_property
    def points(self) -> dict[str, float]:
        """Each owner's expected points: the mean over the worlds."""
        if self.worlds is None:
            return super().points
        return {owner: spread.mean for owner, spread in self.point_spreads.items()}

    def policy(self, name: str) -> Floats:
        """Return how often a move chooses each option at each information set, over all worlds.

        Before the evidence: times `reach` it is the forecast of the move in `prior`.

        Returns:
            `[*observed, options]`.
        """
        if self.worlds is None:
            return super().policy(name)
        name, _ = self._decision(name)
        return self.worlds.policy(self.diagram.index[name])

    def joints_by_world(self, sets: Sequence[Sequence[str]]) -> list[Floats]:
        """Return P(moves and factors, evidence) in each world, `[*sizes, worlds]` for each set."""
        return self._world_joints([tuple(map(self._place, names)) for names in sets])

    def probability_of_any(self, conditions: Sequence[Condition]) -> float:
        """Return the mean probability that at least one of several conditions holds.

        Raises:
            QueryError: one speaks of what is not there.
        """
        if self.worlds is None:
            return super().probability_of_any(conditions)
        return float(np.average(self._chances_of_any(conditions), weights=self.weights))

    def suppose(self, moves: Mapping[str, str], *, fixed_policies: bool = False) -> "Forecast":
        """Fix moves or factors and see what follows, in every world (see `Equilibrium.suppose`).

        Raises:
            QueryError: unknown names or states, or an option that is closed.
            NotConverged: the middle world so changed has no equilibrium that could be reached.
        """
        after = self.middle.suppose(moves, fixed_policies=fixed_policies)
        fixed = {n: s for n, s in after.supposed.items() if self.supposed.get(n) != s}
        if self.deferred is None:
            deferred = None
        elif fixed_policies:
            worlds = self.deferred
            deferred = DeferredWorlds(worlds.count, lambda: worlds.solved.with_states(fixed))
        else:
            deferred = _deferred(after, self.deferred.count)
        return replace(_forecast(after, deferred), takes_long=self.takes_long)

    def other_equilibria(
        self, starts: int = 24, seed: int = 0, progress: ProgressCallback | None = None
    ) -> list[OtherEquilibrium]:
        """Search for other equilibria of the middle world (see `Equilibrium.other_equilibria`)."""
        return self.middle.other_equilibria(starts, seed, progress)

    def to_dict(self, storylines: int = 5) -> dict[str, Any]:
        """Return the answer as one JSON object, with so many storylines."""
        found = super().to_dict(storylines)
        if self.worlds is None:
            return found | {"worlds": None}
        found["policies"] = {d.name: self.policy(d.name).tolist() for d in self.diagram.decisions}
        return found | {
            "worlds": {
                "count": self.worlds.count,
                "requested": self.worlds.requested,
                "effective": self.effective_count,
                "error": self.error,
                "traced": self.worlds.traced,
                "failed": dict(self.worlds.failures),
            },
            "intervals": {
                "questions": self.intervals,
                "forecast": {name: self.interval(name) for name in self.outlooks},
                "points": {owner: spread.ninety for owner, spread in self.point_spreads.items()},
            },
        }

    @cached_property
    def _world_points(self) -> dict[str, Floats]:
        """Each owner's expected points in each world, given the evidence, `[worlds]`."""
        if self.worlds is None:
            return {}
        expected = self._conditional(self.worlds.expected_utilities(self._evidence))
        totals = {owner: np.zeros(self.worlds.count) for owner in self.diagram.owners}
        for utility, values in zip(self.diagram.utilities, expected, strict=True):
            totals[utility.owner] += values
        return totals

    def _chances_of_any(self, conditions: Sequence[str | Condition]) -> Floats:
        """Return the probability in each world that any of the conditions holds, `[worlds]`."""
        assert self.worlds is not None
        cases = [self._cases(condition) for condition in conditions]
        if len(cases) == 1:
            over, where = cases[0]
            (joint,) = self._world_joints([tuple(over)])
            axes = tuple(range(joint.ndim - 1))
            return self._chances((joint * where[..., None]).sum(axis=axes))
        factors = [(1.0 - where, tuple(over)) for over, where in cases]
        none = self._conditional(self.worlds.expectation(factors, self._evidence))
        return np.clip(1.0 - none, 0.0, 1.0)

    def _world_joints(self, sets: Sequence[tuple[int, ...]]) -> list[Floats]:
        """Return P(nodes, evidence) in each world, `[*sizes, worlds]`; kept for the next time."""
        assert self.worlds is not None
        missing = [over for over in dict.fromkeys(sets) if over not in self._known_joints]
        if missing:
            found = self.worlds.joints(missing, self._evidence)
            self._known_joints.update(zip(missing, found, strict=True))
        return [self._known_joints[over] for over in sets]

    @cached_property
    def _known_joints(self) -> dict[tuple[int, ...], Floats]:
        return {}

    def _conditional(self, values: Floats) -> Floats:
        """Return values `[..., worlds]` given the evidence; nan where that is impossible."""
        return values / np.where(self.weights > 0, self.weights, np.nan)

    def _chances(self, values: Floats) -> Floats:
        """Return probabilities given the evidence; rounding takes none beyond 1."""
        return np.minimum(self._conditional(values), 1.0)

    def _joint(self, over: list[int]) -> Floats:
        if self.worlds is None:
            return super()._joint(over)
        return np.asarray(self._world_joints([tuple(over)])[0].mean(axis=-1))

    def _search_storylines(self, count: int) -> Storylines:
        """Return the likeliest storylines of some worlds, by their mean probability in all."""
        if self.worlds is None:
            return super()._search_storylines(count)
        found: dict[tuple[tuple[str, str], ...], float] = {}
        searched = (self.middle, *self._some_worlds())
        for profile in searched:
            for line in profile.storylines(count):
                found.setdefault(tuple(line.states.items()), 0.0)
        for states in found:
            factors = []
            for name, state in states:
                place = self.diagram.index[name]
                held = np.array([float(s == state) for s in self.diagram.nodes[place].states])
                factors.append((held, (place,)))
            found[states] = float(self.worlds.expectation(factors, self._evidence).mean())
        ordered = sorted(found.items(), key=lambda item: -round(item[1], 12))
        lines = [
            Storyline(dict(states), chance / self.evidence_probability)
            for states, chance in ordered
        ]
        bound = max(0.0, 1.0 - sum(line.probability for line in lines))
        chosen = tuple(lines[:count])
        if len(lines) > count:
            bound = max(bound, lines[count].probability)
        likeliest = not chosen or chosen[-1].probability >= bound
        return Storylines(chosen, bound, likeliest, len(searched))

    def _some_worlds(self) -> list[Equilibrium]:
        """Return the middle equilibrium with the numbers and policies of some worlds."""
        assert self.worlds is not None
        likely = np.flatnonzero(self.weights > 0)
        count = max(1, _SEARCHED * len(likely) // MOST_WORLDS)
        chosen = likely[np.unique(np.linspace(0, len(likely) - 1, count).astype(int))]
        return [
            _in_world(self.middle, self.worlds, int(np.searchsorted(self.worlds.world_of, world)))
            for world in chosen
        ]


def _in_world(middle: Equilibrium, worlds: Worlds, column: int) -> Equilibrium:
    structure = worlds.diagram.structure
    tables = [table[..., column] for table in worlds.tables]
    decisions = set(structure.decisions)
    return replace(
        middle,
        tables=replace(
            middle.tables,
            chances=tuple(None if k in decisions else t for k, t in enumerate(tables)),
        ),
        policies=tuple(tables[d] for d in structure.decisions),
    )


def solve(
    game: Scenario | Diagram,
    *,
    scenario: Scenario | None = None,
    precision: float | str | None = None,
    lambda_: float | None = None,
    behaviour: str | Mapping[str, Any] | None = None,
    theta: Floats | None = None,
    limit: float = MAX_TABLE_SIZE,
    worlds: int | None = None,
) -> Forecast:
    """Solve a contest and forecast it.

    The contest is solved at once with every number at its median. Its probabilities are means over
    worlds drawn from the ranges, which are solved when the first of them is asked for.

    Args:
        game: a scenario, or a diagram.
        scenario: what the diagram was compiled from, if that is known.
        precision: every actor's precision as odds, instead of the contest's own: `3` and `"3:1"`
            mean that an option 10 points better is chosen three times as often.
        lambda_: every actor's precision as log-odds per point, in the place of `precision`.
        behaviour: how every actor forms its expectations, instead of the contest's own:
            `equilibrium`, `level=2` or `hierarchy=1.5`, or as a file has it, `{"level": 2}`.
        theta: the parameter values of the middle world, instead of their medians; the forecast is
            then that world's alone.
        limit: how many numbers the largest table on the way may have.
        worlds: how many worlds; as many as take a few seconds unless given. With 0 the forecast is
            that of the middle world.

    Raises:
        ScenarioError: the scenario has faults.
        TooLarge: a table would have more numbers than the limit.
        NotConverged: no equilibrium was reached; there are no numbers then.
        QueryError: the scenario's evidence contradicts itself, the precision is not odds of at
            least 1:1, or both `precision` and `lambda_` are given.
    """
    middle = solve_middle(
        game,
        scenario=scenario,
        precision=precision,
        lambda_=lambda_,
        behaviour=behaviour,
        theta=theta,
        limit=limit,
    )
    return forecast(middle, 0 if theta is not None else worlds)


def forecast(
    middle: Equilibrium, worlds: int | None = None, progress: ProgressCallback | None = None
) -> Forecast:
    """Return the forecast of a contest whose middle world is solved.

    Args:
        middle: its equilibrium with every number at its median, and what it supposes and knows.
        worlds: how many worlds; as many as take a few seconds unless given.
        progress: called with how many worlds are solved, and how many there are.
    """
    count = world_count(middle) if worlds is None else worlds
    found = _forecast(middle, _deferred(middle, count, progress) if count else None)
    ranges = any(each.low < each.high for each in middle.diagram.parameters)
    return replace(found, takes_long=ranges and worlds is None and not count)


def forecast_over(middle: Equilibrium, solve: Callable[[], Worlds], count: int) -> Forecast:
    """Return the forecast that is the mean over worlds which are solved in some other way.

    Args:
        middle: the contest in its middle world.
        solve: returns the worlds; called when the first number is asked for.
        count: how many worlds there will be.
    """
    return _forecast(middle, DeferredWorlds(count, solve))


def _deferred(
    middle: Equilibrium, count: int, progress: ProgressCallback | None = None
) -> DeferredWorlds:
    return DeferredWorlds(count, lambda: solve_worlds(middle, count, progress))


def _forecast(middle: Equilibrium, deferred: DeferredWorlds | None) -> Forecast:
    own = {each.name: getattr(middle, each.name) for each in fields(Equilibrium) if each.init}
    return Forecast(**own, deferred=deferred)
