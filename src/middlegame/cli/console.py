"""What commands print on: a console, JSON, and a sign of life while they work."""

import sys
from collections.abc import Callable, Iterator
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
    from middlegame.base.encoding import to_json

    click.echo(to_json(data))


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show on a terminal that something is being worked on."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(f"{what} ..."):
        yield


@contextmanager
def counting(what: str) -> Iterator[Callable[[int, int | None], None]]:
    """Show on a terminal how many of how many are done, how fast, and the time left.

    Gives what is to be told of it; nobody may know how many it takes.
    """
    if not sys.stderr.isatty():
        yield lambda _done, _of: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            speed = task.finished_speed or task.speed
            return Text(f"{speed:,.0f}/s" if speed else "", style="dim")

    columns = (
        TextColumn(what),
        BarColumn(),
        MofNCompleteColumn(),
        Rate(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=None)

        def told(done: int, of: int | None) -> None:
            progress.update(task, completed=done, total=of)

        yield told
