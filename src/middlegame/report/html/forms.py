"""The report's other forms: Markdown and PDF, converted from the HTML page.

Pandoc converts the page to Markdown, or to Typst's markup; Typst typesets that on A4.
"""

import re
from collections.abc import Callable
from html import escape, unescape
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType

from middlegame.base.errors import QueryError
from middlegame.base.files import write_whole
from middlegame.report.charts.standalone import standalone_svg

_TEMPLATES = Path(__file__).parent / "templates"
_SVG = re.compile(r"<svg\b([^>]*)>.*?</svg>", re.DOTALL)
_LABEL = re.compile(r'aria-label="([^"]*)"')
_SIZE = re.compile(r'viewBox="\S+ \S+ (\S+) ([^"\s]+)"')
_SHEET = re.compile(r"<style>.*?</style>", re.DOTALL)
_CONTENTS = re.compile(r'<nav class="contents".*?</nav>', re.DOTALL)
_LONG = re.compile(r'<span class="long">.*?</span>')
_SHORT = re.compile(
    r'<span class="short">.*?</span>|<p class="lead on-paper">.*?</p>|'
    r'<div class="graph on-paper">.*?</div>',
    re.DOTALL,
)
_ON_SCREEN = re.compile(
    r'<div class="graph on-screen".*?</div>|<ul class="effects narrow">.*?</ul>', re.DOTALL
)
_CAPTION = re.compile(r'<span class="caption[^"]*">.*?</span>(?:</span>)?', re.DOTALL)
"""What explains a picture; none holds a part in `<span>` but the last."""
_DRAWN = re.compile(
    r'<(figure|div) class="matrix".*?</\1>\s*(?=<ul class="effects narrow">)|'
    r'<div class="graph.*?</div>|<div class="scroll"[^>]*><div[^>]*class="cascade">.*?</div></div>',
    re.DOTALL,
)
"""Pictures whose content is not their label: a list or a table beside them has it."""
_EMPTY = re.compile(
    r'<p class="lead">\s*</p>|<section aria-labelledby="contest"[^>]*>\s*<h2[^>]*>.*?</h2>\s*'
    r'(?:<p class="lead">\s*</p>\s*)?</section>',
    re.DOTALL,
)
_FOOTER = re.compile(r"<footer>.*?</footer>", re.DOTALL)
_RARE = re.compile(r'<tr class="rare">.*?</tr>|<details class="rare">.*?</details>', re.DOTALL)
_BODY = re.compile(r"<body>(.*)</body>", re.DOTALL)
_PIXEL = 0.75
"""Print points per pixel of the page."""
_PICTURE_HEIGHT = 640.0
"""Height of a picture on the PDF's page at most, in print points."""
_TEXT_WIDTH = 510.0
"""Width of a line of text on the PDF's page, in print points."""


def check_form(path: Path) -> None:
    """Check that a report can be written in the form that a file's suffix names.

    Raises:
        QueryError: the suffix is unknown, or the form's libraries are not installed.
    """
    _writer(path)


def write_report(path: Path, page: str) -> None:
    """Write a report in the form that the file's suffix names, whole or not at all.

    Args:
        path: the file, with the suffix .html, .md or .pdf.
        page: the report's HTML page.

    Raises:
        QueryError: the suffix is unknown, or the form's libraries are not installed.
        OSError: the file cannot be written; an existing file is left as it was.
    """
    write_whole(path, _writer(path)(page))


def _writer(path: Path) -> Callable[[str], bytes]:
    suffix = path.suffix.lower()
    if suffix in (".html", ".htm"):
        return str.encode
    if suffix in (".md", ".markdown"):
        _documents()
        return lambda page: as_markdown(page).encode()
    if suffix == ".pdf":
        _documents()
        return as_pdf
    raise QueryError(
        f"invalid name of a report: {path.name}; expected one that ends in .html, .md or .pdf"
    )


def _documents() -> tuple[ModuleType, ModuleType]:
    try:
        import pypandoc
        import typst
    except ImportError:
        raise QueryError(
            "reports in Markdown and PDF need Pandoc and Typst: "
            "python -m pip install 'middlegame[documents]'"
        ) from None
    return pypandoc, typst


def as_markdown(page: str) -> str:
    """Convert a report's HTML page to GitHub's Markdown, with the labels of charts as text."""
    pandoc, _ = _documents()
    whole = _SHORT.sub("", _CONTENTS.sub("", page))
    whole = _EMPTY.sub("", _CAPTION.sub("", _DRAWN.sub("", whole)))
    html = _SVG.sub(lambda found: _in_words(found[1]), _plain(whole))
    return str(pandoc.convert_text(html, "gfm-raw_html", format="html", extra_args=["--wrap=none"]))


