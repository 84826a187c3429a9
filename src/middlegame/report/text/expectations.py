"""Expectations in words: what each actor expects, what will happen, and what it is wrong about."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from middlegame.diagram import Decision, Node, NodeScale
from middlegame.equilibrium.expectations import Expectation
from middlegame.equilibrium.scale_forecast import question_values
from middlegame.report.text.grammar import capitalize_first
from middlegame.report.text.judgement_values import interval_words, unit_of
from middlegame.report.text.judgements import place_words
from middlegame.report.text.narrative import dated_label, most_likely, words_of
from middlegame.report.text.numbers import percent, points
from middlegame.report.text.scales import rounded_value
from middlegame.report.text.words import Words, clean
from middlegame.scenario.conditions import Is
from middlegame.scenario.model.judgement import FormulaJudgement
from middlegame.scenario.model.walk import judgements_by_place

if TYPE_CHECKING:
    from middlegame.equilibrium.equilibrium import Equilibrium

_MOST_ROWS = 12


@dataclass(frozen=True)
class ExpectationRow:
    """A question or a move, with its probability and what each group of actors takes it to be.

    Attributes:
        label: the question, or the move's likeliest option; of a value what its mean counts.
        happens: the probability, or the mean value.
        expected: the same, as each group of actors expects it.
        scale: of a value its scale; None for a probability.
    """

    label: str
    happens: float
    expected: tuple[float, ...]
    scale: NodeScale | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """What happens, then what each group expects, as text."""
        every = (self.happens, *self.expected)
        if self.scale is None:
            return tuple(map(percent, every))
        return tuple(rounded_value(each, self.scale.step) for each in every)


@dataclass(frozen=True)
class ExpectationTable:
    """What will happen beside what the actors expect, both in the same world.

    Attributes:
        subtitle: what is beside what, and in which world.
        columns: who expects it, one for each group of actors who expect the same.
        rows: questions, then the likeliest option of each move.
        points: for each actor its expected points and those it will get, in words.
        notes: the wrong beliefs, who knows of them, and what the believers do not foresee.
    """

    subtitle: str
    columns: tuple[str, ...]
    rows: tuple[ExpectationRow, ...]
    points: tuple[tuple[str, str, str], ...]
    notes: tuple[str, ...]


def expectation_table(equilibrium: "Equilibrium") -> ExpectationTable | None:
    """Return what each actor expects beside what will happen; None where nobody is wrong.

    Expectations are those of the middle world, so what will happen is told of that world too.
    """
    if not equilibrium.expectations:
        return None
    equilibrium = equilibrium.middle
    ranges = any(each.low < each.high for each in equilibrium.diagram.parameters)
    words, groups = words_of(equilibrium), _groups(equilibrium.expectations)
    rows = [*_question_rows(equilibrium, words, groups), *_move_rows(equilibrium, words, groups)]
    return ExpectationTable(
        subtitle="what will happen, and what each actor expects"
        + (", in the middle world, with every number at its median" if ranges else ""),
        columns=tuple(
            _joined([words.mid_sentence(words.actor(each.actor)) for each in some])
            for some in groups
        ),
        rows=tuple(rows[:_MOST_ROWS]),
        points=tuple(
            (
                capitalize_first(words.actor(each.actor)),
                points(each.points),
                points(equilibrium.points[each.actor]),
            )
            for each in equilibrium.expectations
        ),
        notes=tuple(_notes(equilibrium, words)),
    )


def belief_notes(equilibrium: "Equilibrium") -> Iterator[str]:
    """Yield the wrong beliefs of each believer, and who is aware of them."""
    scenario = equilibrium.scenario
    if scenario is None or not equilibrium.diagram.perceptions:
        return
    words, places = words_of(equilibrium), judgements_by_place(scenario)
    for name, belief in scenario.beliefs.items():
        pieces = []
        for place, number in belief.judgements.items():
            path, true = places[place]
            mistaken, unit = number.read(true.unit), unit_of(path, true.unit)
            if isinstance(true, FormulaJudgement) or isinstance(mistaken, FormulaJudgement):
                said, instead = str(mistaken), str(true)
            else:
                said = interval_words(mistaken.low, mistaken.high, unit, mistaken.best)
                instead = interval_words(true.low, true.high, unit, true.best)
            what = words.mid_sentence(place_words(words, path)).replace(": ", ", ")
            pieces.append(f"{what}, put at {said} instead of {instead}")
        aware = [words.mid_sentence(words.actor(other)) for other in belief.aware]
        knows = f" Aware of this: {_joined(aware)}." if aware else ""
        actor = words.mid_sentence(words.actor(name))
        yield f"Wrong beliefs of {actor}: {'; '.join(pieces)}.{knows}"


def _notes(equilibrium: "Equilibrium", words: Words) -> Iterator[str]:
    yield from belief_notes(equilibrium)
    for each in equilibrium.expectations:
        actor = capitalize_first(words.actor(each.actor))
        if each.contradiction:
            yield (
                f"{actor} has seen evidence that is impossible in the contest that it has in "
                "mind; its expectations leave it out."
            )
        for move, chance in each.unforeseen.items():
            yield (
                f"With a probability of {percent(chance)}, {words.move_phrase(move)} "
                "comes to be made where its actor thought it impossible; there it chooses as it "
                "would without its error."
            )


def _groups(found: Sequence[Expectation]) -> list[list[Expectation]]:
    """Group the actors who take the contest to be the same, and have seen the same evidence."""
    groups: list[list[Expectation]] = []
    for each in found:
        for some in groups:
            one, other = each.play, some[0].play
            if one.tables is other.tables and one.known == other.known:
                some.append(each)
                break
        else:
            groups.append([each])
    return groups


def _question_rows(
    equilibrium: "Equilibrium", words: Words, groups: Sequence[Sequence[Expectation]]
) -> Iterator[ExpectationRow]:
    scenario = equilibrium.scenario
    values = equilibrium.question_values
    expected_values = [question_values(scenario, some[0].play.scale_forecasts) for some in groups]
    for name, question in (scenario.questions if scenario else {}).items():
        label = dated_label(words, question)
        if name in values:
            means = tuple(each[name].mean for each in expected_values)
            node = words.node(values[name].name)
            yield _value_row(label, values[name].mean, means, node)
            continue
        expected = tuple(some[0].questions[name] for some in groups)
        yield ExpectationRow(label, equilibrium.questions[name], expected)


def _move_rows(
    equilibrium: "Equilibrium", words: Words, groups: Sequence[Sequence[Expectation]]
) -> Iterator[ExpectationRow]:
    questions = equilibrium.scenario.yes_no_questions.values() if equilibrium.scenario else ()
    asked = [question.will for question in questions]
    asked_values = {each.name for each in equilibrium.question_values.values()}
    for node in equilibrium.diagram.nodes:
        if isinstance(node, Decision) and node.headline and node.name not in asked_values:
            if node.scale is not None:
                means = tuple(some[0].play.scale_forecasts[node.name].mean for some in groups)
                mean = equilibrium.scale_forecasts[node.name].mean
                yield _value_row(capitalize_first(words.heading(node.name)), mean, means, node)
                continue
            state, chance = most_likely(equilibrium.forecasts[node.name])
            if Is(node.name, (state,)) in asked:
                continue
            expected = tuple(some[0].play.forecasts[node.name][state] for some in groups)
            yield ExpectationRow(
                capitalize_first(words.full_clause(node.name, state)), chance, expected
            )


def _value_row(label: str, mean: float, expected: tuple[float, ...], node: Node) -> ExpectationRow:
    """Return the row of a value on a scale: its means."""
    unit = f", {node.scale.unit}" if node.scale and node.scale.unit else ""
    return ExpectationRow(f"{label}: mean{unit}", mean, expected, node.scale)


def _joined(names: Sequence[str]) -> str:
    names = [clean(name) for name in names]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
