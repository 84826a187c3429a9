"""Check a scenario before it is solved: faults, warnings, sourcing, ranges of points."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from middlegame.base.errors import QueryError
from middlegame.compiler import compile_scenario, irrelevant_beliefs
from middlegame.compiler.warnings import diagram_warnings, points_ranges
from middlegame.diagram import Diagram
from middlegame.engine.cost import predict_cost
from middlegame.equilibrium.limits import MAX_TABLE_SIZE, size_warnings
from middlegame.equilibrium.strategy_profile import StrategyProfile
from middlegame.io.open import open_view
from middlegame.scenario.data_rows import missing_values
from middlegame.scenario.faults import Fault, Places, ScenarioError, dotted_path
from middlegame.scenario.model.scenario import Scenario
from middlegame.scenario.sources import Sourcing, sourcing
from middlegame.scenario.timeline import Timeline
from middlegame.scenario.validation.checks import find_faults
from middlegame.scenario.yaml.load import LoadedScenario

if TYPE_CHECKING:
    import pandas as pd

_ROUNDING = 1e-12


@dataclass(frozen=True, repr=False)
class CheckResult:
    """The findings of a check.

    Attributes:
        loaded: the scenario as read.
        faults: every error and warning, those of the compiled diagram among them.
        sourcing: how much of it is sourced; None where there are errors.
        points: each actor's worst and best possible outcome, in points; empty if not solvable.
        counts: how many actors, moves, factors, interests, questions, ... and ranges there are.
    """

    loaded: LoadedScenario
    faults: tuple[Fault, ...]
    sourcing: Sourcing | None
    points: dict[str, tuple[float, float]]
    counts: dict[str, int]

    @property
    def passed(self) -> bool:
        """Whether the scenario can be solved, perhaps with warnings."""
        errors = [fault for fault in self.faults if fault.severity == "error"]
        return self.loaded.scenario is not None and not errors

    def to_dict(self) -> dict[str, Any]:
        """Return the findings as one JSON object."""
        return {
            "status": "passed" if self.passed else "faults",
            "faults": [_fault(fault) for fault in self.faults],
            "counts": self.counts,
            "points": {actor: list(ends) for actor, ends in self.points.items()},
            "sourcing": _sourcing(self.sourcing),
        }

    def to_dataframe(self) -> "pd.DataFrame":
        """Return the faults as a table, one a row."""
        import pandas as pd

        columns = ["severity", "file", "line", "column", "path", "problem", "expected"]
        return pd.DataFrame([_fault(fault) for fault in self.faults], columns=columns)

    def __repr__(self) -> str:
        """Return whether the scenario can be solved, and its faults, a line each."""
        title = self.loaded.scenario.title if self.loaded.scenario else "this scenario"
        lines = [f"Check of {title!r}: {'passed' if self.passed else 'faults'}"]
        return "\n".join([*lines, *(f"  {each.severity}: {each}" for each in self.faults)])


def _fault(fault: Fault) -> dict[str, Any]:
    fields = asdict(fault) | {"problem": fault.message, "path": dotted_path(fault.path)}
    return fields | {"message": str(fault)}


def _sourcing(found: Sourcing | None) -> dict[str, Any] | None:
    if found is None:
        return None
    paths = {"unsourced": found.unsourced, "drafted": found.drafted}
    return asdict(found) | {name: [*map(dotted_path, some)] for name, some in paths.items()}


def check(game: str | Path | Scenario | Diagram) -> CheckResult:
    """Check a scenario, or one by path or shipped name; raises nothing over faults in it.

    Args:
        game: a path, a shipped contest's name, or a scenario, whose faults have no lines.

    Raises:
        QueryError: it is no scenario but a diagram, or it has no such view.
    """
    if isinstance(game, Scenario):
        faults = tuple(find_faults(game))
        usable = all(fault.severity != "error" for fault in faults)
        found = check_loaded(LoadedScenario(game if usable else None, faults, Places(), ""))
        unplaced = (replace(fault, line=0, column=0) for fault in found.faults)
        return replace(found, faults=tuple(unplaced))
    if isinstance(game, Diagram):
        raise QueryError("a diagram is no scenario: it is checked when it is solved")
    if Path(game).suffix.lower() in (".json", ".nfg", ".efg"):
        raise QueryError(f"{game} is no scenario: what is read there is checked when it is solved")
    return check_loaded(open_view(str(game)))


def check_loaded(loaded: LoadedScenario) -> CheckResult:
    """Check a scenario that has been read; raises nothing over faults in it."""
    scenario = loaded.scenario
    if scenario is None:
        return CheckResult(loaded, loaded.faults, None, {}, {})
    unknown = missing_values(scenario)
    found = [loaded.locate_fault(replace(fault, severity="warning")) for fault in unknown]
    try:
        diagram = compile_scenario(scenario, free=bool(unknown), checked=True)
    except ScenarioError as error:
        faults = (*loaded.faults, *loaded.locate_faults(error.faults))
        return CheckResult(replace(loaded, scenario=None), faults, None, {}, {})
    points: dict[str, tuple[float, float]] = {}
    if large := size_warnings(diagram):
        found += loaded.locate_faults(large)
    elif not unknown:
        points = points_ranges(diagram, scenario.actors)
        found += loaded.locate_faults(diagram_warnings(diagram, points))
        found += [loaded.locate_fault(fault) for fault in _contradictions(diagram)]
        found += [loaded.locate_fault(fault) for fault in irrelevant_beliefs(scenario)]
        warned = {fault.path[:2] for fault in loaded.faults}
        found += [
            loaded.locate_fault(fault)
            for fault in _settled_questions(scenario, diagram)
            if fault.path[:2] not in warned
        ]
    return CheckResult(
        loaded=loaded,
        faults=tuple(sorted((*loaded.faults, *found), key=lambda f: (f.line, f.column))),
        sourcing=sourcing(scenario),
        points=points,
        counts={
            "actors": len(scenario.actors),
            "moves": len(scenario.moves),
            "offers": len(scenario.offers),
            "factors": len(scenario.factors),
            "interests": sum(map(len, scenario.interests.values())),
            "evidence": len(scenario.evidence),
            "questions": len(scenario.questions),
            "beliefs": sum(len(each.judgements) for each in scenario.beliefs.values()),
            "views": len(scenario.views),
            "ranges": len(diagram.parameters),
        },
    )


def _uniform_play(diagram: Diagram) -> StrategyProfile:
    """Return play at random, in which everything happens that can happen."""
    tables = diagram.tables()
    return StrategyProfile(diagram, tables, tables.even_policies, {})


def _settled_questions(scenario: Scenario, diagram: Diagram) -> Iterator[Fault]:
    """Find questions whose answer is certain, whatever the actors do and however chance falls."""
    if not scenario.questions or predict_cost(diagram.structure).largest_table > MAX_TABLE_SIZE:
        return
    play, timeline = _uniform_play(diagram), Timeline(scenario)
    for name, question in scenario.yes_no_questions.items():
        chance = play.probability_of_any(timeline.question_conditions(question))
        if min(chance, 1 - chance) < _ROUNDING:
            yield Fault(
                f"the answer to '{name}' is {'yes' if chance > 0.5 else 'no'} whatever happens",
                "a condition that can come true or not",
                severity="warning",
                path=("questions", name, "will"),
            )


def _contradictions(diagram: Diagram) -> list[Fault]:
    """Find evidence that cannot be, whatever the actors do."""
    try:
        _uniform_play(diagram).given(diagram.evidence)
    except QueryError as error:
        return [Fault(str(error), "evidence that can be", path=("evidence",))]
    return []
