"""Whole commands, as users run them: processor time and memory, the first time and again.

`python -m benchmarks.commands [CONTEST...]` measures, compares with the recorded results, and
prints the commands that have become slower. Times compare across machines by their ratio to that
of a fixed piece of work in Python and NumPy, measured in the same run.
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
from tests.generators.ladder import first_option

import middlegame as mg

CONTESTS = {
    "harbour-lease": "small",
    "venezuela-2026": "middle",
    "venezuela-2026-quarters": "large",
}
RESULTS = Path(__file__).parents[1] / "docs" / "benchmarks" / "results.json"
TIME_LIMIT = 300
"""Seconds on the clock after which a command is stopped, by itself or from outside."""
SLOWER = 1.4
"""The growth of a command's ratio from which on it is pointed out; runs differ by a fifth."""
LEAST = 0.1
"""Seconds of processor time that a command may take more before it is pointed out."""
_UNLIMITED = ("list", "cases", "check", "explain", "export")


def command_lines(contest: str, folder: Path) -> list[tuple[str, ...]]:
    """Return the commands to measure on a contest, one for each that takes one."""
    file = Path(mg.__file__).parent / "contests" / contest / "scenario.yaml"
    name, option = first_option(file)
    condition, report = f"{name} = {option}", str(folder / "report.html")
    return [
        ("check", contest),
        ("explain", contest),
        ("solve", contest),
        ("solve", contest, "--middle"),
        ("solve", contest, "--report", report),
        ("solve", contest, "--others", "8"),
        ("solve", contest, "--nash"),
        ("suppose", contest, f"{name}={option}"),
        ("why", contest, name),
        ("dominoes", contest),
        ("robust", contest),
        ("coalitions", contest),
        ("sweep", contest, "-n", "1024"),
        ("drivers", contest),
        ("discover", contest, condition),
        ("voi", contest, "--ask", condition),
        ("hypotheses", contest),
        ("compare", contest, contest),
        ("export", contest, "--to", "json"),
    ]


def measure(contests: tuple[str, ...] = tuple(CONTESTS)) -> dict[str, Any]:
    """Measure all commands on these contests; return the rows and the time of the fixed work."""
    rows = []
    before = _seconds_of_fixed_work()
    for contest in contests:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            for command in command_lines(contest, folder):
                first, again = (_run(command, folder) for _ in range(2))
                rows.append({"contest": contest, "command": _label(command), "first": first["cpu"],
                             "again": again["cpu"],
                             "memory": max(first["memory"], again["memory"]),
                             "code": again["code"]})  # fmt: skip
                print(_line(rows[-1]), flush=True)
    return {"rows": rows, "fixed_work": (before + _seconds_of_fixed_work()) / 2}


def regressions(now: dict[str, Any], recorded: dict[str, Any]) -> list[str]:
    """Return a sentence for each command whose ratio to the fixed work has grown too much."""
    known = {(row["contest"], row["command"]): row for row in recorded["rows"]}
    found = []
    for row in now["rows"]:
        old = known.get((row["contest"], row["command"]))
        if old is None:
            continue
        for kind in ("first", "again"):
            expected = old[kind] * now["fixed_work"] / recorded["fixed_work"]
            if row[kind] > max(SLOWER * expected, expected + LEAST):
                found.append(
                    f"`{row['command']}` of {row['contest']}, {kind}: {row[kind]:.2f} s, where "
                    f"{expected:.2f} s were to be expected."
                )
    return found


def commands_table(results: dict[str, Any]) -> list[str]:
    """Write the results as lines of Markdown."""
    lines = [
        "",
        "## Whole commands",
        "",
        "Seconds of processor time of a whole process: the first time, with nothing kept from",
        "before, and again; and the most memory. In brackets, commands that end with a message,",
        "such as a refusal.",
        "",
        "| contest | command | first | again | memory |",
        "|---|---|--:|--:|--:|",
    ]
    for row in results["rows"]:
        label = f"`{row['command']}`" if row["code"] == 0 else f"(`{row['command']}`)"
        lines.append(
            f"| {row['contest']} ({CONTESTS.get(row['contest'], '')}) | {label} | "
            f"{row['first']:.1f} s | {row['again']:.1f} s | {row['memory']:.0f} MiB |"
        )
    return [
        *lines,
        "",
        f"The fixed work to which times are compared took {results['fixed_work']:.2f} s.",
        *[f"Slower than recorded: {each}" for each in results.get("regressions", [])],
    ]


def _run(command: tuple[str, ...], folder: Path) -> dict[str, Any]:
    """Run one command in a process whose cache lies in a folder, and measure it."""
    limit = () if command[0] in _UNLIMITED else ("--time-limit", str(TIME_LIMIT))
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder / _label(command))}
    process = subprocess.Popen(
        [sys.executable, "-m", "middlegame", *command, *limit],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment,
    )  # fmt: skip
    _, status, usage = os.wait4(process.pid, 0)
    return {
        "cpu": usage.ru_utime + usage.ru_stime,
        "memory": usage.ru_maxrss / 1024,
        "code": os.waitstatus_to_exitcode(status),
    }


def _seconds_of_fixed_work() -> float:
    """Return the processor time of a fixed piece of work much like that of a command."""
    begin = time.process_time()
    table = np.linspace(0.0, 1.0, 4096).reshape(64, 64)
    for k in range(40_000):
        row = table[k % 64]
        dict.fromkeys(("first", "second", "third"), k)
        np.exp(row - row.max()).sum()
    return time.process_time() - begin


def _label(command: tuple[str, ...]) -> str:
    """Return a command without its contest and its other names."""
    options = [part for part in command[2:] if part.startswith("-")]
    return " ".join((command[0], *options))


def _line(row: dict[str, Any]) -> str:
    return (
        f"{row['contest']:24} {row['command']:20} {row['first']:7.2f} s, again {row['again']:7.2f} "
        f"s, {row['memory']:5.0f} MiB{'' if row['code'] == 0 else ', exit ' + str(row['code'])}"
    )


def main() -> None:
    """Measure the contests of the command line, or all, and compare with what is recorded."""
    found = measure(tuple(sys.argv[1:]) or tuple(CONTESTS))
    recorded = json.loads(RESULTS.read_text(encoding="utf-8")).get("commands")
    for sentence in regressions(found, recorded) if recorded else ():
        print("Slower than recorded:", sentence)


if __name__ == "__main__":
    main()
