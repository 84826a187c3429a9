"""Results that notebooks show as HTML, without knowing who draws it.

The package's `__init__` sets the renderer, so that results need not import the rooms above them.
"""

from collections.abc import Callable

HtmlRenderer = Callable[[object], str]
"""From a result to a piece of HTML."""

_renderers: list[HtmlRenderer] = []


def set_html_renderer(renderer: HtmlRenderer) -> None:
    """Set the function that draws results for notebooks, in the place of any set before."""
    _renderers[:] = [renderer]


class Displayed:
    """A result that notebooks show as HTML."""

    def _repr_html_(self) -> str | None:
        """Return the HTML that a notebook shows; None, for its text, where no renderer is set."""
        return _renderers[0](self) if _renderers else None
