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
