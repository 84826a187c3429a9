"""The tab to try changes in: sliders, suppositions, observations, and their effects."""

from dataclasses import replace

from nicegui import ui

from middlegame.base.errors import MiddlegameError
from middlegame.workbench.session import Session
from middlegame.workbench.views.draft_tools import DraftDesk
from middlegame.workbench.views.elements import (
    AnswerText,
    ForecastBars,
    Sliders,
    StatePickers,
    move_section,
    outcome_section,
    question_section,
)
from middlegame.workbench.views.frame import button, heading, titled_dialog
from middlegame.workbench.workers.texts import write_numbers


class WhatIfTab:
    """Controls on one side; on the other the forecast beside the scenario as written."""

    def __init__(self, session: Session, desk: DraftDesk) -> None:
        """Build the tab of a session; `desk` has the text into which numbers are written."""
        contest, full_view = session.contest_view, session.full_view
        assert contest is not None
        assert full_view is not None
        assert session.baseline is not None
        self.session, self.desk = session, desk
        self.visible = True
        heading("h1", "What if?", "mg-small")
        with ui.element("div").classes("mg-tools").props('role=toolbar aria-label="Changes"'):
            self.share = button("Copy link", self._share)
            self.save = button("Save as …", self._save)
        with ui.element("div").classes("mg-what-if"):
            with ui.element("div").classes("mg-controls"):
                with ui.element("section").classes("mg-block"):
                    heading("h2", "Numbers", "mg-h2")
                    self.numbers = Sliders(contest, self._move)
                with ui.element("section").classes("mg-block"):
                    heading("h2", "Moves and factors", "mg-h2")
                    self.pickers = StatePickers(contest, self._pick, self._set_surprise)
            results = ui.element("div").classes("mg-results")
            with results.props('tabindex=0 role=region aria-label="Effects"'):
                sections = [question_section(contest, words=False)] if contest.asks else []
                self.questions = ForecastBars(sections, session.baseline.forecast, self._explain)
                self.changes = AnswerText("changes", full_view)
                self.forecast = ForecastBars(
                    [s for s in (outcome_section(contest), move_section(contest)) if s["groups"]],
                    session.baseline.forecast,
                    self._explain,
                )
        session.on_forecast.append(self._show_forecast)
        session.on_intervals.append(self._show_intervals)
        session.on_full_view.append(self._show_full_view)
        session.on_setting.append(self._show_changes)
        self._show_intervals()
        self._show_full_view()

    def activate(self) -> None:
        """Show the latest answer."""
        self.session.prepare_for_sliders()
        self._show_full_view()

    def _explain(self, state: str) -> None:
        """Show the reasons of a move's option or a factor's state beside the contest's picture."""
        self.session.go(replace(self.session.place, view="answer", box=state))

    def _move(self, name: str, value: float | None, settled: bool) -> None:
        self.session.change(self.session.setting.with_number(name, value), settled=settled)

    def _pick(self, name: str, mode: str, state: str) -> None:
        self.session.change(self.session.setting.with_state(name, mode, state), settled=True)

    def _set_surprise(self, surprise: bool) -> None:
        self.session.change(self.session.setting.with_surprise(surprise), settled=True)

    def _show_forecast(self) -> None:
        if not self.visible:
            return
        forecast_view = self.session.forecast
        assert forecast_view is not None
        self.questions.show(forecast_view)
        self.forecast.show(forecast_view)

    def _show_intervals(self) -> None:
        for forecast in (self.questions, self.forecast):
            forecast.show_intervals(self.session.intervals)

    def _show_full_view(self) -> None:
        if not self.visible:
            return
        full_view = self.session.full_view
        assert full_view is not None
        self._show_forecast()
        self.changes.show(full_view)
        self._show_changes()

    def _show_changes(self) -> None:
        if self.visible:
            self.numbers.show(self.session.setting)
            self.pickers.show(self.session.setting)
            self._show_effect()

    def _show_effect(self) -> None:
        """Say what the effect waits for, or that there is none."""
        session, view = self.session, self.session.full_view
        assert view is not None
        waits, words = session.shown != session.setting, ""
        if waits:
            words = "Computing the effect …"
        elif not session.setting:
            words = "Move a number or suppose a state to see its effect here."
        elif not view.shifts and not view.reasons:
            words = "No visible effect: all forecasts stay the same after rounding."
        self.changes.show_effect(words, waits=waits)

    async def _share(self) -> None:
        address = await ui.run_javascript("location.href")
        ui.clipboard.write(str(address))
        ui.notify("The link is copied; it holds all your changes.")

    def _save(self) -> None:
        SaveDialog(self.session, self.desk)


class SaveDialog:
    """Write the changed numbers into the text, or save it with them as a new file."""

    def __init__(self, session: Session, desk: DraftDesk) -> None:
        self.session, self.desk = session, desk
        setting = session.setting
        with titled_dialog("Save the changed numbers") as self.dialog:
            count = len(setting.numbers)
            ui.label(
                f"{count} changed number{'' if count == 1 else 's'} will be written into the text; "
                "its comments stay."
            )
            if setting.supposed or setting.given:
                ui.label(
                    "What is supposed or observed is not written into the file; "
                    "share the link instead."
                ).classes("mg-soft")
            self.width = ui.radio(
                {
                    True: "Move the ranges and keep their width",
                    False: "Write exact numbers; private ones stay ranges",
                },
                value=True,
            )
            self.name = ui.input("File name", value=f"{session.name}-what-if.yaml").classes(
                "mg-full"
            )
            self.problem = ui.label("").classes("mg-note")
            self.problem.set_visibility(False)
            with ui.element("div").classes("mg-tools"):
                button("Write into this text", self._write_here, primary=True)
                if desk.library.folder is not None:
                    button("Save in the folder", self._write)
                button("Download", self._download)
                button("Cancel", self.dialog.close)
        self.dialog.open()

    async def _text(self, before: str) -> str | None:
        session = self.session
        try:
            return await session.pools.texts.ask(
                (session.visitor, "rewrite"),
                write_numbers,
                before,
                dict(session.setting.numbers),
                bool(self.width.value),
                folder=session.folder,
            )
        except MiddlegameError as error:
            self._show_problem(str(error))
            return None

    async def _write_here(self) -> None:
        """Write the numbers into the text that is edited, as one step of its history."""
        text = await self._text(self.desk.draft.text)
        if text is None:
            return
        self.dialog.close()
        ui.notify("Written into the text. Undo, on Build or Edit, takes it back.")
        self.desk.draft.change(text, "")
        self.session.setting = replace(self.session.setting, numbers={})
        await self.desk.use()

    async def _write(self) -> None:
        text = await self._text(self.session.text)
        if text is None:
            return
        try:
            contest = self.desk.library.save(str(self.name.value), text)
        except MiddlegameError as error:
            self._show_problem(str(error))
            return
        self.dialog.close()
        ui.notify(f"Saved as {contest.path.name}.")

    async def _download(self) -> None:
        text = await self._text(self.session.text)
        if text is not None:
            name = str(self.name.value).replace("/", "-") or "scenario.yaml"
            ui.download.content(text.encode("utf-8"), name, "application/yaml")
            self.dialog.close()

    def _show_problem(self, problem: str) -> None:
        self.problem.set_text(problem)
        self.problem.set_visibility(True)
