"""The pages: the list of contests, and one contest with its tabs."""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from urllib.parse import urlencode

from fastapi import Request
from nicegui import background_tasks, ui

from middlegame.base.errors import MiddlegameError
from middlegame.workbench.address import FIRST_VIEW, PagePlace, known_part, unknown_parts
from middlegame.workbench.server.library import Contest, Library, beginning
from middlegame.workbench.session import Session
from middlegame.workbench.setting import Setting
from middlegame.workbench.views.answer import AnswerTab
from middlegame.workbench.views.banner import AddressBar, StateBanner
from middlegame.workbench.views.dominoes import DominoesTab
from middlegame.workbench.views.draft_tools import DraftDesk
from middlegame.workbench.views.edit import EditTab
from middlegame.workbench.views.frame import PageHeader, button, heading, style_page
from middlegame.workbench.views.ledger import LedgerTab
from middlegame.workbench.views.library import show_library
from middlegame.workbench.views.outline.tab import OutlineTab
from middlegame.workbench.views.report_tabs import ReportTab, comparison_tab, hypotheses_tab
from middlegame.workbench.views.review import ReviewTab
from middlegame.workbench.views.uncertainty import UncertaintyTab
from middlegame.workbench.views.what_if import WhatIfTab
from middlegame.workbench.worker_pools import WorkerPools
from middlegame.workbench.workers.pool import Refused, Superseded, WorkerEnded

TABS = (
    ("answer", "Answer"),
    ("what-if", "What if"),
    ("dominoes", "Dominoes"),
    ("uncertainty", "Uncertainty"),
    ("hypotheses", "Evidence"),
    ("comparison", "Rival views"),
    ("outline", "Build"),
    ("review", "Review"),
    ("edit", "Edit"),
    ("ledger", "Ledger"),
)
"""Name and label of each tab; the name stands in the page's address."""


ContestTab = (
    AnswerTab
    | WhatIfTab
    | DominoesTab
    | UncertaintyTab
    | ReportTab
    | OutlineTab
    | ReviewTab
    | EditTab
    | LedgerTab
)
FORMS = ("outline", "review")
WRITING = ("outline", "review", "edit")
"""The tabs of the text, which are there whether or not it can be solved."""


_DRAWN = "new Promise((done) => setTimeout(done))"
"""Ends in the browser when all that was sent before is in the page."""
_DRAWING_SECONDS = 60.0
"""Seconds after which the editor is built though the browser has not answered."""


@dataclass(frozen=True)
class Workbench:
    """What all pages share: contests and workers, but no state of a visitor."""

    library: Library
    pools: WorkerPools

    def warm(self) -> None:
        """Open the contest before the first visitor comes, where a single one is served."""
        contest = self.library.find(self.library.only) if self.library.only else None
        if contest is None:
            return
        with contextlib.suppress(MiddlegameError):
            background_tasks.create(_warm(self.pools, contest))


async def _warm(pools: WorkerPools, contest: Contest) -> None:
    with contextlib.suppress(Superseded, MiddlegameError):
        await pools.open("the server", contest.text(), folder=contest.folder)


def add_pages(workbench: Workbench) -> None:
    """Register the pages with the web server."""

    @ui.page("/")
    def index() -> None:
        only = workbench.library.only
        if only is not None:
            ui.navigate.to(f"/contest/{only}")
            return
        show_library(workbench.library, workbench.pools)

    @ui.page("/new")
    def new(request: Request) -> None:
        like = request.query_params.get("like", "")
        try:
            text = beginning(like, "A new contest")
        except MiddlegameError as error:
            style_page("Not found")
            PageHeader("", (), lambda _: None)
            with ui.element("div").classes("mg-main"):
                heading("h1", str(error))
                ui.link("All contests", "/")
            return
        place = PagePlace.read(request.url.query, dict(TABS))
        session = Session(workbench.pools, None, like or "contest", text, Setting(), place)
        ContestPage(workbench, session, "A new contest")

    @ui.page("/contest/{name}")
    def contest(name: str, request: Request) -> None:
        entry = workbench.library.find(name)
        if entry is None:
            style_page("Not found")
            PageHeader("", (), lambda _: None)
            with ui.element("div").classes("mg-main"):
                heading("h1", "There is no contest of this name")
                ui.link("All contests", "/")
            return
        try:
            text = entry.text()
        except MiddlegameError as error:
            style_page(entry.title)
            PageHeader(entry.title, (), lambda _: None)
            with ui.element("div").classes("mg-main"):
                ui.label(str(error)).classes("mg-note")
            return
        query, views = request.url.query, dict(TABS)
        place = PagePlace.read(query, views)
        session = Session(workbench.pools, entry, name, text, Setting.read(query), place)
        session.unknown = unknown_parts(query, views)
        ContestPage(workbench, session, entry.title)


