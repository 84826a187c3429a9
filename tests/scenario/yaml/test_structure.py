"""Entries added, set, removed and moved in a scenario's text, and all else as it was."""

import difflib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from middlegame.base.errors import MiddlegameError
from middlegame.io.examples import FOLDER
from middlegame.scenario.yaml.dump import Plain, dumps
from middlegame.scenario.yaml.load import read_text
from middlegame.scenario.yaml.structure import move_entry, remove_entry, set_value
from middlegame.scenario.yaml.tree import parse_yaml
from tests.generators.scenarios import scenarios

HARBOUR = (FOLDER / "harbour-lease" / "scenario.yaml").read_text(encoding="utf-8")


def changes(before, after):
    """Return the lines that were taken away and those that were added."""
    found = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    lines = list(found)[2:]
    return [[line[1:] for line in lines if line.startswith(sign)] for sign in "-+"]


@pytest.mark.parametrize(
    ("path", "value", "old", "new"),
    [
        (("title",), "A port: who?", ["title: Harbour lease"], ['title: "A port: who?"']),
        (
            ("moves", "bid", "knows", 1),
            "depot",
            ["    knows: [loan]                        # a secret: nobody else lists it"],
            ["    knows: [loan, depot]                        # a secret: nobody else lists it"],
        ),
        (
            ("actors", "owner", "precision"),
            Plain("2..3:1"),
            ["  owner: The port city"],
            ["  owner: {name: The port city, precision: 2..3:1}"],
        ),
        (
            ("interests", "tenant", 2),
            {"when": "renew = switch", "worth": Plain("-9..-3")},
            [],
            ["    - {when: renew = switch, worth: -9..-3}"],
        ),
        (
            ("interests", "owner", 1, "cite", 1),
            "brief#2",
            ["      cite: brief#5"],
            ["      cite: [brief#5, brief#2]"],
        ),
        (
            ("moves", "bid", "options", "wait"),
            {},
            [],
            ["      wait: {}"],
        ),
    ],
)
def test_set_value_changes_or_adds_the_lines_of_one_entry(path, value, old, new):
    assert changes(HARBOUR, set_value(HARBOUR, path, value)) == [old, new]


def test_new_section_stands_at_its_usual_place():
    after = set_value(HARBOUR, ("evidence", "seen"), {"saw": "loan = real"})
    assert changes(HARBOUR, after) == [[], ["evidence:", "  seen: {saw: loan = real}", ""]]
    assert list(parse_yaml(after).data)[-3:] == ["precision", "evidence", "questions"]


def test_contest_grows_from_an_empty_text_into_lines_of_readable_width():
    text = ""
    for path, value in [
        (("title",), "New"),
        (("actors", "city"), "The city"),
        (("moves", "answer"), {"by": "city", "options": ["renew", "leave"]}),
        (("moves", "answer", "options", "leave", "costs"), Plain("-3..4")),
        (("moves", "answer", "options", "leave", "why"), "A reason of some length, " * 3),
        (("factors", "lease", "states"), ["kept", "lost"]),
        (("factors", "lease", "rules", 0, "then", "lost"), Plain("3..5%")),
        (("factors", "lease", "rules", 1, "then", "lost"), Plain("1%")),
    ]:
        text = set_value(text, path, value)
    assert max(map(len, text.splitlines())) < 100
    data = parse_yaml(text).data
    assert list(data["moves"]["answer"]["options"]) == ["renew", "leave"]
    assert data["factors"]["lease"]["rules"] == [
        {"then": {"lost": "3..5%"}},
        {"then": {"lost": "1%"}},
    ]


def test_removed_entry_takes_its_comment_along_and_leaves_the_others():
    text = "actors:\n  # the first\n  a: A  # a\n\n  # the second\n  b: B\n    # of b\nmoves: {}\n"
    assert remove_entry(text, ("actors", "a")) == (
        "actors:\n\n  # the second\n  b: B\n    # of b\nmoves: {}\n"
    )
    assert remove_entry(text, ("actors", "b")) == (
        "actors:\n  # the first\n  a: A  # a\n\nmoves: {}\n"
    )


