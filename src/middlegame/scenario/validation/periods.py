"""Checks of time: periods that do not exist, missing starts, moves absent in some period."""

from collections.abc import Iterator

import numpy as np
from pydantic import BaseModel

from middlegame.scenario.conditions import ALWAYS, NEVER, Condition
from middlegame.scenario.faults import Fault, Path
from middlegame.scenario.model.factors import Factor, Rule
from middlegame.scenario.model.moves import Move
from middlegame.scenario.model.references import PREVIOUS, base_name, split_reference
from middlegame.scenario.model.scale_references import (
    factor_references,
    rule_numbers,
    scale_references,
    where_defined,
)
from middlegame.scenario.model.scenario import Actor, Evidence, Interest, Question
from middlegame.scenario.timeline import Timeline
from middlegame.scenario.validation.context import CheckContext

_NEEDS = "periods: {every: quarter, for: 8} at the top"
_TIMED: tuple[tuple[type[BaseModel], str, str], ...] = (
    (Actor, "patience", "patience"),
    (Move, "periods", "periods"),
    (Factor, "start", "start"),
    (Factor, "stays", "stays"),
    (Factor, "once", "once"),
    (Rule, "from_", "from"),
    (Interest, "earned", "earned"),
)


def check_periods(contest: CheckContext) -> Iterator[Fault]:
    """Check every use of periods and dates; without periods, report what needs them."""
    if contest.partial.affects("periods"):
        return
    if contest.scenario.periods is None:
        yield from _timeless(contest)
        return
    try:
        calendar = contest.scenario.calendar
        assert calendar is not None  # there are periods
        calendar.last_day(contest.period_count)
    except OverflowError:
        yield Fault("the periods end after the year 9999", "fewer periods", path=("periods", "for"))
        return
    yield from _moves(contest)
    yield from _factors(contest)
    yield from _starts(contest)
    yield from _outside(contest)
    for name, question in contest.scenario.questions.items():
        yield from _question(contest, name, question)
    for name, evidence in contest.scenario.evidence.items():
        yield from _evidence(contest, name, evidence)
    if not any(contest.partial.affects(section) for section in ("moves", "factors", "interests")):
        yield from _absences(contest)


def _timeless(contest: CheckContext) -> Iterator[Fault]:
    for path, value, _ in contest.visits:
        for kind, field, key in _TIMED:
            if isinstance(value, kind) and field in value.model_fields_set:
                written = getattr(value, field)
                if written not in (None, False, "throughout"):
                    problem = f"'{key}' needs periods, but the scenario has none"
                    yield Fault(problem, _NEEDS, path=(*path, key))


def _moves(contest: CheckContext) -> Iterator[Fault]:
    for name, move in contest.scenario.moves.items():
        late = [number for number in move.periods or () if number > contest.period_count]
        if late:
            yield Fault(
                f"'{name}' is made in period {late[0]}, but there are only "
                f"{contest.period_count} periods",
                f"1 to {contest.period_count}",
                path=("moves", name, "periods"),
            )


def _factors(contest: CheckContext) -> Iterator[Fault]:
    """Check that in the first period no factor depends on a later one."""
    for name, factor in contest.scenario.factors.items():
        path: Path = ("factors", name)
        if factor.once:
            for key, given in (("start", factor.start), ("stays", factor.stays)):
                if given is not None:
                    yield Fault(
                        f"'{name}' is settled once, so it has no '{key}'",
                        f"'once' or '{key}'",
                        path=(*path, key),
                    )
            continue
        for reference in factor_references(factor, contest.scenario.scales):
            each, at = split_reference(reference)
            if isinstance(at, int | str) and at != PREVIOUS and each in contest.scenario.factors:
                when = contest.period_count if at == "last" else int(at)
                if contest.is_timed(each) and 1 < when <= contest.period_count:
                    yield Fault(
                        f"in the first period '{name}' depends on '{reference}', which is later",
                        f"{each}@previous, or once: yes for '{name}'",
                        path=path,
                    )


