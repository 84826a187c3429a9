"""The workbench's server with one more route: how many objects of a page are alive.

It waits more briefly for the browsers of closed pages to come back.

python -m tests.workbench.counting_server FOLDER PORT
"""

import gc
import sys
from collections import Counter

from nicegui import Client, app

from middlegame.workbench.server.pages import ContestPage
from middlegame.workbench.server.server import serve
from middlegame.workbench.session import Session

COUNTED = (Client, ContestPage, Session)


def keep_closed_pages_briefly() -> None:
    """Change what `serve` has set, and what is read whenever a page is closed."""
    app.config.reconnect_timeout = 4.0


@app.get("/live-objects")
def live_objects() -> dict[str, int]:
    """Return the number of live objects by class, after a collection."""
    gc.collect()
    counts = Counter(type(each).__name__ for each in gc.get_objects() if type(each) in COUNTED)
    return {kind.__name__: counts[kind.__name__] for kind in COUNTED}


if __name__ == "__main__":
    app.on_startup(keep_closed_pages_briefly)
    serve(sys.argv[1], host="127.0.0.1", port=int(sys.argv[2]), show=False)
