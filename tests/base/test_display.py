"""What notebooks show, and that results need nothing above them for it."""

import subprocess
import sys

import middlegame as mg
from middlegame.base import display
from middlegame.base.display import Displayed


def test_displayed_result_has_no_html_where_no_renderer_is_set(monkeypatch):
    monkeypatch.setattr(display, "_renderers", [])
    assert Displayed()._repr_html_() is None


def test_displayed_result_uses_the_renderer_that_was_set_last(monkeypatch):
    monkeypatch.setattr(display, "_renderers", [])
    display.set_html_renderer(lambda _: "first")
    display.set_html_renderer(lambda result: f"<b>{type(result).__name__}</b>")
    assert Displayed()._repr_html_() == "<b>Displayed</b>"


def test_package_sets_the_renderer_of_reports():
    assert "mg-card" in (mg.solve(mg.load("harbour-lease"))._repr_html_() or "")


def test_import_of_the_package_sets_the_renderer_without_importing_reports():
    code = (
        "import sys, middlegame; from middlegame.base import display; assert display._renderers; "
        "heavy = {'middlegame.report', 'jax', 'numpy', 'pandas'} & set(sys.modules); "
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
