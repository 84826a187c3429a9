"""A cascade drawn as a tree of text: each fall under what carries most of it."""

from typing import TYPE_CHECKING

from middlegame.report.text import narrative
from middlegame.report.text.dominoes import push_words
from middlegame.report.text.words import capital, percent

if TYPE_CHECKING:
    from middlegame.analysis.dominoes import Dominoes, Effect
    from middlegame.analysis.interventions import Intervention

LEAST = 0.02


def branches(
    found: "Dominoes", push: "Intervention", *, plain: bool, least: float = LEAST
) -> list[tuple[str, str]]:
    """Draw the falls after a push: for each the branch that leads to it, and what it is.

    Args:
        found: the dominoes.
        push: the first.
        plain: whether in ASCII alone.
        least: changes smaller than this are left out, unless larger ones hang on them.
    """
    words = narrative.words_of(found.results.equilibrium)
    effects = {effect.name: effect for effect in found.cascade(push)}
    ways = found.incoming_links(push, least)
    below: dict[str, list[str]] = {}
    for name, link in ways.items():
        below.setdefault(link.tail, []).append(name)
    fork, last, bar = ("|- ", "`- ", "|  ") if plain else ("├─ ", "└─ ", "│  ")

    def told(effect: "Effect", adapts: bool) -> str:
        arrow = "->" if plain else "→"
        change = f"{percent(effect.before)} {arrow} {percent(effect.when_announced)}"
        text = capital(words.entry(effect.name, effect.state))
        return f"{text}  {change}{'  (expecting it)' if adapts else ''}"

    def draw(name: str, before: str) -> list[tuple[str, str]]:
        lines = []
        under = below.get(name, [])
        for place, each in enumerate(under):
            end = place == len(under) - 1
            branch = before + (last if end else fork)
            lines.append((branch, told(effects[each], ways[each].adapts)))
            lines += draw(each, before + ("   " if end else bar))
        return lines

    drawn = draw(push.name, "")
    return [("", push_words(words, push)), *drawn] if drawn else []
