"""From what the analyst wrote to an influence diagram."""

from middlegame.compiler.compile import compile_scenario

__all__ = ["compile_scenario"]
