"""Fixtures for tests of commands: run a command line in this process, or in one of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from middlegame.cli.main import main

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command line in this process; return exit code, standard output, standard error."""

    def call(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(list(map(str, arguments)))
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return call


@pytest.fixture
def run_process() -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """Run a command line in a process of its own, with environment variables as keywords."""

    def call(*arguments: object, **environment: str) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "middlegame", *map(str, arguments)]
        env = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR")}
        return subprocess.run(command, capture_output=True, check=False, env=env | environment)

    return call


@pytest.fixture
def ledger_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A path for the ledger that commands use, without a file there yet."""
    path = tmp_path / "home" / "ledger.sqlite3"
    path.parent.mkdir()
    monkeypatch.setenv("MIDDLEGAME_LEDGER", str(path))
    return path
