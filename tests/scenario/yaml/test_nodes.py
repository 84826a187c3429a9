"""libyaml's events and ruamel's give the same nodes, positions and faults."""

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from middlegame.scenario.yaml import nodes
from middlegame.scenario.yaml.errors import YamlSyntaxError
from middlegame.scenario.yaml.nodes import read_nodes
from tests.fuzz.targets import mutate_scenario
from tests.paths import ROOT
from tests.scenario.test_fuzz import LINES, SNIPPETS, mutations, shuffles

CASES = ROOT.parent / "shared" / "cases"  # where there are any
FILES = sorted({
    *(ROOT / "src").rglob("*.yaml"), *(ROOT / "tests").rglob("*.yaml"), *CASES.glob("*.yaml")
})  # fmt: skip


def nodes_or_fault(text):
    try:
        return repr(read_nodes(text))
    except YamlSyntaxError as error:
        return repr((error.fault, error.mark))


def assert_read_alike(text):
    """Compare with what is read where there is no libyaml, and after its refusal."""
    with pytest.MonkeyPatch.context() as patch:
        found = nodes_or_fault(text)
        patch.setattr(yaml, "__with_libyaml__", False)
        assert found == nodes_or_fault(text)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_both_libraries_read_every_scenario_at_hand_alike(file):
    assert_read_alike(file.read_text("utf-8"))


@given(mutations() | shuffles() | st.randoms(use_true_random=False).map(mutate_scenario))
def test_both_libraries_read_mutated_scenarios_alike(text):
    assert_read_alike(text)


@given(st.lists(st.sampled_from([*SNIPPETS, *LINES, "a", " ", "\n"]), max_size=30).map("".join))
@example("a:\t1")
@example("a: b\x85c: d")
@example("a: b\u2028 c")
@example("\ufeffa: b")
@example("a: \ufeffb")
@example("%YAML 1.1\n---\n- a")
@example("a: b\n---\nc: d")
@example("a: !!str b")
@example("&b: ")
@example("|+\n#%YAML 1.1\n---\n")
@example("{? : a}")
@example("a:\n\n# c\nb: {c: , d: }")
@example('a: "\\ud83d\\ude00 \\/"')
def test_both_libraries_read_snippets_of_yaml_alike(text):
    assert_read_alike(text)


@pytest.mark.skipif(not yaml.__with_libyaml__, reason="PyYAML was built without libyaml")
@pytest.mark.parametrize("file", sorted((ROOT / "src").rglob("*.yaml")), ids=lambda file: file.stem)
def test_shipped_scenarios_are_read_without_ruamel(file, monkeypatch):
    monkeypatch.setattr(nodes, "_ruamel_events", None)
    assert read_nodes(file.read_text("utf-8"))[0] is not None
