"""Whole commands, as users run them: processor time and memory, the first time and again.

`python -m benchmarks.commands [CONTEST...]` measures, compares with the recorded results, and
writes docs/benchmarks/results.md with the commands that have become slower. Times compare across
machines by their ratio to that of a fixed piece of work in Python and NumPy, measured in the same
run.
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
ALONE = "no contest"
"""The column of commands that take none of these contests."""
UNMEASURED = {"serve": "runs until it is stopped", "mcp": "runs until it is stopped"}
UNLIMITED = ("list", "schema", "new", "check", "explain", "export", "draft", "ledger")
"""Commands without the option --time-limit, some subcommand of them at least."""
TIME_LIMIT = 30
"""Seconds on the clock after which a command is stopped, by itself or a little later from outside;
one that was stopped is not run again."""
SLOWER = 1.4
"""The growth of a command's ratio from which on it is pointed out; runs differ by a fifth."""
LEAST = 0.1
"""Seconds of processor time that a command may take more before it is pointed out."""


_MEASURED = """
import json, os, subprocess, sys, threading
process = subprocess.Popen(
    sys.argv[2:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
)
timer = threading.Timer(float(sys.argv[1]), process.kill)
timer.start()
_, status, usage = os.wait4(process.pid, 0)
timer.cancel()
code = os.waitstatus_to_exitcode(status)
print(json.dumps([code, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024]))
"""
"""Runs a command from a small process: its most memory begins with that of what starts it."""

_HISTORY = """
import sys
from pathlib import Path
from benchmarks import learning
folder = Path(sys.argv[1])
(folder / "scenario.yaml").write_text(learning.scenario(10))
learning.history(282, 10).to_csv(folder / "history.csv", index=False)
"""


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
        ("ledger", "record", contest),
    ]


def lines_alone(folder: Path) -> list[tuple[str, ...]]:
    """Return the commands to measure that take no contest, or one of their own."""
    subprocess.run([sys.executable, "-c", _HISTORY, str(folder)], check=True)
    article = folder / "article.txt"
    article.write_text("The port city may renew the lease of its harbour.\n\n" * 40)
    return [
        ("list",),
        ("schema",),
        ("cases",),
        ("cases", "--score"),
        ("new", str(folder / "contest"), "--like", "deterrence"),
        ("draft", str(article), "--output", str(folder / "draft")),
        ("fit", str(folder / "scenario.yaml"), str(folder / "history.csv")),
        ("ledger", "list"),
        ("ledger", "score"),
    ]


def measure(contests: tuple[str, ...] = (*CONTESTS, ALONE)) -> list[dict[str, Any]]:
    """Measure all commands on these contests; return a row for each."""
    rows = []
    for contest in contests:
        fixed_work = _seconds_of_fixed_work()
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            lines = lines_alone(folder) if contest == ALONE else command_lines(contest, folder)
            for command in lines:
                first = _run(command, folder)
                again = first if first["stopped"] else _run(command, folder)
                rows.append({"contest": contest, "command": _label(command),
                             "first": first["cpu"], "again": again["cpu"],
                             "memory": max(first["memory"], again["memory"]),
                             "code": first["code"], "stopped": first["stopped"],
                             "fixed_work": fixed_work})  # fmt: skip
                print(_line(rows[-1]), flush=True)
    return rows


def regressions(now: list[dict[str, Any]], recorded: list[dict[str, Any]]) -> list[str]:
    """Return a sentence for each command whose ratio to the fixed work has grown too much."""
    known = {(row["contest"], row["command"]): row for row in recorded}
    found = []
    for row in now:
        old = known.get((row["contest"], row["command"]))
        if old is None or old.get("stopped"):
            continue
        if row["stopped"]:
            found.append(f"`{row['command']}` of {row['contest']} was stopped, and ended before.")
            continue
        for kind in ("first", "again"):
            expected = old[kind] * row["fixed_work"] / old["fixed_work"]
            if row[kind] > max(SLOWER * expected, expected + LEAST):
                found.append(
                    f"`{row['command']}` of {row['contest']}, {kind}: {row[kind]:.2f} s, where "
                    f"{expected:.2f} s were to be expected."
                )
    return found


