"""The JSON Schema of the language, and the keys and words that it allows at a place."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from middlegame.scenario.faults import Path
from middlegame.scenario.model.judgement import Judgement
from middlegame.scenario.model.scenario import Scenario

REPEATED_SECTIONS = (
    "actors", "numbers", "resources", "moves", "offers", "factors", "interests", "evidence",
    "questions",
)  # fmt: skip
"""The sections that a repeated block may have."""


def json_schema() -> dict[str, Any]:
    """Derive the schema (draft 2020-12) of a scenario file from the model."""
    derived = Scenario.model_json_schema(
        by_alias=True, mode="validation", schema_generator=_Generator
    )
    derived["properties"]["repeat"] = _repeat_schema(derived["properties"])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **derived,
        "title": "middlegame scenario",
    }


def _repeat_schema(sections: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of repeated blocks, whose patterns are free: they have placeholders."""
    values = {"type": ["object", "null"]}
    members = [
        {"type": "array", "items": {"type": "string"}, "minItems": 1},
        {"type": "object", "additionalProperties": values, "minProperties": 1},
        {"type": "string", "description": "a CSV file beside the scenario", "pattern": ".+"},
    ]
    patterns = {name: {"type": "object"} for name in REPEATED_SECTIONS if name in sections}
    block = {
        "type": "object",
        "properties": {
            "for": {"type": "string"},
            "in": {"anyOf": members},
            "before": {"type": "string"},
            **patterns,
        },
        "required": ["for", "in"],
        "additionalProperties": False,
    }
    return {"anyOf": [block, {"type": "array", "items": block}]}


class _Generator(GenerateJsonSchema):
    def encode_default(self, dft: Any) -> Any:
        return str(dft) if isinstance(dft, Judgement) else super().encode_default(dft)


def allowed_keys(path: Path) -> tuple[str, ...]:
    """List the keys that the model allows in the mapping at a path; empty where names are free."""
    kind: Any = Scenario
    for step in path:
        kind = _type_inside(kind, step)
    model = _model_of(kind)
    if model is None:
        return ()
    return tuple(field.alias or name for name, field in model.model_fields.items())


def _type_inside(kind: Any, step: str | int) -> Any:
    """Return the type of the value at a key or position inside a value of a type."""
    model = _model_of(kind)
    if model is not None:
        for name, field in model.model_fields.items():
            if step in (field.alias, name):
                return field.annotation
        extra = model.__annotations__.get("__pydantic_extra__")
        return get_args(extra)[-1] if extra else None
    for each in _types_meant(kind):
        if get_origin(each) in (dict, tuple):
            return next(part for part in reversed(get_args(each)) if part is not ...)
    return None


def _model_of(kind: Any) -> type[BaseModel] | None:
    for each in _types_meant(kind):
        if isinstance(each, type) and issubclass(each, BaseModel):
            return each
    return None


def _types_meant(kind: Any) -> list[Any]:
    """Return the types inside `Annotated[...]` and `... | None`."""
    if hasattr(kind, "__metadata__"):
        return _types_meant(kind.__origin__)
    if get_origin(kind) in (dict, tuple) or isinstance(kind, type):
        return [kind]
    return [each for part in get_args(kind) for each in _types_meant(part)]


_CHOICE = re.compile(r"\(([a-z_]+(?:\|[a-z_]+)+)\)")
"""A choice of words within a pattern, such as `(day|week)s?`."""


def allowed_words(path: Path) -> tuple[str, ...]:
    """List the words that the schema allows as the value at a path; empty where it is free."""
    places = [_cached_schema()]
    for step in path:
        places = [inner for place in places for inner in _schemas_inside(place, step)]
    found: list[str] = []
    for each in (each for place in places for each in _schemas_meant(place)):
        choice = _CHOICE.search(each.get("pattern", ""))
        words = each.get("enum", [each["const"]] if "const" in each else [])
        found += choice[1].split("|") if choice else [word for word in words if word]
    return tuple(dict.fromkeys(map(str, found)))


@cache
def _cached_schema() -> dict[str, Any]:
    return json_schema()


def _schemas_meant(place: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the schemas behind references and alternatives."""
    if "$ref" in place:
        yield from _schemas_meant(_cached_schema()["$defs"][place["$ref"].rpartition("/")[2]])
    elif "anyOf" in place:
        for each in place["anyOf"]:
            yield from _schemas_meant(each)
    else:
        yield place


def _schemas_inside(place: dict[str, Any], step: str | int) -> Iterator[dict[str, Any]]:
    """Yield the schemas of the value at a key or position."""
    for each in _schemas_meant(place):
        if isinstance(step, int):
            if "items" in each:
                yield each["items"]
        elif step in each.get("properties", {}):
            yield each["properties"][step]
        elif isinstance(each.get("additionalProperties"), dict):
            yield each["additionalProperties"]
        else:
            yield from each.get("patternProperties", {}).values()
