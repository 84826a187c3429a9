"""The workbench's server with one more route: how many objects of a page are alive.

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


@app.get("/live-objects")
def live_objects() -> dict[str, int]:
    """Return the number of live objects by class, after a collection."""
    gc.collect()
    counts = Counter(type(each).__name__ for each in gc.get_objects() if type(each) in COUNTED)
    return {kind.__name__: counts[kind.__name__] for kind in COUNTED}


if __name__ == "__main__":
    serve(sys.argv[1], host="127.0.0.1", port=int(sys.argv[2]), show=False)
