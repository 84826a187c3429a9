"""How long work reports its progress."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

ProgressCallback = Callable[[int, int | None], None]
"""Called with how many steps are done and how many there are; None while that is not known."""

STEPS = 1000
"""Steps of work that consists of stages."""


def stages(progress: ProgressCallback | None, *shares: float) -> Iterator[ProgressCallback | None]:
    """Yield a callback for each stage of some work, so that their progress is one whole.

    Args:
        progress: called with the thousandths of all work that are done; they never fall.
        shares: how long each stage takes, in proportion to the others, about.
    """
    begin, whole = 0.0, sum(shares) or 1.0
    for share in shares:
        end = begin + share / whole
        yield _within(progress, begin, end) if progress else None
        begin = end


def _within(progress: ProgressCallback, begin: float, end: float) -> ProgressCallback:
    def report(done: int, total: int | None) -> None:
        if total:
            progress(round(STEPS * (begin + (end - begin) * min(done / total, 1.0))), STEPS)

    return report


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
