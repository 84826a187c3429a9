"""The command `middlegame list`."""

import click

from middlegame.cli.console import print_json
from middlegame.cli.options import JSON


@click.command("list")
@JSON
def list_command(as_json: bool) -> None:
    """List the scenarios that come with middlegame."""
    from middlegame.io.examples import list_examples

    examples = list_examples()
    if as_json:
        print_json([{"name": e.name, "title": e.title, "folder": e.folder} for e in examples])
        return
    width = max((len(example.name) for example in examples), default=0)
    for example in examples:
        click.echo(f"{example.name:<{width}}  {example.title}")
