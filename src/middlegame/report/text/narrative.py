"""The answer to the contest's question, its forecasts and its caveats, in sentences."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from middlegame.diagram import Decision, Diagram
from middlegame.equilibrium.scale_forecast import ScaleForecast
from middlegame.report.text.branches import fork_notes
from middlegame.report.text.capitals import capitals_of
from middlegame.report.text.grammar import (
    asks,
    capitalize_first,
    is_noun_phrase,
    is_plural,
    is_statement,
    join_list,
    mid_sentence,
)
from middlegame.report.text.intervals import IntervalWords, outlooks, question_outlook
from middlegame.report.text.intervals import notes as interval_notes
from middlegame.report.text.numbers import date, likelihood, likelihood_opening
from middlegame.report.text.scales import scale_clause
from middlegame.report.text.words import Words, clean, name_as_words
from middlegame.scenario.conditions import Condition, Is
from middlegame.scenario.model.offer_expansion import expand_offers
from middlegame.scenario.model.scenario import Question, Scenario
from middlegame.scenario.model.walk import formulas
from middlegame.scenario.sources import Sourcing, sourcing

if TYPE_CHECKING:
    from middlegame.equilibrium.equilibrium import Equilibrium
    from middlegame.equilibrium.nash import NashResult
    from middlegame.sweeps.summaries import Outlook

MOST_CLAUSES = 5
"""Questions that the answer mentions; a table shows the others."""


def words_of(equilibrium: "Equilibrium") -> Words:
    """Return the words for an equilibrium's contest."""
    return contest_words(equilibrium.diagram, equilibrium.scenario)


def contest_words(diagram: Diagram, scenario: Scenario | None) -> Words:
    """Return the words for a contest that is not solved."""
    return Words(diagram, expand_offers(scenario).scenario if scenario else None)


def most_likely(forecast: Mapping[str, float]) -> tuple[str, float]:
    """Return the most likely state and its probability; of equals the first."""
    return max(forecast.items(), key=lambda item: round(item[1], 9))


@dataclass(frozen=True)
class QuestionForecast:
    """A question of the scenario with its forecast.

    Attributes:
        name: the question's name.
        label: the question in words.
        probability: the probability of yes, given what is known.
        prior: the probability of yes before any evidence; None where there is no evidence.
        due: `by 31 December 2026`; empty without a date.
        resolves: how the question will be resolved.
        will: the question's condition in words.
        outlook: how the probability varies over the worlds; None for the middle world alone.
    """

    name: str
    label: str
    probability: float
    prior: float | None
    due: str
    resolves: str
    will: str
    outlook: "Outlook | None" = None


def question_forecasts(equilibrium: "Equilibrium") -> list[QuestionForecast]:
    """List the scenario's questions with their forecasts, in written order."""
    words = words_of(equilibrium)
    questions = equilibrium.scenario.yes_no_questions if equilibrium.scenario else {}
    return [
        QuestionForecast(
            name=clean(name),
            label=question_label(words, question),
            probability=equilibrium.questions[name],
            prior=equilibrium.prior.questions[name] if equilibrium.known else None,
            due=due_date(question),
            resolves=clean(question.resolves or ""),
            will=words.condition_label(question.will),
            outlook=question_outlook(equilibrium, name),
        )
        for name, question in questions.items()
    ]


def common_due_date(equilibrium: "Equilibrium") -> str:
    """Return the date that all questions share, such as `by 31 December 2026`; else nothing."""
    questions = equilibrium.scenario.yes_no_questions if equilibrium.scenario else {}
    dues = set(map(due_date, questions.values()))
    return dues.pop() if len(dues) == 1 else ""


def question_label(words: Words, question: Question) -> str:
    """Return a question's label; without one its condition, or whose value it asks for."""
    if question.label:
        return clean(question.label)
    if question.value is not None:
        return capitalize_first(words.label(question.value.variable))
    return words.condition_label(question.will)


def with_due_date(label: str, due: str, told: str = "") -> str:
    """Return a question's label with its date behind it, if it has one that is not told already.

    >>> with_due_date("Is it lost?", "by 1 May 2030"), with_due_date("It is lost", "by 1 May 2030")
    ('Is it lost? (by 1 May 2030)', 'It is lost, by 1 May 2030')
    """
    if due in ("", told):
        return label
    return f"{label} ({due})" if label.endswith("?") else f"{label}, {due}"


def label_beside(words: Words, question: Question, told: str) -> str:
    """Return a question's label, with its date if that is not the one told above all questions."""
    return with_due_date(question_label(words, question), due_date(question), told)


