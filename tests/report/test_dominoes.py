"""Dominoes in the terminal and in the report."""

import re
from dataclasses import replace
from html import unescape
from itertools import pairwise

import pytest
from rich.cells import cell_len

import middlegame as mg
from middlegame.analysis.dominoes import Dominoes, dominoes
from middlegame.analysis.interventions import Intervention
from middlegame.report.charts.dominoes import matrix_chart, matrix_rows
from middlegame.report.charts.layout import wrap_text
from middlegame.report.html.report import html_report, result_html
from middlegame.report.html.sections import sections
from middlegame.report.text.dominoes import (
    effect_rows,
    intervention_label,
    outcome_columns,
    strongest_effects,
)
from middlegame.report.text.narrative import words_of
from middlegame.scenario import read_text
from tests.report.pages import (
    INJECTION,
    compare_with_golden,
    page_text,
    read_page,
    show_plain,
    texts_outside,
    unwrap,
)


@pytest.fixture(scope="module")
def found(harbour: mg.Equilibrium) -> Dominoes:
    return dominoes(harbour)


def test_dominoes_print_plain_text_in_a_pipe(found: Dominoes) -> None:
    compare_with_golden("harbour-dominoes.txt", show_plain(found))


def test_cascades_of_one_intervention_print_plain_text_in_a_pipe(found: Dominoes) -> None:
    chosen = (Intervention("renew", "switch"), Intervention("jobs", "holds"))
    text = "".join(show_plain(found, chosen=[intervention]) for intervention in chosen)
    compare_with_golden("harbour-cascade.txt", text)


@pytest.mark.parametrize("width", [40, 80])
@pytest.mark.parametrize("chosen", [(), (Intervention("lease", "lost"),)])
def test_no_line_is_wider_than_the_console(found: Dominoes, width: int, chosen) -> None:
    text = show_plain(found, width, chosen=chosen)
    assert max(map(cell_len, text.splitlines())) <= width
    assert text.isascii()


def test_matrix_shows_the_less_likely_state_of_each_outcome(found: Dominoes) -> None:
    assert outcome_columns(found) == [("lease", "lost"), ("depot", "closes")]


def test_section_draws_the_matrix_and_cascades(found: Dominoes) -> None:
    page = html_report(found.results.equilibrium, analyses=sections(found))
    assert "Dominoes" in page_text(page)
    assert page.count('class="mg-cascade"') >= 5
    assert "NaN" not in page
    drawn = matrix_chart(found)
    assert texts_outside(drawn) == []
    for intervention in found.interventions:
        label = intervention_label(words_of(found.results.equilibrium), intervention)
        assert all(f">{line}<" in drawn for line in wrap_text(label, 384)), label
    effect = found.effect(Intervention("lease", "lost"), "depot", "closes")
    total = round(100 * effect.when_announced) - round(100 * effect.before)
    matrix = page[page.index('class="matrix"') : page.index("All effects of each intervention")]
    assert f"{total:+d}" in re.findall(r">([+−]\d+)<", matrix)


def test_numbers_that_differ_from_the_forecast_stand_beside_it(
    found: Dominoes, harbour: mg.Forecast
) -> None:
    text = " ".join(show_plain(found).split())
    before, mean = found.results.equilibrium.forecasts, harbour.forecasts
    assert "The forecast is the mean over 512 worlds" in text
    there, here = (f"{each['lease']['lost']:.0%}" for each in (before, mean))
    assert there != here
    assert f"the lease is lost, {there} instead of {here}" in text
    same = f"{mean['depot']['closes']:.0%}"
    assert f"{before['depot']['closes']:.0%}" == same
    assert f"{same} instead of" not in text


@pytest.mark.parametrize("name", ["harbour-lease", "kuwait-1990", "elmira-1991"])
def test_parts_of_an_effect_add_up_as_they_are_printed(name: str) -> None:
    found = dominoes(mg.solve(mg.load(name)))
    for intervention in found.interventions:
        for row in effect_rows(found, intervention):
            assert row.direct + row.adaptation == pytest.approx(row.shift.difference)


