"""Worlds a second: all at once, in a loop of single solves, and by Gambit where it can."""

import time
from dataclasses import replace
from typing import Any

import numpy as np

import middlegame as mg
from benchmarks.peers import worlds_by_gambit
from middlegame.diagram import Chance, Decision, Diagram, Fixed, Node, Parameter, Ref, Sum, Utility
from middlegame.sweeps.batches import solve_samples

WORLDS = 100_000
LOOPED = 10


def fixed_diagram(seed: int = 6) -> Diagram:
    """Make the fixed benchmark diagram: 6 decisions on one cycle, 12 chance nodes, 3 actors.

    Nodes have 2 or 3 states and 2 parents each; every cell of the 12 utilities is uncertain.
    """
    rng = np.random.default_rng(seed)
    kinds = ["decision"] * 6 + ["chance"] * 12
    rng.shuffle(kinds)
    nodes: list[Node] = []
    sizes: list[int] = []
    for place, kind in enumerate(kinds):
        size = int(rng.integers(2, 4))
        parents = [int(k) for k in rng.choice(place, min(2, place), replace=False)] if place else []
        names = tuple(f"n{k}" for k in parents)
        if kind == "decision":
            owner = f"p{sum(isinstance(n, Decision) for n in nodes) % 3}"
            nodes.append(Decision(f"n{place}", tuple("abc"[:size]), names, owner))
        else:
            table = rng.dirichlet(np.full(size, 2.0), [sizes[k] for k in parents])
            nodes.append(Chance(f"n{place}", tuple("abc"[:size]), names, Fixed(table)))
        sizes.append(size)
    parameters: list[Parameter] = []
    utilities: list[Utility] = []
    for owner in ("p0", "p1", "p2"):
        for _ in range(4):
            scope = [int(k) for k in rng.choice(len(nodes), 2, replace=False)]
            shape = [sizes[k] for k in scope]
            cells = int(np.prod(shape))
            refs = tuple(Ref(len(parameters) + k) for k in range(cells))
            for worth in rng.uniform(-25, 25, cells):
                name = f"points {len(parameters)}"
                parameters.append(Parameter(name, worth - 8, worth + 8, "points"))
            where = np.eye(cells).reshape(*shape, cells)
            utilities.append(Utility(owner, tuple(f"n{k}" for k in scope), Sum(refs, where)))
    precision = dict.fromkeys(("p0", "p1", "p2"), float(np.log(3) / 10))
    return Diagram(tuple(nodes), tuple(utilities), tuple(parameters), precision, "fixed diagram")


def draws(diagram: Diagram, count: int, seed: int = 0) -> np.ndarray:
    """Draw samples from the ranges, independently, lo..hi being the 5th and 95th percentile."""
    rng = np.random.default_rng(seed)
    columns = []
    for parameter in diagram.parameters:
        low, high = parameter.to_scale(parameter.low), parameter.to_scale(parameter.high)
        spread = (high - low) / (2 * 1.6448536269514722)
        drawn = (low + high) / 2 + spread * rng.standard_normal(count)
        columns.append(parameter.from_scale(drawn))
    return np.stack(columns, axis=1)


def batches(count: int = WORLDS) -> list[dict[str, Any]]:
    """Measure the fixed diagram and two shipped contests, one small enough for a tree."""
    harbour = mg.compile_scenario(mg.load("harbour-lease"))
    same = dict.fromkeys(harbour.owners, float(np.log(3) / 10))
    contests = {
        "fixed diagram": fixed_diagram(),
        "venezuela-2026": mg.compile_scenario(mg.load("venezuela-2026")),
        "harbour-lease, one precision for all": replace(harbour, precision=same),
    }
    rows = []
    for name, diagram in contests.items():
        samples = draws(diagram, count)
        begin = time.perf_counter()
        solve_samples(diagram, samples[:1], compare=0, expected=count)
        compiling = time.perf_counter() - begin
        begin = time.perf_counter()
        worlds = solve_samples(diagram, samples, compare=0)
        rate = count / (time.perf_counter() - begin)
        sample = solve_samples(diagram, samples[:2000], compare=16, expected=count)
        mg.solve(diagram)
        begin = time.perf_counter()
        for theta in samples[:LOOPED]:
            mg.solve(diagram, theta=theta)
        looped = LOOPED / (time.perf_counter() - begin)
        by_gambit, note = worlds_by_gambit(diagram, samples[:LOOPED])
        rows.append(
            {
                "contest": name,
                "compiling": compiling,
                "rate": rate,
                "looped": looped,
                "gambit": by_gambit,
                "note": note,
                "worst_residual": float(np.nanmax(worlds.residual)),
                "traced": len(worlds.traced),
                "failed": len(worlds.failures),
                "checked": len(sample.compared),
                "disagreed": len(sample.disagreeing),
            }
        )
        print(".", end="", flush=True)
    print()
    return rows
