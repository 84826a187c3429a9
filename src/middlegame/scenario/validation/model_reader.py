"""Read plain data as a `Scenario`, keep what is valid, and report every fault in plain words.

What does not fit the model is left out, smallest part first, until the rest fits. So the checks
of meaning can still run on the rest.
"""

import copy
from collections.abc import Collection
from dataclasses import replace
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from middlegame.scenario.faults import Fault, Path, Places, nearest
from middlegame.scenario.model.fields import is_name
from middlegame.scenario.model.scenario import Scenario
from middlegame.scenario.model.schema import allowed_keys
from middlegame.scenario.syntax import describe
from middlegame.scenario.validation.partial import (
    PartialParse,
    existing_prefix,
    original_path,
    remove_paths,
)

_MAX_ROUNDS = 16
_MAX_FAULTS = 200
_PLACEHOLDERS: dict[str, Any] = {
    "by": "nobody",
    "options": ["one", "other"],
    "states": ["one", "other"],
    "scale": {"from": 0, "to": 1, "step": 1},
    "then": {"one": 0.5},
    "when": "nothing = known",
    "will": "nothing = known",
    "saw": "nothing = known",
    "worth": 0,
}
"""Placeholders for missing keys: with them the other keys of an entry can still be checked."""
_EXPECTED_BY_TYPE = {
    "string_type": "text, in quotes",
    "tuple_type": "a list: [a, b] or lines that start with -",
    "list_type": "a list: [a, b] or lines that start with -",
}
_MAPPING_TYPES = frozenset({"dict_type", "model_type", "model_attributes_type"})
_COMMON_KEYS = frozenset({"why", "cite", "quote"})
"""Keys that nearly every entry may have, and that say least about what an entry is."""


def read_model(
    data: Any, places: Places, missing: Collection[Path] = ()
) -> tuple[Scenario | None, list[Fault], PartialParse]:
    """Read plain data (dicts, lists, texts, numbers) as a scenario.

    Args:
        data: what the file holds; misspelt keys in it are corrected in place.
        places: where everything in `data` stands in the file.
        missing: the paths of what the file holds and `data` lacks.

    Returns:
        The scenario, without the parts that are invalid (None if nothing is valid); the faults;
        and what the scenario lacks because of them.
    """
    return _ModelReader(data, places, missing).run()


class _ModelReader:
    def __init__(self, data: Any, places: Places, missing: Collection[Path]) -> None:
        self.data = data
        self.places = places
        self.removed: set[Path] = set()
        self.missing = set(missing)
        self.replaced: set[Path] = set()
        self.faults: list[Fault] = []

    def run(self) -> tuple[Scenario | None, list[Fault], PartialParse]:
        if not isinstance(self.data, dict):
            fault = Fault(
                f"the file is {describe(self.data)}", "keys such as title:, actors: and moves:"
            )
            return None, [fault], self._partial()
        for _ in range(_MAX_ROUNDS):
            try:
                scenario = Scenario.model_validate(remove_paths(self.data, self.removed))
            except ValidationError as error:
                details = _causes(error.errors(include_url=False, include_input=True))
                if not self._handle(details[:_MAX_FAULTS]) or len(details) > _MAX_FAULTS:
                    break
            else:
                return scenario, self.faults, self._partial()
        return None, self.faults, self._partial()

    def _partial(self) -> PartialParse:
        return PartialParse(frozenset(self.missing | self.removed), self.data)

    def _handle(self, details: list[ErrorDetails]) -> bool:
        """Report the errors and leave out the invalid parts; return False if nothing is left."""
        around = {path[:length] for path in self.missing for length in range(len(path) + 1)}
        renamed = {
            self._error_path(each): right for each in details if (right := self._rename(each))
        }
        removed: set[Path] = set()
        inserted: set[Path] = set()
        for each in details:
            path = self._error_path(each)
            if path in renamed or path in renamed.values():
                continue
            if path not in around:
                self._report(each, path)
            absent = each["type"] == "missing"
            target = path if absent else existing_prefix(path, self.data)
            if self._insert_placeholder(target):
                continue
            target = path[:-1] if absent else target
            if absent and (target in inserted or self._insert_placeholder(target)):
                inserted.add(target)
                continue
            if target == ():
                if not self._insert_section(path):
                    return False
                continue
            removed.add(target)
            around.update(target[:length] for length in range(len(target) + 1))
        self.missing |= removed
        self.removed |= removed
        return bool(removed or renamed or self.replaced) or any(
            path[:1] == ("actors",) for path in self.missing
        )

    def _report(self, error: ErrorDetails, path: Path) -> None:
        fault = _fault(error, path, self.data)
        if error["type"] == "extra_forbidden" or error["loc"][-1:] == ("[key]",):
            key = self.places.keys.get(path)
            fault = replace(fault, line=key.line, column=key.column) if key else fault
        self.faults.append(fault)

    def _rename(self, error: ErrorDetails) -> Path:
        """Correct a misspelt key in the data; return its new path, or () if it is not corrected."""
        path = self._error_path(error)
        holder = _at(self.data, path[:-1]) if error["type"] == "extra_forbidden" else None
        if not isinstance(holder, dict):
            return ()
        right = nearest(str(path[-1]), allowed_keys(path[:-1]))
        new = (*path[:-1], right)
        if not right or right in holder or new in self.missing:
            return ()
        self._report(error, path)
        holder[right] = holder.pop(path[-1])
        self.places.rename(path, new)
        return new

    def _insert_placeholder(self, target: Path) -> bool:
        """Put a placeholder, once, where an entry lacks a required key or its value is invalid."""
        if not target or target[-1] not in _PLACEHOLDERS or target in self.replaced:
            return False
        holder = _at(self.data, target[:-1])
        if not isinstance(holder, dict):
            return False
        holder[target[-1]] = copy.deepcopy(_PLACEHOLDERS[str(target[-1])])
        self.replaced.add(target)
        self.missing.add(target)
        self.removed = {path for path in self.removed if path[: len(target)] != target}
        if target[0] == "interests" and target[-1] == "worth" and "when" not in holder:
            # A worth that is no formula only because it is invalid needs no condition.
            self._insert_placeholder((*target[:-1], "when"))
        return True

    def _insert_section(self, path: Path) -> bool:
        """Put a placeholder where the scenario lacks its title or its actors, to read the rest."""
        placeholders: dict[str | int, Any] = {"title": "-", "actors": {"nobody": "Nobody"}}
        if not path or path[0] not in placeholders or path[0] in self.data:
            return False
        self.data[path[0]] = placeholders[path[0]]
        self.missing.add(path)
        return True

    def _error_path(self, error: ErrorDetails) -> Path:
        """Return the path of an error in the data as it is in the file, nothing removed."""
        loc = error["loc"]
        if loc and loc[-1] == "[key]":
            loc = loc[:-1]
        within = error.get("ctx", {}).get("within", ())
        return original_path((*loc, *within), self.data, self.removed)


