"""The command `middlegame fit`: parse, call, show. Heavy imports wait until it runs."""

from pathlib import Path

import click

from middlegame.cli.console import console, print_json, working
from middlegame.cli.options import FILE, JSON, REPORT, SEED


@click.command("fit")
@FILE
@click.argument("data", metavar="DATA", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the scenario with what was learnt to this file.",
)
@click.option(
    "--cluster",
    metavar="COLUMN",
    help="A column that names the group of each row; errors are robust to what groups share.",
)
@click.option(
    "--starts",
    type=click.IntRange(1, 10_000),
    default=6,
    show_default=True,
    help="From how many places to look for the maximum.",
)
@click.option(
    "--folds",
    type=click.IntRange(2, 1000),
    help="Forecast each of this many parts of the rows from the others, and score that.",
)
@click.option("--bayes", is_flag=True, help="Sample the posterior as well; priors are the ranges.")
@click.option(
    "--draws",
    type=click.IntRange(10, 1_000_000),
    default=1000,
    show_default=True,
    help="With --bayes, how many draws each of four chains takes.",
)
@SEED
@REPORT
@JSON
def fit_command(
    file: str,
    data: Path,
    output: Path | None,
    cluster: str | None,
    starts: int,
    folds: int | None,
    bayes: bool,
    draws: int,
    seed: int,
    report: Path | None,
    as_json: bool,
) -> None:
    """Learn FILE's coefficients from DATA, a CSV or Parquet table of contests that were played.

    Every number of the scenario may be a formula over coefficients and columns of the data; the
    section fit: declares both, and which column shows what (see `Learning from history`).
    """
    from middlegame.estimation.data import read_data
    from middlegame.io.examples import find_file, open_scenario
    from middlegame.scenario.faults import ScenarioError

    loaded = open_scenario(file)
    if loaded.scenario is None:
        raise ScenarioError(loaded.errors)
    table = read_data(data)
    with working("Learning from the data"):
        from middlegame.estimation.fitting import fit

        found = fit(loaded.scenario, table, cluster=cluster, starts=starts, seed=seed)
        answer = found.to_dict()
    validation = posterior = None
    if folds is not None:
        with working(f"Forecasting {folds} parts of the rows"):
            from middlegame.estimation.validation import validate

            validation = validate(found, folds, seed)
            answer["validation"] = validation.to_dict()
    if bayes:
        with working("Sampling the posterior"):
            from middlegame.estimation.bayes import sample_posterior

            posterior = sample_posterior(found, draws=draws, seed=seed)
            answer["posterior"] = posterior.to_dict()
    if output is not None and found.usable:
        from middlegame.base.files import write_text
        from middlegame.estimation.writing import fitted_text

        text = find_file(file).read_text(encoding="utf-8-sig")
        write_text(output, fitted_text(text, found, posterior))
    if report is not None:
        from middlegame.report.html.fit import fit_page
        from middlegame.report.html.forms import write_report

        write_report(report, fit_page(found, validation, posterior))
    if as_json:
        print_json(answer)
    else:
        from middlegame.report.terminal.fit import show_fit

        show_fit(found, console(), validation, posterior)
        if output is not None and found.usable:
            click.echo(f"The scenario with what was learnt is in {output}")
        if report is not None:
            click.echo(f"The report is in {report}")
    if found.status != "converged":
        raise SystemExit(1)
