"""The picture of the outline: boxes to choose, and arrows to draw with the mouse."""

from collections.abc import Callable

from nicegui.events import GenericEventArguments

from middlegame.workbench.views.elements import PatchedElement


class OutlinePicture(PatchedElement, component="../components/outline_picture.js"):
    """The moves and factors of a contest that is being built.

    Args:
        on_choose: called with the name of a box that is chosen.
        on_connect: called with the names of two boxes, from the first of which an arrow was drawn.
        on_arrow: called with the ends of an arrow that is chosen.
    """

    def __init__(
        self,
        on_choose: Callable[[str], None],
        on_connect: Callable[[str, str], None],
        on_arrow: Callable[[str, str], None],
    ) -> None:
        super().__init__()
        self._props.update(svg="", chosen="")

        def ends(event: GenericEventArguments) -> tuple[str, str]:
            return str(event.args["tail"]), str(event.args["head"])

        self.on("choose", lambda event: on_choose(str(event.args)))
        self.on("connect", lambda event: on_connect(*ends(event)))
        self.on("arrow", lambda event: on_arrow(*ends(event)))

    def show(self, svg: str, chosen: str) -> None:
        """Show a picture, and mark a box in it."""
        if (svg, chosen) != (self._props["svg"], self._props["chosen"]):
            self.patch(svg=svg, chosen=chosen)
