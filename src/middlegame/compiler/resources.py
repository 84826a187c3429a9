"""Limited means become bookkeeping: a hidden node after each spending says what is left.

Options spend whole numbers of what their actor has. What is left is known to the actor at all of
its moves, and to others at the moves that list it; an option that can no longer be paid for is
closed. What comes back each period is added when the next period's first move looks, so that a
means that is renewed in full binds the moves of one period only, and is not carried on.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from middlegame.diagram import Chance, Fixed
from middlegame.scenario import Move, Resource
from middlegame.scenario.timeline import Timeline


@dataclass(frozen=True)
class Payment:
    """Which options of a move can be paid for.

    Attributes:
        node: says what is left; None where that is certain.
        affordable: `[states of the node (1 without one), options]`.
    """

    node: str | None
    affordable: NDArray[np.bool_]


@dataclass
class ResourceTracking:
    """The bookkeeping of a whole scenario.

    Attributes:
        nodes: what is left after each spending, by name.
        known: for each move, by instance, the nodes that its actor knows.
        payments: for each move what its options take, a payment for each of its actor's means.
    """

    nodes: dict[str, Chance] = field(default_factory=dict)
    known: dict[str, tuple[str, ...]] = field(default_factory=dict)
    payments: dict[str, list[Payment]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Stock:
    """What is left: an amount for each state of a node, or one amount that is certain."""

    node: str | None
    amounts: tuple[int, ...]
    period: int

    def renewed(self, resource: Resource, period: int) -> "_Stock":
        back = resource.renewed * (period - self.period)
        amounts = tuple(min(resource.amount, amount + back) for amount in self.amounts)
        if len(set(amounts)) == 1:
            return _Stock(None, amounts[:1], period)
        return _Stock(self.node, amounts, period)


def track_resources(timeline: Timeline) -> ResourceTracking:
    """Compile a scenario's means; it must have passed the checks."""
    scenario, books = timeline.scenario, ResourceTracking()
    place = {name: number for number, name in enumerate(scenario.moves)}
    played = sorted(
        ((name, period) for name, period in timeline.instances if name in scenario.moves),
        key=lambda each: (each[1] or 0, place[each[0]]),
    )
    for actor, means in scenario.resources.items():
        for name, resource in means.items():
            _keep(timeline, books, (actor, name), resource, played)
    return books


def _keep(
    timeline: Timeline,
    books: ResourceTracking,
    whose: tuple[str, str],
    resource: Resource,
    played: list[tuple[str, int | None]],
) -> None:
    actor, name = whose
    stock = _Stock(None, (resource.amount,), 1)
    for move_name, period in played:
        move = timeline.scenario.moves[move_name]
        instance = timeline.instance_name(move_name, period)
        stock = stock.renewed(resource, period or 1)
        if stock.node and (move.by == actor or f"{actor}.{name}" in move.knows):
            books.known[instance] = (*books.known.get(instance, ()), stock.node)
        spent = _spent(move, name) if move.by == actor else ()
        if not any(spent):
            continue
        affordable = np.array([[amount >= cost for cost in spent] for amount in stock.amounts])
        books.payments.setdefault(instance, []).append(Payment(stock.node, affordable))
        label = f"{resource.label or name.replace('_', ' ')} left to {actor}"
        node, amounts = _left(stock, spent, f"{actor}.{name} after {instance}", instance, label)
        books.nodes[node.name] = node
        stock = _Stock(node.name, amounts, period or 1)


def _spent(move: Move, resource: str) -> tuple[int, ...]:
    return tuple(option.spends.get(resource, 0) for option in move.options.values())


def _left(
    stock: _Stock, spent: tuple[int, ...], name: str, instance: str, label: str
) -> tuple[Chance, tuple[int, ...]]:
    """Make the node of what is left after a move; what cannot be paid for spends nothing."""
    left = [[a - cost if a >= cost else a for cost in spent] for a in stock.amounts]
    amounts = tuple(sorted({amount for row in left for amount in row}))
    table = np.zeros((len(left), len(spent), len(amounts)))
    for row, each in enumerate(left):
        for column, amount in enumerate(each):
            table[row, column, amounts.index(amount)] = 1.0
    parents = (instance,) if stock.node is None else (stock.node, instance)
    node = Chance(
        name=name,
        states=tuple(map(str, amounts)),
        parents=parents,
        table=Fixed(table[0] if stock.node is None else table),
        label=label,
        period=None,
        hidden=True,
    )
    return node, amounts


def affordable(
    payments: list[Payment], parents: tuple[str, ...], shape: Mapping[str, int], options: int
) -> NDArray[np.bool_]:
    """Return which options of a move can be paid for, `[*parents, options]`.

    Args:
        payments: of the move.
        parents: all that it knows; the nodes of its payments among them.
        shape: how many states each of them has.
        options: how many there are.
    """
    found = np.ones((*(shape[parent] for parent in parents), options), bool)
    for payment in payments:
        own = [1] * len(parents)
        if payment.node is not None:
            own[parents.index(payment.node)] = shape[payment.node]
        found &= payment.affordable.reshape(*own, options)
    return found
