"""YAML text to data with places; what could harm is refused."""

import pytest

from middlegame.scenario.yaml import nodes as yaml_nodes
from middlegame.scenario.yaml import tree as yaml_tree
from middlegame.scenario.yaml.nodes import read_nodes
from middlegame.scenario.yaml.tree import MAX_BYTES, parse_yaml


def faults(text):
    return [str(fault) for fault in parse_yaml(text).faults]


def test_parse_yaml_reads_scalars_by_yaml_1_2():
    tree = parse_yaml(
        "a: no\nb: 3:1\nc: 0x1F\nd: 2026-01-08\ne: [1, 2.5, true, x]\nf: '4'\ng: .nan\n"
    )
    assert tree.faults == []
    assert tree.data == {
        "a": "no", "b": "3:1", "c": "0x1F", "d": "2026-01-08", "e": [1, 2.5, True, "x"], "f": "4",
        "g": ".nan",
    }  # fmt: skip


def test_parse_yaml_records_the_place_of_every_value():
    places = parse_yaml("a:\n  b: [x, 'y z']\n  c: >-\n    long\n    text\n").places
    assert places.locate(("a",)) == (1, 1)
    assert places.locate(("a", "b")) == (2, 3)
    assert places.locate(("a", "b", 0)) == (2, 7)
    assert places.locate(("a", "b", 1), 2) == (2, 13)
    assert places.locate(("a", "b", 1, "deeper"), 2) == (2, 10)
    assert places.locate(("a", "c"), 3) == (3, 6)
    assert places.locate(("nowhere",)) == (1, 1)


