"""Answers of bounded size: long lists are cut, and the answer says so."""

from typing import Any

from middlegame.base.encoding import plain, to_json

MAX_CHARACTERS = 40_000
"""The longest answer; about 10,000 tokens."""
_LENGTHS = (200, 100, 50, 25, 12, 6, 3, 1)
_MAX_TEXT = 4_000


def answer_text(data: object) -> str:
    """Return data as JSON of at most `MAX_CHARACTERS`.

    Lists and mappings that are too long for that are cut to their first entries, all to one
    length, and the key `cut` says to which.
    """
    whole = plain(data)
    text = to_json(whole, indent=None)
    for length in _LENGTHS:
        if len(text) <= MAX_CHARACTERS:
            return text
        note = f"too long: every list and mapping is cut to its first {length} entries"
        text = to_json({"cut": note, "answer": _cut(whole, length)}, indent=None)
    return text if len(text) <= MAX_CHARACTERS else to_json({"cut": "too long", "answer": None})


def _cut(value: Any, length: int) -> Any:
    if isinstance(value, dict):
        return {key: _cut(part, length) for key, part in list(value.items())[:length]}
    if isinstance(value, list):
        return [_cut(part, length) for part in value[:length]]
    if isinstance(value, str) and len(value) > _MAX_TEXT:
        return f"{value[:_MAX_TEXT]} ..."
    return value
