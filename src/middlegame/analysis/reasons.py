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

from middlegame.analysis.influences import Influence, influences_on
from middlegame.analysis.move_choices import (
    MoveChoices,
    OnlyOption,
    move_choices,
    only_options,
    option_pair,
    solved_worlds,
)
from middlegame.analysis.outcomes import equilibrium_of
from middlegame.analysis.pathways import Pathway, find_pathways
from middlegame.analysis.reason_groups import ContributionMeans, ReasonGroup
from middlegame.analysis.result import AnalysisResult
from middlegame.analysis.situations import Mask
from middlegame.base.errors import QueryError, unknown_state
from middlegame.base.progress import ProgressCallback
from middlegame.diagram import Decision, Diagram
from middlegame.equilibrium.equilibrium import Equilibrium
from middlegame.equilibrium.references import condition_table, node_index, node_indices
from middlegame.equilibrium.strategy_profile import Branch
from middlegame.scenario.conditions import Condition, parse_condition
from middlegame.scenario.faults import dotted_path
from middlegame.scenario.model.references import base_name
from middlegame.sweeps.forecast import Forecast, forecast_over
from middlegame.sweeps.result import Sweep
from middlegame.sweeps.world_solver import solve_in_worlds
from middlegame.sweeps.worlds import worlds_of_profiles

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
        world_count: over how many worlds all numbers are means, but for `influences`, which are
            those of the middle world; 0 for the middle world alone.
        policy_probability: of the option, as the actor chooses it in all these cases.
        forecast: of the option, given all evidence, also on what follows the move.
        only_options: for a move, the options that are somewhere the only one.
        is_before_evidence: whether evidence speaks of the move or of what follows it. All numbers
            but `forecast` and the groups' posteriors are then those before all evidence.

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
    only_options: tuple[OnlyOption, ...] = ()
    is_before_evidence: bool = False

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
                "worlds": self.world_count,
                "forecast": self.forecast,
                "influences": [asdict(each) | {"change": each.change} for each in self.influences],
            }
        return found | {
            "rather_than": self.rather_than,
            "when": None if self.when is None else str(self.when),
            "worlds": self.world_count,
            "is_before_evidence": self.is_before_evidence,
            "policy_probability": self.policy_probability,
            "forecast": self.forecast,
            "groups": [group.to_dict(situations=situations) for group in self.groups],
            "only_options": [each.to_dict() for each in self.only_options],
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
        subject: a forecast, over whose worlds reasons are averaged; a sweep, over whose first
            worlds; or an equilibrium, of whose one world they are.
        move: a move, or a factor; over time without a period it is a move's first, and a factor's
            last one.
        option: an option or state; the likeliest one, given all evidence, if not given.
        rather_than: the option to compare with; the likeliest other one if not given, on a scale
            the value farthest away.
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
    forecast = _over_worlds(subject, worlds)
    node = forecast.diagram.nodes[_instance_index(forecast.diagram, move)]
    for state in (option, rather_than):
        if state is not None and state not in node.states:
            raise unknown_state(node.name, state, node.states)
    if not isinstance(node, Decision):
        if rather_than is not None or when is not None:
            raise QueryError(f"{node.name} is a factor: leave out 'rather than' and 'when'")
        return _factor_reasons(_one_branch(forecast.middle, node.name, option, branch), forecast,
                               node.name, option, progress)  # fmt: skip
    if forecast.fixed_policies:
        raise QueryError("a surprise leaves all policies as they were; there is no reason in it")
    played = _one_branch(forecast.middle, node.name, option, branch)
    on_branch = _on_branch(forecast, played)
    asked = None if when is None else _checked_condition(forecast.diagram, node, when)
    choices = move_choices(on_branch, [node], asked)[node.name]
    return _move_reasons(on_branch, node, choices, option, rather_than, asked, traced)


def short_reasons(subject: Equilibrium) -> dict[str, Reasons]:
    """Find the reasons of each move's likeliest option, without pathways.

    Over time only the first period of each move is explained. Empty after a surprise, where
    policies are no choices, and for a contest of more than `MAX_NODES` nodes.
    """
    diagram = subject.diagram
    found: dict[str, Reasons] = {}
    if subject.fixed_policies or len(diagram.nodes) > MAX_NODES:
        return found
    forecast, moves = _over_worlds(subject), dict[str, Decision]()
    for decision in diagram.decisions:
        name = base_name(decision.name) if decision.period is not None else decision.name
        moves.setdefault(name, decision)
    by_branch: dict[int, tuple[Forecast, dict[str, MoveChoices]]] = {}
    for name, decision in moves.items():
        played = _one_branch(forecast.middle, decision.name, None, None)
        number = played.branch[0] if played.branch else 1
        if number not in by_branch:
            on_branch = _on_branch(forecast, played)
            by_branch[number] = on_branch, move_choices(on_branch, list(moves.values()))
        on_branch, choices = by_branch[number]
        try:
            found[name] = _move_reasons(on_branch, decision, choices[decision.name])
        except QueryError:
            continue  # it never has a choice
    return found


def _over_worlds(subject: Equilibrium | Sweep, worlds: int = 0) -> Forecast:
    """Return a contest's forecast over worlds; over the middle world alone if there are no others.

    Args:
        subject: the contest.
        worlds: of a sweep, how many of the first worlds to use.
    """
    middle = equilibrium_of(subject)
    if isinstance(subject, Sweep):
        kept = [k for k, how in enumerate(subject.outcomes) if how in ("solved", "traced")]
        values = subject.parameter_values[kept[:worlds]]
        if len(values):
            return forecast_over(middle, lambda: solve_in_worlds(middle, values), len(values))
    if isinstance(subject, Forecast) and subject.worlds is not None:
        return subject
    return forecast_over(middle, lambda: worlds_of_profiles([middle], middle.theta[None]), 1)


def _on_branch(forecast: Forecast, played: Equilibrium) -> Forecast:
    """Return the forecast of one branch of the middle world and of each world's nearest to it."""
    if played.branch is None:
        return forecast
    worlds = solved_worlds(forecast).nearest_branches(Branch(played.policies, played.logits))
    return forecast_over(played, lambda: worlds, worlds.count)


def _move_reasons(
    forecast: Forecast,
    node: Decision,
    choices: MoveChoices,
    option: str | None = None,
    rather_than: str | None = None,
    when: Condition | None = None,
    traced: int = 0,
) -> Reasons:
    """Return the reasons for one option of a move rather than another (see `why`)."""
    pair = option_pair(node, choices, option, rather_than)
    means = ContributionMeans(forecast.diagram, node, choices, pair)
    groups = [
        _traced_group(forecast, node, pair, choices, means.group(inside), inside, traced)
        for inside in means.group_masks()
    ]
    case = forecast if when is None else forecast.given(when)
    count = solved_worlds(forecast).count
    return Reasons(
        equilibrium=forecast if count > 1 else forecast.middle,
        name=node.name,
        option=node.states[pair[0]],
        rather_than=node.states[pair[1]],
        when=when,
        groups=tuple(sorted(groups, key=lambda group: -round(group.reach, 9))),
        world_count=count if count > 1 else 0,
        policy_probability=float(choices.option_probabilities[pair[0]]),
        forecast=case.forecast(node.name)[node.states[pair[0]]],
        only_options=only_options(forecast.diagram, node, choices),
        is_before_evidence=choices.chosen is not None,
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


def _instance_index(diagram: Diagram, name: str) -> int:
    places = node_indices(diagram, name)
    return places[0] if isinstance(diagram.nodes[places[0]], Decision) else places[-1]


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


def _traced_group(
    forecast: Forecast,
    node: Decision,
    pair: tuple[int, int],
    choices: MoveChoices,
    group: ReasonGroup,
    inside: Mask,
    count: int,
) -> ReasonGroup:
    """Return a group with the pathways of its largest contributions."""
    interests = {each.path: each for each in choices.interests}
    contests = solved_worlds(forecast).perceived_by(node.owner)
    if len(contests) != 1:
        return group  # an actor of several levels expects several things at once
    mass = choices.mass * inside[..., None]
    traced = []
    for place, each in enumerate(group.contributions):
        pathways: tuple[Pathway, ...] = ()
        if place < count and each.probability is not None:
            pathways = find_pathways(contests[0], node, pair, mass, interests[each.path])
        traced.append(replace(each, pathways=pathways))
    return replace(group, contributions=tuple(traced))


def _factor_reasons(
    equilibrium: Equilibrium,
    over_worlds: Forecast,
    name: str,
    state: str | None,
    progress: ProgressCallback | None,
) -> Reasons:
    """Return what would move a factor's forecast most, by interventions in the middle world."""
    if name in equilibrium.supposed:
        raise QueryError(f"{name} is supposed: nothing else moves its forecast")
    subject = over_worlds if equilibrium.branch is None else equilibrium
    count = solved_worlds(over_worlds).count if subject is over_worlds else 1
    forecast = subject.forecast(name)
    chosen = state or max(forecast, key=lambda each: forecast[each])
    return Reasons(
        equilibrium=over_worlds if count > 1 else equilibrium,
        name=name,
        option=chosen,
        rather_than="",
        when=None,
        influences=influences_on(equilibrium, name, chosen, progress),
        world_count=count if count > 1 else 0,
        forecast=forecast[chosen],
    )
