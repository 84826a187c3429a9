"""Influences: what the forecast of a factor's state would be with something else made certain."""

from dataclasses import dataclass

from middlegame.analysis.interventions import available_interventions, interventions
from middlegame.base.progress import ProgressCallback
from middlegame.equilibrium.equilibrium import Equilibrium


@dataclass(frozen=True)
class Influence:
    """What the forecast of a factor's state would be with another move or factor made certain.

    Attributes:
        name: the move or factor.
        state: the state that is made certain, known to every actor before play.
        before: the probability without it.
        with_fixed_policies: the probability if no actor knows of it.
        after: the probability if every actor knows of it.
    """

    name: str
    state: str
    before: float
    with_fixed_policies: float
    after: float

    @property
    def change(self) -> float:
        """The change of the probability."""
        return self.after - self.before


def influences_on(
    equilibrium: Equilibrium, name: str, state: str, progress: ProgressCallback | None = None
) -> tuple[Influence, ...]:
    """Make everything on which a factor depends certain, one by one, and compare its forecast.

    The contest's own evidence is set aside.

    Args:
        equilibrium: the contest.
        name: the factor; over time in one of its periods.
        state: its state.
        progress: called with how many equilibria are solved, and how many there are.

    Returns:
        The influences, the largest change first.

    Raises:
        QueryError: something was observed beyond the contest's own evidence, or is supposed under
            fixed policies.
        NotConverged: a contest with something made certain has no equilibrium.
    """
    diagram, place = equilibrium.diagram, equilibrium.diagram.index[name]
    above = diagram.structure.ancestors((place,)) - {place}
    chosen = [
        each
        for each in available_interventions(equilibrium)
        if diagram.index[each.name] in above and each.name not in equilibrium.supposed
    ]
    if not chosen:
        return ()
    found = interventions(equilibrium, chosen, progress=progress)
    number = diagram.nodes[place].states.index(state)
    influences = [
        Influence(
            name=each.name,
            state=each.state,
            before=float(found.baseline[name][number]),
            with_fixed_policies=float(found.fixed_policy_forecasts[name][k, number]),
            after=float(found.announced_forecasts[name][k, number]),
        )
        for k, each in enumerate(chosen)
    ]
    return tuple(sorted(influences, key=lambda each: -round(abs(each.change), 9)))
