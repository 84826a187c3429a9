"""Counterfactuals: a scenario solved again with some numbers taken from another scenario."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from middlegame.base.errors import NotConverged
from middlegame.base.progress import ProgressCallback
from middlegame.compiler import compile_scenario
from middlegame.diagram import Diagram
from middlegame.equilibrium.equilibrium import Equilibrium, solve
from middlegame.equilibrium.scale_forecast import ScaleForecast
from middlegame.scenario import Condition, Judgement, Scenario
from middlegame.scenario.faults import Path, ScenarioError, dotted_path
from middlegame.scenario.model.walk import judgements, replace_at
from middlegame.sweeps.forecast import forecast
from middlegame.sweeps.result import Sweep
from middlegame.sweeps.run import sweep
from middlegame.sweeps.sampling import Method
from middlegame.sweeps.world_solver import world_count


@dataclass(frozen=True)
class NumberChange:
    """A number that differs between two scenarios.

    Attributes:
        path: the number's place in the scenario.
        before: the judgement in the first scenario; None where it has no such number.
        after: the judgement in the second scenario; None where it has no such number.
        value_before: the value at which the first forecast was computed, if it is a range.
        value_after: the value at which the second forecast was computed, if it is a range.
    """

    path: Path
    before: Judgement | None
    after: Judgement | None
    value_before: float | None = None
    value_after: float | None = None

    @property
    def name(self) -> str:
        """The number's place, as text."""
        return dotted_path(self.path)

    @property
    def reversed(self) -> "NumberChange":
        """The change from the second scenario to the first."""
        return NumberChange(self.path, self.after, self.before, self.value_after, self.value_before)

    def to_dict(self) -> dict[str, str | None]:
        """Return the change as a JSON object."""
        return {
            "name": self.name,
            "from": str(self.before) if self.before else None,
            "to": str(self.after) if self.after else None,
        }


@dataclass(frozen=True)
class Counterfactual:
    """A scenario with the values at which it is solved, and its answers.

    Attributes:
        scenario: the scenario.
        values: values of ranges by name; all other ranges are at their medians.
        queries: conditions to answer besides the scenario's questions, by name.
        answers: probabilities of the questions and queries, and the means of values that are asked
            for, by name; empty until solved.
        distributions: of the values that are asked for, by question; empty until solved.
        intervals: the 90% interval of each question and query, by name; empty at `values` alone.
        worlds: how many samples the answers are means over; 0 to solve at `values` alone; None for
            the worlds of the contest's forecast (`sweeps.forecast`).
        most: of the worlds of the forecast, only so many of the first ones; None for all.
        count: how many worlds of the forecast the answers are means over; 0 until solved.
        method: of the draws.
        seed: of the draws.
    """

    scenario: Scenario
    values: Mapping[str, float] = field(default_factory=dict)
    queries: Mapping[str, str | Condition] = field(default_factory=dict)
    answers: Mapping[str, float] = field(default_factory=dict)
    distributions: Mapping[str, ScaleForecast] = field(default_factory=dict)
    intervals: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    worlds: int | None = 0
    most: int | None = None
    count: int = 0
    method: Method = "sobol"
    seed: int = 0

    def diagram(self) -> Diagram:
        """Compile the scenario.

        Raises:
            ScenarioError: the numbers contradict each other.
        """
        return compile_scenario(self.scenario)

    def equilibrium(self) -> Equilibrium:
        """Solve the scenario at its values.

        Raises:
            ScenarioError: the numbers contradict each other.
            NotConverged: no equilibrium was reached.
        """
        diagram = self.diagram()
        values = diagram.theta
        for place, parameter in enumerate(diagram.parameters):
            values[place] = self.values.get(parameter.name, values[place])
        return solve(diagram, scenario=self.scenario, theta=values)

    def solve(self) -> "Counterfactual":
        """Return the counterfactual with its answers.

        Raises:
            ScenarioError: the numbers contradict each other.
            NotConverged: no equilibrium was reached.
        """
        equilibrium = self.equilibrium()
        if self.worlds is None:
            count = world_count(equilibrium)
            mean = forecast(equilibrium, count if self.most is None else min(count, self.most))
            if mean.worlds is not None:
                asked = {name: mean.outlook_of_any([of]) for name, of in self.queries.items()}
                asked |= mean.question_outlooks
                answers = {name: outlook.mean for name, outlook in asked.items()}
                return replace(
                    self,
                    answers=answers | _value_means(mean),
                    distributions=mean.question_values,
                    intervals={name: outlook.ninety for name, outlook in asked.items()},
                    count=mean.worlds.requested,
                )
        if self.worlds:
            found = sweep(
                equilibrium,
                self.worlds,
                seed=self.seed,
                method=self.method,
                conditions=self.queries,
            )
            means = {name: outlook.mean for name, outlook in found.question_outlooks.items()}
            return replace(
                self, answers=means | _value_means(found), distributions=found.question_values
            )
        answers = {name: equilibrium.probability(of) for name, of in self.queries.items()}
        every = equilibrium.questions | answers | _value_means(equilibrium)
        return replace(self, answers=every, distributions=equilibrium.question_values)

    def over_first(self, most: int) -> "Counterfactual":
        """Return the solved counterfactual with answers over so many of its first worlds at most.

        Raises:
            NotConverged: no equilibrium was reached.
        """
        fewer = replace(self, most=most)
        return fewer.solve() if self.count > most else fewer

    def with_numbers(self, numbers: Sequence[NumberChange]) -> "Counterfactual":
        """Return the counterfactual with some numbers taken from the other scenario, not solved."""
        scenario, values = self.scenario, dict(self.values)
        for number in numbers:
            if number.after is not None:
                scenario = replace_at(scenario, number.path, number.after)
            values.pop(number.name, None)
            if number.value_after is not None:
                values[number.name] = number.value_after
        return replace(self, scenario=scenario, values=values, answers={}, count=0)


