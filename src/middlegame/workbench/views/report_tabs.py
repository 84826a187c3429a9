"""The tabs, and a part of one, that show a section of the report: HTML that a worker renders."""

from collections.abc import Callable

from nicegui import ui

from middlegame.workbench.session import Session
from middlegame.workbench.setting import Setting
from middlegame.workbench.views.analysis import Analysis
from middlegame.workbench.views.frame import button, heading
from middlegame.workbench.workers.coalitions import coalitions
from middlegame.workbench.workers.comparison import compare_views
from middlegame.workbench.workers.hypotheses import weigh_evidence
from middlegame.workbench.workers.robustness import robustness
from middlegame.workbench.workers.sections import ReportSection
from middlegame.workbench.workers.value_of_information import value_of_information
from middlegame.workbench.workers.worker import WorkerContext

ReportTask = Callable[[WorkerContext, str, Setting], ReportSection]
"""Takes the scenario's text and a setting, and returns a section of the report as HTML."""


def report_analysis(
    session: Session,
    label: str,
    task: ReportTask,
    takes: Callable[[Setting], Setting] = lambda setting: setting,
) -> Analysis[ReportSection]:
    """Build an analysis whose result is a section of the report.

    Args:
        session: the page's session.
        label: the work in words.
        task: computes the section.
        takes: returns the part of a setting that the analysis takes into account.
    """

    def show(found: ReportSection) -> None:
        section.set_content(found.html)

    analysis = Analysis(session, label, task, show, of=lambda found: found.taken, takes=takes)
    section = ui.html("", sanitize=False)
    section.classes("mg-report").props('aria-live="polite"')
    return analysis


class ReportTab:
    """A tab that consists of one section of the report, computed when it is first opened."""

    def __init__(self, title: str, make_part: Callable[[], Analysis[ReportSection]]) -> None:
        heading("h1", title, "mg-small")
        self._part = make_part()

    def activate(self) -> None:
        """Begin with the work when the tab is first opened."""
        if self._part.shown is None:
            self._part.begin()


def hypotheses_tab(session: Session) -> ReportTab:
    """Build the tab on the posterior of each hidden factor."""
    return ReportTab(
        "What the evidence says",
        lambda: report_analysis(session, "Weighing the evidence", weigh_evidence),
    )


def comparison_tab(session: Session) -> ReportTab:
    """Build the tab that compares the analysts whose views the scenario holds."""
    return ReportTab(
        "Rival analysts",
        lambda: report_analysis(
            session, "Solving every view", compare_views, Setting.numbers_alone
        ),
    )


def show_parts_on_demand(session: Session) -> None:
    """Build the analyses of the uncertainty tab that start by a button each."""
    for title, begin, classes, label, task, takes in (
        (
            "Value of information (what is worth finding out)",
            "Compute it",
            "mg-worth",
            "Computing values of information",
            value_of_information,
            lambda setting: setting,
        ),
        (
            "Robustness (which answers hold whatever the method)",
            "Test it",
            "mg-robust",
            "Testing robustness",
            robustness,
            lambda setting: setting,
        ),
        (
            "Coalitions (who gains by acting together)",
            "Try all pairs",
            "mg-worth",
            "Solving coalitions",
            coalitions,
            Setting.unobserved,
        ),
    ):
        with ui.element("section").classes(f"mg-block {classes}"):
            heading("h2", title, "mg-h2")
            tools = ui.element("div").classes("mg-tools")
            analysis = report_analysis(session, label, task, takes)
            with tools:
                button(begin, analysis.begin, primary=True)
