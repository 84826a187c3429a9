"""Colours of charts: one for each actor, distinguishable with colour-blindness."""

from middlegame.diagram import Diagram

OKABE_ITO = (
    "#0072B2",  # blue
    "#D55E00",  # vermillion
    "#009E73",  # bluish green
    "#E69F00",  # orange
    "#CC79A7",  # reddish purple
    "#56B4E9",  # sky blue
    "#B8A800",  # the palette's yellow, darkened: it must show on white paper
)
"""The palette of Okabe & Ito (2008), ordered so that neighbours differ most."""
NEUTRAL = "#8A8F98"
"""Colour of factors, and of actors beyond the palette."""


def actor_colours(diagram: Diagram) -> dict[str, str]:
    """Return a colour for each actor: first for those with moves, in order of play."""
    movers = dict.fromkeys(decision.owner for decision in diagram.decisions)
    order = [*movers, *(owner for owner in diagram.owners if owner not in movers)]
    return {
        owner: OKABE_ITO[place] if place < len(OKABE_ITO) else NEUTRAL
        for place, owner in enumerate(order)
    }


RISES, FALLS = "#2B8CC4", "#D9661F"
"""Colours of probabilities that rise, and of probabilities that fall."""