def dated_label(words: Words, question: Question) -> str:
    """Return a question's label, with its date if the label does not tell it from another's."""
    label = question_label(words, question)
    alike = (not question.label and has_twin(words, question)) or any(
        question_label(words, each) == label for each in _other_questions(words, question)
    )
    return with_due_date(label, due_date(question)) if alike else label


def dated_clause(words: Words, question: Question) -> str:
    """Return a question's clause, with its date if another question has the same condition."""
    clause = question_clause(words, question)
    told = clause == words.mid_sentence(question_label(words, question)) and question.label
    return clause if told or not has_twin(words, question) else f"{clause} {due_date(question)}"


def has_twin(words: Words, question: Question) -> bool:
    """Whether another question asks for the same condition or value on another day."""
    return any(
        (each.will, each.value) == (question.will, question.value)
        and due_date(each) != due_date(question) != ""
        for each in _other_questions(words, question)
    )


def _other_questions(words: Words, question: Question) -> list[Question]:
    every = words.scenario.questions.values() if words.scenario else ()
    return [each for each in every if each is not question]


def question_clause(words: Words, question: Question) -> str:
    """Return a yes-or-no question as a clause that goes on from "it is likely that".

    That is its label within a sentence; without one, or if it asks ("Is the lease lost?") or is no
    clause ("War"), its condition.
    """
    label = question_label(words, question)
    stated = question.label and not asks(label) and is_statement(label, words.capitals)
    told = label if stated or question.value is not None else words.condition(question.will)
    return words.mid_sentence(told)


def likelihood_sentence(
    words: Words, question: Question, probability: float, *, also: bool = False
) -> str:
    """Return how likely the answer yes is, in words: `It is unlikely that the lease is lost`.

    Args:
        words: of the contest.
        question: a yes-or-no question.
        probability: the probability of yes.
        also: whether the sentence before it says the same of another question.
    """
    label = clean(question.label or "")
    opening = likelihood_opening(probability, also=also)
    if not label or asks(label) or is_statement(label, words.capitals):
        return f"{capitalize_first(opening)} {question_clause(words, question)}"
    word = likelihood(probability)
    if not is_noun_phrase(label, words.capitals):
        return f"{label}: {word}"
    if word.endswith("chance"):
        return f"{capitalize_first(opening.removesuffix(' that'))} of {words.mid_sentence(label)}"
    return f"{label} {'are' if is_plural(label) else 'is'} {'also ' if also else ''}{word}"


def value_answers(
    equilibrium: "Equilibrium",
    values: Mapping[str, ScaleForecast] | None = None,
    *,
    brief: bool = False,
) -> list[str]:
    """Return a sentence for each question for a value: its label, mean, median and interval.

    Args:
        equilibrium: whose questions are answered.
        values: the answers by the question's name; unless given, those of the equilibrium.
        brief: whether mean and interval are enough (see `scale_clause`).
    """
    words, scenario = words_of(equilibrium), equilibrium.scenario
    asked = scenario.value_questions if scenario else {}
    answers = equilibrium.question_values if values is None else values
    sentences = []
    for name, found in answers.items():
        due = due_date(asked[name])
        label = question_label(words, asked[name]) + (f" ({due})" if due else "")
        sentences.append(f"{label}: {scale_clause(found, words, brief=brief)}")
    return sentences


def answer(equilibrium: "Equilibrium") -> str:
    """Answer the scenario's question in a few sentences.

    The scenario's first question leads; the others follow if they are about headline factors
    alone, or all do where none is. Questions that an observation answers are left out. Without
    questions, returns the most likely state of each headline factor.
    """
    words, numbers = words_of(equilibrium), IntervalWords()
    questions = dict(equilibrium.scenario.yes_no_questions) if equilibrium.scenario else {}
    values = value_answers(equilibrium, brief=True)
    open_ = {name: q for name, q in questions.items() if not _is_observed(equilibrium, q.will)}
    questions = open_ or questions
    if not questions:
        return " ".join(values) or _ends(equilibrium, words, numbers)
    names = list(questions)
    leads = asks_value_first(equilibrium)
    others = [n for n in names[1:] if _is_outcome(words, questions[n].will)] or names[1:]
    sentences = []
    move = _one_move(words, questions[names[0]].will)
    if move:
        sentences.append(f"Most likely, {_alternatives(equilibrium, words, move, numbers)}.")
    else:
        others = [names[0], *others]
    openings: set[str] = set()
    chances = equilibrium.questions
    dues = {due_date(question) for question in questions.values()}
    timed = equilibrium.scenario is not None and equilibrium.scenario.periods is not None
    for name in sorted(others[:MOST_CLAUSES], key=lambda name: -round(chances[name], 9)):
        word = likelihood(chances[name])
        said = likelihood_sentence(words, questions[name], chances[name], also=word in openings)
        openings.add(word)
        written = clean(questions[name].label or "")
        if (timed or len(dues) > 1) and (not written or asks(written)):
            said = f"{said} {due_date(questions[name])}".rstrip()
        number = numbers(chances[name], question_outlook(equilibrium, name))
        sentences.append(f"{said} ({number}).")
    return " ".join([*values, *sentences] if leads else [*sentences, *values])


