"""The resources: the language's reference, its JSON Schema, shipped contests, archetypes."""

import json
from pathlib import Path

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ResourceNotFoundError

from middlegame.base.errors import QueryError
from middlegame.io.archetypes import list_archetypes
from middlegame.io.examples import FOLDER, list_examples
from middlegame.scenario import json_schema

_PACKAGED = FOLDER.parent / "language.md"
_IN_REPOSITORY = Path(__file__).parents[3] / "docs" / "language.md"


def language_reference() -> str:
    """Return the reference of the language, as the documentation has it.

    Raises:
        QueryError: it is not installed.
    """
    for path in (_PACKAGED, _IN_REPOSITORY):
        if path.is_file():
            return path.read_text(encoding="utf-8")
    raise QueryError("the reference of the language is not installed; use the JSON Schema")


def schema_text() -> str:
    """Return the JSON Schema of a scenario."""
    return json.dumps(json_schema())


def contest_names() -> str:
    """Return the names and titles of the shipped contests and the archetypes, as JSON."""
    shipped = {each.name: each.title for each in list_examples()}
    archetypes = {each.name: each.title for each in list_archetypes()}
    return json.dumps({"contests": shipped, "archetypes": archetypes})


def contest_text(name: str) -> str:
    """Return a shipped contest or an archetype, as it is written.

    Raises:
        ResourceNotFoundError: there is none of that name.
    """
    files = {each.name: each.folder / "scenario.yaml" for each in list_examples()}
    files |= {each.name: each.path for each in list_archetypes()}
    if name not in files:
        raise ResourceNotFoundError(f"there is no contest '{name}'")
    return files[name].read_text(encoding="utf-8")


def add_resources(server: MCPServer) -> None:
    """Register the resources with a server."""
    for name, mime_type, read in (
        ("language", "text/markdown", language_reference),
        ("schema", "application/schema+json", schema_text),
        ("contests", "application/json", contest_names),
        ("contests/{name}", "application/yaml", contest_text),
    ):
        server.resource(f"middlegame://{name}", mime_type=mime_type)(read)
