"""Misses in the ledger, and the judgements that they are owed to."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from middlegame.analysis.attribution import Attribution, attribution
from middlegame.base.errors import MiddlegameError
from middlegame.ledger.difference import reopen
from middlegame.ledger.records import Record
from middlegame.ledger.scores import ScoredForecast, Scores

Told = Callable[[int, int], None]


@dataclass(frozen=True)
class RecordAttribution:
    """One record's misses explained.

    Attributes:
        record: which.
        scored: its forecasts that count.
        blame: what they are owed to; None where that could not be computed.
        note: why not.
    """

    record: Record
    scored: tuple[ScoredForecast, ...]
    attribution: Attribution | None
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Give all of it as a JSON object."""
        return {
            "record": self.record.id,
            "forecaster": self.record.forecaster,
            "scenario": self.record.scenario.name if self.record.scenario else None,
            "note": self.note,
            "blame": self.attribution.to_dict() if self.attribution else None,
        }


def attribute_misses(
    records: Iterable[Record],
    scores: Scores,
    *,
    worlds: int = 1024,
    seed: int = 0,
    progress: Told | None = None,
) -> list[RecordAttribution]:
    """Explain the misses of every record whose forecasts count.

    A record keeps its scenario's text and the numbers at which it was solved, so it is solved
    again as it was, by this version.

    Args:
        records: whole ones.
        scores: everybody's.
        worlds: how many to draw from each scenario's ranges.
        seed: of the draws.
        told: is told how far it is.
    """
    counted: dict[int, list[ScoredForecast]] = {}
    for standing in scores.forecasters:
        for scored in standing.scored:
            counted.setdefault(scored.record, []).append(scored)
    wanted = [record for record in records if record.id in counted]
    found = []
    for place, record in enumerate(wanted):
        mine = tuple(counted[record.id])
        outcomes = {each.question.name: each.happened for each in mine}
        try:
            equilibrium = reopen(record).equilibrium()
            found.append(RecordAttribution(record, mine, attribution(equilibrium, outcomes, worlds, seed)))
        except (MiddlegameError, ValueError) as error:
            found.append(RecordAttribution(record, mine, None, str(error).partition("\n")[0]))
        if progress:
            progress(place + 1, len(wanted))
    return found
