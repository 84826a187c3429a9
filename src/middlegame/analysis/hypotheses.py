"""Hypotheses: what the evidence says about hidden factors, and how far the ranges matter for it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from middlegame.analysis.evidence_weights import HypothesisSet, weigh_evidence
from middlegame.analysis.hypotheses_over_worlds import (
    HypothesesOverWorlds,
    hypotheses_over_worlds,
)
from middlegame.analysis.outcomes import equilibrium_of
from middlegame.analysis.result import AnalysisResult
from middlegame.base.progress import ProgressCallback
from middlegame.equilibrium.equilibrium import Equilibrium
from middlegame.sweeps.result import Sweep

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False, repr=False)
class Hypotheses(AnalysisResult):
    """The rival hypotheses of a contest, weighed against its evidence.

    Attributes:
        equilibrium: the contest given its evidence, at the middle of all ranges.
        forecast: the contest's forecast, beside which these numbers stand.
        factors: the states of each hidden factor, with the weight of each piece of evidence.
        over_worlds: how prior, posterior and Bayes factors vary over the ranges; None where no
            samples were drawn.
        named: whether the factors were asked for by name, and are not just all hidden ones.
    """

    equilibrium: Equilibrium
    forecast: Equilibrium | Sweep
    factors: tuple[HypothesisSet, ...]
    over_worlds: HypothesesOverWorlds | None
    named: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return priors, posteriors and Bayes factors, at the medians and over the ranges."""
        return {
            "title": self.equilibrium.diagram.title,
            "hypotheses": [factor.to_dict() for factor in self.factors],
            "over_ranges": self.over_worlds.to_dict() if self.over_worlds else None,
        }

    def to_dataframe(self) -> "pd.DataFrame":
        """Return a row for each factor, piece of evidence and state."""
        import pandas as pd

        return pd.DataFrame(
            [
                {
                    "factor": factor.name,
                    "evidence": piece.name,
                    "state": state,
                    "likelihood": piece.likelihood[state],
                    "bayes_factor": piece.bayes_factors[state],
                    "bayes_factor_in_order": piece.bayes_factors_in_order[state],
                    "posterior": piece.posterior[state],
                }
                for factor in self.factors
                for piece in factor.pieces
                for state in factor.prior
            ]
        )

    def summary(self) -> list[str]:
        """Return the prior and posterior probability of each factor's likeliest state."""
        found = [f"Hypotheses of {self.equilibrium.diagram.title!r}"]
        for factor in self.factors:
            state = max(factor.posterior, key=lambda name: factor.posterior[name])
            found.append(
                f"{factor.name} = {state}: {factor.prior[state]:.0%} before the evidence, "
                f"{factor.posterior[state]:.0%} given it"
            )
        return found


def hypotheses(
    subject: Equilibrium | Sweep,
    about: Iterable[str] = (),
    *,
    n: int = 512,
    seed: int = 0,
    progress: ProgressCallback | None = None,
) -> Hypotheses:
    """Weigh the evidence about hidden factors, at the medians and over the ranges.

    Args:
        subject: an equilibrium given evidence or observations, or a sweep of one.
        about: the factors or moves in question; without any, those of `evidence_subjects`.
        n: how many samples to draw from the ranges; 0 weighs at the medians alone.
        seed: of the draws.
        progress: called with how many samples are solved, and how many there are.

    Raises:
        QueryError: there is no evidence, no hidden factor, no such factor or move, or no sample in
            which the evidence is possible.
    """
    equilibrium = equilibrium_of(subject)
    about = tuple(about)
    factors = weigh_evidence(equilibrium, about)
    over_worlds = None
    if n and equilibrium.diagram.parameters and not equilibrium.fixed_policies:
        over_worlds = hypotheses_over_worlds(equilibrium, factors, n, seed, progress)
    return Hypotheses(equilibrium, subject, factors, over_worlds, named=bool(about))
