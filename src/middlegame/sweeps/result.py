"""The result of a sweep: forecasts as means over samples, with intervals."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from middlegame.base.display import Displayed
from middlegame.base.errors import QueryError, unknown_name
from middlegame.base.numbers import Floats
from middlegame.diagram import Node
from middlegame.equilibrium.equilibrium import Equilibrium
from middlegame.equilibrium.references import contest_node, node_index
from middlegame.equilibrium.scale_forecast import (
    ScaleForecast,
    conditional_means,
    question_values,
    scale_forecast,
)
from middlegame.sweeps.plan import SweepPlan
from middlegame.sweeps.store import Store
from middlegame.sweeps.summaries import Outlook, Spread, effective_size, state_outlooks, summarize

if TYPE_CHECKING:
    import pandas as pd


_READ_NUMBERS = 2**22
"""Numbers that are read from the store at a time: opening it for each column takes longer."""


@dataclass(frozen=True, eq=False)
class Sweep(Displayed):
    """A contest solved at many samples of its ranges.

    Forecasts are means over the samples, weighted by the evidence; intervals and outlooks say how
    they vary.

    Attributes:
        equilibrium: the equilibrium with every number at its median.
        plan: what was computed for each sample.
        store: the file or folder that holds the samples.
        requested: how many samples were requested; None for as many as the intervals need.
        interrupted: whether the sweep was stopped before it was complete.
    """

    equilibrium: Equilibrium
    plan: SweepPlan
    store: Store
    requested: int | None
    interrupted: bool = False

    def __repr__(self) -> str:
        """Return each question's forecast, or each node's likeliest state, with its interval."""
        lines = [f"Sweep of {self.equilibrium.diagram.title!r}, {self.count:,} worlds"]
        rows = self.question_outlooks or {
            f"{name} = {state}": outlook
            for name, outlooks in self.outlooks.items()
            if name not in self.scale_forecasts
            for state, outlook in [max(outlooks.items(), key=lambda item: item[1].mean)]
        }
        for name, found in rows.items():
            lines.append(
                f"  {name}  {found.mean:.0%} ({found.ninety[0]:.0%} to {found.ninety[1]:.0%})"
            )
        if not self.question_outlooks:
            lines += [f"  {found}" for found in self.scale_forecasts.values()]
        return "\n".join(lines)

    @cached_property
    def count(self) -> int:
        """The number of samples, failed ones included."""
        return sum(self._tally[0].values())

    @property
    def outcomes(self) -> list[str]:
        """How each sample ended: `solved`, `traced`, or the name of its failure."""
        found: list[str] = self.store.table(["outcome"])["outcome"].to_pylist()
        return found

    @cached_property
    def weights(self) -> Floats:
        """The weight of each sample, `[samples]`: its probability of the evidence (Bayes)."""
        return np.nan_to_num(self.store.numbers(["weight"])[:, 0])

    @property
    def parameter_values(self) -> Floats:
        """The parameter values of each sample, `[samples, parameters]`."""
        return self.store.numbers([f"theta/{p.name}" for p in self.plan.diagram.parameters])

    def forecast_samples(self, name: str) -> Floats:
        """Return the probability of each state of a move or factor in each sample.

        Returns:
            `[samples, states]`; nan where a sample failed.

        Raises:
            QueryError: there is no such move or factor.
        """
        node = contest_node(self.plan.diagram, name)
        return self.store.numbers([f"forecast/{node.name}={state}" for state in node.states])

    def question_samples(self, question: str) -> Floats:
        """Return a question's probability in each sample, `[samples]`; nan where one failed.

        Raises:
            QueryError: there is no such question.
        """
        if question not in self.plan.queries:
            raise unknown_name("question", question, self.plan.queries)
        return self.store.numbers([f"question/{question}"])[:, 0]

    @cached_property
    def outlooks(self) -> dict[str, dict[str, Outlook]]:
        """The distribution over samples of each state's probability, by move or factor."""
        found = {}
        for node, values in self._every_forecast():
            found[node.name] = state_outlooks(node.states, values, self.weights)
        return found

    def _every_forecast(self) -> Iterator[tuple[Node, Floats]]:
        """Yield each move or factor and its forecasts `[samples, states]`, some read at a time."""
        waiting = list(self.plan.diagram.contest_nodes)
        while waiting:
            nodes = [waiting.pop(0)]
            states = len(nodes[0].states)
            while waiting and (states + len(waiting[0].states)) * self.count <= _READ_NUMBERS:
                nodes.append(waiting.pop(0))
                states += len(nodes[-1].states)
            columns = [f"forecast/{node.name}={state}" for node in nodes for state in node.states]
            values = self.store.numbers(columns)
            ends = np.cumsum([len(node.states) for node in nodes])[:-1]
            yield from zip(nodes, np.split(values, ends, axis=1), strict=True)

    @cached_property
    def question_outlooks(self) -> dict[str, Outlook]:
        """The distribution over samples of each question's probability."""
        names = list(self.plan.queries)
        values = self.store.numbers([f"question/{name}" for name in names])
        found: dict[str, Outlook] = {}
        for place, name in enumerate(names):
            column = values[:, place, None]
            found |= state_outlooks((name,), column, self.weights, threshold=0.5)
        return found

    @cached_property
    def point_spreads(self) -> dict[str, Spread]:
        """The distribution over samples of each actor's expected points."""
        owners = self.plan.diagram.owners
        values = self.store.numbers([f"points/{owner}" for owner in owners])
        return {
            owner: summarize(values[:, place], self.weights) for place, owner in enumerate(owners)
        }

    def forecast(self, name: str) -> dict[str, float]:
        """Return the probability of each state of a move or factor: its mean over the samples.

        Raises:
            QueryError: there is no such move or factor.
        """
        return {state: outlook.mean for state, outlook in self.outlook(name).items()}

    def interval(self, name: str) -> dict[str, tuple[float, float]]:
        """Return the 90% interval of each state's probability of a move or factor.

        Raises:
            QueryError: there is no such move or factor.
        """
        return {state: outlook.ninety for state, outlook in self.outlook(name).items()}

    def outlook(self, name: str) -> dict[str, Outlook]:
        """Return the distribution of each state's probability of a move or factor.

        Raises:
            QueryError: there is no such move or factor.
        """
        return dict(self.outlooks[contest_node(self.plan.diagram, name).name])

    @property
    def forecasts(self) -> dict[str, dict[str, float]]:
        """The forecast of every move and factor: each state's mean probability."""
        return {name: self.forecast(name) for name in self.outlooks}

    @cached_property
    def scale_forecasts(self) -> dict[str, ScaleForecast]:
        """The distribution of each value on a scale: its mean over the samples."""
        found = {}
        for node in self.plan.diagram.contest_nodes:
            if node.scale is not None:
                means, there = conditional_means(node, self.forecast_samples(node.name))
                ends = summarize(means, self.weights * np.nan_to_num(there)).ninety
                found[node.name] = scale_forecast(node, self.forecast(node.name), ends)
        return {name: each for name, each in found.items() if each is not None}

    @property
    def question_values(self) -> dict[str, ScaleForecast]:
        """The distribution that answers each question for a value on a scale."""
        return question_values(self.equilibrium.scenario, self.scale_forecasts)

    def scale_forecast(self, name: str) -> ScaleForecast:
        """Return the distribution of a value on a scale: mean, median, interval, histogram.

        Raises:
            QueryError: there is no such move or factor, or it is on no scale.
        """
        node = self.plan.diagram.nodes[node_index(self.plan.diagram, name)]
        if node.name not in self.scale_forecasts:
            raise QueryError(f"'{name}' is not on a scale; its forecast is forecast('{name}')")
        return self.scale_forecasts[node.name]

    @property
    def questions(self) -> dict[str, float]:
        """The forecast of each question: its mean probability over the samples."""
        return {name: outlook.mean for name, outlook in self.question_outlooks.items()}

    @property
    def points(self) -> dict[str, float]:
        """Each actor's expected points: the mean over the samples."""
        return {owner: spread.mean for owner, spread in self.point_spreads.items()}

    @property
    def intervals(self) -> dict[str, tuple[float, float]]:
        """The 90% interval of each question's probability."""
        return {name: outlook.ninety for name, outlook in self.question_outlooks.items()}

    @cached_property
    def error(self) -> float:
        """The largest Monte-Carlo error of any interval's end, as a probability."""
        every = [o for outlooks in self.outlooks.values() for o in outlooks.values()]
        ends = [end for found in (*every, *self.question_outlooks.values()) for end in found.error]
        return float(np.max(ends, initial=0.0))

    @property
    def effective_count(self) -> float:
        """The number of equally weighted samples with the same precision (Kish 1965)."""
        return effective_size(self.weights)

    @cached_property
    def failures(self) -> dict[str, int]:
        """The number of samples without an equilibrium, by how they ended."""
        return {
            name: count
            for name, count in self._tally[0].items()
            if name not in ("solved", "traced")
        }

    @property
    def traced_count(self) -> int:
        """The number of samples that were traced in full, as the ramp did not settle them."""
        return self._tally[0].get("traced", 0)

    @property
    def checked_count(self) -> int:
        """The number of samples compared with the full trace; 0 where none needs a ramp."""
        return sum(n for agrees, n in self._tally[1].items() if agrees is not None)

    @property
    def disagreement_count(self) -> int:
        """The number of compared samples whose forecasts differ from the full trace."""
        return self._tally[1].get(False, 0)

    @cached_property
    def clamped(self) -> dict[str, float]:
        """The share of samples in which a formula's value is impossible and is clamped, by path.

        A chance is clamped to 0..100%, odds to values above 0, a precision to at least 1:1.
        Numbers that are possible in every sample are left out.
        """
        if not self.plan.diagram.formulas or not self.count:
            return {}
        return self.plan.diagram.clamped(self.parameter_values.T)

    @cached_property
    def _tally(self) -> tuple[Mapping[str, int], Mapping[bool | None, int]]:
        """The counts of outcomes, and of results of the comparison with the full trace."""
        return self.store.tally()

    def to_dataframe(self) -> "pd.DataFrame":
        """Return one row for each state of each node: its mean, intervals and their errors."""
        import pandas as pd

        rows = [
            {"name": name, "state": state} | _row(outlook)
            for name, outlooks in self.outlooks.items()
            for state, outlook in outlooks.items()
        ]
        return pd.DataFrame(rows)

    def worlds_dataframe(self) -> "pd.DataFrame":
        """Return one row for each sample, with the columns of the Parquet file."""
        found: pd.DataFrame = self.store.table().to_pandas()
        return found

    def to_dict(self) -> dict[str, Any]:
        """Return the result as one JSON object."""
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
            "clamped": self.clamped,
            **self.equilibrium.conditions(),
            "questions": {name: asdict(found) for name, found in self.question_outlooks.items()},
            "question_values": {n: each.to_dict() for n, each in self.question_values.items()},
            "scales": {name: each.to_dict() for name, each in self.scale_forecasts.items()},
            "forecast": {
                name: {state: asdict(found) for state, found in outlooks.items()}
                for name, outlooks in self.outlooks.items()
            },
            "points": {owner: asdict(found) for owner, found in self.point_spreads.items()},
            "file": str(self.store.path) if self.store.path and self.store.complete else None,
        }


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
