"""The tabs, and a part of one, that show a section of the report: HTML that a worker renders."""

from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

from nicegui import ui

from middlegame.workbench.session import Session
from middlegame.workbench.setting import Setting
from middlegame.workbench.views.background import BackgroundTask
from middlegame.workbench.views.frame import button, heading
from middlegame.workbench.workers.coalitions import coalitions
from middlegame.workbench.workers.comparison import compare_views
from middlegame.workbench.workers.hypotheses import weigh_evidence
from middlegame.workbench.workers.robustness import robustness
from middlegame.workbench.workers.value_of_information import value_of_information
from middlegame.workbench.workers.worker import WorkerContext

Input = TypeVar("Input", Setting, Mapping[str, float])


class ReportPart(Generic[Input]):
    """A section of the report, computed on demand, and again once its input has changed.

    Args:
        session: the page's session.
        label: the work in words.
        task: a task that takes the scenario's text and a part of the setting, and returns HTML.
        input_of: takes that part from the setting.
    """

    def __init__(
        self,
        session: Session,
        label: str,
        task: Callable[[WorkerContext, str, Input], str],
        input_of: Callable[[Setting], Input],
    ) -> None:
        self.session = session
        self._task: Callable[[WorkerContext, str, Input], str] = task
        self._input_of: Callable[[Setting], Input] = input_of
        self._shown_input: Input | None = None
        self.work = BackgroundTask(session, label)
        with ui.element("p").classes("mg-note mg-changed") as self.stale:
            ui.label("The numbers or observations have changed since.")
            button("Update", self.begin)
        self.stale.set_visibility(False)
        self.section = ui.html("", sanitize=False)
        self.section.classes("mg-report").props('aria-live="polite"')
        session.on_full_view.append(self._show_whether_stale)

    def begin(self) -> None:
        """Start the work."""
        used = self._input_of(self.session.setting)
        self.stale.set_visibility(False)
        text = self.session.text
        self.work.begin(self._task, text, used, then=lambda html: self._show(used, html), home=text)

    def _show(self, used: Input, html: str) -> None:
        self._shown_input = used
        self.section.set_content(html)
        self._show_whether_stale()

    def _show_whether_stale(self) -> None:
        fresh = self._shown_input == self._input_of(self.session.setting)
        self.stale.set_visibility(self._shown_input is not None and not fresh)


class ReportTab:
    """A tab that consists of one section of the report, computed when it is first opened."""

    def __init__(
        self,
        title: str,
        make_part: Callable[[], ReportPart[Setting] | ReportPart[Mapping[str, float]]],
    ) -> None:
        heading("h1", title, "mg-small")
        self._part = make_part()
        self._begun = False

    def activate(self) -> None:
        """Begin with the work when the tab is first opened."""
        if not self._begun:
            self._begun = True
            self._part.begin()


def hypotheses_tab(session: Session) -> ReportTab:
    """Build the tab on the posterior of each hidden factor."""
    return ReportTab(
        "What the evidence says",
        lambda: ReportPart(
            session, "Weighing the evidence", weigh_evidence, lambda setting: setting
        ),
    )


def comparison_tab(session: Session) -> ReportTab:
    """Build the tab that compares the analysts whose views the scenario holds."""
    return ReportTab(
        "Rival analysts",
        lambda: ReportPart(
            session, "Solving every view", compare_views, lambda setting: setting.numbers
        ),
    )


def robustness_part(session: Session) -> ReportPart[Setting]:
    """Build the part on which answers hold whatever the method; its work starts on demand."""
    return ReportPart(session, "Testing robustness", robustness, lambda setting: setting)


def value_of_information_part(session: Session) -> ReportPart[Setting]:
    """Build the part on the values of information and commitment; its work starts on demand."""
    return ReportPart(
        session,
        "Computing values of information",
        value_of_information,
        lambda setting: setting,
    )


def coalitions_part(session: Session) -> ReportPart[Setting]:
    """Build the part on who gains by acting together; its work starts on demand."""
    return ReportPart(session, "Solving coalitions", coalitions, lambda setting: setting)
