"""The influence diagram as plain data: nodes, and tables that are functions of theta.

A multi-agent limited-memory influence diagram (Lauritzen & Nilsson 2001; Koller & Milch 2003)
has chance nodes with conditional tables, decision nodes with what they observe, and utility
nodes that add up. Every uncertain number is one entry of the parameter vector theta, in its
natural unit (a probability, points, or odds); a table says how it follows from theta.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import ModuleType
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from middlegame.engine.structure import Structure
from middlegame.scenario.formulas import Formula

Array = Any
"""A NumPy or JAX array: tables are evaluated with either, the module being an argument."""
Floats = NDArray[np.float64]
LEAST = 1e-12
"""The least chance that a formula can give: nothing that it speaks of is impossible."""


@dataclass(frozen=True)
class Parameter:
    """One uncertain number: an entry of theta.

    Attributes:
        name: where it stands in the scenario, such as `factors.lease.rules[1].lost`.
        low: 5th percentile in the natural unit.
        high: 95th percentile.
        unit: points vary on the plain scale, probability on the log-odds of its share of
            `ceiling`, odds and years on the logarithmic scale.
        ceiling: the probability that exact numbers beside it leave free.
        path: the place in the scenario.
        why: the reason given.
        cite: the citations given.
        correlates: the groups that it goes along with, each with its correlation.
        least: it is never below, though its range may say so.
        most: it is never above.
    """

    name: str
    low: float
    high: float
    unit: Literal["points", "probability", "odds", "years"]
    ceiling: float = 1.0
    path: tuple[str | int, ...] = ()
    why: str | None = None
    cite: tuple[str, ...] = ()
    correlates: tuple[tuple[str, float], ...] = ()
    least: float = -np.inf
    most: float = np.inf

    @property
    def median(self) -> float:
        """The middle of the interval on the unit's own scale."""
        return float(self.from_scale((self.to_scale(self.low) + self.to_scale(self.high)) / 2))

    def to_scale(self, value: float | Floats) -> Floats:
        """Map values to the scale on which the interval is symmetric."""
        if self.unit == "points":
            return np.asarray(value, float)
        if self.unit in ("odds", "years"):
            return np.asarray(np.log(value), float)
        share = np.asarray(value, float) / self.ceiling
        return np.asarray(np.log(share) - np.log1p(-share), float)

    def from_scale(self, value: float | Floats) -> Floats:
        """Map back to the natural unit; the inverse of `to_scale`."""
        if self.unit == "points":
            return np.asarray(value, float)
        if self.unit in ("odds", "years"):
            return np.asarray(np.exp(value), float)
        return np.asarray(self.ceiling / (1 + np.exp(-np.asarray(value, float))), float)


@dataclass(frozen=True)
class Ref:
    """A number that is an entry of theta."""

    index: int


@dataclass(frozen=True)
class Computed:
    """A number that a formula computes from entries of theta.

    Attributes:
        formula: what is computed.
        inputs: each coefficient and column that it speaks of.
        categories: of each categorical column among them.
        least: it is never taken below.
        most: it is never taken above.
    """

    formula: Formula
    inputs: tuple[tuple[str, float | Ref], ...] = ()
    categories: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    least: float = -np.inf
    most: float = np.inf

    def evaluate(self, theta: Array, xp: ModuleType) -> Array:
        """Give its value at theta, which may carry more axes after its first."""
        found = self.unlimited(theta, xp)
        return xp.clip(found, self.least, self.most) if self.limited else found

    def unlimited(self, theta: Array, xp: ModuleType) -> Array:
        """Give what the formula itself says."""
        values = {
            name: theta[given.index] if isinstance(given, Ref) else given
            for name, given in self.inputs
        }
        return self.formula.evaluate(values, self.categories, xp)

    @property
    def limited(self) -> bool:
        """Whether there are values that it never takes."""
        return bool(np.isfinite(self.least) or np.isfinite(self.most))


