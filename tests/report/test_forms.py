import io
import re
from pathlib import Path

import pypdf
import pytest
from click.testing import CliRunner

import middlegame as mg
from middlegame.analysis.dominoes import dominoes
from middlegame.base.errors import QueryError
from middlegame.cli.main import commands
from middlegame.io.examples import open_scenario
from middlegame.report.charts.dominoes import matrix_rows
from middlegame.report.html.forms import as_markdown, as_pdf, check_form, write_report
from middlegame.report.html.report import html_report
from middlegame.report.html.sections import sections
from middlegame.report.text.policies import policy_words
from tests.report.pages import page_text


@pytest.fixture(scope="module")
def page() -> str:
    loaded = open_scenario("harbour-lease")
    assert loaded.scenario
    return html_report(mg.solve(loaded.scenario), loaded)


def test_markdown_has_the_headings_and_sentences_of_the_page(page: str) -> None:
    markdown = as_markdown(page)
    assert markdown.splitlines()[2].startswith("# Who will hold")
    for heading in re.findall(r"<h2[^>]*>(.*?)(?: <small>|</h2>)", page):
        assert f"## {heading}" in markdown
    assert "The rival's bid: stays out 26% (7..47%), makes an offer 74% (53..93%)" in markdown
    assert "| The tenant loses the berth | **25%** 9..44% |" in re.sub(" +", " ", markdown)
    assert "1.  **37%** The rival power makes an offer." in markdown
    assert not re.search(r"<\w|data:image|\*\*\*\*", markdown)


def test_markdown_explains_no_picture_and_lists_what_pictures_show(page: str) -> None:
    eq = mg.solve(mg.load("harbour-lease"))
    found = dominoes(eq)
    report = html_report(eq, analyses=sections(found))
    markdown = as_markdown(report)
    for words in ("The dot is", "The mark on", "Each box", "Arrows", "Broken lines"):
        assert words in report
        assert words not in markdown
    assert not re.search(r"Matrix of effects|moves and \d+ factors", markdown)
    label, ((amount, outcome), *_) = matrix_rows(found)[0]
    assert f"- {label}\n\n  **{amount:+g}** {outcome}" in markdown
    assert "*Marked* steps" in markdown
    assert re.search(r"^2\.  \*\*\d+%\*\* .*\*The [^*]+\.\*", markdown, re.MULTILINE)
    without = re.sub(r'<p class="about">.*?</p>', "", report)
    assert "## The contest" in markdown
    assert "## The contest" not in as_markdown(without)


def test_policies_are_those_before_the_evidence(page: str) -> None:
    given = mg.solve(mg.load("harbour-lease")).given("lease = lost")
    text = page_text(html_report(given))
    policies = text[text.index("Policies what each move observes") :]
    for move in given.diagram.decisions:
        assert policy_words(given.prior, move.name) in policies
    assert "All numbers here are those before the evidence." in policies
    assert "before the evidence." not in page_text(page)


def test_markdown_aligns_numbers_in_tables_to_the_right(page: str) -> None:
    assert re.search(r"^\| *:?-+ *\|( *-+: *\|)+$", as_markdown(page), re.MULTILINE)


def test_pdf_is_a4_with_searchable_text(page: str) -> None:
    pages = pypdf.PdfReader(io.BytesIO(as_pdf(page))).pages
    assert [round(float(side)) for side in pages[0].mediabox[2:]] == [595, 842]
    text = " ".join(re.sub(r"\s+", " ", each.extract_text()) for each in pages)
    assert "It is unlikely that the tenant loses the berth (25%; 90% of worlds" in text
    assert "makes an offer" in pages[0].extract_text()
    assert "Method and limits" in text


def test_markup_in_a_scenario_stays_text(page: str) -> None:
    hostile = page.replace(
        "The rival power makes an offer", "#eval(&quot;1&quot;) $x$ &lt;b&gt; [click](http://x.y)"
    )
    assert hostile != page
    text = "".join(p.extract_text() for p in pypdf.PdfReader(io.BytesIO(as_pdf(hostile))).pages)
    assert '#eval("1") $x$ <b> [click](http://x.y)' in re.sub(r"\s+", " ", text).replace(
        "”", '"'
    ).replace("“", '"')
    assert "\\[click\\]" in as_markdown(hostile)


def test_unknown_suffix_is_refused_before_any_work(tmp_path: Path) -> None:
    with pytest.raises(QueryError, match=r"\.html, \.md or \.pdf"):
        check_form(tmp_path / "report.docx")
    result = CliRunner().invoke(commands, ["solve", "no-such-file", "--report", "x.docx"])
    assert result.exit_code == 2
    assert ".pdf" in result.output


def test_missing_library_is_named_in_the_message(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "typst", None)
    with pytest.raises(QueryError, match=r"middlegame\[documents\]"):
        check_form(tmp_path / "report.pdf")
    check_form(tmp_path / "report.html")


def test_each_form_is_written_whole(page: str, tmp_path: Path) -> None:
    for name, begins in (
        ("a.html", b"<!doctype html>"),
        ("a.MD", b"Harbour lease"),
        ("a.pdf", b"%PDF"),
    ):
        write_report(tmp_path / name, page)
        assert (tmp_path / name).read_bytes().startswith(begins)
    assert len([*tmp_path.iterdir()]) == 3
