"""Compile private numbers: a hidden node for each, which its owner's moves observe."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from middlegame.compiler.parameters import NumberCompiler
from middlegame.diagram import Chance, Number, PrivateNumber
from middlegame.diagram.private_numbers import FEWEST_POINTS, POINTS
from middlegame.scenario import Judgement
from middlegame.scenario.faults import Path
from middlegame.scenario.model.fields import Sourced
from middlegame.scenario.timeline import Timeline

SPREAD = "private_spread"
"""The key of the spread of a worth of which its owner knows the value."""


@dataclass
class PrivateNumbers:
    """The private numbers of a scenario.

    Attributes:
        by_path: each number by its path in the expanded scenario.
        labels: the label of each node.
    """

    by_path: dict[Path, PrivateNumber] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)

    def compile_public(
        self, numbers: NumberCompiler, judgement: Judgement, path: Path, beside: Sourced
    ) -> Number:
        """Compile a number, unless it is private: its values then stand at its points."""
        return 0.0 if path in self.by_path else numbers.compile(judgement, path, beside)

    def known_to(self, actor: str) -> tuple[str, ...]:
        """Return the nodes that an actor's moves observe."""
        return tuple(each.node for each in self.by_path.values() if each.owner == actor)

    def precision_of(self, actor: str) -> PrivateNumber | None:
        """Return an actor's precision if it is private."""
        return self.by_path.get(("actors", actor, "precision"))

    def nodes(self) -> list[Chance]:
        """Return the hidden node of each number."""
        return [
            Chance(
                name=each.node,
                states=each.states,
                parents=(),
                table=each.table,
                label=self.labels[each.node],
                hidden=True,
            )
            for each in self.by_path.values()
        ]


def compile_private_numbers(timeline: Timeline, numbers: NumberCompiler) -> PrivateNumbers:
    """Compile the private worths, spreads, costs and precisions of a checked scenario."""
    found = PrivateNumbers()
    written = list(_private_judgements(timeline))
    counts = Counter(owner for owner, *_ in written)
    for owner, judgement, path, beside in written:
        points = POINTS.get(counts[owner], FEWEST_POINTS)
        written_path = numbers.original_path(path)
        if path[-1] == SPREAD:
            private = PrivateNumber.standard(written_path, owner, points)
        elif judgement.exact:  # a view or a belief is certain of it
            private = PrivateNumber.exact(written_path, owner, judgement.median, points)
        else:
            parameter, index = numbers.distribution(judgement, path, beside)
            private = PrivateNumber.of(written_path, owner, parameter, index, points)
        found.by_path[path] = private
        found.labels[private.node] = judgement.label or private.node
    return found


def _private_judgements(
    timeline: Timeline,
) -> Iterator[tuple[str, Judgement, Path, Sourced | None]]:
    """Yield the owner, the judgement, its path and the part with its reason of each."""
    scenario = timeline.scenario
    for name, actor in scenario.actors.items():
        if actor.precision is not None and actor.precision.private:
            yield name, actor.precision, ("actors", name, "precision"), actor
    for owner, interests in scenario.interests.items():
        for place, interest in enumerate(interests):
            if interest.worth.private:
                yield owner, interest.worth, ("interests", owner, place, "worth"), interest
            if interest.private_spread is not None:
                spread_path: Path = ("interests", owner, place, SPREAD)
                yield owner, interest.private_spread, spread_path, interest
    for name, move in scenario.moves.items():
        for option_name, option in move.options.items():
            if option.costs is not None and option.costs.private:
                path: Path = ("moves", name, "options", option_name, "costs")
                yield move.by, option.costs, path, option
    for breach in timeline.expansion.breaches:
        if breach.costs.private:
            yield breach.actor, breach.costs, breach.path, breach.sourced_part
