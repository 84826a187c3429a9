"""The first page: the contests that can be opened, and the archetypes to begin one with."""

from nicegui import ui

from middlegame.base.errors import MiddlegameError
from middlegame.io.archetypes import Archetype, list_archetypes
from middlegame.workbench.server.library import Library
from middlegame.workbench.views.frame import PageHeader, button, heading, style_page


def show_library(library: Library) -> None:
    """Build the page."""
    style_page("")
    PageHeader("", (), lambda _: None)
    with ui.element("main").classes("mg-main"):
        heading("h1", "Which contest?")
        contests = library.contests()
        with ui.element("ul").classes("mg-contests"):
            for each in contests:
                with ui.element("li"):
                    ui.link(each.title, f"/contest/{each.name}").classes("mg-contest")
                    if each.question:
                        ui.label(each.question).classes("mg-soft")
        if not contests:
            ui.label("This folder holds no scenario.").classes("mg-soft")
        if library.folder is not None:
            _show_archetypes(library)


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
                    button("Begin with this", lambda each=each: _ask_name(library, each))


def _ask_name(library: Library, archetype: Archetype) -> None:
    """Ask for the file's name, write the file, and open it in the editor."""

    def begin() -> None:
        try:
            contest = library.begin(str(name.value), archetype.name)
        except MiddlegameError as error:
            problem.set_text(str(error))
            return
        dialog.close()
        ui.navigate.to(f"/contest/{contest.name}?tab=edit")

    with ui.dialog() as dialog, ui.card().classes("mg-dialog"):
        heading("h2", archetype.title, "mg-h2")
        name = ui.input("File name", value=f"my-{archetype.name}.yaml").classes("mg-full")
        problem = ui.label("").classes("mg-note").props("role=alert")
        problem.bind_visibility_from(problem, "text", bool)
        with ui.element("div").classes("mg-tools"):
            button("Begin", begin, primary=True)
            button("Cancel", dialog.close)
    dialog.open()
