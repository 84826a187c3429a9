"""The result of a check in the terminal."""

from rich.console import Console
from rich.markup import escape

from middlegame.equilibrium.check import CheckResult
from middlegame.report.terminal.columns import Page
from middlegame.report.terminal.show import show
from middlegame.report.text.narrative import drafted_sentence
from middlegame.scenario.data_rows import missing_values
from middlegame.scenario.faults import dotted_path

_MOST_UNSOURCED = 10


@show.register(CheckResult)
def show_check(found: CheckResult, console: Console) -> None:
    """Print the faults with their places, then the scenario's size, sourcing and points."""
    errors = [fault for fault in found.faults if fault.severity == "error"]
    warnings = [fault for fault in found.faults if fault.severity == "warning"]
    for kind, colour, faults in (("error", "red", errors), ("warning", "yellow", warnings)):
        for fault in faults:
            message = escape(str(fault))
            console.print(f"[{colour}]{kind}[/] {message}", highlight=False, soft_wrap=True)
    scenario = found.loaded.scenario
    if scenario is None or not found.passed:
        console.print(f"{_count(len(errors), 'error')}: this scenario cannot be solved yet.")
        return
    if warnings:
        console.print()
    can = "can be solved"
    if not found.points:
        unknown = missing_values(scenario)
        can = "can be fitted to data, and solved after that" if unknown else "is too large to solve"
    console.print(f"[bold]{escape(scenario.title)}[/] {can}.", highlight=False)
    counts = found.counts
    Page(console).paragraph(
        ", ".join(
            _count(counts[kind], kind.rstrip("s"))
            for kind in (
                *("actors", "moves", "offers", "factors", "interests", "questions"),
                *("beliefs", "views"),
            )
            if counts[kind] or kind not in ("offers", "beliefs", "views")
        )
        + (f", {_count(counts['evidence'], 'piece')} of evidence" if counts["evidence"] else ""),
    )
    _show_sourcing(found, console)
    if not found.points:
        return
    console.print("  Points from each actor's worst outcome to its best:", highlight=False)
    width = max(len(scenario.label(actor)) for actor in found.points)
    for actor, (worst, best) in found.points.items():
        label = escape(f"{scenario.label(actor):<{width}}")
        gap = f"{worst:6.0f} to {best:4.0f}   ({round(best) - round(worst)} apart)"
        console.print(f"    {label} {gap}", highlight=False)


def _show_sourcing(found: CheckResult, console: Console) -> None:
    sourced = found.sourcing
    if sourced is None or not sourced.numbers:
        return
    Page(console).paragraph(
        f"{_count(sourced.numbers, 'number')}, {sourced.ranges} of them ranges; "
        f"{sourced.cited / sourced.numbers:.0%} cite a source, "
        f"{sourced.reasoned / sourced.numbers:.0%} give a reason",
    )
    if sentence := drafted_sentence(sourced):
        Page(console).paragraph(sentence)
    for path in sourced.unsourced[:_MOST_UNSOURCED]:
        Page(console).paragraph(f"no source and no reason: {dotted_path(path)}")
    more = len(sourced.unsourced) - _MOST_UNSOURCED
    if more > 0:
        Page(console).paragraph(f"and {more} more")


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
