"""The tab to review drafted numbers in: one by one, each beside the paragraph that it rests on."""

from collections.abc import Callable

from nicegui import background_tasks, ui
from nicegui.events import KeyEventArguments

from middlegame.base.errors import MiddlegameError
from middlegame.scenario.syntax import GAP
from middlegame.workbench.views.draft_tools import DraftDesk, DraftTools
from middlegame.workbench.views.frame import button, heading
from middlegame.workbench.workers.pool import Superseded
from middlegame.workbench.workers.review import (
    UnreviewedNumber,
    confirm,
    drafted_numbers,
    reject,
    replace_drafted,
)


class ReviewTab:
    """The numbers that a language model drafted: confirm, change or reject each.

    Args:
        desk: the desk of the text.
        offer: called with whether there is anything to review, or was on this page.
    """

    def __init__(self, desk: DraftDesk, offer: Callable[[bool], None]) -> None:
        self.desk, self._offer = desk, offer
        self.numbers: list[UnreviewedNumber] = []
        self.most = self.place = 0
        self.visible = False
        self._text_read: str | None = None
        heading("h1", "Review the drafted numbers", "mg-small")
        DraftTools(desk)
        with ui.element("p").classes("mg-background").props("role=status"):
            self.progress = ui.element("progress").props('max=1 value=0 aria-label="Reviewed"')
            self.count = ui.label("")
        self.card = ui.element("section").classes("mg-review").props('aria-label="A number"')
        # On a button too: the tab's own has the focus when the tab was opened with it.
        self.keys = ui.keyboard(self._key, active=False, ignore=["input", "select", "textarea"])
        desk.draft.on_change.append(self._changed)
        self._changed()

    def activate(self) -> None:
        """Show the numbers that are left."""
        self._changed()

    def _changed(self) -> None:
        if self.visible or "drafted" in self.desk.draft.text:
            background_tasks.create(self._read())

    async def _read(self) -> None:
        session, text = self.desk.session, self.desk.draft.text
        if text == self._text_read:
            self._show()
            return
        try:
            numbers = await session.pools.texts.ask(
                (session.visitor, "review"), drafted_numbers, text, folder=session.folder
            )
        except (Superseded, MiddlegameError):
            return
        if text == self.desk.draft.text:
            self.numbers, self._text_read = numbers, text
            self.most = max(self.most, len(numbers))
            self.place = min(self.place, max(len(numbers) - 1, 0))
            self._offer(self.most > 0)
            self._show()

    def _show(self) -> None:
        self.keys.active = self.visible and bool(self.numbers)
        done = self.most - len(self.numbers)
        self.progress.props(f"value={done / self.most if self.most else 1}")
        self.count.set_text(f"{done} of {self.most} reviewed")
        self.card.clear()
        with self.card:
            if not self.numbers:
                ui.label("All drafted numbers are reviewed.").classes("mg-soft")
                if GAP in self.desk.draft.text:
                    ui.label("What you rejected is missing now: fill it in on the tab Build.")
                return
            self._show_number(self.numbers[self.place])

    def _show_number(self, number: UnreviewedNumber) -> None:
        with ui.element("div"):
            with ui.element("p").classes("mg-kicker"):
                ui.label(number.place)
            heading("h2", number.subject, "mg-h2")
            if number.case:
                ui.label(f"Where {number.case}").classes("mg-soft")
            self.value = ui.input("Number or range", value=number.value).props("outlined dense")
            self.value.on("keydown.enter", self.change)
            if number.why:
                ui.label(number.why)
            with ui.element("div").classes("mg-tools mg-decide"):
                button("Confirm (c)", self.confirm, primary=True)
                button("Change (Enter)", self.change)
                button("Reject (r)", self.reject)
                button("Later (l)", self.later)
        with ui.element("div").classes("mg-passages"):
            if not number.passages:
                ui.label("It cites no paragraph.").classes("mg-soft")
            for passage in number.passages:
                with ui.element("blockquote").classes("mg-passage"):
                    ui.label(f"{passage.citation} · {passage.source}").classes("mg-soft")
                    ui.label(passage.text or passage.reason)
            if number.quote:
                ui.label(f"Quoted: {number.quote}").classes("mg-soft")

    def _key(self, event: KeyEventArguments) -> None:
        acts = {"c": self.confirm, "r": self.reject, "l": self.later}
        modified = event.modifiers.ctrl or event.modifiers.meta or event.modifiers.alt
        if self.visible and event.action.keydown and not event.action.repeat and not modified:
            if str(event.key) == "e":
                self.value.run_method("focus")
            elif (act := acts.get(str(event.key))) is not None:
                act()

    def confirm(self) -> None:
        """Confirm the number as it stands."""
        self._decide(confirm)

    def change(self) -> None:
        """Put the typed number in its place."""
        self._decide(replace_drafted, str(self.value.value or ""))

    def reject(self) -> None:
        """Leave a gap in its place."""
        self._decide(reject)

    def later(self) -> None:
        """Go on to the next number."""
        if self.numbers:
            self.place = (self.place + 1) % len(self.numbers)
            self._show()

    def _decide(self, task: Callable[..., str], *arguments: str) -> None:
        if self.numbers:
            path = self.numbers[self.place].path
            self.desk.begin_edit()
            background_tasks.create(self._edit(task, path, *arguments))

    async def _edit(self, task: Callable[..., str], *arguments: object) -> None:
        session, draft = self.desk.session, self.desk.draft
        before = draft.text
        try:
            text = await session.pools.texts.ask(
                (session.visitor, "decide"), task, before, *arguments
            )
            if draft.text == before:
                draft.change(text, "")
        except Superseded:
            return
        except MiddlegameError as error:
            with self.card:
                ui.notify(str(error), type="negative")
        finally:
            self.desk.end_edit()
