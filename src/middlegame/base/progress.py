"""How long work reports its progress."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

ProgressCallback = Callable[[int, int | None], None]
"""Called with how many steps are done and how many there are; None while that is not known."""

_fraction_observer: ContextVar[Callable[[float], None] | None] = ContextVar(
    "fraction_observer", default=None
)


@contextmanager
def observe_fraction(observer: Callable[[float], None]) -> Iterator[None]:
    """Have an observer called with the fraction of the target lambda that a solver has reached."""
    token = _fraction_observer.set(observer)
    try:
        yield
    finally:
        _fraction_observer.reset(token)


def report_fraction(fraction: float) -> None:
    """Tell the observer, if there is one, which fraction of the target lambda is reached."""
    observer = _fraction_observer.get()
    if observer is not None:
        observer(fraction)
