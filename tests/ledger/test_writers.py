"""Concurrent and killed writers: confirmed records are kept, and none is recorded twice."""

import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

import pytest

from middlegame.ledger import Ledger, rows
from tests.ledger import writer
from tests.ledger.entries import entry

METHODS = multiprocessing.get_all_start_methods()
# One process imports the ledger, and all writers are forked from it.
PROCESSES = multiprocessing.get_context("forkserver" if "forkserver" in METHODS else "spawn")
PROCESSES.set_forkserver_preload([writer.__name__])


def start(work: Callable[..., None], *arguments: object) -> tuple[BaseProcess, Connection]:
    """Start a writer; return its process, and where what it confirms arrives."""
    receiver, sender = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=work, args=(sender, *arguments))
    process.start()
    sender.close()
    return process, receiver


def finish(process: BaseProcess, receiver: Connection) -> list[Any]:
    """Return what a writer confirms until it ends."""
    confirmed = []
    with receiver:
        try:
            while True:
                confirmed.append(receiver.recv())
        except EOFError:
            process.join(100)
    return confirmed


def test_concurrent_writers_record_each_entry_once(place: str) -> None:
    # The ledger is not even there yet: all of them want to make it.
    writers = [start(writer.record, place, f"writer {k}", 15) for k in range(4)]
    confirmed = [number for each in writers for number in finish(*each)]
    assert [process.exitcode for process, _ in writers] == [0] * 4
    assert len(confirmed) == len(set(confirmed)) == 60
    with Ledger.open(place) as ledger:
        records = ledger.records(whole=True)
        assert sorted(record.id for record in records) == sorted(confirmed)
        assert {len(record.forecasts) for record in records} == {1}
        assert {tuple(record.theta) for record in records} == {("a", "b")}
        assert len(ledger.questions()) == 7
        for k in range(4):
            assert sum(record.forecaster == f"writer {k}" for record in records) == 15


def test_concurrent_writers_with_one_uid_make_one_record(place: str) -> None:
    writers = [start(writer.record_shared, place, "shared") for _ in range(3)]
    confirmed = [finish(*each) for each in writers]
    assert [process.exitcode for process, _ in writers] == [0] * 3
    assert confirmed == [confirmed[0]] * 3
    with Ledger.open(place) as ledger:
        assert [[record.id] for record in ledger.records()] == [confirmed[0]]


def test_concurrent_resolutions_of_one_question_let_one_succeed(place: str) -> None:
    with Ledger.open(place) as ledger:
        ledger.add([entry()])
        writers = [start(writer.resolve, place, each) for each in ("yes", "no", "void")]
        answers = [answer for each in writers for answer in finish(*each)]
        assert [process.exitcode for process, _ in writers] == [0] * 3
        (stands,) = ledger.resolutions(superseded=True)
        assert sum("s/q is resolved" in answer for answer in answers) == 2
        assert stands.outcome in answers


@pytest.mark.parametrize("after", [1, 9])
def test_confirmed_records_survive_killed_writer(place: str, after: int) -> None:
    doomed, receiver = start(writer.record, place, "doomed", 100_000)
    confirmed = [receiver.recv() for _ in range(after)]
    doomed.kill()
    confirmed += finish(doomed, receiver)
    with Ledger.open(place) as ledger:
        records = {record.id: record for record in ledger.records(whole=True)}
        assert set(confirmed) <= set(records)
        # Besides, at most the one that was written but could not be confirmed any more.
        assert len(records) <= len(confirmed) + 1
        for record in records.values():
            assert len(record.forecasts) == 1
            assert record.scenario is not None
            assert record.scenario.text
        ledger.add([entry()])


def test_add_tries_again_when_server_connection_is_lost(
    postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Ledger.open(postgres.new()) as ledger:
        insert, cut = rows.insert_entry, []

        def interrupted(connection, put):
            number = insert(connection, put)
            if not cut:
                cut.append(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar())
                with ledger.engine.connect() as other:
                    other.exec_driver_sql(f"SELECT pg_terminate_backend({cut[0]}, 60000)")
            return number

        monkeypatch.setattr(rows, "insert_entry", interrupted)
        ledger.add([entry()])
        assert cut
        assert len(ledger.records()) == 1