def _causes(details: list[ErrorDetails]) -> list[ErrorDetails]:
    """Leave out that a list is too short where that is because its entries are invalid."""
    inner = {each["loc"][:length] for each in details for length in range(len(each["loc"]))}
    return [each for each in details if each["type"] != "too_short" or each["loc"] not in inner]


def _at(data: Any, path: Path) -> Any:
    for step in path:
        data = data[step]
    return data


def _fault(error: ErrorDetails, path: Path, data: object) -> Fault:
    kind, context = error["type"], error.get("ctx", {})
    name = str(path[-1]) if path else ""
    if kind == "middlegame_syntax":
        offset = 0 if context["within"] else context["offset"]
        return Fault(context["problem"], context["expected"], path=path, offset=offset)
    if kind == "missing":
        return Fault(f"the key '{name}' is missing", path=path)
    if kind == "extra_forbidden":
        valid = allowed_keys(path[:-1])
        expected = "" if nearest(name, valid) else f"one of {', '.join(valid)}"
        return Fault(f"unknown key '{name}'", expected, nearest(name, valid), path=path)
    if kind == "too_short":
        least = context["min_length"]
        return Fault(f"'{name}' has too few entries", f"at least {least}", path=path)
    if kind in _MAPPING_TYPES:
        expected = _mapping_example(path, error["input"], named=kind == "dict_type")
        return Fault(f"'{_named(path)}' is {describe(error['input'])}", expected, path=path)
    if kind in _EXPECTED_BY_TYPE:
        expected = _EXPECTED_BY_TYPE[kind]
        given = error["input"]
        if kind == "tuple_type" and isinstance(given, str):
            expected = f"a list: [{given}]"
        return Fault(f"'{_named(path)}' is {describe(given)}", expected, path=path)
    return Fault(f"'{_named(path)}': {error['msg'].lower()}", path=path)


def _mapping_example(path: Path, given: object, *, named: bool) -> str:
    """Write the form of the mapping expected at a path, with the names that were given instead.

    Args:
        path: the path of the mapping.
        given: what stands there instead.
        named: whether the mapping's keys are names, and not those of the model.
    """
    if not named:
        return f"a mapping such as {_keys_example(path)}"
    words = given if isinstance(given, list) else str(given or "").split(",")
    names = [str(each).strip() for each in words]
    names = names if all(map(is_name, names)) else []
    if path[-1:] == ("options",):
        return f"a list: [{', '.join(names if len(names) > 1 else ['a', 'b'])}]"
    value = "2" if path[-1:] == ("spends",) else _keys_example((*path, "name"))
    return f"a mapping of names: {{{names[0] if names else 'name'}: {value}}}"


def _keys_example(path: Path) -> str:
    keys = [key for key in allowed_keys(path) if key not in _COMMON_KEYS][:2]
    return f"{{{', '.join(f'{key}: ...' for key in keys)}}}" if keys else "..."


def _named(path: Path) -> str:
    """Name a value by its key, or by the key of its list and its position, counted from 1."""
    if path and isinstance(path[-1], int):
        return f"{_named(path[:-1])}, entry {path[-1] + 1}"
    return str(path[-1]) if path else "scenario"
