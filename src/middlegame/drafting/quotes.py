"""Verify the quotes of a draft: every quote must stand, word for word, in its paragraph."""

from collections.abc import Iterator
from dataclasses import dataclass

from middlegame.drafting.answers import Answer, Quoted
from middlegame.drafting.article import Article
from middlegame.scenario.validation.sources import normalize_text

_MIN_LETTERS = 12
"""Shorter quotes stand in nearly every paragraph and support nothing."""
_ELLIPSES = ("...", "[...]")
_MUST_STAND = ("evidence", "claims")
"""Steps whose parts are dropped without a quote: they say what the article says."""


@dataclass(frozen=True)
class QuoteProblem:
    """A quote that does not stand where the model says.

    Attributes:
        step: the step of the part.
        name: what the part is about.
        quote: the quote.
        dropped: whether the part is left out of the draft; else it stands there without a citation.
    """

    step: str
    name: str
    quote: str
    dropped: bool

    def __str__(self) -> str:
        what = "left out" if self.dropped else "kept without a citation"
        return f"{self.step}: {self.name}: the article does not say '{self.quote}'; {what}"


def verify_quotes(step: str, answer: Answer, article: Article) -> tuple[Answer, list[QuoteProblem]]:
    """Check every quote of an answer.

    A quote that stands in another paragraph gets that paragraph's number. A part whose quote
    stands nowhere is dropped where the part is a claim of the article's, and else loses its quote.

    Returns:
        The answer with what stands, and the problems.
    """
    problems: list[QuoteProblem] = []
    kept: Answer = _checked(step, answer, article, problems)
    return kept, problems


def find_paragraph(article: Article, quote: str, first: int) -> int | None:
    """Return the number of the paragraph that holds a quote, preferably `first`; None if none."""
    wanted = normalize_text(quote).strip("\"' ").casefold()
    if sum(map(str.isalnum, wanted)) < _MIN_LETTERS or any(dots in wanted for dots in _ELLIPSES):
        return None
    numbers = [first, *range(1, len(article.paragraphs) + 1)]
    holds = (n for n in numbers if wanted in normalize_text(article.paragraph(n)).casefold())
    return next(holds, None)


def _checked(step: str, part: Answer, article: Article, problems: list[QuoteProblem]) -> Answer:
    changes: dict[str, object] = {}
    if isinstance(part, Quoted):
        number = find_paragraph(article, part.quote, part.paragraph)
        if number is None:
            problems.append(QuoteProblem(step, _name(part), part.quote, step in _MUST_STAND))
        changes = {"paragraph": number or 0, "quote": part.quote if number else ""}
    for field, value in part:
        if isinstance(value, list) and value and isinstance(value[0], Answer):
            changes[field] = list(_kept(step, value, article, problems))
    return part.model_copy(update=changes)


def _kept(
    step: str, parts: list[Answer], article: Article, problems: list[QuoteProblem]
) -> Iterator[Answer]:
    for part in parts:
        checked = _checked(step, part, article, problems)
        if step not in _MUST_STAND or not isinstance(checked, Quoted) or checked.quote:
            yield checked


def _name(part: Quoted) -> str:
    for field in ("name", "label", "if_"):
        if found := getattr(part, field, None):
            return str(found)
    return "the last rule"
