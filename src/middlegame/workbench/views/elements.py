"""The page's own elements: each is a Vue component beside it, fed with plain data."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from middlegame.report.text.words import SCALE
from middlegame.workbench.setting import Setting
from middlegame.workbench.workers.contest_view import ContestView, NodeView
from middlegame.workbench.workers.full_view import ForecastView, FullView


class PatchedElement(Element):
    """An element of which what changes is sent alone.

    NiceGUI's own update sends all of an element: here that would be every slider, or the picture.
    """

    def patch(self, **props: Any) -> None:
        """Change some of what the component is fed with."""
        with self._props.suspend_updates():
            self._props.update(props)
        at = f"mounted_app.elements[{self.id}]"
        self.client.run_javascript(f"if ({at}) Object.assign({at}.props, {json.dumps(props)})")


class ForecastBars(PatchedElement, component="components/forecast.js"):
    """Bars of a forecast, beside those of the scenario as written."""

    def __init__(self, sections: list[dict[str, Any]], base: ForecastView) -> None:
        super().__init__()
        self._props["sections"] = sections
        self._props["scale"] = [list(step) for step in SCALE]
        self._props["base"] = self._props["now"] = bar_values(base)
        self._props["intervals"] = {}
        self._props["priors"] = {}

    def show(self, now: ForecastView) -> None:
        """Draw another forecast."""
        priors = {f"question.{name}": round(p, 6) for name, p in now.priors.items()}
        self.patch(now=bar_values(now), priors=priors)

    def show_intervals(self, intervals: Mapping[str, tuple[float, float]]) -> None:
        """Draw intervals that a sweep found."""
        self.patch(intervals={key: list(ends) for key, ends in intervals.items()})


class Sliders(PatchedElement, component="components/numbers.js"):
    """A slider for every range."""

    def __init__(
        self, portrait: ContestView, on_move: Callable[[str, float | None, bool], None]
    ) -> None:
        super().__init__()
        self._props["groups"] = [asdict(group) for group in portrait.slider_groups]
        self._props["values"], self._props["heard"] = {}, 0

        def told(event: GenericEventArguments, settled: bool) -> None:
            name, value = event.args["name"], event.args["value"]
            self._props["heard"] = int(event.args["place"])
            if isinstance(name, str) and (value is None or isinstance(value, int | float)):
                on_move(name, None if value is None else float(value), settled)

        self.on("move", lambda event: told(event, settled=False))
        self.on("settle", lambda event: told(event, settled=True))

    def show(self, setting: Setting) -> None:
        """Put the sliders where a setting has them."""
        self.patch(values=dict(setting.numbers), heard=self._props["heard"])


class StatePickers(PatchedElement, component="components/pickers.js"):
    """What is supposed and what was observed, for every move and factor."""

    def __init__(
        self,
        portrait: ContestView,
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
        self.patch(
            supposed=dict(setting.supposed),
            given={name: list(states) for name, states in setting.given.items()},
            surprise=setting.surprise,
        )


class ContestPicture(PatchedElement, component="components/picture.js"):
    """The contest's graph, of one period where there are some; a chosen box opens its panel.

    Attributes:
        period: the one that is shown; None where there are none.
    """

    def __init__(
        self, portrait: ContestView, reading: FullView, on_line: Callable[[int], None]
    ) -> None:
        super().__init__()
        self._portrait, self._reading = portrait, reading
        self.period = portrait.drawn_period
        self._props.update(node=None, chances=[], periods=list(portrait.periods))
        self.show_period(reading.picture, portrait.drawn_period)
        self.show(reading)
        self.on("choose", lambda event: self.choose(str(event.args)))
        self.on("line", lambda event: on_line(int(event.args)))

    def show(self, reading: FullView) -> None:
        """Draw another reading, where its picture is of the period that is shown."""
        self._reading = reading
        if self.period == self._portrait.drawn_period:
            self.patch(svg=reading.picture)
        if self._props["node"] is not None:
            self.patch(chances=reading.forecast.forecasts[self._props["node"]["name"]])

    def show_period(self, svg: str, period: int | None) -> None:
        """Show the picture of a period."""
        self.period = period
        self.patch(svg=svg, period=period)

    def choose(self, name: str) -> None:
        """Open the panel of a move or factor; with no name, close it."""
        node = self._portrait.node(name)
        self.patch(
            node=None if node is None else asdict(node),
            chances=[] if node is None else self._reading.forecast.forecasts[name],
        )


class CurvesChart(PatchedElement, component="components/curves.js"):
    """Moves and outcomes over time."""

    def __init__(self, reading: FullView) -> None:
        super().__init__()
        self.show(reading)

    def show(self, reading: FullView) -> None:
        """Draw another reading."""
        self.patch(series=[asdict(curve) for curve in reading.curves])


class AnswerText(PatchedElement, component="components/telling.js"):
    """A part of a reading in words.

    Args:
        part: `answer`, `storylines`, `points` or `changes`.
        reading: what is told.
    """

    def __init__(self, part: str, reading: FullView) -> None:
        super().__init__()
        self._props["show"], self._props["message"] = part, ""
        self.show(reading)

    def show(self, reading: FullView) -> None:
        """Tell another reading."""
        self.patch(
            answer=reading.forecast.answer,
            notes=list(reading.notes),
            storylines=[asdict(line) for line in reading.storylines],
            points=[list(each) for each in reading.points],
            news=list(reading.changes),
            shifts=[list(each) for each in reading.shifts],
            reasons=list(reading.reasons),
        )

    def show_answer(self, glance: ForecastView) -> None:
        """Tell the answer while the rest is still being found."""
        self.patch(answer=glance.answer)

    def show_message(self, message: str) -> None:
        """Say what could not be done."""
        self.patch(message=message)


def bar_values(glance: ForecastView) -> dict[str, float]:
    """Give every probability of a forecast under the key of its bar."""
    found = {f"question.{name}": round(p, 6) for name, p in glance.questions.items()}
    for name, forecast in glance.forecasts.items():
        found |= {f"{name}.{place}": round(p, 6) for place, p in enumerate(forecast)}
    return found


def question_section(portrait: ContestView, *, words: bool = True) -> dict[str, Any]:
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


def move_section(portrait: ContestView, *, timed: bool = True) -> dict[str, Any]:
    """Give the bars of the moves, in order of play; those of periods too, or not."""
    moves = _groups(portrait, "move", timed)
    return {"title": "What each does", "note": "in order of play", "groups": moves}


def outcome_section(portrait: ContestView, *, timed: bool = True) -> dict[str, Any]:
    """Give the bars of the headline factors."""
    outcomes = _groups(portrait, "outcome", timed)
    return {"title": "What comes of it", "note": "", "groups": outcomes}


def factor_section(portrait: ContestView, *, timed: bool = True) -> dict[str, Any]:
    """Give the bars of the other factors."""
    factors = _groups(portrait, "factor", timed)
    return {"title": "Other factors", "note": "", "groups": factors}


def _groups(portrait: ContestView, kind: str, timed: bool) -> list[dict[str, Any]]:
    found = [node for node in portrait.nodes if node.kind == kind]
    return [_bars(node) for node in found if timed or "@" not in node.name]


def _bars(node: NodeView) -> dict[str, Any]:
    rows = [
        {"key": f"{node.name}.{place}", "label": label}
        for place, (_, label) in enumerate(node.states)
    ]
    return {"key": node.name, "title": node.label, "colour": node.colour, "rows": rows}
