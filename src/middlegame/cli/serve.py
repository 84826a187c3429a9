"""The command `middlegame serve`; heavy imports wait until it runs."""

from importlib.util import find_spec

import click

from middlegame.base.errors import MiddlegameError

PORT = 8642
_EXTRA = "the workbench needs NiceGUI: python -m pip install 'middlegame[workbench]'"


@click.command("serve")
@click.argument("place", metavar="[FILE|FOLDER]", required=False)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port", type=click.IntRange(1, 65535), default=PORT, show_default=True, help="The port."
)
@click.option(
    "--token",
    envvar="MIDDLEGAME_TOKEN",
    help="What visitors must know; made up where other machines can reach the address.",
)
@click.option("--open/--no-open", "show", default=True, help="Open it in a browser.")
def serve_command(place: str | None, host: str, port: int, token: str | None, show: bool) -> None:
    """Open the workbench: look at a contest, try it and edit it in the browser.

    FILE is a scenario or the name of a shipped one, FOLDER holds scenarios; without either, the
    contests that come along are served. Only this machine can reach it unless --host says
    otherwise; then a token is asked for.
    """
    if find_spec("nicegui") is None:
        raise MiddlegameError(_EXTRA)
    from middlegame.workbench.server.server import serve

    serve(place, host=host, port=port, token=token, show=show)
