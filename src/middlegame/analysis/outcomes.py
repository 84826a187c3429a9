"""Questions as sets of exclusive outcomes, and how probable these are in many samples.

A question for a value on a scale has the scale's values as outcomes, and their mean as its answer.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from middlegame.base.errors import QueryError
from middlegame.base.numbers import Floats
from middlegame.base.progress import ProgressCallback
from middlegame.base.spelling import list_names, nearest
from middlegame.diagram import Decision, Diagram, Node, NodeScale
from middlegame.equilibrium.equilibrium import Equilibrium
from middlegame.equilibrium.references import condition_table, contest_node, node_index
from middlegame.scenario.conditions import Condition, Predicate, parse_condition
from middlegame.scenario.model.judgement import format_number
from middlegame.scenario.model.references import base_name
from middlegame.scenario.timeline import Timeline
from middlegame.sweeps.batches import solve_samples
from middlegame.sweeps.forecast import Forecast, forecast
from middlegame.sweeps.queries import Query
from middlegame.sweeps.result import Sweep
from middlegame.sweeps.run import sweep

YES, NO = "yes", "no"
_NAME = re.compile(r"[\w-]+(@\w+)?")
"""A name, perhaps with a period: what is no condition."""


@dataclass(frozen=True)
class QuestionOutcomes:
    """A question with its possible outcomes.

    Attributes:
        name: the question's name, or its condition, or the move or factor whose value is asked.
        conditions: the conditions; the answer is yes where at least one of them holds. Empty where
            a value is asked.
        node: the move or factor whose states are the outcomes; None where they are yes and no.
        outcomes: the names of the outcomes, which exclude each other.
        is_yes: for each outcome whether the answer is then yes; empty where a value is asked.
        scale: where a value is asked, the scale of the outcomes; else None.
    """

    name: str
    conditions: tuple[Condition, ...]
    node: str | None
    outcomes: tuple[str, ...]
    is_yes: tuple[bool, ...]
    scale: NodeScale | None = None

    @property
    def bounds(self) -> tuple[float, float]:
        """The least and the greatest possible answer: 0 and 1, or the ends of the scale."""
        if self.scale is None:
            return 0.0, 1.0
        _, values = self.scale.grid
        return float(values[0]), float(values[-1])

    def answer(self, shares: Floats) -> Floats:
        """Return the probability of yes, or the mean value, `[...]`.

        Args:
            shares: the probabilities of the outcomes, `[..., outcomes]`. The mean is that of the
                values alone, without options beside the scale; nan where there is no value.
        """
        if self.scale is None:
            return np.asarray(np.asarray(shares)[..., list(self.is_yes)].sum(axis=-1), float)
        there, values = self.scale.grid
        on_scale = np.asarray(shares, float)[..., there]
        total = on_scale.sum(axis=-1)
        found: Floats = np.full(total.shape, np.nan)
        np.divide(on_scale @ values, total, out=found, where=total > 0)
        return found

    def as_asked(self, shares: Floats) -> Floats:
        """Return the probabilities of what is asked for: of yes and no, or of each value.

        Args:
            shares: the probabilities of the outcomes, `[..., outcomes]`.
        """
        if self.scale is not None:
            return shares
        chance = self.answer(shares)
        return np.stack([chance, 1 - chance], axis=-1)


def question_outcomes(
    diagram: Diagram, name: str, *conditions: str | Condition
) -> QuestionOutcomes:
    """Find the outcomes of a question.

    The outcomes of a question about one move or factor are its states; those of any other question
    are yes and no.

    Args:
        diagram: the contest.
        name: the question's name; without conditions it is also the question's condition.
        conditions: the conditions; the answer is yes where at least one of them holds.

    Raises:
        QueryError: a condition does not parse, or names an unknown move, factor or state.
    """
    for condition in conditions or (name,):
        condition_table(diagram, condition)
    asked = tuple(parse_condition(condition) for condition in conditions or (name,))
    if len(asked) == 1 and isinstance(asked[0], Predicate):
        node = diagram.nodes[node_index(diagram, asked[0].variable)]
        if node.scale is None:  # on a scale only the threshold counts, not the likeliest value
            matching = asked[0].matching(node.states)
            counts = tuple(state in matching for state in node.states)
            return QuestionOutcomes(name, asked, node.name, node.states, counts)
    return QuestionOutcomes(name, asked, None, (YES, NO), (True, False))


def value_outcomes(name: str, node: Node) -> QuestionOutcomes:
    """Return the outcomes of a question for the value of a move or factor on a scale.

    Args:
        name: the question's name.
        node: the move or factor.
    """
    return QuestionOutcomes(name, (), node.name, node.states, (), node.scale)


def _refuse_unknown_question(diagram: Diagram, name: str, named: Collection[str]) -> None:
    """Raise a QueryError if a text can only be the name of a question, of which there is none."""
    if not _NAME.fullmatch(name):
        return
    there = diagram.instances(base_name(name))
    near = "" if there else nearest(name, named)
    node = (there or diagram.contest_nodes)[-1]
    example = f"{node.name} = {node.states[0]}"
    if node.scale is not None:
        _, values = node.scale.grid
        example = f"{node.name} >= {format_number(float(values[len(values) // 2]))}"
    hint = (
        f"did you mean '{near}'?"
        if near
        else (f"name one of {list_names([*named])}, or" if named else "")
        + f" write a condition such as {example}"
    )
    raise QueryError(f"there is no question '{name}'; {hint.strip()}")


def question_probability(equilibrium: Equilibrium, question: str) -> float:
    """Return the probability that the answer to a question is yes, or that a condition holds.

    Args:
        equilibrium: the contest, whose scenario's questions can be named.
        question: the name of a yes-or-no question, or a condition.

    Raises:
        QueryError: there is no such question, it asks for a value, or the condition does not
            parse or names an unknown move, factor or state.
    """
    questions = equilibrium.scenario.questions if equilibrium.scenario else {}
    if question in equilibrium.questions:
        return equilibrium.questions[question]
    if question in questions or _NAME.fullmatch(question):
        select_questions(equilibrium, (question,), values=False)
    return equilibrium.probability(question)


def select_questions(
    equilibrium: Equilibrium, wanted: Sequence[str] = (), *, values: bool = True
) -> tuple[QuestionOutcomes, ...]:
    """Select the questions that an analysis answers.

    Args:
        equilibrium: the contest, whose scenario's questions can be named.
        wanted: names of questions, conditions, or moves and factors on a scale.
        values: whether a value may be asked; without, only what has a probability.

    Returns:
        The wanted questions. Without any: the scenario's questions; without these: the first state
        or the value of each headline factor, or of each factor where none is a headline.

    Raises:
        QueryError: a condition does not parse, or names an unknown move, factor or state; or a
            value is asked where only what has a probability can be answered.
    """
    diagram, scenario = equilibrium.diagram, equilibrium.scenario
    scales = {node.name: node for node in diagram.contest_nodes if node.scale is not None}
    asked: dict[str, QuestionOutcomes] = {}
    if scenario is not None:
        timeline = Timeline(scenario)
        for name, question in scenario.questions.items():
            if question.value is None:
                conditions = timeline.question_conditions(question)
                asked[name] = question_outcomes(diagram, name, *conditions)
            elif place := timeline.asked_value(question):
                asked[name] = value_outcomes(name, scales[place])

    def threshold(name: str) -> str:
        return f"{name} >= {format_number(equilibrium.scale_forecasts[name].median)}"

    named = {name: value_outcomes(name, node) for name, node in scales.items()} | asked

    def find(name: str) -> QuestionOutcomes:
        if name in named:
            return named[name]
        if _NAME.fullmatch(name) and any(n.scale for n in diagram.instances(base_name(name))):
            return named[contest_node(diagram, name).name]
        answerable = [each for each, found in named.items() if values or not found.scale]
        _refuse_unknown_question(diagram, name, answerable)
        return question_outcomes(diagram, name)

    found = list({(each := find(name)).name: each for name in wanted}.values())
    for each in found:
        if each.node and each.scale and not values:
            raise QueryError(
                f"'{each.name}' asks for a value, which has no probability; expected a threshold, "
                f"such as '{threshold(each.node)}'"
            )
    found = found or [each for each in asked.values() if values or not each.scale]
    if found:
        return tuple(found)
    factors = [node for node in diagram.contest_nodes if not isinstance(node, Decision)]
    headlines = [node for node in factors if node.headline]
    chosen: Sequence[Node] = headlines or factors or diagram.decisions
    return tuple(
        question_outcomes(diagram, f"{node.name} = {node.states[0]}")
        if node.scale is None
        else value_outcomes(node.name, node)
        if values
        else question_outcomes(diagram, threshold(node.name))
        for node in chosen
    )


@dataclass(frozen=True)
class SampleCounts:
    """The samples of an analysis, counted by outcome.

    Attributes:
        solved: how many samples were solved.
        failed: how many of these have no equilibrium that could be reached.
        checked: how many were compared with the full trace.
        disagreed: how many of the compared samples differ from the full trace.
    """

    solved: int
    failed: int
    checked: int
    disagreed: int


class BatchEvaluator:
    """Evaluates questions in many samples of a contest.

    Attributes:
        diagram: the contest.
        questions: the questions that are answered in each sample.
        counts: how the samples went so far.
        expected: how many samples are evaluated in all, where that is known to be many: by it is
            decided whether compiling pays.
    """

    def __init__(
        self,
        diagram: Diagram,
        questions: Sequence[QuestionOutcomes],
        *,
        supposed: Mapping[str, str] | None = None,
        known: Mapping[str, Sequence[str]] | None = None,
        forked: bool = False,
    ) -> None:
        if not diagram.parameters:
            raise QueryError("every number of this contest is exact, so no range can vary")
        self.diagram = diagram
        self.questions = tuple(questions)
        self.counts = SampleCounts(0, 0, 0, 0)
        self.expected = 0
        self._supposed, self._known, self._forked = supposed, known, forked
        self._asks = {
            t.name: Query.any_of(diagram, t.conditions) for t in questions if t.node is None
        }

    @classmethod
    def of(cls, equilibrium: Equilibrium, wanted: Sequence[str] = ()) -> "BatchEvaluator":
        """Build the evaluator of an equilibrium's contest.

        Args:
            equilibrium: the contest, with whatever is supposed or known.
            wanted: names of questions, or conditions; without any, those of `select_questions`.

        Raises:
            QueryError: a condition does not parse or names an unknown move, factor or state; the
                contest has no ranges; or something is supposed by surprise.
        """
        if equilibrium.fixed_policies:
            raise QueryError(
                "a surprise leaves all policies as they are, so there are no worlds to solve"
            )
        return cls(
            equilibrium.diagram,
            select_questions(equilibrium, wanted),
            supposed=equilibrium.supposed,
            known=equilibrium.known,
            forked=bool(equilibrium.forks),
        )

    def __call__(self, samples: Floats, check: int = 0) -> dict[str, Floats]:
        """Solve samples, and return the probabilities of each question's outcomes.

        Args:
            samples: values of the parameters, `[samples, parameters]`.
            check: how many samples are compared with the full trace.

        Returns:
            By question, `[samples, outcomes]`; nan where a sample has no equilibrium.
        """
        worlds = solve_samples(
            self.diagram,
            samples,
            queries=self._asks,
            supposed=self._supposed,
            known=self._known,
            compare=check,
            forked=self._forked,
            expected=max(self.expected, self.counts.solved + len(samples)),
        )
        self.counts = SampleCounts(
            self.counts.solved + len(samples),
            self.counts.failed + len(worlds.failures),
            self.counts.checked + len(worlds.compared),
            self.counts.disagreed + len(worlds.disagreeing),
        )
        return {
            each.name: np.asarray(worlds.forecasts[each.node])
            if each.node is not None
            else _yes_no(worlds.queries[each.name])
            for each in self.questions
        }


def outcomes_in_sweep(found: Sweep, question: QuestionOutcomes) -> Floats:
    """Return the probabilities of a question's outcomes in a sweep, `[samples, outcomes]`."""
    if question.node is not None:
        return found.forecast_samples(question.node)
    return _yes_no(found.question_samples(question.name))


