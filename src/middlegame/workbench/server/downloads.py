"""What visitors take away by an address: figures as SVG, PNG and CSV, and the report.

An address holds the page's changes, so that a figure embedded elsewhere stays that figure.
"""

from collections.abc import Awaitable, Callable
from urllib.parse import quote
from uuid import uuid4

from fastapi import Request, Response
from nicegui import app

from middlegame.base.errors import MiddlegameError, QueryError
from middlegame.workbench.address import PAGE, PagePlace, known_part, unknown_parts
from middlegame.workbench.server.library import Library
from middlegame.workbench.setting import Setting
from middlegame.workbench.worker_pools import WorkerPools
from middlegame.workbench.workers.figures import export_figure, write_report
from middlegame.workbench.workers.pool import Arguments, Superseded
from middlegame.workbench.workers.scheduling import Kind
from middlegame.workbench.workers.worker import WorkerContext

_TYPES = {
    "svg": "image/svg+xml",
    "png": "image/png",
    "csv": "text/csv; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "md": "text/markdown; charset=utf-8",
}
Source = tuple[str, str]
"""A text, and the folder of its file; empty for an uploaded text."""
Make = Callable[[Source, Setting], Awaitable[bytes]]
"""Makes what an address asks for, of a text and its changes."""
_SHOWN = ("svg", "png", "txt")
"""Forms that a browser shows in the place where they are linked."""


def add_downloads(library: Library, pools: WorkerPools) -> None:
    """Register the addresses of figures and reports with the web server."""

    @app.get("/figure/{contest}/{name}.{form}")
    async def figure(contest: str, name: str, form: str, request: Request) -> Response:
        async def make(source: Source, setting: Setting) -> bytes:
            return await _ask(pools, export_figure, source, setting, name, form)

        return await _respond(contest, request, make, f"{contest}-{name}.{form}")

    @app.get("/report/{contest}.{form}")
    async def report(contest: str, form: str, request: Request) -> Response:
        async def make(source: Source, setting: Setting) -> bytes:
            return await _ask(pools, write_report, source, setting, form)

        return await _respond(contest, request, make, f"{contest}.{form}")

    async def _respond(contest: str, request: Request, make: Make, file_name: str) -> Response:
        form = file_name.rpartition(".")[2]
        try:
            source = _source(library, pools, contest, request)
            setting = await _setting(pools, source, request.url.query)
            content = await make(source, setting)
        except _Missing as error:
            return Response(str(error), 404, media_type="text/plain")
        except MiddlegameError as error:
            return Response("\n".join(error.messages()), 400, media_type="text/plain")
        except Superseded:
            return Response("The server is too busy.", 503, media_type="text/plain")
        how = "inline" if form in _SHOWN else "attachment"
        disposition = f"{how}; filename*=UTF-8''{quote(file_name)}"
        return Response(
            content, media_type=_TYPES[form], headers={"content-disposition": disposition}
        )


class _Missing(Exception):
    """There is no such contest."""


def _source(library: Library, pools: WorkerPools, contest: str, request: Request) -> Source:
    """Return the text and folder of an open page, or those of the contest's file."""
    edited = pools.pages.get(request.query_params.get(PAGE, ""))
    if edited is not None:
        return edited
    entry = library.find(contest)
    if entry is None:
        raise _Missing(f"There is no contest '{contest}'.")
    return entry.text(), entry.folder


async def _setting(pools: WorkerPools, source: Source, query: str) -> Setting:
    """Read the changes of an address.

    Raises:
        QueryError: the contest does not have what the address names.
    """
    text, folder = source
    opened = await pools.open(f"download {uuid4().hex}", text, folder=folder)
    setting, _, problems = known_part(opened.contest, Setting.read(query), PagePlace())
    problems += unknown_parts(query)
    if problems:
        raise QueryError(" ".join(problems))
    return setting


async def _ask(
    pools: WorkerPools,
    task: Callable[[WorkerContext, str, *Arguments], bytes],
    source: Source,
    *arguments: *Arguments,
) -> bytes:
    text, folder = source
    found = pools.known(task, text, *arguments, folder=folder)
    if found is None:
        key = (f"download {uuid4().hex}", task.__name__)
        found = await pools.solving.ask(
            key, task, text, *arguments, home=text, folder=folder, kind=Kind.HEAVY
        )
        pools.keep(task, (text, *arguments), found, folder)
    return found
