"""`--time-limit`: a command that takes longer says how far it came, and prints what is known."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from types import FrameType
from typing import TYPE_CHECKING, Any, TypeVar

import click

from middlegame.base.sizes import format_duration
from middlegame.cli.interrupts import abandon_threads, raised_again

if TYPE_CHECKING:
    from middlegame.equilibrium.equilibrium import Equilibrium

_Command = TypeVar("_Command", bound=Callable[..., Any])

PATIENCE = 10.0
"""Seconds that a command has to end after its time, before the process is ended."""
_WHOLE = 0.995
"""The fraction of the precision that is written as 100%."""
AGAIN = 2.0
"""Seconds after which work that returned partial results is stopped, if it is not the last."""


class TimeLimitReached(KeyboardInterrupt):
    """The command's time is up: like Ctrl-C, it ends the work, which may keep what is done."""


@dataclass
class _Clock:
    """The time limit of the command that runs, and what is known of its answer.

    Attributes:
        seconds: the limit; 0 for none.
        stage: what is being worked on.
        done: how many steps of it are done.
        total: how many there are; None while that is not known.
        since: when the stage began, in seconds of `time.monotonic`.
        fraction: the fraction of the target precision that a solver reached.
        equilibrium: the equilibrium of the middle world, once it is solved; then the forecast.
        further: returns what else is known for `--json`, by name.
        stop: ends the clock.
        reached: whether the time is up.
    """

    seconds: float = 0.0
    stage: str = ""
    done: int = 0
    total: int | None = None
    since: float = 0.0
    fraction: float = 0.0
    equilibrium: "Equilibrium | None" = None
    further: Callable[[], dict[str, Any]] = dict
    stop: Callable[[], None] = field(default=lambda: None)
    reached: bool = False

    @property
    def knows_middle_world_alone(self) -> bool:
        """Whether the forecast, a mean over worlds, is not known, and its middle world is."""
        found = self.equilibrium
        if found is None or found.middle is not found:
            return False
        return any(each.low < each.high for each in found.diagram.parameters)

    def progress(self) -> str:
        """Say how far the command came."""
        if not self.stage:
            return "Nothing is solved yet"
        stage = self.stage[0].upper() + self.stage[1:]
        if self.total:
            done = f"{stage}: {self.done:,} of {self.total:,} done"
            if not self.done or self.done >= self.total:
                return done
            left = (time.monotonic() - self.since) / self.done * (self.total - self.done)
            return f"{done}, the rest would take about {format_duration(left)}"
        if self.fraction >= _WHOLE:
            return f"{stage} is not finished, although the full precision is reached"
        if self.fraction:
            return f"{stage}: reached {self.fraction:.0%} of the precision"
        return f"{stage}: {self.done:,} done" if self.done else f"{stage} is not finished"

    def message(self, *, partial: bool = False) -> str:
        """Say that the time is up, how far the command came, and what to do.

        Args:
            partial: whether partial results are printed, rather than what the clock knows.
        """
        known = "" if self.equilibrium is None else "; the forecast is complete"
        if partial:
            known = ""
        elif self.knows_middle_world_alone:
            known = "; the middle world alone is solved"
        return (
            f"Stopped after {self.seconds:g} s. {self.progress()}{known}. "
            "Allow more time by --time-limit SECONDS; 0 sets no limit"
        )


_clock = _Clock()


def time_limit_option(seconds: float) -> Callable[[_Command], _Command]:
    """Return the option `--time-limit` with a default, in seconds; 0 is no limit."""
    return click.option(
        "--time-limit",
        type=click.FloatRange(min=0, max=1e7),
        default=seconds,
        show_default=True,
        metavar="SECONDS",
        expose_value=False,
        callback=_start,
        help="Stop after this time, and print what is known by then; 0 sets no limit.",
    )


def record_stage(what: str) -> None:
    """Record what is being worked on, for the message when the time is up."""
    _clock.stage, _clock.done, _clock.total, _clock.fraction = what, 0, None, 0.0
    _clock.since = time.monotonic()


