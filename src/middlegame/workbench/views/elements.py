"""The page's own elements: each is a Vue component in `components/`, fed with plain data."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from middlegame.report.text.narrative import with_due_date
from middlegame.report.text.numbers import SCALE
from middlegame.workbench.setting import Setting
from middlegame.workbench.workers.contest_view import ContestView, NodeView
from middlegame.workbench.workers.full_view import ForecastView, FullView


class PatchedElement(Element):
    """An element that sends only the properties that change.

    NiceGUI's own update sends an element whole, which here would be every slider, or the picture.
    """

    def patch(self, **props: Any) -> None:
        """Change some of the component's properties."""
        with self._props.suspend_updates():
            self._props.update(props)
        if self.id in self.client.outbox.updates:
            return  # it is about to be sent whole
        at = f"mounted_app.elements[{self.id}]"
        self.client.run_javascript(f"if ({at}) Object.assign({at}.props, {json.dumps(props)})")


class ForecastBars(PatchedElement, component="components/forecast_bars.js"):
    """Bars of a forecast, beside those of the scenario as written.

    Args:
        sections: the bars, of the questions or of moves and factors.
        base: the forecast of the scenario as written.
        on_choose: called with a move's option or a factor's state, such as `lease=lost`, when its
            bar is clicked; nothing happens where it is None.
    """

    def __init__(
        self,
        sections: list[dict[str, Any]],
        base: ForecastView,
        on_choose: Callable[[str], None] | None = None,
    ) -> None:
        super().__init__()
        self._props["explains"] = on_choose is not None
        if on_choose is not None:
            self.on("choose", lambda event: on_choose(str(event.args)))
        self._props["sections"] = sections
        self._props["scale"] = [list(step) for step in SCALE]
        self._props["base"] = self._props["now"] = bar_values(base)
        self._props["intervals"] = {key: list(ends) for key, ends in base.intervals.items()}
        self._props["priors"], self._props["sentences"] = {}, dict(base.sentences)

    def show(self, now: ForecastView) -> None:
        """Show another forecast."""
        priors = {key: round(p, 6) for key, p in now.priors.items()}
        self.patch(now=bar_values(now), priors=priors, sentences=dict(now.sentences))

    def show_intervals(self, intervals: Mapping[str, tuple[float, float]]) -> None:
        """Show other intervals; an empty mapping removes them."""
        self.patch(intervals={key: list(ends) for key, ends in intervals.items()})


class Sliders(PatchedElement, component="components/sliders.js"):
    """A slider for every range."""

    def __init__(
        self, contest: ContestView, on_move: Callable[[str, float | None, bool], None]
    ) -> None:
        super().__init__()
        self._props["groups"] = [asdict(group) for group in contest.slider_groups]
        self._props["values"], self._props["received"] = {}, 0

        def receive(event: GenericEventArguments, settled: bool) -> None:
            name, value = event.args["name"], event.args["value"]
            # Without an update of its own, which would overtake what is patched.
            with self._props.suspend_updates():
                self._props["received"] = int(event.args["place"])
            if isinstance(name, str) and (value is None or isinstance(value, int | float)):
                on_move(name, None if value is None else float(value), settled)

        self.on("move", lambda event: receive(event, settled=False))
        self.on("settle", lambda event: receive(event, settled=True))

    def show(self, setting: Setting) -> None:
        """Move the sliders to the numbers of a setting."""
        self.patch(values=dict(setting.numbers), received=self._props["received"])


class StatePickers(PatchedElement, component="components/state_pickers.js"):
    """A choice for every move and factor: as forecast, supposed, or observed."""

    def __init__(
        self,
        contest: ContestView,
        on_pick: Callable[[str, str, str], None],
        on_surprise: Callable[[bool], None],
    ) -> None:
        super().__init__()
        shown = ("name", "label", "colour", "states")
        nodes = [{key: getattr(node, key) for key in shown} for node in contest.nodes]
        self._props["nodes"] = nodes
        self.show(Setting())
        self.on("pick", lambda e: on_pick(*(str(e.args[k]) for k in ("name", "mode", "state"))))
        self.on("surprise", lambda e: on_surprise(bool(e.args)))

    def show(self, setting: Setting) -> None:
        """Show the choices of a setting."""
        self.patch(
            supposed=dict(setting.supposed),
            given={name: list(states) for name, states in setting.given.items()},
            surprise=setting.surprise,
        )


class ContestPicture(PatchedElement, component="components/contest_picture.js"):
    """The contest's graph, of one period where there are some; a chosen box opens its panel.

    Attributes:
        period: the period that is shown; None where there are none.
    """

    def __init__(
        self, contest: ContestView, full_view: FullView, on_line: Callable[[int], None]
    ) -> None:
        super().__init__()
        self._contest, self._full_view = contest, full_view
        self.period = contest.drawn_period
        actors = dict.fromkeys((node.owner, node.colour) for node in contest.nodes if node.owner)
        self._props.update(node=None, chances=[], periods=list(contest.periods))
        self._props["actors"] = [list(each) for each in actors]
        self.show_period(full_view.picture, contest.drawn_period)
        self.show(full_view)
        self.on("line", lambda event: on_line(int(event.args)))

    def show(self, full_view: FullView) -> None:
        """Show another full view; its picture only where that is of the period that is shown."""
        self._full_view = full_view
        if self.period == self._contest.drawn_period:
            self.patch(svg=full_view.picture)
        if self._props["node"] is not None:
            self.patch(chances=full_view.forecast.forecasts[self._props["node"]["name"]])

    def show_period(self, svg: str, period: int | None) -> None:
        """Show the picture of a period."""
        self.period = period
        self.patch(svg=svg, period=period)

    def choose(self, name: str) -> None:
        """Open the panel of a move or factor; with no name, close it."""
        node = self._contest.node(name)
        self.patch(
            node=None if node is None else asdict(node),
            chances=[] if node is None else self._full_view.forecast.forecasts[name],
        )


