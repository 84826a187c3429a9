"""Arguments, options and types of parameters that several commands share."""

import os
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from middlegame.base.text import normalize
from middlegame.cli.time_limit import time_limit_option

if TYPE_CHECKING:
    from middlegame.base.tables import TableForm
    from middlegame.scenario.conditions import Condition


class Assignment(click.ParamType[tuple[str, str]]):
    """A move or factor and its state, written name=state."""

    name = "NAME=STATE"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Split the text into name and state."""
        name, equals, state = normalize(str(value)).partition("=")
        if not equals or not name.strip() or not state.strip():
            self.fail(f"'{value}' is not of the form name=state, such as lease=lost", param, ctx)
        return name.strip(), state.strip()


class Observation(click.ParamType["tuple[Condition | str, float | None]"]):
    """An observed condition and, if it is a report, the report's likelihood ratio.

    A name in its place stays a text: the contest's names, by which it is refused, are read later.
    """

    name = "CONDITION"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> "tuple[Condition | str, float | None]":
        """Split the text into the condition and the odds after its comma."""
        from middlegame.scenario.conditions import lone_name, parse_condition

        text, comma, odds = (part.strip() for part in str(value).partition(","))
        condition: Condition | str = text
        try:
            condition = parse_condition(text)
        except ValueError as error:
            if not lone_name(text):
                self.fail(str(error), param, ctx)
        return condition, _read_odds(self, odds, param, ctx) if comma else None


class Odds(click.ParamType[float]):
    """Precision in odds; a range stands for its median."""

    name = "ODDS"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Read odds as a scenario writes a precision."""
        return _read_odds(self, str(value), param, ctx, precision=True)


