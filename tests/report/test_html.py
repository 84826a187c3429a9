import itertools
import re
from pathlib import Path

import pytest

import middlegame as mg
from middlegame.io.examples import open_scenario
from middlegame.report import html
from middlegame.report.charts.bars import forecast_chart
from middlegame.report.charts.intervals import interval_chart
from middlegame.report.html.forms import as_markdown
from middlegame.report.html.report import html_report
from middlegame.report.text.judgements import judgement_groups, web_address
from middlegame.report.text.narrative import answer, words_of
from middlegame.report.text.sweep import OutlookRow
from middlegame.scenario.yaml.load import read_text
from middlegame.sweeps.summaries import Outlook
from tests.report.pages import INJECTION, PageReader, page_text, read_page

LOADS = {"src", "srcset", "data", "poster", "background", "action"}


@pytest.fixture(scope="module")
def page(venezuela: mg.Equilibrium) -> str:
    return html_report(venezuela, open_scenario("venezuela-2026"))


def check_self_contained(page: str) -> PageReader:
    reader = read_page(page)
    assert not {"script", "link", "iframe", "object", "embed", "img"} & set(reader.tags)
    for tag, name, value in reader.attributes:
        assert name not in LOADS, (tag, name, value)
        assert not name.startswith("on"), (tag, name, value)
        if name in ("href", "xlink:href"):
            assert tag == "a"
            assert value.startswith(("#", "https://", "http://")), value
    for style in re.findall(r"<style>(.*?)</style>", page, re.DOTALL):
        assert "url(" not in style
        assert "@import" not in style
    return reader


def test_page_is_self_contained_and_has_no_scripts(page: str) -> None:
    check_self_contained(page)
    assert len(page.encode()) < 3_000_000


