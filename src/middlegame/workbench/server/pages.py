"""The pages: the list of contests, and one contest with its tabs."""

import contextlib
from dataclasses import dataclass

from fastapi import Request
from nicegui import background_tasks, ui

from middlegame.base.errors import MiddlegameError
from middlegame.workbench.server.library import Library
from middlegame.workbench.session import Session, WorkerPools
from middlegame.workbench.setting import Setting
from middlegame.workbench.views.answer import AnswerTab
from middlegame.workbench.views.dominoes import DominoesTab
from middlegame.workbench.views.edit import EditTab
from middlegame.workbench.views.frame import PageHeader, button, heading, style_page
from middlegame.workbench.views.ledger import LedgerTab
from middlegame.workbench.views.library import show_library
from middlegame.workbench.views.report_tabs import ReportTab, comparison_tab, hypotheses_tab
from middlegame.workbench.views.uncertainty import UncertaintyTab
from middlegame.workbench.views.what_if import WhatIfTab
from middlegame.workbench.workers.pool import Refused, Superseded, WorkerEnded

TABS = (
    ("answer", "Answer"),
    ("what-if", "What if"),
    ("dominoes", "Dominoes"),
    ("uncertainty", "Uncertainty"),
    ("hypotheses", "Evidence"),
    ("comparison", "Rival views"),
    ("edit", "Edit"),
    ("ledger", "Ledger"),
)
"""Name and label of each tab; the name stands in the page's address."""


ContestTab = AnswerTab | WhatIfTab | DominoesTab | UncertaintyTab | ReportTab | EditTab | LedgerTab


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
            background_tasks.create(_warm(self.pools, contest.text()))


async def _warm(pools: WorkerPools, text: str) -> None:
    with contextlib.suppress(Superseded, MiddlegameError):
        await pools.open("the server", text)


def add_pages(workbench: Workbench) -> None:
    """Register the pages with the web server."""

    @ui.page("/")
    def index() -> None:
        only = workbench.library.only
        if only is not None:
            ui.navigate.to(f"/contest/{only}")
            return
        show_library(workbench.library)

    @ui.page("/contest/{name}")
    def contest(name: str, request: Request) -> None:
        entry = workbench.library.find(name)
        if entry is None:
            style_page("Not found")
            PageHeader("", (), lambda _: None)
            with ui.element("main").classes("mg-main"):
                heading("h1", "There is no contest of this name")
                ui.link("All contests", "/")
            return
        try:
            text = entry.text()
        except MiddlegameError as error:
            style_page(entry.title)
            PageHeader(entry.title, (), lambda _: None)
            with ui.element("main").classes("mg-main"):
                ui.label(str(error)).classes("mg-note")
            return
        setting = Setting.read(request.url.query)
        session = Session(workbench.pools, entry, name, text, setting)
        ContestPage(workbench, session, entry.title, request.query_params.get("tab", ""))


class ContestPage:
    """One visitor's page of one contest."""

    def __init__(self, workbench: Workbench, session: Session, title: str, tab: str) -> None:
        self.workbench, self.session = workbench, session
        self.client = ui.context.client
        self.tab = tab if tab in dict(TABS) else "answer"
        style_page(title)
        self.header = PageHeader(title, TABS, self.choose)
        for name in ("hypotheses", "comparison"):
            self.header.offer(name, False)
        with ui.element("main").classes("mg-main"):
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
        with self.places["edit"]:
            self.tabs["edit"] = EditTab(workbench.library, session, self.reopen)
        self.client.on_delete(session.close)
        session.on_opened.append(self._opened)
        session.on_full_view.append(self._update_address)
        self.choose(self.tab)
        background_tasks.create(self._open())

    def choose(self, tab: str) -> None:
        """Show a tab."""
        self.tab = tab
        self.header.mark(tab)
        for name, place in self.places.items():
            place.set_visibility(name == tab and (name in self.tabs))
        for name, each in self.tabs.items():
            if isinstance(each, AnswerTab | WhatIfTab):
                each.visible = name == tab
        opened = self.tabs.get(tab)
        if not isinstance(opened, UncertaintyTab | EditTab | None):
            opened.activate()
        self._update_address()

    async def reopen(self, text: str, name: str) -> None:
        """Solve an edited text, and show it in all tabs."""
        self.session.close()
        old = self.session
        self.session = session = Session(old.pools, old.contest, name, text, old.setting)
        session.on_opened.append(self._opened)
        session.on_full_view.append(self._update_address)
        self.client.on_delete(session.close)
        edit = self.tabs["edit"]
        assert isinstance(edit, EditTab)
        edit.session = session
        for name, place in self.places.items():
            if name != "edit":
                self.tabs.pop(name, None)
                place.clear()
        self.choose(self.tab)
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
        self.spinner.set_visibility(True)

        def show_step(step: str) -> None:
            self.progress.set_text(step)
            if step.startswith("Compiling"):
                self.hint.set_text(
                    "A contest is compiled when this machine first opens it, which takes a while."
                )

        try:
            await session.open(show_step)
        except Superseded:
            return
        except Refused as error:
            self.spinner.set_visibility(False)
            ended = isinstance(error, WorkerEnded)
            with self.problem:
                ui.label(
                    "This contest was not opened:"
                    if ended
                    else "This contest cannot be solved as written:"
                )
                for line in error.reasons:
                    ui.label(line).classes("mg-note")
                button("Try again", self._open)
            self.choose("edit")

    def _opened(self) -> None:
        self.spinner.set_visibility(False)
        with self.client:
            with self.places["answer"]:
                self.tabs["answer"] = AnswerTab(self.session, self.to_line)
            with self.places["what-if"]:
                self.tabs["what-if"] = WhatIfTab(self.workbench.library, self.session)
            with self.places["dominoes"]:
                self.tabs["dominoes"] = DominoesTab(self.session)
            with self.places["uncertainty"]:
                self.tabs["uncertainty"] = UncertaintyTab(self.session)
            contest = self.session.contest_view
            assert contest is not None
            for name, there, make in (
                ("hypotheses", contest.has_evidence, hypotheses_tab),
                ("comparison", contest.has_views, comparison_tab),
            ):
                self.header.offer(name, there)
                if there:
                    with self.places[name]:
                        self.tabs[name] = make(self.session)
                elif self.tab == name:
                    self.tab = "answer"
            with self.places["ledger"]:
                self.tabs["ledger"] = LedgerTab(self.session)
            self.choose(self.tab)

    def _update_address(self) -> None:
        """Write the setting and the tab into the page's address, so that it can be shared."""
        query = self.session.setting.query()
        if self.tab != "answer":
            query += ("&" if query else "") + f"tab={self.tab}"
        address = (
            "?" + query if query else self.client.request.url.path if self.client.request else ""
        )
        with self.client:
            ui.navigate.history.replace(address)
