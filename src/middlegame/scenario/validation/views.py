"""Views that speak of no number, or that judge what cannot be."""

import re
from collections.abc import Iterator

from pydantic_core import PydanticCustomError

from middlegame.scenario.faults import Fault, nearest
from middlegame.scenario.model.viewing import judged
from middlegame.scenario.validation.contest import Contest


def check_views(contest: Contest) -> Iterator[Fault]:
    """Check that each judgement of a view stands in for a number, and is one of its unit.

    What a view makes of the whole is checked once the scenario itself is sound (`check`).
    """
    views = contest.scenario.views
    if not views:
        return
    places = judged(contest.scenario)
    for name, view in views.items():
        for place, rejudged in view.judgements.items():
            path = ("views", name, "judgements", place)
            if place not in places:
                if not contest.damage.touches(re.split(r"[.\[]", place)[0]):
                    yield Fault(
                        f"there is no number at '{place}'",
                        ""
                        if nearest(place, places)
                        else f"a place such as {next(iter(places), 'precision')}",
                        nearest(place, places),
                        path=path,
                    )
                continue
            _, judgement = places[place]
            try:
                rejudged.read(judgement.unit)
            except PydanticCustomError as error:
                context = error.context or {}
                within = (*path, *context["within"])
                yield Fault(context["problem"], context["expected"], path=within)
