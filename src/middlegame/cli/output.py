"""What several commands do with their results: write the report, print the answer."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from middlegame.cli.case import forecast_case
from middlegame.cli.console import console, counting, print_json, working

if TYPE_CHECKING:
    from middlegame.analysis.result import AnalysisResult
    from middlegame.equilibrium.equilibrium import Equilibrium
    from middlegame.equilibrium.nash import NashResult
    from middlegame.report.html.sections import Section
    from middlegame.scenario.yaml.load import LoadedScenario


def save_report(
    path: Path,
    equilibrium: "Equilibrium",
    loaded: "LoadedScenario | None",
    sections: "Sequence[Section]" = (),
    *,
    leads: "Sequence[Section]" = (),
    storylines: int = 5,
    middle: bool = False,
) -> None:
    """Write the report of an equilibrium, with further sections, to a file.

    Args:
        path: the file.
        equilibrium: the equilibrium.
        loaded: the scenario's file; None for a diagram.
        sections: further sections, in order.
        leads: the sections of what was asked for, which lead the report.
        storylines: how many storylines to list.
        middle: whether the report is about the middle world alone.

    Raises:
        OSError: the file cannot be written.
        MiddlegameError: a library for the file's form is not installed.
    """
    from middlegame.report.html.forms import write_report
    from middlegame.report.html.report import html_report
    from middlegame.sweeps.forecast import Forecast

    if not middle and not isinstance(equilibrium, Forecast):
        equilibrium = forecast_case(equilibrium)
    with working("Writing the report"):
        page = html_report(equilibrium, loaded, sections, leads=leads, storylines=storylines)
        write_report(path, page)


def print_answer(
    equilibrium: "Equilibrium",
    loaded: "LoadedScenario | None",
    *,
    before: "Equilibrium | None" = None,
    nash: "NashResult | None" = None,
    ask: Sequence[str],
    storylines: int,
    others: int | None,
    report: Path | None,
    as_json: bool,
) -> None:
    """Print what a solving command found, as its options say.

    Args:
        equilibrium: the answer.
        loaded: the scenario's file; None for a diagram.
        before: the equilibrium to compare the answer with.
        nash: the Nash limit that the answer comes from.
        ask: questions by name, and conditions, whose probability to print.
        storylines: how many storylines to print.
        others: how many random starts to look for other equilibria from.
        report: the file to write the report to.
        as_json: print JSON instead.
    """
    from middlegame.analysis.outcomes import question_probability

    asked = {text: question_probability(equilibrium, text) for text in ask}
    found = None
    if others:
        with counting("Looking for other self-consistent outcomes") as progress:
            found = equilibrium.other_equilibria(others, progress=progress)
    if report:
        from middlegame.report.html.hypotheses import evidence_sections
        from middlegame.sweeps.forecast import Forecast

        sections = evidence_sections(equilibrium)
        middle = not isinstance(equilibrium, Forecast)
        save_report(report, equilibrium, loaded, sections, storylines=storylines, middle=middle)
    if as_json:
        from middlegame.analysis.reasons import short_reasons
        from middlegame.equilibrium.omissions import omissions

        answer: dict[str, Any] = equilibrium.to_dict(storylines)
        reasons = short_reasons(equilibrium).items()
        answer |= {"omissions": omissions(equilibrium).to_dict()}
        answer |= {"reasons": {name: each.to_dict(situations=False) for name, each in reasons}}
        answer |= {"nash": nash.to_dict()} if nash else {}
        answer |= {"others": [each.to_dict() for each in found]} if found is not None else {}
        print_json(answer | ({"asked": asked} if asked else {}))
        return
    from middlegame.report.terminal.equilibrium import show_change, show_other_equilibria
    from middlegame.report.terminal.show import show

    out = console()
    if before is not None:
        show_change(before, equilibrium, out, asked=asked)
    else:
        show(nash or equilibrium, out, storylines=storylines, asked=asked)
    if found is not None and others:
        show_other_equilibria(equilibrium, found, others, out)
    print_report_place(report)


def print_result(
    result: "AnalysisResult",
    equilibrium: "Equilibrium",
    loaded: "LoadedScenario | None",
    *,
    report: Path | None,
    as_json: bool,
    middle: bool = False,
) -> None:
    """Print the result of an analysis, and write the report if there is to be one.

    Args:
        result: the result.
        equilibrium: what the report is about.
        loaded: the scenario's file; None for a diagram.
        report: the file to write the report to.
        as_json: print JSON instead.
        middle: whether the report is about the middle world alone.
    """
    if report:
        from middlegame.report.html.sections import sections

        save_report(report, equilibrium, loaded, leads=sections(result), middle=middle)
    if as_json:
        print_json(result.to_dict())
        return
    from middlegame.report.terminal.show import show

    show(result, console())
    print_report_place(report)


def print_report_place(report: Path | None) -> None:
    """Print where the report is, if one was written."""
    if report:
        click.echo(f"The report is in {report}")
