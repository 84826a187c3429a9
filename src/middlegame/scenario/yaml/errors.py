"""Syntax errors of YAML in plain words, and how to read on after one."""

import re
from dataclasses import dataclass

from middlegame.scenario.faults import Fault, Path

_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_KEY = re.compile(r"\s*[^\s:,{}\[\]]*")
_QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'[^']*'")
_COMMENT = re.compile(r"\s(#)")
_ENTRY = re.compile(r"( *)([\"']?)([^\s#:\"'-][^:]*?)\2\s*:(?:\s|$)")
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
    """

    def __init__(self, fault: Fault, mark: Mark | None) -> None:
        self.fault = fault
        self.mark = mark
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
        return _broken(Fault("there is no ': ' in this line", "key: value"), opened, opened)
    if "mapping values are not allowed" in problem and (found := _misplaced_key(text, at)):
        return _broken(*found, cut)
    return _broken(_plain_words(text, problem, at), at, cut)


def _misplaced_key(text: str, at: Mark) -> tuple[Fault, Mark] | None:
    """Return why the only key of a line is read as text: it continues the text above.

    Args:
        text: the whole text.
        at: the position of the colon that the parser does not expect.

    Returns:
        The fault and its position; None if the line has another colon before this one.
    """
    lines = split_lines(text)
    line = lines[at.line - 1]
    entry = _ENTRY.match(line)
    if not entry or len(entry[0].rstrip()) < at.column:
        return None
    above = [number for number in range(1, at.line) if lines[number - 1].strip()]
    for number in (at.line, *above[-1:]):
        margin = lines[number - 1][: _indent(lines[number - 1])]
        if (place := margin.find("\u00a0")) >= 0:
            fault = Fault("a no-break space where only spaces are allowed", "spaces")
            return fault, Mark(number, place + 1, 0)
    while above:
        number = above.pop()
        other, indent = lines[number - 1], _indent(lines[number - 1])
        if re.search(r":(\s|$)", other):
            fault = Fault(
                f"this line is indented deeper than line {number}, whose value it continues",
                f"{indent} space{'s' * (indent != 1)} before '{entry[3]}', or quotes around a text "
                "that goes on over lines",
            )
            return fault, Mark(at.line, _indent(line) + 1, 0)
        before = lines[above[-1] - 1].split(" #")[0].rstrip() if above else ""
        if indent == _indent(line) and (before.endswith(":") or _indent(before) == indent):
            return Fault("there is no ': ' in this line", "key: value"), Mark(number, indent + 1, 0)
    return None


def _broken(fault: Fault, at: Mark, cut: Mark) -> YamlSyntaxError:
    located = Fault(fault.message, fault.expected, line=at.line, column=at.column)
    return YamlSyntaxError(located, cut)


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
        return Fault("a second ': ' in this line", "quotes around text that has a colon")
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
