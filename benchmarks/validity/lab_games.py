"""Rival models of behaviour, fitted by maximum likelihood to games played in laboratories.

The file `lab_games.csv` in the folder `MIDDLEGAME_DATA` has a row for each game: the payoffs, and
how often each option was chosen (Wright & Leyton-Brown 2017 describe such collections). Each model
has one precision for all games. Beside them stand uniform choice, and a saturated model that
gives each game its own frequencies; a model's share of the gap between the two says what it
accounts for.

    MIDDLEGAME_DATA=/path/to/data python -m benchmarks.validity.lab_games
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import minimize, minimize_scalar

import middlegame as mg
from middlegame.diagram import Behaviour, Decision, Diagram, Fixed, Hierarchy, Level, Utility


@dataclass(frozen=True)
class LabGame:
    """A game as it was played.

    Attributes:
        diagram: the game.
        counts: how often each option was chosen, for each player who was observed.
    """

    diagram: Diagram
    counts: dict[str, np.ndarray]


@dataclass(frozen=True)
class Fit:
    """A model at its maximum.

    Attributes:
        model: its name.
        log_likelihood: of all choices.
        precision: log-odds per point; None for models without.
        mean: of the levels; None for models without.
    """

    model: str
    log_likelihood: float
    precision: float | None = None
    mean: float | None = None


def read_games(path: Path) -> list[LabGame]:
    """Read the games; where players are pooled, the game is symmetric.

    Games are left out whose choices do not fit their options: the public copy has four.
    """
    games = []
    for row in pd.read_csv(path, dtype=str).fillna("").itertuples():
        payoffs = matrix(row.matrixrow)
        other = matrix(row.matrixcol) if row.matrixcol else payoffs.T
        if other.shape != payoffs.shape:
            other = other.T
        counts = {"row": choices(row.choicerow, row.subjects)}
        if row.choicecol:
            counts["column"] = choices(row.choicecol, row.subjects)
        sizes = dict(zip(("row", "column"), payoffs.shape, strict=True))
        if all(len(each) == sizes[name] for name, each in counts.items()):
            games.append(LabGame(game_diagram(payoffs, other), counts))
    return games


def matrix(text: str) -> np.ndarray:
    """Read a matrix whose rows are parted by semicolons."""
    return np.array([list(map(float, part.split())) for part in text.split(";")])


def choices(text: str, subjects: str) -> np.ndarray:
    """Read choices: `11 40` is 11 of 40; a decimal is a share of the subjects."""
    parts = [list(map(float, part.split())) for part in text.split(";")]
    if len(parts[0]) == 2:
        return np.array([part[0] for part in parts])
    if len(parts) == 1:
        parts = [[share] for share in parts[0]]
    return np.array([part[0] * float(subjects) for part in parts])


def game_diagram(row: np.ndarray, column: np.ndarray) -> Diagram:
    """Return a game of two simultaneous moves; payoffs are `[row's options, column's options]`."""
    rows, columns = (tuple(f"o{k}" for k in range(count)) for count in row.shape)
    moves = (Decision("row", rows, (), "row"), Decision("column", columns, (), "column"))
    both = ("row", "column")
    return Diagram(
        moves, (Utility("row", both, Fixed(row)), Utility("column", both, Fixed(column)))
    )


def log_likelihood(
    games: list[LabGame], precision: float, behaviour: Behaviour | None = None
) -> float:
    """Return the log-likelihood of all choices under one model."""
    total = 0.0
    for game in games:
        every = {} if behaviour is None else {"row": behaviour, "column": behaviour}
        solved = mg.solve(replace(game.diagram, behaviour=every), lambda_=precision)
        for name, counts in game.counts.items():
            chances = np.array([*solved.forecast(name).values()])
            total += float(counts @ np.log(np.maximum(chances, 1e-300)))
    return total


def fits(games: list[LabGame]) -> list[Fit]:
    """Fit every model."""
    every = [counts for game in games for counts in game.counts.values()]
    uniform = sum(float(-counts.sum() * np.log(len(counts))) for counts in every)
    saturated = sum(
        float(counts[counts > 0] @ np.log(counts[counts > 0] / counts.sum())) for counts in every
    )
    found = [Fit("uniform", uniform)]
    models: dict[str, Behaviour | None] = {
        "equilibrium": None,
        "level 1": Level(1),
        "level 2": Level(2),
    }
    for name, behaviour in models.items():
        best = _best_precision(lambda lambda_, b=behaviour: log_likelihood(games, lambda_, b))
        found.append(Fit(name, *best))
    found.append(_best_hierarchy(games))
    return [*found, Fit("saturated", saturated)]


def _best_precision(score: Callable[[float], float]) -> tuple[float, float]:
    """Return the largest log-likelihood and its precision, between 0.001 and 1 a point."""
    best = minimize_scalar(
        lambda log: -score(float(np.exp(log))),
        bounds=(np.log(1e-3), 0.0),
        method="bounded",
        options={"xatol": 1e-2},
    )
    return -float(best.fun), float(np.exp(best.x))


def _best_hierarchy(games: list[LabGame]) -> Fit:
    best = minimize(
        lambda x: -log_likelihood(games, float(np.exp(x[0])), Hierarchy(float(np.exp(x[1])))),
        np.log([0.2, 1.4]),
        method="Nelder-Mead",
        options={
            "xatol": 5e-3,
            "fatol": 0.05,
            "initial_simplex": np.log([[0.2, 1.4], [0.15, 1.4], [0.2, 1.1]]),
        },
    )
    precision, mean = map(float, np.exp(best.x))
    return Fit("hierarchy", -float(best.fun), precision, mean)


def table(found: list[Fit]) -> str:
    """Return the fits as a Markdown table."""
    least, most = found[0].log_likelihood, found[-1].log_likelihood
    lines = ["| model | log-likelihood | share of the gap | lambda | mean level |",
             "|---|--:|--:|--:|--:|"]  # fmt: skip
    for each in found:
        share = (each.log_likelihood - least) / (most - least)
        numbers = ["" if n is None else f"{n:.3g}" for n in (each.precision, each.mean)]
        lines.append(
            f"| {each.model} | {each.log_likelihood:,.0f} | {share:.0%} | {' | '.join(numbers)} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Fit all models and print the table."""
    folder = os.environ.get("MIDDLEGAME_DATA")
    if not folder:
        raise SystemExit("set MIDDLEGAME_DATA to the folder that holds lab_games.csv")
    games = read_games(Path(folder) / "lab_games.csv")
    choices_made = sum(counts.sum() for game in games for counts in game.counts.values())
    print(f"{len(games)} games, {choices_made:,.0f} choices\n")
    print(table(fits(games)))


if __name__ == "__main__":
    main()
