"""Fits as whole processes: simulated histories, so that nothing has to be fetched.

The small one has the rows and coefficients of the deterrence model on the disputes of 1816-1899;
the large one 7,000 rows and 20 coefficients. Compiled code is not kept between processes.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

SIZES = ((282, 10), (7000, 20))


def scenario(coefficients: int) -> str:
    """Write a deterrence model with this many coefficients, half of them of each side."""
    half = coefficients // 2
    sides = {side: [f"{side}{k}" for k in range(half)] for side in ("peace", "defence")}
    terms = {
        side: " + ".join([names[0], *(f"{name} * x{k}" for k, name in enumerate(names[1:]))])
        for side, names in sides.items()
    }
    free = ", ".join(f"{name}: free" for names in sides.values() for name in names)
    columns = ", ".join(f"x{k}: number" for k in range(half - 1))
    return f"""title: A history of {coefficients} coefficients
actors: {{initiator: The initiator, target: The target}}
moves:
  escalate: {{by: initiator, options: [stay, go]}}
  resist: {{by: target, knows: [escalate], options: {{yield: {{}}, fight: {{if: escalate = go}}}}}}
interests:
  initiator:
    - {{when: escalate = stay, worth: {terms["peace"]}}}
    - {{when: resist = fight, worth: -1}}
  target: [{{when: resist = fight, worth: {terms["defence"]}}}]
precision: exp(10)
fit:
  coefficients: {{{free}}}
  columns: {{{columns}}}
  observed: {{escalate: escalate, resist: resist}}
"""


def history(rows: int, coefficients: int, seed: int = 0) -> pd.DataFrame:
    """Simulate rows from known coefficients."""
    rng = np.random.default_rng(seed)
    half = coefficients // 2
    columns = rng.normal(size=(rows, half - 1))
    design = np.column_stack([np.ones(rows), columns])
    truth = rng.normal(0, 0.5, (2, half))
    fight = 1 / (1 + np.exp(-design @ truth[1]))
    go = 1 / (1 + np.exp(-(-fight - design @ truth[0])))
    went = rng.random(rows) < go
    fought = went & (rng.random(rows) < fight)
    frame = pd.DataFrame(columns, columns=[f"x{k}" for k in range(half - 1)])
    return frame.assign(
        escalate=np.where(went, "go", "stay"), resist=np.where(fought, "fight", "yield")
    )


def learning() -> list[dict[str, Any]]:
    """Measure the fits, standard errors and all that is reported with them included."""
    rows = []
    for count, coefficients in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder)
            (place / "scenario.yaml").write_text(scenario(coefficients))
            history(count, coefficients).to_csv(place / "history.csv", index=False)
            command = ["fit", place / "scenario.yaml", place / "history.csv", "--json"]
            begin = time.perf_counter()
            done = subprocess.run(
                [sys.executable, "-m", "middlegame", *map(str, command)],
                capture_output=True,
                text=True,
                check=True,
                env=os.environ | {"JAX_COMPILATION_CACHE_DIR": str(place / "compiled")},
            )
            seconds = time.perf_counter() - begin
            found = json.loads(done.stdout)
            rate = _rate(place, count)
        rows.append(
            {
                "rows": count,
                "coefficients": coefficients,
                "whole_process": seconds,
                "evaluations": found["evaluations"],
                "rate": rate,
                "status": found["status"],
            }
        )
        print(".", end="", flush=True)
    print()
    return rows


def _rate(place: Path, count: int, times: int = 50) -> float:
    """Rows times evaluations of the likelihood with its gradient a second, once compiled."""
    from middlegame.estimation.data import read_data
    from middlegame.estimation.fit_data import prepare_data
    from middlegame.estimation.likelihood import Likelihood, starting_values
    from middlegame.scenario.yaml.load import load

    written = load(place / "scenario.yaml")
    taken = prepare_data(written, read_data(place / "history.csv"))
    first = starting_values(written)
    likelihood = Likelihood(written, taken, first)
    rows, values = likelihood.rows(taken), np.array(list(first.values()))
    float(likelihood.value_and_gradient(values, rows)[0])
    begin = time.perf_counter()
    for _ in range(times):
        float(likelihood.value_and_gradient(values, rows)[0])
    return count * times / (time.perf_counter() - begin)


def learning_table(rows: list[dict[str, Any]]) -> list[str]:
    """Write the results as lines of Markdown."""
    return [
        "",
        "## Learning from history, as whole processes that compile everything",
        "",
        "| rows | coefficients | whole process | evaluations | rows × evaluations a second | |",
        "|--:|--:|--:|--:|--:|---|",
        *(
            f"| {row['rows']:,} | {row['coefficients']} | {row['whole_process']:.1f} s | "
            f"{row['evaluations']} | {row['rate']:,.0f} | {row['status']} |"
            for row in rows
        ),
    ]


if __name__ == "__main__":
    print("\n".join(learning_table(learning())))
