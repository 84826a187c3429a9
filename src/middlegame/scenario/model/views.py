"""Rival views: other judgements of the same contest."""

from dataclasses import dataclass
from typing import Annotated, Any, get_args

from pydantic import Field

from middlegame.scenario.model.fields import Sourced
from middlegame.scenario.model.judgement import Judgement, Points, Unit, parse_judgement
from middlegame.scenario.syntax import TextFormat, describe, syntax_error

_EXPECTED = "a number in the unit of the one it replaces, such as 20..40%"


@dataclass(frozen=True)
class ViewJudgement:
    """A number that replaces another, whose unit is known only when that one is found.

    Attributes:
        written: a number, a text, or a mapping `{is: ..., why: ..., cite: ...}`.
    """

    written: Any

    @property
    def cite(self) -> tuple[str, ...]:
        """The citations beside the number."""
        cite = self.written.get("cite", ()) if isinstance(self.written, dict) else ()
        return (cite,) if isinstance(cite, str) else tuple(cite) if isinstance(cite, list) else ()

    def read(self, unit: Unit) -> Judgement:
        """Read the number in its unit.

        Raises:
            PydanticCustomError: the value is invalid in this unit.
        """
        if isinstance(self.written, dict) and "private" in self.written:
            raise syntax_error(
                "only the contest itself says which numbers are private",
                "the number alone",
                within=("private",),
            )
        return parse_judgement(self.written, unit)


def _parse(value: object) -> ViewJudgement:
    if isinstance(value, ViewJudgement):
        return value
    if isinstance(value, Judgement):
        return ViewJudgement(str(value))
    if isinstance(value, bool) or not isinstance(value, int | float | str | dict):
        raise syntax_error(f"{describe(value)} is not a number", _EXPECTED)
    return ViewJudgement(value)


def _schema() -> dict[str, Any]:
    written: TextFormat = get_args(Points)[1]
    return {**written.schema, "description": _EXPECTED}


Judgements = dict[str, Annotated[ViewJudgement, TextFormat(_parse, _schema())]]
"""Numbers in place of others, by the dotted path of each."""


class View(Sourced):
    """The judgements of another analyst, or another school of thought, of the same contest.

    Attributes:
        name: whose view it is, in words.
        forecaster: the forecaster's name in the ledger; by default the key of the view.
        judgements: the numbers it replaces, by dotted path: `interests.moscow[0].worth`.
    """

    name: str | None = None
    forecaster: str | None = None
    judgements: Annotated[Judgements, Field(min_length=1)]
