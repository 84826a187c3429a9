"""The command `middlegame check`."""

import click

from middlegame.cli.console import console, print_json
from middlegame.cli.options import FILE, JSON


@click.command("check")
@FILE
@JSON
def check_command(file: str, as_json: bool) -> None:
    """Find every fault in FILE, and report how much of it is sourced."""
    from middlegame.equilibrium.check import check

    report = check(file)
    if as_json:
        print_json(report.to_dict())
    else:
        from middlegame.report.terminal.check import show_check

        show_check(report, console())
    if not report.passed:
        raise SystemExit(1)
