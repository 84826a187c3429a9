"""English by rule: capitals, lists, and whether a state goes on from its subject as a verb.

Labels are written by analysts, and these rules only guess at their grammar. A wrong guess gives
an awkward sentence, never a wrong statement: what no rule fits is put into quotation marks.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from middlegame.report.text.capitals import NO_TEXTS, Capitals

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
_NAMES_OF_ONE = frozenset({
    "Airlines", "Airways", "Americas", "Bahamas", "Donbas", "Emirates", "Industries", "Islands",
    "Maldives", "Nations", "Netherlands", "News", "Philippines", "Seychelles", "States", "Systems",
    "Times",
})  # fmt: skip
"""Plurals at the end of names of countries, newspapers and companies that take a singular verb."""
_PREDICATIVES = frozenset({
    "absent", "active", "alive", "back", "bad", "bankrupt", "bought", "built", "calm", "clear",
    "closed", "cold", "cut", "dead", "deep", "divided", "down", "dry", "empty", "fair", "firm",
    "foul", "free", "full", "general", "given", "gone", "good", "granted", "hard", "held",
    "hidden", "high", "hostile", "intact", "kept", "large", "long", "lost", "low", "loyal",
    "made", "mild", "neutral", "off", "on", "open", "passive", "poor", "present", "private",
    "public", "quiet", "ready", "real", "rich", "safe", "secret", "seen", "sent", "severe",
    "short", "shot", "shut", "slow", "small", "soft", "sold", "stable", "strong", "struck",
    "tense", "unhurt", "united", "unseen", "up", "weak", "wet", "withheld", "won",
})  # fmt: skip
"""Adjectives and irregular participles that are common as names of states."""
_PARTICIPLES = frozenset({"alone", "bound", "caught", "found"})
_FINITE_VERBS = frozenset({"are", "does", "goes", "has", "have", "is", "was", "were", "will"})
_AUXILIARIES = _FINITE_VERBS | {"can", "cannot", "could", "do", "had", "may", "must", "would"}
_DETERMINERS = frozenset({
    "a", "an", "any", "every", "her", "his", "its", "my", "no", "our", "some", "that", "the",
    "their", "these", "this", "those",
})  # fmt: skip
_QUANTITIES = frozenset({"all", "both", "five", "four", "many", "most", "three", "two"})
_QUESTION_WORDS = frozenset({
    "are", "can", "could", "did", "do", "does", "had", "has", "have", "how", "is", "may", "should",
    "was", "were", "what", "when", "where", "whether", "which", "who", "whom", "whose", "why",
    "will", "would",
})  # fmt: skip
_ADJECTIVE_ENDINGS = ("ar", "al", "can", "ern", "ese", "ian", "ic", "ish", "lan")
_PLURAL_MODIFIERS = frozenset({"arms", "customs", "goods", "sales", "sanctions", "savings"})
_NO_VERBS = frozenset({
    "afterwards", "always", "besides", "hers", "less", "nowadays", "others", "ours", "perhaps",
    "sometimes", "theirs", "towards", "yours",
})  # fmt: skip
_NO_VERB_ENDINGS = ("ss", "us", "is", "'s", "ous")
_DOUBLED = frozenset({
    "admit", "begin", "cancel", "commit", "compel", "control", "defer", "deter", "expel", "forget",
    "level", "occur", "omit", "permit", "prefer", "rebel", "refer", "repel", "signal", "submit",
    "transfer", "travel", "upset",
})  # fmt: skip
"""Verbs of several syllables that double their last letter before an ending."""
_ES_ENDINGS = ("sses", "shes", "ches", "xes", "zzes", "oes")
_NO_PLURAL_ENDINGS = ("ss", "us", "is", "'s")


def capitalize_first(text: str) -> str:
    """Return the text with its first letter as a capital."""
    return text[:1].upper() + text[1:]


def mid_sentence(text: str, capitals: Capitals = NO_TEXTS) -> str:
    """Return a label as it stands within a sentence: only names keep their capital.

    Args:
        text: the label.
        capitals: of its contest, whose texts say which words are names.

    >>> mid_sentence("The tenant loses"), mid_sentence("Moscow waits")
    ('the tenant loses', 'Moscow waits')
    >>> mid_sentence("Favour of the leader"), mid_sentence("NATO troops"), mid_sentence("War")
    ('favour of the leader', 'NATO troops', 'war')
    """
    first, _, rest = text.partition(" ")
    if first.lower() in _LOWER_CASE_WORDS:
        named_a = first == "A" and begins_with_verb(rest)
        lowered = bool(rest) and not named_a
    else:
        lowered = not capitals.is_name(first, rest)
    return f"{first[:1].lower()}{text[1:]}" if lowered else text


def with_article(name: str, capitals: Capitals = NO_TEXTS) -> str:
    """Return a name as the subject of a clause: with its article if it is a common noun.

    >>> with_article("oil price"), with_article("war breaks out"), with_article("cuba")
    ('the oil price', 'war breaks out', 'cuba')
    """
    first = name.split(" ", 1)[0]
    determined = first in _LOWER_CASE_WORDS | _DETERMINERS | _QUANTITIES
    common = not capitals.is_name(first.capitalize())
    if determined or not common or is_statement(name, capitals) or _is_predicative(name):
        return name
    return f"the {name}"


def as_noun(label: str, capitals: Capitals = NO_TEXTS) -> str:
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
        return f"being {mid_sentence(label, capitals)}"
    return mid_sentence(label, capitals)


def quote(text: str) -> str:
    """Return a text in quotation marks, with single ones for those within it.

    >>> print(quote('Cost of "waits"'))
    "Cost of 'waits'"
    """
    return '"' + text.replace('"', "'") + '"'


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


def plural_verb(phrase: str) -> str:
    """Return a verb in the third person, and what follows it, as they go with a plural.

    >>> plural_verb("accepts the offer"), plural_verb("waits and sees"), plural_verb("carries on")
    ('accept the offer', 'wait and see', 'carry on')
    >>> plural_verb("reaches out"), plural_verb("goes to court"), plural_verb("uses ships and men")
    ('reach out', 'go to court', 'use ships and men')
    """
    words = phrase.split(" ")
    joined = len(words) > 2 and words[1] in ("and", "or", "but")
    for place in (0, 2) if joined else (0,):
        if begins_with_verb(words[place]):
            words[place] = _without_ending(words[place])
    return " ".join(words)


def _without_ending(verb: str) -> str:
    if verb.endswith("ies") and len(verb) > 4:
        return f"{verb[:-3]}y"
    return verb[:-2] if verb.endswith(_ES_ENDINGS) else verb[:-1]


def gerund(phrase: str, *, plural: bool = False) -> str:
    """Return a verb and what follows it as a gerund; empty where no rule fits.

    Args:
        phrase: the verb in the third person, or as it goes with a plural, and what follows it.
        plural: whether it goes with a plural.

    >>> gerund("shares its intelligence"), gerund("lets it run"), gerund("does not sail")
    ('sharing its intelligence', 'letting it run', 'not sailing')
    >>> gerund("talks and goes to court"), gerund("go to court", plural=True), gerund("lies low")
    ('talking and going to court', 'going to court', 'lying low')
    >>> gerund("promises peace and gives up"), gerund("high")
    ('', '')
    """
    words = phrase.split(" ")
    negated = len(words) > 2 and words[0] in ("does", "do") and words[1] == "not"
    if negated:
        return f"not {' '.join([_ing(words[2]), *words[3:]])}"
    joined = len(words) > 2 and words[1] in ("and", "or")
    places = (0, 2) if joined else (0,)
    later = pairwise(words[places[-1] + 1 :])
    if any(each in ("and", "or", "but") and (plural or begins_with_verb(v)) for each, v in later):
        return ""
    if plural and (joined or not words[0].isalpha() or words[0].endswith("ly")):
        return ""
    if not plural and not all(begins_with_verb(words[place]) for place in places):
        return ""
    for place in places:
        words[place] = _ing(words[place] if plural else _without_ending(words[place]))
    return " ".join(words)


def _ing(verb: str) -> str:
    """Return the gerund of a verb's plain form."""
    if verb.endswith("ie"):
        return f"{verb[:-2]}ying"
    if verb.endswith("e") and not verb.endswith(("ee", "oe", "ye")) and len(verb) > 2:
        return f"{verb[:-1]}ing"
    short = re.fullmatch(r"(qu|[^aeiou])*[aeiou][^aeiouwxy]", verb) is not None
    return f"{verb}{verb[-1] if short or verb in _DOUBLED else ''}ing"


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
        owned = before.lower() in _DETERMINERS or before.endswith(("'s", "s'"))  # before a noun
        if word in _FINITE_VERBS or (not owned and word.islower() and begins_with_verb(word)):
            return True
    return False


