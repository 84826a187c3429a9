"""Encode results as JSON: the one encoder of commands, exports, reports and the workbench."""

import datetime as dt
import json
import math
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np


def to_json(data: object, *, indent: int | None = 2, ascii_only: bool = False) -> str:
    """Encode a result as JSON text.

    Numbers that are not finite become null, since JSON has none. Arrays become lists, dates
    their ISO form, paths and anything else their text.

    Args:
        data: plain data, dataclasses excepted: call their `to_dict` first.
        indent: spaces for each level; None puts all on one line.
        ascii_only: write other characters as escapes.
    """
    return json.dumps(plain(data), indent=indent, ensure_ascii=ascii_only, allow_nan=False)


def plain(data: object) -> Any:
    """Convert data to what JSON can hold: numbers that are not finite become None."""
    if data is None or (isinstance(data, str | bool | int) and not isinstance(data, Enum)):
        return data
    if isinstance(data, float):
        return data if math.isfinite(data) else None
    if isinstance(data, Mapping):
        return {str(key): plain(value) for key, value in data.items()}
    if isinstance(data, list | tuple | set | frozenset):
        return [plain(each) for each in data]
    if isinstance(data, np.ndarray | np.generic):
        return plain(data.tolist())
    if isinstance(data, Enum):
        return plain(data.value)
    if isinstance(data, dt.date):
        return data.isoformat()
    if isinstance(data, Path):
        return str(data)
    return str(data)
