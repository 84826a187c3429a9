"""Print any result on a console, by its type.

Each module of this room registers the printers of its own results:

    @show.register
    def show_dominoes(found: Dominoes, console: Console, **options) -> None: ...
"""

import pkgutil
from functools import singledispatch
from importlib import import_module
from typing import Any

from rich.console import Console

import middlegame.report.terminal as printers


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
    for module in pkgutil.iter_modules(printers.__path__):
        import_module(f"{printers.__name__}.{module.name}")
    printer = show.dispatch(type(result))
    if printer is show.dispatch(object):
        raise TypeError(f"no printer is registered for {type(result).__name__}")
    printer(result, console, **options)
