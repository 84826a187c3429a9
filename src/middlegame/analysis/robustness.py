"""Robustness: whether an answer holds under other methods, and without parts of its premises.

Methods: half and double precision, reasoning by levels (level-k; Stahl & Wilson 1995) and by a
cognitive hierarchy (Camerer, Ho & Chong 2004), the limit of full precision, and other equilibria.
Premises: each interest by itself, and each source. An answer holds where the same state is the
likeliest and its probability stays within 10 percentage points.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal

from middlegame.analysis.outcomes import equilibrium_of
from middlegame.analysis.result import AnalysisResult
from middlegame.analysis.robustness_sources import judgements_by_source, without_source
from middlegame.base.errors import MiddlegameError, QueryError
from middlegame.base.progress import ProgressCallback
from middlegame.diagram import Diagram, Hierarchy, Level, Sum, Utility
from middlegame.diagram.numbers import Array
from middlegame.diagram.tables import TableFunction
from middlegame.equilibrium.equilibrium import Equilibrium, solve
from middlegame.equilibrium.nash import nash
from middlegame.scenario.faults import Path, dotted_path
from middlegame.sweeps.forecast import Forecast, forecast
from middlegame.sweeps.result import Sweep

if TYPE_CHECKING:
    import pandas as pd

WITHIN = 0.1
"""The largest change of a probability with which an answer holds."""
FACTORS = {"half": 0.5, "double": 2.0}
"""Factors of the precision."""
BEHAVIOURS: dict[str, Level | Hierarchy] = {
    "level 1": Level(1),
    "level 2": Level(2),
    "hierarchy 1.5": Hierarchy(1.5),
}
"""Rival models of behaviour, for all actors."""

Kind = Literal["precision", "behaviour", "nash", "equilibrium", "interest", "source"]


@dataclass(frozen=True)
class ForecastAnswer:
    """An answer of the forecast that is tested.

    Attributes:
        name: the question; without questions a headline factor or move.
        is_question: whether it is a question.
        state: the likeliest state: `yes` or `no` for a question.
        probability: of that state, in the middle world.
        mean: of that state over the worlds in which sources are tested; as `probability` where
            there are no ranges.
    """

    name: str
    is_question: bool
    state: str
    probability: float
    mean: float


@dataclass(frozen=True)
class Variant:
    """The answers under another method, or without a part of the premises.

    Attributes:
        kind: what is varied.
        name: how: a factor of the precision, a model of behaviour, the number of another
            equilibrium, the path of an interest, or the name of a source.
        probabilities: of each answer's state; empty if there is no forecast.
        same: whether each answer's state is still the likeliest one.
        refusal: why there is no forecast; empty if there is one.
    """

    kind: Kind
    name: str
    probabilities: tuple[float, ...] = ()
    same: tuple[bool, ...] = ()
    refusal: str = ""


@dataclass(frozen=True, eq=False, repr=False)
class Robustness(AnalysisResult):
    """Which answers of a forecast hold, whatever the method and whichever premise is left out.

    Attributes:
        equilibrium: the contest in its middle world, in which all variants but sources are solved.
        answers: the answers that are tested.
        variants: the other methods and premises.
        world_count: over how many worlds the variants of sources are averaged.
    """

    equilibrium: Equilibrium
    answers: tuple[ForecastAnswer, ...]
    variants: tuple[Variant, ...]
    world_count: int

    def before(self, variant: Variant, place: int) -> float:
        """Return the probability with which a variant's one is compared."""
        answer = self.answers[place]
        return answer.mean if variant.kind == "source" else answer.probability

    def holds(self, variant: Variant, place: int) -> bool | None:
        """Return whether an answer holds in a variant; None if that has no forecast."""
        if variant.refusal:
            return None
        change = abs(variant.probabilities[place] - self.before(variant, place))
        return variant.same[place] and change <= WITHIN + 1e-12

    def breaking(self, place: int) -> list[Variant]:
        """Return the variants in which an answer does not hold, the largest change first."""
        found = [v for v in self.variants if self.holds(v, place) is False]
        return sorted(
            found, key=lambda v: -round(abs(v.probabilities[place] - self.before(v, place)), 9)
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the answers and variants as one JSON object."""
        places = range(len(self.answers))
        return {
            "title": self.equilibrium.diagram.title,
            "worlds": self.world_count,
            "answers": [
                asdict(answer) | {"holds": not self.breaking(place)}
                for place, answer in enumerate(self.answers)
            ],
            "variants": [
                asdict(variant) | {"holds": [self.holds(variant, place) for place in places]}
                for variant in self.variants
            ],
        }

    def to_dataframe(self) -> "pd.DataFrame":
        """Return a row for each variant and answer."""
        import pandas as pd

        rows = [
            {
                "kind": variant.kind,
                "variant": variant.name,
                "answer": answer.name,
                "state": answer.state,
                "before": self.before(variant, place),
                "after": variant.probabilities[place],
                "holds": self.holds(variant, place),
            }
            for variant in self.variants
            if not variant.refusal
            for place, answer in enumerate(self.answers)
        ]
        return pd.DataFrame(rows)

    def summary(self) -> list[str]:
        """Return each answer, and the variant that changes it most if it does not hold."""
        lines = [
            f"Robustness of '{self.equilibrium.diagram.title}', variants: {len(self.variants)}"
        ]
        for place, answer in enumerate(self.answers):
            label = f"{answer.name} = {answer.state} ({answer.probability:.0%})"
            breaking = self.breaking(place)
            if not breaking:
                lines.append(f"{label} holds throughout")
                continue
            most = breaking[0]
            lines.append(
                f"{label} does not hold in {len(breaking)}; {most.kind} {most.name}: "
                f"{most.probabilities[place]:.0%}"
            )
        return lines


def robust(
    subject: Equilibrium | Sweep,
    *,
    worlds: int = 64,
    starts: int = 12,
    progress: ProgressCallback | None = None,
) -> Robustness:
    """Test whether a contest's answers hold under other methods and without parts of its premises.

    Everything is solved in the middle world, except for sources: their ranges matter only over
    many worlds. The numbers that cite a source alone get three times their half-width (an exact
    one a range by default), and evidence that cites it alone is left out.

    Args:
        subject: an equilibrium, a forecast, or a sweep.
        worlds: how many worlds the variants of sources are averaged over.
        starts: from how many random starts other equilibria are searched.
        progress: called with how many variants are done, and how many there are.

    Raises:
        QueryError: a surprise, in which policies are no choices.
    """
    equilibrium = equilibrium_of(subject)
    if equilibrium.fixed_policies:
        raise QueryError("a surprise keeps all policies as they were; leave it out")
    mean = forecast(equilibrium, worlds if equilibrium.diagram.parameters else 0)
    answers = tuple(_answers(equilibrium, mean))
    variants: list[Variant] = []
    every = [*_methods(equilibrium), *_premises(equilibrium), *_sources(equilibrium, mean)]
    total = len(every) + 1
    for kind, name, make in every:
        variants.append(_variant(answers, kind, name, make))
        if progress:
            progress(len(variants), total)
    variants += _other_equilibria(equilibrium, answers, starts)
    if progress:
        progress(total, total)
    order = {kind: place for place, kind in enumerate(("precision", "behaviour", "nash",
             "equilibrium", "interest", "source"))}  # fmt: skip
    ordered = sorted(variants, key=lambda variant: order[variant.kind])
    return Robustness(equilibrium, answers, tuple(ordered), worlds if mean.worlds else 0)


_Task = tuple[Kind, str, Callable[[], Equilibrium]]


def _answers(equilibrium: Equilibrium, mean: Forecast) -> Iterator[ForecastAnswer]:
    """Yield the questions; without questions the headline factors, or else the moves."""
    for name, chance in equilibrium.questions.items():
        yes = chance > 0.5
        share = mean.questions[name]
        yield ForecastAnswer(
            name, True, "yes" if yes else "no", chance if yes else 1 - chance,
            share if yes else 1 - share,
        )  # fmt: skip
    if equilibrium.questions:
        return
    nodes = [node for node in equilibrium.diagram.contest_nodes if node.headline]
    for node in nodes:
        found = equilibrium.forecasts[node.name]
        state = max(found, key=lambda each: round(found[each], 9))
        yield ForecastAnswer(node.name, False, state, found[state], mean.forecast(node.name)[state])


def _variant(
    answers: Sequence[ForecastAnswer], kind: Kind, name: str, make: Callable[[], Equilibrium]
) -> Variant:
    try:
        found = make()
        pairs = [_outcome(found, answer) for answer in answers]
    except MiddlegameError as error:
        return Variant(kind, name, refusal=str(error))
    return Variant(kind, name, tuple(p for p, _ in pairs), tuple(same for _, same in pairs))


def _outcome(found: Equilibrium, answer: ForecastAnswer) -> tuple[float, bool]:
    """Return the probability of an answer's state, and whether that is the likeliest one."""
    if answer.is_question:
        chance = found.questions[answer.name]
        share = chance if answer.state == "yes" else 1 - chance
        return share, (chance > 0.5) == (answer.state == "yes")
    states = found.forecast(answer.name)
    return states[answer.state], states[answer.state] >= max(states.values()) - 1e-9


def _methods(equilibrium: Equilibrium) -> Iterator[_Task]:
    """Yield the other precisions, models of behaviour, and the limit of full precision."""
    diagram = equilibrium.diagram
    for name, factor in FACTORS.items():
        yield "precision", name, partial(_solved, equilibrium, _with_precision(diagram, factor))
    deciding = {decision.owner for decision in diagram.decisions}
    for name, behaviour in BEHAVIOURS.items():
        for label, factor in {"": 1.0, **FACTORS}.items():
            sharper = diagram if factor == 1.0 else _with_precision(diagram, factor)
            reasoning = replace(sharper, behaviour=dict.fromkeys(deciding, behaviour))
            title = f"{name}, {label} precision" if label else name
            yield "behaviour", title, partial(_solved, equilibrium, reasoning)
    yield "nash", "full precision", partial(_limit, equilibrium)


def _premises(equilibrium: Equilibrium) -> Iterator[_Task]:
    """Yield the contest without each of the interests of actors that decide."""
    diagram = equilibrium.diagram
    deciding = {decision.owner for decision in diagram.decisions}
    paths: dict[Path, None] = {}
    for utility in diagram.utilities:
        if utility.owner not in deciding:
            continue
        paths.update(dict.fromkeys(path for path in utility.paths if path[:1] == ("interests",)))
    for path in paths:
        yield (
            "interest",
            dotted_path(path),
            partial(_solved, equilibrium, _without_interest(diagram, path)),
        )


def _sources(equilibrium: Equilibrium, mean: Forecast) -> Iterator[_Task]:
    """Yield the contest without each of its sources, over worlds."""
    scenario = equilibrium.scenario
    if scenario is None or equilibrium.supposed:
        return
    for name in judgements_by_source(scenario):

        def make(source: str = name) -> Equilibrium:
            changed = solve(without_source(scenario, source))
            return forecast(changed, mean.deferred.count if mean.deferred else None)

        yield "source", name, make


def _other_equilibria(
    equilibrium: Equilibrium, answers: Sequence[ForecastAnswer], starts: int
) -> list[Variant]:
    try:
        others = equilibrium.other_equilibria(starts)
    except MiddlegameError:
        return []
    return [
        _variant(answers, "equilibrium", f"other {number}", partial(_itself, each.equilibrium))
        for number, each in enumerate(others, start=1)
    ]


def _itself(equilibrium: Equilibrium) -> Equilibrium:
    return equilibrium


def _solved(equilibrium: Equilibrium, diagram: Diagram) -> Equilibrium:
    """Solve a changed diagram with what the contest supposes and knows."""
    found = solve(diagram, scenario=equilibrium.scenario, theta=equilibrium.theta)
    return _under_conditions(found, equilibrium)


def _limit(equilibrium: Equilibrium) -> Equilibrium:
    return _under_conditions(
        nash(equilibrium.diagram, scenario=equilibrium.scenario).equilibrium, equilibrium
    )


def _under_conditions(found: Equilibrium, like: Equilibrium) -> Equilibrium:
    if like.supposed:
        found = found.suppose(like.supposed)
    return found.given(dict(like.known))


@dataclass(frozen=True)
class _Scaled:
    """A utility table times a factor, which is as much as a precision times that factor."""

    table: TableFunction
    factor: float

    def evaluate(self, theta: Array, xp: ModuleType) -> Array:
        return self.factor * self.table.evaluate(theta, xp)


def _with_precision(diagram: Diagram, factor: float) -> Diagram:
    """Return a diagram in which every actor's precision is multiplied by a factor."""
    return replace(
        diagram,
        utilities=tuple(
            replace(utility, table=_Scaled(utility.table, factor)) for utility in diagram.utilities
        ),
    )


def _without_interest(diagram: Diagram, path: Path) -> Diagram:
    return replace(diagram, utilities=tuple(_without(u, path) for u in diagram.utilities))


def _without(utility: Utility, path: Path) -> Utility:
    """Return a utility without the numbers of one interest."""
    table = utility.table
    if path not in utility.paths or not isinstance(table, Sum):
        return utility
    kept = [1.0 if each != path else 0.0 for each in utility.paths]
    return replace(utility, table=replace(table, where=table.where * kept))
