"""Mutations of inputs: of their characters, and of their parts, which keep the grammar."""

import json
import random
import re
from collections.abc import Iterator
from typing import Any

Path = tuple[str | int, ...]
Data = Any
"""Plain data: dicts, lists, texts, numbers, truth values and None."""

_SNIPPETS = (
    "{", "}", "[", "]", ": ", "- ", ", ", ",", ";", " #", "'", '"', "\t", "\n", "\r\n", "&a ", "*a",
    "!", "|", ">", "~", "true", "null", "<<: ", "---\n", "%", "@", "@last", "@previous", "..",
    "...", "\ufeff", "\x00", "\x85", "\x1b", "\ud800", "💥", "e\u0301", "if", "not (", "=", "!=",
    "1e400", "1e12", "-0", "0%", "100%", "3:1", "1/3", "nan", "inf", "9" * 30, "1e-300",
    "2026-02-30", "NA",
)  # fmt: skip
_NUMBER = re.compile(r"(?<![\w@#.-])\d+(?:\.\d+)?")
_NUMBERS = (
    "0",
    "1",
    "2",
    "3",
    "5",
    "10",
    "20",
    "50",
    "90",
    "95",
    "99",
    "0.5",
    "0.01",
    "100",
    "1e3",
)


def mutate_text(text: str, random: random.Random) -> str:
    """Return a text with a few places cut, doubled, moved, or replaced by a snippet."""
    for _ in range(random.randint(1, 4)):
        start = random.randint(0, len(text))
        end = min(len(text), start + random.choice((0, 1, 2, 10, 60)))
        inserted = random.choice(
            (random.choice(_SNIPPETS), "", text[start:end] * 2, text[end : end + 20])
        )
        text = text[:start] + inserted + text[end:]
    return text


def mutate_bytes(raw: bytes, random: random.Random) -> bytes:
    """Return bytes with a few of them changed, cut or doubled."""
    for _ in range(random.randint(1, 4)):
        start = random.randint(0, len(raw))
        end = min(len(raw), start + random.choice((0, 1, 1, 4, 100)))
        inserted = random.choice((random.randbytes(random.randint(0, 4)), b"", raw[start:end] * 2))
        raw = raw[:start] + inserted + raw[end:]
    return raw


def mutate_numbers(text: str, random: random.Random) -> str:
    """Return a text with one to three of its numbers replaced by others."""
    for _ in range(random.randint(1, 3)):
        places = list(_NUMBER.finditer(text))
        if not places:
            return text
        place = random.choice(places)
        text = text[: place.start()] + random.choice(_NUMBERS) + text[place.end() :]
    return text


def mutate_data(data: Data, random: random.Random) -> Data:
    """Return a copy of data with one to three of its parts changed, keeping its grammar.

    A value is replaced by another value under the same key, its numbers change, an entry is left
    out or doubled, two items of a list are exchanged, or a key is misspelt.
    """
    data = json.loads(json.dumps(data))
    for _ in range(random.choice((1, 1, 2, 3))):
        paths = list(_paths(data))
        if not paths:
            return data
        path = random.choice(paths)
        holder = _at(data, path[:-1])
        change = random.choice(_CHANGES)
        change(data, holder, path, random)
    return data


def _replace(data: Data, holder: Data, path: Path, random: random.Random) -> None:
    same = [other for other in _paths(data) if _kind(other) == _kind(path)]
    holder[path[-1]] = json.loads(json.dumps(_at(data, random.choice(same))))


def _renumber(_data: Data, holder: Data, path: Path, random: random.Random) -> None:
    value = holder[path[-1]]
    if isinstance(value, str):
        holder[path[-1]] = mutate_numbers(value, random)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        holder[path[-1]] = random.choice((0, 1, -1, 2, 0.5, value / 2, value * 2, 1e6, -value))


def _drop(_data: Data, holder: Data, path: Path, _random: random.Random) -> None:
    if len(path) > 1 and len(holder) > 1:
        del holder[path[-1]]


def _exchange(_data: Data, holder: Data, path: Path, random: random.Random) -> None:
    if isinstance(holder, list):
        other = random.randrange(len(holder))
        place = int(path[-1])
        holder[place], holder[other] = holder[other], holder[place]
        if random.random() < 0.3:
            holder.insert(place, json.loads(json.dumps(holder[other])))


def _misspell(_data: Data, holder: Data, path: Path, random: random.Random) -> None:
    """Cut the last letter off a key, or off a key right below, so that a part is invalid."""
    inner = holder[path[-1]]
    if isinstance(inner, dict) and inner:
        holder, key = inner, random.choice(list(inner))
    else:
        key = path[-1]
    if isinstance(holder, dict) and len(str(key)) > 1:
        entries = [(str(k)[:-1] if k == key else k, value) for k, value in holder.items()]
        holder.clear()
        holder.update(entries)


_CHANGES = (
    *[_replace] * 4, *[_renumber] * 4, *[_drop] * 2, *[_exchange] * 2, *[_misspell] * 2,
)  # fmt: skip


def _kind(path: Path) -> Path:
    """Return what tells which values may stand at a path: its last key, and its last section."""
    keys = [step for step in path if isinstance(step, str)]
    return (
        (*keys[:1], len(path), keys[-1]) if isinstance(path[-1], str) else (*keys[:1], *keys[-1:])
    )


def _paths(data: Data, path: Path = ()) -> Iterator[Path]:
    if path:
        yield path
    steps = data.items() if isinstance(data, dict) else enumerate(data) if (
        isinstance(data, list)) else ()  # fmt: skip
    for step, value in steps:
        yield from _paths(value, (*path, step))


def _at(data: Data, path: Path) -> Data:
    for step in path:
        data = data[step]
    return data
