"""Compile judgements into parameters (entries of theta), or plain numbers where exact."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from middlegame.diagram import MIN_CHANCE, Choice, FormulaNumber, Number, Parameter, Ref
from middlegame.scenario import Judgement
from middlegame.scenario.faults import Fault, Path, dotted_path
from middlegame.scenario.model.fields import Sourced
from middlegame.scenario.model.fit import Coefficient, Fit
from middlegame.scenario.model.judgement import UNIT_EXAMPLES, FormulaJudgement

_LIMITS = {
    "points": (-np.inf, np.inf),
    "probability": (MIN_CHANCE, 1 - MIN_CHANCE),
    "odds": (1.0, np.inf),
}


@dataclass
class NumberCompiler:
    """Compiles the numbers of a scenario and collects its parameters, in order of use.

    Attributes:
        parameters: the uncertain numbers; they become theta.
        quantities: the coefficients and columns that formulas name.
        categories: the categories of each categorical column.
        original_path: translates a path of the expanded scenario into the path as written.
        invalid_formulas: faults of formulas whose values at the medians are invalid.
    """

    parameters: list[Parameter] = field(default_factory=list)
    quantities: dict[str, float | Ref] = field(default_factory=dict)
    categories: dict[str, tuple[str, ...]] = field(default_factory=dict)
    original_path: Callable[[Path], Path] = field(default=lambda path: path)
    invalid_formulas: list[Fault] = field(default_factory=list)
    _known: dict[Path, Ref] = field(default_factory=dict)

    def declare_fit(self, fit: Fit, *, free: bool) -> None:
        """Compile the coefficients and columns that a scenario declares.

        Args:
            fit: the declarations; unless `free`, each has a value.
            free: whether every one becomes a parameter, even with an exact value or none.
        """
        self.categories.update(fit.categories)
        correlates = fit.correlates
        for section, declared in (("coefficients", fit.coefficients), ("columns", fit.columns)):
            for name, each in declared.items():
                value = each.value or Judgement(0.0, 0.0, "points")
                if value.exact and not free:
                    self.quantities[name] = value.low
                    continue
                path = ("fit", section, name)
                if section == "coefficients" and name in correlates:
                    value = replace(value, correlates=correlates[name])
                self.quantities[name] = self._parameter(value, path, each)

    def compile(
        self, judgement: Judgement, path: Path, beside: Sourced | None = None, ceiling: float = 1.0
    ) -> Number:
        """Compile a judgement; repeated calls with one path return one parameter.

        Args:
            judgement: the judgement as written.
            path: its path.
            beside: the part with the reason and citations, if the judgement itself has none.
            ceiling: the probability that exact numbers of the same distribution leave over.
        """
        if isinstance(judgement, FormulaJudgement):
            least, most = _LIMITS.get(judgement.unit, (-np.inf, np.inf))
            formula = judgement.formula
            inputs = tuple((name, self.quantities[name]) for name in formula.names)
            number = FormulaNumber(formula, inputs, self.categories, least, most)
            self._check_formula(number, judgement, self.original_path(path))
            return number
        if judgement.exact:
            return judgement.low
        return self._parameter(judgement, path, beside, ceiling)

    def _check_formula(
        self, number: FormulaNumber, judgement: FormulaJudgement, path: Path
    ) -> None:
        """Record a fault if a formula's value at the medians is invalid in its unit."""
        medians = np.array([parameter.median for parameter in self.parameters])
        with np.errstate(all="ignore"):
            value = float(number.evaluate_unbounded(medians, np))
        low, high = (
            (0.0, 1.0)
            if judgement.unit == "probability"
            else (number.lower_bound, number.upper_bound)
        )
        if np.isfinite(value) and low <= value <= high:
            return
        result = f"{value:.4g}" if np.isfinite(value) else "no number"
        fault = Fault(
            f"'{judgement}' gives {result}",
            f"{UNIT_EXAMPLES[judgement.unit]}, at the coefficients' medians and this row",
            path=path,
        )
        if fault not in self.invalid_formulas:
            self.invalid_formulas.append(fault)

    def _parameter(
        self, judgement: Judgement, path: Path, beside: Sourced | None, ceiling: float = 1.0
    ) -> Ref:
        key = path
        if key in self._known:
            return self._known[key]
        path = self.original_path(path)
        cites = judgement.cite or tuple(str(c) for c in (beside.cite if beside else ()))
        why = judgement.why or (beside.why if beside else None)
        bounds = (beside.least, beside.most) if isinstance(beside, Coefficient) else (None, None)
        if path[-1] == "precision":
            bounds = (1.0, None)  # at 1:1 options are chosen at random
        self.parameters.append(
            Parameter(
                name=dotted_path(path),
                low=judgement.low,
                high=judgement.high,
                unit=judgement.unit,
                ceiling=ceiling,
                path=path,
                why=why,
                cite=cites,
                correlates=judgement.correlates,
                lower_bound=-np.inf if bounds[0] is None else bounds[0],
                upper_bound=np.inf if bounds[1] is None else bounds[1],
            )
        )
        self._known[key] = Ref(len(self.parameters) - 1)
        return self._known[key]

    def median(self, number: Number) -> float:
        """Return a number's value at the medians of all parameters."""
        if isinstance(number, FormulaNumber):
            medians = np.array([parameter.median for parameter in self.parameters])
            return float(number.evaluate(medians, np))
        return self.parameters[number.index].median if isinstance(number, Ref) else number


@dataclass
class Distributions:
    """Collects the distinct distributions of one factor.

    Attributes:
        numbers: compiles the chances.
        states: the factor's states.
        chances: for each distribution the number of each state; None for the remainder.
        medians: for each distribution the probabilities at the medians.
    """

    numbers: NumberCompiler
    states: tuple[str, ...]
    chances: list[tuple[Number | None, ...]] = field(default_factory=list)
    medians: list[list[float]] = field(default_factory=list)

    def add(self, written: dict[str, Judgement], path: Path, beside: Sourced | None) -> int:
        """Add a distribution, in which the state left out takes the remainder; return its index."""
        exact = sum(j.low for j in written.values() if j.exact)
        row: list[Number | None] = []
        middle: list[float] = []
        for state in self.states:
            judgement = written.get(state)
            if judgement is None:
                row.append(None)
                middle.append(0.0)
            else:
                number = self.numbers.compile(judgement, (*path, state), beside, 1.0 - exact)
                row.append(number)
                middle.append(self.numbers.median(number))
        rest = 1.0 - sum(middle)
        if None in row and rest > 1e-12:
            middle[row.index(None)] = rest
        self.chances.append(
            tuple(0.0 if n is None and m == 0 else n for n, m in zip(row, middle, strict=True))
        )
        total = sum(middle)
        self.medians.append([m / total for m in middle])
        return len(self.chances) - 1

    def certain(self, place: int) -> int:
        """Return the index of the distribution that is certain of one state, added if new."""
        chances: tuple[Number | None, ...] = tuple(
            float(k == place) for k in range(len(self.states))
        )
        if chances not in self.chances:
            self.chances.append(chances)
            self.medians.append([float(k == place) for k in range(len(self.states))])
        return self.chances.index(chances)

    def choice(self, index: object) -> Choice:
        """Build the table that has the distribution `index[case]` in each case, `[*parents]`."""
        return Choice(tuple(self.chances), np.array(self.medians), np.asarray(index, int))
