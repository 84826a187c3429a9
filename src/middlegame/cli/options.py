"""Arguments and options that several commands share."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

if TYPE_CHECKING:
    from middlegame.scenario.conditions import Condition

FILE = click.argument("file", metavar="FILE")
JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


class Assignment(click.ParamType[tuple[str, str]]):
    """A move or factor and its state, written name=state."""

    name = "NAME=STATE"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Part the name from the state."""
        name, equals, state = str(value).partition("=")
        if not equals or not name.strip() or not state.strip():
            self.fail(f"'{value}' is not of the form name=state, such as lease=lost", param, ctx)
        return name.strip(), state.strip()


ASSIGNMENT = Assignment()


class Observation(click.ParamType["tuple[Condition, float | None]"]):
    """What was observed: a condition and, if it is only reported, how reliably."""

    name = "CONDITION"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> "tuple[Condition, float | None]":
        """Part the condition from the odds."""
        from middlegame.scenario.conditions import parse_condition
        from middlegame.scenario.model.judgement import UNIT_EXAMPLES, FormulaJudgement, parse_judgement

        saw, comma, odds = (part.strip() for part in str(value).partition(","))
        try:
            condition = parse_condition(saw)
            read = parse_judgement(odds, "odds") if comma else None
        except ValueError as error:
            self.fail(str(error), param, ctx)
        if isinstance(read, FormulaJudgement):
            self.fail(f"'{odds}' is no number; expected {UNIT_EXAMPLES['odds']}", param, ctx)
        return condition, read.median if read else None


ROW = click.option(
    "--row",
    "row",
    type=ASSIGNMENT,
    multiple=True,
    help="The value of a data column to solve at; may be repeated.",
)
SUPPOSE = click.option(
    "--suppose",
    "supposed",
    type=ASSIGNMENT,
    multiple=True,
    help="Fix a move or factor, everybody knowing it; may be repeated.",
)
GIVEN = click.option(
    "--given",
    "given",
    type=Observation(),
    multiple=True,
    help="Condition on something observed, such as lease=lost; or on a report, with how reliable "
    "it is: 'lease=lost, 4:1'. May be repeated.",
)


class Odds(click.ParamType[float]):
    """Precision in odds, given as lambda to the engine."""

    name = "ODDS"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Read odds as the language writes them, at the middle of a range."""
        from math import log

        from middlegame.scenario.model.judgement import UNIT_EXAMPLES, FormulaJudgement, parse_precision

        try:
            read = parse_precision(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)
        if isinstance(read, FormulaJudgement):
            self.fail(f"'{value}' is no number; expected {UNIT_EXAMPLES['odds']}", param, ctx)
        return log(read.median) / 10


class ReportFile(click.Path):
    """A file that a report is written to, in the form that its name asks for."""

    name = "FILE"

    def __init__(self) -> None:
        super().__init__(dir_okay=False, path_type=Path)

    def convert(
        self,
        value: str | os.PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Any:
        """Refuse what cannot be written before any work is done."""
        from middlegame.base.errors import QueryError
        from middlegame.report.html.forms import check_form

        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        try:
            check_form(path)
        except QueryError as error:
            self.fail(str(error), param, ctx)
        if not path.parent.is_dir():
            self.fail(f"there is no folder {path.parent}", param, ctx)
        return path


REPORT = click.option(
    "--report",
    type=ReportFile(),
    help="Write the report to this file: .html, .md or .pdf.",
)


class Count(click.ParamType["int | Literal['auto']"]):
    """How many worlds, or auto: as many as it takes."""

    name = "N"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> int | Literal["auto"]:
        """Read a whole number, however it is written: 10000, 10_000, 1e4."""
        text = str(value).strip().replace(",", "").replace("_", "")
        if text == "auto":
            return "auto"
        try:
            number = float(text)
        except ValueError:
            number = float("nan")
        if number != number or number in (float("inf"), float("-inf")) or number % 1:
            self.fail(f"'{value}' is no number of worlds, such as 10000 or auto", param, ctx)
        if number < 1:
            self.fail(f"{value} worlds; expected at least 1, or auto", param, ctx)
        return int(number)


WORLDS = click.option(
    "-n",
    "--worlds",
    "worlds",
    type=Count(),
    default="auto",
    show_default=True,
    help="How many worlds to draw; auto is as many as it takes for the ends of each interval to "
    "be exact to a percentage point.",
)
SEED = click.option(
    "--seed", type=click.IntRange(0), default=0, show_default=True, help="Of the draws."
)

PRECISION = click.option("--precision", type=Odds(), help="Everybody's precision, such as 3:1.")


def case_options(command: Any) -> Any:
    """Add the options that `cli.case.solve_case` takes."""
    for option in (PRECISION, GIVEN, SUPPOSE, ROW):
        command = option(command)
    return command
