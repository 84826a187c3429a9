"""The page's own elements: each is a Vue component beside it, fed with plain data."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from middlegame.report.words import SCALE
from middlegame.workbench.portrait import Node, Portrait
from middlegame.workbench.reading import Glance, Reading
from middlegame.workbench.setting import Setting


class Forecast(Element, component="components/forecast.js"):
    """Bars of a forecast, beside those of the scenario as written."""

    def __init__(self, sections: list[dict[str, Any]], base: Glance) -> None:
        super().__init__()
        self._props["sections"] = sections
        self._props["scale"] = [list(step) for step in SCALE]
        self._props["base"] = self._props["now"] = chances(base)
        self._props["intervals"] = {}

    def show(self, now: Glance) -> None:
        """Draw another forecast."""
        self._props["now"] = chances(now)
        self.update()

    def widen(self, intervals: Mapping[str, tuple[float, float]]) -> None:
        """Draw intervals that a sweep found."""
        self._props["intervals"] = {key: list(ends) for key, ends in intervals.items()}
        self.update()


class Numbers(Element, component="components/numbers.js"):
    """A slider for every range."""

    def __init__(
        self, portrait: Portrait, on_move: Callable[[str, float | None, bool], None]
    ) -> None:
        super().__init__()
        self._props["groups"] = [asdict(group) for group in portrait.groups]
        self._props["values"] = {}

        def told(event: GenericEventArguments, settled: bool) -> None:
            name, value = event.args["name"], event.args["value"]
            if isinstance(name, str) and (value is None or isinstance(value, int | float)):
                on_move(name, None if value is None else float(value), settled)

        self.on("move", lambda event: told(event, settled=False))
        self.on("settle", lambda event: told(event, settled=True))

    def show(self, setting: Setting) -> None:
        """Put the sliders where a setting has them."""
        self._props["values"] = dict(setting.numbers)
        self.update()


class Pickers(Element, component="components/pickers.js"):
    """What is supposed and what was observed, for every move and factor."""

    def __init__(
        self,
        portrait: Portrait,
        on_pick: Callable[[str, str, str], None],
        on_surprise: Callable[[bool], None],
    ) -> None:
        super().__init__()
        kept = ("name", "label", "colour", "states")
        nodes = [{key: getattr(node, key) for key in kept} for node in portrait.nodes]
        self._props["nodes"] = nodes
        self.show(Setting())
        self.on("pick", lambda e: on_pick(*(str(e.args[k]) for k in ("name", "mode", "state"))))
        self.on("surprise", lambda e: on_surprise(bool(e.args)))

    def show(self, setting: Setting) -> None:
        """Pick what a setting has picked."""
        self._props["supposed"] = dict(setting.supposed)
        self._props["given"] = {name: list(states) for name, states in setting.given.items()}
        self._props["surprise"] = setting.surprise
        self.update()


class Picture(Element, component="components/picture.js"):
    """The contest's graph; a box that is chosen opens its panel."""

    def __init__(
        self, portrait: Portrait, reading: Reading, on_line: Callable[[int], None]
    ) -> None:
        super().__init__()
        self._portrait, self._reading = portrait, reading
        self._props["node"], self._props["chances"] = None, []
        self.show(reading)
        self.on("choose", lambda event: self.choose(str(event.args)))
        self.on("line", lambda event: on_line(int(event.args)))

    def show(self, reading: Reading) -> None:
        """Draw another reading."""
        self._reading = reading
        self._props["svg"] = reading.picture
        if self._props["node"] is not None:
            self._props["chances"] = reading.glance.forecasts[self._props["node"]["name"]]
        self.update()

    def choose(self, name: str) -> None:
        """Open the panel of a move or factor; with no name, close it."""
        node = self._portrait.node(name)
        self._props["node"] = None if node is None else asdict(node)
        self._props["chances"] = [] if node is None else self._reading.glance.forecasts[name]
        self.update()


class Telling(Element, component="components/telling.js"):
    """A part of a reading in words.

    Args:
        part: `answer`, `storylines`, `points` or `changes`.
        reading: what is told.
    """

    def __init__(self, part: str, reading: Reading) -> None:
        super().__init__()
        self._props["show"], self._props["message"] = part, ""
        self.show(reading)

    def show(self, reading: Reading) -> None:
        """Tell another reading."""
        self._props.update(
            answer=reading.glance.answer,
            notes=list(reading.notes),
            storylines=[asdict(line) for line in reading.storylines],
            points=[list(each) for each in reading.points],
            news=list(reading.news),
            shifts=[list(each) for each in reading.shifts],
            reasons=list(reading.reasons),
        )
        self.update()

    def answer(self, glance: Glance) -> None:
        """Tell the answer while the rest is still being found."""
        self._props["answer"] = glance.answer
        self.update()

    def warn(self, message: str) -> None:
        """Say what could not be done."""
        self._props["message"] = message
        self.update()


def chances(glance: Glance) -> dict[str, float]:
    """Give every probability of a forecast under the key of its bar."""
    found = {f"question.{name}": round(p, 6) for name, p in glance.questions.items()}
    for name, forecast in glance.forecasts.items():
        found |= {f"{name}.{place}": round(p, 6) for place, p in enumerate(forecast)}
    return found


def question_section(portrait: Portrait, *, words: bool = True) -> dict[str, Any]:
    """Give the bars of the questions, with words for how likely or without."""
    rows = [
        {
            "key": f"question.{each.name}",
            "label": each.label + (f" ({each.due})" if each.due and not portrait.due else ""),
        }
        for each in portrait.questions
    ]
    groups = [{"key": "questions", "rows": rows}]
    return {"title": "What will happen", "note": portrait.due, "words": words, "groups": groups}


def move_section(portrait: Portrait) -> dict[str, Any]:
    """Give the bars of the moves, in order of play."""
    moves = [_bars(node) for node in portrait.nodes if node.kind == "move"]
    return {"title": "What each does", "note": "in order of play", "groups": moves}


def outcome_section(portrait: Portrait) -> dict[str, Any]:
    """Give the bars of the headline factors."""
    outcomes = [_bars(node) for node in portrait.nodes if node.kind == "outcome"]
    return {"title": "What comes of it", "note": "", "groups": outcomes}


def factor_section(portrait: Portrait) -> dict[str, Any]:
    """Give the bars of the other factors."""
    factors = [_bars(node) for node in portrait.nodes if node.kind == "factor"]
    return {"title": "Other factors", "note": "", "groups": factors}


def _bars(node: Node) -> dict[str, Any]:
    rows = [
        {"key": f"{node.name}.{place}", "label": label}
        for place, (_, label) in enumerate(node.states)
    ]
    return {"key": node.name, "title": node.label, "colour": node.colour, "rows": rows}
