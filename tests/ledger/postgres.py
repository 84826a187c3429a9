"""A PostgreSQL server of the tests' own, on a socket in a folder of its own."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

INSTALL = Path(__file__).parent / "install_postgres.sh"
_ROOT = os.geteuid() == 0


class MissingError(Exception):
    """There is no server to be had here."""


class Server:
    """A running server."""

    url = "postgresql+psycopg://postgres@/postgres"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def new(self) -> str:
        """Make room for a ledger, and give its URL. A schema is made quicker than a database."""
        import psycopg

        name = f"t{uuid4().hex}"
        with psycopg.connect(f"host={self.folder} user=postgres", autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA {name}")
        return f"{self.url}?host={self.folder}&options=-csearch_path%3D{name}"


@contextmanager
def server() -> Iterator[Server]:
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="mg-pg-"))
    try:
        if _ROOT:
            account = pwd.getpwnam("postgres")
            os.chown(folder, account.pw_uid, account.pw_gid)
        data = folder / "data"
        _run(programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8")
        settings = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
        log = folder / "log"
        _run(programs / "pg_ctl", "-D", data, "-l", log, "-w", "-o", settings, "start")
        try:
            yield Server(folder)
        finally:
            _run(programs / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    found = _installed()
    if not found and _ROOT and shutil.which("apt-get"):
        subprocess.run([INSTALL], check=False, capture_output=True, timeout=300)
        found = _installed()
    if not found:
        raise MissingError(f"PostgreSQL is not installed; {INSTALL.name} does it, as root")
    return found[-1]


def _installed() -> list[Path]:
    found = Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")
    return sorted((path.parent for path in found), key=lambda p: float(p.parent.name))


def _run(*command: object) -> None:
    # A server refuses to run as root.
    become = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if _ROOT else []
    ended = subprocess.run(
        [*become, *map(str, command)],
        check=False, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        cwd="/", text=True, timeout=300,
    )  # fmt: skip
    if ended.returncode:
        raise MissingError(f"{command[0]} failed: {ended.stdout}")
