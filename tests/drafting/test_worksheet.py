"""The worksheet: what the rules find, and that it checks once its gaps are filled."""

import datetime as dt
import re

import pytest

from middlegame.base.errors import MiddlegameError
from middlegame.drafting.article import article_from_text
from middlegame.drafting.candidates import find_candidates
from middlegame.drafting.worksheet import actor_names, make_worksheet, write_draft
from middlegame.equilibrium.check import check
from middlegame.scenario.syntax import GAP
from middlegame.scenario.yaml.load import read
from tests.drafting.articles import PORT


@pytest.fixture(scope="module")
def article():
    return article_from_text(PORT.read_text("utf-8"))


@pytest.fixture(scope="module")
def found(article):
    return find_candidates(article)


def candidates_of(text):
    return find_candidates(article_from_text(text))


def test_actors_are_found_under_all_their_names(found):
    by_name = {each.name: each for each in found.actors}
    assert set(by_name) >= {"Ethiopia", "Eritrea", "Egypt", "Djibouti", "Sudan",
                            "United Arab Emirates", "the Ethiopian military"}  # fmt: skip
    assert set(by_name["Ethiopia"].mentions) == {"Ethiopia", "Addis Ababa", "Ethiopian"}
    assert {"Asmara", "Isaias Afwerki"} <= set(by_name["Eritrea"].mentions)
    assert by_name["the Ethiopian military"].paragraphs == (2, 3, 8)
    counts = [each.count for each in found.actors]
    assert counts == sorted(counts, reverse=True)


def test_sentences_stand_in_their_paragraphs_word_for_word(article, found):
    assert len(found.sentences) > 15
    for each in found.sentences:
        assert each.text in article.paragraph(each.paragraph)


@pytest.mark.parametrize(
    ("section", "start", "cue"),
    [
        ("moves", "Egypt supplies Eritrea", "supplies"),
        ("moves", "Cairo is tempted to", "tempted to"),
        ("moves", "Abu Dhabi has interests", "in exchange for"),
        ("factors", "Should Ethiopia attack", "Should"),
        ("factors", "If Egypt guaranteed", "If"),
        ("interests", "Asmara, for its part, fears", "fears"),
        ("evidence", "On 3 March 2026", "2026"),
        ("evidence", "Ethiopian officers reportedly", "reportedly"),
        ("questions", "Most likely, Addis Ababa", "Most likely"),
        ("questions", "Whether Asmara accepts", "remains to be seen"),
    ],
)
def test_sentence_is_a_candidate_for_its_section_by_its_cue(found, section, start, cue):
    texts = [each for each in found.in_section(section) if each.text.startswith(start)]
    assert texts
    assert cue in texts[0].cues


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Latin America is far from South America. So is the Gulf of Mexico.", []),
        ("The U.S. and China talk. It is the turn of the turkey.", ["United States", "China"]),
        ("Paris and the Kremlin disagree with NATO.", ["France", "Russia", "NATO"]),
        ("Kenya's army waits. The generals are patient.", ["the Kenyan military", "Kenya"]),
        ("The army marches on.", []),
        ("Polish Prime Minister Jan Nowak spoke. Nowak left.", ["Poland"]),
    ],
)
def test_names_stand_for_actors_and_look_alikes_do_not(text, names):
    assert [each.name for each in candidates_of(text).actors] == names


def test_names_without_an_actor_are_listed_with_their_counts():
    found = candidates_of(
        "Talks with Jane Doe began in Norway. Then Jane Doe left the Round Table."
    )
    assert found.other_names == {"Jane Doe": 2, "Round Table": 1}


def test_names_of_the_language_are_valid_and_distinct():
    assert actor_names(["the Côte d'Ivoire", "Cote d Ivoire", "Україна", "G7", "not"]) == {
        "the Côte d'Ivoire": "cote_d_ivoire",
        "Cote d Ivoire": "cote_d_ivoire_2",
        "Україна": "actor",
        "G7": "g7",
        "not": "a_not",
    }


def fill(text):
    """Fill the gaps of a worksheet as an analyst would, section by section."""

    def filled(lines, *values):
        values = iter(values)
        return re.sub(re.escape(GAP), lambda _: next(values), lines)

    head, moves, factors, interests, evidence, questions = re.split(
        r"^(?=moves:|factors:|interests:|# evidence:|questions:)", text, flags=re.MULTILINE
    )
    moves = filled(moves, "attack", "ethiopia", "wait", "attack")
    rule = ("attack = attack", "lost", "40..70%", "lost", "1..5%")
    factors = filled(factors, "port", "leased", "lost", *rule)
    interest = re.escape(f"when: {GAP}, worth: {GAP}")
    interests = re.sub(interest, "when: port = lost, worth: -90..-60", interests)
    questions = filled(questions, "attacks", "attack = attack", "2026-12-31")
    return head + moves + factors + interests + evidence + questions


def test_worksheet_checks_once_its_gaps_are_filled_and_not_before(article, tmp_path):
    worksheet = make_worksheet(article, dt.date(2026, 5, 1))
    path = write_draft(tmp_path / "port", worksheet.text, article)
    faults = read(path).errors
    assert faults
    assert all(GAP in fault.message for fault in faults)
    assert all(GAP in worksheet.text.splitlines()[fault.line - 1] for fault in faults)
    path.write_text(fill(worksheet.text), encoding="utf-8")
    assert [fault for fault in check(path).faults if fault.severity == "error"] == []
    scenario = read(path).scenario
    assert str(scenario.as_of) == "2026-05-01"
    assert str(scenario.actors["ethiopian_military"].cite[0]) == "article#2"
    assert (path.parent / "article.txt").read_text("utf-8") == article.text()


def test_worksheet_counts_its_gaps(article):
    worksheet = make_worksheet(article, dt.date(2026, 5, 1))
    without_comments = re.sub(r"^ *#.*$", "", worksheet.text, flags=re.MULTILINE)
    assert worksheet.gaps == without_comments.count(GAP) > 10
    assert make_worksheet(article_from_text("Nothing happened."), dt.date(2026, 1, 1)).gaps > 10


def test_draft_is_never_written_over_a_scenario(article, tmp_path):
    (tmp_path / "scenario.yaml").write_text("mine")
    with pytest.raises(MiddlegameError, match="exists already"):
        write_draft(tmp_path, "x", article)
    assert not (tmp_path / "article.txt").exists()
