"""The frame of every page: style, header with its tabs, light and dark mode."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from nicegui import ui

from middlegame.report.html.sections import STYLE

_TAKE_AWAY = (Path(__file__).parent / "take_away.js").read_text(encoding="utf-8")
_STYLE = (Path(__file__).parent / "style.css").read_text(encoding="utf-8")


def style_page(title: str) -> None:
    """Set a page's style and title."""
    ui.page_title(f"{title} · middlegame" if title else "middlegame")
    ui.add_css(_STYLE)
    ui.add_css(f".mg-report{{{STYLE}}}")  # the report's own, for what is shown as in the report
    ui.add_body_html(f"<script>{_TAKE_AWAY}</script>")
    ui.colors(primary="#0b5c8f")
    ui.query("html").props("lang=en")
    ui.query(".nicegui-content").classes("mg-content")


def heading(tag: str, text: str, classes: str = "") -> None:
    """Add a heading."""
    with ui.element(tag).classes(classes):
        ui.label(text)


@contextmanager
def titled_dialog(title: str, classes: str = "") -> Iterator[ui.dialog]:
    """Add a dialog with its title; what is added in this context stands in it."""
    with ui.dialog() as made, ui.card().classes(f"mg-dialog {classes}"):
        made.props["aria-label"] = title
        heading("h2", title, "mg-h2")
        yield made


def button(label: str, act: Callable[..., object], *, primary: bool = False) -> ui.element:
    """Add a button, and return it.

    Args:
        label: the text on it.
        act: called when it is clicked.
        primary: whether it is the main button of its group.
    """
    made = ui.element("button").classes("mg-button primary" if primary else "mg-button")
    with made:
        ui.label(label)
    made.on("click", lambda: act())
    return made


def copy_text(text: str) -> None:
    """Put a text into the visitor's clipboard, and say so."""
    ui.clipboard.write(text)
    ui.notify("Copied.")


def enable(made: ui.element, usable: bool) -> None:
    """Enable or disable a button."""
    set_prop(made, "disabled", None if usable else True)


def set_prop(made: ui.element, name: str, value: object) -> None:
    """Set a property, or remove it (None), unless it is so already.

    After any element's update the browser goes through the whole page, so that updates that change
    nothing cost as much as others.
    """
    if made.props.get(name) != value:
        made.props.set_optional(name, value)


class PageHeader:
    """The header of a page: its title, and the tabs to choose from."""

    def __init__(
        self, title: str, tabs: Sequence[tuple[str, str]], choose: Callable[[str], None]
    ) -> None:
        """Build the header.

        Args:
            title: the contest's title; empty on the first page.
            tabs: the name and label of each tab.
            choose: called with a tab's name.
        """
        self._buttons: dict[str, ui.element] = {}
        with ui.element("header").classes("mg-head"):
            with ui.element("div").classes("mg-bar"):
                ui.link("middlegame", "/").classes("mg-brand")
                if title:
                    ui.label(title).classes("mg-title")
                ui.element("span").classes("mg-space")
                self._dark_button()
            if tabs:
                with ui.element("nav").classes("mg-views").props('aria-label="Tabs"'):
                    for name, label in tabs:
                        button = ui.element("button").classes("mg-view")
                        with button:
                            ui.label(label)
                        button.on("click", lambda _, name=name: choose(name))
                        self._buttons[name] = button

    def offer(self, name: str, there: bool) -> None:
        """Show or hide a tab's button."""
        self._buttons[name].set_visibility(there)

    def mark(self, name: str) -> None:
        """Mark the tab that is open."""
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