def _is_observed(equilibrium: "Equilibrium", condition: Condition) -> bool:
    """Whether all that a condition is about is known, so that it is no longer a question."""
    known = equilibrium.known
    return all(len(known.get(name, ())) == 1 for name in condition.variables())


def asks_value_first(equilibrium: "Equilibrium") -> bool:
    """Whether the scenario's first question, which leads the answer, is for a value."""
    asked = equilibrium.scenario.questions if equilibrium.scenario else {}
    return any(question.value is not None for question in list(asked.values())[:1])


def _ends(equilibrium: "Equilibrium", words: Words, numbers: IntervalWords) -> str:
    nodes = equilibrium.diagram.nodes
    shown = [n.name for n in nodes if n.headline and not isinstance(n, Decision)]
    shown = shown or [n.name for n in equilibrium.diagram.decisions]
    clauses, values = [], []
    for name in shown[:MOST_CLAUSES]:
        if name in equilibrium.scale_forecasts:
            clause = scale_clause(equilibrium.scale_forecasts[name], words)
            values.append(f"{capitalize_first(words.label(name))}: {clause}")
            continue
        state, probability = most_likely(equilibrium.forecasts[name])
        number = numbers(probability, _state_outlook(equilibrium, words, name, state))
        clauses.append(f"{words.mid_sentence(words.clause(name, state))} ({number})")
    likeliest = [f"Most likely, {'; '.join(clauses)}."] if clauses else []
    return " ".join([*likeliest, *values]) or "The contest has neither questions nor moves."


def _one_move(words: Words, condition: Condition) -> str | None:
    """Return the move, of three or more options, one of which a condition is about; else None."""
    if isinstance(condition, Is) and len(condition.states) == 1:
        known = condition.variable in words.diagram.index
        node = words.node(condition.variable) if known else None
        if isinstance(node, Decision) and len(node.states) > 2:
            return condition.variable
    return None


def _is_outcome(words: Words, condition: Condition) -> bool:
    names = [name for name in condition.variables() if name in words.diagram.index]
    nodes = [words.node(name) for name in names]
    single = len(condition.leaves()) == 1
    return single and all(n.headline and not isinstance(n, Decision) for n in nodes)


def _state_outlook(
    equilibrium: "Equilibrium", words: Words, name: str, state: str
) -> "Outlook | None":
    found = outlooks(equilibrium, name)
    return found[words.node(name).states.index(state)] if found else None


def _alternatives(
    equilibrium: "Equilibrium", words: Words, move: str, numbers: IntervalWords
) -> str:
    """Name a move's most likely option, and the second one if it is at least half as likely."""
    ranked = sorted(equilibrium.forecasts[move].items(), key=lambda item: -item[1])
    (first, chance), *others = ranked
    number = numbers(chance, _state_outlook(equilibrium, words, move, first))
    sentence = f"{words.mid_sentence(words.clause(move, first))} ({number})"
    if others and others[0][1] >= 0.5 * chance:
        state, probability = others[0]
        label = words.state(move, state)
        if words.has_clause(move, state) or words.has_clause(move, first):
            label = words.mid_sentence(words.clause(move, state))
        elif words.is_verbal(move):
            label = words.verb_phrase(move, state)
        else:
            label = f'"{label}"'
        sentence += f" or {label}"
        sentence += f" ({numbers(probability, _state_outlook(equilibrium, words, move, state))})"
    return sentence


def due_date(question: Question) -> str:
    """Return `by 31 December 2026`, or `on` the day; empty without a date."""
    if question.by:
        return f"by {date(question.by)}"
    return f"on {date(question.on)}" if question.on else ""


def notes(
    equilibrium: "Equilibrium", prior_place: str = "", *, evidence: bool = True
) -> Iterator[str]:
    """Yield what a reader must know before trusting the numbers.

    Args:
        equilibrium: the equilibrium whose numbers are shown.
        prior_place: where the display shows prior probabilities, such as `in brackets`; empty
            where it shows none.
        evidence: whether to name the evidence.
    """
    words = words_of(equilibrium)
    if equilibrium.scenario and (solved_at := column_values(equilibrium.scenario)):
        yield solved_at
    if equilibrium.supposed:
        how = "unannounced: no actor expects it" if equilibrium.fixed_policies else "announced"
        yield f"Supposed ({how}): {words.facts(equilibrium.supposed.items())}."
    if equilibrium.known and evidence:
        yield evidence_note(equilibrium, prior_place)
    if equilibrium.scenario and (drafted := drafted_sentence(sourcing(equilibrium.scenario))):
        yield drafted
    yield from belief_note(equilibrium)
    yield from fork_notes(equilibrium, words)
    yield from interval_notes(equilibrium)


