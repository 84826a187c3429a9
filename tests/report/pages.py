"""Helpers of the report's tests: plain consoles, golden files, a reader of HTML pages."""

import io
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from rich.console import Console

from middlegame.report.charts.layout import text_width
from middlegame.report.terminal.show import show
from tests.golden import check_golden

INJECTION = '<script>alert("1")</script>'
_GOLDEN = Path(__file__).parent / "golden"
_VOID = {"meta", "link", "br", "hr", "img", "input"}


def plain_console(width: int = 80) -> Console:
    """Return a console that prints into memory, as in a pipe."""
    return Console(file=io.StringIO(), width=width)


def printed(console: Console) -> str:
    """Return everything that was printed on a console of `plain_console`."""
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def show_plain(result: Any, width: int = 80, **options: Any) -> str:
    """Return what `show` prints for a result in a pipe."""
    console = plain_console(width)
    show(result, console, **options)
    return printed(console)


def compare_with_golden(name: str, text: str) -> None:
    """Compare a text with a golden file of the report."""
    check_golden(_GOLDEN / name, text)


def unwrap(text: str) -> str:
    """Return a printed text on one line, with single spaces."""
    return " ".join(text.split())


class PageReader(HTMLParser):
    """Checks that tags close in order, and collects tags, attributes and text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_startendtag(tag, attrs)
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text.append(data)


def read_page(page: str) -> PageReader:
    """Parse an HTML page, and check that all its tags are closed."""
    reader = PageReader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return reader


def page_text(page: str) -> str:
    """Return a page's text with single spaces."""
    return unwrap("".join(read_page(page).text))


def texts_outside(svg: str) -> list[str]:
    """Return the texts of a chart that a wide font would draw outside of its picture."""
    root = ElementTree.fromstring(svg)
    left, top, width, height = map(float, root.attrib["viewBox"].replace(",", " ").split())
    found: list[str] = []

    def read(element: ElementTree.Element, x: float, y: float, size: float) -> None:
        transform = element.get("transform", "")
        if moved := re.search(r"translate\(([-\d.]+)[ ,]([-\d.]+)\)", transform):
            x, y = x + float(moved[1]), y + float(moved[2])
        size = float(element.get("font-size", str(size)).removesuffix("px"))
        if element.tag.endswith("}text"):
            x, y = x + float(element.get("x", 0)), y + float(element.get("y", 0))
            lines = [span.text or "" for span in element if "dy" in span.attrib]
            if element.text or not lines:
                lines.insert(
                    0, "".join(s.text or "" for s in element.iter() if "dy" not in s.attrib)
                )
            room = max(map(text_width, lines)) * size / 12
            before = {"end": 1.0, "middle": 0.5}.get(element.get("text-anchor", "start"), 0.0)
            if "rotate(-90)" in transform:
                begin, end = y - room * (1 - before), y + room * before
                fits = top - 3 <= begin and end <= top + height + 3
            else:
                begin, end = x - room * before, x + room * (1 - before)
                fits = left - 3 <= begin and end <= left + width + 3
            if not fits:
                found.append(" ".join(lines))
            return
        for child in element:
            read(child, x, y, size)

    read(root, 0.0, 0.0, 12.0)
    return found
