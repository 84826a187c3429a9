"""What every page has: the style, the head with its menu, light and dark."""

from collections.abc import Callable, Sequence
from pathlib import Path

from nicegui import ui

from middlegame.report.html.sections import STYLE

_STYLE = (Path(__file__).parent / "style.css").read_text(encoding="utf-8")


def style_page(title: str) -> None:
    """Give a page its style and title."""
    ui.page_title(f"{title} · middlegame" if title else "middlegame")
    ui.add_css(_STYLE)
    ui.add_css(f".mg-report{{{STYLE}}}")  # the report's own, for what is shown as in the report
    ui.colors(primary="#0b5c8f")
    ui.query("html").props("lang=en")
    ui.query(".nicegui-content").classes("mg-content")


def heading(tag: str, text: str, classes: str = "") -> None:
    """Write a heading."""
    with ui.element(tag).classes(classes):
        ui.label(text)


def button(label: str, act: Callable[..., object], *, primary: bool = False) -> ui.element:
    """Make a button that does something."""
    made = ui.element("button").classes("mg-button primary" if primary else "mg-button")
    with made:
        ui.label(label)
    made.on("click", lambda: act())
    return made


def enable(made: ui.element, usable: bool) -> None:
    """Let a button be used, or not."""
    if usable:
        made.props(remove="disabled")
    else:
        made.props("disabled")


class PageHeader:
    """The head of a page: where one is, and the views to choose from."""

    def __init__(
        self, title: str, views: Sequence[tuple[str, str]], choose: Callable[[str], None]
    ) -> None:
        """Build it.

        Args:
            title: of the contest; nothing on the first page.
            views: name and label of each.
            choose: called with a view's name.
        """
        self._buttons: dict[str, ui.element] = {}
        with ui.element("header").classes("mg-head"):
            with ui.element("div").classes("mg-bar"):
                ui.link("middlegame", "/").classes("mg-brand")
                if title:
                    ui.label(title).classes("mg-title")
                ui.element("span").classes("mg-space")
                self._dark_button()
            if views:
                with ui.element("nav").classes("mg-views").props('aria-label="Views"'):
                    for name, label in views:
                        button = ui.element("button").classes("mg-view")
                        with button:
                            ui.label(label)
                        button.on("click", lambda _, name=name: choose(name))
                        self._buttons[name] = button

    def offer(self, name: str, there: bool) -> None:
        """Let a view be chosen, or not where the contest has nothing for it."""
        self._buttons[name].set_visibility(there)

    def mark(self, name: str) -> None:
        """Show which view is open."""
        for each, button in self._buttons.items():
            if each == name:
                button.props("aria-current=page")
                place = "{block: 'nearest', inline: 'center'}"
                button.client.run_javascript(
                    f"getHtmlElement({button.id})?.scrollIntoView({place})"
                )
            else:
                button.props(remove="aria-current")

    @staticmethod
    def _dark_button() -> None:
        dark = ui.dark_mode()
        dark.auto()

        async def turn() -> None:
            if dark.value is None:
                system = "matchMedia('(prefers-color-scheme: dark)').matches"
                dark.value = not await ui.run_javascript(system)
            else:
                dark.value = not dark.value

        button = ui.element("button").classes("mg-icon").props('aria-label="Light or dark"')
        with button:
            ui.label("◐")
        button.on("click", turn)
