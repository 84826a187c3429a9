"""Robustness in words: which answers hold whatever the method, and which hang on what."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from middlegame.analysis.robustness import ForecastAnswer, LikeliestState, Robustness, Variant
from middlegame.analysis.robustness_sources import DEFAULT_FACTOR, DEFAULT_POINTS, WIDER
from middlegame.analysis.robustness_variants import Kind
from middlegame.report.text.grammar import capitalize_first, join_list, possessive, quote
from middlegame.report.text.narrative import dated_clause, dated_label, due_date, has_twin, words_of
from middlegame.report.text.numbers import percent, with_unit
from middlegame.report.text.starting_point import question_numbers, starting_point
from middlegame.report.text.words import Words, clean
from middlegame.scenario.conditions import ALWAYS, Not
from middlegame.scenario.model.judgement import format_number

SECTIONS: dict[Kind, str] = {
    "precision": "Precision",
    "behaviour": "Models of behaviour",
    "nash": "Full precision (Nash limit)",
    "equilibrium": "Other equilibria",
    "interest": "Without an interest",
    "source": "Without a source",
}
"""The titles of the kinds of variants."""
_METHOD = (
    "An answer holds where the same state stays the most likely one and its probability stays "
    "within 10 percentage points. Each number is compared with that of the contest as written in "
    "the same worlds."
)
_METHOD_OF_VALUES = " A value holds where its median stays within 10% of its scale's length."
_METHOD_OF_SOURCES = (
    " Without a source, the ranges that cite it alone "
    f"get {WIDER:.0f} times their half-width, exact numbers get a range (points plus or minus "
    f"{DEFAULT_POINTS:.0%}, odds up to {DEFAULT_FACTOR:.0f} times higher or lower), and evidence "
    "that cites it alone is dropped; these rows are means over worlds."
)
_CONDITIONAL = "points if "
"""What an interest without a label is called, before its condition."""
_MOST_NAMED = 2
_SEVERAL = 3
"""States from which on it does not go without saying which other one is the likeliest."""
_SMALL = 0.015
"""The largest change, in probability or lengths of a scale, that a short table leaves out."""


@dataclass(frozen=True)
class RobustnessCell:
    """The probability of an answer in a variant, or its median.

    Attributes:
        text: as it is shown; a dash where there is none.
        holds: whether the answer holds; None where there is no forecast.
    """

    text: str
    holds: bool | None


@dataclass(frozen=True)
class RobustnessRow:
    """A variant as a row of the table.

    Attributes:
        label: what is varied; how many variants there are of those without a forecast.
        cells: one for each answer.
        note: why there is no forecast; empty if there is one.
        is_small: whether every answer changes little.
    """

    label: str
    cells: tuple[RobustnessCell, ...]
    note: str = ""
    is_small: bool = False


@dataclass(frozen=True)
class RobustnessText:
    """Robustness, ready to be shown.

    Attributes:
        sentence: which answers hold in all variants.
        details: a sentence on each answer that does not: how it changes, and in which variants.
        columns: each answer in words.
        before: each answer's probability or median as written, as it is shown.
        groups: the kinds of variants with their rows; the first row of a group is the contest as
            written, with which the others are compared.
        small: how little the answers change in rows that `is_small`.
    """

    sentence: str
    details: tuple[str, ...]
    columns: tuple[str, ...]
    before: tuple[str, ...]
    groups: tuple[tuple[str, tuple[RobustnessRow, ...]], ...]
    small: str


def start(found: Robustness) -> list[str]:
    """Return in which world the variants are solved, and whether other equilibria were sought."""
    written, middle = found.equilibrium, found.equilibrium.middle
    sources = any(variant.kind == "source" for variant in found.variants)
    what = "All variants except those without a source" if sources else "All variants"
    notes = starting_point(what, written, middle, question_numbers(written, middle))
    if found.starts and not any(variant.kind == "equilibrium" for variant in found.variants):
        notes.append(f"No other equilibrium was found from {found.starts} random starts.")
    return notes


def robustness_text(found: Robustness) -> RobustnessText:
    """Put robustness into words and rows."""
    words = words_of(found.equilibrium)
    groups, compared = [], ""
    for kind, title in SECTIONS.items():
        rows = _rows(found, words, [v for v in found.variants if v.kind == kind])
        where = f"mean over {found.world_count} worlds" if kind == "source" else "middle world"
        if rows and where != compared:
            rows = (_row_as_written(found, kind, where), *rows)
            compared = where
        if rows:
            groups.append((title, rows))
    firm, details = _sentences(found, words)
    return RobustnessText(
        sentence=firm,
        details=details,
        columns=tuple(answer_label(words, answer) for answer in found.answers),
        before=tuple(number_words(answer, answer.forecast) for answer in found.answers),
        groups=tuple(groups),
        small="no probability changes by more than a point"
        + (f", and no median by more than {_SMALL:.1%} of its scale" if _has_values(found) else ""),
    )


def _row_as_written(found: Robustness, kind: Kind, where: str) -> RobustnessRow:
    """Return the row of the contest as written, with which variants of a kind are compared."""
    cells = tuple(
        RobustnessCell(number_words(each, each.mean if kind == "source" else each.middle), True)
        for each in found.answers
    )
    return RobustnessRow(f"As written ({where})", cells)


def _has_values(found: Robustness) -> bool:
    return any(answer.state is None for answer in found.answers)


def answer_label(words: Words, answer: ForecastAnswer) -> str:
    """Return what is forecast: a question, a value, or the likeliest state of a node."""
    if not answer.is_question:
        clause = answer.state and words.clause(answer.name, answer.state)
        return capitalize_first(clause or words.label(answer.name))
    asked = words.scenario.questions[answer.name] if words.scenario else None
    return dated_label(words, asked) if asked else clean(answer.name)


def _answer_subject(words: Words, answer: ForecastAnswer) -> str:
    """Return what is forecast as the subject of a sentence: a question by its label in quotes."""
    label = answer_label(words, answer)
    asked = words.scenario.questions.get(answer.name) if words.scenario else None
    several = asked and asked.value is None and len(asked.will.leaves()) > 1
    if answer.state is None or (asked and (asked.label or (several and answer.state == "no"))):
        return f"{'The answer no to ' if answer.state == 'no' else ''}{quote(label)}"
    return f"The answer that {_within_sentence(words, answer)}"


def _within_sentence(words: Words, answer: ForecastAnswer) -> str:
    """Return the likelier answer as it stands within a sentence."""
    asked = words.scenario.questions.get(answer.name) if words.scenario else None
    if answer.is_question and asked:
        if answer.state != "no":
            return dated_clause(words, asked)
        opposite = Not(asked.will)
        if len(asked.will.leaves()) == 1:
            told = words.mid_sentence(words.condition(opposite))
            return f"{told} {due_date(asked)}" if has_twin(words, asked) else told
        return f"the answer to {quote(dated_label(words, asked))} is no"
    return words.mid_sentence(answer_label(words, answer))


def shown_share(answer: ForecastAnswer, number: float) -> float:
    """Return a number's place from 0 to 1: the probability of yes, or the place on the scale."""
    if answer.state is None:
        return (number - answer.bounds[0]) / answer.length
    return 1 - number if answer.is_question and answer.state == "no" else number


