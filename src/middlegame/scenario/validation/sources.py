"""Checks of citations and quotes against the scenario's sources and their files."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path as FilePath

from pydantic_core import PydanticCustomError

from middlegame.scenario.faults import Fault, Path
from middlegame.scenario.model.fields import Sourced, read_citation
from middlegame.scenario.sources import UnreadableSource, paragraphs, read_source
from middlegame.scenario.validation.context import CheckContext, check_known

_SIGNS = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "‚": "'", "‹": "'",
     "›": "'", "–": "-", "—": "-", "‑": "-", "−": "-", "\u00ad": "", "…": "..."}
)  # fmt: skip


def check_citations(contest: CheckContext) -> Iterator[Fault]:
    """Find citations that are malformed or of a source that is not defined."""
    known = contest.partial.names("sources")
    if known is None:
        return
    valid = dict.fromkeys((*contest.scenario.sources, *known))
    for path, value, _ in contest.visits:
        for position, text in enumerate(getattr(value, "cite", ())):
            place = (*path, "cite", position)
            try:
                source = read_citation(text).source
            except PydanticCustomError as error:
                context = error.context or {}
                yield Fault(context["problem"], context["expected"], path=place)
            else:
                yield from check_known("source", source, valid, place)


def check_quotes(contest: CheckContext) -> Iterator[Fault]:
    """Look quotes and cited paragraphs up in the sources' files, where their folder is known."""
    texts: dict[str, str] = {}
    counts: dict[str, int] = {}
    for name, source in contest.scenario.sources.items():
        if source.file is not None and contest.folder is not None:
            found = _read(contest.folder, source.file, ("sources", name, "file"))
            if isinstance(found, Fault):
                yield found
            else:
                texts[name] = normalize_text(found)
                counts[name] = len(paragraphs(found))
    for path, part, _ in contest.visits:
        yield from _paragraphs(path, getattr(part, "cite", ()), counts)
        if not isinstance(part, Sourced) or part.quote is None:
            continue
        if not part.cite:
            if not contest.partial.affects(*path, "cite"):
                yield Fault("the quote has no source", "cite: source#4", path=(*path, "quote"))
        elif all(citation.source in texts for citation in part.cite):
            names = list(dict.fromkeys(citation.source for citation in part.cite))
            if not any(normalize_text(part.quote) in texts[name] for name in names):
                where = " or ".join(f"'{name}'" for name in names)
                yield Fault(
                    f"the quote is not found in {where}",
                    "the source's own words",
                    path=(*path, "quote"),
                )


def _paragraphs(path: Path, cites: Sequence[object], counts: Mapping[str, int]) -> Iterator[Fault]:
    """Report citations of a paragraph that a source with so many paragraphs does not have."""
    for position, text in enumerate(cites):
        try:
            cited = read_citation(text)
        except PydanticCustomError:
            continue  # malformed, which `check_citations` reports
        number = cited.paragraph
        if number is not None and not 1 <= number <= counts.get(cited.source, number):
            count = counts.get(cited.source)
            yield Fault(
                f"'{cited.source}' has no paragraph {number}",
                f"{cited.source}#1" + (f" to #{count}" if count and count > 1 else ""),
                path=(*path, "cite", position),
            )


def normalize_text(text: str) -> str:
    """Replace white space by single spaces, and typographic quotation marks and dashes by ASCII."""
    return re.sub(r"\s+", " ", text.translate(_SIGNS)).strip()


def _read(folder: FilePath, file: str, path: tuple[str, ...]) -> str | Fault:
    try:
        return read_source(folder, file)
    except UnreadableSource as error:
        if error.outside:
            return Fault(str(error), "a file beside the scenario", path=path)
        message = f"{error}, so its quotes are not checked"
        return Fault(message, severity="warning", path=path)
