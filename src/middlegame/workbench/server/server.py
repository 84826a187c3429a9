"""The process that serves the workbench; everything that is computed is computed by its workers."""

import logging
import os
import secrets
from collections import Counter

import click

from middlegame.workbench.workers.pool import Pool

MOST_WORKERS = 4
_FIRST = ("middlegame.workbench.live", "middlegame.workbench.workers.solve")


def serve(
    place: str | None, *, host: str, port: int, token: str | None = None, show: bool = True
) -> None:
    """Serve the workbench until it is stopped.

    Args:
        place: the contests: a file, a folder, a shipped one's name; None for all shipped ones.
        host: the address to listen on.
        port: the port to listen on.
        token: asked for beyond this machine; made up if none is given.
        show: whether to open it in a browser.

    Raises:
        MiddlegameError: there is nothing of that name.
    """
    workers = min(MOST_WORKERS, max(2, len(os.sched_getaffinity(0)) - 1))
    visitors: Counter[str] = Counter()
    solving = Pool("middlegame.workbench", workers, lambda text: visitors[text], _FIRST)
    solving.start()  # while it imports what it needs, so do we

    from nicegui import app, ui

    from middlegame.workbench.server.auth import LOOPBACK, AuthMiddleware
    from middlegame.workbench.server.library import Library
    from middlegame.workbench.server.pages import Workbench, add_pages
    from middlegame.workbench.session import WorkerPools

    library = Library(place)
    if host not in LOOPBACK and not token:
        token = secrets.token_urlsafe(24)
    if token:
        app.add_middleware(AuthMiddleware, token=token)
    else:
        app.add_middleware(AuthMiddleware)
    pools = WorkerPools(solving=solving, texts=Pool("middlegame.workbench", 1), visitors=visitors)
    bench = Workbench(library, pools)
    add_pages(bench)

    def begin() -> None:
        pools.texts.start()
        bench.warm()

    def end() -> None:
        pools.solving.close()
        pools.texts.close()

    app.on_startup(begin)
    app.on_shutdown(end)
    logging.getLogger("middlegame").setLevel(logging.INFO)
    query = f"/?token={token}" if token else "/"
    shown = f"[{host}]" if ":" in host else host
    click.echo(f"The workbench is at http://{shown}:{port}{query} (Ctrl-C stops it)")
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
        reconnect_timeout=5.0,
        message_history_length=100,
        binding_refresh_interval=None,
    )
