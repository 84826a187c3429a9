"""From what the analyst wrote to an influence diagram."""

from middlegame.compile.scenario import compile_scenario

__all__ = ["compile_scenario"]
