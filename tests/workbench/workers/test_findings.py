import threading
from html import unescape

import pytest

from middlegame.analysis.commitment import commitment_values
from middlegame.analysis.evidence_weights import weigh_evidence
from middlegame.analysis.interventions import Intervention, interventions
from middlegame.base.errors import MiddlegameError
from middlegame.equilibrium.equilibrium import solve
from middlegame.report.text.value_of_information import commitment_rows
from middlegame.report.text.words import percent
from middlegame.scenario import apply_view
from middlegame.scenario.yaml.load import read_text
from middlegame.workbench.setting import Setting
from middlegame.workbench.workers import findings as finding
from middlegame.workbench.workers import solve as solving
from middlegame.workbench.workers.texts import write_numbers
from middlegame.workbench.workers.worker import WorkerContext
from tests.workbench.contests import HARBOUR, KNOWN

WORTH = "interests.tenant[0].worth"


@pytest.fixture(scope="module")
def bench():
    return WorkerContext(lambda _: None, threading.Event())


def test_only_a_contest_with_evidence_or_views_has_sections_on_them(bench):
    plain = solving.open_contest(bench, HARBOUR).contest
    known = solving.open_contest(bench, KNOWN).contest
    assert (plain.has_evidence, plain.has_views) == (False, False)
    assert (known.has_evidence, known.has_views) == (True, True)


def test_the_evidence_is_told_as_in_the_report_with_what_is_observed(bench):
    html = finding.weigh_evidence(bench, KNOWN, Setting(given={"bid": ("offer",)}))
    (found,) = weigh_evidence(solve(read_text(KNOWN).scenario).given({"bid": "offer"}))
    assert found.name == "loan"
    assert [piece.name for piece in found.pieces] == ["audit", "bid"]
    for state, chance in found.posterior.items():
        assert f"<b>{percent(chance)}</b>" in html
        assert f"before: {percent(found.prior[state])}" in html
    assert "512 worlds" in html


def test_views_are_set_side_by_side(bench):
    html = finding.compare_views(bench, KNOWN, {})
    contest = read_text(KNOWN).scenario
    for view in (contest.model_copy(update={"views": {}}), apply_view(contest, "doubter")):
        for chance in solve(view).questions.values():
            assert f'<td class="number">{percent(chance)}</td>' in html
    assert "The doubter" in html


def test_what_is_worth_finding_out_follows_the_changed_numbers(bench):
    told = []
    bench.tell = told.append
    html = unescape(finding.value_of_information(bench, HARBOUR, Setting({WORTH: 60.0})))
    equilibrium = solve(read_text(write_numbers(bench, HARBOUR, {WORTH: 60.0}, True)).scenario)
    moves = [
        Intervention(move.name, state)
        for move in equilibrium.diagram.decisions
        for state in move.states
    ]
    (first, *_) = commitment_rows(equilibrium, commitment_values(interventions(equilibrium, moves)))
    assert f"{first.label[:1].upper()}{first.label[1:]}</th>" in html
    assert f"<b>{first.value}</b>" in html
    assert f"{finding.WORLDS:,} worlds" in html
    assert ("Solving worlds", 1.0) in told


def test_there_is_nothing_to_weigh_without_evidence(bench):
    with pytest.raises(MiddlegameError, match="there is no evidence"):
        finding.weigh_evidence(bench, HARBOUR, Setting())