Number = float | Ref | Computed


def evaluate_numbers(numbers: Sequence[Number], theta: Array, xp: ModuleType) -> Array:
    """Give the numbers' values at theta: an array of shape `[len(numbers)]`."""
    if any(isinstance(number, Computed) for number in numbers):
        return xp.stack([xp.asarray(_evaluate(number, theta, xp)) for number in numbers])
    fixed = np.array([0.0 if isinstance(n, Ref) else n for n in numbers], float)
    varies = np.array([isinstance(n, Ref) for n in numbers], bool)
    if not varies.any():
        return xp.asarray(fixed)
    index = np.array([n.index if isinstance(n, Ref) else 0 for n in numbers], int)
    return xp.where(varies, theta[index], fixed)


@dataclass(frozen=True)
class Discount:
    """What a point is worth that comes some years later, as a share (Samuelson 1937).

    With the yearly factor f it is f ** years / sum(f ** year for year in among): the points of a
    flow are shared out among the times at which it is earned.

    Attributes:
        patience: the yearly factor, or the half-life in years.
        half_life: whether it is a half-life.
        years: how much later the point comes; below zero, how much earlier.
        among: the times among which one point is shared out; a single 0.0 shares nothing out.
    """

    patience: Number = 1.0
    half_life: bool = False
    years: float = 0.0
    among: tuple[float, ...] = (0.0,)

    def evaluate(self, theta: Array, xp: ModuleType) -> Array:
        """Give the share at theta, a scalar."""
        given = evaluate_numbers([self.patience], theta, xp)[0]
        factor = 0.5 ** (1 / given) if self.half_life else given
        return factor**self.years / sum(factor**year for year in self.among)


UNDISCOUNTED = Discount()


def _evaluate(number: Number, theta: Array, xp: ModuleType) -> Array:
    if isinstance(number, Computed):
        return number.evaluate(theta, xp)
    return theta[number.index] if isinstance(number, Ref) else number


class Table(Protocol):
    """A table of numbers as a function of theta."""

    def evaluate(self, theta: Array, xp: ModuleType) -> Array:
        """Give the table at theta, with NumPy or jax.numpy as `xp`."""


@dataclass(frozen=True)
class Fixed:
    """A table that does not depend on theta."""

    values: Floats

    def evaluate(self, theta: Array, xp: ModuleType) -> Array:
        """Give the table; theta is not used."""
        return xp.asarray(self.values)


@dataclass(frozen=True)
class Choice:
    """A chance table that takes one of a few distributions for each case of its parents.

    Attributes:
        chances: for each distribution the number of each state; None is the state left out,
            which takes the rest.
        medians: the same at the medians of theta, `[distributions, states]`, adding up to 1.
        index: which distribution each case takes, `[*parents]`.
    """

    chances: tuple[tuple[Number | None, ...], ...]
    medians: Floats
    index: NDArray[np.int_]

    def evaluate(self, theta: Array, xp: ModuleType) -> Array:
        """Give the table `[*parents, states]`.

        The states that are not exact share what the exact ones leave, `free`. Each uncertain
        one multiplies its median odds within it, so that it alone varying gives exactly its
        own value, and together they never add up to more than `free`. Where a formula computes
        a state's chance, every chance is as it says, and the state left out takes what they leave.
        """
        flat = [0.0 if n is None else n for row in self.chances for n in row]
        shape = self.medians.shape
        varies = np.array([isinstance(n, Ref) for n in flat]).reshape(shape)
        computed = [any(isinstance(n, Computed) for n in row) for row in self.chances]
        if any(computed):
            return self._as_computed(computed, theta, xp)
        if not varies.any():
            return xp.asarray(self.medians)[self.index]
        left_out = np.array([[n is None for n in row] for row in self.chances])
        exact = ~varies & ~left_out
        free = 1.0 - np.where(exact, self.medians, 0.0).sum(axis=1, keepdims=True)
        free = np.where(free > 0, free, 1.0)
        middle = self.medians / free
        given = evaluate_numbers(flat, theta, xp).reshape(shape) / free
        share = xp.where(varies, given, 0.5)
        weight = xp.where(varies, share / (1 - share) * (1 - middle), np.where(exact, 0, middle))
        total = weight.sum(axis=1, keepdims=True)
        spread = free * weight / xp.where(total > 0, total, 1.0)
        return xp.where(exact, self.medians, spread)[self.index]

    def _as_computed(self, rows: Sequence[bool], theta: Array, xp: ModuleType) -> Array:
        """Give the table where some rows hold formulas."""
        found = []
        for place, row in enumerate(self.chances):
            if not rows[place]:
                alone = Choice((row,), self.medians[place : place + 1], np.zeros((), int))
                found.append(alone.evaluate(theta, xp))
                continue
            said = evaluate_numbers([0.0 if n is None else n for n in row], theta, xp)
            left_out = np.array([n is None for n in row])
            rest = xp.maximum(1.0 - said.sum(), LEAST)
            whole = xp.where(left_out, rest, said)
            found.append(whole / whole.sum())
        return xp.stack(found)[self.index]


