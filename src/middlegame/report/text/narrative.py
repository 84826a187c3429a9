"""The answer, the storylines and the policies, told in sentences."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from middlegame.diagram import Decision
from middlegame.report.text.grammar import capitalize_first, mid_sentence
from middlegame.report.text.words import Words, clean, date, likelihood, likelihood_opening, percent
from middlegame.scenario.conditions import Condition, Is
from middlegame.scenario.model.offer_expansion import expand_offers
from middlegame.scenario.model.scenario import Question
from middlegame.scenario.timeline import certain_start

if TYPE_CHECKING:
    from middlegame.equilibrium.equilibrium import Equilibrium
    from middlegame.equilibrium.nash import NashResult
    from middlegame.equilibrium.play import Storyline

MOSTLY = 0.6
"""How likely what somebody does must be for a course over time to tell it."""
MOST_CLAUSES = 5
"""The answer is a sentence or two, and the other questions stand in a table."""


def words_of(equilibrium: "Equilibrium") -> Words:
    """Give the words for an equilibrium's contest."""
    scenario = equilibrium.scenario
    return Words(equilibrium.diagram, expand_offers(scenario).scenario if scenario else None)


def most_likely(forecast: Mapping[str, float]) -> tuple[str, float]:
    """Give the likeliest state and its probability; the first of equals."""
    return max(forecast.items(), key=lambda item: round(item[1], 9))


@dataclass(frozen=True)
class QuestionForecast:
    """A question with its answer.

    Attributes:
        name: the question's name.
        label: what is asked, in words.
        probability: that it comes true.
        prior: the same before anything was known; None where nothing is.
        due: `by 31 December 2026`, or nothing.
        resolves: what would settle it.
        will: the condition, in words.
    """

    name: str
    label: str
    probability: float
    prior: float | None
    due: str
    resolves: str
    will: str


def question_forecasts(equilibrium: "Equilibrium") -> list[QuestionForecast]:
    """List the scenario's questions with their answers, in written order."""
    words = words_of(equilibrium)
    questions = equilibrium.scenario.questions if equilibrium.scenario else {}
    return [
        QuestionForecast(
            name=clean(name),
            label=question_label(words, question),
            probability=equilibrium.questions[name],
            prior=equilibrium.prior.questions[name] if equilibrium.known else None,
            due=_due(question),
            resolves=clean(question.resolves or ""),
            will=capitalize_first(words.condition(question.will)),
        )
        for name, question in questions.items()
    ]


def prior_forecast(equilibrium: "Equilibrium", name: str) -> list[float] | None:
    """Give what was forecast of a move or factor before anything was known, if anything is."""
    return list(equilibrium.prior.forecasts[name].values()) if equilibrium.known else None


def common_due_date(equilibrium: "Equilibrium") -> str:
    """Give the date of the questions if all have the same, or nothing."""
    dues = {question.due for question in question_forecasts(equilibrium)}
    return dues.pop() if len(dues) == 1 else ""


def question_label(words: Words, question: Question) -> str:
    """Say what a question asks."""
    return (
        clean(question.label)
        if question.label
        else capitalize_first(words.condition(question.will))
    )


def answer(equilibrium: "Equilibrium") -> str:
    """Answer the scenario's question in a few sentences.

    The first question leads; of the others those about headline factors alone are told, as
    these are how things end. Without questions, the likeliest end of each headline factor.
    """
    words = words_of(equilibrium)
    questions = dict(equilibrium.scenario.questions) if equilibrium.scenario else {}
    if not questions:
        return _ends(equilibrium, words)
    names = list(questions)
    told = [n for n in names[1:] if _is_outcome(words, questions[n].will)] or names[1:]
    sentences = []
    move = _one_move(words, questions[names[0]].will)
    if move:
        sentences.append(f"Most likely, {_alternatives(equilibrium, words, move)}.")
    else:
        told = [names[0], *told]
    groups: dict[str, list[str]] = {}
    chances = equilibrium.questions
    for name in sorted(told[:MOST_CLAUSES], key=lambda name: -round(chances[name], 9)):
        probability = chances[name]
        clause = f"{mid_sentence(question_label(words, questions[name]))} ({percent(probability)})"
        groups.setdefault(likelihood_opening(probability), []).append(clause)
    for opening, clauses in groups.items():
        sentences.append(f"{capitalize_first(opening)} {', and likewise that '.join(clauses)}.")
    return " ".join(sentences)


