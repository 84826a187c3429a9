"""The view of the ledger: forecasts recorded, questions resolved, and how good they were."""

import datetime as dt
from dataclasses import asdict
from typing import Any

from nicegui import background_tasks, ui
from nicegui.element import Element

from middlegame.base.errors import MiddlegameError
from middlegame.report.text.palette import OKABE_ITO
from middlegame.workbench.session import Session
from middlegame.workbench.views.frame import button, heading
from middlegame.workbench.workers.ledger import ForecasterView, LedgerView, QuestionRecord
from middlegame.workbench.workers.pool import Superseded


class CalibrationChart(Element, component="components/calibration.js"):
    """What a forecaster said against what happened."""

    def __init__(self, standing: ForecasterView, colour: str) -> None:
        super().__init__()
        self._props["standing"], self._props["colour"] = asdict(standing), colour


class LedgerTab:
    """What the ledger has of this contest."""

    def __init__(self, session: Session) -> None:
        self.session = session
        heading("h1", "Kept forecasts", "mg-small")
        ui.label(
            "The ledger keeps dated forecasts, so that they can be scored once it is known how "
            "things turned out. Nothing in it is ever changed or removed."
        ).classes("mg-soft mg-about")
        with ui.element("div").classes("mg-tools mg-record"):
            self.by = ui.input("Your name").props("dense outlined")
            self.note = ui.input("Note").props("dense outlined").classes("mg-notes")
            button("Record this forecast", self._record, primary=True)
        ui.label(
            "Recorded is the scenario as it is written; what-ifs are no forecasts of it."
        ).classes("mg-soft")
        self.problem = ui.label("").classes("mg-note").props("role=alert")
        self.problem.set_visibility(False)
        self.kept = ui.element("div").classes("mg-ledger").props('aria-live="polite"')

    def shown(self) -> None:
        """Read the ledger whenever the view is looked at."""
        background_tasks.create(self._read(), context=self.kept)

    async def _ask(self, task: str, *arguments: Any, solving: bool = False) -> Any:
        session = self.session
        pool = session.pools.solving if solving else session.pools.texts
        home = session.text if solving else ""
        self.problem.set_visibility(False)
        try:
            return await pool.ask((session.visitor, task), task, *arguments, home=home)
        except Superseded:
            return None
        except MiddlegameError as error:
            self.problem.set_text(str(error))
            self.problem.set_visibility(True)
            return None

    async def _read(self) -> None:
        found: LedgerView | None = await self._ask("keeping.kept", self.session.name)
        if found is None:
            return
        if not self.by.value:
            self.by.value = found.forecaster
        self.kept.clear()
        with self.kept:
            with ui.element("section").classes("mg-block"):
                heading("h2", "Questions", "mg-h2")
                if not found.questions:
                    ui.label("Nothing is recorded of this contest yet.").classes("mg-soft")
                for answer in found.questions:
                    self._answer(answer)
            with ui.element("section").classes("mg-block"):
                heading("h2", "How good the forecasts were", "mg-h2")
                ui.label(f"Over all contests: {found.summary}.").classes("mg-soft")
                self._standings(found)
                ui.label(found.rules).classes("mg-soft mg-about")

    def _answer(self, answer: QuestionRecord) -> None:
        with ui.element("div").classes("mg-asked"):
            with ui.element("div"):
                heading("h3", answer.label, "mg-h3")
                ui.label(answer.due).classes("mg-soft")
                with ui.element("ul").classes("mg-said"):
                    for number, who, day, chance in answer.forecasts[:5]:
                        with ui.element("li"):
                            ui.label(chance).classes("mg-chance")
                            ui.label(f"{who}, {day}, record {number}").classes("mg-soft")
                more = len(answer.forecasts) - 5
                if more > 0:
                    ui.label(f"and {more} earlier").classes("mg-soft")
            with ui.element("div").classes("mg-outcome"):
                if answer.outcome:
                    ui.label(answer.outcome.capitalize()).classes("mg-chance")
                    ui.label(answer.resolution).classes("mg-soft")
                button("Correct" if answer.outcome else "Resolve", lambda: self._resolve(answer))

    def _standings(self, found: LedgerView) -> None:
        if not found.forecasters:
            ui.label("Nothing can be scored yet.").classes("mg-soft")
            return
        with ui.element("div").classes("mg-changes mg-scores"), ui.element("table"):
            with ui.element("thead"), ui.element("tr"):
                for head in ("Forecaster", "questions", "Brier", "of 50%", "log score"):
                    with ui.element("th").props("scope=col"):
                        ui.label(head)
            with ui.element("tbody"):
                for each in found.forecasters:
                    with ui.element("tr"):
                        with ui.element("th").props("scope=row"):
                            ui.label(each.forecaster)
                        for cell in (str(each.count), each.brier, each.even_brier, each.log_score):
                            with ui.element("td"):
                                ui.label(cell)
        with ui.element("div").classes("mg-calibrations"):
            for place, each in enumerate(found.forecasters):
                CalibrationChart(each, OKABE_ITO[place % len(OKABE_ITO)])

    async def _record(self) -> None:
        session = self.session
        number = await self._ask(
            "keeping.recorded",
            session.text,
            session.name,
            str(self.by.value or ""),
            str(self.note.value or ""),
            solving=True,
        )
        if number is not None:
            ui.notify(f"Kept as record {number}.")
            self.note.value = ""
            await self._read()

    def _resolve(self, answer: QuestionRecord) -> None:
        with ui.dialog() as dialog, ui.card().classes("mg-dialog"):
            heading("h2", "How did it turn out?", "mg-h2")
            ui.label(f"{answer.label} ({answer.due})")
            outcome = ui.radio(
                {"yes": "Yes", "no": "No", "void": "Void: it cannot be said, or was badly put"},
                value="yes",
            )
            day = ui.input("The day it was settled", value=str(dt.date.today())).classes("mg-full")
            source = ui.input("Who says so: a title, an address").classes("mg-full")
            why = ui.input("Why the earlier resolution no longer counts").classes("mg-full")
            why.set_visibility(bool(answer.outcome))
            problem = ui.label("").classes("mg-note")
            problem.set_visibility(False)

            async def enter() -> None:
                session = self.session
                try:
                    await session.pools.texts.ask(
                        (session.visitor, "resolve"),
                        "keeping.resolved",
                        answer.key,
                        outcome.value,
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
                button("Enter it", enter, primary=True)
                button("Cancel", dialog.close)
        dialog.open()