def test_ids_are_unique_and_every_internal_link_has_a_target(page: str) -> None:
    reader = read_page(page)
    ids = [value for _, name, value in reader.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    targets = [v[1:] for _, n, v in reader.attributes if n == "href" and v.startswith("#")]
    labels = [v for _, n, v in reader.attributes if n == "aria-labelledby"]
    assert set(targets + labels) <= set(ids)


def test_headings_do_not_skip_levels(page: str) -> None:
    levels = [int(tag[1]) for tag in read_page(page).tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_every_image_has_a_label_for_screen_readers(page: str) -> None:
    for tag in re.findall(r"<svg[^>]*>", page):
        assert 'aria-hidden="true"' in tag or ('role="img"' in tag and "aria-label=" in tag)


def test_answer_comes_first(page: str, venezuela: mg.Equilibrium) -> None:
    text = page_text(page)
    assert text.index("Which way will") < text.index(answer(venezuela)[:40])
    assert text.index(answer(venezuela)[:40]) < text.index("Method and limits")


def test_page_lists_every_parameter_with_its_reason(page: str, venezuela: mg.Equilibrium) -> None:
    text = " ".join(read_page(page).text)
    for parameter in venezuela.diagram.parameters:
        assert parameter.name in text
        assert not parameter.why or " ".join(parameter.why.split()) in text
    assert ", line " in text


def test_judgement_groups_contain_exact_numbers(harbour: mg.Equilibrium) -> None:
    groups = judgement_groups(harbour, words_of(harbour), None)
    by_name = {written.name: written for group in groups for written in group.rows}
    assert {parameter.name for parameter in harbour.diagram.parameters} <= set(by_name)
    for written in by_name.values():
        assert 0 <= written.low <= written.high <= 1
        assert written.low - 1e-9 <= written.used <= written.high + 1e-9
        assert written.claim


BARGAIN = """
title: A bargain
actors: {reds: The Reds, blues: The Blues}
numbers: {slope: 1..2}
moves:
  draft: {by: reds, options: [low, high]}
  vote: {by: blues, options: [pass, block], knows: [draft]}
factors:
  law:
    states: [passed, failed]
    rules:
      - {if: vote = pass, then: {passed: 0.3 * slope}}
      - {then: failed}
offers:
  pact:
    by: reds
    to: blues
    before: draft
    costs: 2..6
    accepting_costs: 1..3
    terms: [{promise: vote = pass, breaking_costs: 10..25}]
interests:
  reds: [{when: law = passed, worth: 10..20}]
  blues: [{when: law = failed, worth: 10..20}]
precision: 3:1
"""


def test_judgements_of_offers_are_costs_and_formulas_are_listed_but_certainties_are_not() -> None:
    loaded = read_text(BARGAIN)
    equilibrium = mg.solve(loaded.scenario)
    page = html_report(equilibrium, loaded)
    text = page_text(page)
    for words in (
        "Making the offer: costs 2 to 6",
        "Accepting the offer: costs 1 to 3",
        "Breaking promise 1: costs 10 to 25",
        "0.3 * slope",
    ):
        assert words in text
    assert "100% No reason" not in text
    assert "7 numbers;" in text
    assert page.count('<svg class="interval"') == 7
    assert r"0.3 \* slope" in as_markdown(page)


def test_markup_in_a_scenario_stays_text(hostile: mg.Equilibrium) -> None:
    page = html_report(hostile)
    reader = check_self_contained(page)
    assert INJECTION not in page
    assert INJECTION in " ".join(reader.text)
    assert "javascript:" not in page
    assert "\x1b" not in page


def test_diagram_without_scenario_has_a_report(bare: mg.Equilibrium) -> None:
    page = html_report(bare, None)
    check_self_contained(page)
    assert "factors.loan.chance.real" in page


def test_only_web_addresses_become_links() -> None:
    assert web_address("https://example.org") == "https://example.org"
    for address in (None, "", "javascript:alert(1)", "data:text/html,x", "/etc/passwd"):
        assert web_address(address) is None


def test_chart_scales_and_takes_the_colours_of_the_page() -> None:
    drawn = forecast_chart("What <b>", ["one & only", "x" * 100], [0.3, 0.7], "#0072B2")
    start = re.match(r"<svg[^>]*>", drawn)
    assert start is not None
    assert " width=" not in start[0]
    assert "viewBox" in start[0]
    assert "What &lt;b&gt;: one &amp; only 30%" in start[0]
    assert "currentColor" in drawn
    assert "font-family" not in drawn


def test_interval_chart_writes_each_mean_with_its_interval() -> None:
    outlook = Outlook(0.25, 0.24, (0.2, 0.3), (0.09, 0.45), (0.01, 0.01), 0.0)
    drawn = interval_chart("Lease", [OutlookRow("The tenant loses", outlook)], "#0072B2")
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", drawn)
    assert "The tenant loses" in texts
    assert "25%  (9..45%)" in texts
    assert "undefined" not in drawn


def test_templates_read_no_name_that_is_also_a_method_of_a_mapping() -> None:
    """Jinja prefers a mapping's method to its key, and fails only once the section is shown."""
    templates = Path(html.__file__).parent / "templates"
    for template in sorted(templates.glob("*.html")):
        read = set(re.findall(r"\bshown\.(\w+)\b(?!\()", template.read_text(encoding="utf-8")))
        assert not read & set(dir(dict)), template.name


def test_report_says_each_actors_precision_by_its_name_within_a_sentence() -> None:
    text = """
title: Three
precision: 3:1
actors: {a: The first, b: The second, c: {name: The third, precision: 2:1}}
moves: {m: {by: a, options: [x, y]}, n: {by: b, options: [x, y]}, o: {by: c, options: [x, y]}}
interests:
  a: [{when: n = x, worth: 9}]
  b: [{when: o = x, worth: 9}]
  c: [{when: m = x, worth: 9}]
"""
    page = page_text(html_report(mg.solve(read_text(text).scenario)))
    assert "is chosen: 3:1 for the first and the second; 2:1 for the third. All prob" in page
