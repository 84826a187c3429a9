"""What commands print on: a console, JSON, and a sign of life while they work."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console


def console() -> "Console":
    """Give the console of standard output; in a pipe its width is the same everywhere."""
    from rich.console import Console

    return Console() if sys.stdout.isatty() else Console(width=80)


def print_json(data: object) -> None:
    """Print one JSON object."""
    click.echo(json.dumps(data, indent=2, ensure_ascii=False, default=str))


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show on a terminal that something is being worked on."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(f"{what} ..."):
        yield
