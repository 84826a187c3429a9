"""Text as names are compared and as terminals can print it."""

import re
import unicodedata

_UNPRINTABLE = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def normalize(text: str) -> str:
    """Return a text in Unicode's composed form (NFC), in which equal names are equal texts.

    `é` may be written as one character or as `e` with a combining accent: file systems, keyboards
    and spreadsheets differ.
    """
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def unprintable(text: str) -> re.Match[str] | None:
    """Find the first control character or half of a surrogate pair in a text.

    Tabs and line ends are printable.
    """
    return None if text.isascii() and text.isprintable() else _UNPRINTABLE.search(text)


def character_name(found: re.Match[str]) -> str:
    """Return the name of a character as messages give it: `U+D800`."""
    return f"U+{ord(found[0]):04X}"


def replace_unprintable(text: str) -> str:
    """Return a text with question marks for its control characters, which terminals obey."""
    return _UNPRINTABLE.sub("?", text) if unprintable(text) else text


def lower_article(name: str) -> str:
    """Return a name as it stands within a sentence: `The firm` as `the firm`."""
    return f"the {name[4:]}" if name.startswith("The ") else name