def test_moved_entry_takes_its_comment_along():
    text = "a:\n  # one\n  x: 1  # x\n\n  y:\n    z: 2\n"
    assert move_entry(text, ("a", "x"), 1) == "a:\n  y:\n    z: 2\n\n  # one\n  x: 1  # x\n"


def test_entry_that_an_alias_repeats_is_refused():
    with pytest.raises(MiddlegameError, match="cannot be changed alone"):
        set_value("a: &x {b: 1}\nc: *x\n", ("c", "b"), Plain("2"))


def test_invalid_yaml_is_refused_with_its_line():
    with pytest.raises(MiddlegameError, match=r"line \d is not valid YAML"):
        set_value("title: A\nquestion: [\n", ("title",), "B")


def places(data, path=()):
    """Yield the path of every entry."""
    entries = data.items() if isinstance(data, dict) else enumerate(data)
    for step, part in entries:
        yield (*path, step)
        if isinstance(part, dict | list):
            yield from places(part, (*path, step))


@settings(max_examples=20, deadline=None)
@given(data=st.data(), shipped=st.booleans())
def test_any_edit_changes_the_parsed_text_as_the_same_edit_of_its_data_would(data, shipped):
    """The edits check this themselves and refuse otherwise: none may be refused here."""
    text = HARBOUR if shipped else dumps(data.draw(scenarios()))
    parsed = parse_yaml(text).data
    path = data.draw(st.sampled_from(list(places(parsed))))
    part = parsed
    for step in path:
        part = part[step]
    if not isinstance(part, dict | list):
        after = set_value(text, path, Plain("17"))
        one_line = ">" not in text and "|" not in text
        assert len(changes(text, after)[1]) == 1 or not one_line
        assert set_value(after, path, Plain("18")) == after.replace("17", "18") or "17" in text
    kept = set(text.splitlines())
    new = set(changes(text, remove_entry(text, path))[1])
    assert len(new) <= 2 or new <= kept
    around = parsed
    for step in path[:-1]:
        around = around[step]
    last = len(around) - 1
    place = list(around).index(path[-1]) if isinstance(around, dict) else path[-1]
    moved = move_entry(text, path, last)
    assert sorted(moved) == sorted(text)
    again = (*path[:-1], path[-1] if isinstance(around, dict) else last)
    assert move_entry(moved, again, place) == text


@settings(max_examples=6, deadline=None)
@given(scenario=scenarios(), data=st.data())
def test_scenario_built_by_edits_equals_the_written_one(scenario, data):
    """Section by section and entry by entry, in the order of the file."""
    written, text = parse_yaml(dumps(scenario)).data, ""
    for section, part in written.items():
        if isinstance(part, dict) and section in ("moves", "factors", "actors", "questions"):
            for name, entry in part.items():
                text = set_value(text, (section, name), plain(entry))
        else:
            text = set_value(text, (section,), plain(part))
    assert read_text(text).scenario == scenario


def plain(part):
    if isinstance(part, dict):
        return {key: plain(each) for key, each in part.items()}
    if isinstance(part, list):
        return [plain(each) for each in part]
    if isinstance(part, bool):
        return Plain("true" if part else "false")
    return part if isinstance(part, str) else Plain("{}" if part is None else f"{part!r}")


def test_mapping_as_written_keeps_its_lines():
    written = Plain("{x: 0.1,\n        y: 0.2}")
    text = set_value("fit:\n  coefficients: {a: free}\n", ("fit", "correlations"), {"a": written})
    assert text.endswith("  correlations: {a: {x: 0.1,\n        y: 0.2}}\n")
    assert parse_yaml(text).data["fit"]["correlations"] == {"a": {"x": 0.1, "y": 0.2}}
