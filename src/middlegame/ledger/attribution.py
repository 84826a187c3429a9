"""Explain misses: solve each record that counts again, and attribute its misses to judgements."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from middlegame.analysis.attribution import Attribution, attribution
from middlegame.base.errors import MiddlegameError
from middlegame.base.progress import ProgressCallback
from middlegame.ledger.difference import reopen
from middlegame.ledger.records import Record
from middlegame.ledger.scores import ScoredForecast, Scores
from middlegame.ledger.value_scores import ScoredValue


@dataclass(frozen=True)
class RecordAttribution:
    """The misses of one record, attributed to its judgements.

    Attributes:
        record: the record.
        scored: those of its forecasts that count.
        attribution: which judgements the misses are due to; None where it cannot be computed.
        note: why it cannot be computed.
    """

    record: Record
    scored: tuple[ScoredForecast | ScoredValue, ...]
    attribution: Attribution | None
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the attribution as a JSON object."""
        return {
            "record": self.record.id,
            "forecaster": self.record.forecaster,
            "scenario": self.record.scenario.name if self.record.scenario else None,
            "note": self.note,
            "attribution": self.attribution.to_dict() if self.attribution else None,
        }


def attribute_misses(
    records: Iterable[Record],
    scores: Scores,
    *,
    worlds: int = 1024,
    seed: int = 0,
    progress: ProgressCallback | None = None,
) -> list[RecordAttribution]:
    """Attribute the misses of every record whose forecasts count.

    A record keeps its scenario's text and the numbers at which it was solved, so this version
    solves it again at those numbers.

    Args:
        records: records with their texts, as `Ledger.records(whole=True)` returns them.
        scores: the scores of all forecasters.
        worlds: how many worlds to draw from each scenario's ranges.
        seed: of the draws.
        progress: called after each record.
    """
    counted: dict[int, list[ScoredForecast | ScoredValue]] = {}
    every: list[ScoredForecast | ScoredValue] = [
        *(each for standing in scores.forecasters for each in standing.scored),
        *(each for standing in scores.values for each in standing.scored),
    ]
    for scored in every:
        counted.setdefault(scored.record, []).append(scored)
    wanted = [record for record in records if record.id in counted]
    found = []
    for place, record in enumerate(wanted):
        forecasts = tuple(counted[record.id])
        outcomes = {
            each.question.name: each.outcome if isinstance(each, ScoredValue) else each.happened
            for each in forecasts
        }
        try:
            result = attribution(reopen(record).equilibrium(), outcomes, worlds, seed)
            found.append(RecordAttribution(record, forecasts, result))
        except (MiddlegameError, ValueError) as error:
            note = str(error).partition("\n")[0]
            found.append(RecordAttribution(record, forecasts, None, note))
        if progress:
            progress(place + 1, len(wanted))
    return found
