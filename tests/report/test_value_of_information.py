import pytest
from rich.cells import cell_len

import middlegame as mg
from middlegame.analysis.commitment import CommitmentValue
from middlegame.analysis.interventions import Intervention
from middlegame.analysis.mutual_information import InformationGain, QuestionInformation
from middlegame.analysis.outcomes import question_outcomes
from middlegame.analysis.value_of_information import InformationValue
from middlegame.report.html.forms import as_markdown
from middlegame.report.html.report import html_report
from middlegame.report.html.value_of_information import worth_section
from middlegame.report.terminal.value_of_information import show_worth
from middlegame.report.text.value_of_information import commitment_rows, information_gain_rows
from tests.report.test_html import read
from tests.report.test_terminal import piped, shown

LEVERS = [
    CommitmentValue(Intervention("renew", "switch"), "owner", "rival", 22.5),
    CommitmentValue(Intervention("bid", "offer"), "rival", "rival", 0.1),
    CommitmentValue(Intervention("renew", "switch"), "owner", "tenant", -20.0),
]
TOLD = [InformationValue("loan", "owner", {"owner": -1.5, "rival": 8.2, "tenant": 0.01})]


@pytest.fixture(scope="module")
def worths(harbour: mg.Equilibrium):
    name = harbour.diagram.parameters[0].name
    each = QuestionInformation(
        "lease = lost",
        0.25,
        (
            InformationGain(name, 0.02, 0.005, 0.025),
            InformationGain(harbour.diagram.parameters[1].name, 0.1, 0.2, 0.1),
        ),
        (InformationGain("loan", 0.01, 0.0, 0.0125),),
    )
    return information_gain_rows(harbour, [question_outcomes(harbour.diagram, "lease = lost")], [each])


def test_what_is_worth_is_told_with_its_error(harbour: mg.Equilibrium, worths) -> None:
    console = piped()
    show_worth(harbour, worths, TOLD, LEVERS, 4096, console)
    text = shown(console)
    assert "2.5%  The loan behind the offer: real (within 0.6%)" in text
    assert "1.2%  The loan behind the offer (a fact that is hidden)" in text
    assert "10.0%" not in text  # it cannot be told from nothing
    assert "-1.5  The port city knows: the loan behind the offer (the rival power +8.2)" in text
    assert "+22.5  to the rival power: the city's decision: switches to the rival" in text
    assert text.isascii()
    assert max(map(cell_len, text.splitlines())) <= 80


def test_what_is_worth_next_to_nothing_is_one_sentence(harbour: mg.Equilibrium, worths) -> None:
    idle = [
        InformationValue("loan", who, {"owner": 0.01, "tenant": -0.04})
        for who in ("owner", "tenant")
    ]
    console = piped()
    show_worth(harbour, worths, idle, LEVERS, 4096, console)
    text = " ".join(shown(console).split())
    assert (
        "Worth less than 0.05 points to anybody: the loan behind the offer (told to the port city "
        "and the foreign tenant)." in text
    )
    page = html_report(harbour, analyses=[worth_section(harbour, worths, idle, LEVERS, 4096)])
    assert "Worth less than 0.05 points to anybody" in " ".join(read(page).text)


def test_only_what_gains_is_a_lever(harbour: mg.Equilibrium) -> None:
    told = commitment_rows(harbour, LEVERS)
    assert [row.owner for row in told] == ["rival", "rival"]
    assert told[1].label.endswith("(a commitment of its own)")


def test_the_section_shows_all_three(harbour: mg.Equilibrium, worths) -> None:
    page = html_report(harbour, analyses=[worth_section(harbour, worths, TOLD, LEVERS, 4096)])
    text = " ".join(read(page).text)
    for title in ("What is worth finding out", "What knowing is worth", "Leverage"):
        assert title in text


def test_on_paper_a_share_stands_apart_from_its_label(harbour: mg.Equilibrium, worths) -> None:
    pytest.importorskip("pypandoc", reason="the extra 'documents' is not installed")
    page = html_report(harbour, analyses=[worth_section(harbour, worths, TOLD, LEVERS, 4096)])
    told = as_markdown(page)
    assert "- The loan behind the offer: real (within 0.6%): **2.5%**" in told
    assert "- The loan behind the offer (a fact that is hidden): **1.2%**" in told
