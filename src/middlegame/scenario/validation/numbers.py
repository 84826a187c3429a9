"""Checks of numbers: distributions that add up, correlation groups, judgements of views."""

import re
from collections.abc import Iterator, Mapping

from pydantic_core import PydanticCustomError

from middlegame.scenario.faults import Fault, Path, nearest
from middlegame.scenario.model.factors import Factor
from middlegame.scenario.model.judgement import FormulaJudgement, Judgement, format_number
from middlegame.scenario.model.views import ViewJudgement
from middlegame.scenario.model.walk import judgements_by_place
from middlegame.scenario.validation.context import CheckContext

_SLACK = 1e-9


def check_distributions(contest: CheckContext) -> Iterator[Fault]:
    """Check that every distribution adds up to 100%."""
    for name, factor in contest.scenario.factors.items():
        if contest.partial.affects("factors", name, "states"):
            continue
        path: Path = ("factors", name)
        if factor.chance is not None:
            yield from _adds_up(contest, factor, factor.chance, (*path, "chance"))
        if isinstance(factor.start, dict):
            yield from _adds_up(contest, factor, factor.start, (*path, "start"))
        for n, rule in enumerate(factor.rules or ()):
            if isinstance(rule.then, dict) and rule.then:
                yield from _adds_up(contest, factor, rule.then, (*path, "rules", n, "then"))
        for n, row in enumerate(factor.table.rows if factor.table else ()):
            yield from _adds_up(contest, factor, row.then, (*path, "table", "rows", n, "then"))
        if factor.causes and len(factor.states) != 2:
            yield Fault(
                f"'{name}' has causes and {len(factor.states)} states",
                "two states; or rules, or a table, for more",
                path=(*path, "causes"),
            )


def _adds_up(
    contest: CheckContext, factor: Factor, then: dict[str, Judgement], path: Path
) -> Iterator[Fault]:
    if not set(then) <= set(factor.states) or any(
        path == p[: len(path)] for p in contest.partial.missing
    ):
        return
    left_out = [state for state in factor.states if state not in then]
    if left_out:
        yield from _exceeds(then, left_out[0], path)
    known = [
        judgement for judgement in then.values() if not isinstance(judgement, FormulaJudgement)
    ]
    total = sum(judgement.median for judgement in known)
    exact = all(judgement.exact for judgement in then.values())
    percent = f"{format_number(round(100 * total, 4))}%"
    if not left_out and not exact:
        yield Fault(
            "every state has a chance, and at least one of them is "
            f"{'a range' if len(known) == len(then) else 'a formula'}",
            f"one state left out, such as {factor.states[-1]}: it takes the remainder",
            path=path,
        )
    elif not left_out and abs(total - 1) > _SLACK:
        yield Fault(
            f"the chances add up to {percent}",
            "100%; or one state left out, which takes the remainder",
            path=path,
        )
    elif exact and total > 1 + _SLACK:
        yield Fault(f"the chances add up to {percent}", "at most 100%", path=path)
    elif not exact and total >= 1 - _SLACK:
        yield Fault(
            f"the medians of the chances add up to {percent}",
            f"less than 100%, so that something is left for {left_out[0]}",
            path=path,
        )
    elif len(left_out) > 1 and total < 1 - _SLACK:
        yield Fault(
            f"the states {', '.join(left_out)} have no chance",
            "at most one state left out, which takes the remainder",
            path=path,
        )


def _exceeds(then: dict[str, Judgement], left_out: str, path: Path) -> Iterator[Fault]:
    """Report ranges that at their upper end leave nothing beside the exact chances."""
    free = 1 - sum(judgement.low for judgement in then.values() if judgement.exact)
    for state, judgement in then.items():
        ranged = not judgement.exact and not isinstance(judgement, FormulaJudgement)
        if ranged and judgement.median < free and judgement.high > free - _SLACK:
            total = format_number(round(100 * (1 - free + judgement.high), 4))
            yield Fault(
                f"at the upper end of '{state}' the chances add up to {total}%",
                f"an upper end below {format_number(round(100 * free, 4))}%, so that something "
                f"is left for {left_out}",
                path=(*path, state),
            )


def check_correlations(contest: CheckContext) -> Iterator[Fault]:
    """Warn of correlation groups with a single member: its range correlates with nothing."""
    members: dict[str, list[Path]] = {}
    for path, value, _ in contest.visits:
        if isinstance(value, Judgement):
            for group, _ in value.correlates:
                members.setdefault(group, []).append(path)
    shared = [group for group, paths in members.items() if len(paths) > 1]
    for group, paths in members.items():
        if len(paths) == 1:
            yield Fault(
                f"the correlation group '{group}' has one member, so it has no effect",
                "" if nearest(group, shared) else "another range in this group",
                nearest(group, shared),
                severity="warning",
                path=(*paths[0], "correlates", group),
            )


def check_views(contest: CheckContext) -> Iterator[Fault]:
    """Check that each judgement of a view replaces a number, and is valid in its unit.

    The scenario with the view's judgements in place is checked by `find_faults`.
    """
    for name, view in contest.scenario.views.items():
        yield from check_replacements(contest, view.judgements, ("views", name, "judgements"))


def check_replacements(
    contest: CheckContext, numbers: Mapping[str, ViewJudgement], where: Path
) -> Iterator[Fault]:
    """Check that each number replaces one that exists, and is valid in its unit.

    Args:
        contest: the contest with the numbers that they replace.
        numbers: the numbers, by the dotted path of the one that each replaces.
        where: the path of the mapping that holds them.
    """
    if numbers:
        places = judgements_by_place(contest.scenario)
        for place, rejudged in numbers.items():
            path = (*where, place)
            if place not in places:
                if not contest.partial.affects(re.split(r"[.\[]", place)[0]):
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
