"""Run every benchmark and write the tables and curves under docs/benchmarks/."""

import json
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd

from benchmarks import commands
from benchmarks.batch import WORLDS, batches
from benchmarks.learning import learning, learning_table
from benchmarks.machine import machine
from benchmarks.peers import PATIENCE, PRECISION, compare
from benchmarks.scaling import crowds, growth, machine_limit, over_time, roads, where_time_goes
from benchmarks.sweeps import memory, whole_sweeps

FOLDER = Path(__file__).parents[1] / "docs" / "benchmarks"


def main() -> None:
    """Measure, print one table, and keep it."""
    results: dict[str, Any] = {"machine": machine()}
    results["peers"] = compare()
    results["roads"] = roads()
    results["crowds"] = crowds()
    results["batches"] = batches()
    results["sweeps"] = {"machine": machine(), "whole": whole_sweeps(), "memory": memory()}
    results["learning"] = learning()
    results["over_time"] = over_time()
    results["growth"] = growth()
    results["limit"] = machine_limit()
    results["spent"] = where_time_goes()
    recorded = json.loads((FOLDER / "results.json").read_text(encoding="utf-8"))
    results["commands"] = commands.merged(commands.measure(), recorded["commands"]["rows"])
    write_results(results)
    _curve(results["roads"])
    _periods(results["over_time"])
    print(tables(results))


def write_results(results: dict[str, Any]) -> None:
    """Write what was measured, as numbers and as tables."""
    (FOLDER / "results.json").write_text(json.dumps(results, indent=1) + "\n")
    (FOLDER / "results.md").write_text(tables(results))


