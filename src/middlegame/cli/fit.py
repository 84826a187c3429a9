"""The command `middlegame fit`."""

from pathlib import Path
from typing import Literal

import click

from middlegame.base.errors import unknown_name
from middlegame.cli.console import console, counting, print_json
from middlegame.cli.options import (
    FILE,
    JSON,
    LONG_TIME_LIMIT,
    REPORT,
    SEED,
    BehaviourText,
    table_form,
    table_options,
)
from middlegame.cli.output import print_report_place
from middlegame.cli.time_limit import time_limit_option


@click.command("fit")
@FILE
@click.argument("data", metavar="DATA", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the scenario with the estimates to this file.",
)
@click.option(
    "--cluster",
    metavar="COLUMN",
    help="A column that names the group of each row, for standard errors clustered by group.",
)
@click.option(
    "--starts",
    type=click.IntRange(1, 10_000),
    default=6,
    show_default=True,
    help="From how many starting points to maximise the likelihood.",
)
@click.option(
    "--penalty",
    type=click.Choice(["ridge", "lasso"]),
    help="Draw the coefficients of columns towards 0, as if each column had deviation 1.",
)
@click.option(
    "--strength",
    type=click.FloatRange(0, min_open=True),
    help="Of the penalty; by default the one that forecasts best in cross-validation.",
)
@click.option(
    "--folds",
    type=click.IntRange(2, 1000),
    help="Cross-validate: forecast each of this many folds of the rows from the others.",
)
@click.option(
    "--fold-by",
    metavar="COLUMN",
    help="Cross-validate: forecast the rows of each value of this column from all others.",
)
@click.option(
    "--compare",
    is_flag=True,
    help="Compare rival models of choice: private worths, errors by actor, levels of reasoning.",
)
@click.option("--bayes", is_flag=True, help="Sample the posterior too; the ranges are the priors.")
@click.option(
    "--draws",
    type=click.IntRange(10, 1_000_000),
    default=1000,
    show_default=True,
    help="With --bayes, the draws of each of four chains.",
)
@click.option(
    "--missing",
    multiple=True,
    metavar="TEXT",
    help="A text that marks a missing cell, instead of NA and the like; may be repeated.",
)
@table_options
@click.option(
    "--behaviour",
    type=BehaviourText(formulas=True),
    help="How every actor forms its expectations: equilibrium, level=2, hierarchy=1.5, or "
    "hierarchy=NAME with a coefficient to estimate.",
)
@SEED
@REPORT
@time_limit_option(LONG_TIME_LIMIT)
@JSON
def fit_command(
    file: str,
    data: Path,
    output: Path | None,
    cluster: str | None,
    starts: int,
    penalty: Literal["ridge", "lasso"] | None,
    strength: float | None,
    folds: int | None,
    fold_by: str | None,
    compare: bool,
    bayes: bool,
    behaviour: str | None,
    draws: int,
    missing: tuple[str, ...],
    separator: str | None,
    decimal: str | None,
    encoding: str | None,
    seed: int,
    report: Path | None,
    as_json: bool,
) -> None:
    """Estimate FILE's coefficients from DATA, a CSV or Parquet table of past contests.

    Every number of the scenario may be a formula over coefficients and columns of the data. The
    section fit: declares both, and which column shows which move (see `Learning from history`).
    """
    from middlegame.estimation.data import read_data
    from middlegame.io.examples import find_file, open_scenario
    from middlegame.scenario.faults import ScenarioError

    loaded = open_scenario(file)
    if loaded.scenario is None:
        raise ScenarioError(loaded.errors)
    if folds is not None and fold_by is not None:
        raise click.UsageError("--folds and --fold-by say the same thing: give one of them")
    if strength is not None and penalty is None:
        raise click.UsageError("--strength is of a --penalty: give ridge or lasso")
    if penalty is not None and bayes:
        raise click.UsageError("--bayes takes ranges as priors, and no --penalty")
    table = read_data(data, table_form(separator, decimal, encoding), missing or None)
    if fold_by is not None and fold_by not in table.columns:
        raise unknown_name("column", fold_by, table.columns)
    with counting("Maximising the likelihood") as progress:
        from middlegame.estimation.fitting import fit

        found = fit(
            loaded.scenario,
            table,
            behaviour=behaviour,
            cluster=cluster,
            starts=starts,
            seed=seed,
            penalty=penalty,
            strength=strength,
            progress=progress,
        )
        answer = found.to_dict()
    validation = posterior = comparison = None
    parts = None if fold_by is None else [table.columns[fold_by][k] for k in found.data.lines]
    if folds is not None or fold_by is not None:
        with counting("Cross-validating") as progress:
            from middlegame.estimation.cross_validation import cross_validate

            validation = cross_validate(found, folds or 0, seed, parts=parts, progress=progress)
            answer["validation"] = validation.to_dict()
    if compare:
        with counting("Comparing models of choice") as progress:
            from middlegame.estimation.model_comparison import compare_models

            comparison = compare_models(
                found, folds=folds or 10, parts=parts, starts=starts, seed=seed, progress=progress
            )
            answer["comparison"] = comparison.to_dict()
    if bayes:
        with counting("Sampling the posterior", "steps") as progress:
            from middlegame.estimation.posterior import sample_posterior

            posterior = sample_posterior(found, draws=draws, seed=seed, progress=progress)
            answer["posterior"] = posterior.to_dict()
    if output is not None and found.usable:
        from middlegame.base.files import write_text
        from middlegame.estimation.fitted_text import write_fitted_text

        text = find_file(file).read_text(encoding="utf-8-sig")
        write_text(output, write_fitted_text(text, found, posterior))
    if report is not None:
        from middlegame.report.html.fit import fit_page
        from middlegame.report.html.forms import write_report

        write_report(report, fit_page(found, validation, posterior, comparison))
    if as_json:
        print_json(answer)
    else:
        from middlegame.report.terminal.show import show

        show(
            found,
            console(),
            validation=validation,
            posterior=posterior,
            comparison=comparison,
        )
        if output is not None and found.usable:
            click.echo(f"The scenario with the estimates is in {output}")
        print_report_place(report)
    if found.status != "converged":
        raise SystemExit(1)
