"""A cascade drawn as a tree of text: each fall under what carries most of it."""

from typing import TYPE_CHECKING

from middlegame.report import narrative
from middlegame.report.falling import push_words
from middlegame.report.words import capital, percent

if TYPE_CHECKING:
    from middlegame.analysis.dominoes import Dominoes, Effect
    from middlegame.analysis.pushes import Push

_LEAST = 0.02


def branches(found: "Dominoes", push: "Push", *, plain: bool, least: float = _LEAST) -> list[str]:
    """Draw the falls after a push, a line each.

    Args:
        found: the dominoes.
        push: the first.
        plain: whether in ASCII alone.
        least: changes smaller than this are left out, unless larger ones hang on them.
    """
    words = narrative.words_of(found.pushed.equilibrium)
    effects = {effect.name: effect for effect in found.cascade(push)}
    above: dict[str, tuple[str, bool]] = {}
    waiting = [name for name, effect in effects.items() if abs(effect.total) >= least]
    while waiting:
        name = waiting.pop()
        chain = found.chain(push, name, effects[name].state) if name not in above else None
        if chain is None:
            continue
        link = chain.links[-1]
        above[name] = (link.tail, link.adapts)
        if link.tail != push.name:
            waiting.append(link.tail)
    below: dict[str, list[str]] = {}
    for name in effects:
        if name in above:
            below.setdefault(above[name][0], []).append(name)
    fork, last, bar = ("|- ", "`- ", "|  ") if plain else ("├─ ", "└─ ", "│  ")

    def told(effect: "Effect", adapts: bool) -> str:
        arrow = "->" if plain else "→"
        change = f"{percent(effect.before)} {arrow} {percent(effect.announced)}"
        text = capital(words.entry(effect.name, effect.state))
        return f"{text}  {change}{'  (expecting it)' if adapts else ''}"

    def draw(name: str, before: str) -> list[str]:
        lines = []
        under = below.get(name, [])
        for place, each in enumerate(under):
            end = place == len(under) - 1
            lines.append(f"{before}{last if end else fork}{told(effects[each], above[each][1])}")
            lines += draw(each, before + ("   " if end else bar))
        return lines

    drawn = draw(push.name, "")
    return [push_words(words, push), *drawn] if drawn else []
