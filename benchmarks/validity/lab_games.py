"""Rival models of behaviour in games played in laboratories, in sample and leave-one-paper-out.

`lab_games.csv` has a row for each game: the payoffs, and how often each option was chosen (Wright &
Leyton-Brown 2017 describe such collections). Each model has one precision for all games, and the
hierarchy a mean level besides; both are taken from a grid. Beside them stand uniform choice, and a
saturated model that gives each game its own frequencies: a model's share of the gap between the two
says what it accounts for.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

import middlegame as mg
from benchmarks.validity.measured import Measured, tell_tenths
from middlegame.diagram import Behaviour, Decision, Diagram, Fixed, Hierarchy, Level, Utility


@dataclass(frozen=True)
class LabGame:
    """A game as it was played.

    Attributes:
        paper: where it was published.
        diagram: the game.
        counts: how often each option was chosen, for each player who was observed.
    """

    paper: str
    diagram: Diagram
    counts: dict[str, np.ndarray]


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
            games.append(LabGame(row.paper, game_diagram(payoffs, other), counts))
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


PRECISIONS = np.geomspace(0.02, 0.5, 10)
"""The precisions that are tried, in log-odds a point."""
MEANS = (0.9, 1.3, 1.8)
"""The mean levels of the hierarchy that are tried."""
MODELS: dict[str, tuple[Behaviour | None, ...]] = {
    "logit equilibrium": (None,),
    "level 1": (Level(1),),
    "level 2": (Level(2),),
    "hierarchy": tuple(Hierarchy(mean) for mean in MEANS),
}


def log_likelihood(game: LabGame, precision: float, behaviour: Behaviour | None) -> float:
    """Return the log-likelihood of a game's choices under one model."""
    every = {} if behaviour is None else {"row": behaviour, "column": behaviour}
    try:
        solved = mg.solve(replace(game.diagram, behaviour=every), lambda_=float(precision))
    except mg.NotConverged:  # the branch ends in a fold: this precision is not for all games
        return -np.inf
    return sum(
        float(counts @ np.log(np.maximum([*solved.forecast(name).values()], 1e-300)))
        for name, counts in game.counts.items()
    )


def uniform(game: LabGame) -> float:
    """Return the log-likelihood of choosing all options alike."""
    return sum(float(-each.sum() * np.log(len(each))) for each in game.counts.values())


def saturated(game: LabGame) -> float:
    """Return the log-likelihood of the game's own frequencies."""
    seen = [each[each > 0] for each in game.counts.values()]
    return sum(float(each @ np.log(each / each.sum())) for each in seen)


def measure(folder: Path) -> Measured:
    """Measure the models, each with its best numbers in the other papers' games."""
    games = read_games(folder / "lab_games.csv")
    papers = np.array([game.paper for game in games])
    plays = np.array([sum(each.sum() for each in game.counts.values()) for game in games])
    least, most = (np.array([of(game) for game in games]) for of in (uniform, saturated))
    found = Measured(
        "lab-games",
        "Games in laboratories",
        f"{len(games)} one-shot games of {len(set(papers))} papers, {plays.sum():,.0f} choices "
        "(Stahl & Wilson 1994, 1995; Costa-Gomes et al. 1998; Haruvy et al. 2001; Goeree & Holt "
        "2001; Haruvy & Stahl 2007). `lab_games.csv` in `MIDDLEGAME_DATA`.",
        "Two moves at once, with the payoffs of the laboratory as points. One precision for all "
        "games, and for the hierarchy a mean level, from a grid: the only numbers that are learnt.",
        gap_unit="log score a choice",
    )
    rows = [["uniform choice", f"{least.sum():,.0f}", "0%", f"{least.sum() / plays.sum():.4f}", ""]]
    outside: dict[str, np.ndarray] = {}
    inside: dict[str, float] = {}
    tell = tell_tenths("models")
    for done, (name, behaviours) in enumerate(MODELS.items(), 1):
        grid = np.array(
            [
                [log_likelihood(game, precision, behaviour) for game in games]
                for behaviour in behaviours
                for precision in PRECISIONS
            ]
        )
        tell(done, len(MODELS))
        inside[name] = float(grid.sum(axis=1).max())
        outside[name] = np.zeros(len(games))
        for paper in set(papers):
            held = papers == paper
            outside[name][held] = grid[grid[:, ~held].sum(axis=1).argmax()][held]
    ours = outside["logit equilibrium"] / plays
    for name, total in inside.items():
        theirs = outside[name] / plays
        words = "" if name == "logit equilibrium" else found.compare(
            name, ours, theirs, list(papers), plays)  # fmt: skip
        share = (total - least.sum()) / (most.sum() - least.sum())
        score = outside[name].sum() / plays.sum()
        rows.append([name, f"{total:,.0f}", f"{share:.0%}", f"{score:.4f}", words])
    rows.append(["each game's own frequencies", f"{most.sum():,.0f}", "100%", "", ""])
    found.table(
        "In sample: log-likelihood, and its share of the gap between uniform choice and the "
        "saturated model. Out of sample, each paper's games with the numbers that are best in all "
        "others: log score a choice, with standard errors clustered by paper.",
        [
            "model",
            "log-likelihood",
            "share of the gap",
            "out of sample",
            "the equilibrium is better by",
        ],
        rows,
    )
    found.verdict.append(
        "Where subjects meet a game once, levels of reasoning describe them better than an "
        "equilibrium: write `behaviour: {hierarchy: 1.0..2.0}` for a contest that is new to its "
        "players ([how people choose](../behaviour.md))."
    )
    return found
