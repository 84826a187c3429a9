"""What every view has: the banner on what differs from the file, and the page's address."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict

from nicegui.element import Element

from middlegame.workbench.changes import changes
from middlegame.workbench.session import Session
from middlegame.workbench.views.elements import PatchedElement


class StateBanner(PatchedElement, component="components/state_banner.js"):
    """What differs from the file, with undo and redo; nothing while nothing does."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._props.update(changes=[], edited=False, undo=False, redo=False, busy=False)
        self._props.update(message="", unknown=[], page=session.visitor, filed=True)
        self.follow(session)
        self.on("remove", lambda event: self._remove(str(event.args)))
        self.on("reset", lambda _: self.session.reset())
        self.on("undo", lambda _: self.session.undo())
        self.on("redo", lambda _: self.session.redo())

    def follow(self, session: Session) -> None:
        """Show the state of a session from now on."""
        self.session = session
        for listeners in (
            session.on_opened,
            session.on_setting,
            session.on_full_view,
            session.on_message,
        ):
            listeners.append(self.show)
        self.show()

    def show(self) -> None:
        """Show the state as it is."""
        session = self.session
        contest = session.contest_view
        self.patch(
            changes=[asdict(each) for each in changes(contest, session.setting)] if contest else [],
            edited=session.text != session.saved,
            undo=session.can_undo,
            redo=session.can_redo,
            busy=contest is not None and session.shown != session.setting,
            message=session.message,
            unknown=session.unknown,
            page=session.visitor,
            filed=session.contest is not None,
        )

    def _remove(self, name: str) -> None:
        session = self.session
        session.change(session.setting.without(name), settled=True)


class AddressBar(Element, component="components/address_bar.js"):
    """The page's address and the browser's history, and the keys for undo and redo.

    Args:
        on_back: called with the query of the address to which the browser went back or forward.
        on_undo: called when the keys for undo are pressed outside of a text field.
        on_redo: called when the keys for redo are pressed outside of a text field.
    """

    def __init__(
        self,
        on_back: Callable[[str], None],
        on_undo: Callable[[], Awaitable[None] | None],
        on_redo: Callable[[], Awaitable[None] | None],
    ) -> None:
        super().__init__()
        self.on("back", lambda event: on_back(str(event.args)))
        self.on("undo", lambda _: on_undo())
        self.on("redo", lambda _: on_redo())

    def push(self, address: str, *, top: bool) -> None:
        """Add an entry to the browser's history; at its top where `top` says so."""
        self.run_method("push", address, top)

    def replace(self, address: str) -> None:
        """Change the address without a new entry."""
        self.run_method("replace", address)

    def arrive(self) -> None:
        """Scroll to where the visitor was when the entry was left."""
        self.run_method("arrive")
