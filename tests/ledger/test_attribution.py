"""`ledger score --why`: records are solved again, and what cannot be is told."""

import datetime as dt
import json

import pytest

import middlegame as mg
from middlegame.ledger import Ledger
from middlegame.ledger.why import explain
from middlegame.scenario import read_text
from tests.analysis.test_attribution import RANGED
from tests.analysis.test_hypotheses import main_or_exit
from tests.ledger.entries import entry, question

DAY = dt.date(2026, 2, 1)


@pytest.fixture
def place(tmp_path, monkeypatch):
    place = tmp_path / "ledger.db"
    monkeypatch.setenv("MIDDLEGAME_LEDGER", str(place))
    solved = mg.solve(read_text(RANGED).scenario)
    day = dt.datetime(2026, 1, 10, tzinfo=dt.UTC)
    with Ledger.open(place) as ledger:
        monkeypatch.setattr("middlegame.ledger.forecasting.now", lambda: day)
        ledger.record(solved, text=RANGED, by="anna", name="s")
        asked = question("n-p", scenario="s")
        asked = type(asked)(scenario="s", name="n-p", on=dt.date(2026, 12, 31))
        ledger.add([entry(0.4, by="bob", question=asked)])
        for name, outcome in (("f-on", "yes"), ("n-p", "no")):
            ledger.resolve(name, outcome, on=DAY, source="the news", by="us")
    return place


def test_each_record_that_counts_is_explained(place):
    with Ledger.open(place) as ledger:
        found = explain(ledger.records(whole=True), ledger.score(), worlds=16)
    assert [why.record.forecaster for why in found] == ["anna", "bob"]
    anna, bob = found
    assert {q.name: q.happened for q in anna.blame.questions} == {"f-on": True, "n-p": False}
    for question_, scored in zip(anna.blame.questions, anna.scored, strict=True):
        assert question_.probability == pytest.approx(scored.probability)
    assert bob.blame is None
    assert "came without a scenario" in bob.note


def test_the_command_tells_why(place, capsys):
    main_or_exit(["ledger", "score", "--why", "-n", "64"])
    text = " ".join(capsys.readouterr().out.split())
    assert "What reality says of the judgements" in text
    assert "Not explained: record 2 came without a scenario." in text
    main_or_exit(["ledger", "score", "--why", "-n", "64", "--json"])
    why = json.loads(capsys.readouterr().out)["why"]
    assert why[0]["blame"]["worlds"] == 64
    assert {owed["number"] for owed in why[0]["blame"]["owed"]} >= {"evidence.e.likelihood"}
