"""What all pages share of the worker processes: the workers, and what they answered lately."""

from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

from middlegame.workbench.workers import solve
from middlegame.workbench.workers.pool import Answer, Arguments, Pool
from middlegame.workbench.workers.solve import OpenedContest
from middlegame.workbench.workers.worker import WorkerContext, folder_state

_MOST_OPENED = 16
"""Opened contests that the server keeps, as they are written."""
_MOST_ANSWERS = 96
"""Answers of the workers that the server keeps."""


@dataclass
class WorkerPools:
    """The worker processes, and what all pages share of them.

    Attributes:
        solving: workers that solve contests and hold them ready.
        texts: a worker that reads texts, and never waits for a solution.
        visitors: the number of pages of each text.
        answers: what the workers answered lately, by the task and its arguments.
        pages: the text and the folder of each open page, by its visitor.
    """

    solving: Pool
    texts: Pool
    visitors: Counter[str]
    answers: OrderedDict[Hashable, Any] = field(default_factory=OrderedDict)
    pages: dict[str, tuple[str, str]] = field(default_factory=dict)
    _opened: OrderedDict[Hashable, OpenedContest] = field(default_factory=OrderedDict)

    async def open(
        self,
        visitor: str,
        text: str,
        progress: Callable[[str], None] | None = None,
        folder: str = "",
    ) -> OpenedContest:
        """Open a contest, or return it where it was opened lately.

        Args:
            visitor: who opens it.
            text: the scenario.
            progress: called with what is being done, in words.
            folder: the folder of the contest's file; empty for an uploaded text.

        Raises:
            Refused: the text has faults, is too large, or has no equilibrium.
            Superseded: the visitor left.
        """
        key = (text, folder_state(folder))
        opened = self._opened.get(key)
        if opened is None:
            opened = await self.solving.ask(
                (visitor, "open"),
                solve.open_contest,
                text,
                home=text,
                folder=folder,
                progress=progress,
            )
        self._opened[key] = opened
        self._opened.move_to_end(key)
        if len(self._opened) > _MOST_OPENED:
            self._opened.popitem(last=False)
        return opened

    def known(
        self,
        task: Callable[[WorkerContext, *Arguments], Answer],
        *arguments: *Arguments,
        folder: str = "",
    ) -> Answer | None:
        """Return what a task answered to the same arguments before; None where it has not."""
        key = (task, arguments, folder_state(folder))
        found: Answer | None = self.answers.get(key)
        if found is not None:
            self.answers.move_to_end(key)
        return found

    def keep(
        self,
        task: Callable[[WorkerContext, *Arguments], Answer],
        arguments: tuple[*Arguments],
        answer: Answer,
        folder: str = "",
    ) -> None:
        """Keep a task's answer for whoever asks the same; the oldest answers are dropped."""
        key = (task, arguments, folder_state(folder))
        self.answers[key] = answer
        self.answers.move_to_end(key)
        while len(self.answers) > _MOST_ANSWERS:
            self.answers.popitem(last=False)
