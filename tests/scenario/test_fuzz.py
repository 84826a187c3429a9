"""Whatever the text, loading gives a scenario or faults with places, and nothing else."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from middlegame.scenario import LoadedScenario, ScenarioError, load, read_text
from middlegame.scenario.conditions import parse_condition
from middlegame.scenario.yaml.tree import parse_yaml
from tests.scenario.test_load import HARBOUR

TEXT = HARBOUR.read_text()
LINES = TEXT.splitlines()
SNIPPETS = ["{", "}", "[", "]", ": ", "- ", ", ", " #", "'", '"', "\t", "\n", "&a ", "*a", "!", "|",
            ">", "~", "true", "?", "<<: ", "---\n", "%", "@", "2026-02-30", "..", "\ufeff", "\x00",
            "\x85", "💥", "null", "if", "not (", "=", "1e400", "0..3%"]  # fmt: skip


def assert_consistent(loaded: LoadedScenario):
    assert (loaded.scenario is None) == bool(loaded.errors)
    for fault in loaded.faults:
        assert fault.message
        assert len(str(fault).splitlines()) == 1
        assert fault.line >= 1
        assert fault.column >= 1


@given(st.text())
@example("\ud800")
@example("? ")
@example("- - - :")
@example("title: [*a, &a b]")
def test_reading_any_text_never_raises(text):
    assert_consistent(read_text(text))


@given(st.binary())
def test_reading_any_bytes_never_raises(tmp_path_factory, raw):
    file = tmp_path_factory.mktemp("fuzz") / "a.yaml"
    file.write_bytes(raw)
    with pytest.raises(ScenarioError):
        load(file)


@given(st.lists(st.sampled_from([*SNIPPETS, *LINES, "a", " ", "\n"]), max_size=30).map("".join))
def test_reading_snippets_of_yaml_never_raises(text):
    assert_consistent(read_text(text))


@st.composite
def mutations(draw):
    text = TEXT
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        length = draw(st.sampled_from([0, 1, 2, 10, 60]))
        text = (
            text[:start]
            + draw(st.sampled_from(SNIPPETS) | st.text(max_size=3))
            + text[start + length :]
        )
    return text


@given(mutations())
def test_reading_a_scenario_with_mutated_characters_never_raises(text):
    assert_consistent(read_text(text))


@st.composite
def shuffles(draw):
    lines = list(LINES)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(lines) - 1))
        kind = draw(st.sampled_from(["delete", "double", "swap", "indent"]))
        if kind == "delete" and len(lines) > 1:
            del lines[at]
        elif kind == "double":
            lines.insert(at, lines[at])
        elif kind == "swap":
            other = draw(st.integers(0, len(lines) - 1))
            lines[at], lines[other] = lines[other], lines[at]
        else:
            lines[at] = "  " + lines[at]
    return "\n".join(lines)


@given(shuffles())
def test_reading_a_scenario_with_mutated_lines_never_raises(text):
    assert_consistent(read_text(text))


NODES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["x", "bid", "a = b", "3..4%", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["if", "then", "bid", "is", "states", "by"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)


@given(st.data())
def test_reading_any_data_at_any_place_never_raises(data):
    """Replace one value of a valid scenario by anything."""
    tree = parse_yaml(TEXT)
    path = data.draw(st.sampled_from(sorted(tree.places.values.keys() - {()}, key=str)))
    holder = tree.data
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = data.draw(NODES)
    assert_consistent(read_text(json.dumps(tree.data)))


def offset_of_fault(text: str) -> int:
    try:
        parse_condition(text)
    except PydanticCustomError as error:
        return error.context["offset"]
    return 0


@given(st.text(alphabet="ab=|()! notandor\n\ud800", max_size=60))
def test_reading_any_condition_never_raises(text):
    assert 0 <= offset_of_fault(text) <= len(text)
