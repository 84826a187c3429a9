"""What evidence, rival analysts and misses look like in a pipe; golden files."""

import datetime as dt

import pytest

import middlegame as mg
from middlegame.analysis.attribution import attribution
from middlegame.analysis.analysts import Analyst
from middlegame.analysis.comparison import compare_analysts
from middlegame.analysis.evidence_weights import weigh_evidence
from middlegame.analysis.hypotheses_over_worlds import hypotheses_over_worlds
from middlegame.ledger.attribution import RecordAttribution
from middlegame.ledger.records import Record, RecordedQuestion, RecordedScenario
from middlegame.ledger.scores import ScoredForecast
from middlegame.ledger.scoring import EarnedWeights
from middlegame.report.terminal.attribution import show_why
from middlegame.report.terminal.comparison import show_comparison
from middlegame.report.terminal.equilibrium import show_equilibrium
from middlegame.report.terminal.hypotheses import ratio, show_hypotheses
from middlegame.scenario import apply_view, read_text
from tests.analysis.test_attribution import OUTCOMES
from tests.analysis.test_attribution import RANGED as JUDGED
from tests.analysis.test_hypotheses_over_worlds import RANGED
from tests.report.test_terminal import compare as same
from tests.report.test_terminal import piped, shown
from tests.scenario.model.test_views import TEXT

MADE = dt.datetime(2026, 1, 10, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def crisis() -> mg.Equilibrium:
    return mg.solve(read_text(RANGED).scenario)


def test_a_forecast_given_evidence(crisis):
    console = piped()
    show_equilibrium(crisis, console, storylines=2)
    same("crisis-forecast.txt", shown(console))


def test_hypotheses(crisis):
    console, found = piped(), weigh_evidence(crisis)
    show_hypotheses(found, crisis, console, hypotheses_over_worlds(crisis, found, n=32))
    same("crisis-hypotheses.txt", shown(console))


def test_rival_analysts():
    contest = read_text(TEXT).scenario
    opinions = [Analyst("anna", "anna", contest), Analyst("bob", "bob", apply_view(contest, "hawk"))]
    console = piped()
    show_comparison(compare_analysts(opinions, [0.75, 0.25]), console, EarnedWeights((0.75, 0.25), 4, ()))
    same("rival-analysts.txt", shown(console))


def test_misses():
    solved = mg.solve(read_text(JUDGED).scenario)
    scored = tuple(
        ScoredForecast(
            question=RecordedQuestion(scenario="s", name=name),
            probability=solved.questions[name],
            happened=happened,
            record=1,
            forecasts=1,
            brier_over_time=0.0,
        )
        for name, happened in OUTCOMES.items()
    )
    record = Record(
        id=1,
        recorded_at=MADE,
        forecaster="anna",
        made_at=MADE,
        forecasts=(),
        scenario=RecordedScenario(name="s", title="S", sha256=""),
    )
    found = [
        RecordAttribution(record, scored, attribution(solved, OUTCOMES, n=32)),
        RecordAttribution(record, scored, None, "record 1 came without a scenario"),
    ]
    console = piped()
    show_why(found, console)
    same("misses.txt", shown(console))
    console = piped()
    show_why([], console)
    assert "nothing to explain" in shown(console)


@pytest.mark.parametrize(
    ("factor", "told"),
    [
        (1.02, "1.0:1"),
        (0.97, "1.0:1"),
        (0.5, "1:2.0"),
        (15.4, "15:1"),
        (5000, ">999:1"),
        (0, "0:1"),
    ],
)
def test_bayes_factors_are_odds(factor, told):
    assert ratio(factor) == told
