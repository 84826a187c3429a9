"""What a sweep found."""

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from middlegame.base.display import Displayed
from middlegame.base.errors import unknown
from middlegame.base.numbers import Floats
from middlegame.equilibrium.equilibrium import Equilibrium
from middlegame.sweeps.plan import SweepPlan
from middlegame.sweeps.store import Store
from middlegame.sweeps.summaries import Spread, effective_size, summarize

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Outlook(Spread):
    """How the probability of a state spreads over worlds.

    Attributes:
        likeliest: the share of worlds in which it is the likeliest state; of a question, in which
            it is likelier than not.
    """

    likeliest: float


@dataclass(frozen=True, eq=False)
class Sweep(Displayed):
    """The worlds of a contest, and what they say together.

    Attributes:
        equilibrium: the contest in its middle world, every number at its median.
        plan: what was swept.
        store: where the worlds are.
        wanted: how many worlds were asked for; None where as many as it takes.
        interrupted: whether somebody stopped it before it was done.
    """

    equilibrium: Equilibrium
    plan: SweepPlan
    store: Store
    requested: int | None
    interrupted: bool = False

    def __repr__(self) -> str:
        """Tell each question's forecast, or each move's likeliest option, with its interval."""
        told = [f"Sweep of {self.equilibrium.diagram.title!r}, {self.count:,} worlds"]
        rows = self.question_outlooks or {
            f"{name} = {state}": outlook
            for name, outlooks in self.outlooks.items()
            for state, outlook in [max(outlooks.items(), key=lambda item: item[1].mean)]
        }
        for name, found in rows.items():
            told.append(
                f"  {name}  {found.mean:.0%} ({found.ninety[0]:.0%} to {found.ninety[1]:.0%})"
            )
        return "\n".join(told)

    @cached_property
    def count(self) -> int:
        """How many worlds there are, failed ones included."""
        return sum(self._tally["outcome"].values())

    @property
    def outcomes(self) -> list[str]:
        """How each world ended: `solved`, `traced`, or the name of its failure."""
        found: list[str] = self.store.read(["outcome"])["outcome"].to_pylist()
        return found

    @cached_property
    def weights(self) -> Floats:
        """How much each world counts, `[worlds]`: what is known speaks for some (Bayes)."""
        return np.nan_to_num(self.store.numbers(["weight"])[:, 0])

    @property
    def parameter_values(self) -> Floats:
        """The uncertain numbers, `[worlds, parameters]`."""
        return self.store.numbers([f"theta/{p.name}" for p in self.plan.diagram.parameters])

    def forecast_samples(self, name: str) -> Floats:
        """Give the probability of each state of a move or factor in each world.

        Returns:
            `[worlds, states]`; nan where a world failed.

        Raises:
            QueryError: there is no such move or factor.
        """
        nodes = {node.name: node for node in self.plan.diagram.contest_nodes}
        if name not in nodes:
            raise unknown("move or factor", name, nodes)
        return self.store.numbers([f"forecast/{name}={state}" for state in nodes[name].states])

    def question_samples(self, question: str) -> Floats:
        """Give the probability of a question's condition in each world, `[worlds]`.

        Raises:
            QueryError: there is no such question.
        """
        if question not in self.plan.queries:
            raise unknown("question", question, self.plan.queries)
        return self.store.numbers([f"question/{question}"])[:, 0]

    @cached_property
    def outlooks(self) -> dict[str, dict[str, Outlook]]:
        """How each state of each move and factor spreads."""
        found = {}
        for node in self.plan.diagram.contest_nodes:
            values = self.forecast_samples(node.name)
            solved = np.isfinite(values).all(axis=1)
            top = np.full(len(values), -1)
            # What is equal but for rounding is equal: the first counts.
            top[solved] = np.round(values[solved], 9).argmax(axis=1)
            found[node.name] = {
                state: self._outlook(values[:, place], top == place)
                for place, state in enumerate(node.states)
            }
        return found

    @cached_property
    def question_outlooks(self) -> dict[str, Outlook]:
        """How the probability of each question spreads."""
        found = {}
        for name in self.plan.queries:
            values = self.question_samples(name)
            found[name] = self._outlook(values, values > 0.5)
        return found

    @cached_property
    def point_spreads(self) -> dict[str, Spread]:
        """How each actor's expected points spread."""
        owners = self.plan.diagram.owners
        return {
            owner: summarize(self.store.numbers([f"points/{owner}"])[:, 0], self.weights)
            for owner in owners
        }

    @property
    def forecasts(self) -> dict[str, dict[str, float]]:
        """The forecast: the mean over the worlds of every state's probability."""
        return {
            name: {state: outlook.mean for state, outlook in outlooks.items()}
            for name, outlooks in self.outlooks.items()
        }

    @property
    def intervals(self) -> dict[str, tuple[float, float]]:
        """The 90% interval of each question."""
        return {name: found.ninety for name, found in self.question_outlooks.items()}

    @cached_property
    def error(self) -> float:
        """The largest Monte-Carlo error of any interval's end, as a probability."""
        every = [o for outlooks in self.outlooks.values() for o in outlooks.values()]
        ends = [end for found in (*every, *self.question_outlooks.values()) for end in found.error]
        return float(np.max(ends, initial=0.0))

    @property
    def effective_count(self) -> float:
        """The number of worlds of equal weight that would tell as much (Kish 1965)."""
        return effective_size(self.weights)

    @cached_property
    def failures(self) -> dict[str, int]:
        """How many worlds have no equilibrium that could be reached, by how they ended."""
        return {
            name: count
            for name, count in self._tally["outcome"].items()
            if name not in ("solved", "traced")
        }

    @property
    def traced_count(self) -> int:
        """How many worlds had to be traced in full."""
        return self._tally["outcome"].get("traced", 0)

    @property
    def checked_count(self) -> int:
        """How many worlds were compared with the full trace; none where none needs a ramp."""
        return sum(n for agrees, n in self._tally["agrees"].items() if agrees is not None)

    @property
    def disagreement_count(self) -> int:
        """How many of those the full trace answers otherwise."""
        return self._tally["agrees"].get(False, 0)

    @cached_property
    def _tally(self) -> dict[str, dict[Any, int]]:
        """How often each outcome is there, and each result of a check."""
        table = self.store.read(["outcome", "agrees"])
        return {
            name: {
                each["values"]: each["counts"] for each in table[name].value_counts().to_pylist()
            }
            for name in ("outcome", "agrees")
        }

    def to_dataframe(self) -> "pd.DataFrame":
        """Give every forecast as a row: its mean, intervals and errors."""
        import pandas as pd

        rows = [
            {"name": name, "state": state} | _row(outlook)
            for name, outlooks in self.outlooks.items()
            for state, outlook in outlooks.items()
        ]
        return pd.DataFrame(rows)

    def worlds_dataframe(self) -> "pd.DataFrame":
        """Give every world as a row, as the Parquet file has it."""
        table = self.store.read(["world", "outcome", "agrees", *self.plan.columns])
        found: pd.DataFrame = table.to_pandas()
        return found

    def to_dict(self) -> dict[str, Any]:
        """Give the answer as one JSON object."""
        return {
            "title": self.equilibrium.diagram.title,
            "status": "interrupted" if self.interrupted else "done",
            "worlds": self.count,
            "wanted": self.requested or "auto",
            "seed": self.plan.seed,
            "method": self.plan.method,
            "effective": self.effective_count,
            "error": self.error,
            "failed": self.failures,
            "traced": self.traced_count,
            "checked": self.checked_count,
            "disagreed": self.disagreement_count,
            **self.equilibrium.conditions(),
            "questions": {name: asdict(found) for name, found in self.question_outlooks.items()},
            "forecast": {
                name: {state: asdict(found) for state, found in outlooks.items()}
                for name, outlooks in self.outlooks.items()
            },
            "points": {owner: asdict(found) for owner, found in self.point_spreads.items()},
            "file": str(self.store.path) if self.store.path and self.store.complete else None,
        }

    def _outlook(self, values: Floats, leads: NDArray[np.bool_]) -> Outlook:
        some = np.isfinite(values)
        total = self.weights[some].sum()
        share = float(self.weights[some & leads].sum() / total) if total > 0 else np.nan
        return Outlook(**asdict(summarize(values, self.weights)), likeliest=share)


def _row(found: Outlook) -> dict[str, float]:
    return {
        "mean": found.mean,
        "median": found.median,
        "low 50%": found.half[0],
        "high 50%": found.half[1],
        "low 90%": found.ninety[0],
        "high 90%": found.ninety[1],
        "likeliest": found.likeliest,
        "error of low": found.error[0],
        "error of high": found.error[1],
    }
