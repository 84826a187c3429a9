"""Concurrent and killed writers: confirmed records are kept, and none is recorded twice."""

import subprocess
import sys
from collections.abc import Sequence

import pytest

from middlegame.ledger import Ledger, rows
from tests.ledger.entries import entry
from tests.paths import ROOT


def start(*arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.ledger.writer", *map(str, arguments)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
    )  # fmt: skip


def finish(writers: Sequence[subprocess.Popen[str]]) -> list[tuple[int, str, str]]:
    ended = [writer.communicate(timeout=100) for writer in writers]
    return [(w.returncode, *each) for w, each in zip(writers, ended, strict=True)]


def test_concurrent_writers_record_each_entry_once(place: str) -> None:
    # The ledger is not even there yet: all of them want to make it.
    ended = finish([start(place, "record", f"writer {k}", 15) for k in range(4)])
    assert [code for code, _, _ in ended] == [0] * 4, ended
    confirmed = [int(line) for _, out, _ in ended for line in out.split()]
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
    ended = finish([start(place, "same", "shared") for _ in range(3)])
    assert [code for code, _, _ in ended] == [0] * 3, ended
    assert len({out for _, out, _ in ended}) == 1
    with Ledger.open(place) as ledger:
        assert len(ledger.records()) == 1


def test_concurrent_resolutions_of_one_question_let_one_succeed(place: str) -> None:
    with Ledger.open(place) as ledger:
        ledger.add([entry()])
        ended = finish([start(place, "resolve", each) for each in ("yes", "no", "void")])
        assert sorted(code for code, _, _ in ended) == [0, 1, 1], ended
        assert all("s/q is resolved" in err for code, _, err in ended if code)
        (stands,) = ledger.resolutions(superseded=True)
        assert [out.strip() for code, out, _ in ended if not code] == [stands.outcome]


@pytest.mark.parametrize("after", [1, 9])
def test_confirmed_records_survive_killed_writer(place: str, after: int) -> None:
    writer = start(place, "record", "doomed", 100_000)
    assert writer.stdout is not None
    confirmed = [int(writer.stdout.readline()) for _ in range(after)]
    writer.kill()
    confirmed += [int(line) for line in writer.communicate()[0].split("\n") if line]
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
                    other.exec_driver_sql(f"SELECT pg_terminate_backend({cut[0]}, 5000)")
            return number

        monkeypatch.setattr(rows, "insert_entry", interrupted)
        ledger.add([entry()])
        assert cut
        assert len(ledger.records()) == 1
