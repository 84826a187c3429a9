"""The value of information and of commitment in the terminal and in the report."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from rich.cells import cell_len

import middlegame as mg
from middlegame.analysis.commitment import CommitmentValue
from middlegame.analysis.interventions import Intervention
from middlegame.analysis.mutual_information import InformationGain, QuestionInformation
from middlegame.analysis.outcomes import question_outcomes
from middlegame.analysis.value_of_information import InformationValue, ValueOfInformation
from middlegame.report.html.forms import as_markdown
from middlegame.report.html.report import html_report
from middlegame.report.html.sections import sections
from middlegame.report.text.value_of_information import commitment_rows, information_gain_rows
from middlegame.scenario import read_text
from tests.report.pages import page_text, show_plain, unwrap


@pytest.fixture(scope="module")
def found(harbour: mg.Equilibrium) -> ValueOfInformation:
    detectable, undetectable = harbour.diagram.parameters[:2]
    gains = QuestionInformation(
        question="lease = lost",
        mean=0.25,
        uncertainty=0.8,
        judgements=(
            InformationGain(detectable.name, 0.02, 0.005, 0.025),
            InformationGain(undetectable.name, 0.1, 0.2, 0.1),
        ),
        factors=(InformationGain("loan", 0.01, 0.0, 0.0125),),
    )
    points = {"owner": -1.5, "rival": 8.2, "tenant": 0.01}
    return ValueOfInformation(
        equilibrium=harbour,
        questions=(question_outcomes(harbour.diagram, "lease = lost"),),
        information_gains=(gains,),
        information_values=(InformationValue("loan", "owner", points),),
        commitment_values=(
            CommitmentValue(Intervention("renew", "switch"), "owner", "rival", 22.5),
            CommitmentValue(Intervention("bid", "offer"), "rival", "rival", 0.1),
            CommitmentValue(Intervention("renew", "switch"), "owner", "tenant", -20.0),
        ),
        worlds=4096,
        failed={},
        seed=0,
    )


@pytest.fixture(scope="module")
def negligible(found: ValueOfInformation) -> ValueOfInformation:
    points = {"owner": 0.01, "tenant": -0.04}
    return replace(
        found,
        information_values=tuple(
            InformationValue("loan", actor, points) for actor in ("owner", "tenant")
        ),
    )


def test_values_are_printed_with_their_errors(found: ValueOfInformation) -> None:
    text = show_plain(found)
    assert "2.5%  The loan behind the offer is real (give or take 0.6%)" in text
    assert "1.2%  The loan behind the offer (hidden factor)" in text
    assert "10.0%" not in text  # not statistically detectable
    assert "-1.5  The loan behind the offer, known to the port city (the rival power +8.2)" in text
    assert "+22.5  The rival power, if the port city switches to the rival" in text
    assert text.isascii()
    assert max(map(cell_len, text.splitlines())) <= 80


def test_gains_about_a_value_are_written_with_the_same_decimals() -> None:
    equilibrium = mg.solve(read_text(_TOLL).scenario, worlds=0)
    scale = equilibrium.diagram.nodes[equilibrium.diagram.index["toll"]].scale
    (path, *_) = (parameter.name for parameter in equilibrium.diagram.parameters)
    gains = QuestionInformation(
        question="toll",
        mean=20.0,
        uncertainty=0.5,
        judgements=tuple(
            InformationGain(path, gain, error, gain / 0.5)
            for gain, error in ((0.0273, 0.0021), (0.0037, 0.0012), (0.002, 0.00048))
        ),
        factors=(),
    )
    found = SimpleNamespace(
        equilibrium=equilibrium,
        questions=[SimpleNamespace(name="toll", node="toll", scale=scale)],
        information_gains=[gains],
    )
    (each,) = information_gain_rows(found)
    assert [(row.value, row.error) for row in each.rows] == [
        ("0.027", "0.002"), ("0.004", "0.001"), ("0.002", "<0.001")
    ]  # fmt: skip


def test_negligible_information_is_one_sentence(negligible: ValueOfInformation) -> None:
    sentence = (
        "Worth less than 0.05 points to every actor: the loan behind the offer (known to the port "
        "city or the foreign tenant)."
    )
    assert sentence in unwrap(show_plain(negligible))
    page = html_report(negligible.equilibrium, analyses=sections(negligible))
    assert sentence in page_text(page)


def test_only_commitments_with_a_gain_are_listed(found: ValueOfInformation) -> None:
    rows = commitment_rows(found)
    assert [row.owner for row in rows] == ["rival", "rival"]
    assert rows[1].label.endswith("(own commitment)")


def test_no_heading_stands_above_no_commitments(found: ValueOfInformation) -> None:
    assert "VALUE OF COMMITMENT" in show_plain(found)
    assert "VALUE OF COMMITMENT" not in show_plain(replace(found, commitment_values=()))


def test_section_shows_gains_values_and_commitments(found: ValueOfInformation) -> None:
    text = page_text(html_report(found.equilibrium, analyses=sections(found)))
    for title in (
        "what is worth finding out",
        "Value of information to the actors, in points",
        "Value of commitment, in points",
    ):
        assert title in text


def test_markdown_separates_a_share_from_its_label(found: ValueOfInformation) -> None:
    pytest.importorskip("pypandoc", reason="the extra 'documents' is not installed")
    text = as_markdown(html_report(found.equilibrium, analyses=sections(found)))
    assert "- The loan behind the offer is real (give or take 0.6%): **2.5%**" in text
    assert "- The loan behind the offer (hidden factor): **1.2%**" in text


_TOLL = """
title: Toll
actors: {north: The north, south: The south}
moves:
  toll: {by: north, scale: {from: 0, to: 40, step: 10, unit: ducats}, options: {closed: {}}}
  wait: {by: north, options: [short, long]}
interests:
  north: [{worth: 0.1 * toll}, {when: wait = long, worth: 1..2}]
  south: [{worth: -0.2 * toll}]
"""


def test_commitments_to_neighbouring_values_are_one_row_with_a_band():
    found = mg.solve(read_text(_TOLL).scenario, worlds=0)
    worths = {"0": 8.0, "10": 6.0, "20": 4.0, "30": 1.0, "closed": 3.0}
    values = [
        CommitmentValue(Intervention("toll", state), "north", "south", points)
        for state, points in sorted(worths.items(), key=lambda item: -item[1])
    ]
    rows = commitment_rows(SimpleNamespace(equilibrium=found, commitment_values=values))
    assert [(row.value, row.label) for row in rows] == [
        (
            "+8.0",
            "The south, if the north chooses 0 ducats (toll; at least half of it from 0 to 20)",
        ),
        ("+3.0", 'The south, if the north chooses "closed" (toll)'),
    ]
