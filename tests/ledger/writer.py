"""A writer in a process of its own, run beside others and killed.

python -m tests.ledger.writer PLACE record NAME COUNT   prints each number once it is confirmed
python -m tests.ledger.writer PLACE same UID            records under a uid that others use too
python -m tests.ledger.writer PLACE resolve OUTCOME     resolves what others resolve too
"""

import sys

from middlegame.ledger import Ledger, LedgerError
from middlegame.ledger.validation import parse_day
from tests.ledger.entries import entry, question, scenario


def main(place: str, what: str, name: str, count: str = "1") -> None:
    try:
        with Ledger.open(place, wait=60) as ledger:
            if what == "resolve":
                found = ledger.resolve("q", name, on=parse_day("2026-03-01"), source=name)
                print(found.outcome, flush=True)
            for number in range(int(count) if what != "resolve" else 0):
                more = {"uid": name} if what == "same" else {}
                added = entry(
                    0.5, by=name, question=question(f"q{number % 7}"),
                    scenario=scenario(f"title: {number % 5}\n"), theta={"a": 1.0, "b": 2.0}, **more
                )  # fmt: skip
                print(ledger.add([added])[0].id, flush=True)
    except LedgerError as error:
        print(error, file=sys.stderr)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main(*sys.argv[1:])
