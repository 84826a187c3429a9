"""The command line: parse, call, show. Nothing is computed here."""

import json
import os
import sys
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from middlegame.base.version import __version__
from middlegame.cli.analyses import ANALYSES
from middlegame.cli.case import once, solve_case
from middlegame.cli.compare import compare_command
from middlegame.cli.console import console, print_json, working
from middlegame.cli.fit import fit_command
from middlegame.cli.hypotheses import hypotheses_command
from middlegame.cli.ledger import ledger_commands
from middlegame.cli.options import ASSIGNMENT, FILE, GIVEN, JSON, PRECISION, REPORT, ROW
from middlegame.cli.serve import serve_command
from middlegame.cli.sweep import sweep_command

if TYPE_CHECKING:
    from middlegame.diagram import Diagram
    from middlegame.equilibrium.equilibrium import Equilibrium
    from middlegame.scenario.yaml.load import LoadedScenario


def _finite(_context: click.Context, _option: click.Parameter, value: float | None) -> float | None:
    if value is not None and not isfinite(value):
        raise click.BadParameter(f"{value} is no number that can be reached")
    return value


def _solving(command: Any) -> Any:
    """Add the options that every solving command takes."""
    for option in reversed(
        [
            GIVEN,
            click.option(
                "--ask",
                multiple=True,
                metavar="CONDITION",
                help="The probability of a condition, such as 'cuba = falls and trade = none'.",
            ),
            ROW,
            PRECISION,
            click.option(
                "--lambda",
                "lambda_",
                type=click.FloatRange(min=0),
                callback=_finite,
                help="The same as log-odds for each point.",
            ),
            click.option(
                "--storylines",
                type=click.IntRange(0, 1000),
                default=5,
                show_default=True,
                help="How many storylines to tell.",
            ),
            click.option(
                "--others",
                type=click.IntRange(1, 100_000),
                metavar="STARTS",
                help="Look for other self-consistent outcomes from this many random starts.",
            ),
            REPORT,
            JSON,
        ]
    ):
        command = option(command)
    return command


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="middlegame")
def commands() -> None:
    """Write a geopolitical contest down; compute how it goes and how far to trust the answer.

    FILE is a path to a scenario (YAML), to a diagram (JSON), to a strategic game of Gambit's
    (.nfg), or the name of a shipped scenario.
    """


commands.add_command(compare_command)
commands.add_command(hypotheses_command)
commands.add_command(ledger_commands)  # its module imports nothing but click
for analysis in ANALYSES:
    commands.add_command(analysis)
commands.add_command(fit_command)
commands.add_command(serve_command)
commands.add_command(sweep_command)


@commands.command("new")
@click.argument("folder", type=click.Path(path_type=Path))
def new_command(folder: Path) -> None:
    """Start a scenario of your own in FOLDER, with comments that say how."""
    from middlegame.io.examples import write_starter

    path = write_starter(folder)
    click.echo(f"{path} is yours to edit. Check it with: middlegame check {folder}")


@commands.command("list")
@JSON
def list_command(as_json: bool) -> None:
    """List the scenarios that come with middlegame."""
    from middlegame.io.examples import list_examples

    found = list_examples()
    if as_json:
        print_json([{"name": s.name, "title": s.title, "folder": str(s.folder)} for s in found])
        return
    width = max((len(s.name) for s in found), default=0)
    for scenario in found:
        click.echo(f"{scenario.name:<{width}}  {scenario.title}")


@commands.command("check")
@FILE
@JSON
def check_command(file: str, as_json: bool) -> None:
    """Find every fault in FILE, and say how much of it is sourced."""
    from middlegame.equilibrium.check import check

    found = check(file)
    if as_json:
        print_json(found.to_dict())
    else:
        from middlegame.report.terminal.check import show_check

        show_check(found, console())
    if not found.passed:
        raise SystemExit(1)


@commands.command("solve")
@FILE
@click.option(
    "--nash",
    "to_nash",
    is_flag=True,
    help="The limit of full precision, with what each move would still regret.",
)
@_solving
def solve_command(file: str, to_nash: bool, **options: Any) -> None:
    """Solve FILE and print the forecast: what happens, how likely, for whom."""
    if to_nash:
        _answer_nash(file, options)
        return
    equilibrium, loaded = _solve(file, options)
    _answer(equilibrium, None, loaded, options)


@commands.command("suppose")
@FILE
@click.argument("moves", type=ASSIGNMENT, nargs=-1, required=True, metavar="NAME=STATE...")
@click.option(
    "--surprise",
    is_flag=True,
    help="Nobody is told: policies stay, and those who observe it respond through them.",
)
@_solving
def suppose_command(
    file: str, moves: tuple[tuple[str, str], ...], surprise: bool, **options: Any
) -> None:
    """Fix moves or factors of FILE and see what follows.

    Announced (the default), everybody knows before play and behaves anew. With --surprise, nobody
    is told.
    """
    fixed = once(moves)
    equilibrium, loaded = _solve(file, options)
    with working("Solving anew"):
        changed = equilibrium.suppose(fixed, surprise=surprise)
    _answer(changed, equilibrium, loaded, options)


@commands.command("explain")
@FILE
@click.option("--order", is_flag=True, help="What is solved when, and what it costs (the default).")
@JSON
def explain_command(file: str, order: bool, as_json: bool) -> None:
    """Explain how FILE will be solved: which moves depend on which, and the cost."""
    from middlegame.io.open import open_contest
    from middlegame.report.terminal.order import order as order_of
    from middlegame.report.terminal.order import show_order

    diagram, _ = open_contest(file)
    if as_json:
        print_json(order_of(diagram))
    else:
        show_order(diagram, console())


