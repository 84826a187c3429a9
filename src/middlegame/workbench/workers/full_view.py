"""Describe a contest's forecast at one setting of its numbers, in numbers and words.

Plain data, built in a worker and sent to the page.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from middlegame.report.charts.graph import contest_graph
from middlegame.report.charts.points import points_extent
from middlegame.report.text import change, narrative, over_time
from middlegame.report.text.behaviour import solution_words
from middlegame.report.text.branches import BranchText, branch_texts
from middlegame.report.text.grammar import capitalize_first
from middlegame.report.text.intervals import method as interval_method
from middlegame.report.text.intervals import point_range
from middlegame.report.text.judgements import judgement_words
from middlegame.report.text.numbers import percent, points
from middlegame.report.text.omissions import omission_sentences
from middlegame.report.text.over_time import Series
from middlegame.report.text.palette import NEUTRAL, actor_colours
from middlegame.report.text.scales import scale_sentence
from middlegame.report.text.storylines import storyline_texts
from middlegame.workbench.setting import Setting

if TYPE_CHECKING:
    from middlegame.equilibrium.equilibrium import Equilibrium
    from middlegame.sweeps.forecast import Forecast
    from middlegame.workbench.live import LiveContest

STORYLINES = 5
_SMALL = 0.005
"""A change of a probability below which no sentence is written."""
_MOST_REASONS = 6
_WORLDS_ALONE = 64
"""The worlds over which the effect of each change made alone is a mean."""


@dataclass(frozen=True)
class ForecastView:
    """The part of a forecast that is shown while a slider is dragged.

    Attributes:
        forecasts: the probabilities of each move and factor, in the order of its states.
        questions: the probability of each question.
        middle: the probabilities in the middle world, as `forecasts`.
        intervals: 90% intervals by the key of the bar; empty in a preview and without ranges.
        priors: the probability without evidence by the key of the bar; empty where there is none.
        sentences: on scales the mean, median and interval in a sentence, by move or factor; and the
            answers to questions for a value, by `question.` and the name.
        answer: the answer to the scenario's question, in a few sentences.
    """

    forecasts: dict[str, list[float]]
    questions: dict[str, float]
    middle: dict[str, list[float]]
    intervals: dict[str, tuple[float, float]]
    priors: dict[str, float]
    sentences: dict[str, str]
    answer: str


@dataclass(frozen=True)
class StorylineView:
    """A storyline.

    Attributes:
        probability: how likely the contest runs exactly so.
        steps: each step in words, and whether the likeliest storyline does not tell it.
        branch: the number of its mirror branch; None if there is one branch.
        along: moves that are likely along with it, as a sentence; empty if none.
    """

    probability: float
    steps: tuple[tuple[str, bool], ...]
    branch: int | None
    along: str


@dataclass(frozen=True)
class FullView:
    """Everything that the page shows of one setting.

    Attributes:
        forecast: forecast and answer.
        notes: warnings that a reader needs first.
        branches: what each mirror branch makes of the moves, where there are several.
        storylines: the likeliest storylines.
        storylines_summary: how many they are, and how likely any other can be at most.
        storylines_note: what a percentage is of, where moves are told along with it.
        curves: moves and outcomes over time, where there are periods.
        points: each actor's name, colour and expected points, as a share of the chart's half and
            as text, and the 90% interval over the worlds as text; empty without one.
        points_scale: what a point is, in words.
        expectations: the report's section on what each actor expects, as HTML; empty where nobody
            has beliefs of its own.
        picture: the contest's graph as an SVG image.
        shifts: the largest changes: label, before, after, difference and its unit (`pp` or none).
        reasons: the causes of the largest change, in sentences.
        method: how the setting was solved, in a sentence.
    """

    forecast: ForecastView
    notes: tuple[str, ...]
    branches: tuple[BranchText, ...]
    storylines: tuple[StorylineView, ...]
    storylines_summary: str
    storylines_note: str
    curves: tuple[Series, ...]
    points: tuple[tuple[str, str, float, str, str], ...]
    points_scale: str
    expectations: str
    picture: str
    shifts: tuple[tuple[str, str, str, float, str], ...]
    reasons: tuple[str, ...]
    method: str


def forecast_view(found: "Forecast") -> ForecastView:
    """Describe a forecast."""
    intervals = {f"question.{name}": each.ninety for name, each in found.question_outlooks.items()}
    for name, states in found.outlooks.items():
        intervals |= {f"{name}.{k}": each.ninety for k, each in enumerate(states.values())}
    return ForecastView(
        forecasts=_probabilities(found),
        questions=dict(found.questions),
        middle=_probabilities(found.middle),
        intervals=intervals,
        priors=_by_bar(found.prior) if found.known else {},
        sentences=_sentences(found),
        answer=narrative.answer(found),
    )


def _by_bar(found: "Equilibrium") -> dict[str, float]:
    """Return every probability by the key of its bar."""
    values = {f"question.{name}": chance for name, chance in found.questions.items()}
    for name, chances in _probabilities(found).items():
        values |= {f"{name}.{place}": chance for place, chance in enumerate(chances)}
    return values


def preview(middle: "Equilibrium", base: "Forecast") -> ForecastView:
    """Describe a forecast before its worlds are solved.

    Its change from the forecast as written is taken to be that of the middle world.

    Args:
        middle: the middle world at a setting.
        base: the forecast of the scenario as written.
    """
    before, now = _probabilities(base.middle), _probabilities(middle)

    def moved(mean: float, was: float, is_now: float) -> float:
        return min(max(mean + is_now - was, 0.0), 1.0)

    numbers = "" if base.worlds is None else "In the middle world: "
    return ForecastView(
        forecasts={
            name: [*map(moved, means, before[name], now[name])]
            for name, means in _probabilities(base).items()
        },
        questions={
            name: moved(mean, base.middle.questions[name], middle.questions[name])
            for name, mean in base.questions.items()
        },
        middle=now,
        intervals={},
        priors={},
        sentences={key: f"{numbers}{each}" for key, each in _sentences(middle).items()},
        answer=f"{numbers}{narrative.answer(middle)}",
    )


def _sentences(found: "Equilibrium") -> dict[str, str]:
    asked = zip(found.question_values, narrative.value_answers(found), strict=True)
    scales = {
        name: scale_sentence(each, narrative.words_of(found))
        for name, each in found.scale_forecasts.items()
    }
    return scales | {f"question.{name}": sentence for name, sentence in asked}


def _probabilities(equilibrium: "Equilibrium") -> dict[str, list[float]]:
    return {name: [*forecast.values()] for name, forecast in equilibrium.forecasts.items()}


def full_view(
    live: "LiveContest",
    setting: Setting,
    after: "Forecast",
    middle_at: "Callable[[Setting], Equilibrium] | None" = None,
) -> FullView:
    """Describe everything that the page shows of a setting.

    Args:
        live: the contest as written.
        setting: what is changed.
        after: the forecast at the setting.
        middle_at: returns the middle world at a setting, with the ranges moved along; without it
            the effect of each change made alone is left out.
    """
    before = live.base_forecast
    words, colours = narrative.words_of(after), actor_colours(after.diagram)
    changed = bool(setting)
    storylines = storyline_texts(after, STORYLINES)
    small = after.residual < 1e-12
    left_out = omission_sentences(after)
    fine = narrative.has_fine_points(after.scenario)
    spreads = after.point_spreads
    extent = points_extent(after.points.values(), fine=fine)
    return FullView(
        forecast=forecast_view(after),
        notes=(
            *narrative.notes(after, "below each bar that it changes"),
            *([f"Gaps: {' '.join(left_out)}"] if left_out else []),
            *(change.off_path_warnings(before, after) if changed else ()),
        ),
        branches=tuple(branch_texts(after, words)),
        storylines=tuple(
            StorylineView(
                line.probability,
                tuple((step.text, step.differs) for step in line.steps),
                line.branch,
                line.along,
            )
            for line in storylines
        ),
        storylines_summary=storylines.summary if storylines else "",
        storylines_note=storylines.note,
        curves=tuple(_curves(after)),
        points=tuple(
            (
                capitalize_first(words.actor(owner)),
                colours.get(owner, NEUTRAL),
                value / extent,
                points(value, fine=fine),
                point_range(spreads[owner], fine=fine) if owner in spreads else "",
            )
            for owner, value in after.points.items()
        ),
        points_scale=narrative.points_scale(after.scenario),
        expectations=_expectations(after),
        picture=contest_graph(after, interactive=True),
        shifts=tuple(
            (shift.label, shift.before, shift.after, shift.difference, shift.unit.strip())
            for shift in (change.largest_shifts(before, after) if changed else ())
        ),
        reasons=tuple(_reasons(live, after, setting, middle_at)) if changed else (),
        method=(
            f"{interval_method(after)}{' ' if after.worlds else ''}"
            f"{solution_words(after)}, {f'{after.steps} steps, ' if after.steps else ''}"
            f"residual {'below 1e-12' if small else f'{after.residual:.0e}'}"
        ),
    )


def _expectations(equilibrium: "Equilibrium") -> str:
    """Return the report's section on what each actor expects; empty where nobody is wrong."""
    if not equilibrium.expectations:
        return ""
    from middlegame.report.html.expectations import expectation_sections
    from middlegame.report.html.report import section_html

    return "".join(map(section_html, expectation_sections(equilibrium)))


