"""How cost grows: with the length of the road, and against what the machine can do at all."""

import subprocess
import sys
import tempfile
import time
from typing import Any

import numpy as np

from benchmarks.road import road
from middlegame.engine.contraction import contract, plan
from middlegame.engine.cost import predict

LENGTHS = (5, 10, 20, 40, 70, 100)

_PROCESS = """
import sys, time
begin = time.perf_counter()
import middlegame as mg
from benchmarks.road import road
equilibrium = mg.solve(road(int(sys.argv[1])), precision=2.0)
print(time.perf_counter() - begin, equilibrium.residual)
"""


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
        cost = predict(diagram.structure)
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
    operations = plan(tuple(operands), (0, 1), sizes).operations
    contraction = _rate(lambda: contract(tables, operands, (0, 1), sizes), operations, seconds)
    return {"matrix_product": product, "contraction": contraction}


def _rate(work: Any, operations: float, seconds: float) -> float:
    work()
    begin, count = time.perf_counter(), 0
    while time.perf_counter() - begin < seconds:
        work()
        count += 1
    return operations * count / (time.perf_counter() - begin)
