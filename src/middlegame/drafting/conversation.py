"""The conversation of a draft, kept beside it: every answer, so that a draft can be resumed."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from middlegame.base.encoding import to_json
from middlegame.base.errors import MiddlegameError
from middlegame.base.files import write_text
from middlegame.drafting.answers import STEPS
from middlegame.drafting.article import Article

FILE = "conversation.json"
"""The file of the conversation in the draft's folder."""


@dataclass(frozen=True)
class Usage:
    """What the answers of a model took.

    Attributes:
        requests: how often the model was asked.
        input_tokens: tokens of all questions.
        output_tokens: tokens of all answers.
        cost: in US dollars, where prices of the model are known.
    """

    requests: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float | None = 0.0

    @property
    def tokens(self) -> int:
        """Tokens of questions and answers."""
        return self.input_tokens + self.output_tokens

    def __add__(self, other: "Usage") -> "Usage":
        unknown = self.cost is None or other.cost is None
        return Usage(
            self.requests + other.requests,
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            None if unknown else (self.cost or 0) + (other.cost or 0),
        )


@dataclass(frozen=True)
class Exchange:
    """One question and its answer.

    Attributes:
        step: the step, and after a slash the round of its repair: `moves`, `moves/1`.
        answer: the answer, as JSON data.
        messages: all messages, with the attempts that were refused.
        usage: what it took.
    """

    step: str
    answer: dict[str, Any]
    messages: list[Any]
    usage: Usage


@dataclass
class Conversation:
    """All exchanges of one draft; each is written to the folder as soon as it ends."""

    folder: Path
    model: str
    digest: str
    exchanges: dict[str, Exchange] = field(default_factory=dict)

    @property
    def usage(self) -> Usage:
        """What all answers took."""
        return sum((each.usage for each in self.exchanges.values()), Usage())

    def add(self, exchange: Exchange) -> None:
        """Keep an exchange, and write the conversation.

        Raises:
            OSError: the file cannot be written.
        """
        self.exchanges[exchange.step] = exchange
        data = {
            "model": self.model,
            "article": self.digest,
            "exchanges": [asdict(each) for each in self.exchanges.values()],
        }
        write_text(self.folder / FILE, to_json(data) + "\n")


def open_conversation(folder: Path, model: str, article: Article) -> Conversation:
    """Return the conversation of a folder, to be resumed, or a new one.

    Raises:
        MiddlegameError: the folder holds the conversation of another model or article, or a
            damaged one.
    """
    digest = hashlib.sha256(article.text().encode("utf-8")).hexdigest()
    path = folder / FILE
    if not path.exists():
        return Conversation(folder, model, digest)
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        exchanges = [
            Exchange(e["step"], e["answer"], e["messages"], Usage(**e["usage"]))
            for e in data["exchanges"]
        ]
        for each in exchanges:
            STEPS[each.step.partition("/")[0]].model_validate(each.answer)
        same = (data["model"], data["article"]) == (model, digest)
    except (ValueError, KeyError, TypeError):
        raise MiddlegameError(f"{path} is damaged; delete it to draft anew") from None
    if not same:
        raise MiddlegameError(
            f"{path} is of another model or article; choose another folder, or delete it"
        )
    return Conversation(folder, model, digest, {each.step: each for each in exchanges})
