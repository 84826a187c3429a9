"""The view to try things in: sliders, suppositions, observations, and what they do."""

from nicegui import ui

from middlegame.base.errors import MiddlegameError
from middlegame.workbench.server.library import Library
from middlegame.workbench.session import Session
from middlegame.workbench.views.elements import (
    AnswerText,
    ForecastBars,
    Sliders,
    StatePickers,
    move_section,
    outcome_section,
    question_section,
)
from middlegame.workbench.views.frame import button, enable, heading


class WhatIfTab:
    """Controls on one side; on the other the forecast beside the scenario as written."""

    def __init__(self, library: Library, session: Session) -> None:
        portrait, reading = session.contest_view, session.full_view
        assert portrait is not None
        assert reading is not None
        assert session.baseline is not None
        self.library, self.session = library, session
        self.visible = True
        heading("h1", "What if?", "mg-small")
        with ui.element("div").classes("mg-tools").props('role=toolbar aria-label="Changes"'):
            self.undo = button("Undo", session.undo)
            self.reset = button("Reset", session.reset)
            self.share = button("Copy link", self._share)
            self.save = button("Save as …", self._save)
            self.status = ui.label("").classes("mg-soft mg-status").props("role=status")
        with ui.element("div").classes("mg-try"):
            with ui.element("div").classes("mg-controls"):
                with ui.element("section").classes("mg-block"):
                    heading("h2", "Numbers", "mg-h2")
                    self.numbers = Sliders(portrait, self._moved)
                with ui.element("section").classes("mg-block"):
                    heading("h2", "Moves and factors", "mg-h2")
                    self.pickers = StatePickers(portrait, self._picked, self._surprised)
            results = ui.element("div").classes("mg-results")
            with results.props('tabindex=0 role=region aria-label="What follows"'):
                sections = [question_section(portrait, words=False)] if portrait.questions else []
                self.questions = ForecastBars(sections, session.baseline.forecast)
                self.changes = AnswerText("changes", reading)
                self.forecast = ForecastBars(
                    [s for s in (outcome_section(portrait), move_section(portrait)) if s["groups"]],
                    session.baseline.forecast,
                )
        session.on_forecast.append(self._glance)
        session.on_intervals.append(self._widen)
        session.on_full_view.append(self._reading)
        session.on_message.append(self._message)
        session.on_ready.append(self._state)
        self._reading()
        self._message()

    def shown(self) -> None:
        """Get ready when the view is first looked at, and show the latest."""
        self.session.prepare()
        self._reading()

    def _moved(self, name: str, value: float | None, settled: bool) -> None:
        self.session.change(self.session.setting.with_number(name, value), settled=settled)
        self._state()

    def _picked(self, name: str, mode: str, state: str) -> None:
        self.session.change(self.session.setting.with_state(name, mode, state), settled=True)

    def _surprised(self, surprise: bool) -> None:
        self.session.change(self.session.setting.with_surprise(surprise), settled=True)

    def _glance(self) -> None:
        if not self.visible:
            return
        glance = self.session.forecast
        assert glance is not None
        self.questions.show(glance)
        self.forecast.show(glance)

    def _widen(self) -> None:
        for forecast in (self.questions, self.forecast):
            forecast.show_intervals(self.session.intervals)

    def _reading(self) -> None:
        if not self.visible:
            return
        reading = self.session.full_view
        assert reading is not None
        self._glance()
        self.changes.show(reading)
        self.numbers.show(self.session.setting)
        self.pickers.show(self.session.setting)
        self._state()

    def _message(self) -> None:
        self.changes.show_message(self.session.message)
        self._state()

    def _state(self) -> None:
        session = self.session
        enable(self.undo, session.can_undo)
        enable(self.reset, bool(session.setting))
        self.status.set_text("" if session.ready else "Getting ready to answer while you drag …")

    async def _share(self) -> None:
        address = await ui.run_javascript("location.href")
        ui.clipboard.write(str(address))
        ui.notify("The link is copied: it holds everything you changed.")

    def _save(self) -> None:
        SaveDialog(self.library, self.session)


class SaveDialog:
    """Save the scenario with the changed numbers, as a file of its own."""

    def __init__(self, library: Library, session: Session) -> None:
        self.library, self.session = library, session
        setting = session.setting
        with ui.dialog() as self.dialog, ui.card().classes("mg-dialog"):
            heading("h2", "Save as a new scenario", "mg-h2")
            count = len(setting.numbers)
            ui.label(
                f"{count} changed number{'' if count == 1 else 's'} will be written into the text; "
                "its comments stay."
            )
            if setting.supposed or setting.given:
                ui.label(
                    "What is supposed or observed is no number, and is not written: share the link."
                ).classes("mg-soft")
            self.width = ui.radio(
                {True: "Move the ranges, as wide as they were", False: "Write exact numbers"},
                value=True,
            )
            self.name = ui.input("File name", value=f"{session.name}-what-if.yaml").classes(
                "mg-full"
            )
            self.problem = ui.label("").classes("mg-note")
            self.problem.set_visibility(False)
            with ui.element("div").classes("mg-tools"):
                if library.folder is not None:
                    button("Save in the folder", self._write)
                button("Download", self._download)
                button("Cancel", self.dialog.close)
        self.dialog.open()

    async def _text(self) -> str | None:
        session = self.session
        try:
            return str(
                await session.pools.texts.ask(
                    (session.visitor, "rewrite"),
                    "texts.rewrite",
                    session.text,
                    dict(session.setting.numbers),
                    bool(self.width.value),
                )
            )
        except MiddlegameError as error:
            self._tell(str(error))
            return None

    async def _write(self) -> None:
        text = await self._text()
        if text is None:
            return
        try:
            contest = self.library.save(str(self.name.value), text)
        except MiddlegameError as error:
            self._tell(str(error))
            return
        self.dialog.close()
        ui.notify(f"Saved as {contest.path.name}.")

    async def _download(self) -> None:
        text = await self._text()
        if text is not None:
            name = str(self.name.value).replace("/", "-") or "scenario.yaml"
            ui.download.content(text.encode("utf-8"), name, "application/yaml")
            self.dialog.close()

    def _tell(self, problem: str) -> None:
        self.problem.set_text(problem)
        self.problem.set_visibility(True)
