"""The ledger: dated forecasts and their resolutions, in a database that is only added to."""

import datetime as dt
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError

from middlegame.ledger import rows
from middlegame.ledger.database import WAIT, WRITING, connect, locate
from middlegame.ledger.errors import LedgerError, is_append_only, is_deadlock, sentences
from middlegame.ledger.records import (
    Entry,
    Outcome,
    Record,
    RecordedQuestion,
    Resolution,
    new_uid,
    now,
)
from middlegame.ledger.scores import Scores
from middlegame.ledger.scoring import score
from middlegame.ledger.validation import (
    check_scenario,
    find_question,
    forecaster_name,
    validate_entry,
    validate_resolution,
)

if TYPE_CHECKING:
    from middlegame.equilibrium.equilibrium import Equilibrium
    from middlegame.sweeps.result import Sweep

T = TypeVar("T")
_TRIES = 3
_LARGEST_ID = 2**31 - 1
"""The largest number of a record that both databases compare without an error."""


@dataclass(frozen=True)
class Ledger:
    """Dated forecasts and their resolutions, in SQLite or PostgreSQL.

    What a method has returned is on the disk. Nothing is ever changed or removed.

    Attributes:
        place: where the ledger is, as it may be shown.
        engine: of the ledger's database.
    """

    place: str
    engine: Engine

    @classmethod
    def open(
        cls, place: str | os.PathLike[str] | None = None, *, wait: float | None = None
    ) -> Self:
        """Open a ledger; a new one is made where there is none.

        Args:
            place: a path or a URL; otherwise the variable MIDDLEGAME_LEDGER, otherwise a file in
                the user's data folder.
            wait: how many seconds to wait for other programs that are writing.

        Raises:
            LedgerError: the ledger cannot be used.
        """
        location = locate(place)
        return cls(str(location), connect(location, WAIT if wait is None else wait))

    def close(self) -> None:
        """Close the connections to the database."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def record(
        self,
        solution: "Equilibrium | Sweep",
        *,
        text: str,
        intervals: Mapping[str, tuple[float, float]] | None = None,
        note: str = "",
        by: str | None = None,
        name: str | None = None,
        uid: str | None = None,
        view: str | None = None,
    ) -> Record:
        """Record the answers to a scenario's questions.

        Args:
            solution: the solved scenario, or a sweep of it, whose means over worlds are recorded
                with their 90% intervals.
            text: the scenario's text, character by character.
            intervals: the 90% interval of each question's probability, as far as known; a sweep
                brings its own.
            note: free text to keep with the record.
            by: the forecaster; otherwise the user.
            name: the scenario's name in the ledger; otherwise its title, turned into a name.
            uid: identifier of the record, for a program that may have to try again: a uid is
                recorded once.
            view: name of the view of the text that was solved.

        Raises:
            LedgerError: the solution answers no question, is conditional on something that the
                scenario does not say, or does not fit the text or the intervals.
        """
        from middlegame.ledger.entries import build_entry

        return self.add([build_entry(solution, text, intervals, note, by, name, uid, view)])[0]

    def add(self, entries: Sequence[Entry]) -> list[Record]:
        """Record entries, in one transaction.

        Raises:
            LedgerError: one of them is invalid; then none is recorded.
        """
        checked = [validate_entry(entry) for entry in entries]

        def work(connection: Connection) -> list[Record]:
            numbers = [rows.insert_entry(connection, entry) for entry in checked]
            read = rows.read_records(connection, numbers=set(numbers), whole=True)
            by_number = {record.id: record for record in read}
            return [by_number[number] for number in numbers]

        return self._write(work)

    def known_uids(self, uids: Iterable[str]) -> set[str]:
        """Return those of the uids that are recorded."""
        wanted = set(uids)
        return {record.uid for record in self.records() if record.uid in wanted}

    def records(self, *, whole: bool = False) -> list[Record]:
        """List all records in the order of their numbers.

        Args:
            whole: read the scenarios' texts and theta too.
        """
        return self._read(lambda connection: rows.read_records(connection, whole=whole))

    def get(self, number: int) -> Record:
        """Return one record, with its scenario's text and theta.

        Raises:
            LedgerError: there is no record of that number.
        """
        found = (
            self._read(lambda c: rows.read_records(c, numbers={number}, whole=True))
            if 0 < number <= _LARGEST_ID
            else []
        )
        if not found:
            last = max((record.id for record in self.records()), default=0)
            existing = f"they go from 1 to {last}" if last else "the ledger is empty"
            raise LedgerError(f"there is no record {number}; {existing}")
        return found[0]

    def questions(self) -> list[RecordedQuestion]:
        """List the questions that records answer, in the order in which they were recorded."""
        return list(self._read(rows.read_questions).values())

    def question(self, name: str) -> RecordedQuestion:
        """Find a question by its name, or by SCENARIO/QUESTION.

        Raises:
            LedgerError: no question has that name, or questions of several scenarios have it.
        """
        return find_question(name, self.questions())

    def resolutions(self, *, superseded: bool = False) -> list[Resolution]:
        """List the resolutions that count.

        Args:
            superseded: list superseded resolutions too.
        """
        every = self._read(rows.read_resolutions)
        return every if superseded else list(_last_by_question(every).values())

    def resolve(
        self,
        question: str,
        outcome: Outcome | float,
        *,
        on: dt.date,
        source: str,
        by: str | None = None,
        supersede: str | None = None,
        uid: str | None = None,
    ) -> Resolution:
        """Record how a question turned out.

        Args:
            question: the question's name, or SCENARIO/QUESTION.
            outcome: yes, no, or void; of a question for a value the number, or void.
            on: the day on which the outcome was settled.
            source: where the outcome is documented.
            by: the resolver's name; otherwise the user.
            supersede: why the resolution that counts so far no longer does.
            uid: identifier of the resolution, for a program that may have to try again.

        Raises:
            LedgerError: the question is unknown or resolved already, or an argument is invalid.
        """
        wanted_uid = uid or new_uid()

        def work(connection: Connection) -> Resolution:
            numbers = rows.read_questions(connection)
            asked = find_question(question, list(numbers.values()))
            entered = rows.read_resolutions(connection)
            again = next((each for each in entered if each.uid == wanted_uid), None)
            if again is not None:
                return again
            standing = _last_by_question(entered).get(asked.key)
            resolution = validate_resolution(
                Resolution(
                    question=asked,
                    outcome=outcome if isinstance(outcome, str) else "yes",
                    value=None if isinstance(outcome, str) else float(outcome),
                    on=on,
                    source=source,
                    by=forecaster_name(by),
                    at=now(),
                    supersede=supersede,
                    uid=wanted_uid,
                ),
                standing,
            )
            number = next(number for number, each in numbers.items() if each == asked)
            id_ = rows.insert_resolution(
                connection, resolution, number, standing.id if standing else None
            )
            return replace(resolution, id=id_)

        return self._write(work)

    def score(self, *, scenario: str | None = None, bins: int = 10) -> Scores:
        """Score all forecasters on the questions that are resolved.

        Args:
            scenario: name of the scenario whose questions to score; None scores all.
            bins: number of calibration bins of equal width, 1 to 100.

        Raises:
            LedgerError: there is no such scenario, or the number of bins is out of range.
        """
        asked = self.questions()
        if scenario is not None:
            check_scenario(scenario, asked)
        chosen = [question for question in asked if scenario in (None, question.scenario)]
        return score(self.records(), self.resolutions(), chosen, bins=bins)

    def _read(self, work: Callable[[Connection], T]) -> T:
        with sentences(self.place), self.engine.connect() as connection, connection.begin():
            return work(connection)

    def _write(self, work: Callable[[Connection], T]) -> T:
        """Do work in one transaction, and again where it failed but may safely be repeated.

        Repeating is safe because uids make every insertion idempotent.
        """
        with sentences(self.place):
            for last in [False] * (_TRIES - 1) + [True]:
                try:
                    with (
                        self.engine.connect().execution_options(**{WRITING: True}) as connection,
                        connection.begin(),
                    ):
                        return work(connection)
                except DBAPIError as error:
                    # Another writer committed first (the next try sees its rows), or the server
                    # went away and it is unknown whether the commit arrived.
                    conflict = isinstance(error, IntegrityError) and not is_append_only(error)
                    conflict = conflict or is_deadlock(error)
                    if last or not (conflict or error.connection_invalidated):
                        raise
        raise AssertionError("the last try returns or raises")


def _last_by_question(entered: Iterable[Resolution]) -> dict[str, Resolution]:
    """Return the last resolution of each question, which supersedes the ones before it."""
    return {resolution.question.key: resolution for resolution in entered}
