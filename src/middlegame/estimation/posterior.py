"""The posterior of a scenario's coefficients, by the No-U-Turn sampler (Hoffman & Gelman 2014).

The likelihood is the one that is maximised; priors are the scenario's own 90% intervals, normal on
the plain scale, and flat where there is none. NumPyro samples.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from middlegame.base.errors import MiddlegameError
from middlegame.base.numbers import HALF_WIDTH_90, Floats
from middlegame.engine.backend import jax, jnp
from middlegame.estimation.result import FitResult

MAX_R_HAT = 1.01
"""R-hat up to which chains count as having mixed (Vehtari et al. 2021)."""
MIN_EFFECTIVE_DRAWS = 400
"""Effective draws from which an interval's ends are steady (Vehtari et al. 2021)."""


@dataclass(frozen=True)
class MarginalPosterior:
    """The marginal posterior distribution of one coefficient.

    Attributes:
        name: the coefficient.
        mean: of the draws.
        standard_deviation: of the draws.
        low: their 5th percentile.
        median: their middle.
        high: their 95th percentile.
        r_hat: the rank-normalised split R-hat; 1 if all chains agree.
        effective_draws: the number of independent draws with the same precision.
    """

    name: str
    mean: float
    standard_deviation: float
    low: float
    median: float
    high: float
    r_hat: float
    effective_draws: float


@dataclass(frozen=True)
class Posterior:
    """Draws from the posterior.

    Attributes:
        draws: `[chains, draws, k]`.
        marginals: of each coefficient.
        without_prior: coefficients without a prior.
        divergences: draws at which the sampler lost its way.
    """

    draws: Floats
    marginals: tuple[MarginalPosterior, ...]
    without_prior: tuple[str, ...]
    divergences: int

    @property
    def notes(self) -> list[str]:
        """Warnings about the draws, in sentences."""
        sentences = []
        poor = [m.name for m in self.marginals if not m.r_hat <= MAX_R_HAT]
        few = [m.name for m in self.marginals if not m.effective_draws >= MIN_EFFECTIVE_DRAWS]
        if poor:
            sentences.append(f"The chains do not agree on {', '.join(poor)}: take more draws.")
        if few:
            sentences.append(
                f"Fewer than {MIN_EFFECTIVE_DRAWS} effective draws of {', '.join(few)}: take more."
            )
        if self.divergences:
            sentences.append(
                f"The sampler lost its way at {self.divergences} draws: "
                "intervals may be too narrow."
            )
        return sentences

    def to_dict(self) -> dict[str, Any]:
        """Return the summary as one JSON object."""
        return {
            "chains": self.draws.shape[0],
            "draws": self.draws.shape[1],
            "divergences": self.divergences,
            "flat": list(self.without_prior),
            "notes": self.notes,
            "coefficients": [
                {
                    "name": m.name,
                    "mean": m.mean,
                    "standard_deviation": m.standard_deviation,
                    "low": m.low,
                    "median": m.median,
                    "high": m.high,
                    "r_hat": m.r_hat,
                    "effective_draws": m.effective_draws,
                }
                for m in self.marginals
            ],
        }


