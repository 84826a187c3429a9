from collections.abc import Iterator
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
    """A place for a new ledger: in a file, and in a database of a real server."""
    if request.param == "sqlite":
        return str(tmp_path / "ledger.sqlite3")
    return request.getfixturevalue("postgres").new()


@pytest.fixture
def ledger(place: str) -> Iterator[Ledger]:
    with Ledger.open(place) as opened:
        yield opened


@pytest.fixture
def file_ledger(tmp_path: Path) -> Iterator[Ledger]:
    """A ledger in a file, for tests that do not depend on the database."""
    with Ledger.open(tmp_path / "ledger.sqlite3") as opened:
        yield opened