def _value_means(solution: Equilibrium | Sweep) -> dict[str, float]:
    return {name: found.mean for name, found in solution.question_values.items()}


def changed_numbers(first: Counterfactual, second: Counterfactual) -> list[NumberChange]:
    """List the numbers that differ, and those that only one of the scenarios has."""
    was = {path: judgement for path, judgement, _ in judgements(first.scenario)}
    now = {path: judgement for path, judgement, _ in judgements(second.scenario)}
    found = [
        NumberChange(
            path,
            was.get(path),
            now.get(path),
            first.values.get(dotted_path(path)),
            second.values.get(dotted_path(path)),
        )
        for path in dict.fromkeys((*was, *now))
    ]
    return [
        number
        for number in found
        if number.before != number.after or number.value_before != number.value_after
    ]


def answers_with_each(
    first: Counterfactual,
    numbers: Sequence[NumberChange],
    progress: ProgressCallback | None = None,
) -> tuple[list[tuple[tuple[str, ...], Mapping[str, float]]], list[NumberChange]]:
    """Solve a scenario with each number switched by itself.

    Numbers of one distribution are switched together where they cannot be switched alone.

    Args:
        first: the scenario, solved.
        numbers: the numbers.
        progress: called with how many numbers are switched, and how many there are.

    Returns:
        The names of the numbers that were switched, with the answers; and the numbers that could
        not be switched.
    """
    found: list[tuple[tuple[str, ...], Mapping[str, float]]] = []
    left: list[NumberChange] = []
    for place, number in enumerate(numbers):
        try:
            found.append(((number.name,), first.with_numbers([number]).solve().answers))
        except (ScenarioError, NotConverged):
            left.append(number)
        if progress:
            progress(place + 1, len(numbers))
    unknown: list[NumberChange] = []
    for parent in dict.fromkeys(number.path[:-1] for number in left):
        group = [number for number in numbers if number.path[:-1] == parent]
        names = tuple(number.name for number in group)
        try:
            answers = first.with_numbers(group).solve().answers
        except (ScenarioError, NotConverged):
            unknown += [number for number in left if number.path[:-1] == parent]
            continue
        found = [each for each in found if not set(each[0]) & set(names)]
        found.append((names, answers))
    return found, unknown
