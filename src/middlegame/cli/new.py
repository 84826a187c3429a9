"""The command `middlegame new`."""

from pathlib import Path

import click


@click.command("new")
@click.argument("folder", type=click.Path(path_type=Path))
def new_command(folder: Path) -> None:
    """Write a commented starter scenario into FOLDER."""
    from middlegame.io.examples import write_starter

    path = write_starter(folder)
    click.echo(f"{path} is yours to edit. Check it with: middlegame check {_quoted(folder)}")


def _quoted(folder: Path) -> str:
    """Quote a path with spaces, for the shells of every system."""
    return f'"{folder}"' if " " in str(folder) else str(folder)
