"""Read a scenario file: the checked `Scenario`, and every fault found in one pass."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path as FilePath

from middlegame.scenario.faults import Fault, Path, Places, ScenarioError, merge_members
from middlegame.scenario.model.scenario import Scenario
from middlegame.scenario.syntax import GAP
from middlegame.scenario.validation.checks import find_faults
from middlegame.scenario.validation.model_reader import read_model
from middlegame.scenario.validation.partial import original_path
from middlegame.scenario.yaml.errors import split_lines
from middlegame.scenario.yaml.repeat import expand_repeats
from middlegame.scenario.yaml.tree import MAX_BYTES, parse_yaml

_MAX_FAULTS = 500


@dataclass(frozen=True)
class LoadedScenario:
    """A scenario file as read: the scenario, its faults, and where everything stands.

    Attributes:
        scenario: the scenario; None if any fault is an error.
        faults: every error and warning, in the order of the file.
        places: where everything stands.
        file: the file's name, as given to `read`; empty for a text.
    """

    scenario: Scenario | None
    faults: tuple[Fault, ...]
    places: Places
    file: str

    @property
    def errors(self) -> tuple[Fault, ...]:
        """The faults that keep the scenario from being used."""
        return tuple(fault for fault in self.faults if fault.severity == "error")

    @property
    def warnings(self) -> tuple[Fault, ...]:
        """The faults that do not keep the scenario from being used."""
        return tuple(fault for fault in self.faults if fault.severity == "warning")

    def locate(self, path: Path, offset: int = 0) -> tuple[int, int]:
        """Return line and column of the value at a path, or of the nearest value around it."""
        return self.places.locate(path, offset)

    def locate_fault(self, fault: Fault) -> Fault:
        """Return a fault with the line and column of its path, e.g. one of the compiled diagram."""
        return _with_place(fault, self.places, self.file)

    def locate_faults(self, faults: Iterable[Fault]) -> list[Fault]:
        """Return faults with their places; one that members of a block share is told once."""
        return merge_members(map(self.locate_fault, faults), self.places)


def load(path: str | os.PathLike[str]) -> Scenario:
    """Read a scenario from a file.

    Raises:
        ScenarioError: the scenario has errors; all of them are listed.
    """
    loaded = read(path)
    if loaded.scenario is None:
        raise ScenarioError(loaded.errors)
    return loaded.scenario


def read(path: str | os.PathLike[str]) -> LoadedScenario:
    """Read a scenario from a file, with its faults and places; never raises."""
    file = os.fspath(path)
    try:
        with FilePath(file).open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        return _unreadable(_why_unreadable(error), file)
    if len(raw) > MAX_BYTES:
        return _unreadable(Fault("the file is too large", "at most 1 MiB"), file)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        lines = split_lines(raw[: error.start].decode("utf-8-sig", errors="replace"))
        fault = Fault(
            "the file is not written in UTF-8",
            "a file saved as UTF-8",
            line=len(lines),
            column=len(lines[-1]) + 1,
        )
        return _unreadable(fault, file)
    return read_text(text, file=file, folder=FilePath(file).parent)


def read_text(text: str, *, file: str = "", folder: FilePath | None = None) -> LoadedScenario:
    """Read a scenario from text, with its faults and places; never raises.

    Args:
        text: the YAML text.
        file: the name to give in faults.
        folder: the folder of the sources' files and of CSV files with members; without it quotes
            are not checked, and no members are read.
    """
    if len(text.encode("utf-8", errors="replace")) > MAX_BYTES:
        return _unreadable(Fault("the text is too large", "at most 1 MiB"), file)
    parsed = parse_yaml(text.removeprefix("\ufeff"))
    expand_repeats(parsed, folder)
    faults = list(parsed.faults)
    scenario = None
    if parsed.data is not None:
        scenario, found, partial = read_model(parsed.data, parsed.places, parsed.missing)
        faults += found
        if scenario is not None:
            for fault in find_faults(scenario, folder=folder, partial=partial)[: 2 * _MAX_FAULTS]:
                path = original_path(fault.path, partial.data, partial.missing)
                faults.append(replace(fault, path=path))
    located = [_with_place(fault, parsed.places, file) for fault in faults]
    located = _with_gaps(located, parsed.gaps, file)
    ordered = sorted(
        merge_members(located, parsed.places), key=lambda fault: (fault.line, fault.column)
    )
    if any(fault.severity == "error" for fault in ordered):
        scenario = None
    if len(ordered) > _MAX_FAULTS:
        more = Fault(f"{len(ordered) - _MAX_FAULTS} more faults are not shown")
        ordered = [*ordered[:_MAX_FAULTS], _with_place(more, parsed.places, file)]
    return LoadedScenario(scenario, tuple(ordered), parsed.places, file)


def _with_place(fault: Fault, places: Places, file: str) -> Fault:
    if fault.line:
        return replace(fault, file=fault.file or file)
    line, column = places.locate(fault.path, fault.offset)
    return replace(fault, file=places.file_of(fault.path) or file, line=line, column=column)


def _with_gaps(
    located: Iterable[Fault], gaps: Mapping[tuple[int, int], Path], file: str
) -> list[Fault]:
    """Return one fault for each gap, with what is expected there if that is known, and the rest."""
    of_gaps = {
        (line, column): Fault(
            f"'{GAP}' is still to be filled in", path=path, file=file, line=line, column=column
        )
        for (line, column), path in gaps.items()
    }
    others = []
    for fault in located:
        gap = of_gaps.get((fault.line, fault.column)) if fault.file == file else None
        if gap is None:
            others.append(fault)
        elif not gap.expected:
            of_gaps[fault.line, fault.column] = replace(gap, expected=fault.expected)
    return [*others, *of_gaps.values()]


def _unreadable(fault: Fault, file: str) -> LoadedScenario:
    return LoadedScenario(None, (replace(fault, file=file),), Places(), file)


def _why_unreadable(error: OSError | ValueError) -> Fault:
    if isinstance(error, FileNotFoundError):
        return Fault("there is no such file")
    if isinstance(error, IsADirectoryError):
        return Fault("this is a folder", "a scenario file")
    if isinstance(error, PermissionError):
        return Fault("permission to read the file is denied")
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return Fault(f"the file cannot be read ({reason})")
