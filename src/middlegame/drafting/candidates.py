"""Find candidates for a contest in an article by rules: actors, and sentences for each section.

The rules are spaCy's tokenizer, sentence splitter and matchers over the names of states
(`countries`) and lists of cue words (`cues`). No trained model is used.
"""

import calendar
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from middlegame.drafting.article import Article, missing_library
from middlegame.drafting.countries import adjectives, names_of_actors
from middlegame.drafting.cues import BEFORE_OFFICES, CUES, INSTITUTIONS, OFFICES, SECTIONS

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

_DATE = re.compile(
    r"\b(?:(?:1[5-9]|20)\d\d(?:s\b)?"
    r"|(?:January|February|March|April|May|June|July|August|September|October|November|December)"
    r"\.? \d{1,2}\b)"
)


@dataclass(frozen=True)
class ActorCandidate:
    """A state, institution or organisation that the article names.

    Attributes:
        name: what to call it.
        mentions: how often each of its names occurs, in falling order.
        paragraphs: the paragraphs that name it.
    """

    name: str
    mentions: dict[str, int]
    paragraphs: tuple[int, ...]

    @property
    def count(self) -> int:
        """How often the article names it."""
        return sum(self.mentions.values())


@dataclass(frozen=True)
class SentenceCandidate:
    """A sentence that may become an entry of a section.

    Attributes:
        section: the section: moves, factors, interests, evidence or questions.
        paragraph: the number of its paragraph.
        text: the sentence, as it stands there.
        cues: the words that make it a candidate; dates among them.
        actors: the actors that it names.
    """

    section: str
    paragraph: int
    text: str
    cues: tuple[str, ...]
    actors: tuple[str, ...]


@dataclass(frozen=True)
class Candidates:
    """What an article offers to a contest.

    Attributes:
        actors: the most often named first.
        sentences: in the order of the sections, and in that of the article within each.
        other_names: capitalised names that stand for no known actor, with their counts.
    """

    actors: tuple[ActorCandidate, ...]
    sentences: tuple[SentenceCandidate, ...]
    other_names: dict[str, int] = field(default_factory=dict)

    def in_section(self, section: str) -> list[SentenceCandidate]:
        """Return the sentences of a section."""
        return [each for each in self.sentences if each.section == section]


@dataclass(frozen=True)
class _Mention:
    start: int
    end: int
    actor: str
    text: str


def find_candidates(article: Article) -> Candidates:
    """Find the actors that an article names, and the sentences to build a contest from.

    Raises:
        MiddlegameError: a library is not installed.
    """
    try:
        language = _language()
        known = dict(names_of_actors())
    except ModuleNotFoundError as error:
        raise missing_library(str(error.name)) from None
    documents = [language(paragraph) for paragraph in article.paragraphs]
    known |= _persons(documents, known)
    names, cues = _name_matcher(language, known), _cue_matcher()
    counts: dict[str, Counter[str]] = {}
    places: dict[str, dict[int, None]] = {}
    sentences: list[SentenceCandidate] = []
    others: Counter[str] = Counter()
    states = [_states(document, names, known) for document in documents]
    owners = (_institutions(*pair, "")[1] for pair in zip(documents, states, strict=True))
    owner = next(filter(None, owners), "")
    for number, (document, mentions) in enumerate(zip(documents, states, strict=True), start=1):
        institutions, owner = _institutions(document, mentions, owner)
        mentions = sorted([*mentions, *institutions], key=lambda each: each.start)
        for mention in mentions:
            counts.setdefault(mention.actor, Counter())[mention.text] += 1
            places.setdefault(mention.actor, {})[number] = None
        sentences += _sentences(document, number, mentions, cues)
        others.update(_other_names(document, mentions))
    ranked = sorted(counts, key=lambda actor: -counts[actor].total())
    actors = [
        ActorCandidate(actor, dict(counts[actor].most_common()), tuple(places[actor]))
        for actor in ranked
    ]
    sentences.sort(key=lambda each: SECTIONS.index(each.section))
    return Candidates(tuple(actors), tuple(sentences), dict(others.most_common()))


@cache
def _language() -> Any:
    """Return spaCy's English tokenizer with its rule-based sentence splitter."""
    import spacy

    language = spacy.blank("en")
    language.add_pipe("sentencizer")
    return language


def _name_matcher(language: Any, known: dict[str, str]) -> Any:
    from spacy.matcher import PhraseMatcher

    matcher = PhraseMatcher(language.vocab)
    for name in known:
        matcher.add(name, [language.make_doc(name)])
    return matcher


_CALENDAR = frozenset({*calendar.month_name[1:], *calendar.day_name})
"""Months and weekdays, which are no names of anybody."""


@cache
def _cue_matcher() -> Any:
    from spacy.matcher import Matcher

    matcher = Matcher(_language().vocab)
    for section, cues in CUES.items():
        matcher.add(section, [_token_patterns(cue) for cue in cues])
    return matcher


@cache
def _institution_matcher() -> Any:
    from spacy.matcher import Matcher

    matcher = Matcher(_language().vocab)
    for cue, kind in INSTITUTIONS.items():
        matcher.add(f"{kind}:{cue}", [_token_patterns(cue)])
    return matcher