@dataclass(frozen=True)
class Staying:
    """A chance table that keeps the state from before by some chance, and else is another table.

    Attributes:
        otherwise: what it is if it does not stay, `[*parents, states]`.
        stays: the chance.
        before: 1.0 at the state from before, `[*parents, states]`.
    """

    otherwise: "Table"
    stays: Number
    before: Floats

    def evaluate(self, theta: Array, xp: ModuleType) -> Array:
        """Give the table `[*parents, states]`."""
        stays = evaluate_numbers([self.stays], theta, xp)[0]
        return stays * xp.asarray(self.before) + (1 - stays) * self.otherwise.evaluate(theta, xp)


@dataclass(frozen=True)
class NoisyOr:
    """Independent causes of one of two states, any of which suffices (Pearl 1988).

    Attributes:
        background: the chance without any cause.
        chances: each cause's chance.
        active: where each cause acts, `[*parents, causes]`.
        state: the index (0 or 1) of the state that is caused.
    """

    background: Number
    chances: tuple[Number, ...]
    active: NDArray[np.bool_]
    state: int

    def evaluate(self, theta: Array, xp: ModuleType) -> Array:
        """Give the table `[*parents, 2]`."""
        fails = 1 - evaluate_numbers((self.background, *self.chances), theta, xp)
        none = fails[0] * xp.prod(xp.where(self.active, fails[1:], 1.0), axis=-1)
        columns = (1 - none, none) if self.state == 0 else (none, 1 - none)
        return xp.stack(columns, axis=-1)


@dataclass(frozen=True)
class Sum:
    """A utility table: the numbers, each added where its condition holds.

    Attributes:
        numbers: points.
        where: the weight of each number in each case, `[*scope, numbers]`.
        discounts: what each number counts for besides; all of them in full unless given.
    """

    numbers: tuple[Number, ...]
    where: Floats
    discounts: tuple[Discount, ...] = ()

    def evaluate(self, theta: Array, xp: ModuleType) -> Array:
        """Give the table `[*scope]`, in points."""
        points = evaluate_numbers(self.numbers, theta, xp)
        if any(discount != UNDISCOUNTED for discount in self.discounts):
            points = points * xp.stack(
                [xp.asarray(discount.evaluate(theta, xp)) for discount in self.discounts]
            )
        return xp.asarray(self.where) @ points


