"""The command `middlegame schema`."""

import click

from middlegame.cli.console import print_json


@click.command("schema")
def schema_command() -> None:
    """Print the JSON Schema of the language, for editors to complete and check by."""
    from middlegame.scenario.model.schema import json_schema

    print_json(json_schema())
