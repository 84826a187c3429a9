"""The tasks of the worker that reads texts: faults, changed numbers, sources; nothing is solved."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from middlegame.base.errors import MiddlegameError
from middlegame.scenario.data_rows import quantities
from middlegame.scenario.faults import dotted
from middlegame.scenario.model.walk import judgements
from middlegame.scenario.sources import Unreadable, paragraphs, read_source
from middlegame.scenario.yaml.completion import Completion, completions
from middlegame.scenario.yaml.editing import moved, rewritten
from middlegame.scenario.yaml.load import Loaded, read_text
from middlegame.scenario.yaml.tree import read_tree
from middlegame.workbench.workers.worker import WorkerContext, source_folder

_CITE = re.compile(r"\bcite:\s*(\[[^\]]*\]?|[^\s,}]+)")
_PLACE = re.compile(r"([^\s\[\],#\"']+)(?:#(\d{1,9}))?")


@dataclass(frozen=True)
class EditorFault:
    """A fault as the editor shows it.

    Attributes:
        line: counted from 1.
        column: counted from 1.
        severity: `error` or `warning`.
        told: what is wrong, what was expected, the nearest valid name.
    """

    line: int
    column: int
    severity: str
    message: str


def _loaded(bench: WorkerContext, text: str, folder: str) -> Loaded:
    return bench.cached(folder, text, lambda: read_text(text, folder=source_folder(folder)))


def check_text(bench: WorkerContext, text: str, folder: str) -> list[EditorFault]:
    """List everything wrong with a text, or worth a warning, by place."""
    loaded = _loaded(bench, text, folder)
    faults = list(loaded.faults)
    if loaded.scenario is not None:
        from middlegame.compiler import compile_scenario
        from middlegame.compiler.warnings import warnings_of

        faults += map(loaded.located, warnings_of(compile_scenario(loaded.scenario)))
    return [
        EditorFault(max(fault.line, 1), max(fault.column, 1), fault.severity, told)
        for fault in sorted(faults, key=lambda fault: (fault.line, fault.column))
        for told in [str(replace(fault, file="", line=0, column=0, path=()))]
    ]


def write_numbers(bench: WorkerContext, text: str, numbers: Mapping[str, float], keep_width: bool) -> str:
    """Write changed numbers into a text.

    Args:
        bench: the worker's.
        text: a scenario without errors.
        numbers: new values by the number's name.
        keep_width: whether ranges stay ranges, moved; or become exact numbers.

    Raises:
        MiddlegameError: a number is not there, or cannot be changed in its place.
    """
    loaded = _loaded(bench, text, "")
    if loaded.scenario is None:
        raise MiddlegameError("the scenario has faults: they come before changing its numbers")
    from middlegame.compiler import compile_scenario

    parameters = {p.path: p for p in compile_scenario(loaded.scenario).parameters}
    found = {dotted(path): (path, judged) for path, judged, _ in judgements(loaded.scenario)}
    learnt = quantities(loaded.scenario)
    found |= {dotted(path): (path, judged) for path, judged in learnt.items()}
    changes: dict[Any, Any] = {}
    for name, value in numbers.items():
        if name not in found:
            raise MiddlegameError(f"there is no number {name} in this text")
        path, judged = found[name]
        if keep_width:
            known = parameters.get(path)
            limits = (known.ceiling, known.least) if known else ()
            changes[path] = moved(judged, value, *limits)
        else:
            changes[path] = replace(judged, low=value, high=value)
    return rewritten(text, changes)


def complete(bench: WorkerContext, text: str, line: int, column: int) -> list[Completion]:
    """List what may be written at a place."""
    return completions(text, line, column)


@dataclass(frozen=True)
class CitedPassage:
    """A place in a source that a line cites.

    Attributes:
        cite: as it is written.
        source: the source's title.
        text: the paragraph; empty where it cannot be shown.
        reason: why not, then.
    """

    citation: str
    source: str
    text: str
    reason: str


def cited_passages(bench: WorkerContext, text: str, folder: str, line: int) -> list[CitedPassage]:
    """Show the paragraphs that a line of the scenario cites, whatever faults there are elsewhere.

    Args:
        bench: the worker's.
        text: the scenario's.
        folder: where its sources' files are; nothing for an uploaded text.
        line: counted from 1.
    """
    lines = text.splitlines()
    said = _CITE.search(lines[line - 1]) if 1 <= line <= len(lines) else None
    if said is None:
        return []
    data = bench.cached("sources", text, lambda: read_tree(text).data)
    sources = data.get("sources") if isinstance(data, dict) else None
    known = sources if isinstance(sources, dict) else {}
    cites = [(place[1], place[2]) for place in _PLACE.finditer(said[1]) if place[1] in known]
    return [_passage(known[name], name, number, folder) for name, number in dict.fromkeys(cites)]


def _passage(source: Any, name: str, number: str | None, folder: str) -> CitedPassage:
    parts = source if isinstance(source, dict) else {}
    title, file = str(parts.get("title", name)), parts.get("file")
    told = f"{name}#{number}" if number else name
    if not isinstance(file, str) or not folder:
        return CitedPassage(told, title, "", "Its text is not at hand: the source names no file.")
    try:
        found = paragraphs(read_source(Path(folder), file))
    except Unreadable as error:
        return CitedPassage(told, title, "", f"{error}.")
    if number is None:
        return CitedPassage(told, title, "", f"It has {len(found)} paragraphs; none is named.")
    if not 1 <= int(number) <= len(found):
        return CitedPassage(told, title, "", f"It has {len(found)} paragraphs.")
    return CitedPassage(told, title, found[int(number) - 1], "")
