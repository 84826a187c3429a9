"""Robustness as a strip for each answer: every variant a mark at its probability. Static SVG."""

from html import escape
from math import isnan
from textwrap import wrap

from middlegame.analysis.robustness import WITHIN, Robustness
from middlegame.report.text.narrative import words_of
from middlegame.report.text.robustness import answer_label, number_words, shown_share, variant_label

_WIDTH, _HEIGHT = 640, 18
_LETTERS, _LINE, _GAP = 90, 17, 12
_HOLDS, _BREAKS = "#0b5c8f", "#b3261e"


def robustness_chart(found: Robustness) -> str:
    """Draw each answer as a strip from 0% to 100%, or a value's median as one along its scale.

    The shaded part is within 10% of the strip's length of the answer as written. Each variant is a
    mark; those in which the answer does not hold are red, with a name to point at.

    Returns:
        An SVG image that takes the page's text colour and font.
    """
    words, parts, y = words_of(found.equilibrium), [], 0
    for place, answer in enumerate(found.answers):
        written = shown_share(answer, answer.middle)
        label = f"{answer_label(words, answer)} ({number_words(answer, answer.middle)})"
        for line in wrap(label, _LETTERS):
            y += _LINE
            parts.append(f'<text x="0" y="{y - 4}" font-size="13">{escape(line)}</text>')
        low, high = (_WIDTH * min(max(written + sign * WITHIN, 0.0), 1.0) for sign in (-1, 1))
        parts.append(f'<rect y="{y}" width="{_WIDTH}" height="{_HEIGHT}" opacity=".08"/>')
        parts.append(
            f'<rect x="{low:.1f}" y="{y}" width="{high - low:.1f}" height="{_HEIGHT}" '
            f'fill="{_HOLDS}" opacity=".18"/>'
        )
        for variant in found.variants:
            holds = found.holds(variant, place)
            if holds is None or isnan(variant.numbers[place]):
                continue
            x = _WIDTH * shown_share(answer, variant.numbers[place])
            number = number_words(answer, variant.numbers[place])
            name = f"{variant_label(words, variant)}: {number}"
            colour = _HOLDS if holds else _BREAKS
            parts.append(
                f'<rect x="{x - 1.2:.1f}" y="{y + 3}" width="2.4" height="{_HEIGHT - 6}" '
                f'fill="{colour}" opacity=".75"><title>{escape(name)}</title></rect>'
            )
        x = _WIDTH * written
        parts.append(
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{y - 1}" y2="{y + _HEIGHT + 1}" '
            'stroke="currentColor" stroke-width="1.5"/>'
        )
        y += _HEIGHT + _GAP
    description = "; ".join(
        f"{answer_label(words, answer)}: {len(found.breaking(place))} of {found.computed} "
        "variants change it"
        for place, answer in enumerate(found.answers)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(description)}" '
        f'viewBox="-2 -2 {_WIDTH + 4} {max(y - _GAP, 0) + 4}" fill="currentColor">'
        f"{''.join(parts)}</svg>"
    )