def test_offsets_in_text_with_escapes_point_to_its_start():
    assert parse_yaml('a: "x\\ty"\n').places.locate(("a",), 3) == (1, 4)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "",
            "1:1: the file is empty; expected a scenario: title, actors, moves, factors, interests",
        ),
        (
            "# only this\n",
            "1:1: the file is empty; expected a scenario: title, actors, moves, factors, interests",
        ),
        (
            "a: 1\n---\nb: 2\n",
            "2:1: a second document starts here; expected one scenario in a file, without ---",
        ),
        (
            "%YAML 1.1\n---\na: 1\n",
            "2:1: a YAML directive (a line that starts with %) is not allowed",
        ),
        (
            "a: !x 1\n",
            "1:4: '!x' is a YAML tag; expected no tags; quotes around text that starts with !",
        ),
        (
            "a: !!python/object:os.system {}\n",
            "1:4: 'tag:yaml.org,2002:python/object:os.system' is "
            "a YAML tag; expected no tags; quotes around text that starts with !",
        ),
        ("a: *b\n", "1:4: '*b' has no anchor; expected quotes around text that starts with *"),
        ("a: &x [*x]\n", "1:8: '*x' contains itself"),
        (
            "a: 1\na: 2\n",
            "2:1: 'a' is given twice (first in line 1, column 1); expected each key once",
        ),
        (
            "<<: {a: 1}\n",
            "1:1: merge keys ('<<') are not part of the language; expected the entries written out",
        ),
        (
            "true: 1\n",
            "1:1: true is not a name (YAML reads it as true); expected a word such as kept",
        ),
        ("? [a]\n: 1\n", "1:3: a list or mapping cannot be a key; expected a word"),
        (": 1\n", "1:1: an entry has no key; expected a word such as kept"),
        (
            "a: \x07\n",
            "1:4: unprintable character U+0007; expected text without control characters",
        ),
        ("a:\n\tb: 1\n", "2:1: a tab where only spaces are allowed; expected spaces"),
        (
            "a: 'x\n",
            "1:4: the quotation mark here is never closed; expected the same mark at the "
            "text's end",
        ),
        (
            'a: "\\x"\n',
            "1:7: a backslash in double quotes starts an escape that YAML does not "
            "know; expected single quotes around text with a backslash",
        ),
        (
            "a: b: c\n",
            "1:5: a second ': ' in this line; expected quotes around text that has a colon",
        ),
        (
            "a:\n   b: x\n    c: y\n",
            "3:5: 'c' is indented by 4 spaces, but 'b' in line 2 by 3; expected "
            "the same indentation for all keys of one thing, or quotes around a text that goes on "
            "over lines",
        ),
        (
            "a:\n  b: x\n\n    c: y\n",
            "4:5: 'c' is indented by 4 spaces, but 'b' in line 2 by 2; expected "
            "the same indentation for all keys of one thing, or quotes around a text that goes on "
            "over lines",
        ),
        (
            "a:  # a remark\n  b x\n  c: y\n",
            "2:3: there is no ': ' in this line; expected key: value",
        ),
        (
            "a:\n  z: 1\n  b x\n  c: y\n",
            "3:3: there is no ': ' in this line; expected key: value",
        ),
        (
            "a:\n  b: a text\n    goes on\n    and: on\n",
            "4:5: 'and' is indented by 4 spaces, but 'b' in line 2 by 2; expected "
            "the same indentation for all keys of one thing, or quotes around a text that goes on "
            "over lines",
        ),
        (
            "a:\n\u00a0\u00a0b: x\n  c: y\n",
            "2:1: a no-break space where only spaces are allowed; expected spaces",
        ),
        ("a: `x`\n", "1:4: text cannot start with `; expected quotes around the text"),
        (
            "a: {b: 1\n",
            "1:4: the bracket { is not closed, or a comma is missing; expected a comma "
            "between entries and } at the end, and quotes around a key that has brackets",
        ),
        (
            "a: {b[0].worth: 1}\n",
            "1:6: the bracket { is not closed, or a comma is missing; expected a comma "
            "between entries and } at the end, and quotes around a key that has brackets",
        ),
        (
            "f:\n  a: {b: 1\n  c: {d: 2}\n",
            "2:6: the bracket { is not closed before line 3, or a comma is missing; expected a "
            "comma between entries and } at the end, and quotes around a key that has brackets",
        ),
        (
            "a: {when: x = y, worth: 20,5..40}\n",
            "1:28: the comma ends the number 20, and '5..40' becomes a key; expected a decimal "
            "point: worth: 20.5..40",
        ),
        (
            "a: {comes: 0,3}\n",
            "1:14: the comma ends the number 0, and '3' becomes a key; expected a decimal "
            "point: comes: 0.3",
        ),
        ("a: 1\nb\nc: 2\n", "2:1: there is no ': ' in this line; expected key: value"),
        ("a: " + "[" * 50, "1:43: the file is nested too deeply; expected at most 40 levels"),
        (
            "{why: a, b: 2, note: c, d, e}",
            "1:25: the comma ends the text of 'note', and 'd' becomes "
            'a key; expected quotes: note: "c, d, e"',
        ),
        (
            "a: {title: Press reports, 2026}\n",
            "1:27: the comma ends the text of 'title', and '2026' becomes "
            'a key; expected quotes: title: "Press reports, 2026"',
        ),
        (
            "a: {why: Article 5, 12 and 13, 2026-11-01, true, worth: 3}\n",
            "1:21: the comma ends the text of 'why', and '12 and 13' becomes "
            'a key; expected quotes: why: "Article 5, 12 and 13, 2026-11-01, true"',
        ),
        (
            "a: {title: Report 12, 2026}\n",
            "1:23: the comma ends the text of 'title', and '2026' becomes "
            'a key; expected quotes: title: "Report 12, 2026"',
        ),
        (
            "{why: a, b: ~}",
            "1:10: 'b' has no value (YAML reads ~ as nothing); expected 'b: ...', or "
            "quotes around the whole text that it is part of",
        ),
        (
            "cite: [brief #4]\n",
            "1:14: ' #' starts a comment here and hides the rest of the line; "
            "expected quotes around text that has #, and no space in a citation such as brief#4",
        ),
        (
            "x: {cite: [a,\n  brief #4\n ]}\n",
            "2:8: ' #' starts a comment, so the paragraph is lost; "
            "expected no space: brief#4; or the comment on a line of its own",
        ),
    ],
)
def test_parse_yaml_refuses_traps_at_their_place(text, expected):
    assert faults(text) == [expected]


_MOVE = """moves:
  first:
    by: a
    options: [x, y]
  second:
    by: b
    knows: [first]
    options: [x, y]
"""
_SAME = "expected the same indentation for all keys of one thing"


