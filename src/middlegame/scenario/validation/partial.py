"""What of a scenario could not be read, so that nothing else is blamed for its absence."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from middlegame.scenario.faults import Path


@dataclass(frozen=True)
class PartialParse:
    """The paths that were left out of a scenario, and the data it was read from.

    Attributes:
        paths: what was left out, or is in doubt.
        data: the file's data, whole.
    """

    missing: frozenset[Path] = frozenset()
    data: Any = None
    _around: frozenset[Path] = field(init=False, repr=False, default=frozenset())

    def __post_init__(self) -> None:
        around = {path[:length] for path in self.missing for length in range(len(path) + 1)}
        object.__setattr__(self, "_around", frozenset(around))

    def affects(self, *path: str | int) -> bool:
        """Say whether anything at the path, in it or around it is missing."""
        return path in self._around or any(path[:n] in self.missing for n in range(len(path)))

    def names(self, section: str) -> tuple[str, ...] | None:
        """Name the entries that a section would have; None if nobody can know them all."""
        if any(path in self.missing for path in ((), (section,))):
            return None
        written = self.data.get(section) if isinstance(self.data, dict) else None
        left_out = [str(path[1]) for path in self.missing if len(path) == 2 and path[0] == section]
        return (*(written if isinstance(written, dict) else ()), *left_out)

    def states(self, name: str) -> tuple[str, ...] | None:
        """Name the states that a damaged move or factor would have; None if nobody can know."""
        for section, key in (("moves", "options"), ("factors", "states")):
            entries = self.data.get(section) if isinstance(self.data, dict) else None
            entry = entries.get(name) if isinstance(entries, dict) else None
            if not isinstance(entry, dict):
                continue
            if any(path in self.missing for path in ((section, name), (section, name, key))):
                return None
            states = entry.get(key)
            if isinstance(states, dict | list) and all(isinstance(each, str) for each in states):
                lost = [str(p[3]) for p in self.missing if p[:3] == (section, name, key) and p[3:]]
                return (*states, *lost)
        return None


COMPLETE = PartialParse()


def remove_paths(value: Any, removed: Collection[Path], path: Path = ()) -> Any:
    """Copy plain data without what stands at some paths."""
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
    """Give the path in the file's data of what stands at a path in the copy without `removed`."""
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
    """Give the longest beginning of a path that leads to something in the data."""
    for length, step in enumerate(path):
        if isinstance(data, list):
            data = dict(enumerate(data))
        if not isinstance(data, dict) or step not in data:
            return path[:length]
        data = data[step]
    return path
