"""The tab on uncertainty: sweeps over the ranges, drivers, and values of information."""

from dataclasses import asdict

from nicegui import ui

from middlegame.workbench.session import Session
from middlegame.workbench.setting import Setting
from middlegame.workbench.views.background import BackgroundTask
from middlegame.workbench.views.elements import PatchedElement
from middlegame.workbench.views.frame import button, enable, heading
from middlegame.workbench.views.report_tabs import (
    coalitions_part,
    robustness_part,
    value_of_information_part,
)
from middlegame.workbench.workers.drivers import TornadoView, drivers
from middlegame.workbench.workers.sweep import SweepView, sweep_ranges

_WORLDS = {count: f"{count:,} worlds" for count in (1024, 4096, 16384, 65536)}


class TornadoChart(PatchedElement, component="components/tornado.js"):
    """The effect of each judgement on the question that is chosen."""

    def __init__(self) -> None:
        super().__init__()
        self._props.update(tornados=[], chosen=0)
        self.on("choose", lambda event: self._choose(int(event.args)))

    def show(self, tornados: list[TornadoView]) -> None:
        """Show the tornados, the first question chosen."""
        self.patch(tornados=[asdict(each) for each in tornados], chosen=0)

    def _choose(self, place: int) -> None:
        self.patch(chosen=place)


class UncertaintyTab:
    """A sweep of the ranges, the tornado of every question, and the value of information."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._swept: tuple[Setting, SweepView] | None = None
        self._driven: Setting | None = None
        heading("h1", "Uncertainty", "mg-small")
        ui.label(
            "The forecast is the mean over several hundred worlds, or fewer where each takes long. "
            "A world is one draw of all ranges, for which the contest is solved again. A sweep "
            "solves more of them, so that the ends of the intervals are more exact."
        ).classes("mg-soft mg-about")
        with ui.element("p").classes("mg-note") as self.stale:
            ui.label("Something has changed since; run it again to include the change.")
        self.stale.set_visibility(False)
        with ui.element("div").classes("mg-two"):
            with ui.element("section").classes("mg-block mg-sweep"):
                heading("h2", "Sweep the ranges", "mg-h2")
                with ui.element("div").classes("mg-tools"):
                    self.worlds = ui.select(_WORLDS, value=4096, label="Number of worlds")
                    self.worlds.props("dense outlined")
                    self.begin = button("Sweep", self._sweep, primary=True)
                self.sweeping = BackgroundTask(session, "Solving worlds")
                self.result = (
                    ui.element("div").classes("mg-sweep-result").props('aria-live="polite"')
                )
            with ui.element("section").classes("mg-block mg-drivers"):
                heading("h2", "Drivers (what moves the answer)", "mg-h2")
                with ui.element("div").classes("mg-tools"):
                    button("Move every judgement", self._drive, primary=True)
                self.driving = BackgroundTask(session, "Moving judgements")
                self.tornados = TornadoChart()
                self.tornados.set_visibility(False)
        with ui.element("section").classes("mg-block mg-worth"):
            heading("h2", "Value of information (what is worth finding out)", "mg-h2")
            with ui.element("div").classes("mg-tools"):
                button("Compute it", lambda: self.value_of_information.begin(), primary=True)
            self.value_of_information = value_of_information_part(session)
        with ui.element("section").classes("mg-block mg-robust"):
            heading("h2", "Robustness (which answers hold whatever the method)", "mg-h2")
            with ui.element("div").classes("mg-tools"):
                button("Test it", lambda: self.robustness.begin(), primary=True)
            self.robustness = robustness_part(session)
        with ui.element("section").classes("mg-block mg-worth"):
            heading("h2", "Coalitions (who gains by acting together)", "mg-h2")
            with ui.element("div").classes("mg-tools"):
                button("Try all pairs", lambda: self.coalitions.begin(), primary=True)
            self.coalitions = coalitions_part(session)
        session.on_full_view.append(self._show_whether_stale)

    def _sweep(self) -> None:
        setting = self.session.setting
        self.sweeping.begin(
            sweep_ranges,
            self.session.text,
            setting,
            int(self.worlds.value),
            then=lambda result: self._show_sweep(setting, result),
        )

    def _show_sweep(self, setting: Setting, result: SweepView) -> None:
        self._swept = setting, result
        self.result.clear()
        with self.result:
            ui.label(result.answer).classes("mg-answer")
            for note in result.notes:
                ui.label(note).classes("mg-note")
            for line in result.open_ends:
                ui.label(line).classes("mg-line-text")
            ui.label(f"{result.worlds:,} worlds. {result.sampling_error}").classes("mg-soft")
            ui.label("The bars of the other tabs now show these intervals.").classes("mg-soft")
            if result.boxes:
                heading("h2", "Discovery (where in the ranges)", "mg-h2")
                for label, sentence in result.boxes:
                    heading("h3", label, "mg-h3")
                    ui.label(sentence).classes("mg-line-text")
        self._show_whether_stale()

    def _drive(self) -> None:
        setting = self.session.setting
        self.driving.begin(
            drivers,
            self.session.text,
            setting,
            then=lambda tornados: self._show_drivers(setting, tornados),
        )

    def _show_drivers(self, setting: Setting, tornados: list[TornadoView]) -> None:
        self._driven = setting
        self.tornados.show(tornados)
        self.tornados.set_visibility(True)
        self._show_whether_stale()

    def _show_whether_stale(self) -> None:
        now = self.session.setting
        fresh = self._swept is not None and self._swept[0] == now
        self.session.set_intervals(self._swept[1].intervals if fresh and self._swept else {})
        stale = (self._swept is not None and not fresh) or self._driven not in (None, now)
        self.stale.set_visibility(stale)
        enable(self.begin, not self.sweeping.running)
