"""Syntax errors of YAML in plain words, and how to read on after one."""

import re
import unicodedata
from dataclasses import dataclass

from middlegame.scenario.faults import Fault, Path
from middlegame.scenario.yaml.alignment import Misalignment, find_misalignment, missing_colon

_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_KEY = re.compile(r"\s*[^\s:,{}\[\]]*")
_QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'[^']*'")
_COMMENT = re.compile(r"\s(#)")
_ENTRY = re.compile(r"( *)([\"']?)([^\s#:\"'-][^:]*?)\2\s*:(?:\s|$)")
_ODD_SPACE = re.compile(r"( *)([^\S \t\r\n])")
_QUOTES = "quotes around text that has : or # or starts with a special character"


@dataclass(frozen=True, slots=True)
class Mark:
    """A position in the text; line and column count from 1, index from 0."""

    line: int
    column: int
    index: int


class YamlSyntaxError(Exception):
    """The text cannot be read beyond a position.

    Attributes:
        fault: what is wrong.
        mark: a position in the entry to leave out so that the rest can be read; None where no
            entry can be left out.
        repair: a line's number and its text as it was probably meant, with which the rest can be
            read without leaving out an entry.
    """

    def __init__(
        self, fault: Fault, mark: Mark | None, repair: tuple[int, str] | None = None
    ) -> None:
        self.fault = fault
        self.mark = mark
        self.repair = repair
        super().__init__(str(fault))


def split_lines(text: str) -> list[str]:
    """Split a text where YAML does, so that line numbers agree."""
    return _BREAK.split(text)


def line_starts(text: str) -> list[int]:
    """Return the index in the text at which each line of `split_lines` begins."""
    return [0, *(found.end() for found in _BREAK.finditer(text))]


def explain_error(
    text: str, problem: str, context: str, at: Mark, opened: Mark | None
) -> YamlSyntaxError:
    """Turn an error of the YAML parser into a fault in plain words.

    Args:
        text: the whole text.
        problem: the parser's description of the problem.
        context: the parser's description of what it was reading.
        at: the position of the problem.
        opened: the position at which the construct being read began.
    """
    inside = "flow" in context or "quoted" in context
    cut = opened if inside and opened else at
    if inside and opened and (comment := _hiding_comment(text, opened, at)):
        fault = Fault(
            "' #' starts a comment here and hides the rest of the line",
            "quotes around text that has #, and no space in a citation such as brief#4",
        )
        return _broken(fault, comment, cut)
    if inside and opened:
        if _at_end(text, at):
            return _broken(_unclosed(context, problem), opened, cut)
        # A bracket left open is met after the first word of a later line, which is not wrong.
        if "flow" in context and at.line > opened.line and _ends_first_word(text, at):
            return _broken(_unclosed(context, problem, before_line=at.line), opened, cut)
        return _broken(_unclosed(context, problem), at, cut)
    if "could not find expected ':'" in problem and opened:
        return _misaligned(missing_colon(split_lines(text), opened.line), opened)
    lines = split_lines(text)
    if found := _odd_space(lines, at.line):
        return _misaligned(found, at)
    stopped = "mapping values are not allowed" in problem or "<block end>" in problem
    if stopped and (found := find_misalignment(lines, at.line, at.column)):
        return _misaligned(found, at)
    return _broken(_plain_words(text, problem, at), at, cut)


def _broken(fault: Fault, at: Mark, cut: Mark) -> YamlSyntaxError:
    located = Fault(fault.message, fault.expected, line=at.line, column=at.column)
    return YamlSyntaxError(located, cut)


def _misaligned(found: Misalignment, cut: Mark) -> YamlSyntaxError:
    repair = None if found.repaired is None else (found.line, found.repaired)
    return YamlSyntaxError(found.fault, cut, repair)


def _odd_space(lines: list[str], number: int) -> Misalignment | None:
    """Find a space that YAML takes for text, at the start of the line or of the key above it."""
    for each in range(min(number, len(lines)), 0, -1):
        if odd := _ODD_SPACE.match(lines[each - 1]):
            name = unicodedata.name(odd[2]).lower()
            fault = Fault(
                f"a {name} where only spaces are allowed",
                "spaces",
                line=each,
                column=odd.end(1) + 1,
            )
            line = lines[each - 1]
            indent = len(line) - len(line.lstrip())
            return Misalignment(fault, each, " " * indent + line.lstrip())
        if each < number and lines[each - 1].strip():
            break
    return None


