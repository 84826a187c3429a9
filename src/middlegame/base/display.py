"""What results show of themselves in a notebook.

The one place that points to the right: a result knows that it can be shown, and `report` knows
how. It is looked up only when a notebook asks.
"""

from importlib import import_module


class Displayed:
    """A result that notebooks show as more than its text."""

    def _repr_html_(self) -> str:
        """Give the HTML that a notebook shows, as Jupyter's protocol names it."""
        return str(import_module("middlegame.report.html.notebook").html_of(self))
