"""Reasons: why an actor chooses one option rather than another, and what moves a factor most.

At an information set, ln(P(a) / P(b)) of a logit response is lambda times the difference of the
options' expected points (McKelvey & Palfrey 1998), and that difference is the exact sum over the
actor's interests and costs. An interest with a condition contributes its worth times the difference
of the condition's probabilities, all policies held, the actor's own later policy among them.

For a whole move, information sets are grouped by which option is likelier there. A mean over all
of them would be no reason: with 20 points in favour at reach 0.6 and 60 against at reach 0.4, an
option is chosen in most cases although the mean difference is against it.
"""

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from middlegame.analysis.influences import Influence, influences_on
from middlegame.analysis.outcomes import equilibrium_of
from middlegame.analysis.pathways import Pathway, find_pathways
from middlegame.analysis.reason_groups import (
    ContributionMeans,
    Mask,
    MoveChoices,
    ReasonGroup,
    move_choices,
    option_pair,
)
from middlegame.analysis.result import AnalysisResult
from middlegame.base.errors import QueryError, unknown_name
from middlegame.base.numbers import Floats
from middlegame.base.progress import ProgressCallback
from middlegame.diagram import Decision, Diagram
from middlegame.engine.graph.layout import layout_of
from middlegame.equilibrium.engine_input import fix_states
from middlegame.equilibrium.equilibrium import Equilibrium, solve_tables
from middlegame.equilibrium.strategy_profile import StrategyProfile, condition_table, node_index
from middlegame.scenario.conditions import Condition, parse_condition
from middlegame.scenario.faults import dotted_path
from middlegame.scenario.model.references import base_name
from middlegame.sweeps.batches import solve_tables_batch
from middlegame.sweeps.result import Sweep

if TYPE_CHECKING:
    import pandas as pd


MAX_NODES = 300
"""Nodes up to which a solution comes with reasons: beyond, they take longer than solving."""


@dataclass(frozen=True, eq=False, repr=False)
class Reasons(AnalysisResult):
    """Why an actor chooses an option rather than another one, or what moves a factor most.

    Attributes:
        equilibrium: the contest.
        name: the move or factor.
        option: the option or state.
        rather_than: the other option; empty for a factor.
        when: the condition that restricts the cases.
        groups: for a move, information sets by which option is likelier, the most likely first.
        influences: for a factor, what would move its forecast, the largest change first.
        world_count: from how many worlds the reasons are means; 0 for the middle world.
        policy_probability: of the option, as the actor chooses it in all these cases.
        forecast: of the option, given all evidence, also on what follows the move.

    In a contest with mirror branches the reasons are those on one branch, which is then the
    equilibrium; its `branch` says which one.
    """

    equilibrium: Equilibrium
    name: str
    option: str
    rather_than: str
    when: Condition | None
    groups: tuple[ReasonGroup, ...] = ()
    influences: tuple[Influence, ...] = ()
    world_count: int = 0
    policy_probability: float = 0.0
    forecast: float = 0.0

    def to_dict(self, *, situations: bool = True) -> dict[str, Any]:
        """Return the reasons as one JSON object.

        Args:
            situations: whether to include the information sets one by one.
        """
        found: dict[str, Any] = {"name": self.name, "option": self.option}
        if self.equilibrium.branch is not None:
            found["branch"] = self.equilibrium.branch[0]
        if self.influences:
            return found | {
                "forecast": self.forecast,
                "influences": [asdict(each) | {"change": each.change} for each in self.influences],
            }
        return found | {
            "rather_than": self.rather_than,
            "when": None if self.when is None else str(self.when),
            "worlds": self.world_count,
            "policy_probability": self.policy_probability,
            "forecast": self.forecast,
            "groups": [group.to_dict(situations=situations) for group in self.groups],
        }

    def to_dataframe(self) -> "pd.DataFrame":
        """Return a row for each contribution in each group, or for each influence on a factor."""
        import pandas as pd

        if self.influences:
            rows = [asdict(each) | {"change": each.change} for each in self.influences]
            return pd.DataFrame(rows)
        return pd.DataFrame(
            [
                {
                    "where": "" if group.where is None else str(group.where),
                    "reach": group.reach,
                    "judgement": dotted_path(each.path),
                    "points": each.points,
                    "log_odds": each.log_odds,
                    "worth": each.worth,
                    "probability": each.probability,
                    "other_probability": each.other_probability,
                    "sign_share": each.sign_share,
                }
                for group in self.groups
                for each in group.contributions
            ]
        )

    def summary(self) -> list[str]:
        """Return the largest contributions of each group, or the largest influences."""
        if self.influences:
            return [
                f"Reasons for {self.name} = {self.option} ({self.forecast:.0%})",
                *(
                    f"{each.name} = {each.state}: {each.before:.0%} -> {each.after:.0%}"
                    for each in self.influences[:5]
                ),
            ]
        lines = [f"Reasons for {self.name} = {self.option} rather than {self.rather_than}"]
        for group in self.groups:
            where = "" if group.where is None else f"{group.where}: "
            largest = ", ".join(
                f"{dotted_path(each.path)} {each.points:+.1f}" for each in group.contributions[:3]
            )
            lines.append(
                f"{where}{group.probability:.0%} against {group.other_probability:.0%} "
                f"in {group.reach:.0%} of cases: {largest}"
            )
        return lines


