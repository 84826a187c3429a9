"""Robustness: whether an answer holds under other methods, and without parts of its premises.

Methods: half and double precision, reasoning by levels (level-k; Stahl & Wilson 1995) and by a
cognitive hierarchy (Camerer, Ho & Chong 2004), the limit of full precision, and other equilibria.
Premises: each interest by itself, and each source. An answer holds where the same state is the
likeliest and its probability stays within 10 percentage points; a value on a scale holds where its
median stays within 10% of the scale's length.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from middlegame.analysis.outcomes import equilibrium_of
from middlegame.analysis.result import AnalysisResult
from middlegame.analysis.robustness_variants import KINDS, Kind, variant_tasks
from middlegame.base.errors import MiddlegameError, QueryError
from middlegame.base.progress import ProgressCallback
from middlegame.equilibrium.equilibrium import Equilibrium
from middlegame.sweeps.forecast import Forecast, forecast
from middlegame.sweeps.result import Sweep

if TYPE_CHECKING:
    import pandas as pd

WITHIN = 0.1
"""The largest change of a probability, or of a median in lengths of its scale, that holds."""


@dataclass(frozen=True)
class ForecastAnswer:
    """An answer of the forecast that is tested.

    Attributes:
        name: the question; without questions a headline factor or move.
        is_question: whether it is a question.
        state: the likeliest state: `yes` or `no` for a question; None where a value is asked.
        forecast: the probability of that state, or the median value, in the forecast as written.
        middle: the same in the middle world, with which all variants but sources are compared.
        mean: the same over the worlds in which sources are tested; as `middle` where there are no
            ranges.
        unit: what the value counts, in words; None where no value is asked.
        bounds: the ends of the value's scale; 0 and 1 for a probability.
    """

    name: str
    is_question: bool
    state: str | None
    forecast: float
    middle: float
    mean: float
    unit: str | None = None
    bounds: tuple[float, float] = (0.0, 1.0)

    @property
    def length(self) -> float:
        """The length of the scale; 1 for a probability."""
        return self.bounds[1] - self.bounds[0]


@dataclass(frozen=True)
class LikeliestState:
    """The likeliest state of an answer.

    Attributes:
        state: its name; `yes` or `no` for a question.
        probability: how likely it is.
    """

    state: str
    probability: float


@dataclass(frozen=True)
class Variant:
    """The answers under another method, or without a part of the premises.

    Attributes:
        kind: what is varied.
        name: how: a factor of the precision, a model of behaviour, the number of another
            equilibrium, the path of an interest, or the name of a source.
        numbers: the probability of each answer's state, or its median value, nan where it has
            none; empty if there is no forecast.
        likeliest: each answer's likeliest state, the same as without the variant where several are
            equally likely; None where a value is asked.
        same: whether each answer's likeliest state is as without the variant.
        refusal: why there is no forecast; empty if there is one.
    """

    kind: Kind
    name: str
    numbers: tuple[float, ...] = ()
    likeliest: tuple[LikeliestState | None, ...] = ()
    same: tuple[bool, ...] = ()
    refusal: str = ""


@dataclass(frozen=True, eq=False, repr=False)
class Robustness(AnalysisResult):
    """Which answers of a forecast hold, whatever the method and whichever premise is left out.

    Attributes:
        equilibrium: the contest.
        answers: the answers that are tested.
        variants: the other methods and premises. All but sources are solved in the middle world.
        world_count: over how many worlds the variants of sources are averaged.
        missing: how many variants were not solved, since the work was stopped.
        starts: from how many random starts other equilibria were sought; 0 where they were not.
    """

    equilibrium: Equilibrium
    answers: tuple[ForecastAnswer, ...]
    variants: tuple[Variant, ...]
    world_count: int
    missing: int = 0
    starts: int = 0

    @property
    def refused(self) -> int:
        """How many variants have no forecast, as the contest does not allow them."""
        return sum(bool(variant.refusal) for variant in self.variants)

    @property
    def computed(self) -> int:
        """How many variants have a forecast."""
        return len(self.variants) - self.refused

    def before(self, variant: Variant, place: int) -> float:
        """Return the number with which a variant's one is compared."""
        answer = self.answers[place]
        return answer.mean if variant.kind == "source" else answer.middle

    def change(self, variant: Variant, place: int) -> float:
        """Return how far an answer changes in a variant, in probability or lengths of its scale."""
        apart = abs(variant.numbers[place] - self.before(variant, place))
        return apart / self.answers[place].length

    def holds(self, variant: Variant, place: int) -> bool | None:
        """Return whether an answer holds in a variant; None if that has no forecast."""
        if variant.refusal:
            return None
        return variant.same[place] and self.change(variant, place) <= WITHIN + 1e-12

    def breaking(self, place: int) -> list[Variant]:
        """Return the variants in which an answer does not hold, the largest change first."""
        found = [v for v in self.variants if self.holds(v, place) is False]
        return sorted(found, key=lambda v: -round(np.nan_to_num(self.change(v, place)), 9))

    def to_dict(self) -> dict[str, Any]:
        """Return the answers and variants as one JSON object."""
        places = range(len(self.answers))
        return {
            "title": self.equilibrium.diagram.title,
            "worlds": self.world_count,
            "missing": self.missing,
            "starts": self.starts,
            "answers": [
                asdict(answer) | {"holds": self.computed > 0 and not self.breaking(place)}
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
                "after": variant.numbers[place],
                "holds": self.holds(variant, place),
            }
            for variant in self.variants
            if not variant.refusal
            for place, answer in enumerate(self.answers)
        ]
        return pd.DataFrame(rows)

    def summary(self) -> list[str]:
        """Return each answer, and the variant that changes it most if it does not hold."""
        lines = [f"Robustness of '{self.equilibrium.diagram.title}', variants: {self.computed}"]
        for place, answer in enumerate(self.answers):
            label = f"{answer.name} = {answer.state} ({answer.forecast:.0%})"
            if answer.state is None:
                label = f"{answer.name} (median {answer.forecast:g})"
            breaking = self.breaking(place)
            if not breaking:
                lines.append(f"{label} holds throughout")
                continue
            most = breaking[0]
            lines.append(
                f"{label} does not hold in {len(breaking)}; {most.kind} {most.name}: "
                f"{most.numbers[place]:{'g' if answer.state is None else '.0%'}}"
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
    written = subject if isinstance(subject, Forecast) else equilibrium
    answers = tuple(_answers(written, equilibrium, mean))
    tasks = variant_tasks(equilibrium, mean)
    variants: list[Variant] = []
    missing, sought = 0, 0
    try:
        for kind, name, make in tasks:
            base = mean if kind == "source" else equilibrium
            variants.append(_variant(answers, base, kind, name, make))
            if progress:
                progress(len(variants), len(tasks) + 1)
        others = _other_equilibria(equilibrium, answers, starts)
        variants += others or []
        sought = 0 if others is None else starts
    except KeyboardInterrupt:
        if not variants:
            raise
        missing = len(tasks) + 1 - len(variants)
    if progress:
        progress(len(tasks) + 1, len(tasks) + 1)
    ordered = sorted(variants, key=lambda variant: KINDS.index(variant.kind))
    worlds = worlds if mean.worlds else 0
    return Robustness(written, answers, tuple(ordered), worlds, missing, sought)


def _answers(written: Equilibrium, middle: Equilibrium, mean: Forecast) -> Iterator[ForecastAnswer]:
    """Yield the questions; without questions the headline factors, or else the moves."""
    plays, values = (written, middle, mean), written.question_values
    asked = [*written.scenario.questions] if written.scenario else []
    questions = [name for name in asked if name in values or name in written.questions]
    headlines = [node.name for node in written.diagram.contest_nodes if node.headline]
    for name in questions or headlines:
        on_scale = values.get(name) if questions else written.scale_forecasts.get(name)
        state, unit, bounds = None, None, (0.0, 1.0)
        if on_scale is not None:
            numbers = [_median(each, name, bool(questions)) for each in plays]
            unit, bounds = on_scale.unit, (on_scale.values[0], on_scale.values[-1])
        else:
            shares = [_shares(each, name, bool(questions)) for each in plays]
            state = _likeliest(shares[0])
            numbers = [each[state] for each in shares]
        yield ForecastAnswer(
            name, bool(questions), state, numbers[0], numbers[1], numbers[2], unit, bounds
        )


def _variant(
    answers: Sequence[ForecastAnswer],
    base: Equilibrium,
    kind: Kind,
    name: str,
    make: Callable[[], Equilibrium],
) -> Variant:
    try:
        found = make()
        outcomes = [_outcome(found, base, answer) for answer in answers]
    except MiddlegameError as error:
        return Variant(kind, name, refusal=str(error))
    return Variant(
        kind,
        name,
        numbers=tuple(number for number, _, _ in outcomes),
        likeliest=tuple(state for _, state, _ in outcomes),
        same=tuple(same for _, _, same in outcomes),
    )


def _outcome(
    found: Equilibrium, base: Equilibrium, answer: ForecastAnswer
) -> tuple[float, LikeliestState | None, bool]:
    """Return an answer's number in a variant, its likeliest state, and whether it is as before."""
    if answer.state is None:
        return _median(found, answer.name, answer.is_question), None, True
    now, before = (_shares(each, answer.name, answer.is_question) for each in (found, base))
    state = _likeliest(before)
    same = now[state] >= max(now.values()) - 1e-9
    state = state if same else _likeliest(now)
    return now[answer.state], LikeliestState(state, now[state]), same


def _shares(found: Equilibrium, name: str, is_question: bool) -> dict[str, float]:
    """Return the probability of each state of a node, or of yes and no."""
    if not is_question:
        return found.forecast(name)
    chance = found.questions[name]
    return {"no": 1 - chance, "yes": chance}


def _median(found: Equilibrium, name: str, is_question: bool) -> float:
    """Return the median of a value; nan where there is no value."""
    on_scale = found.question_values[name] if is_question else found.scale_forecast(name)
    return on_scale.median if on_scale.probability > 0 else np.nan


def _likeliest(shares: dict[str, float]) -> str:
    return max(shares, key=lambda each: round(shares[each], 9))


def _other_equilibria(
    equilibrium: Equilibrium, answers: Sequence[ForecastAnswer], starts: int
) -> list[Variant] | None:
    """Return the other equilibria that are found; None where none can be sought."""
    try:
        others = equilibrium.other_equilibria(starts)
    except MiddlegameError:
        return None
    return [
        _variant(
            answers,
            equilibrium,
            "equilibrium",
            f"other {number}",
            partial(_itself, each.equilibrium),
        )
        for number, each in enumerate(others, start=1)
    ]


def _itself(equilibrium: Equilibrium) -> Equilibrium:
    return equilibrium