def _curves(equilibrium: "Equilibrium") -> list[Series]:
    """Return the curves of moves and headline factors that repeat over periods."""
    if not over_time.is_timed(equilibrium):
        return []
    outcomes = [each for each in over_time.factors_over_time(equilibrium) if each.headline]
    return [*outcomes, *over_time.moves_over_time(equilibrium)]


def _reasons(
    live: "LiveContest",
    after: "Forecast",
    setting: Setting,
    middle_at: "Callable[[Setting], Equilibrium] | None",
) -> list[str]:
    """Return sentences on the largest change: direct and behavioural parts, each cause alone."""
    subject, before, now = _largest_change(live.base_forecast, after)
    if abs(now - before) < _SMALL:
        return []
    total = change.shown_change(before, now)
    about = subject.label if subject.label.endswith("?") else f"{subject.label}:"
    by = f" ({_shown_points(total)})" if total else ""
    sentences = [f"{about} {percent(before)} before, {percent(now)} now{by}."]
    unmoved = None if after.fixed_policies else live.forecast_with_fixed_policies(after)
    if unmoved is not None:
        direct = change.shown_change(before, subject.probability(unmoved))
        sentences.append(_decomposition(direct, total - direct, _most_changed_move(live, after)))
    return sentences + _single_effects(live, setting, subject, after, middle_at)


