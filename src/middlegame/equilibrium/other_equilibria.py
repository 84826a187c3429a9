"""Other equilibria of a contest, beside the one on the principal branch."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from middlegame.base.progress import ProgressCallback
from middlegame.engine.logit import policies
from middlegame.engine.qre import other_equilibria as engine
from middlegame.equilibrium.engine_input import engine_input

if TYPE_CHECKING:
    from middlegame.equilibrium.equilibrium import Equilibrium


@dataclass(frozen=True)
class OtherEquilibrium:
    """Another self-consistent outcome.

    Attributes:
        equilibrium: to be asked like any.
        stable: under the logit dynamics; None where that could not be determined.
        share_of_starts: of the random starts that ended there.
    """

    equilibrium: "Equilibrium"
    stable: bool | None
    share_of_starts: float

    def to_dict(self) -> dict[str, Any]:
        """Return the equilibrium's stability, share of starts, questions and forecasts as JSON."""
        return {
            "stable": self.stable,
            "share_of_starts": self.share_of_starts,
            "residual": self.equilibrium.residual,
            "questions": self.equilibrium.questions,
            "forecast": self.equilibrium.forecasts,
        }


def search_others(
    equilibrium: "Equilibrium", starts: int, seed: int, progress: ProgressCallback | None
) -> list[OtherEquilibrium]:
    """Search for other equilibria from random starts; see `Equilibrium.other_equilibria`."""
    equilibrium.refuse_perceived("search for other equilibria")
    structure = equilibrium.diagram.structure
    game = engine_input(equilibrium.diagram, equilibrium.tables)
    here = [policies(game.opens, each.logits, 1.0)[game.reached] for each in equilibrium.branches]
    found = []
    for other in engine.search_alternatives(structure, game, starts, seed, progress):
        there = policies(game.opens, other.logits, 1.0)[game.reached]
        if any(np.abs(each - there).max(initial=0.0) < engine.SAME for each in here):
            continue
        another = replace(
            equilibrium,
            policies=other.policies,
            logits=other.logits,
            residual=other.residual,
            steps=0,
            forks=(),
            mirrors=(),
            branch=None,
        )
        found.append(OtherEquilibrium(another, other.stable, other.starts / starts))
    return found