@dataclass(frozen=True)
class Report:
    """Whether a report comes, as often right where it is so as where it is not.

    Of two symmetric error rates, odds `L : 1` give right with L / (1 + L): then the likelihood
    ratio of the report is exactly L, and that of the opposite report 1 / L.

    Attributes:
        odds: P(report | so) : P(report | not so).
        so: where it is so, `[*parents]`.
    """

    odds: Number
    so: NDArray[np.bool_]

    def evaluate(self, theta: Array, xp: ModuleType) -> Array:
        """Give the table `[*parents, 2]`: that it comes, and that the opposite does."""
        odds = evaluate_numbers((self.odds,), theta, xp)[0]
        right, wrong = odds / (1 + odds), 1 / (1 + odds)
        comes = xp.where(self.so, right, wrong)
        return xp.stack((comes, xp.where(self.so, wrong, right)), axis=-1)


@dataclass(frozen=True)
class Chance:
    """A chance node; `table` has shape `[*parents, states]`.

    Attributes:
        observed: of a piece of evidence, the state that was seen: every answer is given it.
        period: the one that it belongs to, 0 for what stands before the first; None outside of
            time.
        hidden: whether it only keeps the books, and is not shown.
    """

    name: str
    states: tuple[str, ...]
    parents: tuple[str, ...]
    table: Table
    label: str = ""
    headline: bool = False
    observed: str | None = None
    period: int | None = None
    hidden: bool = False


@dataclass(frozen=True)
class Decision:
    """A decision node of `owner`, who sees `parents`.

    Attributes:
        opens: which options are open, `[*parents, states]`; None where all always are.
        worth_now: what a point of the utilities is worth to the owner when it decides: they are
            valued from the beginning, and whoever decides later values them from then.
        period: the one in which it is made; None outside of time.
    """

    name: str
    states: tuple[str, ...]
    parents: tuple[str, ...]
    owner: str
    opens: NDArray[np.bool_] | None = None
    label: str = ""
    headline: bool = True
    worth_now: Discount = UNDISCOUNTED
    period: int | None = None


Node = Chance | Decision


@dataclass(frozen=True)
class Utility:
    """Points of `owner` over the states of `over`; `table` has shape `[*over]`."""

    owner: str
    over: tuple[str, ...]
    table: Table


