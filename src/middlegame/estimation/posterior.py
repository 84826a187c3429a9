"""The posterior of a scenario's coefficients, by the No-U-Turn sampler (Hoffman & Gelman 2014).

The likelihood is the one that is maximised; priors are the scenario's own 90% intervals, normal on
the plain scale, and flat where there is none. A coefficient that varies by group is normal about
its mean; its spread has a half-normal prior, whose unit is the change that moves a row's
log-likelihood by about 1. NumPyro samples.
"""

import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from middlegame.base.errors import MiddlegameError
from middlegame.base.numbers import HALF_WIDTH_90, Floats
from middlegame.base.progress import ProgressCallback
from middlegame.engine.backend import jax, jnp
from middlegame.estimation.result import FitResult
from middlegame.scenario.faults import join_names
from middlegame.scenario.model.fit import Coefficient

MAX_R_HAT = 1.01
"""R-hat up to which chains count as having mixed (Vehtari et al. 2021)."""
MIN_EFFECTIVE_DRAWS = 400
"""Effective draws from which an interval's ends are steady (Vehtari et al. 2021)."""
_TIMED_STEPS = 20
_SPREAD, _GROUPS = ".spread", ".groups"


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
class VaryingCoefficient:
    """A coefficient that varies by group, partially pooled (Gelman & Hill 2007).

    Attributes:
        name: the coefficient; its own marginal is that of the groups' mean.
        column: the column that names the groups.
        spread: the standard deviation of the groups about their mean.
        groups: by how much each group deviates from the mean, under the group's name.
    """

    name: str
    column: str
    spread: MarginalPosterior
    groups: tuple[MarginalPosterior, ...]


@dataclass(frozen=True)
class Posterior:
    """Draws from the posterior.

    Attributes:
        varying: the coefficients that vary by group.
        new_group: draws of the coefficients of a group that the data do not know, as `draws`.
        draws: `[chains, draws, k]`.
        marginals: of each coefficient.
        without_prior: coefficients without a prior.
        divergences: draws at which the sampler lost its way.
    """

    draws: Floats
    marginals: tuple[MarginalPosterior, ...]
    without_prior: tuple[str, ...]
    divergences: int
    varying: tuple[VaryingCoefficient, ...]
    new_group: Floats

    @property
    def notes(self) -> list[str]:
        """Warnings about the draws, in sentences."""
        sentences = []
        every = {m.name: m for m in self.marginals}
        for each in self.varying:
            every[f"the spread of {each.name}"] = each.spread
            every |= {f"{each.name} of {m.name}": m for m in each.groups}
        poor = [name for name, m in every.items() if not m.r_hat <= MAX_R_HAT]
        few = [name for name, m in every.items() if not m.effective_draws >= MIN_EFFECTIVE_DRAWS]
        if poor:
            sentences.append(f"The chains do not agree on {join_names(poor)}: take more draws.")
        if few:
            sentences.append(
                f"Fewer than {MIN_EFFECTIVE_DRAWS} effective draws of {join_names(few)}: take more."
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
            "coefficients": [_summary(m) for m in self.marginals],
            "varying": [
                {
                    "name": each.name,
                    "by": each.column,
                    "spread": _summary(each.spread),
                    "deviations": [_summary(m) for m in each.groups],
                }
                for each in self.varying
            ],
        }


def _summary(m: MarginalPosterior) -> dict[str, Any]:
    return {
        "name": m.name,
        "mean": m.mean,
        "standard_deviation": m.standard_deviation,
        "low": m.low,
        "median": m.median,
        "high": m.high,
        "r_hat": m.r_hat,
        "effective_draws": m.effective_draws,
    }


