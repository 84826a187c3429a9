"""Plain data to a `Scenario`, with every fault in plain words and as much kept as can be.

What does not fit the model is left out, smallest part first, until the rest does: so the checks
of meaning can still be made on the rest.
"""

import copy
from dataclasses import replace
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from middlegame.scenario.faults import Fault, Path, nearest
from middlegame.scenario.model.scenario import Scenario
from middlegame.scenario.model.schema import allowed_keys
from middlegame.scenario.syntax import describe
from middlegame.scenario.validation.partial import (
    PartialParse,
    existing_prefix,
    original_path,
    remove_paths,
)
from middlegame.scenario.yaml.tree import ParsedYaml

_MOST_ROUNDS = 16
_MOST_FAULTS = 200
_STAND_INS: dict[str, Any] = {
    "by": "nobody",
    "options": ["one", "other"],
    "states": ["one", "other"],
    "then": {"one": 0.5},
    "when": "nothing = known",
    "will": "nothing = known",
    "saw": "nothing = known",
    "worth": 0,
}
"""What stands where an entry lacks a key that it needs, so that its other keys are still read."""
_WANTED = {
    "string_type": "text, in quotes",
    "dict_type": "a mapping of names to what they are",
    "model_type": "a mapping of keys to values",
    "model_attributes_type": "a mapping of keys to values",
    "tuple_type": "a list: [a, b] or lines that start with -",
    "list_type": "a list: [a, b] or lines that start with -",
}


def read_model(tree: ParsedYaml) -> tuple[Scenario | None, list[Fault], PartialParse]:
    """Read the data of a YAML tree as a scenario.

    Returns:
        The scenario, as far as it could be read (None if not at all); the faults; and what
        the scenario lacks because of them.
    """
    return _Validation(tree).run()


class _Validation:
    def __init__(self, tree: ParsedYaml) -> None:
        self.tree = tree
        self.data = tree.data
        self.removed: set[Path] = set()
        self.damaged = set(tree.missing)
        self.stood_in: set[Path] = set()
        self.faults: list[Fault] = []

    def run(self) -> tuple[Scenario | None, list[Fault], PartialParse]:
        if not isinstance(self.data, dict):
            fault = Fault(
                f"the file is {describe(self.data)}", "keys such as title:, actors: and moves:"
            )
            return None, [fault], self._damage()
        for _ in range(_MOST_ROUNDS):
            try:
                scenario = Scenario.model_validate(remove_paths(self.data, self.removed))
            except ValidationError as error:
                details = error.errors(include_url=False, include_input=True)
                if not self._take(details[:_MOST_FAULTS]) or len(details) > _MOST_FAULTS:
                    break
            else:
                return scenario, self.faults, self._damage()
        return None, self.faults, self._damage()

    def _damage(self) -> PartialParse:
        return PartialParse(frozenset(self.damaged | self.removed), self.data)

    def _take(self, details: list[ErrorDetails]) -> bool:
        """Tell of the errors and leave out what they are about; False if nothing would be left."""
        around = {path[:length] for path in self.damaged for length in range(len(path) + 1)}
        renamed = {self._path(each): right for each in details if (right := self._rename(each))}
        gone: set[Path] = set()
        for each in details:
            told = self._path(each)
            if told in renamed or told in renamed.values():
                continue
            if told not in around:
                self._tell(each, told)
            lacks = each["type"] == "missing"
            target = told if lacks else existing_prefix(told, self.data)
            if self._stand_in(target):
                continue
            target = told[:-1] if lacks else target
            if target == ():
                if not self._patch(told):
                    return False
                continue
            gone.add(target)
            around.update(target[:length] for length in range(len(target) + 1))
        self.damaged |= gone
        self.removed |= gone
        return bool(gone or renamed or self.stood_in) or any(
            path[:1] == ("actors",) for path in self.damaged
        )

    def _tell(self, error: ErrorDetails, path: Path) -> None:
        fault = _fault(error, path, self.data)
        if error["type"] == "extra_forbidden" or error["loc"][-1:] == ("[key]",):
            key = self.tree.places.keys.get(path)
            fault = replace(fault, line=key.line, column=key.column) if key else fault
        self.faults.append(fault)

    def _rename(self, error: ErrorDetails) -> Path:
        """Read on as if a misspelt key had been written right; give its new path, if it has one."""
        path = self._path(error)
        holder = _at(self.data, path[:-1]) if error["type"] == "extra_forbidden" else None
        if not isinstance(holder, dict):
            return ()
        right = nearest(str(path[-1]), allowed_keys(path[:-1]))
        new = (*path[:-1], right)
        if not right or right in holder or new in self.damaged:
            return ()
        self._tell(error, path)
        holder[right] = holder.pop(path[-1])
        self.tree.places.rename(path, new)
        return new

    def _stand_in(self, told: Path) -> bool:
        """Put a stand-in where an entry lacks what it needs, or has it wrong, once."""
        if not told or told[-1] not in _STAND_INS or told in self.stood_in:
            return False
        holder = _at(self.data, told[:-1])
        if not isinstance(holder, dict):
            return False
        holder[told[-1]] = copy.deepcopy(_STAND_INS[str(told[-1])])
        self.stood_in.add(told)
        self.damaged.add(told)
        self.removed = {path for path in self.removed if path[: len(told)] != told}
        return True

    def _patch(self, told: Path) -> bool:
        """Put a stand-in where the scenario itself lacks a key, to read the rest."""
        stand_ins: dict[str | int, Any] = {"title": "-", "actors": {"nobody": "Nobody"}}
        if not told or told[0] not in stand_ins or told[0] in self.data:
            return False
        self.data[told[0]] = stand_ins[told[0]]
        self.damaged.add(told)
        return True

    def _path(self, error: ErrorDetails) -> Path:
        """Give the path of an error in the file's own data."""
        loc = error["loc"]
        if loc and loc[-1] == "[key]":
            loc = loc[:-1]
        within = error.get("ctx", {}).get("within", ())
        return original_path((*loc, *within), self.data, self.removed)


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
    if kind in _WANTED:
        wanted = _WANTED[kind]
        given = error["input"]
        if kind == "tuple_type" and isinstance(given, str):
            wanted = f"a list: [{given}]"
        return Fault(f"'{_named(path)}' is {describe(given)}", wanted, path=path)
    return Fault(f"'{_named(path)}': {error['msg'].lower()}", path=path)


def _named(path: Path) -> str:
    """Name a thing by its key, or by its list's key and its position from 1."""
    if path and isinstance(path[-1], int):
        return f"{_named(path[:-1])}, entry {path[-1] + 1}"
    return str(path[-1]) if path else "scenario"
