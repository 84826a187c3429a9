"""The first page: the contests that can be opened, and what a new one can begin with."""

from collections.abc import Sequence
from urllib.parse import urlencode
from uuid import uuid4

from nicegui import ui

from middlegame.base.errors import MiddlegameError
from middlegame.io.archetypes import list_archetypes
from middlegame.io.examples import list_examples
from middlegame.workbench.server.library import Contest, Library
from middlegame.workbench.views.frame import PageHeader, button, heading, style_page, titled_dialog
from middlegame.workbench.worker_pools import WorkerPools
from middlegame.workbench.workers.pool import Superseded
from middlegame.workbench.workers.texts import check_text


def show_library(library: Library, pools: WorkerPools) -> None:
    """Build the page; contests with faults are marked as the workers find them."""
    style_page("")
    PageHeader("", (), lambda _: None)
    with ui.element("div").classes("mg-main"):
        heading("h1", "Which contest?")
        with ui.element("div").classes("mg-tools"):
            button("New contest", lambda: NewDialog(library), primary=True)
        contests = library.contests()
        marks: list[tuple[Contest, ui.label]] = []
        with ui.element("ul").classes("mg-contests"):
            for each in contests:
                with ui.element("li"):
                    ui.link(each.title, f"/contest/{each.name}").classes("mg-contest")
                    if each.question:
                        ui.label(each.question).classes("mg-soft")
                    if not each.shipped:
                        ui.label(each.file).classes("mg-file")
                        marks.append((each, ui.label("").classes("mg-bad").props("role=status")))
        ui.timer(0.1, lambda: _mark_faults(pools, marks), once=True)
        if not contests:
            ui.label("This folder holds no scenario.").classes("mg-soft")
        _show_archetypes(library)


async def _mark_faults(pools: WorkerPools, marks: Sequence[tuple[Contest, ui.label]]) -> None:
    """Say of each contest with faults that it cannot be solved."""
    visitor = uuid4().hex
    for contest, mark in marks:
        if mark.is_deleted:
            return
        try:
            text, folder = contest.text(), contest.folder
            faults = pools.known(check_text, text, folder=folder)
            if faults is None:
                faults = await pools.texts.ask((visitor, "faults"), check_text, text, folder=folder)
                pools.keep(check_text, (text,), faults, folder)
        except Superseded:
            return
        except MiddlegameError as error:
            mark.set_text(f"Cannot be opened: {error}")
            continue
        count = sum(each.severity == "error" for each in faults)
        if count and not mark.is_deleted:
            mark.set_text(f"Cannot be solved yet: {count} fault{'s' if count > 1 else ''}")


def _show_archetypes(library: Library) -> None:
    """List the archetypes, each with a button that begins a contest with it."""
    with ui.element("section").classes("mg-block mg-begin"):
        heading("h2", "Begin a new contest", "mg-h2")
        ui.label("Short commented contests from the literature, to change into your own.").classes(
            "mg-soft"
        )
        with ui.element("ul").classes("mg-contests"):
            for each in list_archetypes():
                with ui.element("li").props(f"data-archetype={each.name}"):
                    ui.label(each.title).classes("mg-archetype")
                    ui.label(each.question).classes("mg-soft")
                    button("Begin with this", lambda name=each.name: NewDialog(library, name))


class NewDialog:
    """Ask what a new contest begins with and where it is saved, and open it to be built."""

    def __init__(self, library: Library, like: str = "") -> None:
        self.library = library
        choices = {"": "Nothing: an empty contest"}
        choices |= {each.name: f"{each.title} (archetype)" for each in list_archetypes()}
        choices |= {each.name: f"{each.title} (shipped)" for each in list_examples()}
        self._proposed = _file_name(like)
        with titled_dialog("New contest") as self.dialog:
            self.like = ui.select(choices, label="Begin with", value=like).classes("mg-full")
            self.name = ui.input("File name", value=self._proposed).classes("mg-full")
            self.problem = ui.label("").classes("mg-note").props("role=alert")
            self.problem.bind_visibility_from(self.problem, "text", bool)
            with ui.element("div").classes("mg-tools"):
                button("Begin", self._begin, primary=True)
                button("Cancel", self.dialog.close)
        self.like.on_value_change(lambda event: self._propose(str(event.value)))
        self.name.on("keydown.enter", self._begin)
        if library.folder is None:  # nothing is written here: it is downloaded in the end
            self.name.set_visibility(False)
        self.dialog.open()

    def _propose(self, like: str) -> None:
        """Propose a file name, unless another one was typed."""
        if self.name.value == self._proposed:
            self._proposed = _file_name(like)
            self.name.value = self._proposed

    def _begin(self) -> None:
        like = str(self.like.value or "")
        if self.library.folder is None:
            ui.navigate.to("/new?" + urlencode({"like": like, "tab": "outline"}))
            return
        try:
            contest = self.library.begin(str(self.name.value), like)
        except MiddlegameError as error:
            self.problem.set_text(str(error))
            return
        self.dialog.close()
        ui.navigate.to(f"/contest/{contest.name}?tab=outline")


def _file_name(like: str) -> str:
    return f"my-{like or 'contest'}.yaml"