def sample_posterior(
    fitted: FitResult,
    *,
    draws: int = 1000,
    warmup: int = 500,
    chains: int = 4,
    seed: int = 0,
    progress: ProgressCallback | None = None,
) -> Posterior:
    """Sample the posterior, beginning at the maximum of the likelihood.

    Args:
        fitted: the fit by maximum likelihood.
        draws: of each chain, after its warm-up.
        warmup: draws of each chain in which the sampler learns its steps.
        chains: how many.
        seed: of the random numbers.
        progress: called as (done, steps) after each step of the chains.

    Raises:
        MiddlegameError: NumPyro is not installed, or the posterior would not be one: a coefficient
            that the data leave open has no prior.
    """
    try:
        import numpyro
        from numpyro import distributions as dist
        from numpyro.infer import NUTS, init_to_value
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
    groups = {name: codes for name, codes in fitted.data.groups.items() if name in names}
    rows = fitted.likelihood.rows(fitted.data, apart=bool(groups))
    unit = np.where(np.isfinite(np.diag(fitted.covariance)), np.diag(fitted.covariance), np.nan)
    size = np.where(np.isfinite(unit), np.sqrt(unit), fitted.space.scale)
    begin = fitted.maximum.values

    def model() -> None:
        # Standardised by the likelihood's own errors, so that one step suits all coefficients.
        values = []
        for place, (name, each) in enumerate(zip(names, written, strict=True)):
            value = numpyro.sample(name, _prior(each, begin[place], size[place]))
            value = value * size[place] + begin[place]
            if name in groups:
                # Not centred: the sampler sees deviations in units of their own spread.
                spread = numpyro.sample(f"{name}{_SPREAD}", dist.HalfNormal(1.0))
                count = len(fitted.data.group_names[name])
                alone = numpyro.sample(
                    f"{name}{_GROUPS}", dist.Normal().expand([count]).to_event(1)
                )
                value = value + spread * fitted.space.scale[place] * alone[groups[name]]
            values.append(value)
        if groups:
            count = fitted.data.row_count
            values = [jnp.broadcast_to(value, (count,)) for value in values]
        numpyro.factor("likelihood", fitted.likelihood.total(jnp.stack(values, axis=-1), rows))

    first = {name: jnp.asarray(_inside(each, 0.0, begin[k], size[k]))
             for k, (name, each) in enumerate(zip(names, written, strict=True))}  # fmt: skip
    for name in groups:
        first[f"{name}{_SPREAD}"] = jnp.asarray(0.5)
        first[f"{name}{_GROUPS}"] = jnp.zeros(len(fitted.data.group_names[name]))
    kernel = NUTS(
        model,
        init_strategy=init_to_value(values=first),
        dense_mass=[tuple(names)] if groups else True,
        target_accept_prob=0.9,
    )
    samples, divergences = _run(kernel, draws, warmup, chains, seed, progress)
    taken = np.stack([samples[name] for name in names], axis=-1) * size + begin
    varying, new_group = [], taken.copy()
    rng = np.random.default_rng(seed)
    for name in groups:
        place = names.index(name)
        spread = samples[f"{name}{_SPREAD}"] * fitted.space.scale[place]
        deviations = spread[..., None] * samples[f"{name}{_GROUPS}"]
        new_group[..., place] += spread * rng.standard_normal(spread.shape)
        of = written[place].varies_by or ""
        each_group = enumerate(fitted.data.group_names[name])
        marginals = tuple(_marginal(group, deviations[..., g]) for g, group in each_group)
        varying.append(VaryingCoefficient(name, of, _marginal(name, spread), marginals))
    return Posterior(
        draws=taken,
        marginals=tuple(_marginal(name, taken[..., k]) for k, name in enumerate(names)),
        without_prior=flat,
        divergences=divergences,
        varying=tuple(varying),
        new_group=new_group,
    )


def _prior(each: Coefficient, begin: float, size: float) -> Any:
    """Return a coefficient's prior on the scale on which it is sampled."""
    from numpyro import distributions as dist

    low = (-np.inf if each.least is None else each.least - begin) / size
    high = (np.inf if each.most is None else each.most - begin) / size
    if each.prior is not None and not each.prior.exact:
        return dist.TruncatedNormal(
            (each.prior.median - begin) / size,
            (each.prior.high - each.prior.low) / 2 / HALF_WIDTH_90 / size,
            low=low if np.isfinite(low) else None,
            high=high if np.isfinite(high) else None,
        )
    kind: Any = dist.constraints.real
    if np.isfinite(low) and np.isfinite(high):
        kind = dist.constraints.interval(low, high)
    elif np.isfinite(low):
        kind = dist.constraints.greater_than(low)
    elif np.isfinite(high):
        kind = dist.constraints.less_than(high)
    return dist.ImproperUniform(kind, (), ())


def _run(
    kernel: Any, draws: int, warmup: int, chains: int, seed: int, progress: ProgressCallback | None
) -> tuple[dict[str, Floats], int]:
    """Sample step by step, so that progress shows.

    Returns:
        Of each quantity its draws, `[chains, draws, ...]`, and the number of divergent draws.
    """
    keys = jax.random.split(jax.random.PRNGKey(seed), chains)
    state = kernel.init(keys, warmup, None, (), {})
    step = jax.jit(lambda state: kernel.sample(state, (), {}))
    kept, divergences, compiling, marks = [], 0, 0, [time.perf_counter()]
    for number in range(warmup + draws):
        state = step(state)
        if number >= warmup:
            kept.append(jax.tree.map(np.asarray, state.z))
            divergences += int(np.asarray(state.diverging).sum())
        if len(marks) <= _TIMED_STEPS:
            jax.block_until_ready(state.z)
            marks.append(time.perf_counter())
            # The first step compiles: it counts as the steps that it took the time of.
            compiling = round(
                (marks[1] - marks[0]) * _TIMED_STEPS / max(marks[-1] - marks[1], 1e-9)
            )
        elif progress is not None:
            progress(number + 1 + compiling, warmup + draws + compiling)
    free = jax.tree.map(lambda *each: np.stack(each, axis=1), *kept)
    constrain = jax.jit(jax.vmap(jax.vmap(kernel.postprocess_fn((), {}))))
    return {name: np.asarray(each) for name, each in constrain(free).items()}, divergences


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
