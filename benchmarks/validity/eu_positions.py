"""Bargaining in the European Union: positions and saliences against the outcomes of issues.

A contest on a scale: the parties choose an outcome as one, each weighed by what is learnt. Points
are compared with points, distributions with distributions, in the same folds by proposal.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar

import middlegame as mg
from benchmarks.validity.measured import Measured, difference, tell_tenths
from middlegame.base.numbers import Floats, clustered_mean
from middlegame.estimation.cross_validation import probabilities_out_of_sample
from middlegame.scenario import read_text

STEP = 5
GRID = np.arange(0, 101, STEP).astype(float)
FOLDS = 10
FILE = "deu_positions.csv"
_UNION = ("commission", "parliament")


def read_issues(path: Path) -> tuple[pd.DataFrame, list[str]]:
    """Return a row for each issue with an outcome, and the actors.

    Its columns are the proposal, the outcome, its cell, and each actor's position `p_x` and
    salience `s_x` between 0 and 1; an actor without a position has salience 0.
    """
    every = pd.read_csv(path)
    actors = sorted(every["actor"].unique(), key=lambda each: (each not in _UNION, each))
    rows = []
    for issue, part in every[every["outcome"].notna()].groupby("issue", sort=True):
        first = part.iloc[0]
        known = not np.isnan(first["reference_point"])
        row = {
            "issue": issue,
            "proposal": first["proposal"],
            "outcome": float(first["outcome"]),
            "cell": str(int(STEP * round(first["outcome"] / STEP))),
            "reference": float(first["reference_point"]) if known else 50.0,
            "has_reference": float(known),
        }
        for actor in actors:
            mine = part[part["actor"] == actor]
            salience = mine["salience"].fillna(50).iloc[0] if len(mine) else 0.0
            row[f"p_{actor}"] = float(mine["position"].iloc[0]) if len(mine) else 50.0
            row[f"s_{actor}"] = float(salience) / 100
        rows.append(row)
    return pd.DataFrame(rows), actors


def contest(actors: list[str]) -> mg.Scenario:
    """Return the contest: losses grow with a power of the distance to a position."""

    def loss(actor: str) -> str:
        return f"s_{actor} * (abs(deal - p_{actor}) / 100)^bend"

    states = "".join(
        f'    - {{label: "{each}", worth: "0 - states * {loss(each)}"}}\n'
        for each in actors
        if each not in _UNION
    )
    columns = [f"{kind}_{each}: number" for each in actors for kind in ("p", "s")]
    text = f"""
title: Bargains in the Council, 1996-2018
actors: {{parties: "The member states, the Commission and the Parliament"}}
moves:
  deal: {{by: parties, label: The outcome, scale: {{from: 0, to: 100, step: {STEP}}}}}
interests:
  parties:
{states}    - {{label: The Commission, worth: "0 - commission * {loss("commission")}"}}
    - {{label: The Parliament, worth: "0 - parliament * {loss("parliament")}"}}
    - label: No agreement
      worth: "0 - reference * has_reference * (abs(deal - reference_point) / 100)^bend"
    - label: What outcomes often are
      worth: "low * (deal <= 0) + high * (deal >= 100)"
precision: exp(10)
fit:
  coefficients:
    states: {{prior: 0..1}}
    commission: {{prior: 0..1}}
    parliament: {{prior: 0..1}}
    reference: free
    bend: {{prior: 0.5..1.5, least: 0.1, most: 3}}
    low: free
    high: free
  columns:
    reference_point: {{column: reference}}
    has_reference: number
    {"; ".join(columns).replace("; ", chr(10) + "    ")}
  observed: {{deal: cell}}
