"""Where a visitor is on a contest's page, as its address and the browser's history have it."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from middlegame.base.spelling import nearest
from middlegame.scenario.model.references import base_name
from middlegame.workbench.changes import drop_unchanged
from middlegame.workbench.setting import Setting, unread_parts
from middlegame.workbench.workers.contest_view import ContestView

FIRST_VIEW = "answer"
_KEYS = frozenset({"tab", "domino", "box", "period"})
PAGE = "page"
"""The key of an address that names an open page, whose edited text is taken."""
_ELSEWHERE = frozenset({"token", "like", PAGE})
"""Keys of an address that are not about the contest."""


@dataclass(frozen=True)
class PagePlace:
    """What a visitor looks at.

    Attributes:
        view: the name of the tab.
        domino: the chosen domino, such as `lease=lost`; empty where none is chosen.
        box: the chosen move or factor of the picture, or one of its states, such as `lease=lost`;
            empty where none is chosen.
        period: the period that the picture shows, counted from 1; None for its first one.
    """

    view: str = FIRST_VIEW
    domino: str = ""
    box: str = ""
    period: int | None = None

    def query(self) -> str:
        """Return the place as a link's query; empty for the first view."""
        pairs = [("tab", self.view)] if self.view != FIRST_VIEW else []
        pairs += [("domino", self.domino)] if self.domino else []
        pairs += [("box", self.box)] if self.box else []
        pairs += [("period", str(self.period))] if self.period is not None else []
        return urlencode(pairs, safe="=@")

    @staticmethod
    def read(query: str, views: Iterable[str]) -> "PagePlace":
        """Read a link's query; an unknown view is the first one.

        Args:
            query: the link's query.
            views: the names of all views.
        """
        found = dict(parse_qsl(query))
        view, period = found.get("tab", ""), found.get("period", "")
        return PagePlace(
            view=view if view in views else FIRST_VIEW,
            domino=found.get("domino", ""),
            box=found.get("box", ""),
            period=int(period) if period.isdecimal() and len(period) < 6 else None,
        )


def known_part(
    contest: ContestView, setting: Setting, place: PagePlace
) -> tuple[Setting, PagePlace, list[str]]:
    """Return the part of a link that a contest knows, and what is wrong with the rest.

    Args:
        contest: the contest.
        setting: the changes that the link asks for.
        place: the place that the link leads to.

    Returns:
        The known changes, the known place, and a sentence for each part that is left out.
    """
    problems: list[str] = []
    states = {node.name: [state for state, *_ in node.states] for node in contest.nodes}
    states |= {base_name(name): each for name, each in states.items()}
    numbers = {each.name for group in contest.slider_groups for each in group.ranges}

    def is_known(name: str, chosen: Iterable[str]) -> bool:
        if name not in states:
            problems.append(_unknown("move or factor", name, states))
            return False
        unknown = [state for state in chosen if state not in states[name]]
        problems.extend(_unknown("state", each, states[name], f" of '{name}'") for each in unknown)
        return not unknown

    problems += [
        _unknown("range", name, numbers) for name in setting.numbers if name not in numbers
    ]
    known = drop_unchanged(
        contest,
        Setting(
            {name: value for name, value in setting.numbers.items() if name in numbers},
            {name: state for name, state in setting.supposed.items() if is_known(name, (state,))},
            {name: seen for name, seen in setting.given.items() if is_known(name, seen)},
            setting.surprise,
        ),
    )
    domino, box, period = place.domino, place.box, place.period
    if domino:
        name, _, state = domino.partition("=")
        domino = domino if is_known(name, (state,)) else ""
    if box:
        name, _, state = box.partition("=")
        if contest.node(name) is None:
            problems.append(_unknown("move or factor", name, [each.name for each in contest.nodes]))
            box = ""
        elif state and not is_known(name, (state,)):
            box = name
    if period is not None and not 1 <= period <= len(contest.periods):
        problems.append(f"There is no period {period}.")
        period = None
    return known, PagePlace(place.view, domino, box, period), list(dict.fromkeys(problems))


def unknown_parts(query: str, views: Iterable[str] = ()) -> list[str]:
    """Return a sentence for each part of a link that is neither a change nor a place.

    Args:
        query: the link's query.
        views: the names of all views; none where any will do.
    """
    views = list(views)
    tab = dict(parse_qsl(query)).get("tab", FIRST_VIEW)
    problems = [] if tab in views or not views else [_unknown("view", tab, views)]
    for key, value in unread_parts(query):
        if key not in _KEYS | _ELSEWHERE:
            problems.append(f"'{key}={value}' is not a change that an address can hold.")
    return problems


def _unknown(kind: str, name: str, known: Iterable[str], of: str = "") -> str:
    near = nearest(name, sorted(known))
    return f"There is no {kind} '{name}'{of}" + (f"; did you mean '{near}'?" if near else ".")
