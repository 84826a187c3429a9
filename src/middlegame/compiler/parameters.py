"""Compile judgements into parameters (entries of theta), or plain numbers where exact."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

import numpy as np

from middlegame.base.numbers import Floats
from middlegame.diagram import MIN_CHANCE, Choice, FormulaNumber, Number, Parameter, Ref
from middlegame.scenario import Judgement
from middlegame.scenario.faults import Fault, Path, dotted_path
from middlegame.scenario.formulas import Constant, Formula, Operation, Quantity
from middlegame.scenario.model.fields import Sourced
from middlegame.scenario.model.fit import Coefficient, Fit
from middlegame.scenario.model.judgement import UNIT_EXAMPLES, FormulaJudgement, Unit

_LIMITS = {
    "points": (-np.inf, np.inf),
    "probability": (MIN_CHANCE, 1 - MIN_CHANCE),
    "odds": (MIN_CHANCE, np.inf),
    "years": (MIN_CHANCE, np.inf),
    "levels": (MIN_CHANCE, np.inf),
}
_LIMITS_OF_KEYS: dict[str | int, tuple[float, float]] = {
    "precision": (1.0, np.inf),
    "spread": (1e-6, np.inf),
}
"""Limits of the numbers under some keys: at a precision of 1:1 options are chosen at random."""
_NO_SCALES: Mapping[str, Floats] = {}
_ROUNDING = 1e-12
_MAX_CASES = 3**7
"""How many combinations of the ends of named numbers a formula is checked at."""


@dataclass
class NumberCompiler:
    """Compiles the numbers of a scenario and collects its parameters, in order of use.

    Attributes:
        parameters: the uncertain numbers; they become theta.
        numbers: the scenario's named numbers.
        quantities: the named numbers, coefficients and columns that formulas name.
        formulas: every number that a formula computes and whose values are bounded.
        categories: the categories of each categorical column.
        original_path: translates a path of the expanded scenario into the path as written.
        believed: for paths at which a belief replaces the number, the path of the belief.
        invalid_formulas: faults of formulas whose values are invalid at the medians, or at the
            ends of the named numbers that they depend on.
    """

    parameters: list[Parameter] = field(default_factory=list)
    numbers: Mapping[str, Judgement] = field(default_factory=dict)
    quantities: dict[str, Number] = field(default_factory=dict)
    formulas: list[FormulaNumber] = field(default_factory=list)
    categories: dict[str, tuple[str, ...]] = field(default_factory=dict)
    original_path: Callable[[Path], Path] = field(default=lambda path: path)
    believed: Mapping[Path, Path] = field(default_factory=dict)
    invalid_formulas: list[Fault] = field(default_factory=list)
    _known: dict[Path, Ref] = field(default_factory=dict)
    _computed: dict[Path, FormulaNumber] = field(default_factory=dict)
    _standards: dict[str, float | tuple[float, Path, Sourced]] = field(default_factory=dict)

    def as_believed(
        self, believed: Mapping[Path, Path], numbers: Mapping[str, Judgement]
    ) -> "NumberCompiler":
        """Return a compiler of the contest that an actor has in mind, over the same theta.

        Args:
            believed: for the path of each number that a belief replaces, the belief's own path.
            numbers: the named numbers that the actor has in mind.
        """
        return NumberCompiler(
            parameters=self.parameters,
            numbers=numbers,
            original_path=self.original_path,
            believed=believed,
            _known=self._known,
        )

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
                path: Path = ("fit", section, name)
                if section == "coefficients" and name in correlates:
                    value = replace(value, correlates=correlates[name])
                self.quantities[name] = self._parameter(value, path, each)
        for name, column in fit.columns.items():
            for key, number in column.standards.items():
                known = 1.0 if number is None else number
                self._standards[f"{name}.{key}"] = (
                    (known, ("fit", "columns", name, key), column) if free else known
                )

    def compile(
        self,
        judgement: Judgement,
        path: Path,
        beside: Sourced | None = None,
        ceiling: float = 1.0,
        scales: Mapping[str, Floats] = _NO_SCALES,
    ) -> Number:
        """Compile a judgement; repeated calls with one path return one parameter.

        Args:
            judgement: the judgement as written.
            path: its path.
            beside: the part with the reason and citations, if the judgement itself has none.
            ceiling: the probability that exact numbers of the same distribution leave over.
            scales: the value of each scale that a formula names, in each case of its table.
        """
        if isinstance(judgement, FormulaJudgement):
            if path in self._computed and not scales:
                return self._computed[path]
            key, path = path, self.original_path(path)
            limits = _LIMITS_OF_KEYS.get(path[-1], _LIMITS[judgement.unit])
            inputs = tuple(
                (name, self._quantity(name)) for name in judgement.free_names if name not in scales
            )
            number = FormulaNumber(
                judgement.formula,
                (*inputs, *judgement.values),
                self.categories,
                *limits,
                path,
                tuple(scales.items()),
            )
            self._check_formula(number, f"'{judgement}'", judgement.unit)
            self._computed[key] = number
            return number
        if judgement.exact:
            return judgement.low
        return self._parameter(judgement, path, beside, ceiling)

    def remainder(self, row: Sequence[Number], state: str, path: Path) -> None:
        """Check the chance that a distribution with formulas leaves for its last state.

        Args:
            row: the other chances of the distribution, one of them a formula at least.
            state: the state that takes the remainder.
            path: the distribution's path.
        """
        if (*path, state) in self._computed:
            return
        names = tuple(f"chance_{place}" for place in range(len(row)))
        less = tuple(("-", Quantity(name)) for name in names)
        formula = Formula(f"the remainder for {state}", Operation(Constant(1.0), less))
        inputs = tuple(zip(names, row, strict=True))
        where = (*self.original_path(path), state)
        number = FormulaNumber(formula, inputs, {}, *_LIMITS["probability"], where)
        self._computed[*path, state] = number
        formulas = [each for each in row if isinstance(each, FormulaNumber)]
        named = {name for each in formulas for name in {*each.formula.names} - {*dict(each.scales)}}
        if named <= set(self.numbers):  # coefficients may go anywhere while they are estimated
            self._check_formula(number, f"the remainder for '{state}'", "probability")

    def _quantity(self, name: str) -> Number:
        """Return what a formula's name stands for; a named number is compiled at its first use."""
        if name not in self.quantities and name in self._standards:
            self.quantities[name] = self._standard(name)
        elif name not in self.quantities:
            self.quantities[name] = self.compile(self.numbers[name], ("numbers", name))
        return self.quantities[name]

    def _standard(self, name: str) -> Number:
        """Compile a column's mean or deviation, which is a parameter only while it is learnt."""
        known = self._standards[name]
        if isinstance(known, float):
            return known
        value, path, column = known
        return self._parameter(Judgement(value, value, "points"), path, column)

    def _is_fitted(self, parameter: int) -> bool:
        return self.parameters[parameter].path[:1] == ("fit",)

    def _check_formula(self, number: FormulaNumber, subject: str, unit: Unit) -> None:
        """Record a fault if a formula's value is invalid in its unit.

        The value is checked at the medians, and at every combination of the ends of the named
        numbers that it depends on; coefficients and columns stay at their medians.

        Args:
            number: the formula, with its bounds.
            subject: what the fault calls it.
            unit: its unit.
        """
        if number.is_bounded:
            self.formulas.append(number)
        cases = self._cases(number)
        with np.errstate(all="ignore"):
            found = np.asarray(number.evaluate_unbounded(cases, np))
        # A formula over scales has a value in each case of its table: `[*table, cases]`.
        table = found.shape[:-1]
        every = np.broadcast_to(found, (*table, cases.shape[1])).reshape(-1, cases.shape[1])
        low, high = (
            (-_ROUNDING, 1.0 + _ROUNDING)
            if unit == "probability"
            else (number.lower_bound, number.upper_bound)
        )
        invalid = ~(np.isfinite(every) & (every >= low) & (every <= high))
        if not invalid.any():
            return
        case = int(invalid.any(axis=0).argmax())
        cell = int(invalid[:, case].argmax())
        value = every[cell, case]
        result = f"{value:.4g}" if np.isfinite(value) else "no number"
        where = [
            f"{name} is {np.broadcast_to(each, table).flat[cell]:.4g}"
            for name, each in number.scales
        ]
        if case == 0:
            place = "at the medians of the numbers"
            if any(self._is_fitted(each) for each in range(len(self.parameters))):
                place = "at the coefficients' medians and this row"
        else:
            place = "wherever the numbers are within their ranges"
            where += [
                f"{self.parameters[k].path[-1]} is {cases[k, case]:.4g}" for k in number.parameters
            ]
        if where:
            result += f" where {' and '.join(where)}"
        fault = Fault(
            f"{subject} gives {result}", f"{UNIT_EXAMPLES[unit]}, {place}", path=number.path
        )
        if fault not in self.invalid_formulas:
            self.invalid_formulas.append(fault)

    def _cases(self, number: FormulaNumber) -> Floats:
        """Return theta at the medians, then at combinations of ends, `[parameters, cases]`."""
        medians = np.array([parameter.median for parameter in self.parameters])
        varying = [k for k in number.parameters if not self._is_fitted(k)]
        if not varying:
            return medians[:, None]
        three = [(p.low, p.median, p.high) for p in (self.parameters[k] for k in varying)]
        if 3 ** len(varying) <= _MAX_CASES:
            combinations = np.array(list(product(*three))).reshape(-1, len(varying))
        else:
            ends = np.random.default_rng(0).integers(0, 2, (_MAX_CASES, len(varying)))
            lows, _, highs = np.array(three).T
            combinations = np.where(ends, highs, lows)
        cases = np.repeat(medians[:, None], 1 + len(combinations), axis=1)
        cases[varying, 1:] = combinations.T
        return cases

    def _parameter(
        self, judgement: Judgement, path: Path, beside: Sourced | None, ceiling: float = 1.0
    ) -> Ref:
        written = self.original_path(path)
        key = self.believed.get(written, path)
        if key in self._known:
            known = self._known[key]
            if self.parameters[known.index].ceiling != ceiling:
                self._refuse_shift(written)
            return known
        self.parameters.append(self._range(judgement, path, beside, ceiling))
        self._known[key] = Ref(len(self.parameters) - 1)
        return self._known[key]

    def distribution(
        self, judgement: Judgement, path: Path, beside: Sourced | None = None
    ) -> tuple[Parameter, int | None]:
        """Return a private range, and its entry of theta.

        What an actor believes of another's private number is a distribution, and no number that
        anybody draws: it has no entry.
        """
        if self.original_path(path) in self.believed:
            return self._range(judgement, path, beside), None
        index = self._parameter(judgement, path, beside).index
        return self.parameters[index], index

    def _range(
        self, judgement: Judgement, path: Path, beside: Sourced | None, ceiling: float = 1.0
    ) -> Parameter:
        written = self.original_path(path)
        is_precision = written[-1] == "precision"
        path = self.believed.get(written, written)
        cites = judgement.cite or tuple(str(c) for c in (beside.cite if beside else ()))
        why = judgement.why or (beside.why if beside else None)
        bounds = (beside.least, beside.most) if isinstance(beside, Coefficient) else (None, None)
        if is_precision:
            bounds = (_LIMITS_OF_KEYS["precision"][0], None)
        elif path[-1] in _LIMITS_OF_KEYS:
            bounds = (_LIMITS_OF_KEYS[path[-1]][0], None)
        parameter = Parameter(
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
            label=judgement.label or "",
        )
        return _with_best(parameter, judgement.best)

    def _refuse_shift(self, written: Path) -> None:
        """Record that a belief changes the room which a range of the same distribution has."""
        fault = Fault(
            "the exact chances of a distribution are believed to be others, so that the range "
            f"{dotted_path(written)} has other room",
            "a belief about that range too",
            path=next(iter(self.believed.values()), written),
        )
        self.invalid_formulas.append(fault)

    def median(self, number: Number) -> float:
        """Return a number's value at the medians of all parameters."""
        if isinstance(number, FormulaNumber):
            medians = np.array([parameter.median for parameter in self.parameters])
            return float(number.evaluate(medians, np))
        return self.parameters[number.index].median if isinstance(number, Ref) else number


def _with_best(plain: Parameter, best: float | None) -> Parameter:
    """Return a range with its best value; the plain range where that is the middle already."""
    if best is None:
        return plain
    low, middle, high = (float(plain.to_scale(end)) for end in (plain.low, best, plain.high))
    if abs(middle - (low + high) / 2) <= 1e-9 * (high - low):
        return plain
    return replace(plain, best=best)


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
        if None in row and any(isinstance(number, FormulaNumber) for number in row):
            others = [number for number in row if number is not None]
            self.numbers.remainder(others, self.states[row.index(None)], path)
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
