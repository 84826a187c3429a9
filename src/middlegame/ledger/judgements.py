"""A record's scenario, with the numbers at which it was solved."""

from middlegame.analysis.counterfactuals import Counterfactual
from middlegame.ledger.errors import LedgerError
from middlegame.ledger.entries import read_view
from middlegame.ledger.records import SampleDesign, Record


def reopen(record: Record, sample: SampleDesign | None = None) -> Counterfactual:
    """Read a record's scenario again.

    Args:
        record: a whole one.
        drawn: the worlds over which it is answered; that of its theta alone unless given.

    Raises:
        LedgerError: it has none, or this version cannot read it.
    """
    if record.scenario is None or record.scenario.text is None:
        raise LedgerError(f"record {record.id} came without a scenario")
    contest = read_view(record.scenario.text, record.scenario.view)
    if contest is None:
        raise LedgerError(f"this version of middlegame cannot read the text of record {record.id}")
    contest = contest.model_copy(update={"views": {}})  # of others, and none of its numbers
    if sample is None:
        return Counterfactual(contest, record.theta)
    return Counterfactual(contest, worlds=sample.worlds, method=sample.method, seed=sample.seed)