def why(
    subject: Equilibrium | Sweep,
    move: str,
    option: str | None = None,
    rather_than: str | None = None,
    when: str | Condition | None = None,
    *,
    branch: int | None = None,
    worlds: int = 64,
    traced: int = 2,
    progress: ProgressCallback | None = None,
) -> Reasons:
    """Find why an actor chooses an option, or what would move a factor's forecast most.

    Args:
        subject: an equilibrium; or a sweep, over the first worlds of which reasons are averaged.
        move: a move, or a factor; over time without a period it is a move's first, and a factor's
            last one.
        option: an option or state; the likeliest one if not given.
        rather_than: the option to compare with; the likeliest other one if not given.
        when: only cases in which this condition holds; it must not depend on the move.
        branch: the number of the mirror branch, where there are several; by default the one on
            which the option is most likely.
        worlds: how many of the sweep's worlds to use.
        traced: how many of the largest contributions in each group are traced to states.
        progress: called with how many equilibria are solved, and how many there are.

    Raises:
        QueryError: unknown names, a branch that there is not, or a move that never has both
            options open in these cases.
        NotConverged: a contest with something made certain has no equilibrium.
    """
    equilibrium = equilibrium_of(subject)
    diagram = equilibrium.diagram
    node = diagram.nodes[_instance_index(diagram, move)]
    for state in (option, rather_than):
        if state is not None and state not in node.states:
            raise unknown_name(f"state of {node.name}", state, node.states)
    equilibrium = _one_branch(equilibrium, node.name, option, branch)
    if not isinstance(node, Decision):
        if rather_than is not None or when is not None:
            raise QueryError(f"{node.name} is a factor: leave out 'rather than' and 'when'")
        return _factor_reasons(equilibrium, node.name, option, progress)
    if equilibrium.fixed_policies:
        raise QueryError("a surprise leaves all policies as they were; there is no reason in it")
    asked = None if when is None else _checked_condition(diagram, node, when)
    middle = move_choices(diagram, node, equilibrium, equilibrium.theta, asked)
    pair = option_pair(node, middle, option, rather_than)
    every, count = [middle], 0
    if isinstance(subject, Sweep):
        profiles = _world_profiles(subject, worlds, progress)
        count = len(profiles)
        every = [move_choices(diagram, node, p, theta, asked) for theta, p in profiles] or every
    means = ContributionMeans(diagram, node, every, pair)
    groups = [
        _traced_group(equilibrium, node, pair, middle, means.group(inside), inside, traced)
        for inside in means.group_masks()
    ]
    return Reasons(
        equilibrium=equilibrium,
        name=node.name,
        option=node.states[pair[0]],
        rather_than=node.states[pair[1]],
        when=asked,
        groups=tuple(sorted(groups, key=lambda group: -round(group.reach, 9))),
        world_count=count,
        policy_probability=float((middle.mass * middle.policy[..., pair[0]]).sum())
        / middle.mass.sum(),
        forecast=middle.forecast[pair[0]],
    )


def _one_branch(
    equilibrium: Equilibrium, name: str, state: str | None, branch: int | None
) -> Equilibrium:
    """Return a branch by its number, or the one on which a state is most likely.

    Raises:
        QueryError: there is no such branch.
    """
    branches = equilibrium.branches
    if branch is not None:
        if not 1 <= branch <= len(branches):
            several = f"expected one of 1 to {len(branches)}"
            wanted = several if len(branches) > 1 else "this contest has a single branch"
            raise QueryError(f"there is no branch {branch}; {wanted}")
        return branches[branch - 1]
    if len(branches) == 1:
        return equilibrium
    forecast = equilibrium.forecast(name)
    chosen = state or max(forecast, key=lambda each: round(forecast[each], 9))
    return max(branches, key=lambda each: round(each.forecast(name)[chosen], 9))


