"""Measure what fitted contests predict, and write docs/validity/index.md.

    MIDDLEGAME_DATA=/path/to/data python -m benchmarks.validity            # every part
    MIDDLEGAME_DATA=/path/to/data python -m benchmarks.validity war1800    # one; the others as kept

Figures are kept in `benchmarks/validity/results/`, one file a part.
"""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import altair as alt
import vl_convert

from benchmarks.validity import eu_positions, history, lab_games
from benchmarks.validity.measured import Measured, read_kept

PARTS: dict[str, Callable[[Path], Measured]] = {
    "war1800": history.measure_war,
    "sanctions": history.measure_sanctions,
    "lab-games": lab_games.measure,
    "eu-positions": eu_positions.measure,
}
FOLDER = Path(__file__).parents[2] / "docs" / "validity"
HEAD = """\
# Does it predict?

This page is written by `make validity`. It holds fitted contests against data that others have
published, beside the forecasts of a library's regressions with the same columns and in the same
folds. In sample, a model is judged on the rows that it was fitted to; out of sample, on rows that
it was not. Differences are paired row by row. Their standard errors are clustered, and only a
difference of more than two of them is called better or worse.

The data are not shipped. Put the files that each part names into a folder, and run
`MIDDLEGAME_DATA=/path/to/folder make validity` (the extra `validity`).
"""


def main() -> None:
    """Measure the named parts, or all, and write the page from all that are kept."""
    folder = os.environ.get("MIDDLEGAME_DATA")
    if not folder:
        raise SystemExit("set MIDDLEGAME_DATA to the folder that holds the data")
    wanted = sys.argv[1:] or list(PARTS)
    if unknown := set(wanted) - set(PARTS):
        raise SystemExit(f"unknown part {', '.join(unknown)}; expected {', '.join(PARTS)}")
    for name in wanted:
        begun = time.time()
        print(f"{name}...", flush=True)
        PARTS[name](Path(folder)).keep()
        print(f"{name}: {time.time() - begun:,.0f} s", flush=True)
    write_page()


def write_page() -> None:
    """Write the page and its pictures from the kept figures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    kept = {each.name: each for each in read_kept()}
    found = [kept[name] for name in PARTS if name in kept]
    for each in found:
        if each.gaps:
            path = FOLDER / f"{each.name}.svg"
            path.write_text(picture(each), encoding="utf-8", newline="\n")
    path = FOLDER / "index.md"
    path.write_text("\n".join([HEAD, *map(section, found)]), encoding="utf-8", newline="\n")


def section(found: Measured) -> str:
    """Return a part of the page in Markdown."""
    lines = [
        f"## {found.title}",
        "",
        f"**Data.** {found.data}",
        "",
        f"**Contest.** {found.contest}",
    ]
    for table in found.tables:
        headings = table["headings"]
        lines += ["", table["caption"], "", f"| {' | '.join(headings)} |"]
        lines.append(f"|{'|'.join(['---'] + ['--:'] * (len(headings) - 1))}|")
        lines += [f"| {' | '.join(row)} |" for row in table["rows"]]
    if found.gaps:
        words = ", ".join(f"{each['label']} {each['gap']:+.4f}" for each in found.gaps)
        lines += ["", f"![Gains over other forecasts with two standard errors: {words}]"
                  f"({found.name}.svg)"]  # fmt: skip
    lost = [
        f"{each['label']}, by {-each['gap']:.4f}"
        + (", within two standard errors" if -each["gap"] <= 2 * each["error"] else "")
        for each in found.gaps
        if each["gap"] < 0
    ]
    if lost:
        lines += ["", f"**Lost** to {'; '.join(lost)}."]
    for each in found.verdict:
        lines += ["", each]
    return "\n".join([*lines, ""])


def picture(found: Measured) -> str:
    """Draw by how much the contest is better than each other forecast, with two standard errors."""
    rows = [
        {"label": each["label"], "gap": each["gap"],
         "low": each["gap"] - 2 * each["error"], "high": each["gap"] + 2 * each["error"]}
        for each in found.gaps
    ]  # fmt: skip
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        y=alt.Y("label:N", sort=None, title=None, axis=alt.Axis(labelLimit=420, labelFontSize=13))
    )
    title = f"gain of the contest over it, {found.gap_unit} (right of 0: the contest is better)"
    line = base.mark_rule(strokeWidth=3, color="#0072B2").encode(
        x=alt.X("low:Q", title=title), x2="high:Q"
    )
    dot = base.mark_point(filled=True, size=90, opacity=1, color="#0072B2").encode(x="gap:Q")
    nought = alt.Chart(alt.InlineData(values=[{"x": 0}])).mark_rule(strokeDash=[4, 4])
    chart = alt.layer(nought.encode(x="x:Q"), line, dot).properties(
        width=460, height=34 * len(rows) + 10, background="white"
    )
    return vl_convert.vegalite_to_svg(chart.to_dict())


if __name__ == "__main__":
    main()
