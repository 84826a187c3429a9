"""Which parts of a scenario could not be read, so that checks do not report their absence."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from middlegame.scenario.faults import Path
from middlegame.scenario.model.fields import is_name


@dataclass(frozen=True)
class PartialParse:
    """A partial parse: the paths that a scenario lacks, and the data it was read from.

    Attributes:
        missing: the paths of what was left out, or was replaced by a placeholder.
        data: the file's data, before anything was left out.
    """

    missing: frozenset[Path] = frozenset()
    data: Any = None
    _around: frozenset[Path] = field(init=False, repr=False, default=frozenset())

    def __post_init__(self) -> None:
        around = {path[:length] for path in self.missing for length in range(len(path) + 1)}
        object.__setattr__(self, "_around", frozenset(around))

    def affects(self, *path: str | int) -> bool:
        """Return whether anything at the path, below it or above it is missing."""
        return path in self._around or any(path[:n] in self.missing for n in range(len(path)))

    def names(self, section: str) -> tuple[str, ...] | None:
        """Return the names of a section's entries, missing ones included; None if not all known."""
        if any(path in self.missing for path in ((), (section,))):
            return None
        written = self.data.get(section) if isinstance(self.data, dict) else None
        lost = [str(path[1]) for path in self.missing if len(path) == 2 and path[0] == section]
        return (*(written if isinstance(written, dict) else ()), *lost)

    def states(self, name: str) -> tuple[str, ...] | None:
        """Return the states of a move or factor that is partly missing; None if not all known."""
        for section, key in (("moves", "options"), ("factors", "states")):
            entries = self.data.get(section) if isinstance(self.data, dict) else None
            entry = entries.get(name) if isinstance(entries, dict) else None
            if not isinstance(entry, dict):
                continue
            if any(path in self.missing for path in ((section, name), (section, name, key))):
                return None
            states = entry.get(key)
            if isinstance(states, dict | list) and all(isinstance(each, str) for each in states):
                below = (path for path in self.missing if path[:3] == (section, name, key))
                lost = [path[3] for path in below if isinstance(path[3], str)]
                # A state of which only a part is missing is in the data too.
                names = tuple(dict.fromkeys((*states, *lost)))
                return names if all(map(is_name, names)) else None
        return None


COMPLETE = PartialParse()


def remove_paths(value: Any, removed: Collection[Path], path: Path = ()) -> Any:
    """Return a copy of plain data without the values at the `removed` paths."""
    if isinstance(value, dict):
        return {
            key: remove_paths(part, removed, (*path, key))
            for key, part in value.items()
            if (*path, key) not in removed
        }
    if isinstance(value, list):
        return [
            remove_paths(part, removed, (*path, position))
            for position, part in enumerate(value)
            if (*path, position) not in removed
        ]
    return value


def original_path(path: Path, data: object, removed: Collection[Path]) -> Path:
    """Translate a path in `remove_paths(data, removed)` into the path in `data`.

    They differ where entries of a list were removed before the one that the path names.
    """
    if not any(isinstance(step, int) for each in removed for step in each[-1:]):
        return path
    found: Path = ()
    for step in path:
        if isinstance(data, list) and isinstance(step, int):
            kept = [n for n in range(len(data)) if (*found, n) not in removed]
            step = kept[step] if step < len(kept) else step
        found = (*found, step)
        if isinstance(data, dict):
            data = data.get(step)
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        else:
            data = None
    return found


def existing_prefix(path: Path, data: object) -> Path:
    """Return the longest prefix of a path that exists in the data."""
    for length, step in enumerate(path):
        if isinstance(data, list):
            data = dict(enumerate(data))
        if not isinstance(data, dict) or step not in data:
            return path[:length]
        data = data[step]
    return path
