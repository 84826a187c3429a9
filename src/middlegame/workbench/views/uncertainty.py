"""The tab on uncertainty: sweeps over the ranges, drivers, and values of information."""

from collections.abc import Sequence
from dataclasses import asdict

from nicegui import ui

from middlegame.workbench.session import Session
from middlegame.workbench.views.analysis import Analysis
from middlegame.workbench.views.elements import PatchedElement
from middlegame.workbench.views.frame import button, heading
from middlegame.workbench.views.report_tabs import show_parts_on_demand
from middlegame.workbench.workers.drivers import DriversView, TornadoView, drivers
from middlegame.workbench.workers.sweep import BoxesView, SweepView, find_boxes, sweep_ranges

_WORLDS = {count: f"{count:,} worlds" for count in (1024, 4096, 16384, 65536)}


class TornadoChart(PatchedElement, component="components/tornado.js"):
    """The effect of each judgement on the question that is chosen."""

    def __init__(self) -> None:
        super().__init__()
        self._props.update(tornados=[], chosen=0)
        self.on("choose", lambda event: self._choose(int(event.args)))

    def show(self, tornados: Sequence[TornadoView]) -> None:
        """Show the tornados, the first question chosen."""
        self.patch(tornados=[asdict(each) for each in tornados], chosen=0)

    def _choose(self, place: int) -> None:
        self.patch(chosen=place)


class UncertaintyTab:
    """A sweep of the ranges, the tornado of every question, and the value of information."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._intervals: dict[str, tuple[float, float]] = {}
        heading("h1", "Uncertainty", "mg-small")
        ui.label(
            "The forecast is the mean over several hundred worlds, or fewer where each takes long. "
            "A world is one draw of all ranges, for which the contest is solved again. A sweep "
            "solves more of them, so that the ends of the intervals are more exact."
        ).classes("mg-soft mg-about")
        with ui.element("div").classes("mg-two"):
            with ui.element("section").classes("mg-block mg-sweep"):
                heading("h2", "Sweep the ranges", "mg-h2")
                with ui.element("div").classes("mg-tools"):
                    self.worlds = ui.select(_WORLDS, value=4096, label="Number of worlds")
                    self.worlds.props("dense outlined").classes("mg-worlds")
                    button("Sweep", lambda: self.sweep.begin(), primary=True)
                self.sweep = Analysis(
                    session,
                    "Solving worlds",
                    sweep_ranges,
                    self._show_sweep,
                    of=lambda result: result.taken,
                    options=lambda: (int(self.worlds.value),),
                )
                self.result = (
                    ui.element("div").classes("mg-sweep-result").props('aria-live="polite"')
                )
                with ui.element("section").classes("mg-block") as self.discovery:
                    heading("h2", "Discovery (where in the ranges)", "mg-h2")
                    with ui.element("div").classes("mg-tools"):
                        button("Look for boxes of worlds", lambda: self.found.begin())
                    self.found = Analysis(
                        session,
                        "Looking for boxes of worlds",
                        find_boxes,
                        self._show_boxes,
                        of=lambda _: None,
                        options=lambda: (int(self.worlds.value),),
                    )
                    self.boxes = ui.element("div").props('aria-live="polite"')
                self.discovery.set_visibility(False)
            with ui.element("section").classes("mg-block mg-drivers"):
                heading("h2", "Drivers (what moves the answer)", "mg-h2")
                with ui.element("div").classes("mg-tools"):
                    button("Move every judgement", lambda: self.drivers.begin(), primary=True)
                self.drivers = Analysis(
                    session,
                    "Moving judgements",
                    drivers,
                    self._show_drivers,
                    of=lambda result: result.taken,
                )
                self.tornados = TornadoChart()
                self.tornados.set_visibility(False)
        show_parts_on_demand(session)
        session.on_full_view.append(self._show_intervals)

    def _show_sweep(self, result: SweepView) -> None:
        self._intervals = result.intervals
        self.result.clear()
        with self.result:
            ui.label(result.answer).classes("mg-answer")
            for note in result.notes:
                ui.label(note).classes("mg-note")
            for line in result.open_ends:
                ui.label(line).classes("mg-line-text")
            ui.label(f"{result.worlds:,} worlds. {result.sampling_error}").classes("mg-soft")
            ui.label("The bars of the other tabs now show these intervals.").classes("mg-soft")
        self.discovery.set_visibility(True)
        self._show_intervals()

    def _show_boxes(self, result: BoxesView) -> None:
        self.boxes.clear()
        with self.boxes:
            for label, sentence in result.boxes:
                heading("h3", label, "mg-h3")
                ui.label(sentence).classes("mg-line-text")
            if not result.boxes:
                ui.label("No part of the ranges separates the worlds.").classes("mg-soft")

    def _show_intervals(self) -> None:
        session = self.session
        fresh = self.sweep.shown == session.setting == session.shown
        session.set_intervals(self._intervals if fresh else {})

    def _show_drivers(self, result: DriversView) -> None:
        self.tornados.show(result.tornados)
        self.tornados.set_visibility(True)
