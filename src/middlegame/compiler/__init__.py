"""Compile a scenario into an influence diagram."""

from middlegame.compiler.compile import compile_scenario

__all__ = ["compile_scenario"]
