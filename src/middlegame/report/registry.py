"""Find the module that shows a result: a room's module is named like the one the result is from."""

from importlib import import_module
from importlib.util import find_spec

_ELSEWHERE = {
    "middlegame.analysis.flip_points": "drivers",
    "middlegame.equilibrium.nash": "equilibrium",
    "middlegame.estimation.result": "fit",
    "middlegame.sweeps.forecast": "equilibrium",
    "middlegame.sweeps.result": "sweep",
}
"""Modules of results whose name differs from that of the module which shows them."""
_ELSEWHERE_IN_HTML = {
    "middlegame.equilibrium.equilibrium": "hypotheses",
    "middlegame.sweeps.forecast": "hypotheses",
}
"""The report is about an equilibrium, so the only section of its own is the one on evidence."""


def import_room_of(result: object, room: str) -> None:
    """Import the module that registers how results of this type are shown, if there is one.

    Importing on demand keeps a command from loading every analysis in order to print one.

    Args:
        result: what is to be shown.
        room: dotted name of the room that shows it, such as `middlegame.report.terminal`.

    Raises:
        TypeError: no module of the room is named like the module of the result's type.
    """
    home = type(result).__module__
    elsewhere = _ELSEWHERE | (_ELSEWHERE_IN_HTML if room.endswith(".html") else {})
    name = f"{room}.{elsewhere.get(home, home.rpartition('.')[2])}"
    if not home.startswith("middlegame.") or find_spec(name) is None:
        raise TypeError(f"{room} cannot show a {type(result).__name__}")
    import_module(name)
