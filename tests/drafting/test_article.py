"""Reading articles: every form gives the same numbered paragraphs."""

import pytest

from middlegame.base.errors import MiddlegameError
from middlegame.drafting.article import Article, article_from_text, read_article
from middlegame.scenario.sources import paragraphs
from middlegame.scenario.validation.sources import normalize_text
from tests.drafting.articles import PORT, write_as

TITLE = "A port on the Red Sea: what Addis Ababa will do next"
BODY = tuple(paragraphs(PORT.read_text("utf-8"))[1:])


@pytest.mark.parametrize("suffix", [".txt", ".md", ".docx", ".html"])
def test_every_form_gives_the_title_and_the_paragraphs(tmp_path, suffix):
    article = read_article(write_as(tmp_path, suffix))
    assert article.title == TITLE
    assert [*map(normalize_text, article.paragraphs)] == [*map(normalize_text, BODY)]


def test_pdf_gives_the_paragraphs_across_its_pages(tmp_path):
    article = read_article(write_as(tmp_path, ".pdf"))
    found = [normalize_text(each) for each in article.paragraphs]
    assert found[0] == normalize_text(f"{TITLE} {BODY[0]}")  # set too close to be told apart
    assert found[1:] == [*map(normalize_text, BODY[1:])]


def test_text_of_an_article_is_cut_into_the_same_paragraphs_again():
    article = article_from_text(PORT.read_text("utf-8"))
    assert tuple(paragraphs(article.text())) == article.paragraphs
    assert article.paragraph(2).startswith("Ethiopia has had no coast")
    assert (article.paragraph(0), article.paragraph(99)) == ("", "")


def test_captions_links_addresses_and_disclaimers_are_no_paragraphs():
    article = article_from_text(
        "Two ministers in Oslo on May 7. ANNA MUSTER / POOL / AFP\n\nThe talks began on Monday.\n\n"
        "Related article: Talks end\n\nhttps://example.org/a/b\n\n12\n\nThey may fail.\n\n"
        "The views expressed in opinion pieces are the author's own."
    )
    assert article.paragraphs == ("The talks began on Monday.", "They may fail.")


def test_paragraph_that_a_page_cuts_is_joined_and_a_heading_is_not():
    article = article_from_text(
        "A title\n\nThe minister was seen as a\n\nhttps://example.org/x\n\ndifficult partner.\n\n"
        "What comes next\n\nNobody knows."
    )
    assert article == Article(
        "A title",
        ("The minister was seen as a difficult partner.", "What comes next", "Nobody knows."),
    )


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.rtf", b"x", "unknown form of article; expected .txt"),
        ("a.txt", b"\xff\xfe\x00", "save it as UTF-8"),
        ("a.txt", b" \n\n - \n", "no text was found"),
        ("a.pdf", b"no pdf", "cannot be read"),
        ("a.docx", b"no docx", "cannot be read"),
        ("a.html", b"", "no text was found"),
    ],
)
def test_unusable_article_is_refused_with_what_to_do(tmp_path, name, content, message):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(MiddlegameError, match=message):
        read_article(path)


def test_missing_or_too_large_article_is_refused(tmp_path):
    with pytest.raises(MiddlegameError, match="no such file"):
        read_article(tmp_path / "none.txt")
    path = tmp_path / "big.txt"
    path.write_bytes(b"x" * ((8 << 20) + 1))
    with pytest.raises(MiddlegameError, match="larger than 8 MiB"):
        read_article(path)
