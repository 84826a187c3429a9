"""The command `middlegame sweep`: parse, call, show. Heavy imports wait until it runs."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from middlegame.cli.case import solve_case
from middlegame.cli.console import console, counting, print_json, working
from middlegame.cli.options import FILE, JSON, REPORT, SEED, WORLDS, case_options

if TYPE_CHECKING:
    from middlegame.scenario.yaml.load import LoadedScenario
    from middlegame.sweeps.result import Sweep


@click.command("sweep")
@FILE
@WORLDS
@SEED
@click.option(
    "--method",
    type=click.Choice(["sobol", "latin"]),
    default="sobol",
    show_default=True,
    help="A scrambled Sobol sequence, or Latin hypercubes.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="PARQUET",
    help="Keep the worlds in this Parquet file, one row each.",
)
@click.option("--resume", is_flag=True, help="Go on with the sweep that was writing --out.")
@click.option(
    "--workers", type=click.IntRange(1, 1024), help="Spread the work over so many processes."
)
@click.option("--cluster", metavar="ADDRESS", help="A Dask scheduler, such as tcp://host:8786.")
@case_options
@click.option(
    "--ask",
    multiple=True,
    metavar="CONDITION",
    help="The probability of a condition besides the questions; may be repeated.",
)
@click.option(
    "--brief",
    is_flag=True,
    help="The intervals alone in the report, without dominoes, drivers, discovery and worth, which "
    "take longer than the sweep.",
)
@REPORT
@JSON
def sweep_command(file: str, report: Path | None, as_json: bool, **options: Any) -> None:
    """Let the ranges of FILE vary: draw worlds, solve each, and give intervals.

    The forecast is the mean over the worlds. Ctrl-C shows what is done by then; with --out,
    --resume goes on from there.
    """
    if options["resume"] and options["out"] is None:
        raise click.UsageError("--resume goes with the --out that was being written")
    if options["brief"] and report is None:
        raise click.UsageError("--brief goes with --report")
    if options["workers"] and options["cluster"]:
        raise click.UsageError("--workers are of this machine, --cluster has its own: give one")
    case = {name: options[name] for name in ("precision", "row", "supposed", "given")}
    equilibrium, loaded = solve_case(file, **case)
    with counting("Solving worlds") as told:
        from middlegame.sweeps.run import sweep

        found = sweep(
            equilibrium,
            options["worlds"],
            seed=options["seed"],
            method=options["method"],
            conditions={condition: condition for condition in options["ask"]},
            out=options["out"],
            resume=options["resume"],
            workers=options["workers"],
            cluster=options["cluster"],
            progress=told,
        )
    _answer(found, loaded, report, as_json, brief=options["brief"])
    if found.interrupted:
        raise SystemExit(1)


def _answer(
    found: "Sweep",
    loaded: "LoadedScenario | None",
    report: Path | None,
    as_json: bool,
    *,
    brief: bool,
) -> None:
    if report:
        from middlegame.report.html.forms import write_report
        from middlegame.report.html.report import html_report
        from middlegame.report.html.sections import sections as sections_of

        sections = sections_of(found)
        if not (brief or found.interrupted):
            from middlegame.cli.sections import sections as following

            sections += following(found)
        with working("Writing the report"):
            write_report(report, html_report(found.equilibrium, loaded, sections))
    if as_json:
        print_json(found.to_dict())
        return
    from middlegame.report.terminal.sweep import show_sweep

    out = console()
    show_sweep(found, out)
    if found.store.path and found.store.complete:
        click.echo(f"The worlds are in {found.store.path}")
    elif found.interrupted and found.store.path:
        click.echo(f"Go on with --out {found.store.path} --resume")
    if report:
        click.echo(f"The report is in {report}")
