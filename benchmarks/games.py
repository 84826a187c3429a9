"""Thousands of small games with ties and symmetries: each ends soon, and on Gambit's branch.

    python -m benchmarks.games 5000 --gambit 10

Half of the games are symmetric, and precisions go up to 200:1. Printed are the games that take
longer than `PATIENCE` of processor time, end without an equilibrium or with a residual above
`RESIDUAL`, change their forecast when players and options are permuted, or differ from Gambit's
branch; then how many games there were of each kind. Every so many games Gambit traces the branch
as well, in a process of its own, which is stopped when it does not end.
"""

import argparse
import io
import multiprocessing
import time
from collections import Counter
from collections.abc import Sequence
from multiprocessing.connection import Connection

import numpy as np
from numpy.typing import NDArray
from tests.generators.games import random_payoffs, strategic_game

import middlegame as mg
from middlegame.base.errors import NotConverged
from middlegame.diagram import Diagram
from middlegame.io.nfg import to_nfg

ODDS = (1.5, 3.0, 4.0, 10.0, 30.0, 200.0)
"""Odds for ten points."""
PATIENCE = 5.0
"""Seconds of processor time after which a game is reported."""
RESIDUAL = 1e-9
GAMBIT_PATIENCE = 60.0
_STEPS = {"first_step": 0.001, "max_accel": 1.01}
"""Short steps: with its own, Gambit may stop 1e-6 from the equilibrium."""

Array = NDArray[np.float64]


def run(games: int, *, first: int = 0, gambit: int = 0, permuted: bool = False) -> Counter[str]:
    """Solve games, print what is wrong with them, and count how they end.

    Args:
        games: how many.
        first: the seed of the first.
        gambit: every so many games are compared with Gambit's branch; 0 for none.
        permuted: whether to solve every game again with players and options permuted.
    """
    counts: Counter[str] = Counter()
    longest = 0.0
    for seed in range(first, first + games):
        payoffs = random_payoffs(np.random.default_rng(seed))
        rate = float(np.log(ODDS[seed % len(ODDS)]) / 10)
        begin = time.process_time()
        try:
            found = mg.solve(strategic_game(payoffs), lambda_=rate)
        except NotConverged as error:
            counts[error.status] += 1
            print(f"{seed}: {error.status} after {time.process_time() - begin:.1f} s", flush=True)
            continue
        spent = time.process_time() - begin
        longest = max(longest, spent)
        counts["converged"] += 1
        counts["forked"] += bool(found.forks)
        counts["with mirror branches"] += bool(found.mirrors)
        counts["with more branches than followed"] += not found.all_mirrors
        if spent > PATIENCE:
            counts["slow"] += 1
            print(f"{seed}: {spent:.1f} s, {len(found.forks)} forks", flush=True)
        if not found.residual < RESIDUAL:
            counts["imprecise"] += 1
            print(f"{seed}: residual {found.residual:.0e}", flush=True)
        if permuted and found.all_mirrors:
            gap = _permuted_gap(seed, payoffs, rate, found)
            counts["depends on the order"] += gap > 1e-6
            if gap > 1e-6:
                print(f"{seed}: permuted, the forecast differs by {gap:.2g}", flush=True)
        if gambit and seed % gambit == 0:
            counts[_compared(seed, payoffs, rate, found)] += 1
    print(f"longest: {longest:.1f} s")
    return counts


def _permuted_gap(seed: int, payoffs: Array, rate: float, found: mg.Equilibrium) -> float:
    """Return how far the forecast of the permuted game is from the permuted forecast."""
    moved, players, options = permute(payoffs, np.random.default_rng(seed))
    try:
        after = _policies(mg.solve(strategic_game(moved), lambda_=rate))
    except NotConverged:
        return np.inf
    before = _policies(found)
    return max(
        float(np.abs(after[place] - before[player][options[player]]).max())
        for place, player in enumerate(players)
    )


def permute(
    payoffs: Array, rng: np.random.Generator
) -> tuple[Array, list[int], list[NDArray[np.int_]]]:
    """Permute the options of each player, and the players.

    Returns:
        The payoffs; for each new player the old one; for each old player the old options in their
        new order.
    """
    count = len(payoffs)
    options = [rng.permutation(size) for size in payoffs.shape[1:]]
    players = [int(player) for player in rng.permutation(count)]
    moved = payoffs[np.ix_(np.arange(count), *options)]
    moved = np.moveaxis(moved, [1 + player for player in players], range(1, count + 1))
    return np.asarray(moved[players], float), players, options


def _policies(found: mg.Equilibrium) -> list[Array]:
    return [np.array([*each.values()]) for each in found.forecasts.values()]


