"""From a file to a scenario or its faults; never a traceback."""

import unicodedata
from pathlib import Path

import pytest

import middlegame as mg
from middlegame.scenario import Fault, ScenarioError, load, read, read_text
from middlegame.scenario.yaml.structure import set_value
from middlegame.scenario.yaml.tree import parse_yaml
from tests.work import count_calls

HARBOUR = Path(__file__).parent / "golden" / "harbour.yaml"


def test_load_returns_the_scenario_of_a_file():
    scenario = load(HARBOUR)
    assert scenario.title == "Harbour lease"
    assert list(scenario.moves) == ["bid", "renew", "retaliate"]


def test_load_raises_every_error_at_once(tmp_path):
    file = tmp_path / "a.yaml"
    file.write_text(HARBOUR.read_text().replace("by: owner", "by: ownr").replace("3:1", "3"))
    with pytest.raises(ScenarioError) as caught:
        load(file)
    assert str(caught.value) == (
        f"{file}:13:9: unknown actor 'ownr'; did you mean 'owner'?\n"
        f"{file}:41:12: '3' is not odds; expected odds such as 3:1 or 2..5:1"
    )


@pytest.mark.parametrize(
    ("raw", "printed"),
    [
        (b"title: caf\xe9\n", ":1:11: the file is not written in UTF-8; expected a file saved as "
         "UTF-8"),
        ("title: x\n".encode("utf-16"), ":1:1: the file is not written in UTF-8; expected a file "
         "saved as UTF-8"),
        (b"a" * (1 << 20) + b"b", ": the file is too large; expected at most 1 MiB"),
        (b"[1, 2]", ":1:1: the file is a list; expected keys such as title:, actors: and moves:"),
        (b"\xef\xbb\xbf", ":1:1: the file is empty; expected a scenario: title, actors, moves, "
         "factors, interests"),
    ],
)  # fmt: skip
def test_read_reports_files_that_are_not_scenarios(tmp_path, raw, printed):
    file = tmp_path / "a.yaml"
    file.write_bytes(raw)
    assert [str(fault) for fault in read(file).faults] == [f"{file}{printed}"]


def test_read_reports_files_that_cannot_be_read(tmp_path):
    assert str(read(tmp_path / "no.yaml").faults[0]).endswith("no.yaml: there is no such file")
    printed = str(read(tmp_path).faults[0])
    assert printed.endswith(": this is a folder; expected a scenario file")
    assert "cannot be read" in str(read("a\0b").faults[0])


def test_read_ignores_a_byte_order_mark(tmp_path):
    file = tmp_path / "a.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + HARBOUR.read_bytes())
    assert read(file).faults == ()


def test_places_are_the_same_with_windows_line_endings():
    text = HARBOUR.read_text().replace("by: owner", "by: ownr").replace("\n", "\r\n")
    (fault,) = read_text(text).faults
    assert (fault.line, fault.column) == (13, 9)


def test_locate_fault_adds_line_and_column():
    loaded = read(HARBOUR)
    path = ("factors", "lease", "rules", 1, "then")
    assert loaded.locate(path) == (28, 30)
    fault = loaded.locate_fault(Fault("late", severity="warning", path=path))
    assert str(fault) == f"{HARBOUR}:28:30: late"


def test_faults_after_a_broken_entry_keep_their_place():
    text = HARBOUR.read_text().replace("{if: renew = switch and retaliate = accept,", "{if: what,")
    text = text.replace("renew = switch, then", "renew = swtch, then")
    assert [(f.line, f.message) for f in read_text(text).faults] == [
        (27, "the condition 'what' is incomplete"),
        (28, "'renew' has no option 'swtch'"),
    ]


def test_a_missing_part_is_reported_once():
    text = HARBOUR.read_text()
    start, end = text.index("  bid:"), text.index("  renew:")
    gone = text[:start] + "  bid: [offer]\n" + text[end:]
    assert [f.message for f in read_text(gone).faults] == ["'bid' is a list"]


