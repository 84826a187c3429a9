"""The same equilibria by Gambit and by middlegame, in one run, on the same machine.

Gambit's side runs in a process of its own, since it can only be stopped from outside. Both are
given the game in memory: neither reading files nor starting Python is counted. Seconds are of
processor time, the least of five runs; for middlegame the first, which plans, is measured apart.
"""

import io
import multiprocessing
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import middlegame as mg
from benchmarks.road import road
from middlegame.base.errors import MiddlegameError
from middlegame.io import gambit
from middlegame.io.efg import to_efg
from middlegame.io.json_form import read_json

REFERENCE = Path(__file__).parents[1] / "tests" / "data" / "reference"
PRECISION = 2.0
PATIENCE = 20.0
LEAVES = 3_000_000


def games() -> list[tuple[str, mg.Diagram]]:
    """The reference diagrams and the road games that a tree can hold."""
    found = [(path.stem, read_json(path)) for path in sorted(REFERENCE.glob("*.json"))]
    return [*found, *((f"road {n}", road(n)) for n in (1, 2, 3))]


def compare(patience: float = PATIENCE) -> list[dict[str, Any]]:
    """Time the logit equilibrium and the Nash equilibrium of every game, both ways.

    Args:
        patience: seconds after which Gambit is stopped.
    """
    rows = []
    for name, diagram in games():
        first, equilibrium = _timed(partial(mg.solve, diagram, lambda_=PRECISION))
        again = min(_timed(partial(mg.solve, diagram, lambda_=PRECISION))[0] for _ in range(5))
        _timed(partial(mg.nash, diagram))
        to_nash, _ = _timed(partial(mg.nash, diagram))
        row = {"game": name, "first": first, "again": again, "nash": to_nash}
        try:
            text = to_efg(diagram, limit=LEAVES)
        except MiddlegameError:
            row |= {"gambit": None, "gambit_nash": None, "note": "the tree is too large to write"}
        else:
            row["gambit"], profile = _gambit(partial(_logit, text, PRECISION), patience)
            row["gambit_nash"], _ = _gambit(partial(_nash, text), patience)
            row["note"] = _difference(diagram, equilibrium, profile, patience)
        rows.append(row)
        print(".", end="", flush=True)
    print()
    return rows


def worlds_by_gambit(
    diagram: mg.Diagram, samples: Sequence[np.ndarray] | np.ndarray, patience: float = PATIENCE
) -> tuple[float | None, str]:
    """Solve worlds of a diagram by Gambit's tracer, one by one on the expanded tree.

    Args:
        diagram: with one precision for everybody, as Gambit has one.
        samples: the worlds.
        patience: seconds after which Gambit is stopped.

    Returns:
        Worlds a second, and in words how far both agree, or why there is no rate.
    """
    if gambit.recall_failures(diagram):
        return None, "somebody forgets, and Gambit's solvers refuse"
    try:
        texts = [to_efg(diagram, theta, limit=LEAVES) for theta in samples]
    except MiddlegameError:
        return None, "the tree is too large to write"
    (precision,) = {float(each) for each in diagram.lambdas(samples[0])}
    work = partial(_each, texts, precision)
    seconds, profile = _gambit(work, patience)
    last = mg.solve(diagram, theta=samples[-1])
    return len(texts) / seconds if seconds else None, _difference(diagram, last, profile, patience)


def _each(texts: Sequence[str], precision: float) -> tuple[float, Any]:
    """Solve one after another; the seconds of all, and what the last came to."""
    solved = [_logit(text, precision) for text in texts]
    return sum(seconds for seconds, _ in solved), solved[-1][1]


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    begin = time.process_time()
    result = work()
    return time.process_time() - begin, result


def _logit(
    text: str, precision: float
) -> tuple[float, dict[tuple[int, tuple[str, ...]], dict[str, float]]]:
    import pygambit

    game = pygambit.read_efg(io.StringIO(text))
    seconds, (point,) = _timed(lambda: pygambit.qre.logit_solve_lambda(game, [precision]))
    if seconds < 1:
        again = (lambda: pygambit.qre.logit_solve_lambda(game, [precision]),) * 4
        seconds = min(seconds, *(_timed(each)[0] for each in again))
    found = {}
    for player in game.players:
        for history, action in point.profile[player]:
            found[len(history.actions), tuple(history.actions)] = dict(action)
    return seconds, found


def _nash(text: str) -> tuple[float, None]:
    import pygambit

    game = pygambit.read_efg(io.StringIO(text))
    return _timed(lambda: pygambit.nash.logit_solve(game, maxregret=1e-6))[0], None


def _gambit(work: Callable[[], Any], patience: float) -> tuple[float | None, Any]:
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_report, args=(work, sender))
    process.start()
    answer = receiver.recv() if receiver.poll(patience) else (None, None)
    process.kill()
    process.join()
    return answer


def _report(work: Callable[[], Any], sender: Any) -> None:
    try:
        sender.send(work())
    except Exception as error:  # whatever a peer fails with is a result, and reported
        sender.send((None, str(error)))


def _difference(
    diagram: mg.Diagram, equilibrium: mg.Equilibrium, profile: Any, patience: float
) -> str:
    """Say how far Gambit's profile is from the nearest branch of an equilibrium."""
    if not isinstance(profile, dict):
        return f"Gambit: {profile}" if profile else f"Gambit stopped after {patience:.0f} s"
    worst = min(_largest_gap(diagram, branch, profile) for branch in equilibrium.branches)
    of = "" if len(equilibrium.branches) == 1 else " from one of the mirror branches"
    return f"largest difference{of} {worst:.0e}" if np.isfinite(worst) else "not finite"


def _largest_gap(diagram: mg.Diagram, branch: mg.Equilibrium, profile: Any) -> float:
    worst = 0.0
    for (depth, history), action in profile.items():
        decision = diagram.nodes[depth]
        known = dict(zip((node.name for node in diagram.nodes), history, strict=False))
        at = tuple(diagram.nodes[diagram.index[p]].states.index(known[p]) for p in decision.parents)
        ours = dict(zip(decision.states, branch.policy(decision.name)[at], strict=True))
        worst = max(worst, *(abs(ours[state] - float(p)) for state, p in action.items()))
    return worst
