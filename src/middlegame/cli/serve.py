"""The command `middlegame serve`."""

import socket
from importlib.util import find_spec

import click

from middlegame.base.errors import MiddlegameError

PORT = 8642


@click.command("serve")
@click.argument("place", metavar="[FILE|FOLDER]", required=False)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=PORT,
    show_default=True,
    help="The port to listen on.",
)
@click.option(
    "--token",
    envvar="MIDDLEGAME_TOKEN",
    help="The token that visitors must give, of at least 16 characters; made at random where other "
    "machines can connect.",
)
@click.option(
    "--open/--no-open", "show", default=True, help="Open the workbench in a browser, or do not."
)
def serve_command(place: str | None, host: str, port: int, token: str | None, show: bool) -> None:
    """Open the workbench: read, try out and edit a contest in the browser.

    FILE is a scenario or the name of a shipped one, FOLDER holds scenarios; without either, the
    shipped scenarios are served. Only this machine can connect unless --host says otherwise; then
    visitors need a token.
    """
    if find_spec("nicegui") is None:
        raise MiddlegameError(
            "the workbench needs NiceGUI: python -m pip install 'middlegame[workbench]'"
        )
    refuse_taken_port(host, port)
    from middlegame.workbench.server.server import serve

    serve(place, host=host, port=port, token=token, show=show)


def refuse_taken_port(host: str, port: int) -> None:
    """Refuse an address on which this process cannot listen.

    Raises:
        MiddlegameError: the port is taken or not allowed, or the machine has no such address.
    """
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        socket.create_server(address[:2], family=family).close()
    except OSError as error:
        reason = error.strerror or str(error)
        raise MiddlegameError(
            f"port {port} of {host} cannot be used ({reason.lower()}); choose another port or "
            "end what uses it"
        ) from None
