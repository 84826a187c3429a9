"""The words of a .nfg file, each with its place.

White space separates and means nothing else; text stands in double quotes, in which a backslash
before a quote makes it part of the text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from typing import NoReturn

from middlegame.scenario.faults import Fault, ScenarioError

_WORDS = re.compile(
    r"""
    (?P<space>\s+)
    |"(?P<text>(?:[^"\\]|\\.)*)"
    |(?P<number>[+-]?(?:[0-9]++/[0-9]++|(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)(?:[eE][+-]?[0-9]++)?))
        (?=[\s{},"]|\Z)
    |(?P<sign>[{},])
    |(?P<word>[^\s{},"]+)
    |(?P<open>")
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Token:
    """One word of the file.

    Attributes:
        kind: text, number, sign, word, or end.
        text: the word; for text, what stands between the quotes.
        offset: where it begins.
    """

    kind: str
    text: str
    offset: int

    def __str__(self) -> str:
        """Return it as a fault names it."""
        return "the end of the file" if self.kind == "end" else f"'{self.text[:40]}'"


class Tokens:
    """The words one after another; `now` is the next that has not been taken."""

    def __init__(self, source: str, file: str) -> None:
        self._source = source
        self._file = file
        self._rest = self._words()
        self.now = next(self._rest)

    def take(self, kind: str, text: str = "", *, expected: str) -> Token:
        """Take the next word, which must be of this kind (and be this text, if one is given).

        Raises:
            ScenarioError: it is not.
        """
        if not self.at(kind, text):
            self.refuse(f"{self.now} does not belong here", expected)
        taken = self.now
        if taken.kind != "end":
            self.now = next(self._rest)
        return taken

    def at(self, kind: str, text: str = "") -> bool:
        """Whether the next word is of this kind (and is this text, if one is given)."""
        return self.now.kind == kind and text in ("", self.now.text)

    def number(self, expected: str) -> float:
        """Take a number: decimal, with an exponent, or a fraction.

        Raises:
            ScenarioError: there is none, or none that is finite.
        """
        token = self.take("number", expected=expected)
        try:
            above, slash, below = token.text.partition("/")
            value = int(above) / int(below) if slash else float(above)
        except (ArithmeticError, ValueError):
            value = float("inf")
        if not isfinite(value):
            self.refuse(f"{token} is no finite number", expected, token)
        return value

    def whole(self, expected: str) -> int:
        """Take a whole number that is not negative.

        Raises:
            ScenarioError: there is none.
        """
        token = self.take("number", expected=expected)
        if not re.fullmatch(r"\+?[0-9]{1,9}", token.text):
            self.refuse(f"{token} does not belong here", expected, token)
        return int(token.text)

    def refuse(self, message: str, expected: str = "", token: Token | None = None) -> NoReturn:
        """Raise the fault of a word, the next one unless another is given."""
        offset = (token or self.now).offset
        line = self._source.count("\n", 0, offset) + 1
        column = offset - self._source.rfind("\n", 0, offset)
        fault = Fault(message, expected, file=self._file, line=line, column=column)
        raise ScenarioError([fault])

    def _words(self) -> Iterator[Token]:
        for match in _WORDS.finditer(self._source):
            kind = match.lastgroup or ""
            if kind == "open":
                token = Token(kind, '"', match.start())
                self.refuse("this text is never closed", 'a second "', token)
            if kind == "text":
                told = re.sub(r'\\(["\\])', r"\1", match["text"])
                yield Token(kind, told, match.start())
            elif kind != "space":
                yield Token(kind, match[kind], match.start())
        yield Token("end", "", len(self._source))
