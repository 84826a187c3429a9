"""Suggest the name that was most likely meant."""

import difflib
from collections.abc import Iterable
from functools import lru_cache

_LONGEST_NAME = 80


def nearest(name: str, valid: Iterable[str]) -> str:
    """Return the valid name that is most similar; empty where none is similar."""
    return _nearest(name, tuple(valid)) if len(name) <= _LONGEST_NAME else ""


@lru_cache(maxsize=512)
def _nearest(name: str, valid: tuple[str, ...]) -> str:
    folded = {_folded(each): each for each in reversed(valid) if len(each) <= _LONGEST_NAME}
    found = difflib.get_close_matches(_folded(name), folded, n=1, cutoff=0.6)
    return folded[found[0]] if found else ""


def _folded(name: str) -> str:
    return name.casefold().replace("-", "_").replace(" ", "_")