def merged(now: list[dict[str, Any]], recorded: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the new rows with the recorded ones of other contests, and what has become slower."""
    measured = {row["contest"] for row in now}
    kept = [row for row in recorded if row["contest"] not in measured]
    place = [*CONTESTS, ALONE].index
    rows = sorted([*now, *kept], key=lambda row: place(row["contest"]))
    return {"rows": rows, "regressions": regressions(now, recorded)}


def commands_table(results: dict[str, Any]) -> list[str]:
    """Write the results as lines of Markdown, with a column for each contest."""
    columns = [*CONTESTS, ALONE]
    cells = {(row["command"], row["contest"]): _cell(row) for row in results["rows"]}
    names = dict.fromkeys(row["command"] for row in results["rows"])
    heads = [f"{each} ({CONTESTS[each]})" if each in CONTESTS else each for each in columns]
    works = sorted({row["fixed_work"] for row in results["rows"]})
    return [
        "",
        "## Whole commands",
        "",
        "Seconds of processor time of a whole process: the first time, with nothing kept from",
        "before / again; and the most memory. In brackets, commands that end with a message, such",
        f"as a refusal; > marks commands that were stopped after {TIME_LIMIT} s on the clock.",
        *[f"Not measured: `{name}`, which {why}." for name, why in UNMEASURED.items()],
        "",
        f"| command | {' | '.join(heads)} |",
        f"|---|{'--:|' * len(columns)}",
        *[
            f"| `{name}` | {' | '.join(cells.get((name, each), '') for each in columns)} |"
            for name in names
        ],
        "",
        f"The fixed work to which times are compared took {works[0]:.2f} to {works[-1]:.2f} s.",
        *[f"Slower than recorded: {each}" for each in results["regressions"]],
    ]


def _cell(row: dict[str, Any]) -> str:
    memory = f"{row['memory']:.0f} MiB"
    if row["stopped"]:
        return f"> {row['first']:.1f} s, {memory}"
    text = f"{row['first']:.1f} / {row['again']:.1f} s, {memory}"
    return text if row["code"] == 0 else f"({text})"


def _run(command: tuple[str, ...], folder: Path) -> dict[str, Any]:
    """Run one command in a process whose cache lies in a folder, and measure it."""
    limit = () if command[0] in UNLIMITED else ("--time-limit", str(TIME_LIMIT))
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder / _label(command)),
                   "MIDDLEGAME_LEDGER": str(folder / "ledger.sqlite")}  # fmt: skip
    # An installed package has its bytecode; a checkout must be allowed to write it.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    begin = time.perf_counter()
    ended = subprocess.run(
        [sys.executable, "-S", "-c", _MEASURED, str(TIME_LIMIT + 5),
         sys.executable, "-m", "middlegame", *command, *limit],
        capture_output=True, check=True, env=environment,
    )  # fmt: skip
    code, seconds, memory = json.loads(ended.stdout)
    late = time.perf_counter() - begin > TIME_LIMIT
    return {"cpu": seconds, "memory": memory, "code": code, "stopped": code != 0 and late}


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
    """Return a command with its subcommand and the names of its options."""
    options = [part for part in command[1:] if part.startswith("-")]
    subcommand = command[1:2] if command[0] == "ledger" else ()
    return " ".join((command[0], *subcommand, *options))


def _line(row: dict[str, Any]) -> str:
    ended = "stopped" if row["stopped"] else f"exit {row['code']}" if row["code"] else ""
    return (
        f"{row['contest']:24} {row['command']:20} {row['first']:7.2f} s, again {row['again']:7.2f} "
        f"s, {row['memory']:5.0f} MiB {ended}"
    )


def main() -> None:
    """Measure the contests of the command line, or all; write results.md and results.json."""
    from benchmarks.__main__ import write_results

    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    now = measure(tuple(sys.argv[1:]) or (*CONTESTS, ALONE))
    results["commands"] = merged(now, results["commands"]["rows"])
    for sentence in results["commands"]["regressions"]:
        print("Slower than recorded:", sentence)
    write_results(results)


if __name__ == "__main__":
    main()
