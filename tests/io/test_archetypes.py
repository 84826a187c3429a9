"""The archetypes: short, commented, sourced, without warnings, and solved."""

import pytest

import middlegame as mg
from middlegame.base.errors import MiddlegameError
from middlegame.equilibrium.check import check
from middlegame.io.archetypes import list_archetypes, write_starter
from middlegame.scenario.yaml.load import load

ARCHETYPES = {each.name: each for each in list_archetypes()}


def test_archetypes_are_those_of_the_help_text():
    names = "alliance bargain coercion deterrence domino race sanctions succession"
    assert list(ARCHETYPES) == names.split()


@pytest.mark.parametrize("name", ARCHETYPES)
def test_archetype_is_short_sourced_and_free_of_warnings(name):
    each = ARCHETYPES[name]
    found = check(each.path)
    assert found.faults == ()
    assert len(each.text().splitlines()) < 80
    assert each.text().startswith("#")
    assert found.sourcing.unsourced == ()
    assert all(80 < best - worst < 130 for worst, best in found.points.values())
    scenario = found.loaded.scenario
    cited = {c.split("#")[0] for c in _citations(scenario)}
    assert cited == set(scenario.sources)


def _citations(scenario):
    from middlegame.scenario.model.walk import walk

    for _, value, _ in walk(scenario):
        for citation in getattr(value, "cite", ()):
            yield str(citation)


@pytest.mark.parametrize("name", ARCHETYPES)
def test_archetype_answers_its_questions_without_certainty(name):
    questions = mg.solve(load(ARCHETYPES[name].path)).questions
    assert questions
    assert all(0.02 < p < 0.98 for p in questions.values())


def test_starter_like_an_archetype_is_its_text(tmp_path):
    path = write_starter(tmp_path / "mine", "race")
    assert path.read_text(encoding="utf-8") == ARCHETYPES["race"].text()
    with pytest.raises(MiddlegameError, match="exists already"):
        write_starter(tmp_path / "mine", "race")


def test_unknown_archetype_is_refused_with_the_nearest_name_before_anything_is_written(tmp_path):
    with pytest.raises(MiddlegameError, match="did you mean 'succession'"):
        write_starter(tmp_path / "mine", "sucession")
    assert not (tmp_path / "mine").exists()


def test_starter_like_a_historical_contest_loads_and_says_where_it_comes_from(tmp_path):
    path = write_starter(tmp_path / "mine", "kuwait-1990")
    assert load(path).title == mg.load("kuwait-1990").title
    assert "'kuwait-1990'" in path.read_text(encoding="utf-8").splitlines()[0]
