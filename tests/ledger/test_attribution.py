"""Attribution of misses: records are solved again as they were."""

import pytest

from middlegame.ledger import Ledger
from middlegame.ledger.attribution import attribute_misses
from tests.ledger.entries import fill_with_resolved_records


@pytest.fixture
def place(tmp_path, monkeypatch):
    place = tmp_path / "ledger.db"
    fill_with_resolved_records(place, monkeypatch)
    return place


def test_attribute_misses_explains_each_record_with_counting_forecasts(place):
    with Ledger.open(place) as ledger:
        found = attribute_misses(ledger.records(whole=True), ledger.score(), worlds=16)
    assert [each.record.forecaster for each in found] == ["anna", "bob"]
    anna, bob = found
    assert {q.name: q.happened for q in anna.attribution.questions} == {"f-on": True, "n-p": False}
    for question, scored in zip(anna.attribution.questions, anna.scored, strict=True):
        assert question.probability == pytest.approx(scored.probability)
    assert bob.attribution is None
    assert "came without a scenario" in bob.note
