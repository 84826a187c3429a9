"""Checks of evidence: impossible, uninformative, dated too late, or seen to no effect."""

from collections.abc import Iterator

from middlegame.scenario.faults import Fault, Path
from middlegame.scenario.model.scale_references import factor_references
from middlegame.scenario.model.scenario import Evidence
from middlegame.scenario.validation.context import CheckContext
from middlegame.scenario.validation.order import moves_behind


def check_evidence(contest: CheckContext) -> Iterator[Fault]:
    """Check what each piece of evidence observed, when, and which actors saw it."""
    for name, evidence in contest.scenario.evidence.items():
        if contest.is_complete("evidence", name) and contest.can_evaluate(evidence.saw):
            yield from _saw(contest, name, evidence)
            yield from _seen_by(contest, name, evidence)
            yield from _date(contest, name, evidence)


def _saw(contest: CheckContext, name: str, evidence: Evidence) -> Iterator[Fault]:
    path: Path = ("evidence", name, "saw")
    over = evidence.saw.variables()
    if large := contest.check_combinations("the condition", path, [over]):
        yield from large
        return
    truth = evidence.saw.holds(contest.known_states, over)
    if not truth.any() and evidence.likelihood is None:
        yield Fault(
            f"the observation '{name}' can never hold: it contradicts itself",
            "something that can be observed",
            path=path,
        )
    elif truth.all() or not truth.any():
        always = "always" if truth.all() else "never"
        problem = f"the observation '{name}' {always} holds, so it is not informative"
        yield Fault(problem, severity="warning", path=path)
    odds = evidence.likelihood
    if odds is not None and odds.exact and odds.low == 1:
        yield Fault(
            f"the report '{name}' has odds of 1:1, so it is not informative",
            "other odds than 1:1",
            severity="warning",
            path=("evidence", name, "likelihood"),
        )


def _seen_by(contest: CheckContext, name: str, evidence: Evidence) -> Iterator[Fault]:
    scenario, damage = contest.scenario, contest.partial
    if scenario.periods or damage.affects("moves") or damage.affects("factors"):
        return  # over time, every actor moves again
    order = list(scenario.moves)
    depends = {
        factor: factor_references(part, scenario.scales)
        for factor, part in scenario.factors.items()
    }
    behind = moves_behind(evidence.saw.variables(), depends, order)
    later = order[order.index(behind[-1]) + 1 :] if behind else order
    movers = {scenario.moves[move].by for move in later}
    for position, actor in enumerate(evidence.seen_by):
        if actor in scenario.actors and actor not in movers:
            yield Fault(
                f"'{actor}' has no move after the events of '{name}', so seeing it has no effect",
                "an actor that moves later, or no 'seen_by'",
                severity="warning",
                path=("evidence", name, "seen_by", position),
            )


def _date(contest: CheckContext, name: str, evidence: Evidence) -> Iterator[Fault]:
    as_of = contest.scenario.as_of
    if evidence.date is not None and as_of is not None and evidence.date > as_of:
        yield Fault(
            f"'{name}' is dated {evidence.date}, after the scenario's date",
            f"a day up to {as_of}, or a later 'as_of'",
            severity="warning",
            path=("evidence", name, "date"),
        )
