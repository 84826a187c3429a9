"""The tab of dominoes: set one move or factor from outside, and see what changes with it."""

from dataclasses import asdict

from nicegui import ui

from middlegame.base.errors import MiddlegameError
from middlegame.workbench.session import Session
from middlegame.workbench.views.background import BackgroundTask
from middlegame.workbench.views.elements import PatchedElement
from middlegame.workbench.views.frame import button, heading
from middlegame.workbench.workers.dominoes import (
    CascadeView,
    DominoesView,
    all_dominoes,
    one_domino,
)
from middlegame.workbench.workers.pool import Superseded


class DominoBoard(PatchedElement, component="components/dominoes.js"):
    """The dominoes, and the cascade of the one that was chosen."""

    def __init__(self) -> None:
        super().__init__()
        self._props.update(dominoes=[], largest=[], chosen=-1, cascade=None, busy=False)

    def show(self, view: DominoesView) -> None:
        """Show all dominoes, none of them chosen."""
        self.patch(
            dominoes=[asdict(domino) for domino in view.dominoes],
            largest=[[place, asdict(effect)] for place, effect in view.largest],
            chosen=-1,
            cascade=None,
        )

    def choose(self, place: int, cascade: CascadeView | None) -> None:
        """Show the effects of one domino; None while they are being computed."""
        self.patch(
            chosen=place,
            busy=cascade is None,
            cascade=None if cascade is None else asdict(cascade),
        )


class DominoesTab:
    """All dominoes of the contest, with the numbers of the page's setting."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.view: DominoesView | None = None
        self._numbers: dict[str, float] = {}
        heading("h1", "What falls with what", "mg-small")
        ui.label(
            "A domino is a move or factor that is set from outside. All actors know it before they "
            "play; by surprise means that no actor knew it. The contest's evidence is set aside."
        ).classes("mg-soft mg-about")
        self.work = BackgroundTask(session, "Toppling every domino once")
        with ui.element("p").classes("mg-note") as self.stale:
            ui.label("Numbers have changed since.")
            button("Update the dominoes", self._begin)
        self.stale.set_visibility(False)
        self.board = DominoBoard()
        self.board.set_visibility(False)
        self.board.on("topple", lambda event: self._topple(int(event.args)))
        session.on_full_view.append(self._show_whether_stale)

    def activate(self) -> None:
        """Begin with the work when the tab is first opened."""
        if self.view is None:
            self._begin()

    def _begin(self) -> None:
        self._numbers = dict(self.session.setting.numbers)
        self.stale.set_visibility(False)
        self.work.begin(
            all_dominoes,
            self.session.text,
            self._numbers,
            then=self._show,
            home=self.session.text,
        )

    def _show(self, view: DominoesView) -> None:
        self.view = view
        self.board.set_visibility(True)
        self.board.show(view)
        self._show_whether_stale()

    def _show_whether_stale(self) -> None:
        fresh = self._numbers == dict(self.session.setting.numbers)
        self.stale.set_visibility(self.view is not None and not fresh)

    async def _topple(self, place: int) -> None:
        if self.view is None or not 0 <= place < len(self.view.dominoes):
            return
        domino, session = self.view.dominoes[place], self.session
        self.board.choose(place, None)
        try:
            cascade = await session.pools.solving.ask(
                (session.visitor, "topple"),
                one_domino,
                session.text,
                self._numbers,
                domino.name,
                domino.state,
                home=session.text,
            )
        except Superseded:
            return
        except MiddlegameError as error:
            ui.notify(str(error), type="negative")
            return
        self.board.choose(place, cascade)