"""
    loaded = read_text(text)
    assert loaded.scenario is not None, [str(fault) for fault in loaded.errors]
    return loaded.scenario


def crps(cells: Floats, outcome: Floats) -> Floats:
    """Return the continuous ranked probability score of distributions on the grid, `[rows]`.

    By the energy form (Gneiting & Raftery 2007), so that mass stands at the grid's values.
    """
    near = (cells * np.abs(GRID - outcome[:, None])).sum(axis=1)
    apart = np.abs(GRID[:, None] - GRID)
    return np.asarray(near - 0.5 * np.einsum("rk,kl,rl->r", cells, apart, cells))


def on_grid(values: Floats, weights: Floats) -> Floats:
    """Return weighted values as masses on the grid, split between the two nearest cells."""
    place = np.clip(values, 0, 100) / STEP
    low = np.floor(place).astype(int)
    share = place - low
    found = np.bincount(low, weights * (1 - share), minlength=len(GRID) + 1)
    found += np.bincount(low + 1, weights * share, minlength=len(GRID) + 1)
    return np.asarray(found[: len(GRID)] / found.sum())


def measure(folder: Path) -> Measured:
    """Measure the contest beside the baselines."""
    issues, actors = read_issues(folder / FILE)
    outcome = issues["outcome"].to_numpy()
    proposals = issues["proposal"].to_numpy()
    names = np.unique(proposals)
    order = np.random.default_rng(0).permutation(len(names))
    fold = (np.argsort(order) % FOLDS)[np.searchsorted(names, proposals)]
    positions = issues[[f"p_{each}" for each in actors]].to_numpy()
    saliences = issues[[f"s_{each}" for each in actors]].to_numpy()
    present = (saliences > 0) * 1.0
    weighted = np.average(positions, axis=1, weights=saliences)
    plain = np.average(positions, axis=1, weights=present)
    median = np.array([np.median(p[s > 0]) for p, s in zip(positions, saliences, strict=True)])

    fitted = mg.fit(contest(actors), issues, cluster="proposal", starts=2,
                    progress=tell_tenths("fit"))  # fmt: skip
    cases = np.arange(len(GRID))[:, None]
    assert fitted.data.row_count == len(issues)
    ours, failed = probabilities_out_of_sample(fitted, fold, cases, tell_tenths("folds"))
    ours = ours / ours.sum(axis=1, keepdims=True)

    by_salience = np.array([on_grid(p, s) for p, s in zip(positions, saliences, strict=True)])
    by_count = np.array([on_grid(p, s) for p, s in zip(positions, present, strict=True)])
    at_mean = np.array([on_grid(np.array([m]), np.ones(1)) for m in weighted])
    mixture, constant = np.zeros_like(ours), np.zeros(len(outcome))
    for part in range(FOLDS):
        held, rest = fold == part, fold != part
        others = np.broadcast_to(on_grid(outcome[rest], np.ones(rest.sum())), ours.shape)
        weights = _mixture_weights([by_count, others, at_mean], outcome, rest)
        mixture[held] = sum(
            w * each[held] for w, each in zip(weights, [by_count, others, at_mean], strict=True)
        )
        constant[held] = np.median(outcome[rest])
    point = (ours * GRID).sum(axis=1)
    middle = GRID[(np.cumsum(ours, axis=1) >= 0.5).argmax(axis=1)]
    found = Measured(
        "eu-positions",
        "Positions in the European Union",
        f"{len(issues)} controversial issues of {len(names)} proposals with a known outcome, DEU "
        "I-III (Arregui & Perarnaud 2021, doi:10.34810/data53, CC BY 4.0): the position and "
        "salience of each actor, the outcome. `deu_positions.csv` in `MIDDLEGAME_DATA`.",
        f"One move on a scale of {len(GRID)} values: the parties choose the outcome as one. Each "
        "loses its salience times a power of the distance to its position; the weights of "
        "member states, Commission and Parliament, the pull of the reference point and of both "
        f"ends, and the power are learnt (7 coefficients; {len(failed)} folds without a maximum).",
        gap_unit="CRPS",
    )
    ones = np.ones(len(outcome))
    errors = {
        "**this contest**, its mean": np.abs(point - outcome),
        "**this contest**, its median": np.abs(middle - outcome),
        "salience-weighted mean": np.abs(weighted - outcome),
        "plain mean": np.abs(plain - outcome),
        "median position": np.abs(median - outcome),
        "a constant": np.abs(constant - outcome),
    }
    first = errors["**this contest**, its mean"]
    found.table(
        f"Points, out of sample in {FOLDS} folds by proposal: mean absolute error. Differences "
        "are gains of this contest's mean, with standard errors clustered by proposal. A "
        "published challenge model has 26.8.",
        ["forecast", "mean absolute error", "this contest is better by"],
        [
            [name, f"{each.mean():.2f}",
             "" if each is first else difference(*clustered_mean(each - first, proposals, ones))]
            for name, each in errors.items()
        ],
    )  # fmt: skip
    scores = {
        "**this contest**": crps(ours, outcome),
        "salience-weighted positions": crps(by_salience, outcome),
        "mixture of positions, other outcomes and the mean": crps(mixture, outcome),
    }
    mine = scores["**this contest**"]
    rows = [["**this contest**", f"{mine.mean():.2f}", ""]]
    for name, each in list(scores.items())[1:]:
        words = found.compare(name, -mine, -each, list(proposals), ones)
        rows.append([name, f"{each.mean():.2f}", words])
    found.table(
        "Distributions, in the same folds: continuous ranked probability score (less is better).",
        ["forecast", "CRPS", "this contest is better by"],
        rows,
    )
    found.verdict.append(
        "The contest has a smooth distribution around a compromise; outcomes often stand just at "
        "a position, and the mixture puts its mass there. Tried: a learnt power of the distance "
        "(below 1 it favours positions), worths of both ends of the scale, a pull of the reference "
        "point, weights of the Union's institutions."
    )
    return found


def _mixture_weights(parts: list[Floats], outcome: Floats, rows: Floats) -> list[float]:
    """Return the weights of a mixture with the least CRPS in some rows, by coordinates."""
    weights = np.full(len(parts), 1 / len(parts))

    def score(trial: Floats) -> float:
        mixed = sum(w * each[rows] for w, each in zip(trial, parts, strict=True))
        return float(crps(np.asarray(mixed), outcome[rows]).mean())

    for _ in range(4):
        for place in range(len(parts)):
            rest = np.delete(weights, place)

            def along(share: float, place: int = place, rest: Floats = rest) -> Floats:
                others = rest / rest.sum() if rest.sum() > 0 else np.full(len(rest), 1 / len(rest))
                return np.insert(others * (1 - share), place, share)

            best = minimize_scalar(
                lambda share, along=along: score(along(share)), bounds=(0, 1), method="bounded",
                options={"xatol": 1e-3},
            )  # fmt: skip
            weights = along(float(best.x))
    return weights.tolist()
