"""The view of dominoes: topple one, and see what falls with it."""

from dataclasses import asdict

from nicegui import ui

from middlegame.base.errors import MiddlegameError
from middlegame.workbench.session import Session
from middlegame.workbench.views.background import BackgroundTask
from middlegame.workbench.views.elements import PatchedElement
from middlegame.workbench.views.frame import button, heading
from middlegame.workbench.workers.dominoes import CascadeView, DominoesView
from middlegame.workbench.workers.pool import Superseded


class DominoBoard(PatchedElement, component="components/dominoes.js"):
    """The dominoes, and the cascade of the one that was toppled."""

    def __init__(self) -> None:
        super().__init__()
        self._props.update(firsts=[], largest=[], chosen=-1, cascade=None, busy=False)

    def set_up(self, falls: DominoesView) -> None:
        """Stand all dominoes up."""
        self.patch(
            firsts=[asdict(first) for first in falls.dominoes],
            largest=[[place, asdict(row)] for place, row in falls.largest],
            chosen=-1,
            cascade=None,
        )

    def choose(self, place: int, cascade: CascadeView | None) -> None:
        """Show what falls after one; None while that is being found."""
        self.patch(
            chosen=place,
            busy=cascade is None,
            cascade=None if cascade is None else asdict(cascade),
        )


class DominoesTab:
    """Every push of the contest, with the numbers as they now are."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.falls: DominoesView | None = None
        self._numbers: dict[str, float] = {}
        heading("h1", "What falls with what", "mg-small")
        ui.label(
            "A domino is a move or factor that is set from outside, and known to everybody before "
            "play; by surprise means that nobody was told. The contest's evidence is set aside."
        ).classes("mg-soft mg-about")
        self.work = BackgroundTask(session, "Toppling every domino once")
        with ui.element("p").classes("mg-note") as self.stale:
            ui.label("Numbers have been changed since.")
            button("Topple anew", self._begin)
        self.stale.set_visibility(False)
        self.board = DominoBoard()
        self.board.set_visibility(False)
        self.board.on("topple", lambda event: self._topple(int(event.args)))
        session.on_full_view.append(self._changed)

    def shown(self) -> None:
        """Begin with the work when the view is first looked at."""
        if self.falls is None:
            self._begin()

    def _begin(self) -> None:
        self._numbers = dict(self.session.setting.numbers)
        self.stale.set_visibility(False)
        self.work.begin(
            "falling.every",
            self.session.text,
            self._numbers,
            then=self._found,
            home=self.session.text,
        )

    def _found(self, falls: DominoesView) -> None:
        self.falls = falls
        self.board.set_visibility(True)
        self.board.set_up(falls)
        self._changed()

    def _changed(self) -> None:
        same = self._numbers == dict(self.session.setting.numbers)
        self.stale.set_visibility(self.falls is not None and not same)

    async def _topple(self, place: int) -> None:
        if self.falls is None or not 0 <= place < len(self.falls.dominoes):
            return
        first, session = self.falls.dominoes[place], self.session
        self.board.choose(place, None)
        try:
            found = await session.pools.solving.ask(
                (session.visitor, "topple"),
                "falling.toppled",
                session.text,
                self._numbers,
                first.name,
                first.state,
                home=session.text,
            )
        except Superseded:
            return
        except MiddlegameError as error:
            ui.notify(str(error), type="negative")
            return
        self.board.choose(place, found)
