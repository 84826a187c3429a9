"""The command `middlegame fit`: parse, call, show. Heavy imports wait until it runs."""

from pathlib import Path

import click

from middlegame.console import console, print_json, working
from middlegame.options import FILE, JSON


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
@click.option("--seed", type=int, default=0, show_default=True, help="Of what is random.")
@JSON
def fit_command(
    file: str,
    data: Path,
    output: Path | None,
    cluster: str | None,
    starts: int,
    seed: int,
    as_json: bool,
) -> None:
    """Learn FILE's coefficients from DATA, a CSV or Parquet table of contests that were played.

    Every number of the scenario may be a formula over coefficients and columns of the data; the
    section fit: declares both, and which column shows what (see `Learning from history`).
    """
    from middlegame.estimation.data import read_data
    from middlegame.scenario.faults import ScenarioError
    from middlegame.shipped import locate, open_scenario

    loaded = open_scenario(file)
    if loaded.scenario is None:
        raise ScenarioError(loaded.errors)
    table = read_data(data)
    with working("Learning from the data"):
        from middlegame.estimation.fitting import fit

        found = fit(loaded.scenario, table, cluster=cluster, starts=starts, seed=seed)
        answer = found.to_dict()
    if output is not None and found.usable:
        from middlegame.estimation.writing import write_fitted

        write_fitted(output, locate(file).read_text(encoding="utf-8-sig"), found)
    if as_json:
        print_json(answer)
    else:
        from middlegame.report.learning import show_fit

        show_fit(found, console())
        if output is not None and found.usable:
            click.echo(f"The scenario with what was learnt is in {output}")
    if found.status != "converged":
        raise SystemExit(1)
