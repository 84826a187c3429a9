"""Text read by a Lark grammar, with what is wrong told in the analyst's words."""

from typing import Any

from lark import Lark, UnexpectedCharacters, UnexpectedToken

from middlegame.scenario.model.syntax import syntax_error

_LONGEST = 80
_MOST = 20_000
"""Characters that are parsed: more than anybody writes, and less than keeps anybody waiting."""


def parsed(parser: Lark, text: str, what: str, expected: str) -> Any:
    """Parse a text.

    Args:
        parser: an LALR parser.
        text: what to read.
        what: what it should be, such as `condition`.
        expected: an example of one.

    Raises:
        PydanticCustomError: it does not parse; the error's context holds the `offset`.
    """
    if len(text) > _MOST:
        raise syntax_error(f"the {what} is {len(text):,} characters long", f"at most {_MOST:,}")
    told = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
    try:
        return parser.parse(text)
    except UnexpectedToken as error:
        if error.token.type == "$END":
            problem, at = f"the {what} '{told}' ends too early", len(text)
        else:
            token = str(error.token)
            short = token if len(token) <= _LONGEST else f"{token[: _LONGEST - 3]}..."
            problem, at = f"'{short}' does not belong in '{told}'", error.pos_in_stream or 0
    except UnexpectedCharacters as error:
        problem, at = f"'{error.char}' does not belong in '{told}'", error.pos_in_stream or 0
    raise syntax_error(problem, expected, offset=at)
