"""Value of information: what is worth finding out, and which commitments are worth making.

Three measures. To the analyst, information is worth the expected fall of a forecast's uncertainty:
of its entropy, or in the unit of a value that is asked (`mutual_information`). To an actor, knowing
a hidden factor is worth a change of its expected points: the actor learns the factor's state before
its moves, all actors know that it does, and the contest is solved again. For a single decision
maker this value is never negative; among several it may be (Hirshleifer 1971; Bassan et al. 2003),
since the others behave differently towards an informed actor. And a commitment is worth what fixing
a move changes in expected points (`commitment`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from middlegame.analysis.commitment import CommitmentValue, commitment_values
from middlegame.analysis.interventions import (
    InterventionResults,
    available_interventions,
    interventions,
)
from middlegame.analysis.mutual_information import (
    QuestionInformation,
    mutual_information,
)
from middlegame.analysis.outcomes import (
    QuestionOutcomes,
    equilibrium_of,
    select_questions,
    sweep_of,
)
from middlegame.analysis.result import AnalysisResult
from middlegame.base.errors import QueryError
from middlegame.base.progress import ProgressCallback, stages
from middlegame.diagram import Chance, Decision, Diagram, Fixed, Node
from middlegame.diagram.levels import level_owner
from middlegame.engine.graph.relevance import requisite_nodes
from middlegame.equilibrium.engine_input import fix_states
from middlegame.equilibrium.equilibrium import Equilibrium, solve_tables
from middlegame.sweeps.result import Sweep

if TYPE_CHECKING:
    import pandas as pd

_SHARES = (2.0, 1.0, 2.0)
"""How long sampling, the values of information and the fixed moves take, about."""
_MESSAGE = "message about a hidden factor"


@dataclass(frozen=True)
class InformationValue:
    """The value of letting one actor know one hidden factor before its moves.

    Attributes:
        factor: the factor.
        actor: the actor that learns the factor's state.
        points: the change of each actor's expected points.
    """

    factor: str
    actor: str
    points: dict[str, float]

    @property
    def own_points(self) -> float:
        """The value to the informed actor itself; it may be negative."""
        return self.points[self.actor]


@dataclass(frozen=True, eq=False, repr=False)
class ValueOfInformation(AnalysisResult):
    """What is worth finding out to the analyst and to each actor, and which commitments pay.

    Attributes:
        equilibrium: the contest at the middle of all ranges.
        questions: the questions.
        information_gains: what each judgement and hidden factor would tell about each question.
        information_values: what knowing each hidden factor is worth to each actor.
        commitment_values: what fixing each move is worth to each actor.
        worlds: how many samples the information gains of judgements are estimated from.
        failed: how many of them have no equilibrium that could be reached, by outcome.
        seed: of the draws.
    """

    equilibrium: Equilibrium
    questions: tuple[QuestionOutcomes, ...]
    information_gains: tuple[QuestionInformation, ...]
    information_values: tuple[InformationValue, ...]
    commitment_values: tuple[CommitmentValue, ...]
    worlds: int
    failed: Mapping[str, int]
    seed: int

    def to_dict(self) -> dict[str, Any]:
        """Return information gains, values of information and commitment values."""
        return {
            "title": self.equilibrium.diagram.title,
            **self.equilibrium.conditions(),
            "seed": self.seed,
            "worlds": self.worlds,
            "failed": dict(self.failed),
            "questions": {
                each.question: {
                    "mean": each.mean,
                    "uncertainty": each.uncertainty,
                    "unit": question.scale.unit if question.scale else "bits",
                    "judgements": [asdict(gain) for gain in each.judgements],
                    "factors": [asdict(gain) for gain in each.factors],
                }
                for question, each in zip(self.questions, self.information_gains, strict=True)
            },
            "information_values": [asdict(value) for value in self.information_values],
            "commitment_values": [
                {
                    "move": value.intervention.name,
                    "option": value.intervention.state,
                    "mover": value.mover,
                    "beneficiary": value.beneficiary,
                    "points": value.points,
                }
                for value in self.commitment_values
            ],
        }

    def to_dataframe(self) -> "pd.DataFrame":
        """Return a row for each question and what could be found out about it."""
        import pandas as pd

        return pd.DataFrame(
            [
                {"question": each.question, "kind": kind, **asdict(gain)}
                for each in self.information_gains
                for kind, gains in (("judgement", each.judgements), ("factor", each.factors))
                for gain in gains
            ]
        )

    def summary(self) -> list[str]:
        """Return the largest information gain of each question, and the most valuable facts."""
        found = [f"ValueOfInformation of {self.equilibrium.diagram.title!r}"]
        for each in self.information_gains:
            gains = [g for g in (*each.judgements, *each.factors) if g.is_detectable]
            best = max(gains, key=lambda gain: gain.gain, default=None)
            gain = (
                f"{best.name} ({best.share:.1%} of the uncertainty)"
                if best
                else "nothing detectable"
            )
            found.append(f"{each.question}: {gain}")
        return found + [
            f"{value.actor} knows {value.factor}: {value.own_points:+.1f} points"
            for value in self.information_values[:1]
        ]


def value_of_information(
    subject: Equilibrium | Sweep,
    questions: Sequence[str] = (),
    *,
    n: int = 4096,
    seed: int = 0,
    results: InterventionResults | None = None,
    actors: bool = True,
    progress: ProgressCallback | None = None,
) -> ValueOfInformation:
    """Find what is worth finding out, to the analyst and to each actor, and worth committing to.

    Values of information and commitment are those before any evidence.

    Args:
        subject: an equilibrium, whose ranges are then sampled, or a sweep.
        questions: names of questions, or conditions; all questions of the contest without any.
        n: how many samples to draw.
        seed: of the draws.
        results: interventions that are solved already, such as those of `dominoes`; without them,
            each option of each move is fixed in turn.
        actors: whether to value what actors could know and commit to; each such value takes an
            equilibrium of its own, which is slow in a contest of many periods.
        progress: called with how many steps of all work are done, and how many there are.

    Raises:
        QueryError: a question is unknown, there are too few samples, or an observation was added
            to the contest's own evidence.
        NotConverged: a contest with an informed actor or a fixed move has no equilibrium that
            could be reached.
    """
    equilibrium = equilibrium_of(subject)
    asked = select_questions(equilibrium, questions)
    sampling, informing, fixing = stages(progress, *_SHARES) if actors else (progress,) * 3
    found = sweep_of(subject, asked, n, seed, sampling)
    values: list[InformationValue] = []
    commitments: list[CommitmentValue] = []
    if actors:
        prior = equilibrium.prior
        values = information_values(prior, progress=informing)
        commitments = commitment_values(results or _fixed_moves(prior, fixing))
    return ValueOfInformation(
        equilibrium=equilibrium,
        questions=asked,
        information_gains=tuple(mutual_information(equilibrium, found, asked)),
        information_values=tuple(values),
        commitment_values=tuple(commitments),
        worlds=found.count,
        failed=found.failures,
        seed=found.plan.seed,
    )


def _fixed_moves(
    equilibrium: Equilibrium, progress: ProgressCallback | None
) -> InterventionResults:
    """Fix each option of each move that is not supposed already."""
    moves = {decision.name for decision in equilibrium.diagram.decisions}
    free = moves - set(equilibrium.supposed)
    chosen = [each for each in available_interventions(equilibrium) if each.name in free]
    return interventions(equilibrium, chosen, progress=progress)


def information_values(
    equilibrium: Equilibrium,
    factors: Sequence[str] | None = None,
    progress: ProgressCallback | None = None,
) -> list[InformationValue]:
    """Solve the contest anew for each pair of a hidden factor and an actor that learns it.

    Args:
        equilibrium: the contest.
        factors: the factors; without any, those that are settled before the first move.
        progress: called with how many pairs are solved, and how many there are.

    Returns:
        The values, those that are largest for the informed actor first.

    Raises:
        QueryError: a factor depends on moves or is supposed, or something was observed.
        NotConverged: a contest with an informed actor has no equilibrium that could be reached.
    """
    equilibrium = equilibrium.middle
    if len(equilibrium.known) > len(equilibrium.evidence):
        raise QueryError(
            "values of information precede any observation; start from the contest without it"
        )
    diagram = equilibrium.diagram
    there = tuple(name for name in diagram.exogenous_factors if name not in equilibrium.supposed)
    wanted = there if factors is None else tuple(factors)
    for name in wanted:
        if name not in there:
            raise QueryError(
                f"{name} is not settled before the first move; expected one of {', '.join(there)}"
            )
    pairs = [
        (name, actor)
        for name in wanted
        for actor in dict.fromkeys(d.owner for d in diagram.decisions if name not in d.parents)
    ]
    found = []
    for number, (name, actor) in enumerate(pairs):
        found.append(InformationValue(name, actor, _gains(equilibrium, name, actor)))
        if progress:
            progress(number + 1, len(pairs))
    return sorted(found, key=lambda each: -round(each.own_points, 9))


def _gains(equilibrium: Equilibrium, factor: str, actor: str) -> dict[str, float]:
    """Return the change of each actor's expected points if one of them learns a factor.

    The change is zero where the observations of the actor's moves separate the factor from their
    consequences: no payoff of these moves then depends on the message (Shachter 1998), and the
    policies that ignore the message remain an equilibrium.
    """
    diagram = equilibrium.diagram
    informed = _with_message(diagram, factor, actor)
    message = informed.index[_MESSAGE]
    needed = requisite_nodes(informed.structure)
    own = [
        informed.index[decision.name] for decision in informed.decisions if decision.owner == actor
    ]
    if not any(message in needed[decision].nodes for decision in own):
        return dict.fromkeys(diagram.owners, 0.0)
    tables = fix_states(informed, informed.tables(equilibrium.theta), equilibrium.supposed)
    before, after = equilibrium.prior, solve_tables(informed, tables)
    return {owner: after.points[owner] - before.points[owner] for owner in diagram.owners}


def _with_message(diagram: Diagram, factor: str, actor: str) -> Diagram:
    """Return the diagram in which all moves of an actor observe a factor, through a message."""
    states = diagram.nodes[diagram.index[factor]].states
    message = Chance(_MESSAGE, states, (factor,), Fixed(np.eye(len(states))))
    first = [n for n in diagram.nodes if _before_moves(diagram, n)]
    nodes: list[Node] = [*first, message]
    for node in diagram.nodes:
        if node in first:
            continue
        if isinstance(node, Decision) and node.owner == actor and factor not in node.parents:
            # The message goes before the owner's level of reasoning, which stays the last parent.
            at = len(node.parents) - bool(node.parents and level_owner(node.parents[-1]))
            parents = (*node.parents[:at], _MESSAGE, *node.parents[at:])
            opens = np.repeat(np.expand_dims(diagram.open_options(node), at), len(states), axis=at)
            node = replace(node, parents=parents, open_options=opens)
        nodes.append(node)
    changed = replace(diagram, nodes=tuple(nodes))
    return changed.map_perceptions(lambda inside: _with_message(inside, factor, actor))


def _before_moves(diagram: Diagram, node: Node) -> bool:
    above = diagram.structure.ancestors((diagram.index[node.name],))
    return not any(decision in above for decision in diagram.structure.decisions)
