"""Merge two edited versions of a text by lines."""

import difflib
from typing import NamedTuple


class _Hunk(NamedTuple):
    """Lines of the base text, from start to end, and what stands in their place."""

    start: int
    end: int
    lines: list[str]


def differences(before: str, after: str) -> str:
    """Return the lines in which two texts differ, with - and + and three lines around each."""
    found = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=3)
    return "\n".join(list(found)[2:])


def merge(base: str, mine: str, other: str) -> tuple[str, int]:
    """Merge two versions of a text; where both changed the same lines, mine stays.

    Args:
        base: the text from which both were made.
        mine: one version.
        other: the other version.

    Returns:
        The merged text, and the number of places where only mine was kept.
    """
    lines = base.splitlines(keepends=True)
    kept, conflicts = _hunks(lines, mine), 0
    merged = list(kept)
    for hunk in _hunks(lines, other):
        if hunk in kept:
            continue
        if any(_overlap(hunk, own) for own in kept):
            conflicts += 1
        else:
            merged.append(hunk)
    for hunk in sorted(merged, key=lambda hunk: (hunk.start, hunk.end), reverse=True):
        lines[hunk.start : hunk.end] = hunk.lines
    return "".join(lines), conflicts


def _hunks(base: list[str], text: str) -> list[_Hunk]:
    lines = text.splitlines(keepends=True)
    matcher = difflib.SequenceMatcher(None, base, lines, autojunk=False)
    return [
        _Hunk(start, end, lines[low:high])
        for tag, start, end, low, high in matcher.get_opcodes()
        if tag != "equal"
    ]


def _overlap(one: _Hunk, other: _Hunk) -> bool:
    if one.start == one.end or other.start == other.end:
        return one.start <= other.end and other.start <= one.end
    return one.start < other.end and other.start < one.end
