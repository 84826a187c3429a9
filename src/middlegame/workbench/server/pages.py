"""The pages: the list of contests, and one contest with its views."""

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
from middlegame.workbench.views.findings import ReportTab, comparison_tab, hypotheses_tab
from middlegame.workbench.views.frame import PageHeader, heading, style_page
from middlegame.workbench.views.ledger import LedgerTab
from middlegame.workbench.views.ranges import UncertaintyTab
from middlegame.workbench.views.what_if import WhatIfTab
from middlegame.workbench.workers.pool import Refused, Superseded

TABS = (
    ("answer", "Answer"),
    ("try", "Try it"),
    ("dominoes", "Dominoes"),
    ("ranges", "How sure"),
    ("evidence", "Evidence"),
    ("rivals", "Rival views"),
    ("edit", "Edit"),
    ("ledger", "Ledger"),
)


ContestTab = AnswerTab | WhatIfTab | DominoesTab | UncertaintyTab | ReportTab | EditTab | LedgerTab


@dataclass(frozen=True)
class Workbench:
    """What all pages share: contests and workers, and nothing of any visitor."""

    library: Library
    pools: WorkerPools

    def warm(self) -> None:
        """Open the one contest that is served before anybody asks for it."""
        contest = self.library.find(self.library.only) if self.library.only else None
        if contest is None:
            return
        with contextlib.suppress(MiddlegameError):
            background_tasks.create(_warm(self.pools, contest.text()))


async def _warm(pools: WorkerPools, text: str) -> None:
    with contextlib.suppress(Superseded, MiddlegameError):
        await pools.open("nobody", text)


def add_pages(bench: Workbench) -> None:
    """Register the pages."""

    @ui.page("/")
    def index() -> None:
        only = bench.library.only
        if only is not None:
            ui.navigate.to(f"/contest/{only}")
            return
        _index(bench)

    @ui.page("/contest/{name}")
    def contest(name: str, request: Request) -> None:
        found = bench.library.find(name)
        if found is None:
            style_page("Not found")
            PageHeader("", (), lambda _: None)
            with ui.element("main").classes("mg-main"):
                heading("h1", "There is no contest of this name here")
                ui.link("All contests", "/")
            return
        try:
            text = found.text()
        except MiddlegameError as error:
            style_page(found.title)
            PageHeader(found.title, (), lambda _: None)
            with ui.element("main").classes("mg-main"):
                ui.label(str(error)).classes("mg-note")
            return
        setting = Setting.read(request.url.query)
        session = Session(bench.pools, found, name, text, setting)
        ContestPage(bench, session, found.title, request.query_params.get("view", ""))


def _index(bench: Workbench) -> None:
    style_page("")
    PageHeader("", (), lambda _: None)
    with ui.element("main").classes("mg-main"):
        heading("h1", "Which contest?")
        contests = bench.library.contests()
        with ui.element("ul").classes("mg-contests"):
            for each in contests:
                with ui.element("li"):
                    ui.link(each.title, f"/contest/{each.name}").classes("mg-contest")
                    if each.question:
                        ui.label(each.question).classes("mg-soft")
        if not contests:
            ui.label("This folder holds no scenario yet.").classes("mg-soft")


class ContestPage:
    """One visitor's page of one contest."""

    def __init__(self, bench: Workbench, session: Session, title: str, view: str) -> None:
        self.bench, self.session = bench, session
        self.client = ui.context.client
        self.view = view if view in dict(TABS) else "answer"
        style_page(title)
        self.head = PageHeader(title, TABS, self.choose)
        for name in ("evidence", "rivals"):
            self.head.offer(name, False)
        with ui.element("main").classes("mg-main"):
            with ui.element("div").classes("mg-opening").props("role=status") as self.opening:
                ui.spinner(size="lg").props("aria-hidden=true")
                self.progress = ui.label("Opening the contest")
                self.hint = ui.label("").classes("mg-soft")
            self.places = {
                name: ui.element("div").classes("mg-place").props(f"data-view={name}")
                for name, _ in TABS
            }
        self.views: dict[str, ContestTab] = {}
        with self.places["edit"]:
            self.views["edit"] = EditTab(bench.library, session, self.reopen)
        self.client.on_delete(session.close)
        session.on_opened.append(self._opened)
        session.on_full_view.append(self._link)
        self.choose(self.view)
        background_tasks.create(self._open())

    def choose(self, view: str) -> None:
        """Show a view."""
        self.view = view
        self.head.mark(view)
        for name, place in self.places.items():
            place.set_visibility(name == view and (name in self.views))
        for name, each in self.views.items():
            if isinstance(each, AnswerTab | WhatIfTab):
                each.visible = name == view
        opened = self.views.get(view)
        if not isinstance(opened, UncertaintyTab | EditTab | None):
            opened.shown()
        self._link()

    async def reopen(self, text: str, name: str) -> None:
        """Take on an edited text."""
        self.session.close()
        old = self.session
        self.session = session = Session(old.pools, old.contest, name, text, old.setting)
        session.on_opened.append(self._opened)
        session.on_full_view.append(self._link)
        self.client.on_delete(session.close)
        edit = self.views["edit"]
        assert isinstance(edit, EditTab)
        edit.session = session
        for name, place in self.places.items():
            if name != "edit":
                self.views.pop(name, None)
                place.clear()
        self.opening.set_visibility(True)
        self.choose(self.view)
        await self._open()

    def to_line(self, line: int) -> None:
        """Show a line of the scenario's text."""
        self.choose("edit")
        edit = self.views["edit"]
        assert isinstance(edit, EditTab)
        edit.to_line(line)

    async def _open(self) -> None:
        session = self.session

        def tell(what: str) -> None:
            self.progress.set_text(what)
            if what.startswith("Compiling"):
                self.hint.set_text(
                    "The first time, a contest is compiled for this machine; that takes a while."
                )

        try:
            await session.open(tell)
        except Superseded:
            return
        except Refused as error:
            self.opening.clear()
            with self.opening:
                ui.label("This contest cannot be solved as it is written:")
                for line in error.reasons:
                    ui.label(line).classes("mg-note")
            self.choose("edit")
            return

    def _opened(self) -> None:
        self.opening.set_visibility(False)
        with self.client:
            with self.places["answer"]:
                self.views["answer"] = AnswerTab(self.session, self.to_line)
            with self.places["try"]:
                self.views["try"] = WhatIfTab(self.bench.library, self.session)
            with self.places["dominoes"]:
                self.views["dominoes"] = DominoesTab(self.session)
            with self.places["ranges"]:
                self.views["ranges"] = UncertaintyTab(self.session)
            portrait = self.session.contest_view
            assert portrait is not None
            for name, there, make in (
                ("evidence", portrait.has_evidence, hypotheses_tab),
                ("rivals", portrait.has_views, comparison_tab),
            ):
                self.head.offer(name, there)
                if there:
                    with self.places[name]:
                        self.views[name] = make(self.session)
                elif self.view == name:
                    self.view = "answer"
            with self.places["ledger"]:
                self.views["ledger"] = LedgerTab(self.session)
            self.choose(self.view)

    def _link(self) -> None:
        """Let the address say what is shown, so that it can be shared."""
        query = self.session.setting.query()
        if self.view != "answer":
            query += ("&" if query else "") + f"view={self.view}"
        address = (
            "?" + query if query else self.client.request.url.path if self.client.request else ""
        )
        with self.client:
            ui.navigate.history.replace(address)
