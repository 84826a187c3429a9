"""The first view: the answer to the scenario's question, before any click."""

from collections.abc import Callable

from nicegui import background_tasks, ui

from middlegame.base.errors import MiddlegameError
from middlegame.workbench.session import Session
from middlegame.workbench.views.elements import (
    CurvesChart,
    ForecastBars,
    ContestPicture,
    AnswerText,
    factor_section,
    move_section,
    outcome_section,
    question_section,
)
from middlegame.workbench.views.frame import heading
from middlegame.workbench.workers.pool import Superseded


class AnswerTab:
    """Question, answer, forecast, storylines, the picture, and what each can expect."""

    def __init__(self, session: Session, to_line: Callable[[int], None]) -> None:
        portrait, reading = session.contest_view, session.full_view
        assert portrait is not None
        assert reading is not None
        assert session.baseline is not None
        self.session, self.portrait = session, portrait
        self.visible = True
        base = session.baseline.forecast
        with ui.element("p").classes("mg-kicker"):
            as_of = f" as of {portrait.as_of}" if portrait.as_of else ""
            ui.label(portrait.title + as_of)
        heading("h1", portrait.question or portrait.title)
        with ui.element("p").classes("mg-note mg-changed") as self.changed:
            self.told = ui.label()
            back = ui.element("button").classes("mg-link")
            with back:
                ui.label("Back to the scenario as written")
            back.on("click", session.reset)
        self.answer = AnswerText("answer", reading)
        with ui.element("div").classes("mg-two"):
            questions = (
                question_section(portrait)
                if portrait.questions
                else outcome_section(portrait, timed=False)
            )
            self.questions = ForecastBars([questions] if questions["groups"] else [], base)
            self.storylines = AnswerText("storylines", reading)
        self.curves = CurvesChart(reading).classes("mg-wide")
        with ui.element("section").classes("mg-block"):
            heading("h2", "The contest", "mg-h2")
            ui.label(
                "Moves in order of play and what depends on them, each with its likeliest outcome"
                + (
                    "; one period, with what it depends on of others. "
                    if portrait.periods
                    else ". "
                )
                + "Choose a box to see its judgements and sources, and who wants what there."
            ).classes("mg-soft")
            self.picture = ContestPicture(portrait, reading, to_line)
            self.picture.on("period", lambda event: self._turn(int(event.args)))
        sections = [move_section(portrait, timed=False), outcome_section(portrait, timed=False)]
        sections = [section for section in sections if section["groups"]]
        self.forecast = ForecastBars(sections, base).classes("mg-wide")
        self.points = AnswerText("points", reading)
        factors = factor_section(portrait, timed=False)
        self.factors = ForecastBars([factors] if factors["groups"] else [], base).classes("mg-wide")
        if portrait.about:
            ui.label(portrait.about).classes("mg-about")
        with ui.element("section").classes("mg-block"):
            self._sources()
        self.method = ui.label().classes("mg-soft mg-method")
        session.on_forecast.append(self._glance)
        session.on_intervals.append(self._widen)
        session.on_full_view.append(self._reading)
        self._reading()

    def _sources(self) -> None:
        if not self.portrait.sources:
            return
        heading("h2", "Sources", "mg-h2")
        with ui.element("ul").classes("mg-sources"):
            for name, title, more in self.portrait.sources:
                with ui.element("li"):
                    ui.label(title).classes("mg-source")
                    ui.label(f"{name}. {more}").classes("mg-soft")

    def shown(self) -> None:
        """Show the latest; what comes while another view is looked at is not sent."""
        self._reading()

    def _glance(self) -> None:
        if not self.visible:
            return
        glance = self.session.forecast
        assert glance is not None
        for forecast in (self.questions, self.forecast, self.factors):
            forecast.show(glance)
        self.answer.show_answer(glance)
        self._changes()

    def _widen(self) -> None:
        for forecast in (self.questions, self.forecast, self.factors):
            forecast.show_intervals(self.session.intervals)

    def _reading(self) -> None:
        if not self.visible:
            return
        reading = self.session.full_view
        assert reading is not None
        self._glance()
        for telling in (self.answer, self.storylines, self.points):
            telling.show(reading)
        self.curves.show(reading)
        self.picture.show(reading)
        if self.picture.period != self.portrait.drawn_period:
            background_tasks.create(self._turn(self.picture.period))
        self.method.set_text(f"{reading.method}.")

    async def _turn(self, period: int | None) -> None:
        """Show another period of the contest."""
        session = self.session
        try:
            svg = await session.pools.solving.ask(
                (session.visitor, "picture"),
                "picturing.drawn",
                session.text,
                session.setting,
                period,
                home=session.text,
                heavy=True,
            )
        except Superseded:
            return
        except MiddlegameError as error:
            session.show_message(str(error))
            return
        self.picture.show_period(svg, period)

    def _changes(self) -> None:
        count = len(self.session.setting.numbers)
        self.changed.set_visibility(bool(self.session.setting))
        numbers = f"{count} number{'' if count == 1 else 's'} changed. " if count else ""
        self.told.set_text(f"This is a what-if. {numbers}")
