"""The JSON Schema of the language, for editors and other programs."""

from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from middlegame.scenario.model.judgement import Judgement
from middlegame.scenario.model.scenario import Scenario


def json_schema() -> dict[str, Any]:
    """Derive the schema (draft 2020-12) of a scenario file from the model."""
    derived = Scenario.model_json_schema(
        by_alias=True, mode="validation", schema_generator=_Generator
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **derived,
        "title": "middlegame scenario",
    }


class _Generator(GenerateJsonSchema):
    def encode_default(self, dft: Any) -> Any:
        return str(dft) if isinstance(dft, Judgement) else super().encode_default(dft)
