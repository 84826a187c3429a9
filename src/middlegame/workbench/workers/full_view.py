"""What a contest's page shows at one setting of its numbers: the forecast, in numbers and words.

Plain data, made where the contest is held ready and sent to the page.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from middlegame.report.charts.graph import contest_graph
from middlegame.report.text import change, narrative, over_time
from middlegame.report.text.judgements import judgement_words, value_words
from middlegame.report.text.over_time import Series
from middlegame.report.text.palette import NOBODY, actor_colours
from middlegame.report.text.words import capital, percent, within
from middlegame.workbench.setting import Setting

if TYPE_CHECKING:
    from middlegame.equilibrium.equilibrium import Equilibrium
    from middlegame.workbench.live import LiveContest

STORYLINES = 5
_SMALL = 0.005
"""A change of a probability that is not worth a sentence."""
_MOST_REASONS = 6


@dataclass(frozen=True)
class ForecastView:
    """What follows a slider while it is dragged.

    Attributes:
        forecasts: of each move and factor, in the order of its states.
        questions: of each question.
        priors: of each question before anything was known; nothing where nothing is.
        answer: in a few sentences.
        traced: whether this is the traced solution and not the quick one.
    """

    forecasts: dict[str, list[float]]
    questions: dict[str, float]
    priors: dict[str, float]
    answer: str
    traced: bool


@dataclass(frozen=True)
class StorylineView:
    """A storyline: its probability, and each step with whether the first tells it otherwise."""

    probability: float
    steps: tuple[tuple[str, bool], ...]


@dataclass(frozen=True)
class FullView:
    """Everything about one setting.

    Attributes:
        glance: forecast and answer.
        notes: what a reader must know first.
        storylines: the likeliest.
        curves: moves and outcomes over time, where there are periods.
        points: each actor's name, colour and expected points.
        picture: the contest's graph, SVG.
        news: which numbers were changed, and what was supposed or observed.
        shifts: what changed most: label, before, after, difference in percentage points.
        reasons: why, in sentences.
        method: how it was solved, in a sentence.
    """

    forecast: ForecastView
    notes: tuple[str, ...]
    storylines: tuple[StorylineView, ...]
    curves: tuple[Series, ...]
    points: tuple[tuple[str, str, float], ...]
    picture: str
    changes: tuple[str, ...]
    shifts: tuple[tuple[str, str, str, int], ...]
    reasons: tuple[str, ...]
    method: str


def forecast_view(equilibrium: "Equilibrium", *, traced: bool) -> ForecastView:
    """Read the forecast off."""
    return ForecastView(
        forecasts={name: [*forecast.values()] for name, forecast in equilibrium.forecasts.items()},
        questions=dict(equilibrium.questions),
        priors=dict(equilibrium.prior.questions) if traced and equilibrium.known else {},
        answer=narrative.answer(equilibrium),
        traced=traced,
    )


def full_view(live: "LiveContest", setting: Setting) -> FullView:
    """Solve in full at a setting, and tell everything about it.

    Args:
        live: the contest.
        setting: what is changed.

    Raises:
        MiddlegameError: it cannot be supposed or observed, or there is no equilibrium.
    """
    after = live.full(setting.numbers, setting.supposed, setting.given, surprise=setting.surprise)
    words, colours = narrative.words_of(after), actor_colours(after.diagram)
    changed = bool(setting)
    small = after.residual < 1e-12
    return FullView(
        forecast=forecast_view(after, traced=True),
        notes=(
            *narrative.notes(after, "beside the questions"),
            *(change.moved(live.base, after) if changed else ()),
        ),
        storylines=tuple(
            StorylineView(line.probability, tuple((step.text, step.differs) for step in line.steps))
            for line in narrative.storylines(after, STORYLINES)
        ),
        curves=tuple(_curves(after)),
        points=tuple(
            (capital(words.actor(owner)), colours.get(owner, NOBODY), value)
            for owner, value in after.points.items()
        ),
        picture=contest_graph(after, chosen_from=True),
        changes=(*_number_changes(live, setting), *change.news(live.base, after)),
        shifts=tuple(
            (shift.label, shift.before, shift.after, shift.difference)
            for shift in (change.shifts(live.base, after) if changed else ())
        ),
        reasons=tuple(_reasons(live, after, setting)) if changed else (),
        method=(
            "Logit quantal response equilibrium on the principal branch, "
            f"{after.steps} steps, residual {'below 1e-12' if small else f'{after.residual:.0e}'}"
        ),
    )


def _curves(equilibrium: "Equilibrium") -> list[Series]:
    """List the moves and the headline factors that belong to periods."""
    if not over_time.is_timed(equilibrium):
        return []
    outcomes = [each for each in over_time.factors_over_time(equilibrium) if each.headline]
    return [*outcomes, *over_time.moves_over_time(equilibrium)]


def _number_changes(live: "LiveContest", setting: Setting) -> list[str]:
    """Say which numbers are changed, and from what."""
    words = narrative.words_of(live.base)
    known = {parameter.name: parameter for parameter in live.diagram.parameters}
    return [
        f"{capital(judgement_words(words, known[name]))}: {value_words(known[name], value)} "
        f"instead of {value_words(known[name], known[name].median)}."
        for name, value in setting.numbers.items()
    ]


def _reasons(live: "LiveContest", after: "Equilibrium", setting: Setting) -> list[str]:
    """Say where the largest change comes from: the world itself, behaviour, each change alone."""
    subject, before, now = _largest_change(live.base, after)
    if abs(now - before) < _SMALL:
        return []
    told = [f"{subject.label}: {percent(before)} before, {percent(now)} now ({_percentage_points(now - before)})."]
    if not after.surprise:
        still = subject.probability(live.with_fixed_policies(after))
        told.append(_decomposition(still - before, now - still, _most_changed_move(live, after)))
    told += _single_effects(live, setting, subject, before, now)
    return told


def _decomposition(world: float, behaviour: float, who: str) -> str:
    """Say how much of a change comes about by itself, and how much because actors respond."""
    if abs(behaviour) < _SMALL:
        return "It comes about by itself: what the actors do hardly changes it."
    if abs(world) < _SMALL:
        return f"It comes about because actors behave otherwise{who}."
    return (
        f"Were everybody to behave as before, it would be {_percentage_points(world)}; "
        f"that they behave otherwise makes {_percentage_points(behaviour)}{who}."
    )


@dataclass(frozen=True)
class _Subject:
    """What a change is told of: a question, or a state of a move or factor."""

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
    subjects = [_Subject(each.label, question=each.name) for each in narrative.asked(after)]
    if not subjects:
        subjects = [
            _Subject(capital(words.entry(name, state)), node=name, state=state)
            for name, forecast in after.forecasts.items()
            if name not in fixed
            for state in forecast
        ]
    changes = [(subject, subject.probability(before), subject.probability(after)) for subject in subjects]
    return max(changes, key=lambda change: round(abs(change[2] - change[1]), 9))


def _most_changed_move(live: "LiveContest", after: "Equilibrium") -> str:
    """Name the move whose probabilities changed most."""
    words = narrative.words_of(after)
    rises = []
    for move in after.diagram.decisions:
        if move.name in after.supposed or move.name in after.known:
            continue
        was, now = live.base.forecasts[move.name], after.forecasts[move.name]
        state = max(now, key=lambda s: now[s] - was[s])
        rises.append((now[state] - was[state], move.name, state, was[state], now[state]))
    if not rises:
        return ""
    rise, name, state, was_then, is_now = max(rises)
    if rise < _SMALL:
        return ""
    said = words.clause(name, state) if words.reads_on(name) else words.entry(name, state)
    return f": above all, {within(said)} ({percent(was_then)} before, {percent(is_now)} now)"


def _single_effects(
    live: "LiveContest",
    setting: Setting,
    subject: _Subject,
    before: float,
    now: float,
) -> list[str]:
    """Each change made alone, the largest effects first, and what they do only together."""
    words = narrative.words_of(live.base)
    known = {parameter.name: parameter for parameter in live.diagram.parameters}
    single: list[tuple[str, Setting]] = [
        (judgement_words(words, known[name]), Setting().with_number(name, value))
        for name, value in setting.numbers.items()
    ]
    for name, state in setting.supposed.items():
        alone = Setting().with_state(name, "suppose", state).with_surprise(setting.surprise)
        single.append((f"supposing that {words.clause(name, state)}", alone))
    for name, states in setting.given.items():
        told = narrative.given_words(words, {name: states})
        single.append((f"observing {told}", Setting({}, {}, {name: states})))
    if len(single) < 2:
        return []
    moves = []
    for label, alone in single[: 2 * _MOST_REASONS]:
        moved = _single_change(live, alone)
        if moved is None:
            return []
        moves.append((subject.probability(moved) - before, label))
    moves.sort(key=lambda move: -abs(move[0]))
    parts = [f"{label} {_percentage_points(move)}" for move, label in moves[:_MOST_REASONS]]
    rest = now - before - sum(move for move, _ in moves)
    told = f"Each change made alone: {'; '.join(parts)}"
    if abs(rest) >= _SMALL and len(single) == len(moves):
        told += f"; together beyond that {_percentage_points(rest)}"
    return [f"{told}."]


def _single_change(live: "LiveContest", setting: Setting) -> "Equilibrium | None":
    from middlegame.base.errors import MiddlegameError

    arguments = (setting.numbers, setting.supposed, setting.given)
    try:
        return live.soonest(*arguments, surprise=setting.surprise)[0]
    except MiddlegameError:
        return None  # this change stands only with another one


def _percentage_points(change: float) -> str:
    return f"{100 * change:+.0f} pp" if abs(change) >= _SMALL else "less than 1 pp"
