"""The tab of the ledger: record forecasts, resolve questions, read scores."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import asdict

from nicegui import background_tasks, ui
from nicegui.element import Element

from middlegame.base.errors import MiddlegameError
from middlegame.report.text.palette import PALETTE
from middlegame.workbench.session import Session
from middlegame.workbench.views.background import BackgroundTask
from middlegame.workbench.views.frame import button, heading, titled_dialog
from middlegame.workbench.workers.ledger import (
    ForecasterView,
    LedgerView,
    QuestionRecord,
    read_ledger,
    record_forecast,
    resolve_question,
)
from middlegame.workbench.workers.pool import Answer, Arguments, Superseded
from middlegame.workbench.workers.worker import WorkerContext


class CalibrationChart(Element, component="components/calibration.js"):
    """A forecaster's calibration: forecast against observed frequency."""

    def __init__(self, scores: ForecasterView, colour: str) -> None:
        super().__init__()
        self._props["scores"], self._props["colour"] = asdict(scores), colour


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Show rows of scores, each with the forecaster's name first."""
    with ui.element("div").classes("mg-changes mg-scores"), ui.element("table"):
        with ui.element("thead"), ui.element("tr"):
            for head in heads:
                with ui.element("th").props("scope=col"):
                    ui.label(head)
        with ui.element("tbody"):
            for name, *cells in rows:
                with ui.element("tr"):
                    with ui.element("th").props("scope=row"):
                        ui.label(name)
                    for cell in cells:
                        with ui.element("td"):
                            ui.label(cell)