def evidence_note(equilibrium: "Equilibrium", prior_place: str = "") -> str:
    """Return on which evidence the numbers rest, for an equilibrium that is given some.

    Args:
        equilibrium: the equilibrium whose numbers are shown.
        prior_place: where the display shows prior probabilities; empty where it shows none.
    """
    words = words_of(equilibrium)
    observed = {n: s for n, s in equilibrium.known.items() if n not in equilibrium.evidence}
    pieces = [words.evidence(name) for name in equilibrium.evidence]
    if observed:
        pieces.append(evidence_words(words, observed))
    priors = f" (prior probability {prior_place})" if prior_place else ""
    return f"Given the evidence{priors}: {'; '.join(pieces)}."


def column_values(scenario: Scenario) -> str:
    """Return at which values of the data's columns a scenario is solved; empty without columns."""
    capitals = capitals_of(scenario)
    used = {name for _, number in formulas(scenario) for name in number.formula.names}
    parts = []
    for name, column in (scenario.fit.columns if scenario.fit else {}).items():
        if name in used and column.value is not None:
            category = column.at or column.categories[0] if column.categories else None
            value = f'"{category}"' if category else str(column.value)
            parts.append(f"{mid_sentence(name_as_words(column.label or name), capitals)} {value}")
    return (
        f"Solved where the columns of the data have the values: {', '.join(parts)}."
        if parts
        else ""
    )


def points_scale(scenario: Scenario | None) -> str:
    """Return what a point is in a contest."""
    if has_fine_points(scenario):
        return "in the units of the coefficients"
    return "worst to best outcome of an actor: about 100 points"


def has_fine_points(scenario: Scenario | None) -> bool:
    """Return whether a point is no hundredth of what is at stake, and so is told with two digits.

    That is so in a fitted contest, whose points are in the units of its coefficients.
    """
    return scenario is not None and scenario.fit is not None


def belief_note(equilibrium: "Equilibrium") -> Iterator[str]:
    """Yield a sentence on what beliefs mean for the numbers shown, where an actor has its own."""
    if not equilibrium.diagram.perceptions or equilibrium.scenario is None:
        return
    words = words_of(equilibrium)
    believers = [words.mid_sentence(words.actor(name)) for name in equilibrium.scenario.beliefs]
    yield (
        f"The contest gives {join_list(believers)} beliefs that are wrong. Actors choose by what "
        "they believe; outcomes are computed from the numbers as written."
    )


def expectations_elsewhere(equilibrium: "Equilibrium") -> Iterator[str]:
    """Yield where expectations are shown, for a display that leaves them out."""
    if equilibrium.diagram.perceptions:
        yield (
            "The numbers here are what will happen, not what the actors expect, which "
            "'middlegame solve' shows beside it."
        )


def drafted_sentence(found: Sourcing) -> str:
    """Return a sentence on drafted numbers that no person has confirmed; empty if there is none."""
    if not found.drafted:
        return ""
    count, numbers = len(found.drafted), found.numbers
    return (
        f"{count} of {numbers} numbers {'is' if count == 1 else 'are'} unreviewed: drafted by a "
        "language model, and not yet confirmed by a person."
    )


def evidence_words(words: Words, known: Mapping[str, Sequence[str]]) -> str:
    """Return what is known as clauses, separated by semicolons."""
    return "; ".join(
        words.evidence(name)
        if name in words.diagram.evidence
        else words.mid_sentence(words.condition(Is(name, tuple(states))))
        for name, states in known.items()
    )


def nash_sentence(found: "NashResult") -> str:
    """Return a sentence on whether a Nash limit is pure, and on its remaining regret."""
    words = words_of(found.equilibrium)
    worst = max(found.regret, key=lambda name: found.regret[name], default=None)
    kind = "pure" if found.pure else "mixed"
    sentence = (
        f"Nash equilibrium in {kind} strategies: precision raised {found.lambda_factor:.1e}-fold"
    )
    if worst is not None:
        sentence += (
            f"; largest remaining regret {found.regret[worst]:.1e} points, in "
            f"{words.move_phrase(worst)} "
            f"(weighted by reach: {found.expected_regret[worst]:.1e})"
        )
    if found.continuum:
        sentence += "; the limit may lie on a continuum of equilibria"
    return f"{sentence}."