def _unclosed(context: str, problem: str, before_line: int = 0) -> Fault:
    if "quoted" in context:
        if "escape" in problem:
            return Fault(
                "a backslash in double quotes starts an escape that YAML does not know",
                "single quotes around text with a backslash",
            )
        return Fault("the quotation mark here is never closed", "the same mark at the text's end")
    bracket, closing = ("{", "}") if "mapping" in context else ("[", "]")
    before = f" before line {before_line}" if before_line else ""
    quotes = ", and quotes around a key that has brackets" if bracket == "{" else ""
    return Fault(
        f"the bracket {bracket} is not closed{before}, or a comma is missing",
        f"a comma between entries and {closing} at the end{quotes}",
    )


def _plain_words(text: str, problem: str, at: Mark) -> Fault:
    line = split_lines(text)[at.line - 1] if at.line <= text.count("\n") + 1 else ""
    if "\t" in line[: len(line) - len(line.lstrip())] or "'\\t'" in problem:
        return Fault("a tab where only spaces are allowed", "spaces")
    if "mapping values are not allowed" in problem:
        what = "a second ': ' in this line"
        if ":" not in line[: at.column - 1]:
            what = "a ': ' in text that goes on from a line above"
        return Fault(what, "quotes around text that has a colon")
    if "cannot start any token" in problem:
        sign = text[at.index] if at.index < len(text) else ""
        return Fault(f"text cannot start with {sign}", "quotes around the text")
    if "<block end>" in problem:
        return Fault(
            "the indentation or a character here does not match the lines above",
            "the same indentation for all keys of one thing, and quotes around a whole text",
        )
    if "unexpected ':'" in problem:
        return Fault("a colon in unquoted text", _QUOTES)
    return Fault(f"invalid YAML ({' '.join(problem.split())})", _QUOTES)


def _at_end(text: str, at: Mark) -> bool:
    return not text[at.index :].strip(" \t\r\n\0.")


def _ends_first_word(text: str, at: Mark) -> bool:
    before = text[: at.index]
    return _KEY.fullmatch(before[line_starts(before)[-1] :]) is not None


def _hiding_comment(text: str, opened: Mark, at: Mark) -> Mark | None:
    lines = split_lines(text)
    for number in range(opened.line, min(at.line, len(lines)) + 1):
        line = _QUOTED.sub(lambda match: "x" * len(match[0]), lines[number - 1])
        start = opened.column - 1 if number == opened.line else 0
        found = _COMMENT.search(line, start)
        if found and re.search(r"[}\]]", line[found.start() :]):
            return Mark(number, found.start(1) + 1, 0)
    return None


def replace_line(text: str, number: int, line: str) -> str:
    """Return a text with another line in place of one, counted from 1."""
    lines = split_lines(text)
    lines[number - 1] = line
    return "\n".join(lines)


def blank_entry(text: str, line: int, *, whole_section: bool) -> tuple[str, Path] | None:
    """Blank the entry (such as one move), or the section, that contains a line.

    Returns:
        The text, with as many lines as before, and the path of the blanked part;
        None if the line is not in a section.
    """
    lines = split_lines(text)
    start = _last_entry(lines, 0, line, indent=0)
    if start is None:
        return None
    inside = [text for text in lines[start:] if text.strip() and not text.lstrip().startswith("#")]
    indent = _indent(inside[0]) if inside else 0
    entry = None if whole_section or not indent else _last_entry(lines, start, line, indent=indent)
    first, depth = (start, 0) if entry is None else (entry, indent)
    last = first
    while last < len(lines) and (
        last < line or not lines[last].strip() or _indent(lines[last]) > depth
    ):
        last += 1
    names = [_name(lines[start - 1])] + ([] if entry is None else [_name(lines[entry - 1])])
    lines[first - 1 : last] = [""] * (last - first + 1)
    return "\n".join(lines), tuple(names)


def _last_entry(lines: list[str], after: int, until: int, *, indent: int) -> int | None:
    """Return the last line in `after + 1 .. until` that starts an entry with an indentation."""
    for number in range(min(until, len(lines)), after, -1):
        entry = _ENTRY.match(lines[number - 1])
        if entry and len(entry[1]) == indent:
            return number
    return None


def _name(line: str) -> str:
    entry = _ENTRY.match(line)
    return entry[3] if entry else ""


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
