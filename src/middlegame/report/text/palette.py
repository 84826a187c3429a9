"""Colours of charts: one for each actor, distinguishable with colour-blindness."""

from collections.abc import Iterable

from middlegame.diagram import Diagram

PALETTE = (
    "#0072B2",  # blue
    "#D55E00",  # vermillion
    "#009E73",  # bluish green
    "#E69F00",  # orange
    "#56B4E9",  # sky blue
    "#8070FF",  # violet
    "#8C2B1B",  # dark red
    "#8CCB7A",  # light green
    "#3F2FD8",  # indigo
)
"""Nine colours that differ for readers with and without colour-blindness, on light and dark paper.

The first five are of Okabe & Ito (2008). Their other three are not here: beside the neutral grey,
and on white paper, they are hard to tell apart. The last four are the furthest from all others as
red-green colour-blindness (Machado et al. 2009) leaves them.
"""
NEUTRAL = "#8A8F98"
"""Colour of factors, and of actors beyond the palette."""


def actor_colours(diagram: Diagram) -> dict[str, str]:
    """Return a colour for each actor: first for those with moves, in order of play."""
    movers = dict.fromkeys(decision.owner for decision in diagram.decisions)
    order = [*movers, *(owner for owner in diagram.owners if owner not in movers)]
    return colours_in_order(order)


def colours_in_order(owners: Iterable[str]) -> dict[str, str]:
    """Return a colour for each of some actors, as they follow in order of play."""
    return {
        owner: PALETTE[place] if place < len(PALETTE) else NEUTRAL
        for place, owner in enumerate(dict.fromkeys(owners))
    }


RISES, FALLS = "#2B8CC4", "#D9661F"
"""Colours of probabilities that rise, and of probabilities that fall."""