def _starts(contest: CheckContext) -> Iterator[Fault]:
    """Report, once each, factors whose previous state is used and whose start is missing."""
    reported: set[str] = set()
    for name, path, offset in _past(contest):
        factor = contest.scenario.factors.get(name)
        if factor is None or name in reported or not contest.is_complete("factors", name):
            continue
        if factor.start is None and contest.is_timed(name):
            reported.add(name)
            yield Fault(
                f"the state of '{name}' before the first period is missing",
                f"start: {factor.states[0]}, or start: {{{factor.states[0]}: 70%}}, at '{name}'"
                if factor.scale is None
                else f"start: {factor.states[0]}, or start: {{mean: 50, spread: 5}}, at '{name}'",
                path=path,
                offset=offset,
            )


def _past(contest: CheckContext) -> Iterator[tuple[str, Path, int]]:
    for name, factor in contest.scenario.factors.items():
        if factor.stays is not None:
            yield name, ("factors", name, "stays"), 0
        for place, rule in enumerate(factor.rules or ()):
            if rule.from_ is not None:
                yield name, ("factors", name, "rules", place, "from"), 0
    listed: list[tuple[str, Path]] = [
        (known, ("moves", name, "knows", place))
        for name, move in contest.scenario.moves.items()
        for place, known in enumerate(move.knows)
    ]
    listed += [
        (given, ("factors", name, "table", "given", place))
        for name, factor in contest.scenario.factors.items()
        for place, given in enumerate(factor.table.given if factor.table else ())
    ]
    for reference, path in listed:
        if split_reference(reference)[1] == PREVIOUS:
            yield base_name(reference), path, 0
    for path, number in contest.formulas:
        for reference in scale_references([number], contest.scenario.scales):
            if split_reference(reference)[1] == PREVIOUS:
                yield base_name(reference), path, 0
    for path, condition in contest.conditions:
        for leaf in condition.leaves():
            if split_reference(leaf.variable)[1] == PREVIOUS:
                yield base_name(leaf.variable), path, leaf.offset


def _outside(contest: CheckContext) -> Iterator[Fault]:
    """Report factors that are settled once and depend on something without naming its period."""
    for name, factor in contest.scenario.factors.items():
        if not factor.once:
            continue
        for reference in factor_references(factor, contest.scenario.scales):
            each, at = split_reference(reference)
            if each in contest.states and contest.is_timed(each) and at in (None, PREVIOUS):
                yield Fault(
                    f"'{name}' is settled once, but depends on '{each}', which changes each period",
                    f"one period, such as {each}@last",
                    path=("factors", name),
                )
        if any(rule.from_ for rule in factor.rules or ()):
            yield Fault(
                f"'{name}' is settled once, so it has no previous state",
                "then: {state: 30%}",
                path=("factors", name),
            )


def _question(contest: CheckContext, name: str, question: Question) -> Iterator[Fault]:
    calendar = contest.scenario.calendar
    if question.value is not None and question.value.variable in contest.states:
        asked = question.value.variable
        if Timeline(contest.scenario).asked_value(question) is None:
            problem = f"'{asked}' has no value in the period that is asked about"
            expected = "a day on which it is made"
            yield Fault(problem, expected, path=("questions", name, "value"))
    for key in ("by", "on"):
        day = getattr(question, key)
        if day is None or calendar is None:
            continue
        path = ("questions", name, key)
        first, last = calendar.first_day(1), calendar.last_day(calendar.count)
        if first is None or last is None:
            yield Fault(
                "the periods have no dates, so a question cannot have one",
                "from: 2026-01-01, in periods",
                path=path,
            )
        elif not first <= day <= last:
            yield Fault(f"{day} is outside the periods", f"{first} to {last}", path=path)
        elif key == "by" and not calendar.periods_ended_by(day):
            yield Fault(f"no period ends by {day}", f"{calendar.last_day(1)} or later", path=path)
        elif key == "by" and calendar.last_day(calendar.periods_ended_by(day)) != day:
            ended = calendar.periods_ended_by(day)
            yield Fault(
                f"{day} falls within a period: only periods 1 to {ended} end by then",
                f"{calendar.last_day(ended)} or {calendar.last_day(ended + 1)}",
                severity="warning",
                path=path,
            )


