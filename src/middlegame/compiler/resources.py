"""Compile limited resources: a hidden chance node after each spending holds the amount left.

Options spend whole numbers of their actor's resources. The actor knows the amount left at all of
its moves; others know it at the moves that list it. Options that cost more than is left are closed.
Renewal is added at the first move of the next period, so a resource that is renewed in full limits
the moves of one period only and needs no node across periods.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from middlegame.base.text import lower_article
from middlegame.diagram import Chance, Fixed
from middlegame.scenario import Move, Resource
from middlegame.scenario.timeline import Timeline


@dataclass(frozen=True)
class Payment:
    """The options of a move that a resource can pay for.

    Attributes:
        node: the node of the amount left; None where the amount is certain.
        affordable: whether each option can be paid for, `[states of the node or 1, options]`.
    """

    node: str | None
    affordable: NDArray[np.bool_]


@dataclass
class ResourceTracking:
    """The resource nodes of a whole scenario.

    Attributes:
        nodes: the nodes of amounts left, by name.
        known: for each move's instance the resource nodes that it observes.
        payments: for each move's instance a payment for each resource that it spends.
    """

    nodes: dict[str, Chance] = field(default_factory=dict)
    known: dict[str, tuple[str, ...]] = field(default_factory=dict)
    payments: dict[str, list[Payment]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Stock:
    """The amount left: one for each state of a node, or one certain amount."""

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
    """Compile the resources of a scenario that passed the checks."""
    scenario, tracking = timeline.scenario, ResourceTracking()
    place = {name: number for number, name in enumerate(scenario.moves)}
    played = sorted(
        ((name, period) for name, period in timeline.instances if name in scenario.moves),
        key=lambda each: (each[1] or 0, place[each[0]]),
    )
    for actor, means in scenario.resources.items():
        for name, resource in means.items():
            _track(timeline, tracking, (actor, name), resource, played)
    return tracking


def _track(
    timeline: Timeline,
    tracking: ResourceTracking,
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
            tracking.known[instance] = (*tracking.known.get(instance, ()), stock.node)
        spent = _spent(move, name) if move.by == actor else ()
        if not any(spent):
            continue
        affordable = np.array([[amount >= cost for cost in spent] for amount in stock.amounts])
        tracking.payments.setdefault(instance, []).append(Payment(stock.node, affordable))
        owner = lower_article(timeline.scenario.actors[actor].name)
        label = f"{resource.label or name.replace('_', ' ')} left to {owner}"
        node, amounts = _left(stock, spent, f"{actor}.{name} after {instance}", instance, label)
        tracking.nodes[node.name] = node
        stock = _Stock(node.name, amounts, period or 1)


def _spent(move: Move, resource: str) -> tuple[int, ...]:
    return tuple(option.spends.get(resource, 0) for option in move.options.values())


def _left(
    stock: _Stock, spent: tuple[int, ...], name: str, instance: str, label: str
) -> tuple[Chance, tuple[int, ...]]:
    """Build the node of the amount left after a move; unaffordable options spend nothing."""
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
        payments: the payments of the move.
        parents: what the move observes, the nodes of its payments included.
        shape: the number of states of each parent.
        options: the number of options.
    """
    found = np.ones((*(shape[parent] for parent in parents), options), bool)
    for payment in payments:
        own = [1] * len(parents)
        if payment.node is not None:
            own[parents.index(payment.node)] = shape[payment.node]
        found &= payment.affordable.reshape(*own, options)
    return found