def _compared(seed: int, payoffs: Array, rate: float, found: mg.Equilibrium) -> str:
    """Return how Gambit's branch compares, and print where it differs."""
    theirs = gambit_branch(strategic_game(payoffs), rate)
    if theirs is None:
        return "Gambit: no answer"
    gaps = [
        max(float(np.abs(a - b).max()) for a, b in zip(theirs, _policies(each), strict=True))
        for each in found.branches
    ]
    if min(gaps) < 1e-6:
        return "Gambit: the same branch" if len(gaps) == 1 else "Gambit: one of the mirror branches"
    responses = _logit_gap(payoffs, rate, theirs)
    if responses > 1e-6:
        print(f"{seed}: Gambit ends in no equilibrium, by {responses:.1e}", flush=True)
        return "Gambit: no equilibrium"
    unstable = _unstable_directions(payoffs, rate, theirs)
    if found.forks and unstable:
        print(
            f"{seed}: at the fork at {found.forks[0]:.3f} of the precision Gambit goes straight "
            f"on, though that branch is unstable from there ({unstable} directions); ours leaves",
            flush=True,
        )
        return "Gambit: straight on at a fork, where that branch loses its stability"
    where = ", ".join(f"{fork:.3f}" for fork in found.forks) or "nowhere"
    print(
        f"{seed}: Gambit ends in another equilibrium, {min(gaps):.1e} away; ours forks at {where}",
        flush=True,
    )
    return "Gambit: another equilibrium"


def _logit_gap(payoffs: Array, rate: float, policies: Sequence[Array]) -> float:
    """Return the largest difference between a probability and the logit response to the others."""
    pairs = zip(_responses(payoffs, rate, policies), policies, strict=True)
    return max(float(np.abs(_policy(logits) - policy).max()) for logits, policy in pairs)


def _unstable_directions(payoffs: Array, rate: float, policies: Sequence[Array]) -> int:
    """Return how many eigenvalues of the logit responses' derivative by the logits exceed 1."""
    sizes = [len(policy) for policy in policies]
    ends = np.cumsum(sizes)[:-1]
    logits = np.log(np.maximum(np.concatenate(policies), 1e-300))

    def respond(at: Array) -> Array:
        strategies = [_policy(own) for own in np.split(at, ends)]
        return np.concatenate(_responses(payoffs, rate, strategies))

    step = 1e-5
    columns = [
        (respond(logits + step * each) - respond(logits - step * each)) / (2 * step)
        for each in np.eye(len(logits))
    ]
    return int(np.count_nonzero(np.linalg.eigvals(np.stack(columns, axis=1)).real > 1))


def _responses(payoffs: Array, rate: float, policies: Sequence[Array]) -> list[Array]:
    """Return the logits of each player's response, measured from their mean."""
    letters = "abcdefgh"[: len(policies)]
    found = []
    for player, table in enumerate(payoffs):
        others = [k for k in range(len(policies)) if k != player]
        script = ",".join([letters, *(letters[k] for k in others)]) + "->" + letters[player]
        utility = rate * np.einsum(script, table, *(policies[k] for k in others))
        found.append(utility - utility.mean())
    return found


def _policy(logits: Array) -> Array:
    odds = np.exp(logits - logits.max())
    return np.asarray(odds / odds.sum())


def gambit_branch(diagram: Diagram, rate: float) -> list[Array] | None:
    """Return every player's mixed strategy where Gambit's tracer ends; None if it does not."""
    ours, theirs = multiprocessing.Pipe(duplex=False)
    worker = multiprocessing.Process(
        target=_trace_by_gambit, args=(to_nfg(diagram), rate, _strategies(diagram), theirs)
    )
    worker.start()
    theirs.close()
    try:
        return ours.recv() if ours.poll(GAMBIT_PATIENCE) else None
    except EOFError:
        return None
    finally:
        worker.kill()
        worker.join()


def _strategies(diagram: Diagram) -> list[tuple[str, tuple[str, ...]]]:
    return [(decision.owner, decision.states) for decision in diagram.decisions]


def _trace_by_gambit(
    text: str, rate: float, strategies: list[tuple[str, tuple[str, ...]]], answer: Connection
) -> None:
    import pygambit

    game = pygambit.read_nfg(io.StringIO(text))
    (found,) = pygambit.qre.logit_solve_lambda(game, rate, **_STEPS)
    answer.send(
        [
            np.array([float(found.profile[owner][state]) for state in states])
            for owner, states in strategies
        ]
    )


def main() -> None:
    """Run the games that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("games", type=int, nargs="?", default=5000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--gambit", type=int, default=0)
    parser.add_argument("--permuted", action="store_true")
    chosen = parser.parse_args()
    counts = run(chosen.games, first=chosen.first, gambit=chosen.gambit, permuted=chosen.permuted)
    for kind, count in sorted(counts.items()):
        print(f"{count:6} {kind}")


if __name__ == "__main__":
    main()