def as_pdf(page: str) -> bytes:
    """Convert a report's HTML page to a PDF on A4 with searchable text."""
    pandoc, typst = _documents()
    colours = dict(re.findall(r"--([a-z]+):(#[0-9a-fA-F]+)", page.split("}", 1)[0]))
    with TemporaryDirectory() as folder:
        place = Path(folder)

        def drawn(found: re.Match[str]) -> str:
            if 'aria-hidden="true"' in found[1]:
                return ""
            name = f"{len([*place.iterdir()])}.svg"
            alone = standalone_svg(found[0], font="Libertinus Serif", colours=colours)
            (place / name).write_text(alone, encoding="utf-8")
            label = _LABEL.search(found[1])
            natural = _SIZE.search(found[0])
            width = 1.0
            if natural:
                wide, high = float(natural[1]) * _PIXEL, float(natural[2]) * _PIXEL
                width = wide * min(1.0, _PICTURE_HEIGHT / high) / _TEXT_WIDTH
            return (
                f'<p><img src="{name}" width="{min(100 * width, 100):.1f}%" '
                f'alt="{label[1] if label else ""}"></p>'
            )

        source = place / "report.typ"
        source.write_text(
            pandoc.convert_text(
                _SVG.sub(drawn, _plain(_on_paper(page))),
                "typst",
                format="html",
                extra_args=[
                    "--wrap=none",
                    "--standalone",
                    f"--template={_TEMPLATES / 'report.typ'}",
                    f"--lua-filter={_TEMPLATES / 'report.lua'}",
                ],
            ),
            encoding="utf-8",
        )
        return bytes(typst.compile(str(source), root=folder))


def _on_paper(page: str) -> str:
    """Return the page as it is printed: short citations, and without the least likely situations.

    The list of contents becomes one with page numbers, and the appendices keep their marks.
    """
    page = _ON_SCREEN.sub("", page)
    page = _RARE.sub("", _LONG.sub("", _CONTENTS.sub('<div class="contents"></div>', page)))
    for name in ("policies", "judgements"):
        start = f'<section aria-labelledby="{name}" class="appendix">'
        head, found, rest = page.partition(start)
        if found:
            body, _, rest = rest.partition("</section>")
            page = f'{head}<div class="appendix {name}">{body}</div>{rest}'
    page = _FOOTER.sub("", page)
    return page.replace(
        '<section aria-labelledby="contest"',
        '<div class="page"></div><section aria-labelledby="contest"',
        1,
    )


def _plain(page: str) -> str:
    """Return the page for print: headings in the place of folds, without decorative parts."""
    body = "".join(_BODY.findall(_SHEET.sub("", page, count=1)))
    body = re.sub(r"</?(?:header|main|footer)>", "", body)
    body = re.sub(r"<tfoot.*?</tfoot>", "", body, flags=re.DOTALL)
    body = re.sub(r"(<h2[^>]*>[^<]*) <small>(.*?)</small>", r"\1: \2", body)
    body = re.sub(r'(<t[hd]\b[^>]*>[^<]*[^<.]) <small>(?!\()',
                  lambda found: f"{found[0].rpartition(' ')[0]}, ", body)  # fmt: skip
    body = re.sub(r"(<summary>.*?) <small>.*?</small>", r"\1", body)
    for tag, becomes in (
        ("details", "div"),
        ("summary", "h3"),
        ("figure", "div"),
        ("section", "div"),
    ):
        body = re.sub(rf"<{tag}\b[^>]*>", f"<{becomes}>", body)
        body = body.replace(f"</{tag}>", f"</{becomes}>")
    body = re.sub(r"<figcaption>(.*?)</figcaption>", r"<h4>\1</h4>", body, flags=re.DOTALL)
    body = re.sub(r'(<t[hd]\b[^>]*class="[^"]*\bnumber\b[^"]*")', r'\1 align="right"', body)
    body = re.sub(r'<span class="sideways">.*?</span>', "", body)
    body = re.sub(r'<span class="caption of-ranges">.*?</span>', "", body, flags=re.DOTALL)
    body = re.sub(r'<span class="differs">(.*?)</span>', r"<em>\1</em>", body, flags=re.DOTALL)
    body = re.sub(r'<svg class="interval".*?</svg>', "", body, flags=re.DOTALL)
    body = re.sub(r'</p>\s*<p class="range">', ": ", body)
    body = re.sub(
        r'<p class="answer">(.*?)</p>', r"<blockquote>\1</blockquote>", body, flags=re.DOTALL
    )
    body = re.sub(r'(<b class="share">.*?</b>)\s*<p>', r"<p>\1 ", body)
    body = re.sub(r"</b>(</span>)?<b>", r"</b>\1 <b>", body)
    body = body.replace("</span><b>", "</span>: <b>")
    title = re.search(r"<title>(.*?)</title>", page, re.DOTALL)
    return (
        f"<!doctype html><html lang='en'><head><title>{escape(unescape(title[1])) if title else ''}"
        f"</title></head><body>{body}</body></html>"
    )


def _in_words(attributes: str) -> str:
    label = _LABEL.search(attributes)
    if 'aria-hidden="true"' in attributes or label is None:
        return ""
    return f"<p>{label[1]}</p>"
