"""What one set of data says about the method: figures, kept as JSON, and put into a page."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from middlegame.base.numbers import Floats, clustered_mean
from middlegame.base.progress import ProgressCallback

RESULTS = Path(__file__).parent / "results"
"""Where the figures of each part are kept, so that a page can be written from some anew."""


@dataclass
class Measured:
    """The figures from one set of data.

    Attributes:
        name: of the part.
        title: its heading.
        data: what the data are, and where to get them.
        contest: how the contest models them.
        tables: each with a `caption`, `headings` and `rows`.
        gaps: by how much our forecasts are better than others', a dict of `label`, `gap` and
            `error`, in the unit of `gap_unit`.
        gap_unit: what a gap is measured in; above 0 we are better.
        verdict: what follows, in sentences.
    """

    name: str
    title: str
    data: str
    contest: str
    tables: list[dict[str, Any]] = field(default_factory=list)
    gaps: list[dict[str, Any]] = field(default_factory=list)
    gap_unit: str = "log score"
    verdict: list[str] = field(default_factory=list)

    def keep(self) -> None:
        """Write the figures to the folder of results."""
        RESULTS.mkdir(exist_ok=True)
        path = RESULTS / f"{self.name}.json"
        path.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8", newline="\n")

    def table(self, caption: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Add a table."""
        self.tables.append({"caption": caption, "headings": list(headings), "rows": list(rows)})

    def compare(
        self, label: str, ours: Floats, theirs: Floats, groups: Sequence[Any], plays: Floats
    ) -> str:
        """Add the paired difference of two forecasts' scores, and return it in words.

        Args:
            label: what ours is compared with.
            ours: our score of each row, more being better, `[rows]`.
            theirs: the other's score of each row, `[rows]`.
            groups: rows of one group depend on each other, `[rows]`.
            plays: how many plays each row stands for, `[rows]`.
        """
        gap, error = clustered_mean(ours - theirs, np.asarray(groups), plays)
        self.gaps.append({"label": label, "gap": gap, "error": error})
        return difference(gap, error)


def difference(gap: float, error: float) -> str:
    """Say how large a difference is, and whether it exceeds two standard errors."""
    verdict = (
        "better" if gap > 2 * error else "worse" if gap < -2 * error else "no clear difference"
    )
    return f"{gap:+.4f} (s.e. {error:.4f}): {verdict}"


def read_kept() -> list[Measured]:
    """Read the figures of all parts that were measured."""
    found = sorted(RESULTS.glob("*.json"))
    return [Measured(**json.loads(path.read_text(encoding="utf-8"))) for path in found]


def tell_tenths(what: str) -> ProgressCallback:
    """Return a progress callback that prints each tenth of some work to standard error."""
    told = 0

    def report(done: int, total: int | None) -> None:
        nonlocal told
        if total and 10 * done // total > told:
            told = 10 * done // total
            print(f"  {what}: {done / total:.0%}", file=sys.stderr, flush=True)

    return report