def short_reasons(equilibrium: Equilibrium) -> dict[str, Reasons]:
    """Find the reasons of each move's likeliest option, without pathways.

    Over time only the first period of each move is explained. Empty after a surprise, where
    policies are no choices, and for a contest of more than `MAX_NODES` nodes.
    """
    diagram = equilibrium.diagram
    found: dict[str, Reasons] = {}
    if equilibrium.fixed_policies or len(diagram.nodes) > MAX_NODES:
        return found
    for decision in diagram.decisions:
        name = base_name(decision.name) if decision.period is not None else decision.name
        if name in found:
            continue
        try:
            found[name] = why(equilibrium, decision.name, traced=0)
        except QueryError:
            continue  # it never has a choice
    return found


def _instance_index(diagram: Diagram, name: str) -> int:
    instances = [node for node in diagram.instances(name) if node.period != 0]
    if len(instances) > 1:
        node = instances[0] if isinstance(instances[0], Decision) else instances[-1]
        return diagram.index[node.name]
    return node_index(diagram, name)


def _checked_condition(diagram: Diagram, node: Decision, when: str | Condition) -> Condition:
    """Return the condition.

    Raises:
        QueryError: it does not parse, names what is not there, or depends on the move.
    """
    over, _ = condition_table(diagram, when)
    move = diagram.index[node.name]
    for name in over:
        if move in diagram.structure.ancestors((node_index(diagram, name),)):
            raise QueryError(
                f"{name} depends on {node.name}; restrict the cases by what precedes the move"
            )
    return parse_condition(when)


def _world_profiles(
    subject: Sweep, count: int, progress: ProgressCallback | None
) -> list[tuple[Floats, StrategyProfile]]:
    """Solve the first worlds of a sweep again, and return parameter values and profiles."""
    equilibrium = subject.equilibrium
    diagram, supposed = equilibrium.diagram, equilibrium.supposed
    solved = [k for k, how in enumerate(subject.outcomes) if how in ("solved", "traced")][:count]
    values = subject.parameter_values[solved]
    tables = [fix_states(diagram, diagram.tables(theta), supposed) for theta in values]
    if not tables:
        return []
    if equilibrium.perceived:
        every = [solve_tables(diagram, each) for each in tables]
        return [
            (theta, replace(each, known=equilibrium.known))
            for theta, each in zip(values, every, strict=True)
        ]
    found = solve_tables_batch(diagram, tables, progress)
    layout = layout_of(diagram.structure)
    return [
        (
            values[k],
            StrategyProfile(
                diagram, tables[k], tuple(layout.unpad(found.policies[..., k])), equilibrium.known
            ),
        )
        for k in range(len(tables))
    ]


def _traced_group(
    equilibrium: Equilibrium,
    node: Decision,
    pair: tuple[int, int],
    middle: MoveChoices,
    group: ReasonGroup,
    inside: Mask,
    count: int,
) -> ReasonGroup:
    """Return a group with the pathways of its largest contributions."""
    interests = {each.path: each for each in middle.interests}
    contests = equilibrium.perceived_by(node.owner)
    if len(contests) != 1:
        return group  # an actor of several levels expects several things at once
    mass = np.where(inside, middle.mass, 0.0)
    traced = []
    for place, each in enumerate(group.contributions):
        pathways: tuple[Pathway, ...] = ()
        if place < count and each.probability is not None and mass.sum() > 0:
            pathways = find_pathways(contests[0], node, pair, mass, interests[each.path])
        traced.append(replace(each, pathways=pathways))
    return replace(group, contributions=tuple(traced))


def _factor_reasons(
    equilibrium: Equilibrium, name: str, state: str | None, progress: ProgressCallback | None
) -> Reasons:
    if name in equilibrium.supposed:
        raise QueryError(f"{name} is supposed: nothing else moves its forecast")
    forecast = equilibrium.forecast(name)
    chosen = state or max(forecast, key=lambda each: forecast[each])
    return Reasons(
        equilibrium=equilibrium,
        name=name,
        option=chosen,
        rather_than="",
        when=None,
        influences=influences_on(equilibrium, name, chosen, progress),
        forecast=forecast[chosen],
    )
