"""Faults for somebody who fills in the forms of the tab Build, and sees no YAML."""

import re

from middlegame.scenario.faults import Path

_EXAMPLE = re.compile(r"a condition such as: \S+ = \S+ and \S+ = [^\s;]+")
"""An example of another contest, in a fault's message."""
_MISSING = re.compile(r"the key '(\w+)' is missing")
_TOO_FEW = re.compile(r"'(?P<key>\w+)' has too few entries(?:; expected at least (?P<least>\d+))?")
_PARTS = {
    "options": ("option", 2), "states": ("state", 2), "terms": ("promise", 1), "rows": ("row", 1),
    "judgements": ("number that differs", 1), "actors": ("actor", 1), "knows": ("move", 1),
}  # fmt: skip
"""What the parts of a list are called, and how many of them there must be."""
_FORM_WORDS = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (_EXAMPLE.pattern, "a condition, such as + beside the field inserts"),
        (r"knows: \[.*?\]", "what is missing chosen under 'What it knows'"),
        (r"scale: \{[^}]*\}, at '(\w+)'", r"a scale for '\1'"),
        (r"a scale such as \{[^}]*\}", "a value at 'to' above that at 'from', such as 100 and 0"),
        (r"scale: \{[^}]*\}; or chance", "a scale; or another way at 'It is given by'"),
        (
            r"\{comes: \d+%\}; or a scale, at '(\w+)'",
            r"a chance of each state; or a scale for '\1'",
        ),
        (
            r"the rule has (?:neither|both) 'then' (?:nor|and) 'from'; .*",
            "the rule needs either chances or 'Or it keeps'",
        ),
        (r"resources: \{\w+: \{(\w+): \w+\}\}", r"'\1' added under Resources"),
        (r"spends: \{\w+: \w+\}, at an option", "an option that spends it"),
        (r"periods: \{[^}]*\} at the top", "periods, added in 'The contest itself'"),
        (r"interests: \{\w+: \[\.\.\.\]\}", "interests, added under Interests"),
        (r"numbers: \{(\w+): [^}]*\}", r"a named number '\1'"),
        (r"start: \w+, or start: \{[^}]*\}, at '(\w+)'", r"the state of '\1' before all periods"),
        (r"when: the condition", "a condition"),
        (r"will: (?=\w+ =)", ""),
        (r"exactly one of chance, rules, causes, table", "one of them at 'It is given by'"),
    )
)
"""What the forms have for what a message writes as YAML."""


def plain_message(message: str, path: Path) -> str:
    """Return a fault's message in the words of the forms.

    Args:
        message: what is wrong, and perhaps what was expected.
        path: where in the scenario.
    """
    if _MISSING.fullmatch(message):
        if path == ("actors",):
            return "there is no actor yet; add one with + beside Actors"
        return "this is missing"
    if few := _TOO_FEW.fullmatch(message):
        part, least = _PARTS.get(few["key"], ("entry", 1))
        number = int(few["least"] or least)
        return (
            f"at least {number} {part}s are needed"
            if number > 1
            else f"at least one {part} is needed"
        )
    if path[:1] == ("questions",) and "the question has no condition" in message:
        return "nothing is asked yet; write a condition, or choose the value on a scale"
    for pattern, words in _FORM_WORDS:
        message = pattern.sub(words, message)
    return message


def plain_sentence(message: str, path: Path) -> str:
    """Return the message of `plain_message` as a sentence."""
    plain = plain_message(message, path)
    return f"{plain[:1].upper()}{plain[1:]}{'' if plain.endswith(('.', '?')) else '.'}"
