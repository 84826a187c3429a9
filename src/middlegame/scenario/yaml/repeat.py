"""Repeated blocks: one pattern of actors, moves, factors and interests for each of many members.

A block is expanded in the plain data, before the model reads them. Everything that it makes has the
place of the pattern that it was made from, and a member's number the place where the member has it:
faults point there, and changed numbers are written there.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path as FilePath
from typing import Any

from middlegame.scenario.faults import Fault, Path, Places, join_names, nearest
from middlegame.scenario.model.schema import REPEATED_SECTIONS
from middlegame.scenario.sources import UnreadableSource
from middlegame.scenario.syntax import describe, quote
from middlegame.scenario.yaml.members import MemberTable, read_members
from middlegame.scenario.yaml.tree import MAX_NODES, ParsedYaml

REPEAT = "repeat"
_OWN_KEYS = ("for", "in", "before")
_PLACEHOLDER = re.compile(r"<([^\W\d]\w*)>")
_NEGATED = re.compile(r"- *<([^\W\d]\w*)>")
_NUMBER = re.compile(r"[-+.]?\d")
_EXAMPLE = "{for: state, in: [france, italy], actors: {<state>: The government of <state>}}"
_Values = Mapping[str, Any]


def expand_repeats(parsed: ParsedYaml, folder: FilePath | None = None) -> None:
    """Expand the repeated blocks of a parsed file in place, and record their faults.

    Args:
        parsed: the file.
        folder: where CSV files with members are; without it they are not read.
    """
    data = parsed.data
    if not isinstance(data, dict) or REPEAT not in data:
        return
    written = data.pop(REPEAT)
    blocks = written if isinstance(written, list) else [written]
    for number, block in enumerate(blocks):
        path: Path = (REPEAT, number) if isinstance(written, list) else (REPEAT,)
        if isinstance(block, dict):
            _Block(parsed, block, path, folder).expand()
        elif path not in parsed.missing:
            parsed.faults.append(Fault(f"{describe(block)} is not a block", _EXAMPLE, path=path))


class _Block:
    """One repeated block."""

    def __init__(
        self, parsed: ParsedYaml, block: dict[str, Any], path: Path, folder: FilePath | None
    ) -> None:
        self.parsed, self.block, self.path, self.folder = parsed, block, path, folder
        self.table: MemberTable | None = None
        self.members: dict[str, _Values] = {}
        self.member = ""
        self.known: set[str] = set()
        """The placeholders that some member has a value for."""
        self.data: dict[str, Any] = parsed.data
        self.count = 0

    def expand(self) -> None:
        for key in self.block:
            if key not in (*_OWN_KEYS, *REPEATED_SECTIONS):
                near = nearest(str(key), (*_OWN_KEYS, *REPEATED_SECTIONS))
                expected = "" if near else f"one of {', '.join((*_OWN_KEYS, *REPEATED_SECTIONS))}"
                self._fault(f"unknown key '{key}' in a repeated block", expected, near, key)
        name = self.block.get("for")
        if not isinstance(name, str) or not _PLACEHOLDER.fullmatch(f"<{name}>"):
            missing = "for" not in self.block
            problem = "the key 'for' is missing" if missing else f"{quote(name)} is not a name"
            self._fault(problem, "a name for the members, such as for: state", "", "for")
            return
        self.members = self._members()
        self.known = {key for values in self.members.values() for key in values}
        for member, values in self.members.items():
            self.member = member
            for section in REPEATED_SECTIONS:
                pattern = self.block.get(section)
                if pattern is None:
                    continue
                if not isinstance(pattern, dict):
                    self._fault(f"'{section}' is {describe(pattern)}", "a mapping", "", section)
                    return
                if not self._add(section, pattern, {name: member, **values}):
                    return

    def _members(self) -> dict[str, _Values]:
        """Return the members, each with its values."""
        written = self.block.get("in")
        if isinstance(written, str):
            return self._members_of_file(written)
        if isinstance(written, list) and all(isinstance(each, str) for each in written):
            repeated = [each for k, each in enumerate(written) if each in written[:k]]
            if repeated:
                self._fault(f"'{repeated[0]}' is listed twice", "each member once", "", "in")
            return {member: {} for member in written}
        if (
            isinstance(written, dict)
            and written
            and all(value is None or isinstance(value, dict) for value in written.values())
        ):
            return {str(member): value or {} for member, value in written.items()}
        problem = "the key 'in' is missing" if written is None else f"'in' is {describe(written)}"
        expected = (
            "a list of members, members with values: {france: {weight: 3}}, or a CSV file beside "
            "the scenario: members.csv"
        )
        self._fault(problem, expected, "", "in")
        return {}

    def _members_of_file(self, name: str) -> dict[str, _Values]:
        """Return the members that a CSV file lists."""
        if self.folder is None:
            problem = f"'{name}' cannot be read, since the text has no folder here"
            self._fault(problem, "the members themselves, or a scenario in a file", "", "in")
            return {}
        try:
            self.table = read_members(self.folder, name)
        except UnreadableSource as error:
            self._fault(str(error), "a CSV file with a row for each member", "", "in")
            return {}
        self.parsed.faults += self.table.faults
        return {} if self.table.faults else dict(self.table.members)

    def _add(self, section: str, pattern: dict[str, Any], values: _Values) -> bool:
        """Add what a section's pattern makes of one member; return False beyond the limit."""
        whole = self.data.get(section)
        if whole is None:
            whole = self.data[section] = {}
        if not isinstance(whole, dict):
            return False
        for key, part in pattern.items():
            origin = (*self.path, section, key)
            name = self._filled(key, values, origin)
            if self._lacks_values(key, values):
                self.parsed.missing.add((section,))
                continue
            copy = self._copy(part, values, origin, (section, name), whole.get(name))
            if self.count > MAX_NODES:
                problem = f"the block makes more than {MAX_NODES:,} entries"
                self._fault(problem, "fewer members", "", "in")
                return False
            if name in whole:
                try:
                    whole[name] = _extended(whole[name], copy)
                except ValueError:
                    problem = f"'{name}' is in '{section}' already"
                    fault = Fault(problem, "another name, or lists that it adds to", path=origin)
                    self.parsed.faults.append(fault)
            else:
                whole[name] = copy
                if section == "moves":
                    self._place(whole, name)
        return True

    def _place(self, moves: dict[str, Any], name: str) -> None:
        """Move a new move before the one that the block names, in the order of play."""
        before = self.block.get("before")
        if before is None:
            return
        if before not in moves:
            near = nearest(str(before), list(moves))
            expected = "" if near else f"one of {join_names([*moves])}"
            self._fault(f"unknown move {quote(before)}", expected, near, "before")
            return
        entries = [(key, value) for key, value in moves.items() if key != name]
        at = [key for key, _ in entries].index(before)
        new = dict([*entries[:at], (name, moves[name]), *entries[at:]])
        moves.clear()
        moves.update(new)

    def _copy(
        self, part: Any, values: _Values, origin: Path, target: Path, beside: Any = None
    ) -> Any:
        """Copy a part of the pattern with its placeholders filled, and register its places.

        Args:
            part: of the pattern.
            values: of the placeholders.
            origin: the path of the part.
            target: the path of its copy.
            beside: what is written there already, which keeps its place.
        """
        self.count += 1
        if beside is None:
            _copy_place(self.parsed.places, origin, target)
            self.parsed.places.members[target] = values
        if self.count > MAX_NODES:
            return None
        if isinstance(part, dict):
            filled: dict[str, Any] = {}
            for key, value in part.items():
                name = self._filled(key, values, (*origin, key))
                if self._lacks_values(key, values):
                    self.parsed.missing.add(target)
                    continue
                written = beside.get(name) if isinstance(beside, dict) else None
                within = (*origin, key)
                filled[name] = self._copy(value, values, within, (*target, name), written)
            return filled
        if isinstance(part, list):
            first = len(beside) if isinstance(beside, list) else 0
            return [
                self._copy(value, values, (*origin, place), (*target, first + place))
                for place, value in enumerate(part)
            ]
        if isinstance(part, str):
            alone = _PLACEHOLDER.fullmatch(part)
            if alone and alone[1] in values:
                self._place_value(alone[1], values[alone[1]], target)
                return values[alone[1]]
            negated = _NEGATED.fullmatch(part)
            if negated and ".." in str(values.get(negated[1])):
                return _negated_range(str(values[negated[1]]))
            text = self._filled(part, values, origin)
            if not self._lacks_values(part, values):
                return text
            self.parsed.missing.add(target)  # its own fault is enough
            return None
        return part

    def _place_value(self, placeholder: str, value: Any, target: Path) -> None:
        """Give a member's value its own place: of a CSV file's cell, or in the member's row."""
        places = self.parsed.places
        if self.table is None:
            if isinstance(value, str) and not _NUMBER.match(value):
                return  # a text may be right, and the pattern use it wrongly, as a name
            _copy_own_places(places, (*self.path, "in", self.member, placeholder), target, value)
        elif (self.member, placeholder) in self.table.cells:
            places.values[target] = self.table.cells[self.member, placeholder]
            places.files[target] = self.table.file

    def _filled(self, text: str, values: _Values, path: Path) -> str:
        """Return a text with its placeholders replaced; report those that have no value."""

        def value(found: re.Match[str]) -> str:
            if found[1] in values:
                return str(values[found[1]])
            if found[1] in self.known:
                fault = self._lacking(found[1])
            else:
                near = nearest(found[1], list(values))
                expected = "" if near else f"one of {join_names([f'<{name}>' for name in values])}"
                problem = f"no member has a value for '<{found[1]}>'"
                fault = Fault(problem, expected, near, path=path)
            if fault not in self.parsed.faults:
                self.parsed.faults.append(fault)
            return found[1]

        return _PLACEHOLDER.sub(value, text) if isinstance(text, str) else text

    def _lacking(self, placeholder: str) -> Fault:
        """Return the fault of the member that lacks a value, at the member's own place."""
        problem = f"'{self.member}' has no value for '<{placeholder}>'"
        other, value = next(
            (member, values[placeholder])
            for member, values in self.members.items()
            if placeholder in values
        )
        if self.table is None:
            expected = f"{placeholder}: {value}, as for '{other}', or another"
            return Fault(problem, expected, path=(*self.path, "in", self.member))
        place, expected = self.table.rows[self.member], f"such as {value}, as for '{other}'"
        return Fault(problem, expected, file=self.table.file, line=place.line, column=place.column)

    def _lacks_values(self, text: Any, values: _Values) -> bool:
        """Return whether a text of the pattern has a placeholder without a value."""
        names = _PLACEHOLDER.findall(text) if isinstance(text, str) else ()
        return any(name not in values for name in names)

    def _fault(self, problem: str, expected: str, near: str, key: str) -> None:
        path = (*self.path, key) if key in self.block else self.path
        fault = Fault(problem, expected, near, path=path)
        if fault not in self.parsed.faults:
            self.parsed.faults.append(fault)


