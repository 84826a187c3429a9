"""What notebooks show."""

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


def test_package_sets_the_renderer_of_reports(harbour):
    assert "mg-card" in (harbour._repr_html_() or "")
