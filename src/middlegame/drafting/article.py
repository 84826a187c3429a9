"""Read an article in any common form, and cut it into the paragraphs that citations number."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from middlegame.base.errors import MiddlegameError
from middlegame.scenario.sources import paragraphs

MAX_BYTES = 8 << 20
"""The largest article: what a source's file may have, so that quotes can be checked in it."""
_MAX_TITLE = 120
_SENTENCE_END = re.compile(r"[.!?…:;][\"'”’»)\]]*$")
_FURNITURE = re.compile(
    r"(?:https?://|www\.)\S+"
    r"|(?:related(?: articles?)?|read (?:more|also)|see also|advertisement)\b.{0,200}"
    r"|the (?:views|opinions) expressed\b.*"
    r"|(?:©|copyright\b|all rights reserved\b).{0,200}"
    r"|(?:page )?\d+(?: (?:of|/) \d+)?",
    re.IGNORECASE,
)
"""Paragraphs that are not of the body: bare addresses, links, disclaimers, page numbers."""
_PHOTO_CREDIT = re.compile(r"[A-ZÀ-Þ][A-ZÀ-Þ .'-]*(?: / [A-ZÀ-Þ][A-ZÀ-Þ .'-]*)+$")
_HYPHENATED = re.compile(r"(?<=\w-)\n\s*(?=[a-zß-ÿ])|\u00ad\n?")


@dataclass(frozen=True)
class Article:
    """An article in numbered paragraphs.

    Attributes:
        title: its title; the file's name where the text has none.
        paragraphs: its body, each paragraph on one line; citations number them from 1.
    """

    title: str
    paragraphs: tuple[str, ...]

    def text(self) -> str:
        """Return the body as the source's file holds it: paragraphs parted by empty lines."""
        return "\n\n".join(self.paragraphs) + "\n"

    def paragraph(self, number: int) -> str:
        """Return a paragraph by its number; empty if there is none."""
        return self.paragraphs[number - 1] if 0 < number <= len(self.paragraphs) else ""


def read_article(path: Path) -> Article:
    """Read an article from a file: text, Markdown, HTML, PDF or Word, by the name's ending.

    Captions, links to related articles, page numbers and disclaimers are left out, and a
    paragraph that a page break cuts is joined.

    Raises:
        MiddlegameError: the file cannot be read, is too large or has no text, its form is unknown,
            or a library for its form is not installed.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise MiddlegameError(f"{path}: unknown form of article; expected {' '.join(_READERS)}")
    if not path.is_file():
        raise MiddlegameError(f"{path}: there is no such file")
    if path.stat().st_size > MAX_BYTES:
        raise MiddlegameError(f"{path}: the article is larger than 8 MiB")
    try:
        title, text = reader(path)
    except ModuleNotFoundError as error:
        raise missing_library(str(error.name)) from None
    return article_from_text(text, title=title, name=path.stem, place=str(path))


def article_from_text(
    text: str, *, title: str = "", name: str = "article", place: str = "the text"
) -> Article:
    """Cut a text into an article.

    Args:
        text: the text, with empty lines between paragraphs.
        title: the title, if it is known.
        name: what to call the article if it has no title.
        place: where the text is from, for messages.

    Raises:
        MiddlegameError: there is no text.
    """
    found = list(_joined(each for each in paragraphs(text) if _in_body(each)))
    if not title and len(found) > 1 and _is_heading(found[0]):
        title = found[0]
    if title and len(found) > 1 and found[0] == title:
        del found[0]
    if not any(re.search(r"\w", each) for each in found):
        raise MiddlegameError(
            f"{place}: no text was found; a scanned document must go through text recognition first"
        )
    called = re.sub(r"[-_]+", " ", name).strip()
    return Article(title or called[:1].upper() + called[1:], tuple(found))


def missing_library(name: str) -> MiddlegameError:
    """Return the error for a library of the extra `draft` that is not installed."""
    return MiddlegameError(f"drafting needs {name}: python -m pip install 'middlegame[draft]'")


def _in_body(paragraph: str) -> bool:
    return not (_FURNITURE.fullmatch(paragraph) or _PHOTO_CREDIT.search(paragraph))


def _is_heading(paragraph: str) -> bool:
    return len(paragraph) <= _MAX_TITLE and not _SENTENCE_END.search(paragraph)


def _joined(parts: Iterator[str]) -> Iterator[str]:
    """Join a paragraph that a page break cuts: one without an end, unless it is a heading."""
    waiting = ""
    for part in parts:
        is_cut = part[:1].islower() or waiting.endswith(",") or len(waiting) > _MAX_TITLE
        if waiting and is_cut and not _SENTENCE_END.search(waiting):
            waiting = f"{waiting} {part}"
            continue
        if waiting:
            yield waiting
        waiting = part
    if waiting:
        yield waiting


def _read_text(path: Path) -> tuple[str, str]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise MiddlegameError(f"{path}: not written in UTF-8; save it as UTF-8 text") from None
    return "", _HYPHENATED.sub("", text)


def _read_with_pandoc(path: Path) -> tuple[str, str]:
    """Read Markdown or Word by Pandoc, which may read no other file meanwhile."""
    import pypandoc

    form = "docx" if path.suffix.lower() == ".docx" else "markdown-smart"
    options = ["--wrap=none", "--sandbox"]
    try:
        text = pypandoc.convert_file(str(path), "plain", format=form, extra_args=options)
    except RuntimeError as error:
        reason = str(error).strip().splitlines()[-1]
        raise MiddlegameError(f"{path}: the document cannot be read: {reason}") from None
    return "", text


def _read_html(path: Path) -> tuple[str, str]:
    import trafilatura

    raw = path.read_bytes()
    text = trafilatura.extract(raw, include_comments=False, include_tables=False, favor_recall=True)
    found = trafilatura.extract_metadata(raw)
    return (found.title if found else "") or "", (text or "").replace("\n", "\n\n")


def _read_pdf(path: Path) -> tuple[str, str]:
    from pdfminer.high_level import extract_text
    from pdfminer.pdfexceptions import PDFException

    try:
        text = extract_text(str(path))
    except (PDFException, ValueError, TypeError, KeyError) as error:
        raise MiddlegameError(f"{path}: the document cannot be read: {error}") from None
    return "", _HYPHENATED.sub("", text)


_READERS: dict[str, Callable[[Path], tuple[str, str]]] = {
    ".txt": _read_text,
    ".text": _read_text,
    ".md": _read_with_pandoc,
    ".markdown": _read_with_pandoc,
    ".html": _read_html,
    ".htm": _read_html,
    ".pdf": _read_pdf,
    ".docx": _read_with_pandoc,
}
"""How each form is read: the title, if the form has one, and the text with empty lines."""
