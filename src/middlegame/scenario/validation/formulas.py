"""Checks of formulas, and of the named numbers that they use."""

from collections.abc import Iterator, Mapping

from middlegame.scenario.faults import Fault, Path
from middlegame.scenario.formulas import CategoryTest, Quantity
from middlegame.scenario.model.fit import Fit
from middlegame.scenario.model.judgement import UNIT_EXAMPLES, FormulaJudgement, Judgement
from middlegame.scenario.model.walk import formulas
from middlegame.scenario.validation.context import CheckContext, check_known

_NO_CATEGORIES: Mapping[str, tuple[str, ...]] = {}


def check_formulas(contest: CheckContext) -> Iterator[Fault]:
    """Check that every formula names known quantities, and that named numbers make no circle."""
    numbers, fit = contest.scenario.numbers, contest.scenario.fit
    if contest.partial.affects("fit") or contest.partial.affects("numbers"):
        return  # what is missing may declare what the formulas use
    for path, number in formulas(contest.scenario):
        if fit is None and not numbers:
            yield from _undeclared(path, number)
        else:
            yield from _formula(numbers, None if path[0] == "numbers" else fit, path, number)
    yield from _twice(numbers, fit)
    yield from _circles(numbers)
    yield from _unused(contest)


def _undeclared(path: Path, number: FormulaJudgement) -> Iterator[Fault]:
    names = number.formula.names
    if names == (number.formula.text,):
        yield Fault(f"'{number}' is not a number or a range", UNIT_EXAMPLES[number.unit], path=path)
    elif names:
        yield Fault(
            f"'{number}' is not a number or a range; as a formula it needs the numbers it names",
            f"{UNIT_EXAMPLES[number.unit]}; or numbers: {{{names[0]}: 0.2..0.4}}",
            path=path,
        )


def _formula(
    numbers: Mapping[str, Judgement], fit: Fit | None, path: Path, number: FormulaJudgement
) -> Iterator[Fault]:
    categories = fit.categories if fit else _NO_CATEGORIES
    known = [*numbers, *(fit.coefficients | fit.columns if fit else ())]
    kinds = (["number"] if numbers or not fit else []) + (["coefficient", "column"] if fit else [])
    for part in number.formula.expression.walk():
        if isinstance(part, Quantity):
            yield from check_known(
                " or ".join(filter(None, [", ".join(kinds[:-1]), kinds[-1]])),
                part.name, known, path, part.offset,
            )  # fmt: skip
            if part.name in categories:
                first, second, *_ = categories[part.name]
                yield Fault(
                    f"'{part.name}' is categorical ({first}, {second}, ...), not a number",
                    f"({part.name} = {second}), which is 1 where it holds and 0 elsewhere",
                    path=path,
                    offset=part.offset,
                )
        elif isinstance(part, CategoryTest):
            if part.column not in categories:
                yield from check_known(
                    "categorical column", part.column, list(categories), path, part.offset
                )
                continue
            for category, offset in zip(part.categories, part.category_offsets, strict=True):
                yield from check_known("category", category, categories[part.column], path, offset)


def _twice(numbers: Mapping[str, Judgement], fit: Fit | None) -> Iterator[Fault]:
    for name in numbers:
        for kind, declared in (
            ("coefficient", fit.coefficients if fit else {}),
            ("column", fit.columns if fit else {}),
        ):
            if name in declared:
                yield Fault(
                    f"'{name}' is both a number and a {kind}",
                    "different names",
                    path=("numbers", name),
                )


def _circles(numbers: Mapping[str, Judgement]) -> Iterator[Fault]:
    """Report each named number that depends on itself."""
    uses = {
        name: [each for each in number.formula.names if each in numbers]
        for name, number in numbers.items()
        if isinstance(number, FormulaJudgement)
    }
    for name in uses:
        reached: list[str] = []
        pending = list(uses[name])
        while pending:
            each = pending.pop()
            if each not in reached:
                reached.append(each)
                pending.extend(uses.get(each, ()))
        if name in reached:
            yield Fault(
                f"the number '{name}' depends on itself",
                "a formula over other numbers",
                path=("numbers", name),
            )


def _unused(contest: CheckContext) -> Iterator[Fault]:
    if contest.partial.missing:
        return  # what could not be read may use them
    used = {name for _, number in formulas(contest.scenario) for name in number.formula.names}
    scenario = contest.scenario
    replacing = [
        *(view.judgements for view in scenario.views.values()),
        *(belief.judgements for belief in scenario.beliefs.values()),
    ]
    in_views = " ".join(str(each.written) for some in replacing for each in some.values())
    for name in contest.scenario.numbers:
        if name not in used and name not in in_views:
            yield Fault(f"no formula uses '{name}'", severity="warning", path=("numbers", name))
