from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from middlegame.ledger import Ledger
from tests.ledger.postgres import MissingError, Server, server


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    try:
        with server() as running:
            yield running
    except MissingError as missing:
        pytest.skip(str(missing))


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a new ledger can be: in a file, and in a database of a real server."""
    if request.param == "sqlite":
        return str(tmp_path / "ledger.sqlite3")
    return request.getfixturevalue("postgres").new()


@pytest.fixture
def ledger(place: str) -> Iterator[Ledger]:
    with Ledger.open(place) as opened:
        yield opened


@pytest.fixture
def file_ledger(tmp_path: Path) -> Iterator[Ledger]:
    """A ledger for what has nothing to do with the database."""
    with Ledger.open(tmp_path / "ledger.sqlite3") as opened:
        yield opened


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Commands find their ledger here."""
    path = tmp_path / "home" / "ledger.sqlite3"
    path.parent.mkdir()
    monkeypatch.setenv("MIDDLEGAME_LEDGER", str(path))
    return path


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], home: Path) -> Run:
    """Run a command line in this process: its exit code, what it printed, what it complained of."""
    from middlegame.cli.main import main

    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["ledger", *arguments])
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return call