def _ends(equilibrium: "Equilibrium", words: Words) -> str:
    nodes = equilibrium.diagram.nodes
    told = [n.name for n in nodes if n.headline and not isinstance(n, Decision)]
    told = told or [n.name for n in equilibrium.diagram.decisions]
    clauses = []
    for name in told[:MOST_CLAUSES]:
        state, probability = most_likely(equilibrium.forecasts[name])
        clauses.append(f"{mid_sentence(words.clause(name, state))} ({percent(probability)})")
    return f"Most likely, {'; '.join(clauses)}." if clauses else "Nothing is asked."


def _one_move(words: Words, condition: Condition) -> str | None:
    """Name the move that a condition is about, if it is about one option of one move."""
    if isinstance(condition, Is) and len(condition.states) == 1:
        known = condition.variable in words.diagram.index
        if known and isinstance(words.node(condition.variable), Decision):
            return condition.variable
    return None


def _is_outcome(words: Words, condition: Condition) -> bool:
    names = [name for name in condition.variables() if name in words.diagram.index]
    nodes = [words.node(name) for name in names]
    single = len(condition.leaves()) == 1
    return single and all(n.headline and not isinstance(n, Decision) for n in nodes)


def _alternatives(equilibrium: "Equilibrium", words: Words, move: str) -> str:
    """Tell the likeliest option, and the next where it comes close."""
    ranked = sorted(equilibrium.forecasts[move].items(), key=lambda item: -item[1])
    (first, chance), *others = ranked
    told = f"{mid_sentence(words.clause(move, first))} ({percent(chance)})"
    if others and others[0][1] >= 0.5 * chance:
        state, probability = others[0]
        joiner = " or else " if words.is_verbal(move) else "; or else "
        told += f"{joiner}{words.state(move, state)}"
        told += f" ({percent(probability)})"
    return told


def _due(question: Question) -> str:
    if question.by:
        return f"by {date(question.by)}"
    return f"on {date(question.on)}" if question.on else ""


@dataclass(frozen=True)
class StorylineStep:
    """One thing that happens in a storyline.

    Attributes:
        name: the move or factor.
        text: what happens, in words.
        differs: whether the first storyline tells it otherwise.
    """

    name: str
    text: str
    differs: bool


