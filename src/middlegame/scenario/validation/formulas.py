"""Checks of formulas, and of the named numbers that they use."""

from collections.abc import Iterator, Mapping

from middlegame.scenario.faults import Fault, Path
from middlegame.scenario.formulas import CategoryTest, Quantity, Standardised
from middlegame.scenario.model.fit import Fit
from middlegame.scenario.model.judgement import UNIT_EXAMPLES, FormulaJudgement, Judgement
from middlegame.scenario.model.references import base_name
from middlegame.scenario.validation.context import CheckContext, check_known
from middlegame.scenario.validation.names import unknown_reference

_NO_CATEGORIES: Mapping[str, tuple[str, ...]] = {}


def check_formulas(contest: CheckContext) -> Iterator[Fault]:
    """Check that every formula names known quantities, and that named numbers make no circle."""
    numbers, fit = contest.scenario.numbers, contest.scenario.fit
    if contest.partial.affects("fit") or contest.partial.affects("numbers"):
        return  # what is missing may declare what the formulas use
    if not contest.knows_all_names:
        return
    for path, number in contest.formulas:
        if fit is None and not numbers and not contest.scenario.scales:
            yield from _undeclared(path, number)
        else:
            yield from _formula(contest, None if path[0] == "numbers" else fit, path, number)
    yield from _twice(contest)
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
    contest: CheckContext, fit: Fit | None, path: Path, number: FormulaJudgement
) -> Iterator[Fault]:
    numbers, scales = contest.scenario.numbers, contest.scenario.scales
    categories = fit.categories if fit else _NO_CATEGORIES
    known = [*numbers, *(fit.coefficients | fit.columns if fit else ())]
    kinds = ["number"] if numbers or not (fit or scales) else []
    kinds += ["scale"] if scales else []
    kinds += ["coefficient", "column"] if fit else []
    for part in number.formula.expression.walk():
        if isinstance(part, Standardised):
            columns = fit.columns if fit else ()
            yield from check_known("column", part.column, columns, path, part.offset)
            yield from _categorical(categories, path, part.column, part.offset)
        elif isinstance(part, Quantity) and base_name(part.name) in contest.named_states:
            yield from _scale(contest, path, part, number)
        elif isinstance(part, Quantity):
            yield from check_known(
                " or ".join(filter(None, [", ".join(kinds[:-1]), kinds[-1]])),
                part.name, [*known, *scales], path, part.offset,
            )  # fmt: skip
            yield from _categorical(categories, path, part.name, part.offset)
        elif isinstance(part, CategoryTest):
            if part.column not in categories:
                yield from check_known(
                    "categorical column", part.column, list(categories), path, part.offset
                )
                continue
            for category, offset in zip(part.categories, part.category_offsets, strict=True):
                yield from check_known("category", category, categories[part.column], path, offset)


def _categorical(
    categories: Mapping[str, tuple[str, ...]], path: Path, name: str, offset: int
) -> Iterator[Fault]:
    """Check that a column which stands for a number is not categorical."""
    if name in categories:
        first, second, *_ = categories[name]
        yield Fault(
            f"'{name}' is categorical ({first}, {second}, ...), not a number",
            f"({name} = {second}), which is 1 where it holds and 0 elsewhere",
            path=path,
            offset=offset,
        )


def _scale(
    contest: CheckContext, path: Path, part: Quantity, number: FormulaJudgement
) -> Iterator[Fault]:
    """Check that a formula may name a move or factor, and that it is on a scale."""
    name = base_name(part.name)
    if part.name not in contest.states:
        yield from unknown_reference(contest, part.name, path, part.offset)
    elif contest.named_states[name] is not None and name not in contest.scenario.scales:
        yield Fault(
            f"'{name}' is not on a scale, so it has no value",
            f"scale: {{from: 0, to: 100, step: 10}}, at '{name}'",
            path=path,
            offset=part.offset,
        )
    elif not _may_name_scales(path):
        yield Fault(
            f"this number cannot depend on '{part.name}'",
            "a worth, a cost, a chance, or a mean, spread or shift",
            path=path,
            offset=part.offset,
        )
    elif path[:3] == ("moves", part.name, "options") and part.name in number.free_names:
        yield Fault(
            f"this option is beside the scale of '{part.name}', which has no value there",
            f"costs under 'scale', at '{part.name}'",
            path=path,
            offset=part.offset,
        )


def _may_name_scales(path: Path) -> bool:
    match path:
        case ("interests", _, _, "worth"):
            return True
        case ("moves", _, "options", _, "costs") | ("moves", _, "scale", "costs"):
            return True
        case ("factors", _, "mean" | "spread") | ("factors", _, "chance", _):
            return True
        case ("factors", _, "rules", _, *_):
            return True
        case ("factors", _, "causes", _, int(), "chance"):
            return True
    return False


def _twice(contest: CheckContext) -> Iterator[Fault]:
    numbers, fit = contest.scenario.numbers, contest.scenario.fit
    for name in numbers:
        for kind, declared in (
            ("coefficient", fit.coefficients if fit else {}),
            ("column", fit.columns if fit else {}),
            ("move or factor on a scale", contest.scenario.scales),
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
    used = {name for _, number in contest.formulas for name in number.formula.names}
    scenario = contest.scenario
    replacing = [
        *(view.judgements for view in scenario.views.values()),
        *(belief.judgements for belief in scenario.beliefs.values()),
    ]
    in_views = " ".join(str(each.written) for some in replacing for each in some.values())
    for name in contest.scenario.numbers:
        if name not in used and name not in in_views:
            yield Fault(f"no formula uses '{name}'", severity="warning", path=("numbers", name))
