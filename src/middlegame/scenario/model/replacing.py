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
    changed: T = _replaced(whole, path, value)
    return changed


def _replaced(part: Any, path: Path, value: object) -> Any:
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(part, BaseModel):
        fields = type(part).model_fields
        name = next((n for n, field in fields.items() if step in (n, field.alias)), str(step))
        if name not in fields and name not in (part.model_extra or {}):
            raise KeyError(dotted(path))
        return part.model_copy(update={name: _replaced(getattr(part, name), rest, value)})
    if isinstance(part, dict) and step in part:
        return part | {step: _replaced(part[step], rest, value)}
    if isinstance(part, tuple) and isinstance(step, int) and step < len(part):
        return (*part[:step], _replaced(part[step], rest, value), *part[step + 1 :])
    raise KeyError(dotted(path))
