"""The tab of dominoes: set one move or factor from outside, and see what changes with it."""

from dataclasses import asdict, replace

from nicegui import background_tasks, ui

from middlegame.base.errors import MiddlegameError
from middlegame.workbench.session import Session
from middlegame.workbench.setting import Setting
from middlegame.workbench.views.analysis import Analysis
from middlegame.workbench.views.elements import PatchedElement
from middlegame.workbench.views.frame import heading
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
        self._props.update(dominoes=[], largest=[], chosen="", cascade=None, busy=False)

    def show(self, view: DominoesView) -> None:
        """Show all dominoes, none of them chosen."""
        self.patch(
            dominoes=[asdict(domino) for domino in view.dominoes],
            largest=[[place, asdict(effect)] for place, effect in view.largest],
            chosen="",
            cascade=None,
        )

    def choose(self, domino: str, cascade: CascadeView | None) -> None:
        """Show the effects of one domino; None while they are being computed, or for no domino."""
        self.patch(
            chosen=domino,
            busy=bool(domino) and cascade is None,
            cascade=None if cascade is None else asdict(cascade),
        )


class DominoesTab:
    """All dominoes of the contest at the page's numbers and announced suppositions."""

    def __init__(self, session: Session) -> None:
        self.session = session
        heading("h1", "What falls with what", "mg-small")
        ui.label(
            "A domino is a move or factor that is set from outside. All actors know it before they "
            "play; by surprise means that no actor knew it."
        ).classes("mg-soft mg-about")
        self.start = ui.label("").classes("mg-soft mg-about")
        self.dominoes = Analysis(
            session,
            "Toppling every domino once",
            all_dominoes,
            self._show,
            of=lambda view: view.taken,
            takes=Setting.announced,
        )
        self.board = DominoBoard()
        self.board.set_visibility(False)
        self.board.on("topple", lambda event: self._choose(str(event.args)))
        session.on_place.append(self._topple_chosen)

    def activate(self) -> None:
        """Begin with the work when the tab is first opened."""
        if self.dominoes.shown is None:
            self.dominoes.begin()

    def _show(self, view: DominoesView) -> None:
        self.start.set_text(" ".join(view.notes))
        self.board.set_visibility(True)
        self.board.show(view)
        self._topple_chosen()

    def _choose(self, domino: str) -> None:
        self.session.go(replace(self.session.place, domino=domino))

    def _topple_chosen(self) -> None:
        if self.dominoes.shown is not None and self.session.place.view == "dominoes":
            background_tasks.create(self._topple(self.session.place.domino))

    async def _topple(self, domino: str) -> None:
        session, taken = self.session, self.dominoes.shown
        assert taken is not None
        self.board.choose(domino, None)
        if not domino:
            return
        name, _, state = domino.partition("=")
        try:
            cascade = await session.ask("topple", one_domino, session.text, taken, name, state)
        except Superseded:
            return
        except MiddlegameError as error:
            session.show_message(str(error))
            self.board.choose("", None)
            return
        if domino == session.place.domino:
            self.board.choose(domino, cascade)