def number_words(answer: ForecastAnswer, number: float) -> str:
    """Return an answer's number as it is shown: `41%`, or `median 40`; `-` where there is none."""
    if answer.state is None:
        return "-" if math.isnan(number) else f"median {format_number(number)}"
    return percent(shown_share(answer, number))


def _likelier_words(answer: ForecastAnswer, number: float) -> str:
    """Return the probability of the likelier answer, or the median, as a sentence shows it."""
    return number_words(answer, number) if answer.state is None else percent(number)


def variant_label(words: Words, variant: Variant) -> str:
    """Return what a variant varies, in words."""
    match variant.kind:
        case "precision":
            return f"{capitalize_first(variant.name)} precision"
        case "equilibrium":
            return f"Equilibrium {int(variant.name.split()[-1]) + 1}"
        case "nash":
            return "Full precision"
        case "interest":
            return capitalize_first(_interest(words, variant.name))
        case "source":
            source = words.scenario.sources.get(variant.name) if words.scenario else None
            return clean(source.title) if source else clean(variant.name)
        case _:
            model, comma, precision = variant.name.partition(", ")
            kind, _, number = model.partition(" ")
            if kind == "equilibrium":
                return "All in equilibrium"
            if kind == "level":
                return f"Level-{number} reasoning{comma}{precision}"
            mean = f" of mean {number}" if number else ""
            return f"A cognitive hierarchy{mean}{comma}{precision}"


def _interest(words: Words, path: str) -> str:
    """Return whose interest it is, and in what: `Moscow: Venezuela as an ally`."""
    scenario = words.scenario
    actor, _, place = path.removeprefix("interests.").partition("[")
    number = int(place.partition("]")[0] or 0)
    if scenario is None or actor not in scenario.interests:
        return clean(path)
    interest = scenario.interests[actor][number]
    owner, label = words.actor(actor), words.mid_sentence(words.interest_label(interest))
    if interest.when != ALWAYS and not (interest.label or interest.worth.label):
        return f"{owner}: {_CONDITIONAL}{label}"
    return label if label.startswith(f"{words.mid_sentence(owner)} ") else f"{owner}: {label}"


def _rows(
    found: Robustness, words: Words, variants: Sequence[Variant]
) -> tuple[RobustnessRow, ...]:
    """Return a row for each variant; those that cannot be computed, by reason, in one."""
    rows = [_row(found, words, each) for each in variants if not each.refusal]
    none = (RobustnessCell("-", None),) * len(found.answers)
    refused = [each for each in variants if each.refusal]
    for reason in dict.fromkeys(each.refusal for each in refused):
        alike = [each for each in refused if each.refusal == reason]
        label = f"{len(alike)} variants" if len(alike) > 1 else variant_label(words, alike[0])
        rows.append(RobustnessRow(label, none, f"not computed: {clean(reason)}"))
    return tuple(rows)


