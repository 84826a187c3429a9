"""The tasks of the review: numbers that were drafted, one by one, and what is decided on each."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from middlegame.base.errors import MiddlegameError
from middlegame.report.text.grammar import mid_sentence
from middlegame.scenario.faults import Path
from middlegame.scenario.model.judgement import format_number
from middlegame.scenario.syntax import GAP
from middlegame.scenario.yaml.data_edits import as_written
from middlegame.scenario.yaml.dump import Plain
from middlegame.scenario.yaml.renaming import CONDITION_KEYS
from middlegame.scenario.yaml.structure import remove_entry, set_value
from middlegame.scenario.yaml.tree import parse_yaml
from middlegame.workbench.workers.outline_data import entry_label, place_words
from middlegame.workbench.workers.texts import CitedPassage, passages
from middlegame.workbench.workers.worker import WorkerContext

_MARKS = (True, "yes", "true")


@dataclass(frozen=True)
class UnreviewedNumber:
    """A number that a language model drafted, and that no person has confirmed.

    Attributes:
        path: its place in the scenario.
        place: the same in words.
        subject: what the entry that it belongs to is called.
        case: the condition under which it holds; empty without one.
        value: the number or range as it is written.
        why: the reason that was drafted with it.
        quote: the quote that was drafted with it, or with its entry.
        passages: the paragraphs that it, or else its entry, cites.
    """

    path: Path
    place: str
    subject: str
    case: str
    value: str
    why: str
    quote: str
    passages: tuple[CitedPassage, ...]


def drafted_numbers(context: WorkerContext, text: str) -> list[UnreviewedNumber]:
    """List the numbers of a text that are marked as drafted, in written order."""
    data = parse_yaml(text).data
    return [
        _describe(data, path, around, context.folder)
        for path, around in _marked(data, (), ())
        if path
    ]


def confirm(context: WorkerContext, text: str, path: Path) -> str:
    """Return a text in which a drafted number is confirmed as it stands.

    Raises:
        MiddlegameError: the text is not valid YAML, or the number cannot be edited alone.
    """
    return remove_entry(text, (*path, "drafted"))


def replace_drafted(context: WorkerContext, text: str, path: Path, value: str) -> str:
    """Return a text in which another number stands in place of a drafted one.

    Raises:
        MiddlegameError: no number is given, the text is not valid YAML, or the number cannot be
            edited alone.
    """
    if not value.strip():
        raise MiddlegameError("type a number or a range, such as 20..40%")
    return confirm(context, set_value(text, (*path, "is"), as_written(value)), path)


def reject(context: WorkerContext, text: str, path: Path) -> str:
    """Return a text with a gap in place of a drafted number, which `check` lists.

    Raises:
        MiddlegameError: the text is not valid YAML, or the number cannot be edited alone.
    """
    return confirm(context, set_value(text, (*path, "is"), Plain(GAP)), path)


def _marked(
    part: Any, path: Path, around: tuple[Any, ...]
) -> Iterator[tuple[Path, tuple[Any, ...]]]:
    """Yield the path of each drafted number, with the parts around it from the outside in."""
    if isinstance(part, dict):
        if "is" in part and part.get("drafted") in _MARKS:
            yield path, (*around, part)
        for key, inner in part.items():
            yield from _marked(inner, (*path, str(key)), (*around, part))
    elif isinstance(part, list):
        for place, inner in enumerate(part):
            yield from _marked(inner, (*path, place), (*around, part))


def _subject(data: Any, path: Path) -> str:
    """Return what an entry without a label is called."""
    if path[0] != "interests" or len(path) == 1:
        return entry_label(data, path[:2])
    return f"Interests of {mid_sentence(entry_label(data, path[:2]))}"


def _describe(data: Any, path: Path, around: tuple[Any, ...], folder: str) -> UnreviewedNumber:
    inner_first = [part for part in reversed(around) if isinstance(part, dict)]
    own = inner_first[0]

    def nearest(*keys: str) -> str:
        found = (part[key] for part in inner_first[:-1] for key in keys if part.get(key))
        value = next(found, "")
        return ", ".join(map(str, value)) if isinstance(value, list) else str(value)

    value = own["is"]
    return UnreviewedNumber(
        path=path,
        place=place_words(data, path),
        subject=nearest("label", "name") or _subject(data, path),
        case=nearest(*sorted(CONDITION_KEYS)),
        value=format_number(value) if isinstance(value, int | float) else str(value),
        why=str(own.get("why") or ""),
        quote=nearest("quote"),
        passages=tuple(passages(data, nearest("cite"), folder)),
    )
