"""What the owner of a move knows, expects and chooses at each information set, in many worlds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from middlegame.analysis.interest_payoffs import InterestTables, expected_interests
from middlegame.analysis.situations import Mask, describe_situations
from middlegame.base.errors import QueryError
from middlegame.base.numbers import Floats
from middlegame.diagram import Decision, Diagram
from middlegame.equilibrium.engine_input import possible_sets
from middlegame.scenario.conditions import Condition, scale_values
from middlegame.sweeps.forecast import Forecast
from middlegame.sweeps.worlds import Worlds


@dataclass(frozen=True)
class OnlyOption:
    """Cases in which a move has no choice.

    Attributes:
        option: the only option that is open there.
        where: a condition on what the actor observes that singles them out; None where there is
            none that is simple.
        reach: their probability.
    """

    option: str
    where: Condition | None
    reach: float

    def to_dict(self) -> dict[str, Any]:
        """Return these cases as one JSON object."""
        where = None if self.where is None else str(self.where)
        return {"option": self.option, "where": where, "reach": self.reach}


@dataclass(frozen=True)
class MoveChoices:
    """A move's choices in several worlds.

    Attributes:
        mass: P(information set, evidence), `[*observed, worlds]`; where evidence speaks of the move
            or of what follows it, P(information set) before the evidence.
        policy: `[*observed, options, worlds]`.
        opens: `[*observed, options]`.
        interests: its owner's interests that the move can influence.
        expected: the expectation of each interest's tables, `[interests, *observed, options,
            worlds]`.
        scales: the value of a point when the move is made, `[worlds]`.
        rates: log-odds per point of utility, at the value of the beginning, `[worlds]`.
        sharpness: by what the rate is multiplied at each information set, `[*observed]`; None
            for 1.
        chosen: P(information set, option, evidence), `[*observed, options, worlds]`; None where
            no evidence speaks of the move or of what follows it.
    """

    mass: Floats
    policy: Floats
    opens: Mask
    interests: list[InterestTables]
    expected: Floats
    scales: Floats
    rates: Floats
    sharpness: Floats | None
    chosen: Floats | None = None

    @property
    def worths(self) -> Floats:
        """The worth of each interest, 1 where its tables are points, `[interests, worlds]`."""
        ones = np.ones_like(self.scales)
        every = [ones if each.worths is None else each.worths for each in self.interests]
        return np.array(every) if every else np.zeros((0, len(ones)))

    @property
    def mean_policy(self) -> Floats:
        """How often each option is chosen at each information set, `[*observed, options]`."""
        return mean_over_worlds(self.mass, self.policy)

    @property
    def option_probabilities(self) -> Floats:
        """How often each option is chosen in all these cases, `[options]`."""
        chosen = np.einsum("sw,sow->o", *_flat(self.mass, self.policy))
        return np.asarray(chosen / self.mass.sum())

    @property
    def posteriors(self) -> Floats:
        """How often each option is chosen given all evidence, as the forecast, `[options]`."""
        if self.chosen is None:
            return self.option_probabilities
        chosen = self.chosen.sum(axis=(*range(self.chosen.ndim - 2), -1))
        return np.asarray(chosen / chosen.sum())


def move_choices(
    subject: Forecast, nodes: Sequence[Decision], when: Condition | None = None
) -> dict[str, MoveChoices]:
    """Return the choices of some moves in all worlds.

    Evidence on a move or on what follows it is no reason for a choice, but changes how likely the
    information sets are. The choices of such a move are those before all evidence.

    Args:
        subject: the contest, on one branch.
        nodes: the moves.
        when: only cases in which this holds; None for all.

    Raises:
        QueryError: the condition cannot hold.
    """
    case = subject if when is None else subject.given(when)
    worlds, found = solved_worlds(subject), {}
    payoffs = expected_interests(worlds, nodes)
    told = {node.name for node in nodes if _bears_on(case, node)}
    given = _joints(
        case, {n.name: (*n.parents, n.name) if n.name in told else n.parents for n in nodes}
    )
    masses = given
    if told:
        before = subject.prior if when is None else subject.prior.given(when)
        masses = given | _joints(before, {n.name: n.parents for n in nodes if n.name in told})
    for node in nodes:
        mass = masses[node.name]
        place, number = subject.diagram.index[node.name], subject.diagram.decisions.index(node)
        if subject.diagram.perceptions:
            mass = _foreseen(subject, node, mass)
        interests, expected = payoffs[node.name]
        found[node.name] = MoveChoices(
            mass=mass,
            policy=worlds.tables[place],
            opens=np.asarray(subject.tables.open_options[number], bool),
            interests=interests,
            expected=expected,
            scales=worlds.scales[number],
            rates=worlds.lambdas[number],
            sharpness=subject.diagram.sharpness(node),
            chosen=given[node.name] if node.name in told else None,
        )
    return found


def _joints(case: Forecast, sets: Mapping[str, tuple[str, ...]]) -> dict[str, Floats]:
    """Return P(moves and factors, evidence) in each world, for each named set of them."""
    return dict(zip(sets, case.joints_by_world(list(sets.values())), strict=True))


def solved_worlds(subject: Forecast) -> Worlds:
    """Return the worlds of a forecast that has some."""
    assert subject.worlds is not None
    return subject.worlds


def _bears_on(case: Forecast, node: Decision) -> bool:
    """Whether evidence, or what restricts the cases, is about a move or what follows it."""
    place, known = case.diagram.index[node.name], [case.diagram.index[name] for name in case.known]
    return place in known or any(place in case.diagram.structure.ancestors((k,)) for k in known)


def _foreseen(subject: Forecast, node: Decision, mass: Floats) -> Floats:
    """Return the mass of the information sets that a move's owner believes possible, if any are."""
    (mind,) = subject.perceived_by(node.owner)[:1]
    possible = mass * possible_sets(mind.diagram, mind.tables)[node.name][..., None]
    return possible if possible.sum() > 0 else mass


def option_pair(
    node: Decision, choices: MoveChoices, option: str | None, rather_than: str | None
) -> tuple[int, int]:
    """Return the places of the option and of the one to compare with.

    Raises:
        QueryError: they are the same, or never open together.
    """
    mass, policy = choices.mass.sum(axis=-1), choices.mean_policy
    together = mass[..., None, None] * (choices.opens[..., :, None] & choices.opens[..., None, :])
    axes = tuple(range(mass.ndim))
    both = together.sum(axis=axes) > 0
    # The probability of each option where another one is open as well, `[options, options]`.
    chosen = (together * policy[..., :, None]).sum(axis=axes)
    count = len(node.states)
    pairs = [
        (a, b)
        for a in range(count)
        for b in range(count)
        if a != b
        and both[a, b]
        and option in (None, node.states[a])
        and rather_than in (None, node.states[b])
    ]
    if not pairs:
        if option is not None and option == rather_than:
            raise QueryError(f"{option} is compared with itself; name two options of {node.name}")
        named = " and ".join(name for name in (option, rather_than) if name)
        raise QueryError(
            f"{node.name} never has a choice between {named} and another option"
            if named and not (option and rather_than)
            else f"{node.name} never has a choice{f' between {named}' if named else ''}"
        )
    overall = choices.posteriors
    likeliest = max(pairs, key=lambda p: (round(overall[p[0]], 9), round(chosen[p[1], p[0]], 9)))
    if rather_than is not None or node.scale is None:
        return likeliest
    return _farthest(node, [pair for pair in pairs if pair[0] == likeliest[0]], chosen)


def _farthest(node: Decision, pairs: Sequence[tuple[int, int]], chosen: Floats) -> tuple[int, int]:
    """Return the pair of a scale's values that differ most: neighbours are chosen about alike.

    A value of another weight, as the half cell at an end of the scale, is taken only if there is
    no other one. Of two values that are as far away it is the less likely one.
    """
    values, weights = scale_values(node.states), node.weights

    def rank(pair: tuple[int, int]) -> tuple[bool, float, float]:
        first, second = (values[place] for place in pair)
        distance = 0.0 if first is None or second is None else abs(first - second)
        alike = weights is None or weights[pair[0]] == weights[pair[1]]
        return alike, round(distance, 9), -round(float(chosen[pair[1], pair[0]]), 9)

    return max(pairs, key=rank)


def only_options(diagram: Diagram, node: Decision, choices: MoveChoices) -> tuple[OnlyOption, ...]:
    """Return where a move has a single option, the most likely option first."""
    mass = choices.mass.sum(axis=-1)
    there, found = mass > 0, []
    for place, option in enumerate(node.states):
        inside = there & choices.opens[..., place] & (choices.opens.sum(axis=-1) == 1)
        if inside.any():
            where, _ = describe_situations(node, diagram, inside, there, there)
            found.append(OnlyOption(option, where, float(mass[inside].sum() / mass.sum())))
    return tuple(sorted(found, key=lambda each: -round(each.reach, 9)))


def mean_over_worlds(mass: Floats, values: Floats) -> Floats:
    """Return the mean of values `[*observed, ..., worlds]` by mass `[*observed, worlds]`."""
    mass = mass.reshape(*mass.shape[:-1], *(1,) * (values.ndim - mass.ndim), mass.shape[-1])
    total = mass.sum(axis=-1)
    return np.asarray((mass * values).sum(axis=-1) / np.where(total > 0, total, 1.0))


def _flat(mass: Floats, policy: Floats) -> tuple[Floats, Floats]:
    """Return both with one axis for all that is observed."""
    worlds = mass.shape[-1]
    return mass.reshape(-1, worlds), policy.reshape(-1, policy.shape[-2], worlds)
