"""Results in a notebook: an equilibrium and a sweep as a card, analyses as their sections."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import singledispatch
from typing import Any

import numpy as np

from middlegame.diagram import Decision
from middlegame.equilibrium.equilibrium import Equilibrium
from middlegame.equilibrium.nash import NashResult
from middlegame.report.html.report import environment, result_html
from middlegame.report.html.sections import STYLE
from middlegame.report.text import narrative
from middlegame.report.text import sweep as sweep_text
from middlegame.report.text.branches import branch_texts
from middlegame.report.text.intervals import interval, outlooks
from middlegame.report.text.intervals import method as interval_method
from middlegame.report.text.omissions import omission_sentences
from middlegame.report.text.palette import NEUTRAL, actor_colours
from middlegame.report.text.reasons import move_reasons
from middlegame.report.text.scales import forecast_rows
from middlegame.sweeps.result import Sweep
from middlegame.sweeps.summaries import Outlook


@dataclass(frozen=True)
class _Row:
    label: str
    chance: float
    strong: bool
    half: tuple[float, float] | None = None
    ninety: tuple[float, float] | None = None
    interval: str = ""


@dataclass(frozen=True)
class _Block:
    title: str
    colour: str
    rows: list[_Row]
    reason: str = ""


@singledispatch
def html_of(result: Any) -> str:
    """Return a result as a piece of HTML for a notebook.

    Raises:
        TypeError: the result has neither a card nor sections of the report.
    """
    style = STYLE.replace(":root{", "&{").replace("body{", "&{")
    return f'<div class="mg-report"><style>.mg-report{{{style}}}</style>{result_html(result)}</div>'


@html_of.register
def _equilibrium(found: Equilibrium, note: str = "") -> str:
    words = narrative.words_of(found)
    colours = actor_colours(found.diagram)
    asked = [
        _row(question.label, question.probability, False, question.outlook)
        for question in narrative.question_forecasts(found)
    ]
    blocks, reasons = [], move_reasons(found)
    for node in found.diagram.nodes:
        if isinstance(node, Decision) or node.headline:
            shown = forecast_rows(found, words, node.name)
            on_scale = node.name in found.scale_forecasts
            top = -1 if on_scale else int(np.round(shown.chances, 9).argmax())
            every = None if on_scale else outlooks(found, node.name)
            spread: Sequence[Outlook | None] = every or [None] * len(shown.labels)
            sentences = [*shown.notes, reasons.get(node.name, "")]
            blocks.append(
                _Block(
                    words.heading(node.name),
                    colours[node.owner] if isinstance(node, Decision) else NEUTRAL,
                    [
                        _row(label, chance, place == top, outlook)
                        for place, (label, chance, outlook) in enumerate(
                            zip(shown.labels, shown.chances, spread, strict=True)
                        )
                    ],
                    " ".join(filter(None, sentences)),
                )
            )
    for branch in branch_texts(found, words):
        rows = [_Row(line.clause, line.probability, False) for line in branch.lines]
        blocks.append(_Block(branch.title, NEUTRAL, rows))
    due = narrative.common_due_date(found)
    sentences = omission_sentences(found)
    left_out = f"Gaps: {' '.join(sentences)}" if sentences else ""
    return _card(
        title=words.title,
        answer=narrative.answer(found),
        notes=[*narrative.notes(found), *([note] if note else [])],
        asked=_Block(f"Questions {due}".rstrip(), "#0b5c8f", asked, _sentences(found)),
        blocks=blocks,
        method=f"{interval_method(found)} {left_out}".strip(),
    )


@html_of.register
def _limit(found: NashResult) -> str:
    return _equilibrium(found.equilibrium, narrative.nash_sentence(found))


@html_of.register
def _sweep(found: Sweep) -> str:
    asked = sweep_text.questions(found)
    groups = [*sweep_text.moves(found), *sweep_text.factors(found)]
    return _card(
        title=narrative.words_of(found.equilibrium).title,
        answer=sweep_text.answer(found),
        notes=[*narrative.notes(found.equilibrium), *sweep_text.notes(found)],
        method=sweep_text.method(found),
        asked=_spreads(asked, "#0b5c8f"),
        blocks=[_spreads(group, group.colour) for group in groups],
    )


def _row(label: str, chance: float, strong: bool, outlook: Outlook | None) -> _Row:
    if outlook is None:
        return _Row(label, chance, strong)
    ends = f"90% interval: {interval(*outlook.ninety)}"
    return _Row(label, chance, strong, outlook.half, outlook.ninety, ends)


def _spreads(group: sweep_text.OutlookGroup, colour: str) -> _Block:
    rows = [_row(line.label, line.outlook.mean, line.top, line.outlook) for line in group.rows]
    return _Block(group.title, colour, rows, " ".join(group.notes))


def _sentences(found: Equilibrium) -> str:
    return " ".join(narrative.value_answers(found))


def _card(**parts: Any) -> str:
    return str(environment().get_template("notebook.html").render({"method": ""} | parts))