class CurvesChart(PatchedElement, component="components/curves.js"):
    """Moves and outcomes over time."""

    def __init__(self, full_view: FullView) -> None:
        super().__init__()
        self.show(full_view)

    def show(self, full_view: FullView) -> None:
        """Show another full view."""
        self.patch(series=[asdict(curve) for curve in full_view.curves])


class AnswerText(PatchedElement, component="components/answer_text.js"):
    """A part of a full view in words.

    Args:
        part: `answer`, `branches`, `storylines`, `points` or `changes`.
        full_view: the full view.
    """

    def __init__(self, part: str, full_view: FullView) -> None:
        super().__init__()
        self._props.update(part=part, effect="", waits=False)
        self.show(full_view)

    def show(self, full_view: FullView) -> None:
        """Show another full view."""
        self.patch(
            answer=full_view.forecast.answer,
            notes=list(full_view.notes),
            branches=[asdict(branch) for branch in full_view.branches],
            storylines=[asdict(line) for line in full_view.storylines],
            storylinesSummary=full_view.storylines_summary,
            storylinesNote=full_view.storylines_note,
            points=[list(each) for each in full_view.points],
            pointsScale=full_view.points_scale,
            shifts=[list(each) for each in full_view.shifts],
            reasons=list(full_view.reasons),
        )

    def show_effect(self, words: str, *, waits: bool) -> None:
        """Show a sentence instead of the effect of what is changed, or above an earlier one.

        Args:
            words: the sentence; empty where the effect stands for itself.
            waits: whether the effect that is shown is that of an earlier setting.
        """
        self.patch(effect=words, waits=waits)

    def show_answer(self, forecast_view: ForecastView) -> None:
        """Show the answer of a quick forecast, before the full view comes."""
        self.patch(answer=forecast_view.answer)


def bar_values(forecast_view: ForecastView) -> dict[str, float]:
    """Return every probability of a forecast by the key of its bar."""
    values = {f"question.{name}": round(p, 6) for name, p in forecast_view.questions.items()}
    for name, forecast in forecast_view.forecasts.items():
        values |= {f"{name}.{place}": round(p, 6) for place, p in enumerate(forecast)}
    return values


def question_section(contest: ContestView, *, words: bool = True) -> dict[str, Any]:
    """Return the bars of the questions, with words for their likelihood or without."""
    rows = [
        {
            "key": f"question.{each.name}",
            "label": with_due_date(each.label, each.due, contest.due),
            "state": each.state,
        }
        for each in contest.questions
    ]
    notes = [f"question.{name}" for name in contest.value_questions]
    groups = [{"key": "questions", "rows": rows, "notes": notes}]
    return {"title": "Questions", "note": contest.due, "words": words, "groups": groups}


def move_section(contest: ContestView, *, timed: bool = True) -> dict[str, Any]:
    """Return the bars of the moves, in order of play; those of single periods too where timed."""
    moves = _groups(contest, "move", timed)
    return {"title": "Moves", "note": "in order of play", "groups": moves}


def outcome_section(contest: ContestView, *, timed: bool = True) -> dict[str, Any]:
    """Return the bars of the headline factors; those of single periods too where timed."""
    outcomes = _groups(contest, "outcome", timed)
    return {"title": "Outcomes", "note": "", "groups": outcomes}


def factor_section(contest: ContestView, *, timed: bool = True) -> dict[str, Any]:
    """Return the bars of the other factors; those of single periods too where timed."""
    factors = _groups(contest, "factor", timed)
    return {"title": "Other factors", "note": "", "groups": factors}


def _groups(contest: ContestView, kind: str, timed: bool) -> list[dict[str, Any]]:
    nodes = [node for node in contest.nodes if node.kind == kind]
    return [_bars(node) for node in nodes if timed or "@" not in node.name]


def _bars(node: NodeView) -> dict[str, Any]:
    every = [
        {"key": f"{node.name}.{place}", "label": label, "state": f"{node.name}={state}"}
        for place, (state, label, _) in enumerate(node.states)
    ]
    group = {"key": node.name, "title": node.label, "colour": node.colour}
    if not any(node.on_scale):
        return group | {"rows": every}
    pairs = list(zip(every, node.on_scale, strict=True))
    return group | {
        "rows": [row for row, inside in pairs if not inside],
        "values": [[row["key"], row["label"]] for row, inside in pairs if inside],
        "notes": [node.name],
    }
