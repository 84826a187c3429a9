"""The command `middlegame`: its subcommands, error messages and exit codes.

Exit codes: 0 success, 1 an error in the input or no answer, 2 wrong usage, 130 interrupted.
"""

import errno
import sys
from collections.abc import Mapping
from typing import Any

import click

from middlegame.base.errors import MiddlegameError, NotConverged
from middlegame.base.text import replace_unprintable
from middlegame.base.version import __version__
from middlegame.cli.cases import cases_command
from middlegame.cli.check import check_command
from middlegame.cli.coalitions import coalitions_command
from middlegame.cli.comparison import compare_command
from middlegame.cli.console import prepare_streams, print_json
from middlegame.cli.discovery import discover_command
from middlegame.cli.dominoes import dominoes_command
from middlegame.cli.draft import draft_command
from middlegame.cli.drivers import drivers_command
from middlegame.cli.explain import explain_command
from middlegame.cli.export import export_command
from middlegame.cli.fit import fit_command
from middlegame.cli.hypotheses import hypotheses_command
from middlegame.cli.interrupts import EXIT_CODE, MESSAGE, prompt_interrupts
from middlegame.cli.ledger import ledger_commands
from middlegame.cli.list import list_command
from middlegame.cli.mcp import mcp_command
from middlegame.cli.new import new_command
from middlegame.cli.reasons import why_command
from middlegame.cli.robustness import robust_command
from middlegame.cli.schema import schema_command
from middlegame.cli.serve import serve_command
from middlegame.cli.solve import solve_command
from middlegame.cli.suppose import suppose_command
from middlegame.cli.sweep import sweep_command
from middlegame.cli.time_limit import (
    TimeLimitReached,
    known_answer,
    print_known,
    time_limit_message,
)
from middlegame.cli.value_of_information import voi_command


class Commands(click.Group):
    """A group of commands that turns errors into messages and exit codes."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command.

        Raises:
            SystemExit: the command failed or was interrupted, and its message is printed.
            BrokenPipeError: the reader of standard output closed it; click then exits in silence.
        """
        try:
            with prompt_interrupts():
                return super().invoke(ctx)
        except NotConverged as error:
            details = {"residual": error.residual, "reached": error.lambda_fraction}
            _print_error(ctx, error.status, error.messages(), details)
        except MiddlegameError as error:
            _print_error(ctx, error.status, error.messages())
        except OSError as error:
            if _is_broken_pipe(error):
                raise BrokenPipeError(errno.EPIPE, "") from None
            message = f"{error.filename or 'a file'}: {error.strerror or error}"
            _print_error(ctx, "refused", [message])
        except TimeLimitReached:
            as_json = ctx.obj.get("json")
            if not as_json:
                print_known()
            known = known_answer() if as_json else {}
            _print_error(ctx, "time_limit", [time_limit_message()], known)
        except KeyboardInterrupt:
            click.echo(f"\n{MESSAGE}" if sys.stderr.isatty() else MESSAGE, err=True)
            raise SystemExit(EXIT_CODE) from None
        raise SystemExit(1)


def _is_broken_pipe(error: OSError) -> bool:
    """Return whether the reader of standard output closed it (Windows reports EINVAL)."""
    closed = (errno.EPIPE, errno.EINVAL) if sys.platform == "win32" else (errno.EPIPE,)
    return error.errno in closed and error.filename is None


def _print_error(
    context: click.Context,
    status: str,
    messages: list[str],
    details: Mapping[str, Any] | None = None,
) -> None:
    """Print an error: as JSON if the command was asked for that, else as lines on stderr."""
    if context.obj.get("json"):
        print_json({"status": status, "faults": messages, **(details or {})})
        return
    for message in messages:
        click.echo(replace_unprintable(message), err=True)


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="middlegame")
def commands() -> None:
    """Write a geopolitical contest down; compute how it goes and how far to trust the answer.

    FILE is a path to a scenario (YAML), to a diagram (JSON), to a strategic game of Gambit's
    (.nfg), or the name of a shipped scenario.
    """


for command in (
    cases_command,
    check_command,
    coalitions_command,
    compare_command,
    discover_command,
    dominoes_command,
    draft_command,
    drivers_command,
    explain_command,
    export_command,
    fit_command,
    hypotheses_command,
    ledger_commands,
    list_command,
    mcp_command,
    new_command,
    robust_command,
    schema_command,
    serve_command,
    solve_command,
    suppose_command,
    sweep_command,
    voi_command,
    why_command,
):
    commands.add_command(command)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line.

    Args:
        arguments: without the program's name; those of the process unless given.

    Raises:
        SystemExit: always, with the exit code.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    prepare_streams()
    commands(args=arguments, prog_name="middlegame", obj={"json": "--json" in arguments})


if __name__ == "__main__":
    main()
