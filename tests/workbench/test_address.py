"""The page's address, and what it changes in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from middlegame.workbench.address import PagePlace, known_part, unknown_parts
from middlegame.workbench.changes import changes, drop_unchanged, scope_words, with_clauses
from middlegame.workbench.server.pages import TABS
from middlegame.workbench.setting import Setting
from middlegame.workbench.workers import solve
from tests.workbench.contests import HARBOUR, TIMED

WORTH = "interests.tenant[0].worth"
VIEWS = dict(TABS)
NAMES = st.from_regex(r"[a-z][a-z_]{0,8}(@[1-9])?", fullmatch=True)
PLACES = st.builds(
    PagePlace,
    view=st.sampled_from(list(VIEWS)),
    domino=st.just("") | st.tuples(NAMES, NAMES).map("=".join),
    box=st.just("") | NAMES,
    period=st.none() | st.integers(1, 400),
)


@pytest.fixture(scope="module")
def contest(context):
    return solve.open_contest(context, HARBOUR).contest


@given(PLACES)
def test_query_of_a_place_reads_back_as_that_place(place):
    assert PagePlace.read(place.query(), VIEWS) == place


def test_known_changes_and_places_are_kept_whole(contest):
    setting = Setting({WORTH: 70.0}, {"bid": "offer"}, {"lease": ("kept", "lost")}, surprise=True)
    place = PagePlace("dominoes", "lease=lost", "bid")
    assert known_part(contest, setting, place) == (setting, place, [])


def test_unknown_names_are_left_out_and_told_with_the_nearest_name(contest):
    setting = Setting({WORTH: 70.0, "interests.tennant[0].worth": 1.0}, {"bid": "ofer"})
    known, place, problems = known_part(contest, setting, PagePlace("answer", "lese=lost", "x", 3))
    assert known == Setting({WORTH: 70.0})
    assert place == PagePlace()
    assert problems == [
        f"There is no range 'interests.tennant[0].worth'; did you mean '{WORTH}'?",
        "There is no state 'ofer' of 'bid'; did you mean 'offer'?",
        "There is no move or factor 'lese'; did you mean 'lease'?",
        "There is no move or factor 'x'.",
        "There is no period 3.",
    ]


def test_factor_of_a_timed_contest_is_known_with_and_without_a_period(context):
    timed = solve.open_contest(context, TIMED).contest
    setting = Setting(supposed={"walls": "fall", "hold@2": "yield"})
    place = PagePlace(domino="walls@1=fall", box="walls@3", period=3)
    assert known_part(timed, setting, place) == (setting, place, [])


def test_parts_of_an_address_that_are_neither_changes_nor_places_are_told():
    query = "suppose.bid=offer&tab=domino&token=secret&foo=1"
    assert unknown_parts(query, VIEWS) == [
        "There is no view 'domino'; did you mean 'dominoes'?",
        "'foo=1' is not a change that an address can hold.",
    ]


def test_number_that_equals_the_file_is_no_change(contest):
    assert drop_unchanged(contest, Setting({WORTH: 65.0})) == Setting()
    assert drop_unchanged(contest, Setting({WORTH: 65.01})) == Setting({WORTH: 65.01})
    known, _, problems = known_part(contest, Setting({WORTH: 65.0}), PagePlace())
    assert (known, problems) == (Setting(), [])
    nearly = [each.text for each in changes(contest, Setting({WORTH: 65.01}))]
    assert nearly == ["Interests of the foreign tenant: the berth: slightly above +65"]


def test_message_tells_conditions_by_their_clauses(contest):
    message = "lease = lost cannot be supposed where bid = offer and x = y"
    assert with_clauses(contest, message) == (
        '"the lease is lost" cannot be supposed where "the rival power makes an offer" and x = y'
    )


def test_changes_are_told_in_words_with_the_number_that_the_file_has(contest):
    setting = Setting({WORTH: 70.0}, {"bid": "offer"}, {"lease": ("lost",)})
    assert [each.text for each in changes(contest, setting)] == [
        "Interests of the foreign tenant: the berth: +70 instead of +65",
        "Supposed: the rival power makes an offer",
        "Observed: the lease is lost",
    ]
    assert scope_words(contest, Setting()) == "About the scenario as written."
    assert "About the what-if. Interests of the foreign tenant" in scope_words(contest, setting)