def sample_posterior(
    fitted: FitResult, *, draws: int = 1000, warmup: int = 500, chains: int = 4, seed: int = 0
) -> Posterior:
    """Sample the posterior, beginning at the maximum of the likelihood.

    Args:
        fitted: the fit by maximum likelihood.
        draws: of each chain, after its warm-up.
        warmup: draws of each chain in which the sampler learns its steps.
        chains: how many.
        seed: of the random numbers.

    Raises:
        MiddlegameError: NumPyro is not installed, or the posterior would not be one: a coefficient
            that the data leave open has no prior.
    """
    try:
        import numpyro
        from numpyro import distributions as dist
        from numpyro.infer import MCMC, NUTS, init_to_value
    except ImportError:
        raise MiddlegameError("sampling needs NumPyro: pip install 'middlegame[bayes]'") from None
    names, declared = fitted.likelihood.names, fitted.scenario.fit
    assert declared is not None
    written = [declared.coefficients[name] for name in names]
    flat = tuple(n for n, each in zip(names, written, strict=True) if each.prior is None)
    loose = {names[k] for direction in fitted.identification.null_directions for k in direction}
    if improper := sorted(loose & set(flat)):
        raise MiddlegameError(
            f"the data leave {', '.join(improper)} open, so there is no posterior without a prior: "
            "give each a range"
        )
    rows = fitted.likelihood.rows(fitted.data)
    unit = np.where(np.isfinite(np.diag(fitted.covariance)), np.diag(fitted.covariance), np.nan)
    size = np.where(np.isfinite(unit), np.sqrt(unit), fitted.space.scale)
    begin = fitted.maximum.values

    def model() -> None:
        # Standardised by the likelihood's own errors, so that one step suits all coefficients.
        values = []
        for place, (name, each) in enumerate(zip(names, written, strict=True)):
            low = (-np.inf if each.least is None else each.least - begin[place]) / size[place]
            high = (np.inf if each.most is None else each.most - begin[place]) / size[place]
            given: Any
            if each.prior is None or each.prior.exact:
                kind = dist.constraints.real
                if np.isfinite(low) and np.isfinite(high):
                    kind = dist.constraints.interval(low, high)
                elif np.isfinite(low):
                    kind = dist.constraints.greater_than(low)
                elif np.isfinite(high):
                    kind = dist.constraints.less_than(high)
                given = dist.ImproperUniform(kind, (), ())
            else:
                middle = (each.prior.median - begin[place]) / size[place]
                spread = (each.prior.high - each.prior.low) / 2 / HALF_WIDTH_90 / size[place]
                given = dist.TruncatedNormal(
                    middle,
                    spread,
                    low=low if np.isfinite(low) else None,
                    high=high if np.isfinite(high) else None,
                )
            values.append(numpyro.sample(name, given) * size[place] + begin[place])
        numpyro.factor("likelihood", fitted.likelihood.total(jnp.stack(values), rows))

    first = {name: jnp.asarray(_inside(each, 0.0, begin[k], size[k]))
             for k, (name, each) in enumerate(zip(names, written, strict=True))}  # fmt: skip
    kernel = NUTS(model, init_strategy=init_to_value(values=first), dense_mass=True,
                  target_accept_prob=0.9)  # fmt: skip
    run = MCMC(kernel, num_warmup=warmup, num_samples=draws, num_chains=chains,
               chain_method="vectorized", progress_bar=False)  # fmt: skip
    run.run(jax.random.PRNGKey(seed), extra_fields=("diverging",))
    grouped = run.get_samples(group_by_chain=True)
    taken = np.stack([np.asarray(grouped[name]) for name in names], axis=-1) * size + begin
    return Posterior(
        draws=taken,
        marginals=tuple(_marginal(name, taken[..., k]) for k, name in enumerate(names)),
        without_prior=flat,
        divergences=int(np.asarray(run.get_extra_fields()["diverging"]).sum()),
    )


def _inside(each: Any, value: float, begin: float, size: float) -> float:
    """Begin strictly inside the bounds."""
    low = -np.inf if each.least is None else (each.least - begin) / size
    high = np.inf if each.most is None else (each.most - begin) / size
    margin = 0.1 * min(high - low, 1.0)
    return float(np.clip(value, low + margin, high - margin))


def _marginal(name: str, draws: Floats) -> MarginalPosterior:
    from numpyro.diagnostics import effective_sample_size, split_gelman_rubin

    low, median, high = np.quantile(draws, [0.05, 0.5, 0.95])
    ranks = _normal_scores(draws)
    return MarginalPosterior(
        name=name,
        mean=float(draws.mean()),
        standard_deviation=float(draws.std(ddof=1)),
        low=float(low),
        median=float(median),
        high=float(high),
        r_hat=float(split_gelman_rubin(ranks)),
        effective_draws=float(effective_sample_size(ranks)),
    )


def _normal_scores(draws: Floats) -> Floats:
    """Replace draws by the normal quantiles of their ranks (Vehtari et al. 2021)."""
    from scipy.special import ndtri
    from scipy.stats import rankdata

    ranks = rankdata(draws.ravel()).reshape(draws.shape)
    return np.asarray(ndtri((ranks - 0.375) / (draws.size + 0.25)), float)