def _decomposition(direct: int, adaptation: int, who: str) -> str:
    """Return the sentence on the direct part of a change and the part through adaptation.

    Args:
        direct: percentage points of change while all actors keep their policies.
        adaptation: percentage points of further change through the actors' new policies.
        who: the clause on the move that changes most.
    """
    if not adaptation:
        return "Cause: the changes themselves; actors choose almost as before in each situation."
    if not direct:
        return f"Cause: actors change how they choose{who}."
    return (
        f"{_shown_points(direct)} directly, while all choose as before in each situation; "
        f"{_shown_points(adaptation)} as actors change how they choose{who}."
    )


@dataclass(frozen=True)
class _Subject:
    """The subject of a change: a question, or a state of a move or factor."""

    label: str
    question: str = ""
    node: str = ""
    state: str = ""

    def probability(self, equilibrium: "Equilibrium") -> float:
        if self.question:
            return equilibrium.questions[self.question]
        return equilibrium.forecasts[self.node][self.state]


def _largest_change(before: "Equilibrium", after: "Equilibrium") -> tuple[_Subject, float, float]:
    words = narrative.words_of(after)
    fixed = {*after.supposed, *after.known}
    subjects = [
        _Subject(each.label, question=each.name) for each in narrative.question_forecasts(after)
    ]
    if not subjects:
        subjects = [
            _Subject(capitalize_first(words.full_clause(name, state)), node=name, state=state)
            for name, forecast in after.forecasts.items()
            if name not in fixed
            for state in forecast
        ]
    changes = [
        (subject, subject.probability(before), subject.probability(after)) for subject in subjects
    ]
    return max(changes, key=lambda change: round(abs(change[2] - change[1]), 9))


