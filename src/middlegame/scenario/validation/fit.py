"""Checks of the section `fit:`, which declares coefficients and columns of formulas."""

from collections.abc import Iterator
from dataclasses import replace

from middlegame.scenario.conditions import conjunction
from middlegame.scenario.faults import Fault, Path, join_names
from middlegame.scenario.model.correlations import correlation_matrix, inconsistent_rows
from middlegame.scenario.model.fit import Fit, Observed
from middlegame.scenario.model.references import base_name
from middlegame.scenario.validation.context import CheckContext, check_known


def check_fit(contest: CheckContext) -> Iterator[Fault]:
    """Check the section `fit:`."""
    fit = contest.scenario.fit
    if fit is None or contest.partial.affects("fit"):
        return
    used = {name for _, number in contest.formulas for name in number.formula.names}
    yield from _twice(contest, fit)
    yield from _unused(contest, fit, used)
    for name, shown in fit.observed.items():
        yield from _observed(contest, name, shown)
    yield from _counts(fit)
    yield from _correlations(fit)


def _counts(fit: Fit) -> Iterator[Fault]:
    if fit.counts and fit.observed:
        yield Fault(
            "the data are given by 'observed' and by 'counts'",
            "one of the two",
            path=("fit", "counts"),
        )
    ends = {heading: conjunction(condition) for heading, condition in fit.counts.items()}
    for heading, end in ends.items():
        if end is None:
            yield Fault(
                f"the column '{heading}' counts what is no single outcome",
                "comparisons joined by 'and', such as: threaten = yes and answer = resist",
                path=("fit", "counts", heading),
            )
    headings = [heading for heading, end in ends.items() if end is not None]
    for place, one in enumerate(headings):
        for other in headings[:place]:
            if not _exclusive(ends[one] or {}, ends[other] or {}):
                yield Fault(
                    f"a play may be counted by '{other}' and by '{one}'",
                    "conditions that exclude each other",
                    path=("fit", "counts", one),
                )


def _exclusive(one: dict[str, tuple[str, ...]], other: dict[str, tuple[str, ...]]) -> bool:
    return any(name in other and not set(states) & set(other[name]) for name, states in one.items())


def _twice(contest: CheckContext, fit: Fit) -> Iterator[Fault]:
    for name in fit.columns:
        if name in fit.coefficients:
            path = ("fit", "columns", name)
            yield Fault(
                f"'{name}' is both a coefficient and a column", "different names", path=path
            )


def _unused(contest: CheckContext, fit: Fit, used: set[str]) -> Iterator[Fault]:
    if contest.partial.missing:
        return  # what could not be read may use them
    for section, names in (("coefficients", fit.coefficients), ("columns", fit.columns)):
        for name in names:
            if name not in used:
                yield Fault(
                    f"no formula uses '{name}'",
                    severity="warning",
                    path=("fit", section, name),
                )


def _observed(contest: CheckContext, name: str, shown: Observed) -> Iterator[Fault]:
    path: Path = ("fit", "observed", name)
    name = base_name(name)
    if name not in contest.states:
        if contest.knows_all_names:
            yield from check_known("move or factor", name, list(contest.states), path)
        return
    states = contest.states[name]
    if states is None or not shown.values:
        return
    for state in shown.values:
        for fault in check_known("", state, states, (*path, "values", state)):
            yield replace(fault, message=f"'{name}' has no option or state '{state}'")
    missing = [state for state in states if state not in shown.values]
    if missing:
        yield Fault(
            f"no value of the column '{shown.column}' stands for {join_names(missing)}",
            f"values: {{{missing[0]}: ...}}",
            severity="warning",
            path=(*path, "values"),
        )


def _correlations(fit: Fit) -> Iterator[Fault]:
    names = list(fit.coefficients)
    pairs: set[frozenset[str]] = set()
    for one, others in fit.correlations.items():
        path: Path = ("fit", "correlations", one)
        yield from check_known("coefficient", one, names, path)
        for other in others:
            yield from check_known("coefficient", other, names, (*path, other))
            if other == one:
                yield Fault(
                    f"'{one}' is correlated with itself", "another coefficient", path=(*path, other)
                )
            elif frozenset((one, other)) in pairs:
                message = f"the correlation of '{one}' and '{other}' is given twice"
                yield Fault(message, "each pair once", path=(*path, other))
            pairs.add(frozenset((one, other)))
    for name in dict.fromkeys(name for pair in pairs for name in pair if name in names):
        value = fit.coefficients[name].value
        if value and value.correlates:
            yield Fault(
                f"'{name}' has correlations here and under fit.correlations",
                "one of the two",
                path=("fit", "coefficients", name),
            )
    if odd := inconsistent_rows(correlation_matrix(names, fit.correlations)):
        yield Fault(
            f"the correlations of {join_names([names[k] for k in odd])} contradict each other",
            "a positive semi-definite matrix, such as the one that 'middlegame fit' writes",
            path=("fit", "correlations"),
        )
