"""How actors form their expectations, in words: in equilibrium, or by levels of reasoning."""

from typing import TYPE_CHECKING

import numpy as np

from middlegame.diagram import Behaviour, Level, evaluate_numbers
from middlegame.report.text.grammar import capitalize_first, join_list, possessive
from middlegame.report.text.narrative import words_of
from middlegame.report.text.numbers import percent

if TYPE_CHECKING:
    from middlegame.equilibrium.equilibrium import Equilibrium

EQUILIBRIUM = "Logit quantal response equilibrium, principal branch"
PERCEIVED = "Logit quantal response equilibrium of each perceived contest, principal branch"
"""What the answer is where all expectations are right."""


def solution_words(equilibrium: "Equilibrium") -> str:
    """Return what the answer is, without a full stop: an equilibrium, or levels of reasoning."""
    groups = behaviour_groups(equilibrium)
    if equilibrium.diagram.perceptions:
        return PERCEIVED
    if not groups:
        return EQUILIBRIUM
    if len(groups) == 1 and not _others(equilibrium):
        return f"Logit responses by levels of reasoning, {groups[0][0]} for all actors"
    words = words_of(equilibrium)
    parts = [
        f"{behaviour} for {join_list([words.mid_sentence(words.actor(owner)) for owner in owners])}"
        for behaviour, owners in groups
    ]
    rest = [words.mid_sentence(words.actor(owner)) for owner in _others(equilibrium)]
    parts += [f"equilibrium responses for {join_list(rest)}"] if rest else []
    return f"Logit responses by levels of reasoning: {'; '.join(parts)}"


def behaviour_groups(equilibrium: "Equilibrium") -> list[tuple[str, list[str]]]:
    """Group the actors who reason by levels by how they do, in the order of their moves."""
    groups: dict[str, list[str]] = {}
    diagram = equilibrium.diagram
    for owner in dict.fromkeys(decision.owner for decision in diagram.decisions):
        behaviour = diagram.behaviour.get(owner)
        if behaviour is not None:
            groups.setdefault(_behaviour(equilibrium, behaviour), []).append(owner)
    return list(groups.items())


def level_sentences(equilibrium: "Equilibrium") -> list[str]:
    """Return a sentence on the levels of each actor whose level is drawn.

    The levels are conditional on the evidence, where there is any that tells about them.
    """
    words = words_of(equilibrium)
    alike: dict[str, list[str]] = {}
    for owner, levels in equilibrium.levels.items():
        now = np.array([*levels.values()])
        before = np.array([*equilibrium.prior.levels[owner].values()])
        shares = [f"{level} in {percent(float(chance))}" for level, chance in enumerate(now)]
        changed = float(np.abs(now - before).max()) >= 0.005
        evidence = ", given the evidence" if changed else ""
        mean = f" (mean {float(now @ np.arange(len(now))):.1f}{evidence})"
        alike.setdefault(f"is {join_list(shares)} of cases{mean}.", []).append(owner)
    found = []
    for sentence, owners in alike.items():
        names = [words.mid_sentence(words.actor(owner)) for owner in owners]
        whose = possessive(names[0]) if len(names) == 1 else "each actor's"
        others = f" for {join_list(names)}" if 1 < len(names) < len(equilibrium.levels) else ""
        found.append(f"{capitalize_first(whose)} level of reasoning{others} {sentence}")
    return found


def _behaviour(equilibrium: "Equilibrium", behaviour: Behaviour) -> str:
    if isinstance(behaviour, Level):
        return f"level {behaviour.level}"
    mean = float(evaluate_numbers((behaviour.mean,), equilibrium.theta, np)[0])
    return f"cognitive hierarchy of mean level {mean:.3g}"


def _others(equilibrium: "Equilibrium") -> list[str]:
    """Return the actors with a move who play an equilibrium."""
    diagram = equilibrium.diagram
    owners = dict.fromkeys(decision.owner for decision in diagram.decisions)
    return [owner for owner in owners if owner not in diagram.behaviour]
