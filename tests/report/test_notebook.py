"""The notebook of the docs runs, and results show themselves in it."""

import os

import nbformat
import pytest
from nbclient import NotebookClient

import middlegame as mg
from middlegame.report.html.notebook import html_of
from tests.paths import ROOT

NOTEBOOK = ROOT / "docs" / "first-contest.ipynb"


@pytest.mark.filterwarnings("ignore")  # of the kernel's machinery, not ours
def test_notebook_of_the_docs_reproduces_its_outputs() -> None:
    kept = nbformat.read(NOTEBOOK, as_version=4)
    run = nbformat.read(NOTEBOOK, as_version=4)
    NotebookClient(run, timeout=300, kernel_name="python3").execute()
    for cell in run.cells:
        if cell.cell_type == "code":
            cell.outputs = _with_one_stream(cell.outputs)
    if os.environ.get("MIDDLEGAME_UPDATE_GOLDEN"):
        for cell in run.cells:
            cell.metadata = {}
        nbformat.write(run, NOTEBOOK)
        return
    for before, after in zip(kept.cells, run.cells, strict=True):
        if after.cell_type == "code":
            assert _shown(before) == _shown(after), after.source
    assert "mg-card" in _shown(run.cells[1])["text/html"]


def _with_one_stream(outputs: list[nbformat.NotebookNode]) -> list[nbformat.NotebookNode]:
    """Return outputs with neighbouring pieces of printed text joined, which come as they may."""
    joined: list[nbformat.NotebookNode] = []
    for output in outputs:
        if joined and output.output_type == joined[-1].output_type == "stream":
            joined[-1].text += output.text
        else:
            joined.append(output)
    return joined


def _shown(cell: nbformat.NotebookNode) -> dict[str, str]:
    """The cell's outputs by type; what is printed may arrive in several pieces."""
    found: dict[str, str] = {}
    for output in cell.outputs:
        if output.output_type == "stream":
            found["text"] = found.get("text", "") + output.text
        else:
            found.update(output.data)
    return found


def test_nash_result_shows_its_regret() -> None:
    shown = mg.nash(mg.load("harbour-lease"))._repr_html_()
    assert "Nash equilibrium in" in shown
    assert "Who" not in shown


def test_result_without_html_is_refused() -> None:
    with pytest.raises(TypeError, match="int"):
        html_of(3)


def test_results_beside_the_analyses_print_and_convert() -> None:
    scenario = mg.load("harbour-lease")
    lines = mg.solve(scenario, worlds=8).storylines(3)
    assert "%  bid = offer, renew = renew" in repr(lines)
    assert list(lines.to_dataframe()["probability"]) == [each.probability for each in lines]
    assert [each["states"] for each in lines.to_dict()["storylines"]] == [e.states for e in lines]
    assert "<td>stay_out</td>" in lines._repr_html_()
    limit = mg.nash(scenario)
    assert repr(limit).startswith("Nash limit (")
    assert list(limit.to_dataframe()["move"]) == list(limit.regret)
    assert repr(mg.check(scenario)) == "Check of 'Harbour lease': passed"
