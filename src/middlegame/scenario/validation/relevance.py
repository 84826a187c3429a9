"""Checks of relevance: actors, conditions, questions and factors that have no effect."""

from collections.abc import Iterator

from middlegame.scenario.conditions import ALWAYS, Condition
from middlegame.scenario.faults import Fault, Path
from middlegame.scenario.model.judgement import FormulaJudgement, Judgement
from middlegame.scenario.model.references import base_name
from middlegame.scenario.model.scale_references import (
    factor_references,
    scale_references,
    where_defined,
)
from middlegame.scenario.validation.context import CheckContext

_USERS = ("moves", "factors", "interests", "evidence", "questions")


def check_relevance(contest: CheckContext) -> Iterator[Fault]:
    """Check that actors, interests, questions, causes and factors can have an effect."""
    yield from _actors(contest)
    for actor, interests in contest.scenario.interests.items():
        for position, interest in enumerate(interests):
            place: Path = ("interests", actor, position, "when")
            if interest.when != ALWAYS:
                yield from _informative(contest, interest.when, place, "interest")
            elif not (
                scale_references([interest.worth], contest.scenario.scales)
                or _has_unknown_names(contest, interest.worth)
            ):
                yield Fault(
                    "the interest has no condition",
                    "when: the condition; or a worth that depends on a move or factor on a scale",
                    path=("interests", actor, position),
                )
    for name, question in contest.scenario.questions.items():
        place = ("questions", name, "will")
        if question.value is None:
            yield from _informative(contest, question.will, place, "question")
        due, as_of = question.by or question.on, contest.scenario.as_of
        if due and as_of and due < as_of and not contest.scenario.periods:
            yield Fault(
                f"the question '{name}' was due on {due}, before the scenario's date",
                f"a day from {as_of} on, or an earlier 'as_of'",
                severity="warning",
                path=("questions", name, "by" if question.by else "on"),
            )
        undated = question.by is None and question.on is None
        if undated and contest.is_complete("questions", name):
            yield Fault(
                f"the question '{name}' has no date, so it cannot be scored",
                "on: 2026-12-31" if question.value else "by: 2026-12-31, or on: that day",
                severity="warning",
                path=("questions", name),
            )
    for name, factor in contest.scenario.factors.items():
        for position, cause in enumerate(factor.causes.causes if factor.causes else ()):
            place = ("factors", name, "causes", factor.causes.state if factor.causes else "")
            yield from _informative(
                contest, cause.if_, (*place, position, "if"), "cause", always=False
            )
    yield from _unused(contest)


def _actors(contest: CheckContext) -> Iterator[Fault]:
    scenario, damage = contest.scenario, contest.partial
    if any(damage.affects(section) for section in ("actors", "moves", "offers", "interests")):
        return
    movers = {move.by for move in scenario.moves.values()}
    if not {*movers, *scenario.interests} <= set(scenario.actors):
        return  # a misspelt name, reported by check_names, may be the one that would be missed here
    for name in scenario.actors:
        path: Path = ("actors", name)
        wants, moves = bool(scenario.interests.get(name)), name in movers
        if not wants and not moves:
            yield Fault(
                f"'{name}' has neither moves nor interests",
                "one of them; or the actor removed",
                path=path,
            )
        elif not moves:
            yield Fault(
                f"'{name}' makes no decision; only its points are reported",
                severity="warning",
                path=path,
            )
        elif not wants:
            yield Fault(
                f"'{name}' has no interests, so it chooses at random",
                f"interests: {{{name}: [...]}}",
                severity="warning",
                path=path,
            )


def _informative(
    contest: CheckContext, condition: Condition, path: Path, what: str, *, always: bool = True
) -> Iterator[Fault]:
    """Warn of a condition that never holds, or that always does."""
    if not contest.can_evaluate(condition):
        return
    over = condition.variables()
    if large := contest.check_combinations("the condition", path, [over]):
        yield from large
        return
    truth = condition.holds(contest.known_states, over)
    if not truth.any():
        problem = f"the condition of this {what} can never hold"
    elif always and truth.all():
        problem = f"the condition of this {what} always holds"
    else:
        return
    yield Fault(problem, severity="warning", path=path)


def _unused(contest: CheckContext) -> Iterator[Fault]:
    """Warn of factors on which nothing depends, if everything that could was read."""
    scenario, damage = contest.scenario, contest.partial
    if any(damage.affects(s) for s in _USERS):
        return
    scales = scenario.scales
    used: set[str] = set()
    for name, factor in scenario.factors.items():
        used.update(each for each in factor_references(factor, scales) if base_name(each) != name)
    for move in scenario.moves.values():
        used.update(move.knows)
        for option in move.options.values():
            used.update(where_defined(option.if_, [option.costs], scales).variables())
    for interests in scenario.interests.values():
        for interest in interests:
            used.update(where_defined(interest.when, [interest.worth], scales).variables())
    for question in scenario.questions.values():
        used.update(question.asked.variables())
    for evidence in scenario.evidence.values():
        used.update(evidence.saw.variables())
    if not used <= set(contest.states):
        return  # a misspelt name may be the one that uses the factor
    used = {base_name(each) for each in used}
    for name, factor in scenario.factors.items():
        if name not in used and not factor.headline:
            yield Fault(
                f"nothing depends on '{name}'",
                "an interest, question, rule or cause that uses it; or headline: yes",
                severity="warning",
                path=("factors", name),
            )


def _has_unknown_names(contest: CheckContext, number: Judgement) -> bool:
    """Return whether a formula names what is no number: it may be a misspelt scale."""
    if not isinstance(number, FormulaJudgement):
        return False
    numbers, fit = contest.scenario.numbers, contest.scenario.fit
    known = {*numbers, *(fit.coefficients if fit else ()), *(fit.columns if fit else ())}
    return not known.issuperset(number.free_names)
