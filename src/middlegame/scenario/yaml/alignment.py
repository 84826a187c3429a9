"""Lines of block YAML that do not line up: a key in the wrong column, or without its colon."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from middlegame.scenario.faults import Fault

_LINE = re.compile(
    r"(?P<lead> *(?:- +)*)(?P<key>[^\s:,#{}\[\]\"'-][^\s:,{}\[\]\"']*)[ \t]*:"
    r"(?:[ \t]+(?P<value>.*))?$"
)
_SPACES = "the same indentation for all keys of one thing"
_TEXT = ", or quotes around a text that goes on over lines"


@dataclass(frozen=True)
class Misalignment:
    """A line that does not line up with the others, and the line as it was probably meant.

    Attributes:
        fault: what is wrong, with its line and column.
        line: the line that is at fault, counted from 1.
        repaired: the text of that line with which the rest can be read; None where none is likely.
    """

    fault: Fault
    line: int
    repaired: str | None


@dataclass(frozen=True)
class _KeyLine:
    number: int
    lead: str
    key: str
    value: str
    text: str

    @property
    def indent(self) -> int:
        return len(self.lead)


def missing_colon(lines: list[str], number: int) -> Misalignment:
    """Return the fault of a line that has no `: `, such as `by cambria`, `by:cambria` or `moves`.

    It is not repaired where it would be a key without a value.
    """
    line = lines[number - 1]
    lead = line[: len(line) - len(line.lstrip())]
    fault = Fault("there is no ': ' in this line", "key: value", line=number, column=len(lead) + 1)
    word = re.split(r"[\s:]", line.strip(), maxsplit=1)[0]
    rest = line.strip().removeprefix(word).lstrip(": \t")
    below = next((each for each in lines[number:] if _has_content(each)), "")
    deeper = len(below) - len(below.lstrip()) > len(lead)
    repaired = f"{lead}{word}: {rest}".rstrip() if word and (rest or deeper) else None
    return Misalignment(fault, number, repaired)


def find_misalignment(lines: list[str], number: int, column: int) -> Misalignment | None:
    """Find the line at fault where a parser stops at a line's first key.

    Args:
        lines: the lines of the text.
        number: the line at which the parser stopped, counted from 1.
        column: the column at which it stopped: that of the line's key, or of its colon.

    Returns:
        None where the line is at fault for another reason, such as a second colon in it.
    """
    here = _key_line(lines, number)
    if here is None or "-" in here.lead or ":" in lines[number - 1][: column - 1]:
        return None
    above = next(_key_lines_above(lines, number), None)
    if above is None or not above.value:
        start = above.number if above else 0
        between = [n for n in range(start + 1, number) if _has_content(lines[n - 1])]
        if between:
            return missing_colon(lines, between[0])
    return _compare(lines, above, here) if above else None


def _compare(lines: list[str], above: _KeyLine, here: _KeyLine) -> Misalignment | None:
    if above.indent == here.indent:
        return None
    others = (_key_line(lines, n) for n in range(here.number + 1, len(lines) + 1))
    below = next((each for each in others if each and each.indent <= here.indent), None)
    before = next(
        (each for each in _key_lines_above(lines, above.number) if each.indent <= above.indent),
        None,
    )
    continued = below is not None and below.indent == here.indent
    first = (before is None or before.indent < above.indent) and "-" not in above.lead
    if continued and first and above.indent:
        return _misplaced(above, here)
    if continued and above.indent < here.indent and above.value:
        fault = Fault(
            f"'{above.key}' has a value in its line and keys below it",
            f"one of them, such as {above.key}: with the keys below it",
            line=above.number,
            column=above.indent + 1,
        )
        return Misalignment(fault, above.number, f"{above.lead}{above.key}:")
    return _misplaced(here, above)


def _misplaced(wrong: _KeyLine, right: _KeyLine) -> Misalignment:
    spaces = f"{wrong.indent} space{'' if wrong.indent == 1 else 's'}"
    fault = Fault(
        f"'{wrong.key}' is indented by {spaces}, "
        f"but '{right.key}' in line {right.number} by {right.indent}",
        _SPACES + _TEXT * (wrong.number > right.number and wrong.indent > right.indent),
        line=wrong.number,
        column=wrong.indent + 1,
    )
    repaired = " " * right.indent + wrong.text[wrong.indent :]
    return Misalignment(fault, wrong.number, repaired)


def _key_line(lines: list[str], number: int) -> _KeyLine | None:
    found = _LINE.match(lines[number - 1])
    if not found:
        return None
    value = re.sub(r"(?:^|\s)#.*", "", found["value"] or "").strip()
    return _KeyLine(number, found["lead"], found["key"], value, lines[number - 1])


def _key_lines_above(lines: list[str], number: int) -> Iterator[_KeyLine]:
    """Yield the key lines above a line, the nearest first."""
    return filter(None, (_key_line(lines, each) for each in range(number - 1, 0, -1)))


def _has_content(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")
