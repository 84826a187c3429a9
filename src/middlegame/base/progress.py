"""How long work reports its progress."""

from collections.abc import Callable

ProgressCallback = Callable[[int, int | None], None]
"""Called with how many steps are done and how many there are; None while that is not known."""
