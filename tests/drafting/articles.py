"""An invented article, and the same in every form that is read."""

from pathlib import Path

import pypandoc
import typst

from tests.paths import ROOT

PORT = ROOT / "docs" / "drafting" / "red-sea-port.txt"
HTML = """<!doctype html><html lang="en"><head><title>{title}</title></head><body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/world">World</a></li></ul></nav>
<article><h1>{title}</h1>{body}</article>
<aside><p>Subscribe to our newsletter for more stories like this.</p></aside>
<footer><p>Copyright 2026 The Invented Times. All rights reserved.</p></footer></body></html>"""


def write_as(folder: Path, suffix: str) -> Path:
    """Write the invented article in the form of a suffix."""
    title, *body = PORT.read_text("utf-8").strip().split("\n\n")
    path = folder / f"port{suffix}"
    markdown = f"# {title}\n\n" + "\n\n".join(body)
    if suffix == ".txt":
        path.write_text(PORT.read_text("utf-8"), encoding="utf-8", newline="\r\n")
    elif suffix == ".md":
        path.write_text(markdown, encoding="utf-8")
    elif suffix == ".docx":
        pypandoc.convert_text(markdown, "docx", format="markdown", outputfile=str(path))
    elif suffix == ".html":
        paragraphs = "".join(f"<p>{each}</p>" for each in body)
        path.write_text(HTML.format(title=title, body=paragraphs), encoding="utf-8")
    else:
        source = folder / "port.typ"
        page = '#set page(width: 12cm, height: 11cm, numbering: "1")\n#set par(justify: true)\n'
        source.write_text(f"{page}= {title}\n\n" + "\n\n".join(body), encoding="utf-8")
        typst.compile(str(source), output=str(path))
    return path