def _extended(written: Any, added: Any) -> Any:
    """Return what is written with what a member adds: lists get longer, mappings get new keys.

    Raises:
        ValueError: both give one and the same value.
    """
    if isinstance(written, list) and isinstance(added, list):
        return [*written, *added]
    if isinstance(written, dict) and isinstance(added, dict):
        both = {key: _extended(written[key], added[key]) for key in added if key in written}
        return written | added | both
    raise ValueError(written)


def _negated_range(written: str) -> str:
    """Return a range of which each end has the other sign: `3..6` as `-6..-3`."""
    ends = [end.strip() for end in written.split("..")]
    return "..".join(end[1:] if end.startswith("-") else f"-{end}" for end in reversed(ends))


def _copy_own_places(places: Places, origin: Path, target: Path, value: Any) -> None:
    """Give a path, and all that its value holds, the places of a member's value."""
    if origin in places.values:
        places.values[target] = places.values[origin]
    inside = value.items() if isinstance(value, dict) else []
    for key, part in enumerate(value) if isinstance(value, list) else inside:
        if (*origin, key) in places.keys:
            places.keys[*target, key] = places.keys[*origin, key]
        _copy_own_places(places, (*origin, key), (*target, key), part)


def _copy_place(places: Places, origin: Path, target: Path) -> None:
    """Give a path the place of the one that it was made from; its text may be longer there."""
    for known in (places.values, places.keys):
        if origin in known:
            known[target] = replace(known[origin], text_column=0)
    if origin in places.collections:
        places.collections.add(target)
