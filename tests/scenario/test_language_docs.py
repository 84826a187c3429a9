"""The examples of the language reference load."""

import json
import re

import pytest

from middlegame.scenario import read_text
from middlegame.scenario.model.schema import allowed_keys
from middlegame.scenario.yaml.tree import parse_yaml
from tests.paths import ROOT

DOCS = (ROOT / "docs" / "language.md").read_text("utf-8")
WHOLE, *PARTS = re.findall(r"```yaml\n(.*?)```", DOCS, re.DOTALL)


def test_the_whole_scenario_of_the_language_page_has_no_faults():
    assert read_text(WHOLE).faults == ()


@pytest.mark.parametrize("part", PARTS, ids=lambda part: "-".join(part.split()[:2]))
def test_each_example_of_the_language_page_fits_into_the_whole_scenario(part):
    tree, base = parse_yaml(part), parse_yaml(WHOLE).data
    assert tree.faults == []
    for section, entries in tree.data.items():
        base[section] = base.get(section, {}) | entries
    loaded = read_text(json.dumps(base))
    assert loaded.errors == ()


def test_the_language_page_mentions_every_key():
    paths = [(), ("sources", "s"), ("actors", "a"), ("moves", "m"), ("moves", "m", "options", "o"),
             ("factors", "f"), ("factors", "f", "rules", 0), ("factors", "f", "causes"),
             ("factors", "f", "causes", "s", 0), ("factors", "f", "table"), ("interests", "a", 0),
             ("factors", "f", "table", "rows", 0), ("evidence", "e"), ("views", "v"),
             ("beliefs", "b"),
             ("questions", "q"), ("fit",), ("periods",), ("resources", "a", "r"), ("offers", "o"),
             ("offers", "o", "terms", 0), ("offers", "o", "if_accepted")]  # fmt: skip
    paths += [("fit", section, "x") for section in ("coefficients", "columns", "observed")]
    for path in paths:
        for key in allowed_keys(path):
            assert re.search(rf"\b{key}\b", DOCS), key
