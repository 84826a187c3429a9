"""Rival analysts in words: their forecasts, what they judge differently, and their weights."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from middlegame.diagram import Parameter
from middlegame.report.text.grammar import capitalize_first, join_list, quote
from middlegame.report.text.judgements import judgement_words
from middlegame.report.text.narrative import dated_label
from middlegame.report.text.numbers import percent, with_unit
from middlegame.report.text.words import Words, clean
from middlegame.scenario.model.judgement import format_number

if TYPE_CHECKING:
    from middlegame.analysis.comparison import Comparison, Disagreement
    from middlegame.analysis.counterfactuals import NumberChange
    from middlegame.ledger.scoring import EarnedWeights

_METHOD = (
    "The number in front is the mean size of the judgement's effect on the forecasts, in "
    "percentage points. Each judgement is switched from the first analyst's to the other's twice: "
    "before all others and after all others. Its effect is the mean of the two changes (the "
    "Shapley value, if numbers interact in pairs only). "
)
_VALUES = "An effect on a value is one on its mean, and counts in hundredths of its scale. "
_MEANS = (
    "All numbers are means over the worlds drawn from each analyst's ranges, as in the forecast; "
    "an interval holds 90% of the worlds."
)
_FIRST = " The effects are means over the first {worlds} of these worlds."
_MIDDLE = "All numbers are those of the middle world, with every number at its median."
_SAME = 1e-9
"""Effects on the two options of one move differ by less but for their signs."""
NO_DISAGREEMENT = "No judgement on which the analysts differ changes a forecast."
DISAGREEMENT_TO_COME = "Which judgements make the difference is still being computed."
SHOWN_EFFECT = 0.0005
"""Smallest effect of a judgement that is shown, as a probability."""
MOST_DISAGREEMENTS = 12
_SHOWN_RESIDUAL = 0.005


def method(found: "Comparison") -> str:
    """Return how the effects are computed, and over which worlds."""
    over_worlds = any(question.over_worlds for question in found.questions) or any(
        each.mean_interval for forecasts in found.values.values() for each in forecasts if each
    )
    values = _VALUES if found.values else ""
    first = _FIRST.format(worlds=found.switched_worlds) if found.switched_worlds else ""
    known = any(analyst.scenario.evidence for analyst in found.analysts)
    given = "All forecasts are given the evidence in each analyst's file. " if known else ""
    return given + _METHOD + values + (_MEANS + first if over_worlds else _MIDDLE)


def question_words(found: "Comparison", name: str) -> str:
    """Return a question's label; its condition in words where it has none."""
    for analyst in found.analysts:
        question = analyst.scenario.questions.get(name)
        if question is not None:
            return dated_label(Words(found.diagram, analyst.scenario), question)
    words = Words(found.diagram, found.analysts[0].scenario)
    return words.condition_label(name)


def summary(found: "Comparison") -> str:
    """Return the main result in a sentence: where the forecasts differ most, and the pooled one."""
    widest, best = "", -1.0
    for question in found.questions:
        forecasts = [
            (chance, clean(analyst.name))
            for analyst, chance in zip(found.analysts, question.probabilities, strict=True)
            if chance is not None
        ]
        if len(forecasts) < 2:
            continue
        (low, lowest), (high, highest) = min(forecasts), max(forecasts)
        if high - low > best:
            best = high - low
            widest = (
                f"The analysts differ most on {quote(question_words(found, question.name))}: "
                f"{percent(low)} ({lowest}) to {percent(high)} ({highest}), "
                f"{percent(question.linear_pool)} pooled."
            )
    rows = value_rows(found)
    if not widest and rows:
        label, cells = rows[0]
        medians = [
            f"{median} ({clean(analyst.name)})"
            for analyst, (median, _) in zip(found.analysts, cells, strict=True)
        ]
        return f"{label}: {', '.join(medians)}."
    return widest or NO_DISAGREEMENT


