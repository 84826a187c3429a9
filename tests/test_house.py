"""The plan of the rooms, as ARCHITECTURE.md draws it, and the recipe of an analysis."""

import ast
import importlib
import re
import tomllib
from collections import defaultdict
from pathlib import Path

import grimp
import pytest

import middlegame as mg
from middlegame.analysis.result import AnalysisResult
from tests.paths import ROOT

SOURCE = ROOT / "src" / "middlegame"
SHOWN_WITH_ANOTHER = {"attribution", "flip_points"}
"""Analyses without a command of their own, as CONTRIBUTING.md says."""
OF_EVERY_ANALYSIS = ("analysis/", "tests/analysis/")
"""Rooms that these need all the same."""


def analyses() -> dict[str, type[AnalysisResult]]:
    """Return the result of each analysis by the name of its module."""
    found = {}
    for path in sorted((SOURCE / "analysis").glob("*.py")):
        module = importlib.import_module(f"middlegame.analysis.{path.stem}")
        for value in vars(module).values():
            if (
                isinstance(value, type)
                and issubclass(value, AnalysisResult)
                and value.__module__ == module.__name__
                and value is not AnalysisResult
            ):
                found[path.stem] = value
    return found


def recipe() -> list[str]:
    """Return the paths that CONTRIBUTING.md asks of every analysis, with NAME for its name."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    steps = text.partition("### Add an analysis")[2].partition("###")[0]
    return [
        path
        for step in re.findall(r"^\d+\. (.*(?:\n   .*)*)", steps, re.MULTILINE)
        if ": where " not in step
        for path in re.findall(r"`([\w/.]*NAME\.\w+)`", step)
    ]


def drawing() -> dict[str, list[str]]:
    """Return the rooms that ARCHITECTURE.md draws, from the top, and what each imports."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rows = text.partition("```text\n")[2].partition("```")[0].splitlines()[1:]
    return {room: imports for room, *imports in map(str.split, rows)}


def test_drawing_shows_the_layers_of_the_import_contract():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = contracts["tool"]["importlinter"]["contracts"][0]["layers"]
    assert [layer for layer in layers if layer != "__main__"] == list(drawing())


def test_drawing_shows_the_imports_between_rooms():
    graph = grimp.build_graph("middlegame", cache_dir=None)
    rooms = list(drawing())
    imports = defaultdict(set)
    for module in graph.modules:
        room = module.split(".")[1] if "." in module else ""
        for imported in graph.find_modules_directly_imported_by(module):
            other = imported.split(".")[1] if "." in imported else ""
            if room in rooms and other in rooms and room != other:
                imports[room].add(other)
    assert drawing() == {
        room: [other for other in rooms if other in imports[room]] for room in rooms
    }


def test_every_folder_and_module_of_the_package_is_a_room():
    there = {path.stem for path in SOURCE.iterdir() if path.suffix == ".py" or path.is_dir()}
    assert there - {"__pycache__", "__init__", "__main__", "contests", "py"} == set(drawing())


def test_class_names_are_unique_in_the_package():
    homes = defaultdict(list)
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                homes[node.name].append(str(path.relative_to(SOURCE)))
    assert {name: paths for name, paths in homes.items() if len(paths) > 1} == {}


def test_recipe_names_the_rooms_of_an_analysis():
    assert "analysis/NAME.py" in recipe()
    assert "report/terminal/NAME.py" in recipe()
    assert {"dominoes", "drivers", "hypotheses"} <= set(analyses())


@pytest.mark.parametrize("name", analyses())
def test_analysis_is_found_in_every_room_of_the_recipe(name: str):
    missing = []
    for path in recipe():
        if name in SHOWN_WITH_ANOTHER and not path.startswith(OF_EVERY_ANALYSIS):
            continue
        base = ROOT if path.startswith(("tests/", "docs/")) else SOURCE
        if not Path(base, path.replace("NAME", name)).is_file():
            missing.append(path.replace("NAME", name))
    assert missing == []


@pytest.mark.parametrize(("name", "result"), analyses().items())
def test_analysis_is_public_and_documented(name: str, result: type[AnalysisResult]):
    entry = {
        "comparison": "compare",
        "discovery": "discover",
        "reasons": "why",
        "robustness": "robust",
    }.get(name, name)
    assert getattr(mg, result.__name__) is result
    assert getattr(mg, entry).__module__ == f"middlegame.analysis.{name}"
    documents = [path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md")]
    assert any(f"mg.{entry}(" in text for text in documents)


@pytest.mark.parametrize("path", sorted((SOURCE / "cli").glob("*.py")), ids=lambda p: p.stem)
def test_command_of_an_analysis_is_short(path: Path):
    lines = path.read_text(encoding="utf-8").splitlines()
    assert path.stem not in analyses() or len(lines) <= 65
