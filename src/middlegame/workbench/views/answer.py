"""The first tab: the answer to the scenario's question, before any click."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from nicegui import background_tasks, ui
from nicegui.events import GenericEventArguments

from middlegame.base.errors import MiddlegameError
from middlegame.workbench.session import Session
from middlegame.workbench.views.elements import (
    AnswerText,
    ContestPicture,
    CurvesChart,
    ForecastBars,
    factor_section,
    move_section,
    outcome_section,
    question_section,
)
from middlegame.workbench.views.frame import button, copy_text, heading
from middlegame.workbench.workers.pool import Superseded
from middlegame.workbench.workers.reasons import explain_choice
from middlegame.workbench.workers.scheduling import Kind
from middlegame.workbench.workers.solve import draw_period

_JUDGEMENT = """(event) => {
    const link = event.target.closest("a[href^='#judgement-']");
    if (link) emit(decodeURIComponent(link.hash.slice("#judgement-".length)));
}"""


class AnswerTab:
    """Question, answer, forecast, storylines, the picture, and each actor's expected points."""

    def __init__(self, session: Session, to_line: Callable[[int], None]) -> None:
        contest, full_view = session.contest_view, session.full_view
        assert contest is not None
        assert full_view is not None
        assert session.baseline is not None
        self.session, self.contest, self.to_line = session, contest, to_line
        self.visible = True
        base = session.baseline.forecast
        with ui.element("p").classes("mg-kicker"):
            as_of = f", as of {contest.as_of}" if contest.as_of else ""
            ui.label(contest.title + as_of)
        heading("h1", contest.question or contest.title)
        self.answer = AnswerText("answer", full_view)
        with ui.element("div").classes("mg-tools"):
            with ui.element("button").classes("mg-button mg-take") as report:
                ui.label("Take the report away")
            report.props("data-report aria-haspopup=menu aria-expanded=false")
            button("Copy as sentence", self._copy)
        with ui.element("div").classes("mg-two"):
            questions = (
                question_section(contest) if contest.asks else outcome_section(contest, timed=False)
            )
            self.questions = ForecastBars(
                [questions] if questions["groups"] else [], base, self._choose_state
            )
            self.storylines = AnswerText("storylines", full_view)
        self.branches = AnswerText("branches", full_view)
        self.curves = CurvesChart(full_view).classes("mg-wide")
        with ui.element("section").classes("mg-block"):
            heading("h2", "The contest", "mg-h2")
            ui.label(
                "Moves in order of play and what depends on them, each with its most likely outcome"
                + (
                    "; one period, with what it depends on in other periods. "
                    if contest.periods
                    else ". "
                )
                + "Choose a box to see its judgements and sources, the interests that depend on "
                "it, and the reasons for its most likely outcome."
            ).classes("mg-soft")
            self.picture = ContestPicture(contest, full_view, to_line)
            self.picture.on("period", lambda event: self._go(period=int(event.args)))
            self.picture.on("choose", lambda event: self._go(box=str(event.args)))
            self.reasons = ui.html("", sanitize=False)
            self.reasons.classes("mg-report mg-explained").props('aria-live="polite"')
            self.reasons.on("click", self._show_judgement, js_handler=_JUDGEMENT)
        sections = [move_section(contest, timed=False), outcome_section(contest, timed=False)]
        sections = [section for section in sections if section["groups"]]
        self.forecast = ForecastBars(sections, base, self._choose_state).classes("mg-wide")
        self.points = AnswerText("points", full_view)
        self.expectations = ui.html("", sanitize=False).classes("mg-report mg-headed")
        factors = factor_section(contest, timed=False)
        self.factors = ForecastBars(
            [factors] if factors["groups"] else [], base, self._choose_state
        ).classes("mg-wide")
        if contest.about:
            ui.label(contest.about).classes("mg-about")
        with ui.element("section").classes("mg-block"):
            self._sources()
        self.method = ui.label().classes("mg-soft mg-method")
        session.on_forecast.append(self._show_forecast)
        session.on_intervals.append(self._show_intervals)
        session.on_full_view.append(self._show_full_view)
        session.on_place.append(self._show_place)
        self._explained = ""
        self._show_intervals()
        self._show_full_view()

    def _sources(self) -> None:
        if not self.contest.sources:
            return
        heading("h2", "Sources", "mg-h2")
        with ui.element("ul").classes("mg-sources"):
            for name, title, more in self.contest.sources:
                with ui.element("li").props("tabindex=-1") as entry:
                    entry.props["id"] = f"source-{name}"
                    ui.label(title).classes("mg-source")
                    ui.label(f"{name}. {more}").classes("mg-soft")

    def _copy(self) -> None:
        assert self.session.forecast is not None
        copy_text(self.session.forecast.answer)

    def activate(self) -> None:
        """Show the latest answer; nothing is sent while the tab is hidden."""
        self._show_full_view()

    def _show_forecast(self) -> None:
        if not self.visible:
            return
        forecast_view = self.session.forecast
        assert forecast_view is not None
        for forecast in (self.questions, self.forecast, self.factors):
            forecast.show(forecast_view)
        self.answer.show_answer(forecast_view)

    def _show_intervals(self) -> None:
        for forecast in (self.questions, self.forecast, self.factors):
            forecast.show_intervals(self.session.intervals)

    def _show_full_view(self) -> None:
        if not self.visible:
            return
        full_view = self.session.full_view
        assert full_view is not None
        self._show_forecast()
        for text in (self.answer, self.branches, self.storylines, self.points):
            text.show(full_view)
        self.expectations.set_content(full_view.expectations)
        self.curves.show(full_view)
        self.picture.show(full_view)
        self._explained = ""
        self._show_place()
        self.method.set_text(f"{full_view.method}.")

    def _choose_state(self, state: str) -> None:
        """Explain a move's option or a factor's state; one of the picture's boxes is its move."""
        self._go(box=state)

    def _show_judgement(self, event: GenericEventArguments) -> None:
        """Show the line of the judgement that the reasons link to."""
        line = self.contest.lines.get(str(event.args))
        if line is not None:
            self.to_line(line)

    def _go(self, **changed: Any) -> None:
        """Choose a box or a period of the picture."""
        self.session.go(replace(self.session.place, **changed))

    def _show_place(self) -> None:
        """Show the chosen period and the chosen box of the picture."""
        place, first = self.session.place, self.contest.drawn_period
        if not self.visible:
            return
        name, _, state = place.box.partition("=")
        _, _, of_box = name.partition("@")
        period = place.period or (int(of_box) if of_box.isdecimal() else first)
        if period != self.picture.period or period != first:
            background_tasks.create(self._show_period(period))
        self.picture.choose(name)
        if place.box != self._explained:
            self._explained = place.box
            background_tasks.create(self._explain(name, state))

    async def _show_period(self, period: int | None) -> None:
        """Show another period of the contest."""
        session = self.session
        try:
            svg = await session.ask(
                "picture", draw_period, session.text, session.shown, period, kind=Kind.HEAVY
            )
        except Superseded:
            return
        except MiddlegameError as error:
            session.show_message(str(error))
            return
        self.picture.show_period(svg, period)

    async def _explain(self, name: str, state: str) -> None:
        """Show the reasons of a move or factor, by default of its most likely outcome.

        Args:
            name: the move or factor; empty to show none.
            state: its option or state; empty for the most likely one.
        """
        self.reasons.set_content("")
        if not name:
            return
        session = self.session
        try:
            html = await session.ask(
                "reasons",
                explain_choice,
                session.text,
                session.shown,
                name,
                state,
                kind=Kind.HEAVY,
            )
        except Superseded:
            return
        except MiddlegameError:
            return  # a move that never has a choice has no reasons
        self.reasons.set_content(html)