def asks(label: str) -> bool:
    """Whether a label is a question: `Is the lease lost?`, `whether the lease is lost`."""
    first = label.split(" ", 1)[0].lower()
    return label.endswith("?") or (first in _QUESTION_WORDS and " " in label)


def is_statement(label: str, capitals: Capitals = NO_TEXTS) -> bool:
    """Whether a label surely goes on from "it is likely that".

    >>> is_statement("British forces land"), is_statement("The price of oil is low")
    (True, True)
    >>> is_statement("War"), is_statement("The war in spring"), is_statement("Early elections")
    (False, False, False)
    >>> is_statement("Losses at sea"), is_statement("Missiles removed"), is_statement("All go")
    (False, False, True)
    """
    words = label.split()
    if any(word in _AUXILIARIES for word in words[1:]):
        return True
    if is_clause(label):
        return not _may_be_plural_noun(words, capitals)
    several = False
    for before, word in pairwise(words):
        if word.lower() in _PREPOSITIONS:
            return False
        several = several or before == "and"
        noun = before.lower()
        plural = several or noun in _QUANTITIES or (
            len(noun) > 3 and noun.endswith("s") and not noun.endswith((*_NO_PLURAL_ENDINGS, "s'"))
        )  # fmt: skip
        verb = word.isalpha() and word.islower() and word not in _QUANTITIES | {"and", "or"}
        if plural and verb and before != "and" and noun not in _PLURAL_MODIFIERS:
            return not _is_predicative(word)
    return False