def disagreement_words(found: "Comparison", disagreement: "Disagreement") -> str:
    """Return what two analysts judge differently, and its largest effects on the forecasts."""
    first, other = map(clean, disagreement.analysts)
    words = Words(found.diagram, found.analysts[0].scenario)
    numbers = "; ".join(
        f"{capitalize_first(_judgement(words, number))}: {number.before} ({first}), "
        f"{number.after} ({other})"
        for number in disagreement.numbers
    )
    largest = sorted(
        disagreement.contributions.items(), key=lambda effect: -abs(round(effect[1], 9))
    )
    shown: dict[str, float] = {}
    for name, effect in largest:
        opposite = any(
            _variable(name) == _variable(other) and abs(effect + shown[other]) < _SAME
            for other in shown
        )
        if abs(effect) >= SHOWN_EFFECT and not opposite and len(shown) < 3:
            shown[name] = effect
    effects = [
        f"{words.mid_sentence(question_words(found, name))} {_effect(found, name, effect)}"
        for name, effect in shown.items()
    ]
    return f"{numbers}. Effect: {'; '.join(effects)}."


def _variable(name: str) -> str:
    """Return the move or factor that a condition `name = state` is about; else the name."""
    return name.partition(" = ")[0]


def _effect(found: "Comparison", question: str, effect: float) -> str:
    """Return an effect on a forecast in percentage points; on a mean value in its unit."""
    forecasts = [each for each in found.values.get(question, ()) if each]
    if not forecasts:
        return f"{100 * effect:+.1f} pp"
    length = forecasts[0].values[-1] - forecasts[0].values[0]
    return with_unit(f"{effect * length:+.2g}", forecasts[0].unit)


def value_rows(found: "Comparison") -> list[tuple[str, list[tuple[str, str]]]]:
    """Return each value with its unit, and each analyst's median and 90% interval of it."""
    rows = []
    for name, forecasts in found.values.items():
        units = {each.unit for each in forecasts if each and each.unit}
        label = f"{question_words(found, name)}: median{''.join(f', {each}' for each in units)}"
        cells = [
            (format_number(each.median), " to ".join(map(format_number, each.ninety)))
            if each
            else ("-", "")
            for each in forecasts
        ]
        rows.append((label, cells))
    return rows


def weights_words(found: "Comparison", earned: "EarnedWeights | None") -> str:
    """Return a sentence about the analysts' weights in the pooled forecasts.

    Args:
        found: the comparison.
        earned: how the weights were earned in the ledger; None for equal weights.
    """
    if earned is None:
        return "The analysts are weighted equally."
    if not earned.questions:
        names = join_list([clean(name) for name in earned.unknown], "or")
        unknown = f", and none of {names} at all" if names else ""
        return (
            "The analysts are weighted equally: the ledger holds no scored forecasts of all of "
            f"them for the same question{unknown}."
        )
    weights = join_list(
        [
            f"{clean(analyst.name)} {percent(weight)}"
            for analyst, weight in zip(found.analysts, found.weights, strict=True)
        ]
    )
    plural = "question" if earned.questions == 1 else "questions"
    return (
        f"Weights in the pooled forecasts: {weights}, earned on {earned.questions} resolved "
        f"{plural} (Geweke & Amisano 2011)."
    )


def comparison_notes(found: "Comparison") -> Iterator[str]:
    """Yield sentences about differences that single numbers do not explain, then other notes."""
    for name, residuals in found.residuals.items():
        largest = max(residuals.items(), key=lambda item: abs(item[1]), default=None)
        if largest and abs(largest[1]) >= _SHOWN_RESIDUAL:
            yield (
                f"{clean(name)}: {_effect(found, *largest).lstrip('+-')} of the difference "
                f"({question_words(found, largest[0])}) come from several numbers together, or "
                "from other parts of the scenario."
            )
    for note in found.notes:
        yield capitalize_first(f"{clean(note)}.")


def _judgement(words: Words, number: "NumberChange") -> str:
    judged = number.before or number.after
    assert judged is not None
    label = judged.label or ""
    parameter = Parameter(
        number.name, judged.low, judged.high, judged.unit, path=number.path, label=label
    )
    return judgement_words(words, parameter)
