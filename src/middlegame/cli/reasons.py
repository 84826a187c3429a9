"""The command `middlegame why`."""

from pathlib import Path
from typing import Any

import click

from middlegame.cli.case import solve_case
from middlegame.cli.console import counting
from middlegame.cli.options import FILE, JSON, REPORT, TIME_LIMIT, case_options
from middlegame.cli.output import print_result


@click.command("why")
@FILE
@click.argument("choice", metavar="MOVE[=OPTION]")
@click.option("--rather-than", metavar="OPTION", help="Compare with this option.")
@click.option("--when", metavar="CONDITION", help="Only cases in which this holds.")
@click.option("--branch", type=int, help="Explain this one of several mirror branches.")
@click.option(
    "-n",
    "--worlds",
    type=click.IntRange(2, 4096),
    help="Means over this many worlds, drawn from all ranges, instead of the middle world.",
)
@case_options
@REPORT
@TIME_LIMIT
@JSON
def why_command(
    file: str,
    choice: str,
    rather_than: str | None,
    when: str | None,
    branch: int | None,
    worlds: int | None,
    report: Path | None,
    as_json: bool,
    **case: Any,
) -> None:
    """Why an actor chooses an option in FILE: what each interest and cost contributes.

    For a factor (FACTOR or FACTOR=STATE): what, made certain, would move its forecast most.
    A move is compared with the likeliest other option unless --rather-than names one. A CONDITION,
    such as 'bid = offer', must not depend on MOVE. Without --branch the branch is explained on
    which OPTION is likeliest.
    """
    equilibrium, loaded = solve_case(file, **case)
    from middlegame.analysis.reasons import why
    from middlegame.sweeps.run import sweep

    name, _, option = (part.strip() for part in choice.partition("="))
    with counting("Finding reasons") as progress:
        subject = sweep(equilibrium, worlds, progress=progress) if worlds else equilibrium
        found = why(subject, name, option or None, rather_than, when, branch=branch,
                    worlds=worlds or 0, progress=progress)  # fmt: skip
    print_result(found, equilibrium, loaded, report=report, as_json=as_json)
