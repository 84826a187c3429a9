"""Interests and the costs of options become utility nodes."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from middlegame.compile.numbers import Numbers
from middlegame.diagram import Number, Sum, Utility
from middlegame.scenario import Scenario

States = dict[str, tuple[str, ...]]
_Entry = tuple[Number, NDArray[np.float64]]


def compile_interests(scenario: Scenario, order: Sequence[str], numbers: Numbers) -> list[Utility]:
    """Give one utility node for each owner and each set of moves and factors spoken of.

    Args:
        scenario: as written; it must have passed the checks.
        order: every move and factor, in the order of the diagram's nodes.
        numbers: takes the uncertain numbers.
    """
    states = scenario.states()
    entries: dict[tuple[str, tuple[str, ...]], list[_Entry]] = {}
    for owner, interests in scenario.interests.items():
        for place, interest in enumerate(interests):
            over = tuple(sorted(interest.when.variables(), key=order.index))
            worth = numbers.add(interest.worth, ("interests", owner, place, "worth"), interest)
            holds = interest.when.holds(states, over).astype(float)
            entries.setdefault((owner, over), []).append((worth, holds))
    for name, move in scenario.moves.items():
        for place, (option_name, option) in enumerate(move.options.items()):
            if option.costs is None:
                continue
            path = ("moves", name, "options", option_name, "costs")
            costs = numbers.add(option.costs, path, option)
            spent = np.zeros(len(move.options))
            spent[place] = -1.0
            entries.setdefault((move.by, (name,)), []).append((costs, spent))
    return [
        Utility(
            owner=owner,
            over=over,
            table=Sum(
                numbers=tuple(number for number, _ in found),
                where=np.stack([where for _, where in found], axis=-1),
            ),
        )
        for (owner, over), found in entries.items()
    ]
