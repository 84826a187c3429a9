import pytest

from middlegame.scenario import read_text
from middlegame.scenario.model.walk import judgements_by_place
from middlegame.scenario.yaml.completion import completions

TEXT = """\
title: Harbour lease
sources:
  brief: {title: Briefing}
actors: {owner: The port city, tenant: The foreign tenant}
moves:
  renew:
    by: owner
    options: {renew: {}, switch: {}}
factors:
  lease:
    states: [kept, lost]
    rules:
      - {if: renew = switch, then: {lost: 50..70%}}
      - then: {lost: 2%}
  depot:
    states: [closes, stays]
    causes:
      closes: [{if: lease = lost, chance: 40..70%}]
interests:
  owner:
    - {when: lease = lost, worth: 20}
"""


def at(line_after, written):
    """Complete at the end of a line that is written after another one of the text."""
    lines = TEXT.splitlines()
    place = lines.index(line_after) + 1
    text = "\n".join([*lines[:place], written, *lines[place:]])
    return [found.text for found in completions(text, place + 1, len(written) + 1)]


LEASE = "    states: [kept, lost]"
NUMBERS = "numbers: {rate: {is: 0.2..0.4}, share: 20..40%}"
OPTIONS = "    options: {renew: {}, switch: {}}"
INTEREST = "    - {when: lease = lost, worth: 20}"


@pytest.mark.parametrize(
    ("after", "written", "expected"),
    [
        ("title: Harbour lease", "", {"actors", "moves", "factors", "as_of"}),
        (OPTIONS, "    ", {"by", "knows", "label", "cite"}),
        (OPTIONS, "    kn", {"knows"}),
        (OPTIONS, "    by: ", {"owner", "tenant"}),
        (OPTIONS, "    by: te", {"owner", "tenant"}),
        (OPTIONS, "    knows: [", {"renew", "lease", "depot"}),
        (OPTIONS, "    knows: [lease, ", {"renew", "lease", "depot"}),
        (OPTIONS, "    cite: ", {"brief"}),
        (LEASE, "    headline: ", {"yes", "no"}),
        (LEASE, "    start: {", {"kept", "lost"}),
        (INTEREST, "    - {when: lease = lost, earned: ", {"throughout", "each_time", "at_end"}),
        ("title: Harbour lease", "periods: {every: ", {"quarter", "month"}),
        ("title: Harbour lease", "resources: {", {"owner", "tenant"}),
        ("title: Harbour lease", "evidence: {seen: {saw: ", {"renew", "lease", "depot"}),
        ("title: Harbour lease", "evidence: {seen: {seen_by: [", {"owner", "tenant"}),
        ("title: Harbour lease", "offers: {trade: {by: owner, to: ", {"owner", "tenant"}),
        ("      - then: {lost: 2%}", "      - {if: renew = switch, from: ", {"previous"}),
        (LEASE, "    chance: {", {"kept", "lost"}),
        (INTEREST, "    - ", {"when", "worth", "label", "cite"}),
        (INTEREST, "    - {", {"when", "worth", "label"}),
        (INTEREST, "    - {when: ", {"renew", "lease", "depot", "not"}),
        (INTEREST, "    - {when: lease = ", {"kept", "lost"}),
        (INTEREST, "    - {when: lease = kept|", {"kept", "lost"}),
        (INTEREST, "    - {when: lease = kept and depot = c", {"closes", "stays"}),
        (INTEREST, "    - {when: lease = kept and ", {"lease", "depot", "and", "or"}),
        (INTEREST, "    - when: depot = ", {"closes", "stays"}),
        (INTEREST, "  ", {"owner", "tenant"}),
        ("  depot:", "    ", {"states", "chance", "rules", "causes", "table"}),
        ("      closes: [{if: lease = lost, chance: 40..70%}]", "      ", {"closes", "background"}),
        ("      - then: {lost: 2%}", "      - {if: renew = ", {"renew", "switch"}),
        ("      - then: {lost: 2%}", "      - {if: renew = switch, then: {", {"kept", "lost"}),
        ("      - then: {lost: 2%}", "      - {if: renew = switch, ", {"then", "if", "why"}),
    ],
)
def test_completions_contain_what_may_be_written(after, written, expected):
    assert expected <= set(at(after, written))


@pytest.mark.parametrize(
    ("after", "written", "absent"),
    [
        (INTEREST, "    - {when: lease = ", {"renew", "closes", "worth"}),
        (OPTIONS, "    by: ", {"by", "lease"}),
        (OPTIONS, "    ", {"when", "rules"}),
        ("title: Harbour lease", "question: what ", {"actors"}),
        ("title: Harbour lease", "questions: {q: {by: ", {"owner", "tenant"}),
    ],
)
def test_completions_leave_out_what_may_not_be_written(after, written, absent):
    assert not absent & set(at(after, written))


def test_completions_of_names_have_their_labels():
    lines = TEXT.count("\n")
    found = completions(TEXT + "  ", lines + 1, 3)
    assert [(each.text, each.about) for each in found] == [
        ("owner", "The port city"),
        ("tenant", "The foreign tenant"),
    ]


