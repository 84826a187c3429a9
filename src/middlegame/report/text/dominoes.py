"""Dominoes in words: an intervention, what it changes, and along which chain of causes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from middlegame.analysis.dominoes import MEAN
from middlegame.diagram import Decision, Node
from middlegame.report.text import narrative
from middlegame.report.text.branches import fork_notes
from middlegame.report.text.change import Shift, mean_shift, percent_shift, unforeseen_choice
from middlegame.report.text.grammar import capitalize_first, join_list
from middlegame.report.text.numbers import percent
from middlegame.report.text.scales import rounded_value
from middlegame.report.text.starting_point import headline_numbers, starting_point
from middlegame.report.text.words import Words
from middlegame.scenario.model.references import base_name

if TYPE_CHECKING:
    from middlegame.analysis.dominoes import Dominoes, Effect
    from middlegame.analysis.interventions import Intervention

SHOWN_EFFECT = 0.01
"""Smallest change of a probability that is shown."""
TREE_THRESHOLD = 0.02
"""Smallest change that a cascade's tree or graph shows."""
MOST_COLUMNS = 9
NO_EFFECT = "No headline factor changes by a whole percentage point."
METHOD = (
    "Each change is the total effect of an intervention that all actors know before play. Its "
    "direct part is the change with all policies fixed. Adaptation is what is added when the "
    "actors anticipate the intervention and choose anew. An effect without a note is direct."
)
_MAIN_SHARE = 0.5
"""Share of an effect that a chain must carry to be named as its cause."""


@dataclass(frozen=True)
class EffectRow:
    """One change that follows from an intervention, ready to be shown.

    Attributes:
        effect: the effect on one state of a move or factor.
        shift: its probability before and after.
        direct: the direct part, in percentage points or a mean's unit.
        adaptation: the part through adaptation, in the same.
        split: the direct part and the part through adaptation, in words.
        chain: the chain of causes that carries most of it, in words; empty where it is direct.
    """

    effect: "Effect"
    shift: Shift
    direct: float
    adaptation: float
    split: str
    chain: str

    @property
    def note(self) -> str:
        """The split and the chain on one line."""
        return "; ".join(part for part in (self.split, self.chain) if part)


def intervention_label(words: Words, intervention: "Intervention") -> str:
    """Return an intervention as a table's label: `The city renews the lease`."""
    return capitalize_first(words.full_clause(intervention.name, intervention.state))


def intervention_heading(dominoes: "Dominoes", intervention: "Intervention") -> str:
    """Return an intervention as the clause of a condition, with its probability now in brackets.

    Such as `the port city switches to the rival (35% now, available in 76% of cases)`.
    """
    words = narrative.words_of(dominoes.results.equilibrium)
    before = dominoes.results.equilibrium.forecasts[intervention.name][intervention.state]
    share = dominoes.results.availability(intervention)
    where = f", available in {percent(share)} of cases" if share < 1 - 1e-9 else ""
    now = f"{percent(before)} now{where}"
    return words.mid_sentence(words.full_clause(intervention.name, intervention.state, now))


def effect_rows(
    dominoes: "Dominoes",
    intervention: "Intervention",
    *,
    least: float = SHOWN_EFFECT,
    headlines: bool = False,
) -> list[EffectRow]:
    """List the effects of an intervention, in order of play.

    Args:
        dominoes: the interventions and their effects.
        intervention: the one whose effects are listed.
        least: effects smaller than this are left out, as a probability.
        headlines: whether to list headline factors and moves alone.
    """
    words = narrative.words_of(dominoes.results.equilibrium)
    chosen = []
    for effect in dominoes.cascade(intervention):
        if abs(effect.share) < least or (headlines and not words.node(effect.name).headline):
            continue
        chosen.append(_effect_row(dominoes, intervention, effect))
    return chosen


def strongest_effects(dominoes: "Dominoes", most: int) -> list[tuple["Intervention", EffectRow]]:
    """List the largest effects on outcomes, at most two on each outcome, by intervention.

    Outcomes are the headline factors, or all factors where there is none; over time in their
    last period.
    """
    ends = dict.fromkeys(node.name for node in _final_nodes(dominoes))
    every = [
        (intervention, effect)
        for intervention in dominoes.overview
        for effect in dominoes.cascade(intervention)
        if effect.name in ends
    ]
    every.sort(key=lambda item: -round(abs(item[1].share), 9))
    chosen: list[tuple[Intervention, EffectRow]] = []
    times: dict[str, int] = {}
    for intervention, effect in every:
        if abs(effect.share) < SHOWN_EFFECT or len(chosen) == most:
            break
        if times.get(effect.name, 0) < 2 and not _same(intervention.name, effect.name):
            times[effect.name] = times.get(effect.name, 0) + 1
            chosen.append(
                (
                    intervention,
                    _effect_row(dominoes, intervention, effect, chained=dominoes.is_short),
                )
            )
    order = [(intervention.name, intervention.state) for intervention, _ in chosen]
    chosen.sort(key=lambda item: order.index((item[0].name, item[0].state)))
    return chosen


