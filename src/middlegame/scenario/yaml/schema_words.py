"""Which words the JSON Schema enumerates for a value of a scenario."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from middlegame.scenario.faults import Path
from middlegame.scenario.yaml.schema import json_schema

_CHOICE = re.compile(r"\(([a-z_]+(?:\|[a-z_]+)+)\)")
"""A choice of words within a pattern, such as `(day|week)s?`."""


def words_at(path: Path) -> tuple[str, ...]:
    """List the words that the value at a path may be; empty where it is free."""
    places = [_schema()]
    for step in path:
        places = [inner for place in places for inner in _inside(place, step)]
    found: list[str] = []
    for each in (each for place in places for each in _alternatives(place)):
        choice = _CHOICE.search(each.get("pattern", ""))
        words = each.get("enum", [each["const"]] if "const" in each else [])
        found += choice[1].split("|") if choice else [word for word in words if word]
    return tuple(dict.fromkeys(map(str, found)))


@cache
def _schema() -> dict[str, Any]:
    return json_schema()


def _alternatives(place: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Look through references and alternatives at the schemas meant."""
    if "$ref" in place:
        yield from _alternatives(_schema()["$defs"][place["$ref"].rpartition("/")[2]])
    elif "anyOf" in place:
        for each in place["anyOf"]:
            yield from _alternatives(each)
    else:
        yield place


def _inside(place: dict[str, Any], step: str | int) -> Iterator[dict[str, Any]]:
    """Give the schemas of what stands at a key or position."""
    for each in _alternatives(place):
        if isinstance(step, int):
            if "items" in each:
                yield each["items"]
        elif step in each.get("properties", {}):
            yield each["properties"][step]
        elif isinstance(each.get("additionalProperties"), dict):
            yield each["additionalProperties"]
        else:
            yield from each.get("patternProperties", {}).values()