@dataclass(frozen=True)
class StorylineText:
    """A storyline in words."""

    probability: float
    steps: tuple[StorylineStep, ...]

    @property
    def sentences(self) -> str:
        """The whole, as a sequence of sentences."""
        return ". ".join(capitalize_first(step.text) for step in self.steps) + "."

    @property
    def contrast(self) -> str | None:
        """What it does otherwise than the first; None if it is better told whole."""
        other = [step.text for step in self.steps if step.differs]
        if not other or len(other) > max(2, len(self.steps) // 2):
            return None
        return f"As the first, but {'; '.join(map(mid_sentence, other))}."


def storyline_texts(equilibrium: "Equilibrium", count: int) -> list[StorylineText]:
    """Tell the likeliest storylines, leaving out moves that were no choice."""
    words = words_of(equilibrium)
    found = equilibrium.storylines(count) if count > 0 else []
    if any(node.period is not None for node in equilibrium.diagram.contest_nodes):
        return [StorylineText(line.probability, _dated(equilibrium, words, line)) for line in found]
    tellings = []
    for line in found:
        first = found[0].states
        steps = tuple(
            StorylineStep(name, words.clause(name, state), first.get(name) != state)
            for name, state in line.states.items()
            if not _forced(equilibrium, name, line.states)
        )
        if not steps:
            continue
        tellings.append(StorylineText(line.probability, steps))
    return tellings


def _dated(
    equilibrium: "Equilibrium", words: Words, line: "Storyline"
) -> tuple[StorylineStep, ...]:
    """Tell a course over time: what changes in each period, and what everybody then mostly does."""
    diagram = equilibrium.diagram
    seen = equilibrium.given({n: s for n, s in line.states.items() if n not in equilibrium.known})
    changes: dict[int, list[str]] = {}
    now: dict[str, str] = {}
    course = dict(line.states)
    for node in diagram.contest_nodes:
        name = node.name.partition("@")[0]
        if node.name not in line.states:
            if not isinstance(node, Decision):
                continue
            course[node.name], chance = most_likely(seen.forecasts[node.name])
            if chance < MOSTLY:
                continue
        state = course[node.name]
        before = now.get(name) or _start(words, name)
        if state != before and not _forced(equilibrium, node.name, course):
            changes.setdefault(node.period or 0, []).append(mid_sentence(words.clause(name, state)))
        now[name] = state
    return tuple(
        StorylineStep(
            str(period), f"{words.period(period) + ': ' if period else ''}{'; '.join(told)}", False
        )
        for period, told in sorted(changes.items())
    )


def _start(words: Words, name: str) -> str:
    """Give the state that a factor certainly has before the first period, if there is one."""
    factor = words.scenario.factors.get(name) if words.scenario else None
    return (certain_start(factor) if factor is not None else None) or ""


def _forced(equilibrium: "Equilibrium", name: str, states: Mapping[str, str]) -> bool:
    """Whether it could not be otherwise, whatever the storyline leaves untold."""
    diagram, tables = equilibrium.diagram, equilibrium.tables
    node = diagram.nodes[diagram.index[name]]
    where: list[int | slice] = []
    for parent in node.parents:
        known = diagram.nodes[diagram.index[parent]].states
        where.append(known.index(states[parent]) if parent in states else slice(None))
    if isinstance(node, Decision):
        opens = np.asarray(tables.open_options[diagram.decisions.index(node)])
        return bool((opens[tuple(where)].sum(axis=-1) == 1).all())
    chances = np.asarray(tables.chances[diagram.index[name]])[tuple(where)]
    return bool((chances[..., node.states.index(states[name])] == 1).all())


def notes(equilibrium: "Equilibrium", before: str = "") -> Iterator[str]:
    """Say what a reader must know before trusting the numbers.

    Args:
        equilibrium: whose numbers.
        before: where stands how they were before anything was known, if it does.
    """
    words = words_of(equilibrium)
    if equilibrium.supposed:
        told = words.facts(equilibrium.supposed.items())
        how = (
            "by surprise: nobody had reckoned with it"
            if equilibrium.fixed_policies
            else ("everybody knows it before play")
        )
        yield f"Supposed ({how}): {told}."
    if equilibrium.known:
        observed = {n: s for n, s in equilibrium.known.items() if n not in equilibrium.evidence}
        held = [words.evidence(name) for name in equilibrium.evidence]
        kinds = (("the evidence", held), ("what was observed", observed))
        told = " and ".join(kind for kind, some in kinds if some)
        where = f" (how it was before stands {before})" if before else ""
        pieces = [*held, *([evidence_words(words, observed)] if observed else [])]
        yield f"Given {told}{where}: {'; '.join(pieces)}."
    if equilibrium.forks:
        yield (
            "This contest has more than one self-consistent outcome: only the order in which "
            "options are written chose between them. Take the numbers for one of several."
        )


def evidence_words(words: Words, known: Mapping[str, Sequence[str]]) -> str:
    """Put evidence into words."""
    return "; ".join(
        words.evidence(name)
        if name in words.diagram.evidence
        else mid_sentence(words.condition(Is(name, tuple(states))))
        for name, states in known.items()
    )


def verdict(probability: float) -> str:
    """Give probability and word together: `24%, unlikely`."""
    return f"{percent(probability)}, {likelihood(probability)}"


def nash_sentence(found: "NashResult") -> str:
    """Say whether a Nash limit is pure, and how large the remaining regret is."""
    words = words_of(found.equilibrium)
    worst = max(found.regret, key=lambda name: found.regret[name], default=None)
    kind = "pure" if found.pure else "mixed"
    told = f"Nash equilibrium in {kind} strategies: precision raised {found.lambda_factor:.1e}-fold"
    if worst is not None:
        told += (
            f"; largest remaining regret {found.regret[worst]:.1e} points, in "
            f"{words.label(worst)} (weighted by reach: {found.expected_regret[worst]:.1e})"
        )
    return f"{told}."