@contextmanager
def solving(what: str, show: Callable[[float], None]) -> Iterator[None]:
    """Record what is being solved, and record and show how far along the branch."""
    from middlegame.base.progress import observe_fraction

    def observe(fraction: float) -> None:
        _clock.fraction = max(_clock.fraction, min(fraction, 1.0))
        show(_clock.fraction)

    record_stage(what)
    with observe_fraction(observe):
        yield


def record_progress(done: int, total: int | None) -> None:
    """Record how many steps are done, and how many there are if that is known."""
    _clock.done, _clock.total = done, total


def record_equilibrium(equilibrium: "Equilibrium") -> None:
    """Record an equilibrium, which is printed when the time is up."""
    _clock.equilibrium = equilibrium


def record_further(further: Callable[[], dict[str, Any]]) -> None:
    """Record how to compute, at once, what `--json` tells of an unfinished answer."""
    _clock.further = further


def stop_clock() -> None:
    """End the time limit: what follows is short, such as printing the answer.

    If the time is up, this says on standard error how far the command came.
    """
    _clock.stop()
    if _clock.reached:
        click.echo(_clock.message(partial=True), err=True)


def time_limit_message() -> str:
    """Say that the time is up, how far the command came, and what to do."""
    return _clock.message()


def print_known() -> None:
    """Print the forecast, if it is known."""
    if _clock.equilibrium is not None:
        from middlegame.cli.console import console
        from middlegame.report.terminal.columns import Page
        from middlegame.report.terminal.show import show

        out = console()
        if _clock.knows_middle_world_alone:
            note = (
                "All numbers are those of the middle world, with every number at its median; "
                "the forecast is a mean over many worlds."
            )
            Page(out).notes([note])
        show(_clock.equilibrium, out, storylines=0)


def known_answer() -> dict[str, Any]:
    """Return what is known for `--json`: the forecast under `known`, null if it is not solved.

    `middle_world` says whether it is that of the middle world alone.
    """
    if _clock.equilibrium is None:
        return {"known": None}
    known = _clock.equilibrium.to_dict(0) | _clock.further()
    return {"known": known | {"middle_world": _clock.knows_middle_world_alone}}


def _start(context: click.Context, _option: click.Parameter, seconds: float) -> None:
    """Start the clock of a command; it ends with the command."""
    global _clock
    _clock.stop()
    _clock = clock = _Clock(seconds)
    main = threading.main_thread()
    if context.resilient_parsing or not seconds or threading.current_thread() is not main:
        return
    ended = threading.Event()
    clock.stop = ended.set

    def again() -> None:
        if not ended.is_set():
            _raise_in(main)

    context.with_resource(raised_again(TimeLimitReached, again))
    if hasattr(signal, "SIGALRM"):
        previous = signal.signal(signal.SIGALRM, _on_alarm)
        context.call_on_close(lambda: signal.signal(signal.SIGALRM, previous))
    context.call_on_close(ended.set)  # runs first: no signal comes once its handler is gone

    def watch() -> None:
        if ended.wait(seconds):
            return
        clock.reached = True
        abandon_threads()
        until = time.monotonic() + PATIENCE
        # Work may catch the first one and return what is done; what follows it is stopped too.
        while not ended.is_set() and time.monotonic() < until:
            _raise_in(main)
            ended.wait(AGAIN)
        if not ended.is_set():
            # A library does not return to Python, as in a long compilation.
            with suppress(Exception):
                print_known()
                sys.stdout.flush()
            with suppress(OSError):
                os.write(2, f"\n{clock.message()}\n".encode())
            os._exit(1)

    threading.Thread(target=watch, name="time limit", daemon=True).start()


def _raise_in(thread: threading.Thread) -> None:
    """Raise TimeLimitReached in the main thread: by a signal, which also ends a wait for a lock."""
    if hasattr(signal, "SIGALRM"):
        signal.pthread_kill(thread.ident or 0, signal.SIGALRM)
        return
    import ctypes

    ctypes.pythonapi.PyThreadState_SetAsyncExc(
        ctypes.c_ulong(thread.ident or 0), ctypes.py_object(TimeLimitReached)
    )


def _on_alarm(_number: int, _frame: FrameType | None) -> None:
    raise TimeLimitReached
