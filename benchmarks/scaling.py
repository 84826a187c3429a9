"""How cost grows: with the length of the road, and against what the machine can do at all."""

import json
import subprocess
import sys
import tempfile
import time
from typing import Any

import numpy as np

import middlegame as mg
from benchmarks.crowd import crowd
from benchmarks.road import road
from benchmarks.timed import limited_memory
from middlegame.engine.cost import predict_cost
from middlegame.engine.inference.contraction import contract, contraction_path

LENGTHS = (5, 20, 50, 100)
PERIODS = (6, 12, 20)
CROWDS = ((4, 2, 4), (6, 3, 4), (6, 3, 6), (12, 3, 4))
"""Actors, reports that each sees, states of a report."""

_PROCESS = """
import sys, time
begin = time.perf_counter()
import middlegame as mg
from benchmarks.road import road
equilibrium = mg.solve(road(int(sys.argv[1])), lambda_=2.0)
print(time.perf_counter() - begin, equilibrium.residual)
"""


_OVER_TIME = """
import sys, time
begin = time.perf_counter()
import middlegame as mg
from benchmarks.timed import limited_memory
options = {"binary": {}, "three": {"persisting": 6, "states": 3, "options": 3}}[sys.argv[2]]
equilibrium = mg.solve(limited_memory(int(sys.argv[1]), **options))
equilibrium.forecasts
print(time.perf_counter() - begin, equilibrium.residual, len(equilibrium.diagram.decisions))
"""


_SPENT = """
import json, sys, time
begin = time.perf_counter()
import middlegame.equilibrium.equilibrium
import middlegame.io.open
import middlegame as mg
imported = time.perf_counter()
diagram = mg.compile_scenario(mg.load(sys.argv[1]))
read = time.perf_counter()
mg.solve(diagram)
solved = time.perf_counter()
from unittest import mock
from middlegame.engine.numerics.linear import DenseSystem
from middlegame.engine.qre import principal
spent = dict.fromkeys(("jacobians", "systems"), 0.0)
def timed(work, kind):
    def within(*arguments, **options):
        start = time.perf_counter()
        found = work(*arguments, **options)
        spent[kind] += time.perf_counter() - start
        return found
    return within
choose, solve = principal.response_equations, DenseSystem.solve
with (
    mock.patch.object(
        principal, "response_equations", lambda *a, **o: timed(choose(*a, **o), "jacobians")
    ),
    mock.patch.object(DenseSystem, "solve", timed(solve, "systems")),
):
    start = time.perf_counter()
    mg.solve(diagram)
    again = time.perf_counter() - start
first = solved - read
print(json.dumps({"importing": imported - begin, "reading": read - imported,
                  "planning": first - again, **spent, "rest": again - sum(spent.values())}))
"""

_CROWD = """
import sys
from pathlib import Path
import middlegame as mg
from benchmarks.crowd import crowd
equilibrium = mg.solve(crowd(*map(int, sys.argv[1:])))
# Not getrusage: its maximum begins with that of the process that started this one.
lines = Path("/proc/self/status").read_text().splitlines()
peak = next(line for line in lines if line.startswith("VmHWM"))
print(equilibrium.residual, int(peak.split()[1]) / 1024)
"""


def over_time(periods: tuple[int, ...] = PERIODS) -> list[dict[str, Any]]:
    """Solve contests over time in processes of their own, nothing compiled beforehand.

    Five moves and twelve factors a period, eight of two states or six of three persisting; each
    move knows three things, so that all decisions of all periods depend on each other.
    """
    rows = []
    for kind in ("binary", "three"):
        for count in periods:
            with tempfile.TemporaryDirectory() as cache:
                begin = time.perf_counter()
                ended = subprocess.run(
                    [sys.executable, "-c", _OVER_TIME, str(count), kind],
                    capture_output=True,
                    text=True,
                    check=True,
                    env={"JAX_COMPILATION_CACHE_DIR": cache, "PATH": ""},
                )
                whole = time.perf_counter() - begin
            solving, residual, decisions = map(float, ended.stdout.split())
            rows.append(
                {
                    "persisting": "8 of two states" if kind == "binary" else "6 of three states",
                    "periods": count,
                    "decisions": int(decisions),
                    "whole_process": whole,
                    "solving": solving,
                    "residual": residual,
                }
            )
            print(".", end="", flush=True)
    print()
    return rows