def test_completions_of_spends_are_the_resources_of_the_moves_actor():
    text = TEXT + "resources: {owner: {money: 10}, tenant: {ships: 3}}\n"
    line = "    options: {renew: {}, switch: {spends: {"
    text = text.replace("    options: {renew: {}, switch: {}}", line)
    number = text.splitlines().index(line) + 1
    assert [found.text for found in completions(text, number, len(line) + 1)] == ["money"]


def test_completions_never_raise_at_any_position():
    for line, text in enumerate(TEXT.splitlines(), start=1):
        for column in range(1, len(text) + 2):
            completions(TEXT, line, column)
    assert completions(TEXT, 999, 1) == []
    assert completions("", 1, 1) != []


@pytest.mark.parametrize(
    "written",
    [
        "    - {when: lease = lost, worth: 10 * ",
        "    - {when: lease = lost, worth: ra",
        "    - {when: lease = lost, worth: {is: ",
    ],
)
def test_completions_of_a_number_are_the_named_numbers(written):
    lines = [*TEXT.splitlines()[:4], NUMBERS, *TEXT.splitlines()[4:], written]
    found = completions("\n".join(lines), len(lines), len(written) + 1)
    assert {each.text for each in found} == {"rate", "share"}


def test_completions_in_a_named_number_are_its_keys():
    found = at("title: Harbour lease", "numbers: {rate: {")
    assert set(found) == {"is", "label", "why", "cite", "correlates"}


def test_completions_of_states_with_clauses_are_the_states():
    text = TEXT.replace("[kept, lost]", "{kept: it is kept, lost: it is lost}")
    written = "    - {when: lease = "
    lines = [*text.splitlines(), written]
    found = completions("\n".join(lines), len(lines), len(written) + 1)
    assert {each.text for each in found} == {"kept", "lost"}


def test_completions_in_beliefs_are_actors_and_the_places_of_numbers():
    text = TEXT + "beliefs:\n  "
    assert [each.text for each in completions(text, len(text.splitlines()), 3)] == [
        "owner",
        "tenant",
    ]
    text = TEXT + "beliefs:\n  owner:\n    judgements:\n      "
    found = [each.text for each in completions(text, len(text.splitlines()), 7)]
    assert found == [
        "factors.lease.rules[0].then.lost",
        "factors.lease.rules[1].then.lost",
        "factors.depot.causes.closes[0].chance",
        "interests.owner[0].worth",
    ]
    text = TEXT + "beliefs:\n  owner: {aware: ["
    last = text.splitlines()
    found = [each.text for each in completions(text, len(last), len(last[-1]) + 1)]
    assert found == ["owner", "tenant"]


def test_completions_in_a_worth_are_the_keys_of_a_number():
    found = at("  owner:", "    - {when: lease = lost, worth: {")
    assert {"is", "why", "cite", "correlates", "label", "private"} <= set(found)


@pytest.mark.parametrize("start", ["repeat:\n  ", "repeat:\n  - "])
@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("", {"for", "in", "before", "moves", "interests"}),
        ("moves: {<state>_joins: {", {"by", "knows", "options", "scale"}),
        ("moves: {<state>_joins: {knows: [", {"renew", "lease"}),
        ("interests: {owner: [{when: lease = ", {"kept", "lost"}),
        ("factors: {<state>_strike: {", {"states", "chance", "rules"}),
    ],
)
def test_completions_in_a_repeated_block_are_those_of_its_sections(start, written, expected):
    text = f"{TEXT}{start}{written}"
    line = text.count("\n") + 1
    column = len(text.splitlines()[-1]) + 1 if written else len(start.rpartition("\n")[2]) + 1
    found = {each.text for each in completions(text, line, column)}
    assert expected <= found


def test_places_of_numbers_are_those_that_a_belief_may_name():
    text = """title: Toll
actors: {city: The city}
periods: {every: year, for: 2}
moves: {pay: {by: city, options: {pay: {}, refuse: {costs: 5}}}}
factors:
  toll:
    scale: {from: 0, to: 100, step: 10, unit: ducats}
    start: 40
    rules: [{if: pay = pay, then: 30}, {from: previous, shift: 5..10}]
interests: {city: [{worth: 0.1 * toll}]}
repeat:
  for: gate
  in: {east: {share: 20}, west: {share: 30}}
  factors: {<gate>_gate: {states: [open, shut], chance: {open: <share>%}}}
beliefs:
  city:
    judgements:
      """
    line = text.count("\n") + 1
    places = {each.text for each in completions(text, line, 7)}
    scenario = read_text(text[: text.index("beliefs:")]).scenario
    assert places <= set(judgements_by_place(scenario))
    assert "factors.toll.rules[0].then.mean" in places
    assert "factors.toll.start.mean" in places
    assert "factors.toll.rules[1].shift" in places
    condition = text.replace("{if: pay = pay, then: 30}", "{if: eas")
    at_line = condition[: condition.index("{if: eas")].count("\n") + 1
    column = condition.split("\n")[at_line - 1].index("{if: eas") + len("{if: eas") + 1
    assert "east_gate" in {each.text for each in completions(condition, at_line, column)}
