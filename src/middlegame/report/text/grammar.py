"""English by rule: capitals, lists, and whether a state goes on from its subject as a verb.

Labels are written by analysts, and these rules only guess at their grammar. A wrong guess gives
an awkward sentence, never a wrong statement: what no rule fits is put into quotation marks.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

_LOWER_CASE_WORDS = frozenset({
    "a", "all", "an", "another", "any", "at", "both", "each", "either", "every", "few", "how", "in",
    "its", "neither", "no", "nobody", "none", "of", "on", "one", "only", "some", "somebody",
    "that", "the", "their", "there", "these", "this", "those", "three", "two", "what", "when",
    "where", "whether",
})  # fmt: skip
_PREPOSITIONS = frozenset({
    "about", "across", "after", "against", "around", "at", "before", "behind", "between", "by",
    "during", "for", "from", "in",
    "into", "near", "of", "on", "over", "that", "to", "under", "which", "with", "without",
})  # fmt: skip
_COUNTRIES_OF_TWO = frozenset({
    "Antigua and Barbuda", "Bosnia and Herzegovina", "Trinidad and Tobago",
})  # fmt: skip
_PREDICATIVES = frozenset({
    "absent", "active", "alive", "back", "bad", "bankrupt", "calm", "clear", "closed", "cold",
    "cut", "dead", "deep", "divided", "down", "dry", "empty", "fair", "firm", "foul", "free",
    "full", "general", "given", "gone", "good", "granted", "hard", "held", "hidden", "high",
    "hostile", "intact", "kept", "large", "long", "lost", "low", "loyal", "mild", "neutral",
    "off", "on", "open", "passive", "poor", "present", "private", "public", "quiet", "ready",
    "real", "rich", "safe", "secret", "seen", "severe", "short", "shot", "shut", "slow",
    "small", "soft", "stable", "strong", "struck", "tense", "unhurt", "united", "unseen", "up",
    "weak", "wet", "withheld", "won",
})  # fmt: skip
"""Adjectives and irregular participles that are common as names of states."""
_PARTICIPLES = frozenset({"alone", "bound", "caught", "found"})
_FINITE_VERBS = frozenset({"are", "does", "goes", "has", "have", "is", "was", "were", "will"})
_NO_VERBS = frozenset({
    "afterwards", "always", "besides", "hers", "less", "nowadays", "others", "ours", "perhaps",
    "sometimes", "theirs", "towards", "yours",
})  # fmt: skip
_NO_VERB_ENDINGS = ("ss", "us", "is", "'s", "ous")
_NO_PLURAL_ENDINGS = ("ss", "us", "is", "'s")


def capitalize_first(text: str) -> str:
    """Return the text with its first letter as a capital."""
    return text[:1].upper() + text[1:]


def mid_sentence(text: str) -> str:
    """Return a label as it stands within a sentence: only names keep their capital.

    >>> mid_sentence("The tenant loses"), mid_sentence("Moscow waits")
    ('the tenant loses', 'Moscow waits')
    """
    first, _, rest = text.partition(" ")
    named_a = first == "A" and begins_with_verb(rest)
    lowered = rest and first.lower() in _LOWER_CASE_WORDS and not named_a
    return f"{first.lower()} {rest}" if lowered else text


def as_noun(label: str) -> str:
    """Return a label so that it can stand behind a preposition.

    >>> as_noun("a lawsuit"), as_noun("bound by a promise")
    ('a lawsuit', 'being bound by a promise')
    >>> as_noun("turned down in public")
    'being turned down in public'
    """
    first, _, rest = label.lower().partition(" ")
    follows = rest.split(" ", 1)[0]
    ended = len(first) > 4 and first.endswith("ed")
    if first in _PARTICIPLES or (
        ended and follows in (*_PREPOSITIONS, "", "out", "off", "down", "up")
    ):
        return f"being {label}"
    return mid_sentence(label)


def with_aside(text: str, aside: str) -> str:
    """Return a text with an aside in brackets behind it, in its last ones if it ends with some.

    >>> with_aside("the weather", "hidden"), with_aside("the weather (May)", "hidden")
    ('the weather (hidden)', 'the weather (May; hidden)')
    """
    return f"{text[:-1]}; {aside})" if text.endswith(")") else f"{text} ({aside})"


def join_list(parts: Sequence[str], joiner: str = "and") -> str:
    """Join words as in a sentence.

    >>> join_list(["a", "b", "c"])
    'a, b and c'
    """
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {joiner} {parts[-1]}"


def join_alternatives(clauses: Sequence[str]) -> str:
    """Join clauses by "or"; the words with which all of them begin are said once.

    >>> join_alternatives(["the city renews the lease", "the city waits"])
    'the city renews the lease or waits'
    >>> join_alternatives(["the lease is lost", "the depot closes"])
    'the lease is lost or the depot closes'
    """
    words = [clause.split() for clause in clauses]
    shared = 0
    for together in zip(*(each[:-1] for each in words), strict=False):
        if len(set(together)) > 1:
            break
        shared += 1
    if len(clauses) < 2 or {word.lower() for word in words[0][:shared]} <= {"the", "a", "an"}:
        return " or ".join(clauses)
    return " ".join([*words[0][:shared], " or ".join(" ".join(each[shared:]) for each in words)])


def absence_clause(label: str) -> str:
    """Return a clause that says that there is none of what a label names; empty if none fits.

    >>> absence_clause("The trade of the Americas"), absence_clause("Moscow's reply")
    ('there is no trade of the Americas', '')
    """
    article, _, noun = label.partition(" ")
    if article.lower() not in ("a", "an", "the") or "'s" in noun.split(" of ")[0]:
        return ""
    return f"there {'are' if is_plural(noun) else 'is'} no {noun}"


def begins_with_verb(text: str) -> bool:
    """Whether a label looks like a verb in the third person: `waits and sees`."""
    first = text.split(" ", 1)[0]
    ends = first.endswith("s") and not first.endswith(_NO_VERB_ENDINGS)
    return len(first) > 3 and ends and first.lower() not in _NO_VERBS


def are_verbal(labels: Iterable[str]) -> bool:
    """Whether every label goes on from its subject as a verb in the third person."""
    written = [label for label in labels if label]
    return bool(written) and all(map(begins_with_verb, written))


def is_clause(label: str) -> bool:
    """Whether a label looks like a clause, with a verb behind its subject.

    >>> is_clause("Russia mobilises unopposed"), is_clause("the lease is lost")
    (True, True)
    >>> is_clause("work lost before an election"), is_clause("losses at sea")
    (False, False)
    >>> is_clause("the old guard's favours"), is_clause("the tenant's lease ends")
    (False, True)
    """
    for before, word in pairwise(label.split()):
        if word.lower() in _PREPOSITIONS:
            return False
        owned = before.endswith(("'s", "s'"))  # so the word is a noun or its adjective
        if word in _FINITE_VERBS or (not owned and word.islower() and begins_with_verb(word)):
            return True
    return False


def is_plural(subject: str) -> bool:
    """Whether the noun that a label is about looks like a plural.

    >>> is_plural("The Jupiters in Turkey"), is_plural("Work in the docks")
    (True, False)
    """
    noun = _head_noun(subject)
    return len(noun) > 3 and noun.endswith("s") and not noun.endswith(_NO_PLURAL_ENDINGS)


def is_several(actor: str) -> bool:
    """Whether an actor's name takes the verb of a plural: a common noun, so no country's name.

    >>> is_several("The regional barons"), is_several("The United States"), is_several("Laos")
    (True, False, False)
    >>> is_several("Pretoria and Lisbon"), is_several("The Ministry of War and Peace")
    (True, False)
    """
    if " and " in actor and actor not in _COUNTRIES_OF_TWO:
        return all(each[:1].isupper() and " " not in each for each in actor.split(" and "))
    return is_plural(actor) and _head_noun(actor).islower()


def _head_noun(subject: str) -> str:
    noun = ""
    for word in subject.split():
        if noun and word.lower() in _PREPOSITIONS:
            break
        noun = word
        if word.endswith(","):
            break
    return noun.rstrip(",")


def possessive(name: str) -> str:
    """Return a name in the possessive.

    >>> possessive("the regional barons"), possessive("Belarus")
    ("the regional barons'", "Belarus's")
    """
    return f"{name}'" if is_several(name) and name.endswith("s") else f"{name}'s"


def predicate(subject: str, state: str, states: Iterable[str] = ()) -> str:
    """Return what goes on from a factor's label to say that it is in a state.

    Args:
        subject: the factor's label.
        state: the state's label.
        states: the labels of all of its states.

    >>> predicate("The lease", "lost"), predicate("The network", "works on")
    ('is lost', 'works on')
    >>> predicate("The weather", "no matter")
    'is "no matter"'
    """
    first = state.split(" ", 1)[0].lower()
    plural = is_plural(subject)
    be = "are" if plural else "is"
    if first in _PREDICATIVES or (len(first) > 4 and first.endswith(("ed", "en"))):
        return f"{be} {state}"
    if state.lstrip("-").replace(".", "", 1).isdigit():
        return f"{be} {state}"
    negated = first in ("no", "none", "not") or f"no {state}" in set(states)
    if not negated and (begins_with_verb(state) if not plural else first.isalpha()):
        return state
    return f'{be} "{state}"'