def _row(found: Robustness, words: Words, variant: Variant) -> RobustnessRow:
    cells = tuple(
        RobustnessCell(number_words(answer, variant.numbers[place]), found.holds(variant, place))
        for place, answer in enumerate(found.answers)
    )
    small = all(found.change(variant, place) < _SMALL for place in range(len(cells)))
    return RobustnessRow(variant_label(words, variant), cells, is_small=small)


def _sentences(found: Robustness, words: Words) -> tuple[str, tuple[str, ...]]:
    """Say which answers hold in all variants, and how each of the others changes in which."""
    firm, details = [], []
    for place, answer in enumerate(found.answers):
        chance = _likelier_words(answer, answer.forecast)
        if answer.unit is not None:
            chance = with_unit(chance, answer.unit)
        breaking = found.breaking(place)
        if not breaking:
            firm.append(f"{_within_sentence(words, answer)} ({chance})")
            continue
        ways: dict[str, list[Variant]] = {}
        for variant in sorted(breaking, key=lambda v: v.same[place]):
            ways.setdefault(_change(found, words, variant, place), []).append(variant)
        parts = [f"{way} {_where(found, words, variants, place)}" for way, variants in ways.items()]
        details.append(f"{_answer_subject(words, answer)} ({chance}) {'; '.join(parts)}.")
    gaps = []
    if found.refused:
        gaps.append(f"{found.refused} cannot be computed")
    if found.missing:
        gaps.append(f"{found.missing} were not tried before it was stopped")
    tried = f"the {found.computed} variants"
    if gaps:
        tried += f" that were computed ({join_list(gaps)})"
    if not found.answers:
        return "The contest has neither questions nor moves.", ()
    if not found.computed:
        return f"No variant was computed ({join_list(gaps)}).", ()
    if not firm:
        return f"No answer holds in all of {tried}.", tuple(details)
    what = "this answer holds" if len(firm) == 1 else "these answers hold"
    return f"In all of {tried} {what}: {'; '.join(firm)}.", tuple(details)


def _change(found: Robustness, words: Words, variant: Variant, place: int) -> str:
    """Return what becomes of an answer that does not hold in a variant."""
    answer = found.answers[place]
    number, before = variant.numbers[place], found.before(variant, place)
    if answer.state is None:
        return "has no value" if math.isnan(number) else "rises" if number > before else "falls"
    if not variant.same[place]:
        now = _new_state(words, answer, variant.likeliest[place])
        return f"changes to {quote(words.state(answer.name, now.state))}" if now else "changes"
    return "becomes firmer" if number > before else "becomes weaker"


def _where(found: Robustness, words: Words, variants: Sequence[Variant], place: int) -> str:
    """Return in which variants an answer goes one way, those of the largest changes by name."""
    named = join_list(
        [
            f"{_condition(words, variant)} ({_number_in(found, words, variant, place)})"
            for variant in variants[:_MOST_NAMED]
        ]
    )
    if len(variants) <= _MOST_NAMED:
        return named
    return f"in {len(variants)} of {found.computed} variants, above all {named}"


def _number_in(found: Robustness, words: Words, variant: Variant, place: int) -> str:
    """Return an answer's number in a variant, after that of a state that is named as likelier."""
    answer = found.answers[place]
    number = _likelier_words(answer, variant.numbers[place])
    now = None if variant.same[place] else _new_state(words, answer, variant.likeliest[place])
    return f"{percent(now.probability)} against {number}" if now else number


def _new_state(
    words: Words, answer: ForecastAnswer, likeliest: LikeliestState | None
) -> LikeliestState | None:
    """Return a new likeliest state if it is to be named: it is no other one of two."""
    if answer.is_question or len(words.node(answer.name).states) < _SEVERAL:
        return None
    return likeliest


def _condition(words: Words, variant: Variant) -> str:
    """Return a variant as an adverbial: `at half precision`."""
    label = variant_label(words, variant)
    match variant.kind:
        case "precision" | "nash":
            return f"at {label[0].lower()}{label[1:]}"
        case "behaviour":
            model, _, precision = label.partition(", ")
            return f"with {model[0].lower()}{model[1:]}{f' at {precision}' if precision else ''}"
        case "equilibrium":
            return f"in {label[0].lower()}{label[1:]}"
        case "interest":
            owner, _, interest = label.partition(": ")
            owned = (
                f"{possessive(words.mid_sentence(owner))} interest" if interest else "the interest"
            )
            if interest.startswith(_CONDITIONAL):
                return f"without {possessive(words.mid_sentence(owner))} {interest}"
            return f"without {owned} {quote(interest or label)}"
        case _:
            return f"without the source {quote(label)}"


def method(found: Robustness) -> str:
    """Return what counts as holding, and what was varied how."""
    sources = any(variant.kind == "source" for variant in found.variants)
    values = _METHOD_OF_VALUES if _has_values(found) else ""
    return _METHOD + values + (_METHOD_OF_SOURCES if sources else "")
