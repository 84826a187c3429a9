"""The view of how sure it all is: sweeps over the ranges, and what drives the answer."""

from dataclasses import asdict

from nicegui import ui

from middlegame.workbench.session import Session
from middlegame.workbench.setting import Setting
from middlegame.workbench.views.background import BackgroundTask
from middlegame.workbench.views.elements import PatchedElement
from middlegame.workbench.views.findings import ReportPart, whole
from middlegame.workbench.views.frame import button, enable, heading
from middlegame.workbench.workers.ranges import SweepView, TornadoView

_WORLDS = {
    1024: "1,024 worlds",
    4096: "4,096 worlds",
    16384: "16,384 worlds",
    65536: "65,536 worlds",
}


class TornadoChart(PatchedElement, component="components/tornado.js"):
    """What each judgement does to each question."""

    def __init__(self) -> None:
        super().__init__()
        self._props.update(tornados=[], chosen=0)
        self.on("choose", lambda event: self._choose(int(event.args)))

    def show(self, found: list[TornadoView]) -> None:
        """Draw them, the first question chosen."""
        self.patch(tornados=[asdict(each) for each in found], chosen=0)

    def _choose(self, place: int) -> None:
        self.patch(chosen=place)


class UncertaintyTab:
    """A sweep of the ranges, and the tornado of every question."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._swept: tuple[Setting, SweepView] | None = None
        self._driven: Setting | None = None
        heading("h1", "How sure is it?", "mg-small")
        ui.label(
            "The forecast takes every number in the middle of its range. A sweep lets all of them "
            "vary at once and solves the contest anew in every world: the answers become intervals."
        ).classes("mg-soft mg-about")
        with ui.element("p").classes("mg-note") as self.stale:
            ui.label("Something has been changed since: begin anew to take it in.")
        self.stale.set_visibility(False)
        with ui.element("div").classes("mg-two"):
            with ui.element("section").classes("mg-block mg-sweep"):
                heading("h2", "Sweep the ranges", "mg-h2")
                with ui.element("div").classes("mg-tools"):
                    self.worlds = ui.select(_WORLDS, value=4096, label="How many").props(
                        "dense outlined"
                    )
                    self.begin = button("Sweep", self._sweep, primary=True)
                self.sweeping = BackgroundTask(session, "Solving worlds")
                self.found = ui.element("div").classes("mg-found").props('aria-live="polite"')
            with ui.element("section").classes("mg-block mg-drivers"):
                heading("h2", "What drives it", "mg-h2")
                with ui.element("div").classes("mg-tools"):
                    button("Move every judgement", self._drive, primary=True)
                self.driving = BackgroundTask(session, "Moving judgements")
                self.tornados = TornadoChart()
                self.tornados.set_visibility(False)
        with ui.element("section").classes("mg-block mg-worth"):
            heading("h2", "What is worth finding out, and fixing", "mg-h2")
            with ui.element("div").classes("mg-tools"):
                button("Weigh what could be known", lambda: self.worth.begin(), primary=True)
            self.worth = ReportPart(session, "finding.worth", "Weighing what could be known", whole)
        session.on_full_view.append(self._changed)

    def _sweep(self) -> None:
        setting = self.session.setting
        self.sweeping.begin(
            "ranging.swept",
            self.session.text,
            setting,
            int(self.worlds.value),
            then=lambda found: self._show(setting, found),
        )

    def _show(self, setting: Setting, found: SweepView) -> None:
        self._swept = setting, found
        self.found.clear()
        with self.found:
            ui.label(found.answer).classes("mg-answer")
            for note in found.notes:
                ui.label(note).classes("mg-note")
            for line in found.open_ends:
                ui.label(line).classes("mg-line-told")
            ui.label(f"{found.worlds:,} worlds. {found.sampling_error}").classes("mg-soft")
            ui.label("The intervals now stand on the bars of the other views.").classes("mg-soft")
            if found.boxes:
                heading("h2", "Where in the ranges", "mg-h2")
                for label, told in found.boxes:
                    heading("h3", label, "mg-h3")
                    ui.label(told).classes("mg-line-told")
        self._changed()

    def _drive(self) -> None:
        setting = self.session.setting
        self.driving.begin(
            "ranging.tornados",
            self.session.text,
            setting,
            then=lambda found: self._draw(setting, found),
        )

    def _draw(self, setting: Setting, found: list[TornadoView]) -> None:
        self._driven = setting
        self.tornados.show(found)
        self.tornados.set_visibility(True)
        self._changed()

    def _changed(self) -> None:
        now = self.session.setting
        fits = self._swept is not None and self._swept[0] == now
        self.session.set_intervals(self._swept[1].intervals if fits and self._swept else {})
        old = (self._swept is not None and not fits) or self._driven not in (None, now)
        self.stale.set_visibility(old)
        enable(self.begin, not self.sweeping.running)
