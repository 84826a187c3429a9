"""Drivers and flip points in the terminal and in the report."""

from dataclasses import replace

import numpy as np
import pytest
from rich.cells import cell_len

import middlegame as mg
from middlegame.analysis.drivers import Drivers, drivers
from middlegame.report.html.report import html_report
from middlegame.report.html.sections import sections
from middlegame.report.text.drivers import (
    NO_DRIVER,
    NO_FLIP,
    caveats,
    drivers_text,
    method,
    summary,
)
from middlegame.report.text.judgement_values import range_words, value_words
from middlegame.report.text.judgements import judgement_words
from middlegame.report.text.narrative import words_of
from middlegame.report.text.numbers import percent
from tests.report.pages import (
    INJECTION,
    compare_with_golden,
    page_text,
    read_page,
    show_plain,
    unwrap,
)


@pytest.fixture(scope="module")
def found(harbour: mg.Equilibrium) -> Drivers:
    return drivers(harbour, n=32)


def test_drivers_print_plain_text_in_a_pipe(found: Drivers) -> None:
    text = show_plain(found)
    compare_with_golden("harbour-drivers.txt", text)
    assert text.isascii()


def test_flip_points_print_without_drivers(found: Drivers) -> None:
    text = unwrap(show_plain(found.flip_points))
    assert "the most likely outcome is that the lease is lost." in text
    assert "raising it from" not in text
    page = html_report(found.equilibrium, analyses=sections(found.flip_points))
    assert "can flip" in page_text(page)
    assert "Sensitivity indices" not in page


def test_indices_come_with_half_their_interval_which_is_called_rough_where_it_is_wide(
    found: Drivers,
) -> None:
    (first, *_) = found.questions[0].ranked
    assert f"(give or take {percent(first.total_error)})" in unwrap(show_plain(found))
    assert "They are rough here" in method(found.questions)
    sure = [
        replace(each, ranked=tuple(replace(d, total_error=0.01) for d in each.ranked))
        for each in found.questions
    ]
    assert "rough" not in method(sure)
    assert "give or take 1%" in page_text(
        html_report(found.equilibrium, analyses=sections(replace(found, questions=tuple(sure))))
    )


def test_no_line_is_wider_than_the_console(found: Drivers) -> None:
    assert max(map(cell_len, show_plain(found, 40).splitlines())) <= 40


def test_section_draws_a_tornado_for_each_question(found: Drivers) -> None:
    page = html_report(found.equilibrium, analyses=sections(found))
    assert "what would change the answer" in page_text(page)
    assert page.count('aria-label="Drivers: ') == 2
    assert page.count('<ul class="effects narrow">') == 2
    assert "NaN" not in page


def test_caveats_count_failed_and_disagreeing_worlds(found: Drivers) -> None:
    counts = type(found.flip_points.counts)(solved=1000, failed=3, checked=20, disagreed=1)
    failed, disagreed = caveats(counts)
    assert failed.startswith("3 of 1,000 worlds have no equilibrium")
    assert disagreed.startswith("1 of 20 worlds that were checked")


def test_judgements_are_labelled_on_one_line(venezuela: mg.Equilibrium) -> None:
    words = words_of(venezuela)
    by_label = {judgement_words(words, p): p for p in venezuela.diagram.parameters}
    assert "Precision of choice: all actors" in by_label
    wish = by_label["Interests of Washington: Venezuela in its orbit"]
    assert range_words(wish) == "+16 to +28"
    assert [value_words(wish, v) for v in (22.04, -3.5, 0.01)] == ["+22", "-3.5", "0"]
    war = by_label["The war in Ukraine winds down (otherwise)"]
    assert range_words(war) == "10 to 25%"
    assert [value_words(war, v) for v in (0.16, 0.043)] == ["16%", "4.3%"]


def test_drivers_as_strong_as_the_strongest_are_named_beside_it(found: Drivers) -> None:
    (text,) = drivers_text(found.flip_points, found.questions, most_flips=0, most_rows=9)[:1]
    rows = [
        replace(row, total=total, error=0.02)
        for row, total in zip(text.rows, (0.3, 0.29, 0.2), strict=False)
    ]
    said = summary([replace(text, rows=tuple(rows))])
    also = f'Within the error of the indices, "{rows[1].label}" is as strong.'
    assert said.endswith(also)
    assert "as strong" not in summary([replace(text, rows=(rows[0], rows[2]))])


def test_markup_in_a_scenario_stays_text(hostile: mg.Equilibrium) -> None:
    found = drivers(hostile, ["f = on"], method="pawn", n=256)
    page = html_report(hostile, analyses=sections(found))
    read_page(page)
    assert INJECTION not in page
    assert "\x1b" not in show_plain(found)


def test_forecasts_that_no_judgement_moves_are_said_to_be_constant(found: Drivers) -> None:
    variations = tuple(
        replace(each, ends=np.broadcast_to(each.middle, each.ends.shape), flip_points=(), pair=None)
        for each in found.flip_points.variations
    )
    constant = replace(
        found,
        flip_points=replace(found.flip_points, variations=variations),
        questions=tuple(replace(each, deviation=0.0, ranked=()) for each in found.questions),
    )
    page = page_text(html_report(found.equilibrium, analyses=sections(constant)))
    for text in (unwrap(show_plain(constant)), page):
        assert "No judgement in this file moves this forecast: it is" in text
        assert NO_DRIVER not in text
        assert NO_FLIP not in text
