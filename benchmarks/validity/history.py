"""Fitted contests beside regressions on the same columns and folds: disputes and sanctions."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

import middlegame as mg
from benchmarks.validity.measured import Measured, difference, tell_tenths
from middlegame.base.errors import MiddlegameError
from middlegame.base.numbers import Floats, clustered_mean
from middlegame.estimation.cross_validation import (
    Forecasts,
    Integers,
    folds_of,
    multinomial_logit,
    probabilities_out_of_sample,
    regression_design,
)
from middlegame.estimation.data import read_data
from middlegame.estimation.fitting import fit_data
from middlegame.estimation.outcomes import observed_cases
from middlegame.estimation.result import FitResult
from middlegame.estimation.rival_models import rival_models
from middlegame.report.charts.marginal_effects import marginal_effects_chart
from middlegame.report.charts.standalone import standalone_svg

IMAGES = Path(__file__).parents[2] / "docs" / "images"
_LEAST = 1e-12


def beside_regressions(
    found: Measured,
    fitted: FitResult,
    parts: Sequence[str] | None,
    *,
    first: int,
    rivals: Sequence[str] = (),
    published: Sequence[tuple[str, str]] = (),
    caption: str = "",
    folds: int = 10,
    roots: Sequence[str] = (),
) -> None:
    """Add a fitted contest, its rivals and regressions, in and out of sample.

    Args:
        found: the part of the page.
        fitted: the contest, fitted to all rows.
        parts: the part of each row, `[rows]`; None for random folds.
        first: the outcome in which the first move was not made, for two logits in a row.
        rivals: the models of choice that are fitted besides.
        published: log-likelihoods from the literature, as text.
        caption: what is to be said of them.
        folds: how many random folds.
        roots: columns that the contest takes as square roots, and so do the regressions.
    """
    data = fitted.data
    cases, which = observed_cases(data)
    fold = folds_of(fitted, folds, 0, parts)
    complete = which >= 0
    groups = data.lines if data.clusters is None else data.clusters
    truth = Forecasts(which[complete], data.weights[complete], groups[complete])
    inside: dict[str, tuple[float, int]] = {}
    outside: dict[str, Floats] = {}
    for rival in rival_models(fitted.scenario):
        if rival.name != "as written" and rival.name not in rivals:
            continue
        name = "**this contest**" if rival.name == "as written" else f"**with {rival.name}**"
        try:
            result = fitted if rival.name == "as written" else fit_data(
                rival.scenario, data, starts=3, seed=0, progress=tell_tenths(f"fit {rival.name}")
            )  # fmt: skip
            forecast, failed = probabilities_out_of_sample(
                result, fold, cases, tell_tenths(f"folds, {rival.name}")
            )
        except MiddlegameError as error:
            found.verdict.append(f"{name}: {error}")
            continue
        if failed:
            found.verdict.append(
                f"{name}: no maximum was reached in {len(failed)} of {int(fold.max()) + 1} folds; "
                f"coefficients that ran off: {', '.join(sorted({n for f in failed for n in f}))}."
            )
        outside[name] = forecast[complete]
        inside[name] = result.log_likelihood, result.identified_count
    columns = {n: c**0.5 if n in roots else c for n, c in data.covariates.items()}
    design = regression_design(replace(fitted, data=replace(data, covariates=columns)))
    arguments = design, which, data.weights, len(cases), first
    for name, regression in _REGRESSIONS.items():
        every = np.ones(len(which), bool)
        whole, coefficients = regression(*arguments, complete, every)
        inside[name] = float(truth.plays @ np.log(_happened(whole[complete], truth.which))), (
            coefficients)  # fmt: skip
        held_out = np.zeros((len(which), len(cases)))
        for part in range(int(fold.max()) + 1):
            held = fold == part
            held_out[held] = regression(*arguments, complete & ~held, held)[0]
        outside[name] = held_out[complete]
    found.table(
        f"In sample, {data.play_count:,.0f} plays. {caption}".strip(),
        ["model", "log-likelihood", "coefficients", "AIC"],
        [
            [name, f"{value:,.2f}", str(count), f"{2 * count - 2 * value:,.1f}"]
            for name, (value, count) in inside.items()
        ]
        + [[name, value, "", ""] for name, value in published],
    )
    mine = np.log(_happened(outside["**this contest**"], truth.which))
    rows = []
    for name, chances in outside.items():
        score = truth.score(name, chances)
        theirs = np.log(_happened(chances, truth.which))
        if name == "**this contest**":
            words = ""
        elif name.startswith("**"):
            words = difference(*clustered_mean(mine - theirs, truth.groups, truth.plays))
        else:
            words = found.compare(name, mine, theirs, list(truth.groups), truth.plays)
        rows.append([name, f"{score.logarithmic:.4f}", f"{score.brier:.4f}", words])
    how = "by decade" if parts is not None else "at random"
    found.table(
        f"Out of sample, {int(fold.max()) + 1} folds {how}: mean log score (0 is best).",
        ["forecast", "log score", "Brier score", "this contest is better by"],
        rows,
    )


def _constant(
    design: Floats, which: Integers, plays: Floats, count: int, first: int, rows: Any, held: Any
) -> tuple[Floats, int]:
    shares = np.bincount(which[rows], plays[rows], minlength=count) + 0.5
    return np.tile(shares / shares.sum(), (int(held.sum()), 1)), count - 1


def _multinomial(
    design: Floats, which: Integers, plays: Floats, count: int, first: int, rows: Any, held: Any
) -> tuple[Floats, int]:
    chances = multinomial_logit(design[rows], which[rows], plays[rows], design[held], count)
    return chances, (count - 1) * (design.shape[1] + 1)


def _two_logits(
    design: Floats, which: Integers, plays: Floats, count: int, first: int, rows: Any, held: Any
) -> tuple[Floats, int]:
    """A logit of whether anything begins, and one of what follows if it does."""
    begun = (which != first).astype(int)
    begins = multinomial_logit(design[rows], begun[rows], plays[rows], design[held], 2)
    later = rows & (which != first)
    follows = multinomial_logit(design[later], which[later], plays[later], design[held], count)
    chances = follows * begins[:, 1:]
    chances[:, first] = begins[:, 0]
    return chances, (count - 1) * (design.shape[1] + 1)


_REGRESSIONS = {
    "constant shares": _constant,
    "multinomial logit": _multinomial,
    "two logits": _two_logits,
}


def _happened(chances: Floats, which: Integers) -> Floats:
    return np.maximum(chances[np.arange(len(which)), which], _LEAST)


def measure_war(folder: Path) -> Measured:
    """Measure the deterrence model on the disputes of the nineteenth century."""
    fitted = mg.fit(mg.load("deterrence-1816-1899"), folder / "war1800.csv", starts=3,
                    progress=tell_tenths("fit as written"))  # fmt: skip
    found = Measured(
        "war1800",
        "Militarised disputes, 1816-1899",
        f"{fitted.data.row_count} disputes (Correlates of War; data set `war1800` of the R package "
        "`games`, Kenkel & Signorino 2014): did the initiator escalate, did the target resist? "
        "`war1800.csv` in `MIDDLEGAME_DATA`.",
        "The shipped contest `deterrence-1816-1899`: two moves in a row, agent errors, ten "
        "coefficients. With private worths, each state alone knows part of what an outcome is "
        "worth to it (Signorino 2003).",
    )
    found.verdict.append(
        "Tried against the multinomial logit: private worths and errors by actor, above, and "
        "levels of reasoning (`middlegame fit deterrence-1816-1899 war1800.csv --compare`). None "
        "closes the gap by more than its error. The logit has 16 coefficients where the contest "
        "has ten: every column may move every outcome, while the published model lets each column "
        "touch one side's worth of one outcome."
    )
    picture = standalone_svg(marginal_effects_chart(fitted), paper="#ffffff")
    (IMAGES / "marginal-effects.svg").write_text(picture, encoding="utf-8", newline="\n")
    quiet = int(np.flatnonzero(observed_cases(fitted.data)[0][:, 0] == 0)[0])
    names = ("private worths", "errors by actor")
    beside_regressions(found, fitted, None, first=quiet, rivals=names)
    return found


def measure_sanctions(folder: Path) -> Measured:
    """Measure crisis signalling with private resolve on threats of sanctions."""
    scenario = mg.load(Path(__file__).parent / "contests" / "sanctions.yaml")
    path = folder / "sanctions.csv"
    fitted = mg.fit(scenario, path, cluster="dyadID", starts=2,
                    progress=tell_tenths("fit as written"))  # fmt: skip
    found = Measured(
        "sanctions",
        "Threats of economic sanctions, 1970-2000",
        "418 pairs of states by decade, 49,704 plays (Threat and Imposition of Sanctions; data "
        "set `sanctionsData` of the R package `sigInt`, Crisman-Cox & Gibilisco 2018): no threat "
        "49,071, the target concedes 144, the sender stands firm 349, it backs down 140. "
        "`sanctions.csv` in `MIDDLEGAME_DATA`.",
        "`benchmarks/validity/contests/sanctions.yaml`: the sender threatens, the target resists, "
        "the sender stands firm. Each alone knows part of what its outcomes are worth to it, so a "
        "threat tells something of resolve. Payoffs are normalised and columns enter as in the "
        "published fits; the spread of private worths is 1, on top of errors in log-odds. Fit: "
        f"{fitted.status}; {fitted.maximum.agreeing_starts} of "
        f"{len(fitted.maximum.log_likelihoods)} starts led to the maximum.",
    )
    found.verdict.append(
        "Tried against the regressions: the spreads of private worths learnt instead of 1; they "
        "run to their bound of 3 log-odds and reach no maximum. Each fold's climb begins at the "
        "fit to all rows. No pair is allied before the 1990s: in the fold that forecasts them, "
        "nothing tells the effects of alliance, and every forecast leaves them at 0. In the fold "
        "that forecasts the 1970s, the other decades set no end to the target's worths beside the "
        "spread of 1: its two constants run off together, and the forecast is that of their limit."
    )
    decades = read_data(path).columns["tenyear"]
    quiet = int(np.flatnonzero(observed_cases(fitted.data)[0][:, 0] == 0)[0])
    beside_regressions(
        found,
        fitted,
        [decades[line] for line in fitted.data.lines],
        first=quiet,
        roots=("senderecondep", "targetecondep"),
        caption="Published figures are of the crisis-signalling model with private information "
        "alone, by other estimators.",
        published=[
            ("published: traditional maximum likelihood", "-4,102.76"),
            ("published: pseudo-likelihood", "-3,964.03"),
            ("published: nested pseudo-likelihood", "-3,932.45"),
            ("published: constrained maximum likelihood", "-3,927.91"),
        ],
    )
    return found
