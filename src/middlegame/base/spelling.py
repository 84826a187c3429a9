"""Suggest the name that was most likely meant."""

import difflib
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

_LONGEST_NAME = 80
_NUMBER = re.compile(r"-?(\d+(\.\d+)?|\.\d+)")
_LISTED = 8


def nearest(name: str, valid: Iterable[str]) -> str:
    """Return the valid name that is most similar; empty where none is similar.

    A number that is none of the values of a scale has no similar name.
    """
    valid = tuple(valid)
    if _NUMBER.fullmatch(name) and any(map(_NUMBER.fullmatch, valid)):
        return ""
    return _nearest(name, valid) if len(name) <= _LONGEST_NAME else ""


@lru_cache(maxsize=512)
def _nearest(name: str, valid: tuple[str, ...]) -> str:
    folded = {_folded(each): each for each in reversed(valid) if len(each) <= _LONGEST_NAME}
    found = difflib.get_close_matches(_folded(name), folded, n=1, cutoff=0.6)
    return folded[found[0]] if found else ""


def list_names(names: Sequence[str], most: int = _LISTED) -> str:
    """Join names by commas, at most so many; the values of a scale by its ends and step.

    >>> list_names(["no_toll", "0", "5", "10", "15"]), list_names(["a", "b", "c"], 2)
    ('no_toll, 0 to 15 in steps of 5', 'a, b and 1 more')
    """
    values = [name for name in names if _NUMBER.fullmatch(name)]
    if len(values) > 2:
        step = float(f"{float(values[1]) - float(values[0]):.10g}")
        whole = f"{values[0]} to {values[-1]} in steps of {step:g}"
        names = [*(name for name in names if name not in values), whole]
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def _folded(name: str) -> str:
    return name.casefold().replace("-", "_").replace(" ", "_")