def test_evidence_set_aside_is_mentioned(found: Dominoes, harbour: mg.Forecast) -> None:
    informed = replace(found, forecast=harbour.given("loan = real"))
    assert "without the contest's evidence" in " ".join(show_plain(informed).split())
    page = html_report(found.results.equilibrium, analyses=sections(informed))
    assert "without the contest's evidence" in page_text(page)


def test_report_names_the_evidence_where_the_numbers_that_rest_on_it_begin(
    found: Dominoes, harbour: mg.Forecast
) -> None:
    given = harbour.given("loan = real")
    leads = sections(replace(found, forecast=given))
    text = page_text(html_report(given, leads=leads))
    assert text.count("Given the evidence") == 1
    assert text.index("All effects of each intervention") < text.index("Given the evidence")
    text = page_text(html_report(given, analyses=leads))
    assert text.index("Given the evidence") < text.index("All effects of each intervention")


def test_markup_in_a_scenario_stays_text(hostile: mg.Equilibrium) -> None:
    found = dominoes(hostile)
    page = html_report(hostile, analyses=sections(found))
    read_page(page)
    assert INJECTION not in page
    assert "\x1b" not in show_plain(found)


def test_matrix_is_listed_for_narrow_screens_without_what_changes_nothing(found: Dominoes) -> None:
    rows = matrix_rows(found)
    assert rows
    for _, told in rows:
        assert all(amount for amount, _ in told)
    page = result_html(found)
    assert page.count('<ul class="effects narrow">') == 1
    assert all(label in unescape(page) for label, _ in rows)


def test_only_the_first_cascades_are_printed_and_the_others_are_counted(found: Dominoes) -> None:
    page = result_html(found)
    printed, rare = page.count("<details>"), page.count('<details class="rare">')
    assert printed == 4
    assert f"{rare} more interventions are in the HTML report." in page


def test_an_intervention_is_named_once_above_all_of_its_effects(found: Dominoes) -> None:
    text = show_plain(found)
    overview = text[: text.index("MATRIX OF EFFECTS")]
    headings = [line for line in overview.splitlines() if line.startswith("  If ")]
    assert len(headings) == len(set(headings)) < len(strongest_effects(found, 6))


def test_cause_is_the_state_that_is_lost_where_no_other_gains_most_of_it() -> None:
    contest = """
title: A union
actors: {patron: The patron, member: The member}
moves:
  offer: {by: patron, options: [offer, keep]}
  vote:
    by: member
    knows: [offer]
    options:
      stay: {says: the member stays}
      wait: {says: the member waits}
      leave: {if: offer = offer, says: the member leaves}
factors:
  union:
    states: {whole: the union is whole, split: the union is split}
    rules: [{if: vote = leave, then: split}, {then: whole}]
    headline: yes
interests:
  patron: [{when: union = split, worth: 30}]
  member: [{when: vote = leave, worth: 20}]
"""
    found = mg.dominoes(mg.solve(read_text(contest).scenario))
    page = unwrap(show_plain(found))
    assert "because the member leaves less often" in page
    assert "because the member waits" not in page


def test_matrix_has_the_largest_rows_first(found: Dominoes) -> None:
    lines = show_plain(found).splitlines()
    begin = next(k for k, line in enumerate(lines) if line.startswith("MATRIX OF EFFECTS"))
    sums = []
    for line in lines[begin + 2 :]:
        numbers = re.match(r" *((?:[x.]|[+-]\d+)(?: +(?:[x.]|[+-]\d+))*)  \S", line)
        if not numbers:
            break
        sums.append(sum(abs(int(each)) for each in re.findall(r"[+-]\d+", numbers[1])))
    assert len(sums) > 5
    # Each number is rounded.
    assert all(later <= earlier + 2 for earlier, later in pairwise(sums))
