"""What is found in the background and shown as the report shows it."""

from collections.abc import Callable
from typing import Any

from nicegui import ui

from middlegame.workbench.session import Session
from middlegame.workbench.setting import Setting
from middlegame.workbench.views.background import BackgroundTask
from middlegame.workbench.views.frame import button, heading

Arguments = Callable[[Setting], Any]


def numbers_of(setting: Setting) -> dict[str, float]:
    """Take of a setting what is changed of its numbers."""
    return dict(setting.numbers)


def whole(setting: Setting) -> Setting:
    """Take all of a setting."""
    return setting


class ReportPart:
    """A section of the report, worked out when it is asked for, and anew when it has aged.

    Args:
        session: for whom.
        task: of the workers; it takes the text and a part of the setting, and gives HTML.
        what: is done, in words.
        of: which part of the setting the task takes.
    """

    def __init__(self, session: Session, task: str, what: str, of: Arguments) -> None:
        self.session, self.task, self._of = session, task, of
        self._asked: Any = None
        self.work = BackgroundTask(session, what)
        with ui.element("p").classes("mg-note mg-changed") as self.stale:
            ui.label("Something has been changed since.")
            button("Work it out anew", self.begin)
        self.stale.set_visibility(False)
        self.found = ui.html("", sanitize=False).classes("mg-report").props('aria-live="polite"')
        session.on_full_view.append(self._changed)

    def begin(self) -> None:
        """Begin with the work."""
        asked = self._of(self.session.setting)
        self.stale.set_visibility(False)
        self.work.begin(
            self.task,
            self.session.text,
            asked,
            then=lambda html: self._show(asked, html),
            home=self.session.text,
        )

    def _show(self, asked: Any, html: str) -> None:
        self._asked = asked
        self.found.set_content(html)
        self._changed()

    def _changed(self) -> None:
        same = self._asked == self._of(self.session.setting)
        self.stale.set_visibility(self._asked is not None and not same)


class ReportTab:
    """A view that is one such section, worked out when it is first looked at."""

    def __init__(
        self, session: Session, title: str, found: Callable[[Session], ReportPart]
    ) -> None:
        heading("h1", title, "mg-small")
        self._found = found(session)
        self._begun = False

    def shown(self) -> None:
        """Begin with the work when the view is first looked at."""
        if not self._begun:
            self._begun = True
            self._found.begin()


def hypotheses_tab(session: Session) -> ReportTab:
    """Make the view of what the evidence says."""
    return ReportTab(
        session,
        "What the evidence says",
        lambda s: ReportPart(s, "finding.evidence", "Weighing the evidence", whole),
    )


def comparison_tab(session: Session) -> ReportTab:
    """Make the view of rival analysts."""
    return ReportTab(
        session,
        "Rival analysts",
        lambda s: ReportPart(s, "finding.rivals", "Solving every view", numbers_of),
    )
