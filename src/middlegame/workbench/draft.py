"""The text that a visitor edits: one text, with one history, for the editor, forms and picture."""

from collections.abc import Callable
from dataclasses import dataclass, field

_MOST_STEPS = 200
_MOST_CHARACTERS = 1 << 23
"""Characters that a history may hold; the oldest steps go first."""


@dataclass(frozen=True)
class _Step:
    """A text before a change; changes of one kind in a row are one step.

    Attributes:
        text: the text before.
        what: what was changed.
        saved: the file's text from which that text was made, where the change took on another.
    """

    text: str
    what: str
    saved: str | None = None


@dataclass
class Draft:
    """A text that is edited, and its history.

    Attributes:
        text: the text as it stands.
        saved: the text of the file from which this text was made; where the file has another one,
            a merge starts from here.
        used: the text that the other tabs show.
        on_change: called after every change of the text, and of what is saved or used.
    """

    text: str
    saved: str = ""
    used: str = ""
    on_change: list[Callable[[], None]] = field(default_factory=list)
    _before: list[_Step] = field(default_factory=list)
    _after: list[_Step] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.saved = self.saved or self.text
        self.used = self.used or self.text

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to undo."""
        return bool(self._before)

    @property
    def can_redo(self) -> bool:
        """Whether there is an undone change to make again."""
        return bool(self._after)

    def change(self, text: str, what: str) -> None:
        """Take on another text.

        Args:
            text: the new text; the text of the last step undoes it, as an editor's own undo does.
            what: what is changed, such as `typed`: changes of one kind in a row are one step.
        """
        if text == self.text:
            return
        if self._before and what and self._before[-1].text == text:
            self.undo()
            return
        if not (self._before and what and self._before[-1].what == what) or self._after:
            self._before.append(_Step(self.text, what))
        self._after.clear()
        self._trim()
        self.text = text
        self.notify()

    def take_on(self, text: str) -> None:
        """Take on the text that the file has now, as a step of its own.

        Undone, the text is again one that was made from what the file had before, so that saving
        it meets the file's other text, and does not overwrite it.
        """
        self._before.append(_Step(self.text, "", self.saved))
        self._after.clear()
        self._trim()
        self.text = self.saved = text
        self.notify()

    def undo(self) -> None:
        """Return to the text before the last step."""
        self._go(self._before, self._after)

    def redo(self) -> None:
        """Make the last undone step again."""
        self._go(self._after, self._before)

    def mark_saved(self, text: str) -> None:
        """Take a text for that of the file from which the text was made."""
        self.saved = text
        self.notify()

    def mark_used(self, text: str) -> None:
        """Take a text for that which the other tabs show."""
        self.used = text
        self.notify()

    def notify(self) -> None:
        """Tell all views of the text that it, or its state, has changed."""
        for listener in self.on_change:
            listener()

    def _go(self, source: list[_Step], target: list[_Step]) -> None:
        if not source:
            return
        step = source.pop()
        saved = None if step.saved is None else self.saved
        target.append(_Step(self.text, step.what, saved))
        self.text = step.text
        self.saved = self.saved if step.saved is None else step.saved
        self.notify()

    def _trim(self) -> None:
        while len(self._before) > _MOST_STEPS or (
            len(self._before) > 1
            and sum(len(step.text) for step in self._before) > _MOST_CHARACTERS
        ):
            del self._before[0]