def test_reading_twice_the_lines_takes_at_most_about_twice_the_work():
    text = HARBOUR.read_text()
    start, end = text.index("  lease:"), text.index("  depot:")

    def work(count: int) -> int:
        copies = [text[start:end].replace("lease:", f"lease{n}:") for n in range(count)]
        long = text[:end] + "".join(copies) + text[end:]
        assert read_text(long).scenario is not None
        return count_calls(lambda: read_text(long))

    assert work(110) < 2.2 * work(55)


def test_names_in_composed_and_decomposed_form_are_one_name():
    text = unicodedata.normalize(
        "NFD",
        """title: Réforme
actors: {état: L'État}
moves: {décréter: {by: état, options: [oui, modéré]}}
factors: {grève: {states: [fin, durée], rules: [{if: décréter = modéré, then: fin}, {then: durée}]}}
interests: {état: [{when: grève = durée, worth: 20}]}
questions: {grève-q: {will: grève = durée}}
""",
    ).replace("when: gre\u0300ve", "when: gr\u00e8ve")
    loaded = read_text(text)
    assert not loaded.errors, loaded.errors
    solved = mg.solve(loaded.scenario)
    assert solved.forecast(unicodedata.normalize("NFD", "grève"))["durée"] == pytest.approx(0.9)
    move, option = unicodedata.normalize("NFD", "décréter=modéré").split("=")
    decreed = solved.suppose({move: option})
    assert decreed.forecast("grève")["fin"] == pytest.approx(1)
    assert set_value(text, ("factors", "grève", "label"), "x").count("label: x") == 1


@pytest.mark.parametrize(("escape", "name"), [("\\0", "U+0000"), ("\\ud800", "U+D800"),
                                              ("\\e[2J", "U+001B")])  # fmt: skip
def test_escape_for_an_unprintable_character_is_a_fault_at_its_place(escape, name):
    loaded = read_text(f'title: x\nquestion: "a {escape}"\n')
    message = f"2:11: an escape stands for the unprintable character {name}"
    assert any(str(fault).startswith(message) for fault in loaded.errors)


def test_escaped_surrogate_pair_is_one_character():
    assert parse_yaml('title: "\\ud83d\\ude00"').data == {"title": "\N{GRINNING FACE}"}


@pytest.mark.parametrize(
    ("worth", "expected"),
    [
        ("0.5 x price", "'0.5 x price' is not a number or a range"),
        ("0.5 * prise", "unknown scale 'prise'"),
    ],
)
def test_a_fault_in_a_worth_does_not_ask_for_the_condition_that_a_formula_needs_not(
    worth, expected
):
    text = (
        "title: A\nactors: {a: A}\nmoves:\n"
        "  price: {by: a, scale: {from: 0, to: 20, step: 10}}\n"
        f"interests: {{a: [{{worth: {worth}}}]}}\n"
    )
    found = read_text(text).errors
    assert [fault.message for fault in found] == [expected]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("options: hold, leave", "a list: [hold, leave]"),
        ("options: 3", "a list: [a, b]"),
        ("options: {hold: {spends: cash}, leave: {}}", "a mapping of names: {cash: 2}"),
        ("options: {hold: yes, leave: {}}", "a mapping such as {label: ..., says: ...}"),
    ],
)
def test_a_value_in_place_of_a_mapping_is_answered_with_the_mapping_s_form(written, expected):
    text = "title: A\nactors: {a: A}\nmoves: {m: {by: a, options: x}}\n"
    text = text.replace("{m: {by: a, options: x}}", f"\n  m:\n    by: a\n    {written}")
    assert read_text(text).errors[0].expected == expected


@pytest.mark.parametrize("offer", ["{by: a, to: b, terms: [{promise: m = x}", "3"])
def test_a_broken_offer_does_not_make_its_names_unknown(offer):
    text = (
        "title: A\nactors: {a: A, b: B}\nmoves:\n  m: {by: a, options: [x, y]}\n"
        f"offers:\n  deal: {offer}\n"
        "interests: {a: [{when: deal = accepted and m = x, worth: 9}]}\n"
        "questions: {q: {will: deal_answer = accept}}\n"
    )
    assert [fault.line for fault in read_text(text).errors] == [6]
