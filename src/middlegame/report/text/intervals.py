"""The intervals of a forecast in words: how far each number varies over the worlds."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from middlegame.report.text.numbers import percent, points
from middlegame.report.text.words import clean

if TYPE_CHECKING:
    from middlegame.equilibrium.equilibrium import Equilibrium
    from middlegame.sweeps.forecast import Forecast
    from middlegame.sweeps.summaries import Outlook, Spread
    from middlegame.sweeps.worlds import Worlds


def worlds_of(equilibrium: "Equilibrium") -> "Worlds | None":
    """Return the worlds that a forecast is the mean of; None for the middle world alone."""
    forecast = _forecast(equilibrium)
    return forecast.worlds if forecast else None


def _forecast(equilibrium: "Equilibrium") -> "Forecast | None":
    """Return an equilibrium that is a forecast; None for any other."""
    from middlegame.sweeps.forecast import Forecast  # slow to import; `check` needs none

    return equilibrium if isinstance(equilibrium, Forecast) else None


def outlooks(equilibrium: "Equilibrium", name: str) -> "list[Outlook] | None":
    """Return how each state's probability of a node varies; None for the middle world alone."""
    forecast = _forecast(equilibrium)
    if forecast is None or forecast.worlds is None:
        return None
    return list(forecast.outlooks[name].values())


def question_outlook(equilibrium: "Equilibrium", name: str) -> "Outlook | None":
    """Return how a question's probability varies; None for the middle world alone."""
    forecast = _forecast(equilibrium)
    if forecast is None or forecast.worlds is None:
        return None
    return forecast.question_outlooks[name]


def interval(low: float, high: float) -> str:
    """Write an interval of probabilities.

    >>> interval(0.138, 0.241), interval(0.001, 0.02), interval(0.3, 0.302)
    ('14..24%', '<1..2%', '30%')
    """
    first, last = percent(low), percent(high)
    return first if first == last else f"{first.removesuffix('%')}..{last}"


def point_range(found: "Spread", *, fine: bool = False) -> str:
    """Write the 90% interval of expected points: `-12 to 30`; empty where both ends are alike."""
    low, high = (points(end, fine=fine) for end in found.ninety)
    return f"{low} to {high}" if low != high else ""


class IntervalWords:
    """Writes probabilities with their intervals; the first one says what an interval is."""

    def __init__(self) -> None:
        self._explained = False

    def __call__(self, probability: float, found: "Outlook | None") -> str:
        """Return a probability, with its interval if it has one."""
        if found is None:
            return percent(probability)
        low, high = map(percent, found.ninety)
        if low == high:
            return percent(probability)
        if self._explained:
            return f"{percent(probability)}; {low} to {high}"
        self._explained = True
        return f"{percent(probability)}; 90% of worlds between {low} and {high}"


def notes(equilibrium: "Equilibrium") -> Iterator[str]:
    """Yield what a reader must know of the worlds: clamped numbers, failures, uneven weights."""
    for path, share in equilibrium.clamped.items():
        where = f"In {percent(share)} of worlds the" if worlds_of(equilibrium) else "The"
        yield (
            f"{where} formula at {clean(path)} gives an impossible value, which is moved to the "
            "nearest possible one."
        )
    forecast = _forecast(equilibrium)
    if forecast is None:
        return
    worlds = forecast.worlds
    if worlds is None:
        if forecast.takes_long:
            yield (
                "Without intervals, since solving several worlds takes long here. The numbers are "
                "those of the middle world; `middlegame sweep` computes intervals."
            )
        return
    failed = sum(worlds.failures.values())
    if failed:
        yield (
            f"{failed} of {worlds.requested} worlds have no equilibrium that was reached quickly, "
            "and are left out of the means; `middlegame sweep` traces each of them in full."
        )
    if worlds.agrees is False:
        yield (
            "The quick solution of the worlds ends on another equilibrium than the full trace in "
            "the middle world. The intervals may mix several equilibria."
        )
    if forecast.known and forecast.effective_count < 0.2 * worlds.count:
        yield (
            "The evidence fits some worlds much better than others. Weighted by it, the worlds "
            f"are worth {forecast.effective_count:,.0f} of equal weight."
        )


def method(equilibrium: "Equilibrium", *, intervals: bool = True) -> str:
    """Return over how many worlds the means are, and how exact the intervals; empty for one.

    Args:
        equilibrium: whose worlds.
        intervals: whether intervals are shown.
    """
    forecast = _forecast(equilibrium)
    if forecast is None or forecast.worlds is None:
        return ""
    from middlegame.sweeps.world_solver import MOST_WORLDS

    count, ranges = forecast.worlds.count, len(forecast.diagram.parameters)
    fewer = " (fewer than usual, as each takes long)" if count < MOST_WORLDS // 2 else ""
    means = (
        f"Means over {count} worlds{fewer}, each drawn from {ranges} "
        f"range{'' if ranges == 1 else 's'} and solved to its own equilibrium."
    )
    if not intervals:
        return means
    return f"{means} {accuracy(forecast.error)} (95% confidence)."


def accuracy(error: float) -> str:
    """Return how exact the ends of intervals are, as the beginning of a sentence.

    >>> accuracy(0.0421)
    'Interval ends are accurate to within 4.2 percentage points'
    """
    return f"Interval ends are accurate to within {100 * error:.1f} percentage points"
