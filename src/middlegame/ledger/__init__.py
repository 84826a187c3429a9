"""Forecasts with a date on them: kept, resolved, scored.

    from middlegame.ledger import Ledger

    with Ledger.open() as ledger:
        ledger.record(mg.solve(mg.load(path)), text=path.read_text(encoding="utf-8"))

Importing this package imports no database; the database is imported with `Ledger`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from middlegame.ledger.errors import LedgerError
    from middlegame.ledger.ledger import Ledger
    from middlegame.ledger.records import Entry, Record, RecordedForecast, Resolution
    from middlegame.ledger.scores import Scores

_MODULES = {
    "Entry": "records",
    "Ledger": "ledger",
    "LedgerError": "errors",
    "Record": "records",
    "RecordedForecast": "records",
    "Resolution": "records",
    "Scores": "scores",
}

__all__ = [
    "Entry",
    "Ledger",
    "LedgerError",
    "Record",
    "RecordedForecast",
    "Resolution",
    "Scores",
]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return getattr(import_module(f"middlegame.ledger.{_MODULES[name]}"), name)
    raise AttributeError(f"module 'middlegame.ledger' has no attribute '{name}'")


def __dir__() -> list[str]:
    return __all__
