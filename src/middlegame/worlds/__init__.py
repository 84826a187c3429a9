"""One diagram at many thetas: what is asked of the worlds, and what they answer."""

from middlegame.worlds.asking import Ask
from middlegame.worlds.solving import TOLERANCE, Worlds, chunk_size, solve_worlds
from middlegame.worlds.tracing import APART

__all__ = ["APART", "TOLERANCE", "Ask", "Worlds", "chunk_size", "solve_worlds"]