def growth() -> list[dict[str, Any]]:
    """Solve contests of two periods that grow in one thing at a time: first, and again."""
    base = {"moves": 2, "factors": 3, "persisting": 2, "states": 2, "knows": 2}
    grown = {
        "decisions a period": [{"moves": n} for n in (2, 3, 5)],
        "states": [{"states": n} for n in (2, 3, 5)],
        "observed": [{"factors": 5, "persisting": 5, "knows": n} for n in (1, 2, 4)],
    }
    rows = []
    for what, steps in grown.items():
        for step in steps:
            diagram = limited_memory(2, **{**base, **step})
            seconds = []
            for _ in range(2):
                begin = time.perf_counter()
                mg.solve(diagram)
                seconds.append(time.perf_counter() - begin)
            rows.append(
                {
                    "what": what,
                    "count": [*step.values()][-1],
                    "unknowns": predict_cost(diagram.structure).unknowns,
                    "first": seconds[0],
                    "again": seconds[1],
                }
            )
            print(".", end="", flush=True)
    print()
    return rows


def where_time_goes(name: str = "venezuela-2026") -> dict[str, float]:
    """Split a first solve, in a process of its own with nothing compiled beforehand, in seconds.

    Returns:
        Importing, reading and compiling the scenario to a diagram, planning contractions (what a
        second solve does without), Jacobians, linear systems, and the rest.
    """
    with tempfile.TemporaryDirectory() as cache:
        ended = subprocess.run(
            [sys.executable, "-c", _SPENT, name],
            capture_output=True,
            text=True,
            check=True,
            env={"JAX_COMPILATION_CACHE_DIR": cache, "PATH": ""},
        )
    spent: dict[str, float] = json.loads(ended.stdout)
    return spent


def crowds(sizes: tuple[tuple[int, int, int], ...] = CROWDS) -> list[dict[str, Any]]:
    """Solve crowds, in which everybody matters for everybody, in processes of their own."""
    rows = []
    for size in sizes:
        diagram = crowd(*size)
        begin = time.perf_counter()
        ended = subprocess.run(
            [sys.executable, "-c", _CROWD, *map(str, size)],
            capture_output=True,
            text=True,
            check=True,
            env={"PATH": ""},
        )
        whole = time.perf_counter() - begin
        residual, memory = map(float, ended.stdout.split())
        rows.append(
            {
                "actors": size[0],
                "sets": size[2] ** size[1],
                "unknowns": predict_cost(diagram.structure).unknowns,
                "whole_process": whole,
                "memory": memory,
                "residual": residual,
            }
        )
        print(".", end="", flush=True)
    print()
    return rows


def roads(lengths: tuple[int, ...] = LENGTHS) -> list[dict[str, Any]]:
    """Solve road games in processes of their own, nothing compiled beforehand."""
    rows = []
    for plots in lengths:
        diagram = road(plots)
        with tempfile.TemporaryDirectory() as cache:
            begin = time.perf_counter()
            ended = subprocess.run(
                [sys.executable, "-c", _PROCESS, str(plots)],
                capture_output=True,
                text=True,
                check=True,
                env={"JAX_COMPILATION_CACHE_DIR": cache, "PATH": ""},
            )
            whole = time.perf_counter() - begin
        solving, residual = map(float, ended.stdout.split())
        leaves = np.prod([float(size) for size in diagram.structure.sizes])
        cost = predict_cost(diagram.structure)
        rows.append(
            {
                "plots": plots,
                "decisions": len(diagram.decisions),
                "leaves": leaves,
                "unknowns": cost.unknowns,
                "whole_process": whole,
                "solving": solving,
                "residual": residual,
            }
        )
        print(".", end="", flush=True)
    print()
    return rows


def machine_limit(seconds: float = 1.0) -> dict[str, float]:
    """Compare a large contraction with a matrix product on the same machine, in one run."""
    rng = np.random.default_rng(0)
    size = 1500
    left, right = rng.random((size, size)), rng.random((size, size))
    product = _rate(lambda: left @ right, 2.0 * size**3, seconds)
    # A chain of wide tables, as a diagram of high treewidth gives.
    sizes = (12,) * 8
    operands = [(0, 1, 2, 3), (2, 3, 4, 5), (4, 5, 6, 7)]
    tables = [rng.random([sizes[a] for a in axes]) for axes in operands]
    # Both ends stay open: what stands in one table alone would be summed out before.
    ends = (0, 1, 6, 7)
    operations = contraction_path(tuple(operands), ends, sizes).operations
    contraction = _rate(lambda: contract(tables, operands, ends, sizes), operations, seconds)
    return {"matrix_product": product, "contraction": contraction}


def _rate(work: Any, operations: float, seconds: float) -> float:
    work()
    begin, count = time.perf_counter(), 0
    while time.perf_counter() - begin < seconds:
        work()
        count += 1
    return operations * count / (time.perf_counter() - begin)
