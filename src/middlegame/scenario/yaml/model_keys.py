"""Which keys may stand at a path of a scenario, read off the model."""

from typing import Any, get_args, get_origin

from pydantic import BaseModel

from middlegame.scenario.faults import Path
from middlegame.scenario.model.scenario import Scenario


def keys_at(path: Path) -> tuple[str, ...]:
    """List the keys that the mapping at a path may have; empty where the names are free."""
    kind: Any = Scenario
    for step in path:
        kind = _step(kind, step)
    model = _model(kind)
    if model is None:
        return ()
    return tuple(field.alias or name for name, field in model.model_fields.items())


def _step(kind: Any, step: str | int) -> Any:
    """Give the type of what stands at a key or position of something of this type."""
    model = _model(kind)
    if model is not None:
        for name, field in model.model_fields.items():
            if step in (field.alias, name):
                return field.annotation
        extra = model.__annotations__.get("__pydantic_extra__")
        return get_args(extra)[-1] if extra else None
    for each in _alternatives(kind):
        if get_origin(each) in (dict, tuple):
            return next(part for part in reversed(get_args(each)) if part is not ...)
    return None


def _model(kind: Any) -> type[BaseModel] | None:
    for each in _alternatives(kind):
        if isinstance(each, type) and issubclass(each, BaseModel):
            return each
    return None


def _alternatives(kind: Any) -> list[Any]:
    """Look through `Annotated` and `... | None` at the types meant."""
    if hasattr(kind, "__metadata__"):
        return _alternatives(kind.__origin__)
    if get_origin(kind) in (dict, tuple) or isinstance(kind, type):
        return [kind]
    return [each for part in get_args(kind) for each in _alternatives(part)]
