"""An analysis on the page: what it is about, how far it is, and its result."""

from collections.abc import Callable
from typing import Generic

from nicegui import ui

from middlegame.workbench.changes import changes, scope_words
from middlegame.workbench.session import Session
from middlegame.workbench.setting import Setting
from middlegame.workbench.views.background import BackgroundTask
from middlegame.workbench.views.frame import button, copy_text
from middlegame.workbench.workers.pool import Answer
from middlegame.workbench.workers.sections import TakeAway

_SAVE_PICTURES = (
    "(event) => mgSavePictures(event.target.closest('.mg-block, [data-tab]'), 'picture', '{form}')"
)


def _whole(setting: Setting) -> Setting:
    return setting


class Analysis(Generic[Answer]):
    """An analysis of the page's state, computed on demand; what was computed before is shown again.

    A line above the result says whether it is about the scenario as written or about the what-if,
    and which changes the analysis sets aside.

    Attributes:
        shown: the part of the setting that the shown result is about; None without a result.
        work: the line that shows the progress.
    """

    def __init__(
        self,
        session: Session,
        label: str,
        task: Callable[..., Answer],
        show: Callable[[Answer], None],
        *,
        of: Callable[[Answer], TakeAway | None],
        takes: Callable[[Setting], Setting] = _whole,
        options: Callable[[], tuple[object, ...]] = tuple,
    ) -> None:
        """Build the line; the result is drawn by `show`.

        Args:
            session: the page's session.
            label: the work in words.
            task: a task of the workers that takes the text, a setting, and the options.
            show: called with every result, on the place where this line is built.
            of: returns what visitors can take away of a result; None while it is incomplete.
            takes: returns the part of a setting that the analysis takes into account.
            options: returns the further arguments of the task.
        """
        self.session, self.shown = session, None
        self._task, self._draw, self._takes, self._options = task, show, takes, options
        self._of, self._result = of, None
        self.work = BackgroundTask(session, label)
        self.scope = ui.label("").classes("mg-soft mg-scope")
        self.scope.set_visibility(False)
        with ui.element("p").classes("mg-note mg-changed") as self.stale:
            ui.label("Something has changed since.")
            button("Update", self.begin)
        self.stale.set_visibility(False)
        with ui.element("div").classes("mg-tools mg-taking") as self.tools:
            button("Copy as sentence", lambda: copy_text(self._taken().sentence))
            button("Data (CSV)", self._save_data)
            for form in ("svg", "png"):
                saved = ui.element("button").classes("mg-button")
                with saved:
                    ui.label(f"Pictures ({form.upper()})")
                saved.on("click", js_handler=_SAVE_PICTURES.format(form=form))
        self.tools.set_visibility(False)
        session.on_setting.append(self.follow)

    shown: Setting | None
    _result: Answer | None

    def _taken(self) -> TakeAway:
        assert self._result is not None
        taken = self._of(self._result)
        assert taken is not None
        return taken

    def _save_data(self) -> None:
        taken = self._taken()
        ui.download.content(taken.csv.encode("utf-8"), f"{taken.name}.csv", "text/csv")

    def _arguments(self) -> tuple[object, ...]:
        return (self.session.text, self._takes(self.session.setting), *self._options())

    def begin(self) -> None:
        """Start the work, or show at once what it found before for the same state."""
        if self._show_known():
            return
        taken = self._takes(self.session.setting)
        self.stale.set_visibility(False)
        self.work.begin(
            self._task, *self._arguments(), then=lambda answer: self._show(taken, answer)
        )

    def follow(self) -> None:
        """Follow the page's state: show what is known of it, or say that the result is older."""
        if self.shown is None or self._show_known():
            return
        self.stale.set_visibility(self.shown != self._takes(self.session.setting))
        self._say_scope()

    def _show_known(self) -> bool:
        found = self.session.pools.known(self._task, *self._arguments(), folder=self.session.folder)
        if found is None:
            return False
        self._show(self._takes(self.session.setting), found)
        return True

    def _show(self, taken: Setting, answer: Answer) -> None:
        self.shown = taken
        self._draw(answer)
        self._result = answer
        self.tools.set_visibility(self._of(answer) is not None)
        self._say_scope()
        self.stale.set_visibility(taken != self._takes(self.session.setting))

    def _say_scope(self) -> None:
        contest, shown = self.session.contest_view, self.shown
        assert contest is not None
        assert shown is not None
        kept = {change.name for change in changes(contest, shown)}
        aside = [
            change.text
            for change in changes(contest, self.session.setting)
            if change.name not in kept and self.shown == self._takes(self.session.setting)
        ]
        words = scope_words(contest, shown)
        self.scope.set_text(words + (f" Set aside: {'; '.join(aside)}." if aside else ""))
        self.scope.set_visibility(True)
