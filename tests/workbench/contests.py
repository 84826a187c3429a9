"""Texts of contests that several tests open."""

from middlegame.io.examples import FOLDER

HARBOUR = (FOLDER / "harbour-lease" / "scenario.yaml").read_text()
DRAFTED = (
    HARBOUR.replace("{is: 5..15, why", "{is: 5..15, drafted: yes, why")
    .replace("{is: 2..5%, why", "{is: 2..5%, drafted: yes, why")
    .replace("{is: 3..9, why", "{is: 3..9, drafted: yes, why")
)
"""A contest with three numbers that are marked as drafted."""
KNOWN = f"""{DRAFTED.replace("title: Harbour lease", "title: Harbour lease, with evidence")}
evidence:
  audit: {{label: The audit, saw: loan = real, likelihood: 2..4:1}}
views:
  doubter: {{name: The doubter, judgements: {{factors.loan.chance.real: 10..20%}}}}
"""
"""The same with evidence on what is hidden, and a rival view."""
TIMED = """
title: A siege
actors: {city: The city}
periods: {every: quarter, for: 3, from: 2026-01-01}
moves:
  hold: {by: city, options: {hold: {}, yield: {costs: 5}}}
factors:
  walls:
    states: [stand, fall]
    start: stand
    stays: 60%
    chance: {fall: 20..40%}
    headline: yes
interests:
  city: [{when: walls = stand, worth: 50}]
"""
EVERYTHING = """
title: A bit of everything
as_of: 2026-01-01
periods: {every: quarter, for: 3}
actors:
  north: {name: The north, precision: 2..4:1, patience: 80..95%, behaviour: {level: 2}}
  south: The south
numbers: {elasticity: {is: 0.2..0.4, why: estimated}}
resources:
  north: {effort: 10}
moves:
  cut:
    label: The cut
    by: north
    scale: {from: 0, to: 20, step: 10, unit: barrels, costs: cut * elasticity}
    options:
      none: {spends: {effort: 2}}
  answer: {by: south, knows: [cut], options: {accept: {}, refuse: {if: cut >= 10}}}
offers:
  truce: {by: north, to: south, before: answer, terms: [answer = accept]}
factors:
  price:
    label: The price
    scale: {from: 0, to: 100, step: 25}
    rules:
      - {if: answer = refuse, from: previous, shift: 25, spread: 10}
      - {then: {mean: 40..60, spread: 20}}
    start: 50
  peace:
    states: {kept: peace holds, broken: peace is broken}
    stays: 70%
    chance: {broken: 20..40%}
    start: kept
repeat:
  for: state
  in:
    east: {title: The east, gain: 5..10}
    west: {title: The west, gain: 12}
  actors: {<state>: <title>}
  interests:
    <state>: [{when: peace = kept, worth: <gain>}]
interests:
  north: [{when: peace = kept, worth: 40..60, earned: at_end}]
  south: [{worth: price / 10}]
evidence:
  memo: {saw: peace@1 = kept, likelihood: 2:1, seen_by: [south]}
questions:
  level: {value: price, on: 2026-09-30}
beliefs:
  south: {judgements: {"interests.north[0].worth": 10..20}, aware: [north]}
views:
  hawk: {name: The hawk, judgements: {factors.peace.chance.broken: 60..80%}}
"""
"""A contest with an entry of each kind."""
