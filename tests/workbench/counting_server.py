"""The workbench's server with two more routes: the objects of pages that are alive, and the tasks.

It waits more briefly for the browsers of closed pages to come back.

python -m tests.workbench.counting_server FOLDER PORT
"""

import functools
import gc
import sys
from collections import Counter

from nicegui import Client, app

from middlegame.workbench.server.pages import ContestPage
from middlegame.workbench.server.server import serve
from middlegame.workbench.session import Session
from middlegame.workbench.workers.pool import Pool

COUNTED = (Client, ContestPage, Session)
ASKED: Counter[str] = Counter()
"""How often the workers were asked for each task."""


def keep_closed_pages_briefly() -> None:
    """Change what `serve` has set, and what is read whenever a page is closed."""
    app.config.reconnect_timeout = 4.0


@app.get("/live-objects")
def live_objects() -> dict[str, int]:
    """Return the number of live objects by class, after a collection."""
    gc.collect()
    counts = Counter(type(each).__name__ for each in gc.get_objects() if type(each) in COUNTED)
    return {kind.__name__: counts[kind.__name__] for kind in COUNTED}


@app.get("/asked")
def request_counts() -> dict[str, int]:
    """Return how often the workers were asked for each task."""
    return dict(ASKED)


def count_tasks() -> None:
    """Have the pools count what they are asked for."""
    ask = Pool.ask

    @functools.wraps(ask)
    def counting(self, key, task, *arguments, **options):
        ASKED[task.__name__] += 1
        return ask(self, key, task, *arguments, **options)

    Pool.ask = counting


if __name__ == "__main__":
    count_tasks()
    app.on_startup(keep_closed_pages_briefly)
    serve(sys.argv[1], host="127.0.0.1", port=int(sys.argv[2]), show=False)
