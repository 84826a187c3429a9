"""Draft a contest from an article with a language model: ask, verify quotes, check, repair."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from middlegame.base.errors import MiddlegameError
from middlegame.base.files import write_text
from middlegame.base.progress import ProgressCallback
from middlegame.drafting.answers import STEPS, Answer, Drafted
from middlegame.drafting.article import Article
from middlegame.drafting.assembly import NumberPlace, number_places, scenario_text, step_of
from middlegame.drafting.claims import ClaimForecast, compare_claims
from middlegame.drafting.conversation import Conversation, Usage, open_conversation
from middlegame.drafting.language_model import LanguageModel
from middlegame.drafting.prompts import INSTRUCTIONS, question, repair
from middlegame.drafting.quotes import QuoteProblem, verify_quotes
from middlegame.drafting.worksheet import ARTICLE_FILE
from middlegame.equilibrium.check import check_loaded
from middlegame.scenario.faults import Fault, dotted_path
from middlegame.scenario.yaml.load import read_text

MAX_REPAIRS = 3
"""How often the steps with faults are asked again, before numbers and after them."""


@dataclass(frozen=True)
class DraftResult:
    """A contest that a language model drafted.

    Attributes:
        path: the scenario's file.
        article: the article.
        model: the model's name.
        faults: the faults that are left; empty if the scenario can be solved.
        quote_problems: the quotes that do not stand in the article.
        numbers: how many numbers wait for a person to confirm them.
        claims: what the article says beside what the draft's equilibrium says.
        usage: what the answers took.
    """

    path: Path
    article: Article
    model: str
    faults: tuple[Fault, ...]
    quote_problems: tuple[QuoteProblem, ...]
    numbers: int
    claims: tuple[ClaimForecast, ...]
    usage: Usage

    def to_dict(self) -> dict[str, Any]:
        """Return the result as one JSON object."""
        return {
            "status": "faults" if self.faults else "drafted",
            "file": str(self.path),
            "model": self.model,
            "faults": [str(fault) for fault in self.faults],
            "quotes": [asdict(problem) for problem in self.quote_problems],
            "unreviewed": self.numbers,
            "claims": [claim.to_dict() for claim in self.claims],
            "usage": asdict(self.usage),
        }


def draft(
    article: Article,
    folder: Path,
    model: LanguageModel,
    *,
    today: dt.date,
    progress: ProgressCallback | None = None,
) -> DraftResult:
    """Draft a contest from an article, and write it to a folder.

    The model answers step by step. Every quote is verified against its paragraph. The scenario is
    checked before numbers are asked for and after, and the steps with faults are asked again, a
    few times. Every answer is kept in the folder, so that a draft that failed can be resumed.

    Args:
        article: the article.
        folder: where the scenario, the article and the conversation are written.
        model: the language model.
        today: the date that the scenario is true on.
        progress: called with the number of steps that are answered, of how many.

    Raises:
        DraftingFailed: the model gave no usable answer; running again resumes.
        MiddlegameError: the folder holds a scenario, or the model cannot be used.
        OSError: a file cannot be written.
    """
    path = folder / "scenario.yaml"
    if path.exists() or (folder.exists() and not folder.is_dir()):
        raise MiddlegameError(f"{path if path.exists() else folder} exists already")
    conversation = open_conversation(folder, model.name, article)
    folder.mkdir(parents=True, exist_ok=True)
    write_text(folder / ARTICLE_FILE, article.text())
    work = _Work(article, folder, model, conversation, today)
    for done, step in enumerate(STEPS):
        if progress is not None:
            progress(done, len(STEPS))
        if step == "numbers":
            work.repair()
        work.answer(step)
    faults = work.repair()
    text = scenario_text(work.drafted, article, today)
    write_text(path, text)
    if progress is not None:
        progress(len(STEPS), len(STEPS))
    scenario = read_text(text, file=str(path), folder=folder).scenario
    return DraftResult(
        path=path,
        article=article,
        model=model.name,
        faults=tuple(faults),
        quote_problems=tuple(p for problems in work.problems.values() for p in problems),
        numbers=len(number_places(work.drafted)),
        claims=tuple(compare_claims(scenario, work.drafted)) if scenario and not faults else (),
        usage=conversation.usage,
    )


class _Work:
    """A draft in progress."""

    def __init__(
        self,
        article: Article,
        folder: Path,
        model: LanguageModel,
        conversation: Conversation,
        today: dt.date,
    ) -> None:
        self.article, self.folder, self.model = article, folder, model
        self.conversation, self.today = conversation, today
        self.drafted = Drafted()
        self.problems: dict[str, list[QuoteProblem]] = {}
        self._rounds: defaultdict[str, int] = defaultdict(int)

    def answer(self, step: str, faults: Sequence[str] = ()) -> None:
        """Ask for a step's answer, again if it had faults, and verify its quotes."""
        places: list[NumberPlace] = number_places(self.drafted) if step == "numbers" else []
        asked = question(step, self.article, self.drafted, places)
        before: Answer | None = getattr(self.drafted, step)
        if before is not None:
            asked = repair(asked, before, faults)
            self._rounds[step] += 1
        key = f"{step}/{self._rounds[step]}" if self._rounds[step] else step
        exchange = self.conversation.exchanges.get(key)
        if exchange is None:
            exchange = self.model.ask(key, INSTRUCTIONS, asked, self.conversation.usage)
            self.conversation.add(exchange)
        answer = STEPS[step].model_validate(exchange.answer)
        verified, self.problems[step] = verify_quotes(step, answer, self.article)
        self.drafted = self.drafted.model_copy(update={step: verified})

    def repair(self) -> list[Fault]:
        """Ask the steps with faults again, a few times; return the faults that are left."""
        for _ in range(MAX_REPAIRS):
            by_step: defaultdict[str, list[str]] = defaultdict(list)
            for fault in self._faults():
                place = dotted_path(fault.path)
                step = step_of(place, self.drafted.numbers is not None)
                by_step[step].append(str(replace(fault, file="", line=0, column=0)))
            if not by_step:
                return []
            for step in STEPS:
                if step in by_step:
                    self.answer(step, by_step[step])
        return self._faults()

    def _faults(self) -> list[Fault]:
        numbers = self.drafted.numbers is not None
        text = scenario_text(self.drafted, self.article, self.today, stand_ins=not numbers)
        file = str(self.folder / "scenario.yaml")
        found = check_loaded(read_text(text, file=file, folder=self.folder))
        return [fault for fault in found.faults if fault.severity == "error"]
