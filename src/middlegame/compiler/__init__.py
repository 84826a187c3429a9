"""Compile a scenario into an influence diagram."""

from middlegame.compiler.compile import compile_scenario
from middlegame.compiler.irrelevant_beliefs import irrelevant_beliefs

__all__ = ["compile_scenario", "irrelevant_beliefs"]