def _token_patterns(cue: str) -> list[dict[str, Any]]:
    patterns: list[dict[str, Any]] = []
    for token in cue.split():
        if token == "may":  # the month begins with a capital
            patterns.append({"TEXT": token})
            continue
        first = {"IS_SENT_START": True} if token.startswith("^") else {}
        patterns.append({"LOWER": {"REGEX": f"^(?:{token.removeprefix('^')})$"}, **first})
    return patterns


def _spans(matcher: Any, document: "Doc") -> "list[Span]":
    """Return the matches that do not overlap, longer ones first chosen, in order."""
    from spacy.util import filter_spans

    return sorted(filter_spans(matcher(document, as_spans=True)), key=lambda span: span.start)


def _states(document: "Doc", matcher: Any, known: dict[str, str]) -> list[_Mention]:
    return [
        _Mention(span.start, span.end, known[span.text], span.text)
        for span in _spans(matcher, document)
        if known[span.text]
    ]


def _institutions(
    document: "Doc", states: list[_Mention], owner: str
) -> tuple[list[_Mention], str]:
    """Return mentions of institutions; one without a state before it is of the last one's state.

    Args:
        document: a paragraph.
        states: its mentions of states.
        owner: the state of the last institution before this paragraph, or of the article's first.
    """
    found = []
    for span in _spans(_institution_matcher(), document):
        kind = span.label_.partition(":")[0]
        before = [s for s in states if s.end <= span.start and span.start - s.end <= 2]
        if before and all(not t.is_punct for t in document[before[-1].end : span.start]):
            owner = before[-1].actor
        if owner:
            name = f"the {adjectives().get(owner, owner)} {kind}"
            found.append(_Mention(span.start, span.end, name, span.text))
    return found, owner


def _persons(documents: "list[Doc]", known: dict[str, str]) -> dict[str, str]:
    """Return names of office holders, `Turkish President Recep Erdoğan`, with their state."""
    found: dict[str, str] = {}
    for document in documents:
        for token in document:
            if token.lower_ not in OFFICES:
                continue
            state = _state_before(document, token.i, known)
            name = list(_capitalised(document, token.i + 1))
            if state and name:
                found[" ".join(name)] = state
                if len(name) > 1:
                    found |= {f"{name[0]} {name[-1]}": state, name[-1]: state}
    return {name: state for name, state in found.items() if name not in known}


def _state_before(document: "Doc", end: int, known: dict[str, str]) -> str:
    """Return the state whose name or adjective stands before an office; empty if none does."""
    while end and (document[end - 1].lower_ in BEFORE_OFFICES or _is_possessive(document[end - 1])):
        end -= 1
    for start in range(max(0, end - 4), end):
        if state := known.get(document[start:end].text):
            return state
    return ""


def _is_possessive(token: "Token") -> bool:
    return token.text in ("'s", "’s", "-")


def _capitalised(document: "Doc", start: int) -> Iterator[str]:
    for token in document[start : start + 4]:
        if not (token.is_title and token.is_alpha):
            return
        yield token.text


def _sentences(
    document: "Doc", number: int, mentions: list[_Mention], matcher: Any
) -> Iterator[SentenceCandidate]:
    """Yield the candidates of one paragraph: a sentence once for each section with a cue in it."""
    cues: dict[str, list[Span]] = {section: [] for section in SECTIONS}
    for section in SECTIONS:
        spans = [span for span in matcher(document, as_spans=True) if span.label_ == section]
        cues[section] = _longest(spans)
    for sentence in document.sents:
        text = sentence.text.strip()
        actors = [m.actor for m in mentions if sentence.start <= m.start < sentence.end]
        for section in SECTIONS:
            words = [s.text for s in cues[section] if sentence.start <= s.start < sentence.end]
            if section == "evidence":
                words += _DATE.findall(text)
            needs_actor = section in ("moves", "interests", "evidence")
            if words and (actors or not needs_actor):
                unique = tuple(dict.fromkeys(words))
                yield SentenceCandidate(section, number, text, unique, tuple(dict.fromkeys(actors)))


def _longest(spans: "list[Span]") -> "list[Span]":
    from spacy.util import filter_spans

    return sorted(filter_spans(spans), key=lambda span: span.start)


def _other_names(document: "Doc", mentions: list[_Mention]) -> Iterator[str]:
    """Yield runs of capitalised words that name no known actor.

    A single word counts within a sentence alone, where its capital says something.
    """
    taken = {i for mention in mentions for i in range(mention.start, mention.end)}
    run: list[Token] = []
    for token in document:
        named = token.is_title and token.is_alpha and token.i not in taken
        if named and not (token.is_sent_start and token.is_stop):
            run.append(token)
            continue
        yield from _name(run)
        run = []
    yield from _name(run)


def _name(run: "list[Token]") -> Iterator[str]:
    if len(run) > 1:
        yield " ".join(token.text for token in run)
    elif run and not (run[0].is_sent_start or run[0].is_stop or run[0].text in _CALENDAR):
        yield run[0].text
