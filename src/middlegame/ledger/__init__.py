"""Forecasts with a date on them: kept, resolved, scored.

    from middlegame.ledger import Ledger

    with Ledger.open() as ledger:
        ledger.record(mg.solve(mg.load(path)), text=path.read_text())

Importing this package imports no database; that comes with what is used of it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from middlegame.ledger.errors import LedgerError
    from middlegame.ledger.ledger import Ledger
    from middlegame.ledger.records import Entry, Forecast, Record, Resolution
    from middlegame.ledger.scores import Scores

_HOMES = {
    "Entry": "records",
    "Forecast": "records",
    "Ledger": "ledger",
    "LedgerError": "errors",
    "Record": "records",
    "Resolution": "records",
    "Scores": "scores",
}

__all__ = [
    "Entry",
    "Forecast",
    "Ledger",
    "LedgerError",
    "Record",
    "Resolution",
    "Scores",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"middlegame.ledger.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'middlegame.ledger' has no attribute '{name}'")


def __dir__() -> list[str]:
    return __all__