@pytest.mark.parametrize(
    ("written", "instead", "expected"),
    [
        (
            "    by: b",
            "   by: b",
            f"6:4: 'by' is indented by 3 spaces, but 'knows' in line 7 by 4; {_SAME}",
        ),
        (
            "    by: b",
            "     by: b",
            f"6:6: 'by' is indented by 5 spaces, but 'knows' in line 7 by 4; {_SAME}",
        ),
        (
            "    knows",
            "      knows",
            f"7:7: 'knows' is indented by 6 spaces, but 'by' in line 6 by 4; {_SAME}"
            ", or quotes around a text that goes on over lines",
        ),
        (
            "    knows",
            "   knows",
            f"7:4: 'knows' is indented by 3 spaces, but 'by' in line 6 by 4; {_SAME}",
        ),
        ("    by: b", "    by b", "6:5: there is no ': ' in this line; expected key: value"),
        ("    by: b", "    by:b", "6:5: there is no ': ' in this line; expected key: value"),
        ("    knows: ", "    knows ", "7:5: there is no ': ' in this line; expected key: value"),
        ("  second:", "  second", "5:3: there is no ': ' in this line; expected key: value"),
        ("moves:", "moves", "1:1: there is no ': ' in this line; expected key: value"),
        (
            "  second:",
            "  second: Answer",
            "5:3: 'second' has a value in its line and keys below it; "
            "expected one of them, such as second: with the keys below it",
        ),
        (
            "    by: b",
            "\u00a0\u00a0\u00a0\u00a0by: b",
            "6:1: a no-break space where only spaces are allowed; expected spaces",
        ),
    ],
)
def test_a_line_that_does_not_line_up_is_at_fault_and_hides_no_entry(written, instead, expected):
    assert _MOVE.count(written) == 1
    text = _MOVE.replace(written, instead)
    tree = parse_yaml(text)
    assert [str(fault) for fault in tree.faults] == [expected]
    assert tree.data == parse_yaml(_MOVE).data
    assert tree.missing == set()


def test_a_colon_in_a_text_over_several_lines_asks_for_quotes():
    text = "about: a text\n  that goes on and says: this\nb: 1\n"
    assert faults(text) == [
        "2:24: a ': ' in text that goes on from a line above; "
        "expected quotes around text that has a colon"
    ]


def test_comments_on_lines_of_their_own_are_not_faults():
    assert faults("# top\na: [b, c] # two\nwhy: 'text' # quoted\nif: a = b # a condition\n") == []


def test_parse_yaml_stops_at_exploding_aliases():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    (expected,) = faults("\n".join(lines))
    assert "the file unfolds to more than 100,000 entries" in expected


def test_aliases_are_unfolded():
    tree = parse_yaml("a: &x {b: 1}\nc: *x\n")
    assert tree.data == {"a": {"b": 1}, "c": {"b": 1}}
    assert tree.places.locate(("c", "b")) == (1, 11)


def test_an_entry_with_a_syntax_error_does_not_hide_the_others():
    text = "a:\n  b: {x\n  c: 1\nd: e: f\ng: 1\nh: *none\n"
    tree = parse_yaml(text)
    assert [fault.line for fault in tree.faults] == [2, 4, 6]
    assert tree.data == {"a": {"c": 1}, "g": 1, "h": "*none"}
    assert tree.missing == {("a", "b"), ("d",)}


def test_an_entry_whose_only_part_has_a_syntax_error_is_not_said_to_lack_a_value():
    tree = parse_yaml("a: 1\nbeliefs:\n  holder:\n    judgements: {worth[0].is: 1}\n")
    assert [fault.line for fault in tree.faults] == [4]
    assert tree.data == {"a": 1}


def test_comments_after_a_syntax_error_keep_their_place():
    text = "a:\n  b: c: d\n  e: {cite: brief#4}   # fine\nwhy: text # not fine\n"
    assert [(fault.line, fault.column) for fault in parse_yaml(text).faults] == [(2, 7), (4, 10)]


def test_parse_yaml_reads_a_large_text():
    text = "a:\n" + "- {b: c}\n" * 15_000
    assert len(text) < MAX_BYTES
    assert len(parse_yaml(text).data["a"]) == 15_000


@pytest.mark.parametrize("text", ["a: [{}]", "{{{}}}", "a: &x 1\nb: [{}]"])
def test_parse_yaml_stops_at_too_many_entries(text, monkeypatch):
    monkeypatch.setattr(yaml_nodes, "MAX_ENTRIES", 2_000)
    entry = "*x," if "&x" in text else "b: 1," if text.startswith("{") else "1,"
    (fault,) = parse_yaml(text.format(entry * 200_000)).faults
    assert fault.message == "the file has more than 2,000 entries"
    assert fault.column < 5 * 2_000


def test_parse_yaml_limits_attempts_on_a_large_text_with_many_errors(monkeypatch):
    read = []
    monkeypatch.setattr(yaml_tree, "read_nodes", lambda text: read.append(text) or read_nodes(text))
    broken = "".join(f"k{number}: 'x' y\n" for number in range(40))
    assert len(parse_yaml(broken).faults) == 12
    assert len(read) == 12
    read.clear()
    assert len(parse_yaml(f"a: {'x' * 300_000}\n{broken}").faults) == 1
    assert len(read) == 1
