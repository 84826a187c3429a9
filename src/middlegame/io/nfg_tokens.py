"""The tokens of a .nfg file, each with its place.

Tokens are separated by white space. Texts are in double quotes; a backslash before a quote makes
it part of the text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn

from middlegame.io.files import MAX_POINTS
from middlegame.scenario.faults import Fault, ScenarioError

_TOKENS = re.compile(
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
    """One token of the file.

    Attributes:
        kind: text, number, sign, word, or end.
        text: the token; for a text, what is between the quotes.
        offset: where it begins, in characters.
    """

    kind: str
    text: str
    offset: int

    def __str__(self) -> str:
        """Return the token as faults name it."""
        return "the end of the file" if self.kind == "end" else f"'{self.text[:40]}'"


class Tokens:
    """A reader of tokens; `now` is the next token, not yet taken."""

    def __init__(self, source: str, file: str) -> None:
        self._source = source
        self._file = file
        self._rest = self._tokens()
        self.now = next(self._rest)

    def take(self, kind: str, text: str = "", *, expected: str) -> Token:
        """Take the next token, which must have this kind (and this text, if given).

        Raises:
            ScenarioError: it has another kind or text.
        """
        if not self.at(kind, text):
            self.refuse(f"unexpected {self.now}", expected)
        taken = self.now
        if taken.kind != "end":
            self.now = next(self._rest)
        return taken

    def at(self, kind: str, text: str = "") -> bool:
        """Return whether the next token has this kind (and this text, if given)."""
        return self.now.kind == kind and text in ("", self.now.text)

    def number(self, expected: str) -> float:
        """Take a number: decimal, with an exponent, or a fraction.

        Raises:
            ScenarioError: the next token is not a number, or beyond MAX_POINTS.
        """
        token = self.take("number", expected=expected)
        try:
            above, slash, below = token.text.partition("/")
            value = int(above) / int(below) if slash else float(above)
        except (ArithmeticError, ValueError):
            value = float("inf")
        if not abs(value) <= MAX_POINTS:
            bound = f"{MAX_POINTS:.0e}".replace("e+", "e")
            self.refuse(
                f"the payoff {token} is too large", f"a number between -{bound} and {bound}", token
            )
        return value

    def whole(self, expected: str) -> int:
        """Take a whole number of at least 0.

        Raises:
            ScenarioError: the next token is not such a number.
        """
        token = self.take("number", expected=expected)
        if not re.fullmatch(r"\+?[0-9]{1,9}", token.text):
            self.refuse(f"unexpected {token}", expected, token)
        return int(token.text)

    def refuse(self, message: str, expected: str = "", token: Token | None = None) -> NoReturn:
        """Raise a fault at a token, by default the next one."""
        offset = (token or self.now).offset
        line = self._source.count("\n", 0, offset) + 1
        column = offset - self._source.rfind("\n", 0, offset)
        fault = Fault(message, expected, file=self._file, line=line, column=column)
        raise ScenarioError([fault])

    def _tokens(self) -> Iterator[Token]:
        for match in _TOKENS.finditer(self._source):
            kind = match.lastgroup or ""
            if kind == "open":
                token = Token(kind, '"', match.start())
                self.refuse("this text is never closed", 'a second "', token)
            if kind == "text":
                unescaped = re.sub(r'\\(["\\])', r"\1", match["text"])
                yield Token(kind, unescaped, match.start())
            elif kind != "space":
                yield Token(kind, match[kind], match.start())
        yield Token("end", "", len(self._source))
