"""How owners of decisions form their expectations: in equilibrium, or by levels of reasoning.

See `engine.qre.levels` for the levels, and `diagram.levels` for their nodes.
"""

import math
from dataclasses import dataclass
from types import ModuleType

import numpy as np

from middlegame.diagram.numbers import Array, Number, evaluate_numbers

MAX_LEVEL = 4
"""The highest level of reasoning; distributions of levels are cut there."""
LEVELS = tuple(str(level) for level in range(MAX_LEVEL + 1))
"""The states of a level node."""


@dataclass(frozen=True)
class Level:
    """The owner expects all others to reason at the level below its own (level-k).

    Attributes:
        level: from 0, which chooses in proportion to the options' weights.
    """

    level: int

    def __str__(self) -> str:
        """Return it as it is written: `level 2`."""
        return f"level {self.level}"


@dataclass(frozen=True)
class Hierarchy:
    """The owner's level is a Poisson draw, and it expects others below it (cognitive hierarchy).

    Attributes:
        mean: the Poisson mean of levels, before it is cut at `MAX_LEVEL`.
    """

    mean: Number

    def __str__(self) -> str:
        """Return it as it is written: `hierarchy 1.5`."""
        return f"hierarchy {self.mean:g}" if isinstance(self.mean, float) else "hierarchy"


Behaviour = Level | Hierarchy
"""How an owner who does not play an equilibrium forms its expectations."""


@dataclass(frozen=True)
class PoissonLevels:
    """A chance table: the Poisson distribution, cut at the highest level.

    Attributes:
        mean: the mean before the cut.
    """

    mean: Number

    def evaluate(self, theta: Array, xp: ModuleType) -> Array:
        """Return the table `[levels]`."""
        mean = evaluate_numbers((self.mean,), theta, xp)
        counts = np.arange(MAX_LEVEL + 1).reshape(-1, *[1] * (mean.ndim - 1))
        odds = mean**counts / np.array([math.factorial(int(k)) for k in counts.ravel()]).reshape(
            counts.shape
        )
        return odds / odds.sum(axis=0)