class ReportFile(click.Path):
    """A file to write a report to, in the form that its name ends with."""

    name = "FILE"

    def __init__(self) -> None:
        super().__init__(dir_okay=False, path_type=Path)

    def convert(
        self,
        value: str | os.PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Any:
        """Refuse a file that cannot be written, before any work is done."""
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


class WorldCount(click.ParamType["int | Literal['auto']"]):
    """A number of worlds, or auto."""

    name = "N"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> int | Literal["auto"]:
        """Read a whole number written as 10000, 10,000, 10_000 or 1e4."""
        text = str(value).strip().replace(",", "").replace("_", "")
        if text == "auto":
            return "auto"
        try:
            number = float(text)
        except ValueError:
            number = float("nan")
        if not isfinite(number) or number % 1:
            self.fail(
                f"invalid number of worlds: '{value}'; expected one such as 10000, or auto",
                param,
                ctx,
            )
        if number < 1:
            self.fail(f"{value} worlds; expected at least 1, or auto", param, ctx)
        return int(number)


class BehaviourText(click.ParamType[str]):
    """How actors form their expectations: `equilibrium`, `level=2` or `hierarchy=1.5`."""

    name = "BEHAVIOUR"

    def __init__(self, *, formulas: bool = False) -> None:
        """Accept formulas too, such as `hierarchy=tau`, if coefficients are estimated."""
        self.formulas = formulas

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Check a behaviour and return it as it was written."""
        from middlegame.scenario.model.behaviour import parse_behaviour
        from middlegame.scenario.model.judgement import UNIT_EXAMPLES, FormulaJudgement

        try:
            behaviour = parse_behaviour(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)
        mean = behaviour.hierarchy
        if not self.formulas and isinstance(mean, FormulaJudgement):
            self.fail(f"'{mean}' is no number; expected {UNIT_EXAMPLES['levels']}", param, ctx)
        return str(value)


def _read_odds(
    kind: click.ParamType[Any],
    text: str,
    param: click.Parameter | None,
    ctx: click.Context | None,
    *,
    precision: bool = False,
) -> float:
    """Return the median of odds as a scenario writes them; a text that is none is wrong usage."""
    from middlegame.scenario.model.judgement import (
        UNIT_EXAMPLES,
        FormulaJudgement,
        parse_judgement,
        parse_precision,
    )

    try:
        odds = parse_precision(text) if precision else parse_judgement(text, "odds")
    except ValueError as error:
        kind.fail(str(error), param, ctx)
    if isinstance(odds, FormulaJudgement):
        kind.fail(f"'{text}' is no number; expected {UNIT_EXAMPLES['odds']}", param, ctx)
    return odds.median


def _require_finite(
    _context: click.Context, _option: click.Parameter, value: float | None
) -> float | None:
    if value is not None and not isfinite(value):
        raise click.BadParameter(f"{value} is not a finite number")
    return value


ASSIGNMENT = Assignment()
FILE = click.argument("file", metavar="FILE")
JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
OUTPUT = click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write to this file instead of the terminal.",
)
MIDDLE = click.option(
    "--middle",
    is_flag=True,
    help="The middle world alone, with every number at its median, without intervals.",
)
REPORT = click.option(
    "--report",
    type=ReportFile(),
    help="Write the report to this file: .html, .md or .pdf.",
)
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
    help="Fix a move or factor before play, known to every actor; may be repeated.",
)
GIVEN = click.option(
    "--given",
    "given",
    type=Observation(),
    multiple=True,
    help="Condition on an observation, such as lease=lost; or on a report with its reliability, "
    "such as 'lease=lost, 4:1'. May be repeated.",
)
WORLDS = click.option(
    "-n",
    "--worlds",
    "worlds",
    type=WorldCount(),
    default="auto",
    show_default=True,
    help="How many worlds to draw; auto draws until the ends of each interval are exact to a "
    "percentage point.",
)
FORECAST_WORLDS = click.option(
    "-n",
    "--worlds",
    type=click.IntRange(2, 4096),
    help="Means over this many worlds, instead of as many as take a few seconds.",
)
TIME_LIMIT = time_limit_option(600)
LONG_TIME_LIMIT = 3600
"""Seconds that commands may take by default which are expected to take long."""
SEED = click.option(
    "--seed", type=click.IntRange(0), default=0, show_default=True, help="Seed of the draws."
)
PRECISION = click.option("--precision", type=Odds(), help="Every actor's precision, such as 3:1.")
BEHAVIOUR = click.option(
    "--behaviour",
    type=BehaviourText(),
    help="How every actor forms its expectations: equilibrium, level=2 or hierarchy=1.5.",
)


def forecast_options(command: Any) -> Any:
    """Add the options on the worlds of a forecast."""
    return FORECAST_WORLDS(MIDDLE(command))


def case_options(command: Any) -> Any:
    """Add the options that `cli.case.solve_case` takes in every analysis."""
    for option in (BEHAVIOUR, PRECISION, GIVEN, SUPPOSE, ROW):
        command = option(command)
    return command


def solving_options(command: Any) -> Any:
    """Add the options of the commands that print an equilibrium."""
    for option in reversed(
        [
            GIVEN,
            click.option(
                "--ask",
                multiple=True,
                metavar="QUESTION",
                help="A question of FILE, or a condition such as 'cuba = falls and trade = none'.",
            ),
            ROW,
            PRECISION,
            click.option(
                "--lambda",
                "lambda_",
                type=click.FloatRange(min=0),
                callback=_require_finite,
                help="Every actor's precision as log-odds per point, instead of --precision.",
            ),
            BEHAVIOUR,
            click.option(
                "--storylines",
                type=click.IntRange(0, 1000),
                default=5,
                show_default=True,
                help="How many storylines to print.",
            ),
            click.option(
                "--others",
                type=click.IntRange(1, 100_000),
                metavar="STARTS",
                help="Look for other self-consistent outcomes from this many random starts.",
            ),
            MIDDLE,
            REPORT,
            TIME_LIMIT,
            JSON,
        ]
    ):
        command = option(command)
    return command


class Probability(click.ParamType[float]):
    """A probability, in percent or as a number below one."""

    name = "PROBABILITY"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Read `40%` or `0.4`."""
        text = str(value).strip()
        try:
            number = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
        except ValueError:
            number = -1.0
        if not 0 < number < 1:
            self.fail(
                f"invalid probability: '{value}'; expected one such as 40% or 0.4", param, ctx
            )
        return number


QUESTIONS = click.option(
    "--ask",
    "questions",
    multiple=True,
    metavar="QUESTION",
    help="A question of FILE, or a condition, instead of all questions; may be repeated.",
)
SAMPLES = click.option(
    "-n",
    "--worlds",
    "n",
    type=click.IntRange(320, 2**24),
    default=4096,
    show_default=True,
    help="How many worlds to draw from the ranges.",
)
POOL_WEIGHTS = click.option(
    "--weights",
    type=click.Choice(["even", "scores"]),
    default="even",
    show_default=True,
    help="Weights in the pooled forecast: equal, or earned by past forecasts in the ledger.",
)
ANALYSTS = click.option(
    "--by",
    "forecasters",
    multiple=True,
    metavar="NAME",
    help="The ledger's name for the first file's analyst, then for the second's, ...",
)
MAX_NUMBERS = click.option(
    "--most",
    "max_numbers",
    type=click.IntRange(1, 1000),
    default=24,
    show_default=True,
    help="How many numbers to switch one by one between the first analyst and each other one.",
)


_SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}


def table_options(command: Any) -> Any:
    """Add the options that say how a CSV file is written; `table_form` takes their values."""
    for option in (
        click.option("--encoding", metavar="NAME", help="The encoding of CSV, such as cp1252."),
        click.option(
            "--decimal",
            type=click.Choice(["point", "comma"]),
            help="The decimal mark of CSV, if it is not to be recognised.",
        ),
        click.option(
            "--separator",
            type=click.Choice(list(_SEPARATORS)),
            help="The separator of cells in CSV, if it is not to be recognised.",
        ),
    ):
        command = option(command)
    return command


def table_form(separator: str | None, decimal: str | None, encoding: str | None) -> "TableForm":
    """Return how a CSV file is written, by the values of `table_options`."""
    from middlegame.base.tables import TableForm

    return TableForm(
        separator=_SEPARATORS[separator] if separator else None,
        decimal=None if decimal is None else "," if decimal == "comma" else ".",
        encoding=encoding,
    )
