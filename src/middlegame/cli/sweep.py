"""The command `middlegame sweep`."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from middlegame.cli.case import solve_case
from middlegame.cli.console import console, counting, print_json
from middlegame.cli.interrupts import partial_results
from middlegame.cli.options import FILE, JSON, LONG_TIME_LIMIT, REPORT, SEED, WORLDS, case_options
from middlegame.cli.output import print_report_place, save_report
from middlegame.cli.time_limit import stop_clock, time_limit_option

if TYPE_CHECKING:
    from middlegame.report.html.sections import Section
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
@click.option("--resume", is_flag=True, help="Continue the sweep that was writing --out.")
@click.option(
    "--workers",
    type=click.IntRange(1, 1024),
    help="How many processes to solve in, this one among them; threads unless given.",
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
    help="Report the intervals alone, without dominoes, drivers, discovery and value of "
    "information, which take longer than the sweep.",
)
@REPORT
@time_limit_option(LONG_TIME_LIMIT)
@JSON
def sweep_command(
    file: str,
    worlds: Any,
    resume: bool,
    out: Path | None,
    workers: int | None,
    cluster: str | None,
    ask: tuple[str, ...],
    seed: int,
    method: Any,
    brief: bool,
    report: Path | None,
    as_json: bool,
    **case: Any,
) -> None:
    """Draw worlds from the ranges of FILE, solve each, and print intervals.

    The forecast is the mean over the worlds. Ctrl-C prints what is solved by then; with --out,
    --resume continues from there.
    """
    if resume and out is None:
        raise click.UsageError("--resume goes with the --out that was being written")
    if brief and report is None:
        raise click.UsageError("--brief goes with --report")
    if workers and cluster:
        raise click.UsageError("--workers are of this machine, --cluster has its own: give one")
    equilibrium, loaded = solve_case(file, **case)
    with partial_results(), counting("Solving worlds") as progress:
        from middlegame.analysis.outcomes import select_questions
        from middlegame.sweeps.run import sweep

        select_questions(equilibrium, ask, values=False)
        further = {text: text for text in ask if text not in equilibrium.questions}
        found = sweep(
            equilibrium,
            worlds,
            seed=seed,
            method=method,
            conditions=further,
            out=out,
            resume=resume,
            workers=workers,
            cluster=cluster,
            progress=progress,
        )
    if found.interrupted:
        stop_clock()
    if report:
        _save_report(report, found, loaded, brief=brief)
    if as_json:
        print_json(found.to_dict())
    else:
        _print_sweep(found)
        print_report_place(report)
    if found.interrupted:
        raise SystemExit(1)


def _save_report(
    report: Path, found: "Sweep", loaded: "LoadedScenario | None", *, brief: bool
) -> None:
    from middlegame.report.html.sections import sections

    parts: list[Section] = []
    if not (brief or found.interrupted):
        from middlegame.cli.sweep_analyses import analysis_sections

        parts += analysis_sections(found)
    save_report(report, found.equilibrium, loaded, parts, leads=sections(found))


def _print_sweep(found: "Sweep") -> None:
    from middlegame.report.terminal.show import show

    show(found, console())
    if found.store.path and found.store.complete:
        click.echo(f"The worlds are in {found.store.path}")
    elif found.interrupted and found.store.path:
        click.echo(f"Continue with --out {found.store.path} --resume")
