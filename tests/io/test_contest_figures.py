"""What the shipped contests' READMEs quote is what the contests give.

Each sentence is filled in from the solved contest and must stand in the README as it is, so that
neither changes without the other. `A | B` is how likely A is where B holds.
"""

from functools import cache

import pytest

import middlegame as mg
from middlegame.io.examples import find_file
from middlegame.report.text.numbers import percent
from middlegame.report.text.reasons import reason_texts
from middlegame.report.text.robustness import number_words

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


QUOTED_REASONS = {"venezuela-2026": [("line", 2)], "cuba-1962": [("answer", 1)]}
"""The moves whose reasons a README quotes, and how many sentences of them."""
VARIANTS = {
    "half precision": ("precision", "half"),
    "double precision": ("precision", "double"),
    "all reason at level 1": ("behaviour", "level 1"),
    "all reason at level 2": ("behaviour", "level 2"),
    "a cognitive hierarchy of mean 1.5": ("behaviour", "hierarchy 1.5"),
}
VENEZUELA_VARIANTS = VARIANTS | {
    "the officers want no hand of their own on power": ("interest", "interests.military[0].worth"),
    "an amnesty is worth nothing to them": ("interest", "interests.military[2].worth"),
    "being bombed costs them nothing": ("interest", "interests.military[3].worth"),
    "Washington does not want Venezuela in its orbit": (
        "interest", "interests.washington[0].worth",
    ),
}  # fmt: skip
CUBA_VARIANTS = VARIANTS | {
    "Washington does not mind the missiles": ("interest", "interests.washington[0].worth"),
    "Moscow does not mind general war": ("interest", "interests.moscow[4].worth"),
}


@cache
def forecast_of(name: str) -> mg.Forecast:
    return mg.solve(mg.load(name))


@cache
def robustness_of(name: str) -> mg.Robustness:
    return mg.robust(forecast_of(name), worlds=1)


def readme(name: str) -> str:
    """Return a README as one line, without the marks of quotations."""
    text = find_file(name).with_name("README.md").read_text("utf-8")
    return " ".join(text.replace("\n>", "\n").split())


@pytest.mark.parametrize("name", QUOTED_REASONS)
def test_readme_quotes_reasons_as_why_prints_them(name):
    solved, written = forecast_of(name), readme(name)
    for move, count in QUOTED_REASONS[name]:
        texts = reason_texts(mg.why(solved, move, traced=0), short=True)
        for text in texts[:count]:
            assert text.sentence in written


@pytest.mark.parametrize(
    ("name", "variants", "asked"),
    [
        ("venezuela-2026", VENEZUELA_VARIANTS, ["balance", "supervised", "wait", "cuba"]),
        ("cuba-1962", CUBA_VARIANTS, ["removed", "war", "quarantine"]),
    ],
)
def test_readme_has_the_answers_of_robust(name, variants, asked):
    found, written = robustness_of(name), readme(name)
    questions = [f"{each}-{name.rpartition('-')[2]}" for each in asked]
    places = [[answer.name for answer in found.answers].index(each) for each in questions]
    numbers = {(variant.kind, variant.name): variant.numbers for variant in found.variants}
    rows = {label: numbers[variant] for label, variant in variants.items()}
    rows["as written"] = tuple(answer.middle for answer in found.answers)
    for label, row in rows.items():
        shares = " | ".join(number_words(found.answers[k], row[k]) for k in places)
        assert f"| {label} | {shares} |" in written
    assert f"solves the contest again under {found.computed} other methods and premises" in written


def test_readmes_say_which_answers_hold_in_all_variants():
    found, written = robustness_of("venezuela-2026"), readme("venezuela-2026")
    firm = {answer.name for k, answer in enumerate(found.answers) if not found.breaking(k)}
    assert firm >= {"cuba-2026", "nicaragua-2026", "trade-2026"}
    assert not firm & {"balance-2026", "supervised-2026"}
    assert f"Cuba and Nicaragua and the trade hold in all {found.computed}" in written
    cuba = robustness_of("cuba-1962")
    (place,) = (k for k, answer in enumerate(cuba.answers) if answer.name == "removed-1962")
    assert [v.name for v in cuba.breaking(place)] == ["interests.washington[0].worth"]
    assert "hangs on one thing alone: that Washington wants them gone" in readme("cuba-1962")


def test_expected_points_in_the_readme_of_cuba_are_those_of_the_forecast():
    solved = forecast_of("cuba-1962")
    strike, talks, quarantine = (
        f"{solved.given({'action': each}).points['washington']:.0f}"
        for each in ("air_strike", "diplomacy", "quarantine")
    )
    sentence = f"{strike} points, against {talks} where it talks and {quarantine} where it begins"
    assert sentence in readme("cuba-1962")


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
    solved: mg.Equilibrium = forecast_of(name)
    if name in ABOUT_THE_MIDDLE_WORLD:
        solved = solved.middle
    written = readme(name)

    def chance(asked: str) -> str:
        what, _, where = asked.partition(" | ")
        if not where:
            return percent(solved.probability(what))
        return percent(solved.probability(f"({what}) and ({where})") / solved.probability(where))

    computed = [sentence.format(*map(chance, asked)) for sentence, asked in sentences.items()]
    assert [sentence for sentence in computed if sentence not in written] == []
