"""References to moves and factors, with an optional period: `cuba`, `cuba@previous`, `cuba@3`.

A move may also know the remaining amount of an actor's resource: `moscow.effort`.
"""

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

from middlegame.base.text import normalize
from middlegame.scenario.model.fields import check_distinct, check_name
from middlegame.scenario.syntax import LAST as LAST
from middlegame.scenario.syntax import PREVIOUS as PREVIOUS
from middlegame.scenario.syntax import unknown_period

_PERIOD = re.compile(rf"{PREVIOUS}|{LAST}|[1-9]\d{{0,5}}")


def split_reference(reference: str) -> tuple[str, str | int | None]:
    """Split a reference into the name and its period: a number, `previous`, `last` or None.

    >>> [split_reference(each) for each in ("cuba@3", "cuba@previous", "cuba")]
    [('cuba', 3), ('cuba', 'previous'), ('cuba', None)]
    """
    name, at, period = reference.partition("@")
    if not at:
        return name, None
    return name, int(period) if period.isdigit() else period


def base_name(reference: str) -> str:
    """Return the name in a reference, without its period."""
    return reference.partition("@")[0]


def check_reference(value: object) -> str:
    """Return a valid reference in composed form: a name, `NAME@PERIOD`, or `ACTOR.RESOURCE`.

    Raises:
        PydanticCustomError: the value is not a reference.
    """
    value = normalize(value) if isinstance(value, str) else value
    if isinstance(value, str) and "." in value:
        for part in value.split(".", 1):
            check_name(part)
        return value
    if not isinstance(value, str) or "@" not in value:
        return check_name(value)
    name, _, period = value.partition("@")
    check_name(name)
    if not _PERIOD.fullmatch(period):
        raise unknown_period(name, period)
    return value


Reference = Annotated[
    str,
    BeforeValidator(check_reference),
    WithJsonSchema(
        {"type": "string", "pattern": r"^[^\s@.]+(\.[^\s@.]+)?(@(previous|last|[1-9]\d*))?$"}
    ),
]
References = Annotated[tuple[Reference, ...], AfterValidator(check_distinct)]
