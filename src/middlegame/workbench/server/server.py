"""The process that serves the workbench; its workers do all computing."""

import logging
import secrets
from collections import Counter

import click

from middlegame.base.cores import available_cores
from middlegame.workbench.workers.pool import Pool

MOST_WORKERS = 4
_WORKER_IMPORTS = ("middlegame.workbench.live", "middlegame.workbench.workers.solve")


def serve(
    place: str | None, *, host: str, port: int, token: str | None = None, show: bool = True
) -> None:
    """Serve the workbench until it is stopped.

    Args:
        place: the contests: a file, a folder, or the name of an example; None for all examples.
        host: the address to listen on.
        port: the port to listen on.
        token: the token that visitors need; where other machines can reach the address, one is
            made up unless it is given.
        show: whether to open the workbench in a browser.

    Raises:
        MiddlegameError: there are no contests at the place, or the token is too short.
    """
    from middlegame.workbench.server.auth import LOOPBACK, AuthMiddleware, refuse_weak_token

    if token:
        refuse_weak_token(token)
    size = min(MOST_WORKERS, max(2, available_cores() - 1))
    visitors: Counter[str] = Counter()
    solving = Pool(size, lambda text: visitors[text], _WORKER_IMPORTS)
    solving.start()  # it imports what it needs while this process does

    from nicegui import app, core, ui

    from middlegame.workbench.server.downloads import add_downloads
    from middlegame.workbench.server.library import LARGEST, Library
    from middlegame.workbench.server.pages import Workbench, add_pages
    from middlegame.workbench.worker_pools import WorkerPools

    library = Library(place)
    if host not in LOOPBACK and not token:
        token = secrets.token_urlsafe(24)
    app.add_middleware(AuthMiddleware, token=token)
    # A text of the largest size must pass in one message, with its characters escaped.
    core.sio.eio.max_http_buffer_size = 8 * LARGEST
    pools = WorkerPools(solving=solving, texts=Pool(1), visitors=visitors)
    workbench = Workbench(library, pools)
    add_pages(workbench)
    add_downloads(library, pools)

    def begin() -> None:
        pools.texts.start()
        workbench.warm()

    def end() -> None:
        pools.solving.close()
        pools.texts.close()

    app.on_startup(begin)
    app.on_shutdown(end)
    logging.getLogger("middlegame").setLevel(logging.INFO)
    logging.getLogger("uvicorn.error").addFilter(concerns_a_visitor)
    query = f"/?token={token}" if token else "/"
    shown_host = f"[{host}]" if ":" in host else host
    click.echo(f"The workbench is at http://{shown_host}:{port}{query} (Ctrl-C stops it)")
    ui.run(
        host=host,
        port=port,
        title="middlegame",
        favicon="♞",
        dark=None,
        show=query if show else False,
        reload=False,
        tailwind=False,
        show_welcome_message=False,
        reconnect_timeout=15.0,
        message_history_length=100,
        binding_refresh_interval=None,
    )


def concerns_a_visitor(record: logging.LogRecord) -> bool:
    """Return whether a log record concerns somebody: not if a visitor left before the answer.

    The web framework reports that as an error of the application, with a traceback.
    """
    error = record.exc_info[1] if record.exc_info else None
    return not (isinstance(error, RuntimeError) and str(error) == "No response returned.")
