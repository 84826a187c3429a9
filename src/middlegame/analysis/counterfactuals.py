"""Two scenarios that judge differently, solved again with some of their numbers switched."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from middlegame.base.errors import NotConverged
from middlegame.compiler import compile_scenario
from middlegame.equilibrium.equilibrium import Equilibrium, solve
from middlegame.scenario import Condition, Judgement, Scenario
from middlegame.scenario.faults import Path, ScenarioError, dotted_path
from middlegame.scenario.model.walk import judgements, replace_at
from middlegame.sweeps.run import sweep
from middlegame.sweeps.sampling import Method


@dataclass(frozen=True)
class NumberChange:
    """A number that differs; None where one of the texts has no such number.

    Attributes:
        path: where it stands.
        before: in the first text.
        after: in the second one.
        value_before: at which the first forecast was computed, if it is a range.
        value_after: and the second one.
    """

    path: Path
    before: Judgement | None
    after: Judgement | None
    value_before: float | None = None
    value_after: float | None = None

    @property
    def name(self) -> str:
        """Where it stands, as text."""
        return dotted_path(self.path)

    @property
    def reversed(self) -> "NumberChange":
        """The same, seen from the second text."""
        return NumberChange(self.path, self.after, self.before, self.value_after, self.value_before)

    def to_dict(self) -> dict[str, str | None]:
        """Give the number as a JSON object."""
        return {
            "name": self.name,
            "from": str(self.before) if self.before else None,
            "to": str(self.after) if self.after else None,
        }


@dataclass(frozen=True)
class Counterfactual:
    """A scenario with the numbers at which it is solved.

    Attributes:
        contest: the scenario.
        theta: values by name; the medians of all others.
        asked: further conditions to answer, beside the scenario's questions.
        answers: to the questions, and to what was asked.
        worlds: how many drawn worlds the answers are the means over; 0 for that of `theta` alone.
        method: of the draws.
        seed: of the draws.
    """

    scenario: Scenario
    values: Mapping[str, float] = field(default_factory=dict)
    queries: Mapping[str, str | Condition] = field(default_factory=dict)
    answers: Mapping[str, float] = field(default_factory=dict)
    worlds: int = 0
    method: Method = "sobol"
    seed: int = 0

    def equilibrium(self) -> Equilibrium:
        """Solve the scenario at these numbers.

        Raises:
            ScenarioError: these numbers cannot stand together.
            NotConverged: no equilibrium was reached.
        """
        diagram = compile_scenario(self.scenario)
        theta = diagram.theta
        for place, parameter in enumerate(diagram.parameters):
            theta[place] = self.values.get(parameter.name, theta[place])
        return solve(diagram, scenario=self.scenario, theta=theta)

    def solve(self) -> "Counterfactual":
        """Answer the questions.

        Raises:
            ScenarioError: these numbers cannot stand together.
            NotConverged: no equilibrium was reached.
        """
        equilibrium = self.equilibrium()
        if self.worlds:
            found = sweep(
                equilibrium,
                self.worlds,
                seed=self.seed,
                method=self.method,
                conditions=self.queries,
            )
            means = {name: outlook.mean for name, outlook in found.question_outlooks.items()}
            return replace(self, answers=means)
        answers = {name: equilibrium.probability(of) for name, of in self.queries.items()}
        return replace(self, answers=equilibrium.questions | answers)

    def with_numbers(self, numbers: Sequence[NumberChange]) -> "Counterfactual":
        """Give the scenario with these numbers as they are in the other text, not solved yet."""
        contest, theta = self.scenario, dict(self.values)
        for number in numbers:
            if number.after is not None:
                contest = replace_at(contest, number.path, number.after)
            theta.pop(number.name, None)
            if number.value_after is not None:
                theta[number.name] = number.value_after
        return replace(self, scenario=contest, values=theta, answers={})


def changed_numbers(first: Counterfactual, second: Counterfactual) -> list[NumberChange]:
    """List the numbers that differ, and those that only one of the texts has."""
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
    first: Counterfactual, numbers: Sequence[NumberChange]
) -> tuple[list[tuple[tuple[str, ...], Mapping[str, float]]], list[NumberChange]]:
    """Solve with each number switched alone; one distribution's numbers together, if need be.

    Returns:
        The names of what was switched with the answers then, and what could not be switched.
    """
    found: list[tuple[tuple[str, ...], Mapping[str, float]]] = []
    left: list[NumberChange] = []
    for number in numbers:
        try:
            found.append(((number.name,), first.with_numbers([number]).solve().answers))
        except (ScenarioError, NotConverged):
            left.append(number)
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
