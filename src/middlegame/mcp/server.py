"""The server: made for one folder, and run over standard input and output or over HTTP."""

from pathlib import Path
from typing import TYPE_CHECKING

from middlegame.base.errors import MiddlegameError
from middlegame.base.version import __version__
from middlegame.mcp.folder import Folder

if TYPE_CHECKING:
    from mcp.server.mcpserver import MCPServer

_INSTRUCTIONS = """\
middlegame turns a geopolitical contest, written in YAML, into forecasts: an influence diagram is
solved for its logit quantal response equilibrium. Read middlegame://language before you write a
contest. Faults come back with line and column: mend them and check again. Never present a number
marked `drafted: yes` as reviewed."""
LOOPBACK = "127.0.0.1"


def make_server(folder: Path) -> "MCPServer":
    """Return a server over one folder.

    Raises:
        MiddlegameError: the folder does not exist, or the protocol's SDK is not installed.
    """
    try:
        from mcp.server.mcpserver import MCPServer

        from middlegame.mcp.prompts import add_prompts
        from middlegame.mcp.resources import add_resources
        from middlegame.mcp.tools import add_tools
    except ModuleNotFoundError:
        raise MiddlegameError(
            "this needs the protocol's SDK: python -m pip install 'middlegame[mcp]'"
        ) from None
    server = MCPServer(
        "middlegame", version=__version__, instructions=_INSTRUCTIONS, log_level="WARNING"
    )
    add_tools(server, Folder(folder))
    add_resources(server)
    add_prompts(server)
    return server


def serve(folder: Path, *, port: int | None = None) -> None:
    """Serve a folder until the client leaves, or the process is interrupted.

    Args:
        folder: the only folder in which files are read and written.
        port: serve streamable HTTP at this port of this machine alone; otherwise standard input
            and output.

    Raises:
        MiddlegameError: the folder does not exist, or the protocol's SDK is not installed.
    """
    server = make_server(folder)
    if port is None:
        server.run("stdio")
        return
    server.run("streamable-http", host=LOOPBACK, port=port)