def summary(dominoes: "Dominoes") -> str:
    """Return the main result in a sentence: the largest effect on an outcome."""
    for intervention, row in strongest_effects(dominoes, 1):
        words, effect = narrative.words_of(dominoes.results.equilibrium), row.effect
        cause = words.mid_sentence(words.full_clause(intervention.name, intervention.state))
        verb = "rises" if effect.total > 0 else "falls"
        outcome = f"the mean of {words.mid_sentence(words.label(effect.name))}"
        if effect.state != MEAN:
            clause = words.mid_sentence(words.clause(effect.name, effect.state))
            outcome = f"the probability that {clause}"
        return (
            f"The largest effect: if {cause}, {outcome} {verb} from "
            f"{row.shift.before} to {row.shift.after}."
        )
    return NO_EFFECT


def matrix_interventions(dominoes: "Dominoes", most: int) -> list["Intervention"]:
    """List the interventions of a matrix, those with the largest effects, in order of play."""
    kept = [each for each in dominoes.ranked if each in dominoes.overview][:most]
    return [intervention for intervention in dominoes.interventions if intervention in kept]


def outcome_columns(dominoes: "Dominoes") -> list[tuple[str, str]]:
    """Choose the columns of a matrix of effects: pairs of an outcome and one of its states.

    A factor with two states is shown by the one that is less likely now, a scale by its mean.
    """
    chosen: list[tuple[str, str]] = []
    for node in _final_nodes(dominoes):
        forecast = dominoes.results.equilibrium.forecasts[node.name]
        if dominoes.has_mean(node.name):
            chosen.append((node.name, MEAN))
        elif len(node.states) == 2:
            chosen.append((node.name, min(node.states, key=lambda state: forecast[state])))
        else:
            chosen += [(node.name, state) for state in node.states]
    return chosen


def _final_nodes(dominoes: "Dominoes") -> list[Node]:
    """List the headline factors, or all where there is none; over time in their last period."""
    diagram = dominoes.results.diagram
    nodes = [
        node
        for node in diagram.contest_nodes
        if node.period is None or node.name == diagram.instances(base_name(node.name))[-1].name
    ]
    factors: list[Node] = [node for node in nodes if not isinstance(node, Decision)]
    return [node for node in factors if node.headline] or factors or nodes


def _same(name: str, other: str) -> bool:
    """Whether two nodes are one move or factor in different periods."""
    return base_name(name) == base_name(other)


def intervention_notes(dominoes: "Dominoes", intervention: "Intervention") -> Iterator[str]:
    """Yield the sentences that qualify an intervention's effects."""
    words = narrative.words_of(dominoes.results.equilibrium)
    if dominoes.results.availability(intervention) < 1 - 1e-9:
        yield (
            f'The option "{words.state(intervention.name, intervention.state)}" is not always '
            "available: it is taken where it is, and elsewhere the choice stays free."
        )
    names = dominoes.results.unforeseen_moves(intervention)
    moves = [words.move_phrase(name) for name in names]
    if moves:
        choice = unforeseen_choice([d for d in words.diagram.decisions if d.name in names])
        yield (
            "With fixed policies, some moves face situations that could not occur before, and are "
            f"assumed to choose {choice} there: {join_list(moves)}."
        )


def availability_note(dominoes: "Dominoes", chosen: "Sequence[Intervention]") -> str:
    """Say which options are not always available, and what setting them means; else nothing."""
    words = narrative.words_of(dominoes.results.equilibrium)
    some = [each for each in chosen if dominoes.results.availability(each) < 1 - 1e-9]
    labels = list(dict.fromkeys(words.state(each.name, each.state) for each in some))
    if not labels:
        return ""
    options = "An option" if len(labels) == 1 else "Options"
    are, they = ("is", "it is") if len(labels) == 1 else ("are", "they are")
    named = join_list([f'"{label}"' for label in labels])
    return (
        f"{options} that {are} not always available ({named}) {are} taken where {they}; elsewhere "
        "the choice stays free."
    )


def start(dominoes: "Dominoes") -> list[str]:
    """Return from which numbers the changes start; empty where these are the forecast's."""
    before, forecast = dominoes.results.equilibrium, dominoes.forecast
    return starting_point("All changes", forecast, before, headline_numbers(forecast, before))


def baseline_notes(dominoes: "Dominoes") -> list[str]:
    """Return sentences on the contest before any intervention: its beliefs and its branch."""
    equilibrium = dominoes.results.equilibrium
    return [
        *narrative.belief_note(equilibrium),
        *narrative.expectations_elsewhere(equilibrium),
        *fork_notes(equilibrium, narrative.words_of(equilibrium)),
    ]