@dataclass(frozen=True)
class Diagram:
    """A whole influence diagram.

    Attributes:
        nodes: in an order in which parents stand before children.
        utilities: they add up, for each owner.
        parameters: the entries of theta.
        precision: each owner's: a plain number is lambda (log-odds a point), a `Ref` is to an
            entry of theta in odds (how much more often an option 10 points better is chosen),
            and a `Computed` number is in such odds too.
    """

    nodes: tuple[Node, ...]
    utilities: tuple[Utility, ...]
    parameters: tuple[Parameter, ...] = ()
    precision: Mapping[str, Number] = field(default_factory=dict)
    title: str = ""

    @cached_property
    def index(self) -> dict[str, int]:
        """Each node's place in `nodes`."""
        return {node.name: place for place, node in enumerate(self.nodes)}

    @cached_property
    def decisions(self) -> tuple[Decision, ...]:
        """The decision nodes, in order."""
        return tuple(node for node in self.nodes if isinstance(node, Decision))

    @cached_property
    def evidence(self) -> dict[str, str]:
        """Each piece of evidence, by node, with the state that was seen."""
        return {
            node.name: node.observed
            for node in self.nodes
            if isinstance(node, Chance) and node.observed is not None
        }

    @cached_property
    def played(self) -> tuple[Node, ...]:
        """The nodes that are the contest itself: neither evidence nor bookkeeping."""
        return tuple(
            node
            for node in self.nodes
            if node.name not in self.evidence and not (isinstance(node, Chance) and node.hidden)
        )

    @cached_property
    def books(self) -> tuple[Node, ...]:
        """The nodes that only keep the books of somebody's means."""
        return tuple(node for node in self.nodes if isinstance(node, Chance) and node.hidden)

    def instances(self, name: str) -> tuple[Node, ...]:
        """Give the nodes of a move or factor, in order of time; one where there is no time."""
        return self._instances.get(name, ())

    @cached_property
    def _instances(self) -> dict[str, tuple[Node, ...]]:
        found: dict[str, tuple[Node, ...]] = {}
        for node in self.played:
            name = node.name.partition("@")[0] if node.period is not None else node.name
            found[name] = (*found.get(name, ()), node)
        return found

    @cached_property
    def owners(self) -> tuple[str, ...]:
        """Everybody who decides or has points, in order of appearance."""
        names = [d.owner for d in self.decisions] + [u.owner for u in self.utilities]
        return tuple(dict.fromkeys(names))

    @cached_property
    def structure(self) -> Structure:
        """What the engine needs of the diagram besides numbers; hashable."""
        place = self.index
        return Structure(
            sizes=tuple(len(node.states) for node in self.nodes),
            parents=tuple(tuple(place[p] for p in node.parents) for node in self.nodes),
            owners=tuple(
                self.owners.index(node.owner) if isinstance(node, Decision) else None
                for node in self.nodes
            ),
            scopes=tuple(tuple(place[v] for v in u.over) for u in self.utilities),
            gainers=tuple(self.owners.index(u.owner) for u in self.utilities),
        )

    @property
    def theta(self) -> Floats:
        """The medians of all parameters."""
        return np.array([p.median for p in self.parameters], float)

    def tables(self, theta: Array | None = None, xp: ModuleType = np) -> "Tables":
        """Evaluate everything that depends on theta (the medians, unless given)."""
        if theta is None:
            theta = self.theta
        return Tables(
            chances=tuple(
                node.table.evaluate(theta, xp) if isinstance(node, Chance) else None
                for node in self.nodes
            ),
            opens=tuple(self.opens(node) for node in self.decisions),
            utilities=tuple(u.table.evaluate(theta, xp) for u in self.utilities),
            lambdas=self.lambdas(theta, xp),
            scales=self.scales(theta, xp),
        )

    def opens(self, decision: Decision) -> NDArray[np.bool_]:
        """Which options of the decision are open, `[*parents, states]`."""
        if decision.opens is not None:
            return decision.opens
        sizes = [len(self.nodes[self.index[p]].states) for p in decision.parents]
        return np.ones((*sizes, len(decision.states)), bool)

    def lambdas(self, theta: Array, xp: ModuleType = np) -> Array:
        """Each owner's lambda (log-odds a point), `[owners]`."""
        numbers = [self.precision.get(owner, 1.0) for owner in self.owners]
        raw = evaluate_numbers(numbers, theta, xp)
        odds = np.array([isinstance(n, Ref | Computed) for n in numbers], bool)
        return xp.where(odds, xp.log(xp.where(odds, raw, 1.0)) / 10, raw)

    def scales(self, theta: Array, xp: ModuleType = np) -> Array:
        """What a point is worth to its owner at each decision, `[decisions]`."""
        if all(decision.worth_now == UNDISCOUNTED for decision in self.decisions):
            return xp.ones(len(self.decisions))
        return xp.stack([xp.asarray(d.worth_now.evaluate(theta, xp)) for d in self.decisions])

    def sharpness(self, lambdas: Array, scales: Array, xp: ModuleType = np) -> Array:
        """Give what the engine takes: log-odds a point of the utilities, `[decisions]`."""
        owners = [self.owners.index(decision.owner) for decision in self.decisions]
        return xp.asarray(lambdas)[np.array(owners, int)] * scales


@dataclass(frozen=True)
class Tables:
    """A diagram's numbers at one theta.

    Attributes:
        chances: one `[*parents, states]` for each node, None for decisions.
        opens: one `[*parents, states]` of booleans for each decision.
        utilities: one `[*scope]` for each utility node.
        lambdas: `[owners]`.
        scales: what a point is worth at each decision, `[decisions]`.
    """

    chances: tuple[Array | None, ...]
    opens: tuple[Array, ...]
    utilities: tuple[Array, ...]
    lambdas: Array
    scales: Array
