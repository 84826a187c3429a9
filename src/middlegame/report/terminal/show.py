"""Print any result on a console, by its type.

Each module of this room registers the printers of its own results:

    @show.register
    def show_dominoes(found: Dominoes, console: Console, **options) -> None: ...
"""

from functools import singledispatch
from typing import Any

from rich.console import Console

from middlegame.report.registry import import_room_of


@singledispatch
def show(result: Any, console: Console, **options: Any) -> None:
    """Print a result on a console.

    Args:
        result: an equilibrium, a sweep, or the result of an analysis.
        console: where to print.
        **options: what the result's own printer takes besides, such as `storylines=3`.

    Raises:
        TypeError: no printer is registered for the result's type.
    """
    import_room_of(result, __package__)
    printer = show.dispatch(type(result))
    if printer is show.dispatch(object):
        raise TypeError(f"no printer is registered for {type(result).__name__}")
    printer(result, console, **options)