def _may_be_plural_noun(words: Sequence[str], capitals: Capitals) -> bool:
    """Whether the first word that looks like a verb may be a noun: `Early elections`."""
    for place in range(1, len(words)):
        before, word = words[place - 1], words[place]
        if word.islower() and begins_with_verb(word) and before.lower() not in _DETERMINERS:
            common = place == 1 and mid_sentence(before, capitals) != before
            adjective = common or before.lower().endswith(_ADJECTIVE_ENDINGS)
            following = words[place + 1] if place + 1 < len(words) else ""
            ends = not following or following in _PREPOSITIONS or following in ("and", "or")
            return adjective and ends
    return False


def is_noun_phrase(label: str, capitals: Capitals = NO_TEXTS) -> bool:
    """Whether a label surely is a noun of which one can say that it is likely.

    >>> is_noun_phrase("War"), is_noun_phrase("A settlement this year"), is_noun_phrase("Thatcher")
    (True, True, False)
    >>> is_noun_phrase("Missiles removed"), is_noun_phrase("The price of oil falls")
    (False, False)
    """
    words = label.split()
    named = mid_sentence(label, capitals) == label and label[:1].isupper()
    verbal = any(_is_predicative(word) or begins_with_verb(word) for word in words[1:])
    return not (named or verbal or asks(label) or is_statement(label, capitals))


def _is_predicative(word: str) -> bool:
    """Whether a word looks like a participle, or an adjective that is common as a state."""
    return word in _PREDICATIVES or (len(word) > 4 and word.endswith(("ed", "en")))


def is_plural(subject: str) -> bool:
    """Whether the noun that a label is about looks like a plural.

    >>> is_plural("The Jupiters in Turkey"), is_plural("Work in the docks")
    (True, False)
    """
    noun = _head_noun(subject)
    return len(noun) > 3 and noun.endswith("s") and not noun.endswith(_NO_PLURAL_ENDINGS)


def is_several(actor: str) -> bool:
    """Whether an actor's name takes the verb of a plural: no country's and no newspaper's does.

    >>> is_several("The regional barons"), is_several("The United States"), is_several("Laos")
    (True, False, False)
    >>> is_several("The Greens"), is_several("The House of Lords"), is_several("The Moscow Times")
    (True, False, False)
    >>> is_several("Pretoria and Lisbon"), is_several("The Ministry of War and Peace")
    (True, False)
    """
    if " and " in actor and actor not in _COUNTRIES_OF_TWO:
        return all(each[:1].isupper() and " " not in each for each in actor.split(" and "))
    head = _head_noun(actor)
    common = head.islower() or (actor[:4].lower() == "the " and head not in _NAMES_OF_ONE)
    return is_plural(actor) and common


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
    >>> possessive("the Liberals"), possessive("the United States")
    ("the Liberals'", "the United States's")
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
    >>> predicate("Rail", "built"), predicate("Rail", "shelved")
    ('is built', 'is shelved')
    >>> predicate("The weather", "no matter")
    'is "no matter"'
    """
    first = state.split(" ", 1)[0].lower()
    plural = is_plural(subject)
    be = "are" if plural else "is"
    if _is_predicative(first):
        return f"{be} {state}"
    if state.lstrip("-").replace(".", "", 1).isdigit():
        return f"{be} {state}"
    negated = first in ("no", "none", "not") or f"no {state}" in set(states)
    if not negated and (begins_with_verb(state) if not plural else first.isalpha()):
        return state
    return f'{be} "{state}"'