def forecasts_of(
    subject: Equilibrium | Sweep, questions: Sequence[QuestionOutcomes]
) -> tuple[float, ...]:
    """Return each question's answer as a forecast has it: the mean over the worlds."""
    mean = subject if isinstance(subject, Sweep | Forecast) else forecast(subject)

    def answer(question: QuestionOutcomes) -> float:
        if question.node is not None:
            return float(question.answer(np.array([*mean.forecast(question.node).values()])))
        if isinstance(mean, Sweep):
            return mean.questions[question.name]
        return mean.probability_of_any(question.conditions)

    return tuple(map(answer, questions))


def equilibrium_of(subject: Equilibrium | Sweep) -> Equilibrium:
    """Return the equilibrium that an analysis starts from: that of the middle world."""
    return subject.equilibrium if isinstance(subject, Sweep) else subject.middle


def sweep_of(
    subject: Equilibrium | Sweep,
    questions: Sequence[QuestionOutcomes],
    n: int,
    seed: int,
    progress: ProgressCallback | None = None,
) -> Sweep:
    """Return samples of a contest in which some questions are answered.

    Args:
        subject: a sweep, which is returned as it is, or the equilibrium of the contest to sweep.
        questions: the questions; those that are no questions of the scenario are asked besides.
        n: how many samples to draw.
        seed: of the draws.
        progress: called with how many samples are solved, and how many there are.

    Raises:
        QueryError: the contest cannot be swept.
    """
    if isinstance(subject, Sweep):
        return subject
    asked = {
        q.name: q.conditions[0]
        for q in questions
        if q.conditions and q.name not in subject.questions
    }
    return sweep(subject, n, seed=seed, conditions=asked, progress=progress)


def _yes_no(chance: Floats) -> Floats:
    return np.stack([chance, 1 - np.asarray(chance)], axis=-1)
