"""A scenario with one thing in it replaced; `walk` says where things are."""

from typing import Any, TypeVar

from pydantic import BaseModel

from middlegame.scenario.faults import Path, dotted

T = TypeVar("T")


def replaced(whole: T, path: Path, value: object) -> T:
    """Give a copy of a scenario (or of a part of one) with the value at a path replaced.

    Nothing is checked again: `check.faults_of` and compiling do that.

    Raises:
        KeyError: there is nothing at the path.
    """
    if not path:
        return value  # type: ignore[return-value]
    step, rest = path[0], path[1:]
    part: Any = whole
    if isinstance(part, BaseModel):
        fields = type(part).model_fields
        name = next((n for n, field in fields.items() if step in (n, field.alias)), str(step))
        if name not in fields and name not in (part.model_extra or {}):
            raise KeyError(dotted(path))
        inside = replaced(getattr(part, name), rest, value)
        return part.model_copy(update={name: inside})  # type: ignore[return-value]
    if isinstance(part, dict) and step in part:
        return part | {step: replaced(part[step], rest, value)}  # type: ignore[return-value]
    if isinstance(part, tuple) and isinstance(step, int) and step < len(part):
        changed = replaced(part[step], rest, value)
        return (*part[:step], changed, *part[step + 1 :])  # type: ignore[return-value]
    raise KeyError(dotted(path))
