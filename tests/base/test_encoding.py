import datetime as dt
import json
import math
from enum import Enum
from pathlib import Path

import numpy as np
import pytest

from middlegame.base.encoding import plain, to_json


class Colour(Enum):
    RED = "red"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (math.nan, None),
        (-math.inf, None),
        (np.float64("inf"), None),
        (np.array([1.0, math.nan]), [1.0, None]),
        (np.int64(3), 3),
        (np.bool_(True), True),
        ({1: (math.nan, {2.5})}, {"1": [None, [2.5]]}),
        (dt.date(2026, 1, 8), "2026-01-08"),
        (Path("a") / "b", str(Path("a") / "b")),
        (Colour.RED, "red"),
    ],
)
def test_plain_converts_value_to_what_json_holds(value, expected):
    assert plain(value) == expected


def test_to_json_writes_null_for_what_is_not_finite():
    assert json.loads(to_json({"x": math.inf}), parse_constant=pytest.fail) == {"x": None}


def test_to_json_escapes_letters_only_when_asked():
    assert to_json("Łódź", indent=None) == '"Łódź"'
    assert to_json("Łódź", indent=None, ascii_only=True) == '"\\u0141\\u00f3d\\u017a"'
