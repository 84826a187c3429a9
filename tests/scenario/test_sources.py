"""What counts as sourced."""

from middlegame.scenario import dumps, load, read_text, sourcing
from middlegame.scenario.faults import dotted_path
from tests.scenario.test_load import HARBOUR


def test_sourcing_counts_numbers_ranges_citations_and_reasons():
    found = sourcing(load(HARBOUR))
    assert (found.numbers, found.ranges, found.cited, found.reasoned) == (12, 7, 2, 1)
    assert [dotted_path(path) for path in found.unsourced][:3] == [
        "moves.retaliate.options.sue.costs",
        "factors.lease.rules[0].then.lost",
        "factors.lease.rules[2].then.lost",
    ]


def test_sourcing_counts_citations_of_the_enclosing_part():
    scenario = read_text("""
title: Small
sources: {brief: {title: B}}
actors: {a: A}
moves: {m: {by: a, options: {x: {costs: 3, cite: brief}, y: {costs: {is: 4, why: so}}}}}
factors:
  f: {states: [s, t], cite: brief, rules: [{if: m = x, then: s}, {then: {s: 30%}}], headline: yes}
interests: {a: [{when: f = s, worth: 20..30}]}
""").scenario
    found = sourcing(scenario)
    assert (found.numbers, found.ranges, found.cited, found.reasoned) == (4, 1, 2, 1)
    assert found.unsourced == (("interests", "a", 0, "worth"),)


def test_drafted_numbers_are_counted_until_their_mark_is_deleted_and_survive_writing():
    text = """
title: Small
actors: {a: A}
moves: {m: {by: a, options: {x: {costs: {is: 3, drafted: yes}}, y: {}}}}
interests: {a: [{when: m = x, worth: {is: 20..30, drafted: yes, why: so}}]}
precision: {is: 3:1, drafted: no}
"""
    scenario = read_text(text).scenario
    paths = (("moves", "m", "options", "x", "costs"), ("interests", "a", 0, "worth"))
    assert sourcing(scenario).drafted == paths
    assert sourcing(read_text(dumps(scenario)).scenario).drafted == paths
    confirmed = read_text(text.replace("{is: 3, drafted: yes}", "3")).scenario
    assert sourcing(confirmed).drafted == paths[1:]


def test_numbers_in_beliefs_and_private_numbers_are_counted():
    text = """
title: T
actors: {a: A, b: B}
moves:
  push: {by: a, options: [push, hold]}
  fight: {by: b, knows: [push], options: [fight, yield_]}
interests:
  a: [{when: push = push and fight = yield_, worth: 60}]
  b: [{when: fight = fight, worth: {is: -60..-20, private: yes, why: a reason}}]
beliefs:
  a: {judgements: {"interests.b[0].worth": -90..-50}}
"""
    found = sourcing(read_text(text).scenario)
    assert (found.numbers, found.ranges, found.cited, found.reasoned) == (3, 2, 0, 1)
    assert found.unsourced == (
        ("interests", "a", 0, "worth"),
        ("beliefs", "a", "judgements", "interests.b[0].worth"),
    )
