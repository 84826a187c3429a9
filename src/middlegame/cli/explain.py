"""The command `middlegame explain`."""

import click

from middlegame.cli.console import console, print_json
from middlegame.cli.options import FILE, JSON


@click.command("explain")
@FILE
@click.option("--order", is_flag=True, help="The order of solution and its cost (the default).")
@JSON
def explain_command(file: str, order: bool, as_json: bool) -> None:
    """Explain how FILE will be solved: which moves depend on which, and the cost."""
    from middlegame.io.open import open_contest
    from middlegame.report.terminal.order import order as solution_order
    from middlegame.report.terminal.order import show_order

    diagram, loaded = open_contest(file)
    if as_json:
        print_json(solution_order(diagram))
    else:
        show_order(diagram, loaded.scenario if loaded else None, console())