@commands.command("schema")
def schema_command() -> None:
    """Print the JSON Schema of the language, for editors to complete and check by."""
    from middlegame.scenario.model.schema import json_schema

    print_json(json_schema())


@commands.command("export")
@FILE
@click.option(
    "--to",
    "form",
    type=click.Choice(["json", "efg", "nfg"]),
    required=True,
    help="The diagram itself, or Gambit's game tree or strategic game.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write to this file instead of the terminal.",
)
def export_command(file: str, form: str, output: Path | None) -> None:
    """Write FILE's influence diagram in another form."""
    from middlegame.io.open import open_contest

    diagram, _ = open_contest(file)
    with working(f"Writing {form}"):
        text, told = _exported(diagram, form)
    for line in told:
        click.echo(line, err=True)
    if output is None:
        click.echo(text, nl=False)
    else:
        from middlegame.base.files import write_text

        write_text(output, text)


def _exported(diagram: "Diagram", form: str) -> tuple[str, list[str]]:
    if form == "json":
        from middlegame.io.json_form import to_json

        return json.dumps(to_json(diagram), indent=1) + "\n", []
    from middlegame.io.efg import to_efg
    from middlegame.io.gambit import recall_failures
    from middlegame.io.nfg import to_nfg

    text = to_efg(diagram) if form == "efg" else to_nfg(diagram)
    return text, [f"{line}: Gambit's solvers need perfect recall" for line in recall_failures(diagram)]


def _solve(file: str, options: dict[str, Any]) -> tuple["Equilibrium", "LoadedScenario | None"]:
    if options["precision"] is not None and options["lambda_"] is not None:
        raise click.UsageError("--precision and --lambda say the same thing: give one of them")
    precision = options["precision"] if options["lambda_"] is None else options["lambda_"]
    return solve_case(file, precision=precision, row=options["row"], given=options["given"])


def _answer_nash(file: str, options: dict[str, Any]) -> None:
    if options["precision"] is not None or options["lambda_"] is not None or options["others"]:
        raise click.UsageError("--nash goes without --precision, --lambda and --others")
    from middlegame.io.open import open_contest

    diagram, loaded = open_contest(file, once(options["row"]))
    with working(f"Following {diagram.title or file} towards Nash"):
        from middlegame.equilibrium.nash import nash

        found = nash(diagram, scenario=loaded.scenario if loaded else None)
        equilibrium = found.equilibrium
        for saw, likelihood in options["given"]:
            equilibrium = equilibrium.given(saw, likelihood=likelihood)
    _answer(equilibrium, None, loaded, options, {"nash": found.to_dict()})
    if not options["as_json"]:
        from middlegame.report.terminal.columns import Page
        from middlegame.report.text.narrative import nash_sentence

        Page(console()).paragraph(nash_sentence(found), style="dim")


def _answer(
    equilibrium: "Equilibrium",
    before: "Equilibrium | None",
    loaded: "LoadedScenario | None",
    options: dict[str, Any],
    more: dict[str, Any] | None = None,
) -> None:
    asked = {condition: equilibrium.probability(condition) for condition in options["ask"]}
    others = None
    if options["others"]:
        with working("Looking for other outcomes"):
            others = equilibrium.others(options["others"])
    if options["report"]:
        from middlegame.report.html.forms import write_report
        from middlegame.report.html.report import html_report
        from middlegame.report.html.sections import sections

        with working("Writing the report"):
            page = html_report(equilibrium, loaded, sections(equilibrium))
            write_report(options["report"], page)
    if options["as_json"]:
        answer = equilibrium.to_dict(options["storylines"]) | (more or {})
        if others is not None:
            answer["others"] = [other.to_dict() for other in others]
        print_json(answer | ({"asked": asked} if asked else {}))
        return
    from middlegame.report.terminal.equilibrium import show_change, show_equilibrium

    out = console()
    for condition, probability in asked.items():
        out.print(f"{condition}: {probability:.1%}", highlight=False)
    if before is None:
        show_equilibrium(equilibrium, out, storylines=options["storylines"])
    else:
        show_change(before, equilibrium, out)
    if others is not None:
        from middlegame.report.terminal.equilibrium import show_other_equilibria

        show_other_equilibria(equilibrium, others, options["others"], out)
    if options["report"]:
        click.echo(f"The report is in {options['report']}")


def _fail(as_json: bool, status: str, told: list[str], **more: Any) -> NoReturn:
    if as_json:
        print_json({"status": status, "faults": told, **more})
    else:
        for line in told:
            click.echo(line, err=True)
    raise SystemExit(1)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; exit codes are 0 fine, 1 the input or answer, 2 wrong usage."""
    from middlegame.base.errors import MiddlegameError, NotConverged

    as_json = "--json" in (sys.argv[1:] if arguments is None else arguments)
    try:
        commands(args=arguments, prog_name="middlegame")
    except NotConverged as error:
        more = {"residual": error.residual, "reached": error.lambda_fraction}
        _fail(as_json, error.status, error.messages(), **more)
    except MiddlegameError as error:
        _fail(as_json, error.status, error.messages())
    except BrokenPipeError:
        # The reader went away (`| head`): say nothing, and keep Python from trying to flush.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None
    except OSError as error:
        _fail(as_json, "refused", [f"{error.filename or 'a file'}: {error.strerror or error}"])


if __name__ == "__main__":
    main()
