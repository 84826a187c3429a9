"""What the shipped contests' READMEs quote is what the contests give.

Each sentence is filled in from the solved contest and must stand in the README as it is, so that
neither changes without the other. `A | B` is how likely A is where B holds.
"""

import pytest

import middlegame as mg
from middlegame.io.examples import find_file
from middlegame.report.text.words import percent

HARBOUR = {
    "| the rival makes an offer | {} |": ["bid = offer"],
    "| ... where it has the loan | {} |": ["bid = offer | loan = real"],
    "| ... where it has none | {} |": ["bid = offer | loan = empty"],
    "| the city switches | {} |": ["renew = switch"],
    "| ... after an offer | {} |": ["renew = switch | bid = offer"],
    "arbitration, if the city switches | {} |": ["retaliate = sue | renew = switch"],
    "| the tenant loses the berth | {} |": ["lease = lost"],
    "| the depot closes | {} |": ["depot = closes"],
    "belief in the loan only from {} to {}": ["loan = real", "loan = real | bid = offer"],
}
CUBA = {
    "| Washington begins with a quarantine | {} |": ["action = quarantine"],
    "keep away, given a quarantine | {} |": ["ships = keep_off | action = quarantine"],
    "| a spy plane is shot down | {} |": ["u2 = shot_down"],
    "| Moscow withdraws | {} |": ["answer = withdraw"],
    "| the missiles leave Cuba | {} |": ["missiles = removed"],
    "| no war | {} |": ["war = none"],
    "| the missiles leave and there is no war | {} |": ["missiles = removed and war = none"],
    "| ... and Washington promises not to invade | {} |": [
        "missiles = removed and war = none and pledge = given"
    ],
    "| ... and the Jupiters go too | {} |": [
        "missiles = removed and war = none and pledge = given and jupiters = removed"
    ],
}
OPEC = {
    "price below 30 dollars {}, and the large cut {}": [
        "price < 30 | demand = 20", "agreement = made | demand = 20",
    ],
}  # fmt: skip
VENEZUELA = {
    "| the military balances between the powers | 42% | 17% to 70% | {} |": ["line = balance"],
    "under American supervision | 54% | 36% to 73% | {} |": ["venezuela = supervised"],
    "| the Americas are traded for Ukraine | 2% | <1% to 5% | {} |": ["trade = struck"],
    "| Moscow waits and sees | 55% | 47% to 64% | {} |": ["approach = wait"],
    "| Cuba's government falls | 19% | 14% to 24% | {} |": ["cuba = falls"],
    "| Nicaragua's government falls | 11% | 8% to 15% | {} |": ["nicaragua = falls"],
    "| Washington's hegemony is restored | 35% | 26% to 44% | {} |": ["hegemony = restored"],
    "The military's line is open: {} for a supervised transition, {} for balancing, {} for": [
        "line = transition", "line = balance", "line = align",
    ],
    "It lives with it in {} of the cases in which the military balances, squeezes in {}": [
        "response = tolerate | line = balance", "response = pressure | line = balance",
    ],
}  # fmt: skip
QUARTERS = {
    "| Venezuela is under American supervision | {} | {} (": [
        "venezuela@4 = supervised", "venezuela@8 = supervised",
    ],
    "| Venezuela is balanced | {} | {} |": ["venezuela@4 = balanced", "venezuela@8 = balanced"],
    "| Cuba's government has fallen | {} | {} (": ["cuba@4 = falls", "cuba@8 = falls"],
    "| Nicaragua's government has fallen | {} | {} (": [
        "nicaragua@4 = falls", "nicaragua@8 = falls",
    ],
    "| all three gone | | {} (": [
        "venezuela@8 = supervised and cuba@8 = falls and nicaragua@8 = falls"
    ],
    "| Moscow's influence over the officers is gone | {} | {} (": [
        "influence@4 = gone", "influence@8 = gone",
    ],
    "| the war in Ukraine winds down | {} | {} |": ["war@4 = winds_down", "war@8 = winds_down"],
    "| the bargain is struck | {} | {} (": ["bargain@4 = accepted", "bargain@8 = accepted"],
    "({} in the first), balances nearly as often ({})": ["line@1 = transition", "line@1 = balance"],
    "goes from {} to {}. Time works": ["venezuela@1 = supervised", "venezuela@8 = supervised"],
}  # fmt: skip

ABOUT_THE_MIDDLE_WORLD = {"venezuela-2026", "venezuela-2026-quarters"}
"""Contests whose READMEs say that these figures are those of the middle world."""


@pytest.mark.parametrize(
    ("name", "sentences"),
    [
        ("harbour-lease", HARBOUR),
        ("cuba-1962", CUBA),
        ("opec-2020", OPEC),
        ("venezuela-2026", VENEZUELA),
        ("venezuela-2026-quarters", QUARTERS),
    ],
)
def test_readme_figures_equal_those_of_the_solved_contest(name, sentences):
    solved = mg.solve(mg.load(name))
    if name in ABOUT_THE_MIDDLE_WORLD:
        solved = solved.middle
    written = " ".join(find_file(name).with_name("README.md").read_text("utf-8").split())

    def chance(asked: str) -> str:
        what, _, where = asked.partition(" | ")
        if not where:
            return percent(solved.probability(what))
        return percent(solved.probability(f"({what}) and ({where})") / solved.probability(where))

    computed = [sentence.format(*map(chance, asked)) for sentence, asked in sentences.items()]
    assert [sentence for sentence in computed if sentence not in written] == []