def _evidence(contest: CheckContext, name: str, evidence: Evidence) -> Iterator[Fault]:
    calendar = contest.scenario.calendar
    named = [split_reference(variable) for variable in evidence.saw.variables()]
    present = [v for v, at in named if at in (None, PREVIOUS) and contest.is_timed(v)]
    if not present or calendar is None or contest.partial.affects("evidence", name):
        return
    if evidence.date is None:
        yield Fault(
            f"the period in which '{name}' observed '{present[0]}' is missing",
            f"date: the day, or {present[0]}@1",
            path=("evidence", name, "saw"),
        )
    elif calendar.period_of(evidence.date) is None:
        yield Fault(
            f"{evidence.date} is outside the periods",
            f"{calendar.first_day(1)} to {calendar.last_day(calendar.count)}",
            path=("evidence", name, "date"),
        )


def _absences(contest: CheckContext) -> Iterator[Fault]:
    """Check rules, tables and options in periods where a move that they name is not made."""
    scenario = contest.scenario
    named = [name for _, c in contest.conditions for name in c.variables()]
    named += [
        name
        for factor in scenario.factors.values()
        for name in factor_references(factor, scenario.scales)
    ]
    if not {*named, *(known for move in scenario.moves.values() for known in move.knows)} <= set(
        contest.known_states
    ) or any(
        number > contest.period_count for m in scenario.moves.values() for number in m.periods or ()
    ):
        return  # reported by check_names
    timeline = Timeline(scenario.model_copy(update={"offers": {}}))  # expanded already
    for name, factor in scenario.factors.items():
        if factor.once:
            continue
        for reference in factor.table.given if factor.table else ():
            missing = [p for p in timeline.periods if timeline.resolve(reference, p) is None]
            if missing:
                yield Fault(
                    f"the table of '{name}' depends on '{reference}', which is not made in period "
                    f"{missing[0]}",
                    "rules, whose conditions do not hold where a move is not made",
                    path=("factors", name, "table", "given"),
                )
        if factor.rules:
            found = [
                where_defined(rule.if_, rule_numbers(rule), scenario.scales)
                for rule in factor.rules
            ]
            yield from _gap(timeline, found, ("factors", name, "rules"), timeline.periods)
    for name, move in scenario.moves.items():
        found = [option.if_ or ALWAYS for option in move.options.values()]
        yield from _gap(timeline, found, ("moves", name, "options"), timeline.periods_of(name))


def _gap(
    timeline: Timeline, found: list[Condition], path: Path, periods: range | tuple[int, ...]
) -> Iterator[Fault]:
    """Report the first period in which an absent move may leave none of the conditions true."""
    if ALWAYS in found:
        return
    seen: set[tuple[Condition, ...]] = set()
    for period in periods:
        bound = tuple(timeline.bind(condition, period) for condition in found)
        absent = any(
            timeline.resolve(leaf.variable, period) is None
            for condition in found
            for leaf in condition.leaves()
        )
        if bound in seen or not absent:
            continue
        seen.add(bound)
        over = list(dict.fromkeys(name for condition in bound for name in condition.variables()))
        held = [condition.holds(timeline.states, over) for condition in bound if condition != NEVER]
        if not held or not np.any(held, axis=0).all():
            what = "rule applies" if path[0] == "factors" else "option is available"
            last = "rule" if path[0] == "factors" else "option"
            yield Fault(
                f"in period {period} possibly no {what}: a move that the conditions name is not "
                "made then",
                f"one {last} without 'if'",
                path=path,
            )
            return
