"""One colour for each actor, told apart by people who see colours differently."""

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
"""Okabe & Ito (2008), in an order in which neighbours differ most."""
NEUTRAL = "#8A8F98"
"""For what nobody decides, and for actors beyond the palette."""


def actor_colours(diagram: Diagram) -> dict[str, str]:
    """Give each owner a colour: those who move first, in order of play, then the others."""
    movers = dict.fromkeys(decision.owner for decision in diagram.decisions)
    order = [*movers, *(owner for owner in diagram.owners if owner not in movers)]
    return {
        owner: OKABE_ITO[place] if place < len(OKABE_ITO) else NEUTRAL
        for place, owner in enumerate(order)
    }


RISES, FALLS = "#2B8CC4", "#D9661F"
"""For what becomes likelier, and for what becomes less likely."""