def _effect_row(
    dominoes: "Dominoes", intervention: "Intervention", effect: "Effect", *, chained: bool = True
) -> EffectRow:
    words = narrative.words_of(dominoes.results.equilibrium)
    shift = effect_shift(words, effect)
    way = _chain_words(dominoes, intervention, effect, shift.difference) if chained else ""
    direct, adaptation = _parts(words, effect, shift.difference)
    split = _split_words(direct, adaptation)
    return EffectRow(effect, shift, direct, adaptation, split, way)


def outcome_label(words: Words, name: str, state: str) -> str:
    """Return what an effect is about: `The lease is lost`, on a scale `Traffic: mean, ships`."""
    scale = words.node(name).scale
    if state == MEAN and scale is not None:
        unit = f", {scale.unit}" if scale.unit else ""
        return f"{capitalize_first(words.label(name))}: mean{unit}"
    return capitalize_first(words.full_clause(name, state))


def effect_shift(words: Words, effect: "Effect") -> Shift:
    """Return an effect as a number before and after."""
    before, after = effect.before, effect.when_announced
    scale = words.node(effect.name).scale
    if effect.state == MEAN and scale is not None:
        label = capitalize_first(words.label(effect.name))
        return mean_shift(label, before, after, scale.step, scale.unit)
    label = outcome_label(words, effect.name, effect.state)
    return percent_shift(label, before, after)


def effect_amount(words: Words, effect: "Effect") -> float:
    """Return a total effect as it is shown: in percentage points, or on a mean in its unit."""
    return effect_shift(words, effect).difference


def _parts(words: Words, effect: "Effect", difference: float) -> tuple[float, float]:
    """Return the direct part and the adaptation as they are shown: they add up to the difference.

    What rounding leaves over goes to the larger part.
    """
    direct, adaptation = (
        _amount(words, effect, part) for part in (effect.direct, effect.adaptation)
    )
    if abs(direct) >= abs(adaptation):
        return round(difference - adaptation, 9), adaptation
    return direct, round(difference - direct, 9)


def _split_words(direct: float, adaptation: float) -> str:
    """Return how an effect splits into a direct part and adaptation; empty if all is direct."""
    if not adaptation:
        return ""
    if not direct:
        return "all through adaptation"
    return f"{direct:+g} directly, {adaptation:+g} through adaptation"


def _amount(words: Words, effect: "Effect", part: float) -> float:
    """Return a part of an effect as it is shown: in percentage points, or in the scale's unit."""
    scale = words.node(effect.name).scale
    if effect.state == MEAN and scale is not None:
        return float(rounded_value(part, scale.step))
    return round(100 * part)


def _chain_words(
    dominoes: "Dominoes", intervention: "Intervention", effect: "Effect", difference: float
) -> str:
    """Return which chain carries an effect, and how much of it; empty where it is direct."""
    chain = dominoes.chain(intervention, effect.name, effect.state)
    if chain is None or len(chain.links) < 2:
        return ""
    if abs(chain.carried) < _MAIN_SHARE * abs(chain.total):
        return "along several chains, none of which carries half of it"
    words = narrative.words_of(dominoes.results.equilibrium)
    shown = {node.name for node in dominoes.results.diagram.contest_nodes}
    names = [link.head for link in chain.links[:-1] if link.head in shown]
    steps = _step_clauses(dominoes, intervention, words, names)
    if not steps:
        return ""
    carried, of = abs(_amount(words, effect, chain.carried)), abs(difference)
    amount = "all of it" if carried >= of else f"{carried:g} of the {of:g}"
    if chain.links[0].adapts:
        steps[0] += ", in anticipation"
    return f"{amount} because {', then '.join(steps)}"


def _step_clauses(
    dominoes: "Dominoes", intervention: "Intervention", words: Words, names: list[str]
) -> list[str]:
    """Return a clause for each link of a chain; a state kept over periods is told once."""
    runs: list[list[str]] = []
    for name in names:
        state = dominoes.gaining_state(intervention, name)
        last = runs[-1][-1] if runs else ""
        kept = last and _same(last, name) and dominoes.gaining_state(intervention, last) == state
        if kept and state != MEAN:
            runs[-1].append(name)
        else:
            runs.append([name])
    clauses = []
    for first, *others in runs:
        clause = _step_clause(dominoes, intervention, words, first)
        begin = words.node(first).period
        end = words.node(others[-1]).period if others else None
        if begin is not None and end is not None:
            start, stop = words.period(begin), words.period(end)
            clause = f"{clause.removesuffix(f' ({start})')} ({start} to {stop})"
        clauses.append(clause)
    return clauses


def _step_clause(
    dominoes: "Dominoes", intervention: "Intervention", words: Words, name: str
) -> str:
    """Return how a link of a chain turns out, as a clause."""
    lost = dominoes.losing_state(intervention, name)
    if lost is not None:
        return f"{words.mid_sentence(words.clause(name, lost))} less often"
    state = dominoes.gaining_state(intervention, name)
    if state != MEAN:
        return words.mid_sentence(words.clause(name, state))
    rises = dominoes.effect(intervention, name, MEAN).total > 0
    return f"{words.mid_sentence(words.label(name))} {'rises' if rises else 'falls'}"
