"""What every check needs to know of a scenario, whether all of it could be read or not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from pathlib import Path as FilePath

from middlegame.scenario.conditions import Condition, Is, Within
from middlegame.scenario.faults import Fault, Path, join_names, nearest
from middlegame.scenario.model.judgement import FormulaJudgement
from middlegame.scenario.model.references import LAST, PREVIOUS, base_name, split_reference
from middlegame.scenario.model.scenario import Scenario
from middlegame.scenario.model.walk import Visit, walk
from middlegame.scenario.validation.partial import PartialParse

MAX_COMBINATIONS = 1_000_000


@dataclass(frozen=True)
class CheckContext:
    """A scenario, its offers expanded, with what it lacks because of faults reported earlier.

    Attributes:
        scenario: the scenario as far as it could be read.
        partial: what it lacks.
        folder: the folder of the sources' files; None where they are not to be read.
    """

    scenario: Scenario
    partial: PartialParse
    folder: FilePath | None = None

    @property
    def period_count(self) -> int:
        """The number of periods; 0 for a scenario without time."""
        return self.scenario.periods.for_ if self.scenario.periods else 0

    def is_timed(self, name: str) -> bool:
        """Return whether a move or factor has an instance in every period."""
        factor = self.scenario.factors.get(name)
        return self.period_count > 0 and not (factor is not None and factor.once)

    def may_be_absent(self, reference: str) -> bool:
        """Return whether the referenced move is absent in some period, or before the first."""
        name, at = split_reference(reference)
        move = self.scenario.moves.get(name)
        if move is None or not self.period_count:
            return False
        return at is not None or (
            move.periods is not None and len(move.periods) < self.period_count
        )

    @cached_property
    def visits(self) -> list[Visit]:
        """All values with their paths, as `walk` returns them."""
        return walk(self.scenario)

    @cached_property
    def conditions(self) -> list[tuple[Path, Condition]]:
        """All conditions with their paths."""
        return [(path, value) for path, value, _ in self.visits if isinstance(value, Condition)]

    @cached_property
    def formulas(self) -> list[tuple[Path, FormulaJudgement]]:
        """All numbers that formulas compute, with their paths."""
        return [
            (path, value) for path, value, _ in self.visits if isinstance(value, FormulaJudgement)
        ]

    @cached_property
    def states(self) -> dict[str, tuple[str, ...] | None]:
        """The states of each move and factor, by every reference to it; None where unknown."""
        periods = (*range(1, self.period_count + 1), PREVIOUS, LAST) if self.period_count else ()
        referred = {
            f"{name}@{period}": states
            for name, states in self.named_states.items()
            if self.is_timed(name)
            for period in periods
        }
        return self.named_states | referred

    @cached_property
    def named_states(self) -> dict[str, tuple[str, ...] | None]:
        """The states of each move and factor, by name; None where unknown."""
        states: dict[str, tuple[str, ...] | None] = {}
        written = self.scenario.states()
        for section, key in (("moves", "options"), ("factors", "states")):
            whole = self.scenario.moves if section == "moves" else self.scenario.factors
            for name in dict.fromkeys((*whole, *(self.partial.names(section) or ()))):
                if name in states:
                    states[name] = None  # a move and a factor of one name: reported by check_names
                elif self.partial.affects(section, name, "scale"):
                    states[name] = None
                elif self.partial.affects(section, name, key) or name not in whole:
                    states[name] = self.partial.states(name)
                else:
                    states[name] = written[name]
        for name in self.partial.names("offers") or ():  # a missing one is not expanded
            for end in ("", "_offer", "_answer"):
                states.setdefault(f"{name}{end}", None)
        return states

    @cached_property
    def known_states(self) -> dict[str, tuple[str, ...]]:
        """The states of the moves and factors whose states are all known."""
        return {name: states for name, states in self.states.items() if states is not None}

    @property
    def knows_all_names(self) -> bool:
        """Whether the names of all moves and factors are known."""
        return None not in (self.partial.names("moves"), self.partial.names("factors"))

    def is_complete(self, section: str, name: str) -> bool:
        """Return whether an entry was read in full."""
        return not self.partial.affects(section, name)

    def can_evaluate(self, condition: Condition | None) -> bool:
        """Return whether a condition names only known variables and states."""
        if condition is None:
            return True
        states = self.known_states
        return all(
            leaf.variable in states
            and (not isinstance(leaf, Is) or set(leaf.states) <= set(states[leaf.variable]))
            and (
                not isinstance(leaf, Within)
                or (
                    base_name(leaf.variable) in self.scenario.scales
                    and bool(leaf.matching(states[leaf.variable]))
                )
            )
            for leaf in condition.leaves()
        )

    def check_combinations(
        self, what: str, path: Path, mentions: Sequence[Sequence[str]]
    ) -> list[Fault]:
        """Report a check that would take more than MAX_COMBINATIONS combinations of states.

        Args:
            what: the subject of the message, such as `the rules of 'lease'`.
            path: where the subject stands.
            mentions: the variables of each of its conditions.
        """
        names = list(dict.fromkeys(name for each in mentions for name in each))
        total = prod(len(self.known_states[name]) for name in names)
        if total <= MAX_COMBINATIONS:
            return []
        rarest = sorted(
            names,
            key=lambda name: (sum(name in e for e in mentions), -len(self.known_states[name])),
        )
        left, dropped = total, []
        for name in rarest:
            if left <= MAX_COMBINATIONS:
                break
            left //= len(self.known_states[name])
            dropped.append(name)
        problem = (
            f"{what} {'spans' if what.startswith('the condition') else 'span'} {total:,} cases"
        )
        expected = f"at most {MAX_COMBINATIONS:,}; without {', '.join(dropped)} there are {left:,}"
        return [Fault(problem, expected, path=path)]


def check_known(
    kind: str, name: str, valid: Iterable[str], path: Path, offset: int = 0
) -> list[Fault]:
    """Report a name that is not among the valid ones; an empty list where it is.

    Args:
        kind: what the name should be, such as `actor`.
        name: as written.
        valid: the names that exist; they are suggested, or listed where none is near.
        path: where the name stands.
        offset: how many characters into the value at `path` it stands.
    """
    names = list(valid)
    if name in names:
        return []
    near = nearest(name, names)
    expected = "" if near or not names else f"one of {join_names(names)}"
    return [Fault(f"unknown {kind} '{name}'", expected, near, path=path, offset=offset)]
