"""The command `middlegame mcp`."""

from pathlib import Path

import click

from middlegame.cli.serve import refuse_taken_port


@click.command("mcp")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--http",
    "port",
    type=click.IntRange(1, 65535),
    metavar="PORT",
    help="Serve streamable HTTP at http://127.0.0.1:PORT/mcp instead of standard input and output.",
)
def mcp_command(folder: Path, port: int | None) -> None:
    """Serve contests to an assistant by the Model Context Protocol.

    Files are read and written inside FOLDER alone, the ledger among them. Only programs on this
    machine can connect.
    """
    from middlegame.mcp.server import LOOPBACK, serve

    if port is not None:
        refuse_taken_port(LOOPBACK, port)
        click.echo(f"Serving {folder} at http://{LOOPBACK}:{port}/mcp; Ctrl-C ends it.", err=True)
    serve(folder, port=port)
