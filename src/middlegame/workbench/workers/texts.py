"""The tasks that read and write a scenario's text: faults, changed numbers, completion, sources.

None of them solves a contest.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path as FilePath
from typing import Any

from middlegame.base.errors import MiddlegameError
from middlegame.scenario.data_rows import fit_values
from middlegame.scenario.faults import Fault, Path, dotted_path
from middlegame.scenario.model.walk import judgements
from middlegame.scenario.sources import UnreadableSource, paragraphs, read_source
from middlegame.scenario.yaml.completion import Completion, completions
from middlegame.scenario.yaml.dump import dumps
from middlegame.scenario.yaml.editing import EXACT, READABLE, replace_numbers, shift_range
from middlegame.scenario.yaml.tree import parse_yaml
from middlegame.workbench.workers.worker import WorkerContext, source_folder

_QUOTED = re.compile(r"'([^']+)'")
_CITE = re.compile(r"\bcite:\s*(\[[^\]]*\]?|[^\s,}]+)")
_PLACE = re.compile(r"([^\s\[\],#\"']+)(?:#(\d{1,9}))?")


@dataclass(frozen=True)
class EditorFault:
    """A fault as the editor shows it.

    Attributes:
        line: counted from 1.
        column: counted from 1.
        severity: `error` or `warning`.
        message: what is wrong, what was expected, the nearest valid name.
        path: where in the scenario; empty where the text is not valid YAML.
        typo: the name at that place which is not valid; empty where no other one is suggested.
        suggestion: the nearest valid name.
    """

    line: int
    column: int
    severity: str
    message: str
    path: Path = ()
    typo: str = ""
    suggestion: str = ""


def check_text(context: WorkerContext, text: str) -> list[EditorFault]:
    """List the faults of a text, and what is worth a warning, by place."""
    loaded = context.read(text)
    faults = list(loaded.faults)
    if loaded.scenario is not None:
        from middlegame.compiler import compile_scenario
        from middlegame.compiler.warnings import diagram_warnings
        from middlegame.equilibrium.limits import size_warnings

        diagram = compile_scenario(loaded.scenario, checked=True)
        faults += loaded.locate_faults(size_warnings(diagram) or diagram_warnings(diagram))
    lines = text.splitlines()
    return [
        _editor_fault(fault, lines)
        for fault in sorted(faults, key=lambda fault: (fault.line, fault.column))
    ]


def _editor_fault(fault: Fault, lines: Sequence[str]) -> EditorFault:
    """Describe a fault, with the typing error at its place if another name is suggested."""
    line, column = max(fault.line, 1), max(fault.column, 1)
    typo = ""
    if fault.suggestion and line <= len(lines):
        quoted = _QUOTED.findall(fault.message)
        rest = lines[line - 1][column - 1 :]
        typo = next((name for name in quoted if rest.startswith(name)), "")
    return EditorFault(
        line=line,
        column=column,
        severity=fault.severity,
        message=str(replace(fault, file="", line=0, column=0, path=())),
        path=fault.path,
        typo=typo,
        suggestion=fault.suggestion if typo else "",
    )


def write_numbers(
    context: WorkerContext,
    text: str,
    numbers: Mapping[str, float],
    keep_width: bool,
    digits: int = READABLE,
) -> str:
    """Return a text with changed numbers written into it.

    Args:
        context: the worker's cache, progress and cancellation.
        text: a scenario's text without errors.
        numbers: new values by the number's name.
        keep_width: whether ranges stay ranges, moved to the new value, or become exact numbers; a
            private number stays a range in any case.
        digits: the significant digits of the ends of moved ranges.

    Raises:
        MiddlegameError: a number does not exist, or cannot be changed in its place.
    """
    loaded = context.read(text)
    if loaded.scenario is None:
        raise MiddlegameError("the scenario has faults; correct them before changing its numbers")
    from middlegame.compiler import compile_scenario

    parameters = {p.path: p for p in compile_scenario(loaded.scenario, checked=True).parameters}
    found = {dotted_path(path): (path, judged) for path, judged, _ in judgements(loaded.scenario)}
    learnt = fit_values(loaded.scenario)
    found |= {dotted_path(path): (path, judged) for path, judged in learnt.items()}
    changes: dict[Any, Any] = {}
    for name, value in numbers.items():
        if name not in found:
            raise MiddlegameError(f"there is no number '{name}' in this text")
        path, judged = found[name]
        if keep_width or judged.private:
            known = parameters.get(path)
            limits = (known.ceiling, known.lower_bound) if known else ()
            changes[path] = shift_range(judged, value, *limits, digits=digits)
        else:
            changes[path] = replace(judged, low=value, high=value)
    return replace_numbers(text, changes, source_folder(context.folder))


def complete(context: WorkerContext, text: str, line: int, column: int) -> list[Completion]:
    """List what may be written at a place of a text; line and column are counted from 1."""
    return completions(text, line, column)


@dataclass(frozen=True)
class CitedPassage:
    """A passage of a source that a line of a scenario cites.

    Attributes:
        citation: as it is written, such as `brief#4`.
        source: the source's title.
        text: the paragraph; empty where it cannot be shown.
        reason: why the paragraph cannot be shown; empty where it can.
    """

    citation: str
    source: str
    text: str
    reason: str


def cited_passages(context: WorkerContext, text: str, line: int) -> list[CitedPassage]:
    """List the paragraphs that a line of a scenario cites, whatever faults the text has elsewhere.

    Args:
        context: the worker's cache, progress and cancellation.
        text: the scenario's text.
        line: counted from 1.
    """
    lines = text.splitlines()
    match = _CITE.search(lines[line - 1]) if 1 <= line <= len(lines) else None
    if match is None:
        return []
    data = context.cached("sources", text, lambda: parse_yaml(text).data)
    return passages(data, match[1], context.folder)


def passages(data: Any, written: str, folder: str) -> list[CitedPassage]:
    """List the paragraphs that a text of citations, such as `brief#4`, names.

    Args:
        data: the scenario's text as plain data.
        written: one citation, or several separated by commas.
        folder: where the sources' files are; empty for an uploaded text.
    """
    sources = data.get("sources") if isinstance(data, dict) else None
    known = sources if isinstance(sources, dict) else {}
    cites = [(place[1], place[2]) for place in _PLACE.finditer(written) if place[1] in known]
    return [_passage(known[name], name, number, folder) for name, number in dict.fromkeys(cites)]


def _passage(source: Any, name: str, number: str | None, folder: str) -> CitedPassage:
    parts = source if isinstance(source, dict) else {}
    title, file = str(parts.get("title", name)), parts.get("file")
    citation = f"{name}#{number}" if number else name
    if not isinstance(file, str) or not folder:
        return CitedPassage(
            citation, title, "", "The source names no file, so its text cannot be shown."
        )
    try:
        found = paragraphs(read_source(FilePath(folder), file))
    except UnreadableSource as error:
        return CitedPassage(citation, title, "", f"{error}.")
    if number is None:
        return CitedPassage(
            citation, title, "", f"The source has {len(found)} paragraphs; the citation names none."
        )
    if not 1 <= int(number) <= len(found):
        return CitedPassage(citation, title, "", f"The source has only {len(found)} paragraphs.")
    return CitedPassage(citation, title, found[int(number) - 1], "")


def with_moved_ranges(context: WorkerContext, text: str, numbers: Mapping[str, float]) -> str:
    """Return a text whose ranges are moved to changed numbers, as wide as they were.

    The text is for solving: where a number does not stand alone in it, it is laid out anew.

    Args:
        context: the worker's cache, progress and cancellation.
        text: the scenario's text.
        numbers: changed numbers, by name.
    """
    if not numbers:
        return text
    try:
        return write_numbers(context, text, numbers, True, EXACT)
    except MiddlegameError:
        scenario = context.read(text).scenario
        if scenario is None:
            raise
    # A number of a repeated block, or behind an alias: written out, each has a place of its own.
    return write_numbers(context, dumps(scenario), numbers, True, EXACT)