class LedgerTab:
    """The ledger's records of this contest, and the scores of all forecasters."""

    def __init__(self, session: Session) -> None:
        self.session = session
        heading("h1", "Recorded forecasts", "mg-small")
        ui.label(
            "The ledger keeps dated forecasts, and scores them once their questions are resolved. "
            "No entry is ever changed or removed."
        ).classes("mg-soft mg-about")
        with ui.element("div").classes("mg-tools mg-record"):
            self.by = ui.input("Your name").props("dense outlined")
            self.note = ui.input("Note").props("dense outlined").classes("mg-notes")
            button("Record this forecast", self._record, primary=True)
        ui.label(
            "The scenario as written is recorded, with means over worlds drawn from its ranges and "
            "their 90% intervals. What-ifs are not recorded."
        ).classes("mg-soft")
        self.work = BackgroundTask(session, "Recording the forecast")
        self.problem = ui.label("").classes("mg-note").props("role=alert")
        self.problem.set_visibility(False)
        self.records = ui.element("div").classes("mg-ledger").props('aria-live="polite"')

    def activate(self) -> None:
        """Read the ledger whenever the tab is opened."""
        background_tasks.create(self._read(), context=self.records)

    async def _ask(
        self,
        task: Callable[[WorkerContext, *Arguments], Answer],
        *arguments: *Arguments,
    ) -> Answer | None:
        session = self.session
        self.problem.set_visibility(False)
        try:
            return await session.pools.texts.ask((session.visitor, task.__name__), task, *arguments)
        except Superseded:
            return None
        except MiddlegameError as error:
            self.problem.set_text(str(error))
            self.problem.set_visibility(True)
            return None

    async def _read(self) -> None:
        view = await self._ask(read_ledger, self.session.name)
        if view is None:
            return
        if not self.by.value:
            self.by.value = view.forecaster
        self.records.clear()
        with self.records:
            with ui.element("section").classes("mg-block"):
                heading("h2", "Questions", "mg-h2")
                if not view.questions:
                    ui.label("No forecast of this contest is recorded yet.").classes("mg-soft")
                for question in view.questions:
                    self._question(question)
            with ui.element("section").classes("mg-block"):
                heading("h2", "Scores", "mg-h2")
                ui.label(f"Over all contests: {view.summary}.").classes("mg-soft")
                self._scores(view)
                ui.label(view.rules).classes("mg-soft mg-about")

    def _question(self, question: QuestionRecord) -> None:
        with ui.element("div").classes("mg-question"):
            with ui.element("div"):
                heading("h3", question.label, "mg-h3")
                ui.label(question.due).classes("mg-soft")
                with ui.element("ul").classes("mg-forecasts"):
                    for number, who, day, chance, unscored in question.forecasts[:5]:
                        with ui.element("li"):
                            ui.label(chance).classes("mg-chance")
                            ui.label(
                                f"{who}, {day}, record {number}"
                                f"{f'; {unscored}' if unscored else ''}"
                            ).classes("mg-soft")
                more = len(question.forecasts) - 5
                if more > 0:
                    ui.label(f"and {more} earlier").classes("mg-soft")
            with ui.element("div").classes("mg-outcome"):
                if question.outcome:
                    ui.label(question.outcome.capitalize()).classes("mg-chance")
                    ui.label(question.resolution).classes("mg-soft")
                button(
                    "Correct" if question.outcome else "Resolve", lambda: self._resolve(question)
                )

    def _scores(self, view: LedgerView) -> None:
        if not view.forecasters and not view.values:
            ui.label(
                "No scores yet. A forecast is scored once its question is resolved, if it was made "
                "before that day and no later than the question's day."
            ).classes("mg-soft")
            return
        if view.forecasters:
            rows = [
                (each.forecaster, str(each.count), each.brier, each.even_brier, each.log_score)
                for each in view.forecasters
            ]
            _table(("Forecaster", "questions", "Brier", "of 50%", "log score"), rows)
        if view.values:
            heads = ("Forecaster", "values", "CRPS", "of uniform", "inside 90%")
            _table(heads, view.values)
        with ui.element("div").classes("mg-calibrations"):
            for place, each in enumerate(view.forecasters):
                CalibrationChart(each, PALETTE[place % len(PALETTE)])

    def _record(self) -> None:
        session = self.session

        def say(number: int) -> None:
            ui.notify(f"Recorded as number {number}.")
            self.note.value = ""
            background_tasks.create(self._read(), context=self.records)

        self.work.begin(
            record_forecast,
            session.text,
            session.name,
            str(self.by.value or ""),
            str(self.note.value or ""),
            then=say,
            keep=False,
        )

    def _resolve(self, question: QuestionRecord) -> None:
        with titled_dialog("Resolve the question") as dialog:
            ui.label(f"{question.label} ({question.due})")
            void = "Void: it cannot be decided, or was badly put"
            answers = {"yes": "Yes", "no": "No", "void": void}
            if question.unit is not None:
                answers = {"yes": "It has a value", "void": "Void: there is none, or " + void[6:]}
            outcome = ui.radio(answers, value="yes")
            value = ui.input(f"The value ({question.unit})" if question.unit else "The value")
            value.classes("mg-full").set_visibility(question.unit is not None)
            day = ui.input("Date of the resolution", value=str(dt.date.today())).classes("mg-full")
            source = ui.input("Source: a title or an address").classes("mg-full")
            why = ui.input("Why the earlier resolution no longer counts").classes("mg-full")
            why.set_visibility(bool(question.outcome))
            problem = ui.label("").classes("mg-note")
            problem.set_visibility(False)

            async def enter() -> None:
                session = self.session
                has_value = question.unit is not None and outcome.value == "yes"
                try:
                    await session.pools.texts.ask(
                        (session.visitor, "resolve"),
                        resolve_question,
                        question.key,
                        str(value.value or "") if has_value else outcome.value,
                        str(day.value or ""),
                        str(source.value or ""),
                        str(self.by.value or ""),
                        str(why.value or ""),
                    )
                except Superseded:
                    return
                except MiddlegameError as error:
                    problem.set_text(str(error))
                    problem.set_visibility(True)
                    return
                dialog.close()
                await self._read()

            with ui.element("div").classes("mg-tools"):
                button("Save the resolution", enter, primary=True)
                button("Cancel", dialog.close)
        dialog.open()
