"""Where a ledger may be, and refusals where it cannot be used; no file is harmed."""

import os
import re
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from middlegame.ledger import Ledger, LedgerError
from middlegame.ledger.database import locate
from tests.ledger.entries import entry


def test_open_without_place_creates_ledger_in_user_data_folder(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.delenv("MIDDLEGAME_LEDGER", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "new"))
    with Ledger.open() as ledger:
        assert ledger.place == str(tmp_path / "new" / "middlegame" / "ledger.sqlite3")
        ledger.add([entry()])


def test_open_uses_place_from_environment_as_url_or_path(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MIDDLEGAME_LEDGER", f"sqlite:///{tmp_path}/mine.db")
    with Ledger.open() as ledger:
        ledger.add([entry()])
    monkeypatch.setenv("MIDDLEGAME_LEDGER", str(tmp_path / "100% mine?.db"))
    with Ledger.open() as ledger:
        assert ledger.records() == []
    assert {path.name for path in tmp_path.iterdir()} == {"mine.db", "100% mine?.db"}
    monkeypatch.setenv("HOME", str(tmp_path))
    assert locate("~/x.db").file == tmp_path / "x.db"


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("{tmp}", "is a folder; expected a file"),
        ("{tmp}/no/ledger.sqlite3", "there is no folder {tmp}/no"),
        ("mysql://u:secret@host/db", "cannot be kept in mysql"),
        ("nonsense://x:y:z/secret", "cannot be"),
        ("postgresql://anna:secret@host:port/x", "the ledger's URL cannot be read"),
        ("postgresql://anna:secret@127.0.0.1:1/x", "cannot be reached"),
        ("postgresql+psycopg://anna:secret@/x?host=/nowhere", "cannot be reached"),
        ("postgresql://anna:secret@127.0.0.1:1/x?connect_timeout=soon", "cannot be"),
    ],
)
def test_open_refuses_unusable_place_without_showing_password(
    tmp_path: Path, place: str, message: str
) -> None:
    with pytest.raises(LedgerError) as error:
        Ledger.open(place.format(tmp=tmp_path))
    assert message.format(tmp=tmp_path) in str(error.value)
    assert "secret" not in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "content", [b"title: this is no database\n" * 100, b"SQLite format 3\0" + b"x" * 5000]
)
def test_open_refuses_other_file_and_leaves_it_unchanged(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "ledger.sqlite3"
    path.write_bytes(content)
    with pytest.raises(LedgerError, match="damaged"):
        Ledger.open(path)
    assert path.read_bytes() == content


def test_open_names_missing_postgres_library(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(LedgerError, match=re.escape("pip install 'middlegame[postgres]'")):
        Ledger.open("postgresql://u@h/d")


def test_open_refuses_database_of_other_program(tmp_path: Path) -> None:
    path = tmp_path / "cookies.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE cookie (name)")
    other.close()
    with pytest.raises(LedgerError, match="but not a ledger"):
        Ledger.open(path)


def test_reading_damaged_ledger_raises_ledger_error(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    with Ledger.open(path) as ledger:
        ledger.add([entry(note="x" * 20_000)])
    content = bytearray(path.read_bytes())
    content[4096:] = os.urandom(len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(LedgerError, match="damaged"), Ledger.open(path) as ledger:
        ledger.records()


def test_busy_sqlite_ledger_is_readable_but_refuses_writing(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    with Ledger.open(path, wait=0.2) as ledger:
        ledger.add([entry()])
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        assert len(ledger.records()) == 1
        with pytest.raises(LedgerError, match="is busy"):
            ledger.add([entry()])
        other.execute("ROLLBACK")
        other.close()
        ledger.add([entry()])
        assert len(ledger.records()) == 2


def test_busy_postgres_ledger_refuses_writing_until_lock_is_released(postgres) -> None:
    from sqlalchemy import text

    with Ledger.open(postgres.new(), wait=0.2) as ledger:
        with ledger.engine.begin() as other:
            other.execute(text("LOCK TABLE ledger_record"))
            with pytest.raises(LedgerError, match="is busy"):
                ledger.add([entry()])
        ledger.add([entry()])


@pytest.fixture
def somebody(tmp_path: Path) -> Iterator[Path]:
    """A folder that an ordinary user owns, and being that user: root may write anywhere."""
    if os.geteuid():
        yield tmp_path
        return
    folder = Path(tempfile.mkdtemp(prefix="mg-"))
    os.chown(folder, 65534, 65534)
    os.seteuid(65534)
    try:
        yield folder
    finally:
        os.seteuid(0)
        shutil.rmtree(folder)


def test_read_only_ledger_is_readable_but_refuses_writing(somebody: Path) -> None:
    path = somebody / "ledger.sqlite3"
    with Ledger.open(path) as ledger:
        ledger.add([entry()])
    path.chmod(0o444)
    with Ledger.open(path) as ledger:
        assert len(ledger.records()) == 1
        with pytest.raises(LedgerError, match="is read-only"):
            ledger.add([entry()])
    path.chmod(0o000)
    with pytest.raises(LedgerError, match="cannot be opened"):
        Ledger.open(path)


def test_open_refuses_folder_without_write_permission(somebody: Path) -> None:
    somebody.chmod(0o500)
    with pytest.raises(LedgerError, match="you may write in it"):
        Ledger.open(somebody / "ledger.sqlite3")


def test_archived_ledger_in_a_read_only_folder_is_readable(somebody: Path) -> None:
    path = somebody / "ledger 100%?.sqlite3"
    with Ledger.open(path) as ledger:
        ledger.add([entry()])
    path.chmod(0o444)
    somebody.chmod(0o555)
    with Ledger.open(path) as ledger:
        assert len(ledger.records()) == 1
        assert ledger.score().to_dict()
        with pytest.raises(LedgerError, match="is read-only"):
            ledger.add([entry()])


def test_archived_ledger_with_changes_in_its_log_is_refused(somebody: Path) -> None:
    path = somebody / "ledger.sqlite3"
    Ledger.open(path).close()
    (somebody / "ledger.sqlite3-wal").write_bytes(b"changes")
    somebody.chmod(0o555)
    with pytest.raises(LedgerError, match=r"its last changes are in ledger\.sqlite3-wal"):
        Ledger.open(path)


def test_new_ledger_on_a_full_disk_leaves_no_file(tmp_path: Path) -> None:
    def limit(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA max_page_count = 3")

    event.listen(Engine, "connect", limit)
    try:
        with pytest.raises(LedgerError, match="the disk is full"):
            Ledger.open(tmp_path / "ledger.sqlite3")
    finally:
        event.remove(Engine, "connect", limit)
    assert list(tmp_path.iterdir()) == []


def test_file_system_without_links_gets_its_ledger_too(monkeypatch, tmp_path: Path) -> None:
    def refuse(_self: Path, _target: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    with Ledger.open(tmp_path / "ledger.sqlite3") as ledger:
        ledger.add([entry()])
    assert [path.name for path in tmp_path.iterdir()] == ["ledger.sqlite3"]


def test_ledger_that_another_program_made_meanwhile_is_kept(monkeypatch, tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    link = Path.hardlink_to

    def link_later(self: Path, target: Path) -> None:
        monkeypatch.setattr(Path, "hardlink_to", link)
        with Ledger.open(self) as other:
            other.add([entry()])
        self.hardlink_to(target)

    monkeypatch.setattr(Path, "hardlink_to", link_later)
    with Ledger.open(path) as ledger:
        assert len(ledger.records()) == 1