def tables(results: dict[str, Any]) -> str:
    """Write the results as Markdown."""
    lines = [
        "# Results",
        "",
        f"Measured on: {_named(results['machine'])}; or where that is said, elsewhere.",
        "",
        f"## The same equilibria as Gambit's, precision lambda = {PRECISION:g}",
        "",
        "| game | middlegame, first | again | Gambit's tracer | ratio | to Nash | Gambit | |",
        "|---|--:|--:|--:|--:|--:|--:|---|",
    ]
    for row in results["peers"]:
        ratio = row["gambit"] / row["again"] if row["gambit"] else None
        lines.append(
            f"| {row['game']} | {_seconds(row['first'])} | {_seconds(row['again'])} | "
            f"{_seconds(row['gambit'])} | {f'{ratio:.2g}' if ratio else ''} | "
            f"{_seconds(row['nash'])} | {_seconds(row['gambit_nash'])} | {row['note']} |"
        )
    lines += [
        "",
        f"Gambit is stopped after {PATIENCE:.0f} s. The ratio is its time by ours again.",
        "",
        "## The road, as whole processes",
        "",
        "| plots | decisions | leaves of the tree | unknowns | whole process | residual |",
        "|--:|--:|--:|--:|--:|--:|",
    ]
    lines += [
        f"| 2 by {row['plots']} | {row['decisions']} | {row['leaves']:.0e} | "
        f"{row['unknowns']:.0f} | {_seconds(row['whole_process'])} | {row['residual']:.0e} |"
        for row in results["roads"]
    ]
    lines += [
        "",
        "## A crowd, in which everybody matters for everybody, as whole processes",
        "",
        "| actors | information sets each | unknowns | whole process | most memory | residual |",
        "|--:|--:|--:|--:|--:|--:|",
    ]
    lines += [
        f"| {row['actors']} | {row['sets']} | {row['unknowns']:.0f} | "
        f"{_seconds(row['whole_process'])} | {row['memory']:.0f} MiB | {row['residual']:.0e} |"
        for row in results["crowds"]
    ]
    lines += [
        "",
        f"## Worlds a second, {WORLDS:,} worlds",
        "",
        "| contest | at once | one by one | Gambit, one by one | | compiling | worst residual "
        "| traced | failed | checked | disagreed |",
        "|---|--:|--:|--:|---|--:|--:|--:|--:|--:|--:|",
    ]
    lines += [
        f"| {row['contest']} | {row['rate']:,.0f} | {row['looped']:.1f} | "
        f"{_rate(row['gambit'])} | {row['note']} | {_seconds(row['compiling'])} | "
        f"{row['worst_residual']:.0e} | {row['traced']} | {row['failed']} | {row['checked']} | "
        f"{row['disagreed']} |"
        for row in results["batches"]
    ]
    lines += [
        "",
        "## Sweeps as whole commands",
        "",
        "Seconds on the clock, compiled code being kept from an earlier run, and the share of the "
        "rate at which the same worlds are solved at once inside, as above. This table and the one "
        f"above it were measured on: {_named(results['sweeps']['machine'])}.",
        "",
        "| contest | worlds | on | whole command | worlds a second | of the inside |",
        "|---|--:|---|--:|--:|--:|",
    ]
    inside = {row["contest"]: row["rate"] for row in results["batches"]}
    for row in results["sweeps"]["whole"]:
        rate = row["worlds"] / row["seconds"]
        share = f"{rate / inside[row['contest']]:.0%}" if row["contest"] in inside else ""
        on = f"{row['workers']} workers" if row["workers"] else "threads"
        lines.append(
            f"| {row['contest']} | {row['worlds']:,} | {on} | "
            f"{_seconds(row['seconds'])} | {rate:,.0f} | {share} |"
        )
    lines += [
        "",
        "## Memory of a sweep",
        "",
        "| worlds | most memory | the worlds' file |",
        "|--:|--:|--:|",
    ]
    lines += [
        f"| {row['worlds']:,} | {row['memory']:,.0f} MiB | {row['file']:,.0f} MiB |"
        for row in results["sweeps"]["memory"]
    ]
    lines += learning_table(results["learning"])
    lines += [
        "",
        "## Over time, as whole processes",
        "",
        "![Contests over time: seconds against periods](periods.png)",
        "",
        "| persisting | periods | decisions, all on one cycle | whole process | residual |",
        "|---|--:|--:|--:|--:|",
    ]
    lines += [
        f"| {row['persisting']} | {row['periods']} | {row['decisions']} | "
        f"{_seconds(row['whole_process'])} | {row['residual']:.0e} |"
        for row in results["over_time"]
    ]
    lines += [
        "",
        "## How cost grows with one thing at a time, two periods",
        "",
        "| what | how many | unknowns | first | again |",
        "|---|--:|--:|--:|--:|",
    ]
    lines += [
        f"| {row['what']} | {row['count']} | {row['unknowns']:.0f} | {_seconds(row['first'])} | "
        f"{_seconds(row['again'])} |"
        for row in results["growth"]
    ]
    lines += commands.commands_table(results["commands"])
    limit, spent = results["limit"], results["spent"]
    lines += [
        "",
        "## Distance to the machine's limit",
        "",
        f"A wide contraction runs at {limit['contraction'] / 1e9:.1f} billion operations a second, "
        f"a matrix product on the same machine at {limit['matrix_product'] / 1e9:.1f}: "
        f"{limit['contraction'] / limit['matrix_product']:.0%} of it.",
        "",
        "A process that solves venezuela-2026 once, with nothing kept from before, spends "
        f"{_seconds(spent['importing'])} on importing, {_seconds(spent['reading'])} on reading and "
        f"checking the scenario, {_seconds(spent['planning'])} on planning contractions, "
        f"{_seconds(spent['jacobians'])} on Jacobians, {_seconds(spent['systems'])} on linear "
        f"systems, and {_seconds(spent['rest'])} on all else, which is Python.",
        "",
    ]
    return "\n".join(lines)


def _named(machine: dict[str, str]) -> str:
    return ", ".join(f"{key} {value}" for key, value in machine.items())


def _rate(value: float | None) -> str:
    return "" if value is None else f"{value:,.1f}"


def _seconds(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value * 1000:.1f} ms" if value < 1 else f"{value:.1f} s"


def _curve(rows: list[dict[str, Any]]) -> None:
    chart = (
        alt.Chart(pd.DataFrame(rows), title="The road game: whole process, seconds")
        .mark_line(point=True)
        .encode(
            alt.X("plots", title="plots on each side"),
            alt.Y("whole_process", title="seconds"),
        )
        .properties(width=480, height=280)
    )
    chart.save(FOLDER / "road.png", scale_factor=2)


def _periods(rows: list[dict[str, Any]]) -> None:
    legend = alt.Legend(title="factors that persist", symbolType="stroke")
    chart = (
        alt.Chart(pd.DataFrame(rows), title="Contests over time: whole process, seconds")
        .mark_line(point=True)
        .encode(
            alt.X("periods", title="periods", axis=alt.Axis(format="d", tickMinStep=1)),
            alt.Y("whole_process", title="seconds"),
            alt.Color("persisting", legend=legend),
            alt.StrokeDash("persisting", legend=legend),
        )
        .properties(width=480, height=280)
    )
    chart.save(FOLDER / "periods.png", scale_factor=2)


if __name__ == "__main__":
    main()
