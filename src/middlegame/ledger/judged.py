"""A record's scenario, with the numbers at which it was solved."""

from middlegame.analysis.switching import Judged
from middlegame.ledger.failures import LedgerError
from middlegame.ledger.records import Record
from middlegame.scenario.load import read_text


def judged(record: Record) -> Judged:
    """Read a record's scenario again.

    Raises:
        LedgerError: it has none, or this version cannot read it.
    """
    if record.scenario is None or record.scenario.text is None:
        raise LedgerError(f"record {record.id} came without a scenario")
    contest = read_text(record.scenario.text).scenario
    if contest is None:
        raise LedgerError(f"this version of middlegame cannot read the text of record {record.id}")
    return Judged(contest, record.theta)
