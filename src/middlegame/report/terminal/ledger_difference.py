"""What changed between two records, in the terminal, the largest moves first."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rich.console import Console

from middlegame.report.terminal.columns import Page
from middlegame.report.terminal.ledger_records import (
    forecast_label,
    number_labels,
    record_words,
)
from middlegame.report.text.change import Shift, mean_shift, percent_shift
from middlegame.report.text.numbers import date
from middlegame.report.text.words import Words, clean

if TYPE_CHECKING:
    from middlegame.analysis.counterfactuals import NumberChange
    from middlegame.ledger.difference import QuestionChange, RecordDifference

_NEAR = 0.005
"""So far means over fewer worlds may be from those recorded without a word."""
_SHOWN = 0.0005
"""Moves below a twentieth of a percentage point, or this share of a scale, are left out."""


def show_difference(found: "RecordDifference", console: Console) -> None:
    """Print the forecasts of both records, the changed numbers, and the effect of each."""
    page = Page(console)
    older, newer = found.older, found.newer
    page.title(
        f"From record {older.id} to record {newer.id}",
        f"{clean(older.forecaster)}, {date(older.made_at)} - "
        f"{clean(newer.forecaster)}, {date(newer.made_at)}",
    )
    words = record_words(newer)
    labels = number_labels(record_words(older)) | number_labels(words)
    page.section("Questions")
    page.shift_rows([_shift(moved, words) for moved in found.questions])
    for question in found.removed:
        page.paragraph(f"{clean(question.key)} is no longer asked.")
    for question in found.added:
        page.paragraph(f"{clean(question.key)} is new.")
    page.gap()
    if found.numbers:
        page.section("Numbers that changed")
        for number in found.numbers:
            page.paragraph(_number(number, labels))
        page.gap()
    _effects(page, found, words, labels)
    if found.worlds:
        page.paragraph(
            f"Effects are computed from {found.worlds:,} worlds, with the same draws for both.",
            style="dim",
        )
    for note in found.notes:
        page.paragraph(f"{clean(note)}.", mark="!")


def _effects(
    page: Page, found: "RecordDifference", words: Words | None, labels: Mapping[str, str]
) -> None:
    explained = [moved for moved in found.questions if moved.interaction is not None]
    if not explained:
        return
    if not found.numbers and not any(
        abs(moved.other_changes or 0) >= _SHOWN * _length(moved) for moved in explained
    ):
        page.paragraph("The scenario's numbers are the same in both.")
        return
    page.section("Causes of the change", "effect of each number's newer value alone")
    for moved in explained:
        page.paragraph(forecast_label(moved.forecast, words), style="bold")
        effects = [
            (effect.change, " and ".join(labels.get(name, name) for name in effect.numbers))
            for effect in moved.effects
        ]
        effects.append((moved.interaction or 0.0, "interaction of all numbers"))
        effects.append((moved.other_changes or 0.0, "other changes of the scenario"))
        shown = [(move, name) for move, name in effects if abs(move) >= _SHOWN * _length(moved)]
        for move, name in shown:
            page.hanging(_move(moved, move), clean(name))
        if not shown:
            least = "a thousandth of the scale" if moved.question.scale else "0.1 percentage points"
            page.paragraph(f"  No number changes it by {least}.")
        if moved.recomputed is not None:
            before, after = moved.recomputed
            off = max(abs(before - moved.before), abs(after - moved.after)) / _length(moved)
            if found.worlds and off < _NEAR:
                continue
            means = found.older.sample or found.newer.sample or moved.forecast.low is not None
            if means and not found.worlds:
                page.paragraph(
                    "The records hold means over worlds, but not both say how these were drawn. "
                    "The effects are at the middle of all ranges, where the forecast changes from "
                    f"{_number_words(moved, before)} to {_number_words(moved, after)}."
                )
                continue
            page.paragraph(
                f"This version of middlegame computes {_number_words(moved, before)} and "
                f"{_number_words(moved, after)} from the two texts; the records hold "
                f"{_number_words(moved, moved.before)} and {_number_words(moved, moved.after)}. "
                "The effects are those of this version.",
                mark="!",
            )
    page.gap()


def _length(moved: "QuestionChange") -> float:
    """Return the length of the scale on which a question's number lies."""
    return moved.question.scale.length if moved.question.scale else 1.0


def _move(moved: "QuestionChange", move: float) -> str:
    if moved.question.scale is None:
        return f"{100 * move:+8.1f} pp"
    return f"{move:+8.3g} {clean(moved.question.scale.unit)}".rstrip()


def _number_words(moved: "QuestionChange", number: float) -> str:
    return f"{number:.1%}" if moved.question.scale is None else f"{number:.4g}"


def _shift(moved: "QuestionChange", words: Words | None) -> Shift:
    label = forecast_label(moved.forecast, words)
    if moved.question.scale is not None:
        step = moved.forecast.on_scale.step if moved.forecast.on_scale else 1.0
        unit = clean(moved.question.scale.unit)
        return mean_shift(label, moved.before, moved.after, step, unit)
    return percent_shift(label, moved.before, moved.after)


def _number(number: "NumberChange", labels: Mapping[str, str]) -> str:
    label = labels.get(number.name, clean(number.name))
    if number.before is None:
        return f"{label}: new, {number.after}"
    if number.after is None:
        return f"{label}: removed, it was {number.before}"
    if number.before == number.after:
        return (
            f"{label}: {number.before}, used at {number.value_before:.4g}, then "
            f"at {number.value_after:.4g}"
        )
    return f"{label}: {number.before} -> {number.after}"