class ContestPage:
    """One visitor's page of one contest."""

    def __init__(self, workbench: Workbench, session: Session, title: str) -> None:
        self.workbench, self.session = workbench, session
        self.client = ui.context.client
        request = self.client.request
        self.path = request.url.path if request else "/"
        if session.contest is None and request:  # the address says what the text began with
            self.path += "?" + urlencode({"like": request.query_params.get("like", "")})
        self._written = session.place
        self._opening = True
        style_page(title)
        self.header = PageHeader(title, TABS, self.choose)
        self.address = AddressBar(
            on_back=self._come_back,
            on_undo=lambda: self._history().undo(),
            on_redo=lambda: self._history().redo(),
        )
        for name in ("hypotheses", "comparison", "review"):
            self.header.offer(name, False)
        with ui.element("div").classes("mg-main"):
            self.banner = StateBanner(session)
            with ui.element("div").classes("mg-opening").props("role=status") as self.spinner:
                ui.spinner(size="lg").props("aria-hidden=true")
                self.progress = ui.label("Opening the contest")
                self.hint = ui.label("").classes("mg-soft")
            self.problem = ui.element("div").props("role=alert")
            self.places = {
                name: ui.element("div").classes("mg-place").props(f"data-tab={name}")
                for name, _ in TABS
            }
        self.tabs: dict[str, ContestTab] = {}
        self.desk = DraftDesk(workbench.library, session, self.reopen)
        self._build("review")
        self._show_edited: Callable[[], None] = lambda: None
        self.desk.draft.on_change.append(lambda: self._show_edited())
        self.desk.on_checked.append(lambda: self._show_edited())
        self._follow(session)
        self._show_view()
        background_tasks.create(self._open())

    def _follow(self, session: Session) -> None:
        self.client.on_delete(session.close)
        session.on_opened.append(self._opened)
        session.on_place.append(self._show_place)
        session.on_setting.append(self._update_address)

    def _history(self) -> DraftDesk | Session:
        """Return what the keys for undo and redo are about: the text, or what is changed in it."""
        return self.desk if self.session.place.view in WRITING else self.session

    def choose(self, view: str) -> None:
        """Show a view."""
        self.session.go(replace(self.session.place, view=view))

    def _come_back(self, query: str) -> None:
        """Show the place of an address to which the browser went back; changes stay."""
        place = PagePlace.read(query, dict(TABS))
        contest = self.session.contest_view
        if contest is not None:
            _, place, _ = known_part(contest, Setting(), place)
        self._written = place
        self.session.go(place)
        self._update_address()
        self.address.arrive()

    def _show_place(self) -> None:
        """Show the place that was chosen, with an entry in the browser's history."""
        place, before = self.session.place, self._written
        if place != before:
            self._written = place
            self.address.push(self._address(), top=place.view != before.view)
        self._show_view()

    def _build(self, name: str) -> None:
        """Build a tab, unless it is there or waits for the contest to be open.

        The browser draws a page with all tabs several times as slowly as one with the tab that is
        looked at.
        """
        if name in self.tabs or (name not in WRITING and self.session.contest_view is None):
            return
        make: dict[str, Callable[[], ContestTab]] = {
            "answer": lambda: AnswerTab(self.session, self.to_line),
            "what-if": lambda: WhatIfTab(self.session, self.desk),
            "dominoes": lambda: DominoesTab(self.session),
            "uncertainty": lambda: UncertaintyTab(self.session),
            "hypotheses": lambda: hypotheses_tab(self.session),
            "comparison": lambda: comparison_tab(self.session),
            "outline": lambda: OutlineTab(self.desk, self.to_line),
            "review": lambda: ReviewTab(self.desk, partial(self.header.offer, "review")),
            "edit": lambda: EditTab(self.desk),
            "ledger": lambda: LedgerTab(self.session),
        }
        with self.client, self.places[name]:
            self.tabs[name] = make[name]()

    async def _build_editor(self) -> None:
        """Build the editor once the first view is drawn: it puts back what was typed before."""
        if "edit" in self.tabs:
            return
        with contextlib.suppress(TimeoutError):
            await self.client.run_javascript(_DRAWN, timeout=_DRAWING_SECONDS)
        if not self.session.closed:
            self._build("edit")

    def _show_view(self) -> None:
        view = self.session.place.view
        if view in WRITING:
            self._build("edit")
        self._build(view)
        self.header.mark(view)
        for name, place in self.places.items():
            place.set_visibility(name == view and (name in self.tabs))
        for name, each in self.tabs.items():
            if isinstance(each, AnswerTab | WhatIfTab | OutlineTab | ReviewTab):
                each.visible = name == view
        # The forms show faults at their fields, and do not wait for a forecast.
        self.problem.set_visibility(view not in FORMS)
        self.spinner.set_visibility(self._opening and view not in FORMS)
        opened = self.tabs.get(view)
        if not isinstance(opened, UncertaintyTab | EditTab | None):
            opened.activate()

    async def reopen(self, text: str, name: str) -> None:
        """Solve an edited text, and show it in all tabs."""
        self.session.close()
        old = self.session
        self.session = session = Session(old.pools, old.contest, name, text, old.setting, old.place)
        session.saved = old.saved
        self._follow(session)
        self.banner.follow(session)
        self.desk.session = session
        for each, place in self.places.items():
            if each not in WRITING:
                self.tabs.pop(each, None)
                place.clear()
        self._show_view()
        await self._open()

    def to_line(self, line: int) -> None:
        """Show a line of the scenario's text in the editor."""
        self.choose("edit")
        edit = self.tabs["edit"]
        assert isinstance(edit, EditTab)
        edit.to_line(line)

    async def _open(self) -> None:
        session = self.session
        self.problem.clear()
        self._show_edited = lambda: None
        self._opening = True
        self._show_view()

        def show_step(step: str) -> None:
            self.progress.set_text(step)

        try:
            await session.open(show_step)
        except Superseded:
            return
        except Refused as error:
            self._opening = False
            self.spinner.set_visibility(False)
            ended = isinstance(error, WorkerEnded)
            self._show_problem(error.reasons, ended)
            if not ended and session.place.view not in WRITING:
                self.choose("edit")

    def _show_problem(self, reasons: Sequence[str], ended: bool) -> None:
        """Say why there is no answer, and offer what may help."""
        with self.problem:
            ui.label(
                "This contest was not opened:"
                if ended
                else "This contest cannot be solved as written:"
            )
            for line in reasons:
                ui.label(line).classes("mg-note")
            with ui.element("div").classes("mg-tools"):
                edited = button("Solve the text as edited", self.desk.use, primary=True)
                if not ended:
                    button("Build the contest", lambda: self.choose("outline"))
                button("Try again", self._open)

        def show() -> None:
            edited.set_visibility(self.desk.can_use)

        self._show_edited = show
        show()

    def _opened(self) -> None:
        self._opening = False
        self.spinner.set_visibility(False)
        contest = self.session.contest_view
        assert contest is not None
        with self.client:
            for name, there in (
                ("hypotheses", contest.has_evidence),
                ("comparison", contest.has_views),
            ):
                self.header.offer(name, there)
                if not there and self.session.place.view == name:
                    self._written = replace(self.session.place, view=FIRST_VIEW)
                    self.session.place = self._written
            self._show_view()
            self._update_address()
            background_tasks.create(self._build_editor())

    def _update_address(self) -> None:
        """Write what is changed into the page's address, so that it can be shared."""
        self.address.replace(self._address())

    def _address(self) -> str:
        parts = (self.session.setting.query(), self.session.place.query())
        query = "&".join(filter(None, parts))
        joint = "&" if "?" in self.path else "?"
        return f"{self.path}{joint}{query}" if query else self.path
