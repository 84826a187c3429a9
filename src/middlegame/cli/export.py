"""The command `middlegame export`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from middlegame.cli.console import print_data, working
from middlegame.cli.options import FILE, OUTPUT

if TYPE_CHECKING:
    from middlegame.diagram import Diagram


@click.command("export")
@FILE
@click.option(
    "--to",
    "form",
    type=click.Choice(["json", "efg", "nfg"]),
    required=True,
    help="The diagram itself, or Gambit's game tree or strategic game.",
)
@OUTPUT
def export_command(file: str, form: str, output: Path | None) -> None:
    """Write FILE's influence diagram in another form."""
    from middlegame.base.files import write_text
    from middlegame.io.open import open_contest

    diagram, _ = open_contest(file)
    with working(f"Writing {form}"):
        text, warnings = _convert(diagram, form)
    for warning in warnings:
        click.echo(warning, err=True)
    if output is None:
        print_data(text)
    else:
        write_text(output, text)


def _convert(diagram: "Diagram", form: str) -> tuple[str, list[str]]:
    """Return the diagram's text in a form, and warnings about it."""
    if form == "json":
        from middlegame.base import encoding
        from middlegame.io.json_form import to_json

        return encoding.to_json(to_json(diagram), indent=1, ascii_only=True) + "\n", []
    from middlegame.io.efg import to_efg
    from middlegame.io.gambit import recall_failures
    from middlegame.io.nfg import to_nfg

    text = to_efg(diagram) if form == "efg" else to_nfg(diagram)
    failures = recall_failures(diagram)
    return text, [f"{failure}: Gambit's solvers need perfect recall" for failure in failures]