def _most_changed_move(live: "LiveContest", after: "Equilibrium") -> str:
    """Return the clause that names the move whose probabilities changed most."""
    words = narrative.words_of(after)
    rises = []
    for move in after.diagram.decisions:
        if move.name in after.supposed or move.name in after.known:
            continue
        was, now = live.base_forecast.forecasts[move.name], after.forecasts[move.name]
        state = max(now, key=lambda s: now[s] - was[s])
        rises.append((now[state] - was[state], move.name, state, was[state], now[state]))
    if not rises:
        return ""
    rise, name, state, was_then, is_now = max(rises)
    if rise < _SMALL:
        return ""
    change = f"{percent(was_then)} before, {percent(is_now)} now"
    return f", above all: {words.mid_sentence(words.full_clause(name, state, change))}"


def _single_effects(
    live: "LiveContest",
    setting: Setting,
    subject: _Subject,
    after: "Forecast",
    middle_at: "Callable[[Setting], Equilibrium] | None",
) -> list[str]:
    """Return the sentence on the effect of each change made alone, and of all together.

    The effects are means over the first worlds of the forecast, which are solved for each change.
    """
    from middlegame.base.errors import MiddlegameError
    from middlegame.sweeps.forecast import forecast

    words = narrative.words_of(live.base)
    known = {parameter.name: parameter for parameter in live.diagram.parameters}
    single: list[tuple[str, Setting]] = [
        (judgement_words(words, known[name]), Setting().with_number(name, value))
        for name, value in setting.numbers.items()
    ]
    for name, state in setting.supposed.items():
        alone = Setting().with_state(name, "suppose", state).with_surprise(setting.surprise)
        single.append((f"supposing that {words.mid_sentence(words.clause(name, state))}", alone))
    for name, states in setting.given.items():
        observed = narrative.evidence_words(words, {name: states})
        single.append((f"observing {observed}", Setting({}, {}, {name: states})))
    if middle_at is None or len(single) < 2:
        return []
    worlds = min(_WORLDS_ALONE, after.worlds.count) if after.worlds else 0

    def chance(middle: "Equilibrium") -> float:
        return subject.probability(forecast(middle, worlds))

    try:
        before, now = chance(live.base), chance(after.middle)
        moves = [
            (chance(middle_at(alone)) - before, label)
            for label, alone in single[: 2 * _MOST_REASONS]
        ]
    except MiddlegameError:
        return []  # one change is possible only together with another
    moves.sort(key=lambda move: -abs(move[0]))
    parts = [f"{label} {_percentage_points(move)}" for move, label in moves[:_MOST_REASONS]]
    rest = now - before - sum(move for move, _ in moves)
    where = f", over {worlds} of the worlds" if worlds else ""
    sentence = f"Each change made alone{where}: {'; '.join(parts)}"
    if abs(rest) >= _SMALL and len(single) == len(moves):
        sentence += f"; through their combination {_percentage_points(rest)}"
    return [f"{sentence}."]


def _shown_points(change: int) -> str:
    return f"{change:+d} pp"


def _percentage_points(change: float) -> str:
    return f"{100 * change:+.0f} pp" if abs(change) >= _SMALL else "less than 1 pp"
