"""What changed between two records, and which judgement moved the forecast.

The effect of a number is exact: the older scenario is solved again with that number alone
switched to what it is in the newer one. What the numbers do together beyond the sum of their
effects is told as interaction; what comes of changes that are no numbers is told apart.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from middlegame.equilibrium import solve
from middlegame.errors import MiddlegameError, NotConverged
from middlegame.ledger.changes import Difference, Effect, Moved, Number
from middlegame.ledger.failures import LedgerError
from middlegame.ledger.records import Record
from middlegame.scenario import Scenario as Contest
from middlegame.scenario.faults import ScenarioError, dotted
from middlegame.scenario.load import read_text
from middlegame.scenario.replacing import replaced
from middlegame.scenario.walk import judgements

_SAME = 1e-6
"""Computed again, a probability may differ by this much from what was recorded."""


def difference(older: Record, newer: Record) -> Difference:
    """Compare two records.

    Raises:
        LedgerError: they have nothing in common.
    """
    was = {forecast.question.key: forecast for forecast in older.forecasts}
    now = {forecast.question.key: forecast for forecast in newer.forecasts}
    both = [key for key in was if key in now]
    if not both:
        raise LedgerError(f"records {older.id} and {newer.id} have no question in common")
    plain = Difference(
        older,
        newer,
        tuple(Moved(now[key].question, now[key], was[key].probability) for key in both),
        tuple(was[key].question for key in was if key not in now),
        tuple(now[key].question for key in now if key not in was),
    )
    try:
        first, second = _Solved.of(older), _Solved.of(newer)
    except (MiddlegameError, ValueError) as error:
        return _noted(plain, [str(error).partition("\n")[0]])
    return _explained(plain, first, second)


@dataclass(frozen=True)
class _Solved:
    """A record's scenario with the numbers at which it was solved.

    Attributes:
        contest: the scenario.
        theta: values by name.
        answers: to its questions.
    """

    contest: Contest
    theta: Mapping[str, float]
    answers: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, record: Record) -> "_Solved":
        """Solve a record's scenario again.

        Raises:
            LedgerError: it has none, or this version cannot read or solve it.
        """
        if record.scenario is None or record.scenario.text is None:
            raise LedgerError(
                f"record {record.id} came without a scenario, so only probabilities are compared"
            )
        contest = read_text(record.scenario.text).scenario
        if contest is None:
            raise LedgerError(
                f"this version of middlegame cannot read the text of record {record.id}, so only "
                "probabilities are compared"
            )
        return cls(contest, record.theta).solved()

    def solved(self) -> "_Solved":
        """Answer the questions."""
        from middlegame.compile import compile_scenario

        diagram = compile_scenario(self.contest)
        theta = diagram.theta
        for place, parameter in enumerate(diagram.parameters):
            theta[place] = self.theta.get(parameter.name, theta[place])
        answers = solve(diagram, scenario=self.contest, theta=theta).questions
        return _Solved(self.contest, self.theta, answers)

    def switched(self, numbers: Sequence[Number]) -> "_Solved":
        """Give the scenario with these numbers as they are in the newer text, solved."""
        contest, theta = self.contest, dict(self.theta)
        for number in numbers:
            if number.after is not None:
                contest = replaced(contest, number.path, number.after)
            theta.pop(number.name, None)
            if number.value_after is not None:
                theta[number.name] = number.value_after
        return _Solved(contest, theta).solved()


def _explained(plain: Difference, first: _Solved, second: _Solved) -> Difference:
    numbers = _changed(first, second)
    common = [number for number in numbers if number.before and number.after]
    effects, alone = _effects(first, common)
    notes = []
    if alone:
        names = ", ".join(number.name for number in alone)
        notes.append(f"no forecast with only this changed: {names}; it counts as interaction")
    together: _Solved | None
    try:
        together = first.switched(common)
    except (ScenarioError, NotConverged):
        together = None
    if together is not None and together.contest != second.contest:
        notes.append("the texts differ in more than numbers")
    elif together is None:
        notes.append("the texts differ in more than numbers, and the numbers cannot change without")
    moved = []
    for question in plain.questions:
        name = question.question.name
        if name not in first.answers or name not in second.answers:
            moved.append(question)
            continue
        before, after = first.answers[name], second.answers[name]
        single = [Effect(told, answers[name] - before) for told, answers in effects]
        joint = after if together is None else together.answers[name]
        differs = max(abs(before - question.before), abs(after - question.after)) > _SAME
        moved.append(
            Moved(
                question.question,
                question.forecast,
                question.before,
                effects=tuple(sorted(single, key=lambda effect: -abs(effect.move))),
                interaction=joint - before - sum(effect.move for effect in single),
                rest=after - joint,
                recomputed=(before, after) if differs else None,
            )
        )
    return _noted(replace(plain, questions=tuple(moved), numbers=tuple(numbers)), notes)


def _changed(first: _Solved, second: _Solved) -> list[Number]:
    was = {path: judgement for path, judgement, _ in judgements(first.contest)}
    now = {path: judgement for path, judgement, _ in judgements(second.contest)}
    found = [
        Number(
            path,
            was.get(path),
            now.get(path),
            first.theta.get(dotted(path)),
            second.theta.get(dotted(path)),
        )
        for path in dict.fromkeys((*was, *now))
    ]
    return [
        number
        for number in found
        if number.before != number.after or number.value_before != number.value_after
    ]


def _effects(
    first: _Solved, numbers: Sequence[Number]
) -> tuple[list[tuple[tuple[str, ...], Mapping[str, float]]], list[Number]]:
    """Solve with each number switched alone; one distribution's numbers together, if need be."""
    found: list[tuple[tuple[str, ...], Mapping[str, float]]] = []
    left: list[Number] = []
    for number in numbers:
        try:
            found.append(((number.name,), first.switched([number]).answers))
        except (ScenarioError, NotConverged):
            left.append(number)
    unknown: list[Number] = []
    for parent in dict.fromkeys(number.path[:-1] for number in left):
        group = [number for number in numbers if number.path[:-1] == parent]
        names = tuple(number.name for number in group)
        try:
            answers = first.switched(group).answers
        except (ScenarioError, NotConverged):
            unknown += [number for number in left if number.path[:-1] == parent]
            continue
        found = [each for each in found if not set(each[0]) & set(names)]
        found.append((names, answers))
    return found, unknown


def _noted(plain: Difference, notes: Sequence[str]) -> Difference:
    return replace(plain, notes=(*plain.notes, *notes))
