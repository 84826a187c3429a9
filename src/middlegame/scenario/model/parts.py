"""What every part of a scenario has in common."""

from pydantic import BaseModel, ConfigDict

from middlegame.scenario.model.words import Citations


class Part(BaseModel):
    """A part of a scenario: frozen, and with no keys but its own."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Sourced(Part):
    """Anything that may say where it comes from.

    Attributes:
        cite: places in the sources that support it.
        why: the analyst's reason.
        quote: words that stand in the cited source; `check` looks them up.
    """

    cite: Citations = ()
    why: str | None = None
    quote: str | None = None
