"""The ledger: a book that is only ever added to."""

import datetime as dt
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError

from middlegame.ledger import location, rows
from middlegame.ledger.errors import LedgerError, is_append_only, is_deadlock, sentences
from middlegame.ledger.finding import check_scenario, find_question
from middlegame.ledger.forecaster import forecaster_name
from middlegame.ledger.records import Entry, Outcome, Question, Record, Resolution, new_uid, now
from middlegame.ledger.scores import Scores
from middlegame.ledger.scoring import score
from middlegame.ledger.upgrade import upgrade
from middlegame.ledger.validation import admit, admit_resolution

if TYPE_CHECKING:
    from middlegame.equilibrium.equilibrium import Equilibrium
    from middlegame.sweeps.result import Sweep

T = TypeVar("T")
_TRIES = 3


@dataclass(frozen=True)
class Ledger:
    """Forecasts with a date on them, in SQLite or PostgreSQL.

    What a method has returned is on the disk. Nothing is ever changed or removed.

    Attributes:
        place: where it is, as it may be shown.
        engine: the database's.
    """

    place: str
    engine: Engine

    @classmethod
    def open(
        cls, place: str | os.PathLike[str] | None = None, *, wait: float | None = None
    ) -> Self:
        """Open a ledger; a new one is made where there is none.

        Args:
            place: a path or a URL; otherwise what MIDDLEGAME_LEDGER says, or the user's own.
            wait: how many seconds to wait for others who are writing.

        Raises:
            LedgerError: it cannot be used.
        """
        found = location.locate(place)
        engine = location.connect(found, location.WAIT if wait is None else wait)
        upgrade(engine, str(found))
        return cls(str(found), engine)

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def record(
        self,
        found: "Equilibrium | Sweep",
        *,
        text: str,
        intervals: Mapping[str, tuple[float, float]] | None = None,
        note: str = "",
        by: str | None = None,
        name: str | None = None,
        uid: str | None = None,
        view: str | None = None,
    ) -> Record:
        """Keep the answers to a scenario's questions.

        Args:
            found: the solved scenario, or a sweep of it: then the means over its worlds are
                kept with their 90% intervals.
            text: the scenario's, to the letter.
            intervals: the 90% interval of each question's probability, as far as known; a sweep
                brings its own.
            note: anything that is worth remembering with it.
            by: the forecaster; otherwise the user.
            name: what the ledger calls the scenario; otherwise its title, as a name.
            uid: of this record, if you may have to try again: the same uid is kept once.
            view: which of the text's views was solved.

        Raises:
            LedgerError: there is nothing to keep, or it does not fit together.
        """
        from middlegame.ledger.forecasting import entry_of

        return self.add([entry_of(found, text, intervals, note, by, name, uid, view)])[0]

    def add(self, entries: Sequence[Entry]) -> list[Record]:
        """Keep entries: all of them or, where one is no good, none.

        Raises:
            LedgerError: one is no good.
        """
        checked = [admit(entry) for entry in entries]

        def work(connection: Connection) -> list[Record]:
            numbers = [rows.insert_entry(connection, entry) for entry in checked]
            read = rows.read_records(connection, numbers=set(numbers), whole=True)
            found = {record.id: record for record in read}
            return [found[number] for number in numbers]

        return self._write(work)

    def known(self, uids: Iterable[str]) -> set[str]:
        """Find which of these uids are in the ledger already."""
        wanted = set(uids)
        return {record.uid for record in self.records() if record.uid in wanted}

    def records(self, *, whole: bool = False) -> list[Record]:
        """List all records in the order in which they were put in.

        Args:
            whole: with the scenarios' texts, and with theta.
        """
        return self._read(lambda connection: rows.read_records(connection, whole=whole))

    def get(self, number: int) -> Record:
        """Give one record, whole.

        Raises:
            LedgerError: there is no such record.
        """
        # Beyond what either database counts up to, it asks for no record but for trouble.
        found = (
            self._read(lambda c: rows.read_records(c, numbers={number}, whole=True))
            if 0 < number < 2**31
            else []
        )
        if not found:
            last = max((record.id for record in self.records()), default=0)
            there = f"they go from 1 to {last}" if last else "the ledger is empty"
            raise LedgerError(f"there is no record {number}; {there}")
        return found[0]

    def questions(self) -> list[Question]:
        """List all questions that a record speaks of, in the order in which they came."""
        return list(self._read(rows.read_questions).values())

    def question(self, name: str) -> Question:
        """Find a question by its name, or by SCENARIO/QUESTION.

        Raises:
            LedgerError: there is none, or more than one.
        """
        return find_question(name, self.questions())

    def resolutions(self, *, superseded: bool = False) -> list[Resolution]:
        """List the resolutions that count, or with `superseded` all that were ever entered."""
        every = self._read(rows.read_resolutions)
        return every if superseded else list(_standing(every).values())

    def resolve(
        self,
        question: str,
        outcome: Outcome,
        *,
        on: dt.date,
        source: str,
        by: str | None = None,
        supersede: str | None = None,
        uid: str | None = None,
    ) -> Resolution:
        """Say how a question turned out.

        Args:
            question: its name, or SCENARIO/QUESTION.
            outcome: yes, no, or void.
            on: the day on which that was settled.
            source: who says so.
            by: who enters it; otherwise the user.
            supersede: why the resolution that is there no longer counts.
            uid: of this resolution, if you may have to try again.

        Raises:
            LedgerError: it is resolved already, or what is said cannot be.
        """

        def work(connection: Connection) -> Resolution:
            numbers = rows.read_questions(connection)
            asked = find_question(question, list(numbers.values()))
            entered = rows.read_resolutions(connection)
            again = next((each for each in entered if each.uid == wanted_uid), None)
            if again is not None:
                return again
            standing = _standing(entered).get(asked.key)
            resolution = admit_resolution(
                Resolution(
                    question=asked,
                    outcome=outcome,
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

        wanted_uid = uid or new_uid()
        return self._write(work)

    def score(self, *, scenario: str | None = None, bins: int = 10) -> Scores:
        """Score everybody's forecasts of what has been resolved.

        Args:
            scenario: only the questions of this one.
            bins: how many bins of equal width calibration is told in.

        Raises:
            LedgerError: there is no such scenario.
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
        """Do all of it or nothing, and again where that is safe: uids make it so."""
        with sentences(self.place):
            for last in [False] * (_TRIES - 1) + [True]:
                try:
                    with (
                        self.engine.connect().execution_options(
                            **{location.WRITING: True}
                        ) as connection,
                        connection.begin(),
                    ):
                        return work(connection)
                except DBAPIError as error:
                    # Somebody was quicker (what they wrote is seen the next time), or the server
                    # went away and it is not known whether the commit arrived.
                    quicker = isinstance(error, IntegrityError) and not is_append_only(error)
                    quicker = quicker or is_deadlock(error)
                    if last or not (quicker or error.connection_invalidated):
                        raise
        raise AssertionError("the last try returns or raises")


def _standing(entered: Iterable[Resolution]) -> dict[str, Resolution]:
    """The last resolution of each question: each later one superseded the one before."""
    return {resolution.question.key: resolution for resolution in entered}
