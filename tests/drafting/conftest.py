"""Commands in this process, as in the tests of the command line."""

from tests.cli.conftest import ledger_file, run

__all__ = ["ledger_file", "run"]
