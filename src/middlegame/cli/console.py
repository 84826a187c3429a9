"""Output of commands: the console, JSON, data, and progress while a command works."""

import codecs
import sys
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from middlegame.base.progress import STEPS, ProgressCallback
from middlegame.base.sizes import format_duration
from middlegame.cli.time_limit import record_progress, record_stage, solving

if TYPE_CHECKING:
    from rich.console import Console

_COSTLY = 10.0
"""Seconds from which work tells what it will take."""
_ERRORS = "middlegame.ascii"
_ASCII = str.maketrans(
    {
        "\N{EN DASH}": "-",
        "\N{EM DASH}": "-",
        "\N{MINUS SIGN}": "-",
        "\N{RIGHTWARDS ARROW}": "->",
        "\N{LEFT SINGLE QUOTATION MARK}": "'",
        "\N{RIGHT SINGLE QUOTATION MARK}": "'",
        "\N{LEFT DOUBLE QUOTATION MARK}": '"',
        "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
        "\N{MULTIPLICATION SIGN}": "x",
        "\N{LESS-THAN OR EQUAL TO}": "<=",
        "\N{GREATER-THAN OR EQUAL TO}": ">=",
        "\N{LATIN SMALL LETTER L WITH STROKE}": "l",
        "\N{LATIN CAPITAL LETTER L WITH STROKE}": "L",
        "\N{LATIN SMALL LETTER DOTLESS I}": "i",
        "\N{LATIN SMALL LETTER O WITH STROKE}": "o",
    }
)


def prepare_streams() -> None:
    """Let standard output and error replace characters that their encoding lacks.

    A character is replaced by its nearest ASCII text, such as `->` or a letter without its accent,
    else by a question mark.
    """
    codecs.register_error(_ERRORS, _replace)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=_ERRORS)


def _replace(error: UnicodeError) -> tuple[str, int]:
    """Replace the characters that cannot be encoded (an error handler of `codecs`)."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end].translate(_ASCII)
    letters = "".join(
        char if char.isascii() else unicodedata.normalize("NFKD", char)[:1] for char in text
    )
    return "".join(char if char.isascii() else "?" for char in letters), error.end


def console() -> "Console":
    """Return a console on standard output; its width is 80 where that is no terminal."""
    from rich.console import Console

    return Console(emoji=False, width=None if sys.stdout.isatty() else 80)


def print_json(data: object) -> None:
    """Print one JSON value, in ASCII where standard output is not UTF-8."""
    from middlegame.base.encoding import to_json

    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    click.echo(to_json(data, ascii_only=codecs.lookup(encoding).name != "utf-8"))


def print_data(text: str) -> None:
    """Print a file's text: in UTF-8 and unchanged where standard output is no terminal."""
    click.echo(text if sys.stdout.isatty() else text.encode(), nl=False)


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show on a terminal what is being worked on."""
    record_stage(what)
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console
    from rich.text import Text  # a title is no markup

    with Console(stderr=True).status(Text(f"{what} ...")):
        yield


@contextmanager
def tracing(what: str) -> Iterator[None]:
    """Show on a terminal what is being solved, and which share of the precision is reached."""
    if not sys.stderr.isatty():
        with solving(what, lambda _: None):
            yield
        return
    from rich.console import Console
    from rich.text import Text  # a title is no markup

    status = Console(stderr=True).status(Text(f"{what} ..."))

    def show(fraction: float) -> None:
        status.update(Text(f"{what} ... {fraction:.0%} of the precision"))

    with status, solving(what, show):
        yield


@contextmanager
def counting(what: str, steps: str = "") -> Iterator[ProgressCallback]:
    """Show on a terminal how many steps are done, of how many, how fast, and the time left.

    Args:
        what: what is being done.
        steps: what is counted, for work whose cost is told after its first step, terminal or not.

    Yields:
        The progress callback to pass to the work.
    """
    record_stage(what)
    if not sys.stderr.isatty():
        yield _telling_cost(what, steps) if steps else record_progress
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
            counted = speed and task.total != STEPS
            return Text(f"{speed:,.0f}/s" if counted else "", style="dim")

    class Done(MofNCompleteColumn):
        def render(self, task: Task) -> Text:
            # Work in stages counts thousandths of the whole, which nobody wants to read.
            if task.total == STEPS:
                return Text(f"{task.percentage:.0f}%", style="progress.download")
            return Text() if task.total is None else super().render(task)

    columns = (TextColumn(what), BarColumn(), Done(), Rate(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=None)

        def advance(done: int, total: int | None) -> None:
            record_progress(done, total)
            progress.update(task, completed=done, total=total)

        yield advance


def _telling_cost(what: str, steps: str) -> ProgressCallback:
    """Return a progress callback that tells after the first step what all of them take."""
    begun = time.monotonic()

    def advance(done: int, total: int | None) -> None:
        record_progress(done, total)
        if done == 1 and total:
            seconds = (time.monotonic() - begun) * total
            if seconds >= _COSTLY:
                click.echo(
                    f"{what}: {total:,} {steps}, about {format_duration(seconds)}.", err=True
                )

    return advance
