"""What a writer does in a process of its own, beside others or until it is killed."""

from multiprocessing.connection import Connection

from middlegame.ledger import Ledger, LedgerError
from middlegame.ledger.validation import parse_day
from tests.ledger.entries import entry, question, scenario


def record(confirmed: Connection, place: str, name: str, count: int) -> None:
    """Record entries; send each number once it is confirmed."""
    with Ledger.open(place, wait=60) as ledger:
        for number in range(count):
            added = entry(
                0.5, by=name, question=question(f"q{number % 7}"),
                scenario=scenario(f"title: {number % 5}\n"), theta={"a": 1.0, "b": 2.0},
            )  # fmt: skip
            confirmed.send(ledger.add([added])[0].id)


def record_shared(confirmed: Connection, place: str, uid: str) -> None:
    """Record one entry under a uid that others use too; send its number."""
    with Ledger.open(place, wait=60) as ledger:
        confirmed.send(ledger.add([entry(uid=uid)])[0].id)


def resolve(confirmed: Connection, place: str, outcome: str) -> None:
    """Resolve a question that others resolve too; send the outcome, or why it is refused."""
    with Ledger.open(place, wait=60) as ledger:
        try:
            found = ledger.resolve("q", outcome, on=parse_day("2026-03-01"), source=outcome)
        except LedgerError as error:
            confirmed.send(str(error))
        else:
            confirmed.send(found.outcome)
