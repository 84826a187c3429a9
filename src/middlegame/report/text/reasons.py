"""Reasons in sentences: why an actor chooses one option more often than another."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from middlegame.analysis.influences import Influence
from middlegame.analysis.pathways import Pathway
from middlegame.analysis.reason_groups import ReasonGroup
from middlegame.analysis.reasons import Reasons, short_reasons
from middlegame.report.text.change import shown_change
from middlegame.report.text.grammar import capitalize_first, join_list
from middlegame.report.text.judgements import CitedPlace, judgement_groups
from middlegame.report.text.narrative import words_of
from middlegame.report.text.numbers import percent
from middlegame.report.text.reason_phrases import ChoicePhrases, InterestPhrases
from middlegame.report.text.starting_point import starting_point
from middlegame.scenario.conditions import Not, scale_values
from middlegame.scenario.faults import dotted_path
from middlegame.scenario.model.references import base_name

if TYPE_CHECKING:
    from middlegame.equilibrium.equilibrium import Equilibrium

_METHOD = (
    "Points are expected points of the actor, with all policies as they are; above zero they "
    "favour the option that the sentence above them names first. {where} they add up exactly to "
    "the logarithm of the odds between the two options, divided by the actor's precision (McKelvey "
    "& Palfrey 1998){mean}."
)
_FACTOR_METHOD = (
    "Each move or factor is made certain by itself, known to every actor before play, and the "
    "contest is solved again."
)
_LEAST_POINTS = 0.3
"""Points from which on a contribution is named in a sentence."""
_LEAST_SHARE = 0.05
"""Share of the largest contribution from which on another one is named."""
_NEGLIGIBLE = 0.05
"""Points below which a contribution is not even counted."""
_MOST_NAMED = 3
"""Contributions that a sentence names on each side."""
_LEAST_REACH = 0.05
"""Share of cases from which on it is told that an actor prefers another option there."""
_CERTAIN = 0.005
_SAME = 1e-9
_EQUAL = 1e-5
"""The difference in points, relative to those of all interests, up to which options are equal."""


@dataclass(frozen=True)
class ReasonRow:
    """One contribution as a table shows it.

    Attributes:
        points: the points that it gives more to the option named first.
        label: the interest or cost.
        chances: how often it holds under each option; empty for costs.
        share: the share of worlds in which the points have this sign; empty where it is all.
        judgement: the dotted path of its number in the scenario.
        cites: the places in sources that support it.
    """

    points: str
    label: str
    chances: str
    share: str
    judgement: str
    cites: tuple[CitedPlace, ...]


@dataclass(frozen=True)
class ReasonText:
    """The reasons in one group of situations.

    Attributes:
        sentence: the choice and its main reasons.
        details: sentences on what lies behind the largest contributions.
        rows: every contribution of a tenth of a point or more, the largest first.
    """

    sentence: str
    details: tuple[str, ...]
    rows: tuple[ReasonRow, ...]


def move_reasons(equilibrium: "Equilibrium") -> dict[str, str]:
    """Return a sentence on each move that has a choice: why it does what it does most often."""
    return {
        name: " ".join(
            [
                f"{_branch(found)}{reason_texts(found, short=True)[0].sentence}",
                *_elsewhere(found),
                *_only(found),
            ]
        )
        for name, found in short_reasons(equilibrium).items()
    }


def _elsewhere(found: Reasons) -> list[str]:
    """Say where the actor prefers the other option than in the most frequent situations."""
    if not found.groups:
        return []
    first = found.groups[0].prefers_option
    others = [
        each
        for each in found.groups[1:]
        if each.prefers_option is not first
        and each.reach >= _LEAST_REACH
        and abs(each.probability - each.other_probability) > _CERTAIN
    ]
    return [_Speaker(found).preference(others[0])] if others else []


def _only(found: Reasons) -> list[str]:
    """Return sentences on where a move has no choice; nothing where it nearly always has one."""
    pair = found.option, found.rather_than
    choices = ChoicePhrases(words_of(found.equilibrium), found.name, pair)
    before = "before the evidence, " if found.is_before_evidence else ""
    return [
        capitalize_first(f"{before}{choices.only(each)}")
        for each in found.only_options
        if each.reach >= _CERTAIN
    ]


def _branch(found: Reasons) -> str:
    """Return the branch that the reasons hold on, if there are several."""
    branch = found.equilibrium.branch
    return "" if branch is None else f"Branch {branch[0]}: "


def title(found: Reasons) -> str:
    """Return what is explained: a move and two of its options, or a factor's state."""
    words = words_of(found.equilibrium)
    if not found.rather_than:
        return f"What would move this forecast most: {words.clause(found.name, found.option)}"
    called = _Speaker(found).options
    first, second = called[found.option], called[found.rather_than]
    heading = words.heading(found.name)
    joined = "," if ": " in heading else ":"
    return f'{heading}{joined} "{first}" rather than "{second}"'


def method(found: Reasons) -> str:
    """Return how the numbers are defined: a move's reasons, or what would move a factor."""
    if not found.rather_than:
        return _FACTOR_METHOD
    where, mean = "In each situation", ""
    if found.world_count:
        where = "In each situation of each world"
        mean = (
            ". Means over the worlds are shown; their sign is the same in nearly all worlds unless "
            "a share is given"
        )
    return _METHOD.format(where=where, mean=mean)


def summary(found: Reasons) -> str:
    """Return the main result: why the option is chosen, or what would move the factor most."""
    if found.rather_than:
        return reason_texts(found)[0].sentence
    largest = influence_sentences(found, 1)
    if not largest:
        return "Nothing in this contest moves this forecast."
    ((change, label),) = largest
    words = words_of(found.equilibrium)
    return f"The largest change, by {change} percentage points: {words.mid_sentence(label)}."


def notes(found: Reasons) -> list[str]:
    """Return what the reasons depend on: worlds, a period, evidence on what follows the move."""
    words, lines = words_of(found.equilibrium), []
    if found.world_count and found.rather_than:
        lines.append(f"Means over {found.world_count} worlds, drawn from all ranges.")
    if found.influences:
        clause = words.mid_sentence(words.clause(found.name, found.option))
        shown = percent(found.forecast), percent(found.influences[0].before)
        numbers = [(clause, *shown)]
        middle = found.equilibrium.middle.prior
        lines += starting_point("The changes below", found.equilibrium, middle, numbers)
    if found.when is not None:
        lines.append(f"Only cases in which {words.condition(found.when)}.")
    name = base_name(found.name)
    count = len([n for n in found.equilibrium.diagram.instances(name) if n.period != 0])
    if count > 1 and found.rather_than:
        lines.append(
            f"This is one of {count} periods; name another one as {name}@2 or {name}@last."
        )
    gap = found.forecast - found.policy_probability
    if found.rather_than and abs(gap) >= _CERTAIN:
        label = words.state(found.name, found.option)
        lines.append(
            f'Before the evidence, "{label}" is chosen in '
            f"{percent(found.policy_probability)} of cases, as explained here; the evidence moves "
            f"the forecast to {percent(found.forecast)}."
        )
    return [*lines, *_only(found)] if found.rather_than else lines


def influence_sentences(found: Reasons, most: int = 8) -> list[tuple[str, str]]:
    """Return for a factor's state the changes of its probability, and what would cause each.

    Of the values of one move or factor on a scale that move it the same way, the one that moves it
    most stands for all.
    """
    words = words_of(found.equilibrium)
    shown = [
        (shown_change(each.before, each.after), each)
        for each in found.influences
        if abs(each.change) >= _CERTAIN and percent(each.before) != percent(each.after)
    ]
    shown.sort(key=lambda row: -abs(row[0]))
    groups: dict[tuple[str, ...], list[tuple[int, Influence]]] = {}
    for change, each in shown:
        value = scale_values((each.state,))[0] is not None and words.node(each.name).scale
        alone = () if value else (each.state,)
        groups.setdefault((each.name, "up" if change > 0 else "down", *alone), []).append(
            (change, each)
        )
    sentences = []
    for group in list(groups.values())[:most]:
        change, each = group[0]
        clause = capitalize_first(words.full_clause(each.name, each.state))
        chances = f"{percent(each.before)} to {percent(each.after)}"
        sentences.append((f"{change:+d}", f"{clause}: {chances}{_more_values(group)}"))
    return sentences


def _more_values(group: Sequence[tuple[int, Influence]]) -> str:
    """Return how many more values of a scale move a forecast the same way, and how far."""
    count = len(group) - 1
    if not count:
        return ""
    smallest, largest = group[-1][0], group[1][0]
    moves = f"{largest:+d}" if smallest == largest else f"{largest:+d} to {smallest:+d}"
    return f" (and {count} more value{'s' if count > 1 else ''} on this scale: {moves})"


def reason_texts(found: Reasons, *, short: bool = False) -> list[ReasonText]:
    """Return the reasons of each group of situations, the most likely group first.

    Args:
        found: the reasons for a move's option.
        short: whether only sentences are needed.
    """
    speaker = _Speaker(found)
    cites = {} if short else _citations(found)
    texts = []
    for group in found.groups:
        details = () if short else tuple(speaker.details(group))
        rows = () if short else tuple(speaker.rows(group, cites))
        texts.append(ReasonText(speaker.sentence(group), details, rows))
    return texts


def _citations(found: Reasons) -> dict[str, tuple[CitedPlace, ...]]:
    groups = judgement_groups(found.equilibrium, words_of(found.equilibrium), None)
    return {written.name: written.cites for group in groups for written in group.rows}


class _Speaker:
    """Puts the groups of one result into sentences."""

    def __init__(self, found: Reasons) -> None:
        self.found, self.words = found, words_of(found.equilibrium)
        self.node = self.words.node(found.name)
        self.timed = self.node.period is not None
        self.choices = ChoicePhrases(self.words, found.name, (found.option, found.rather_than))
        self.options = self.choices.options
        self.interests = InterestPhrases(self.words, found.name, self.options)

    def sentence(self, group: ReasonGroup) -> str:
        """Say where, which option is chosen how often, for which interests, and given what."""
        found, even = self.found, abs(group.probability - group.other_probability) < _SAME
        opening = self._opening(group)
        chances = group.probability, group.other_probability
        pair = list(zip((found.option, found.rather_than), chances, strict=True))
        if not group.prefers_option and not even:
            pair.reverse()
        sign = self._sign(group)
        if even or self._is_indifferent(group):
            text = f"{opening}{self.choices.indifference(pair, even=even)}."
            return f"{capitalize_first(text)}{self._reversal(group)}"
        because = f"{self._because(group, sign)}{self.choices.weight(pair)}"
        text = capitalize_first(f"{opening}{self.choices.choice(pair)}{because}.")
        text += self._reversal(group)
        if group.where is None and len(self.found.groups) > 1 and len(group.situations) > 1:
            text += f" The most frequent of these situations: {self._states(group)}."
        return text

    def preference(self, group: ReasonGroup) -> str:
        """Say where and how often which option is chosen, without the reasons."""
        pair = [
            (self.found.option, group.probability),
            (self.found.rather_than, group.other_probability),
        ]
        pair.sort(key=lambda each: -each[1])
        return f"{capitalize_first(self._opening(group))}{self.choices.choice(pair)}."

    def _reversal(self, group: ReasonGroup) -> str:
        """Say that the evidence makes the less likely one of two options the likelier one."""
        gap, given = group.probability - group.other_probability, group.posterior
        if not gap * (given - group.other_posterior) < 0:  # nan where ruled out
            return ""
        numbers = [percent(given), percent(group.other_posterior)]
        first, second = numbers if gap > 0 else numbers[::-1]
        there = "" if group.reach > 1 - _SAME else " in these cases"
        return f" The evidence reverses the order{there}: {first} against {second}."

    def _is_indifferent(self, group: ReasonGroup) -> bool:
        """Whether both options give the same points; a mean over worlds cannot tell."""
        points = [each.points for each in group.contributions]
        size = sum(map(abs, points))
        return (
            not self.found.world_count and size > _NEGLIGIBLE and abs(sum(points)) < _EQUAL * size
        )

    @staticmethod
    def _sign(group: ReasonGroup) -> int:
        """Return -1 where the other option is the likelier one, else 1."""
        return 1 if group.probability > group.other_probability - _SAME else -1

    def _states(self, group: ReasonGroup) -> str:
        """Return what the actor observes in the most likely situation of a group."""
        states = group.situations[0].states.items()
        return self.words.facts(states, joiner="and")

    def _opening(self, group: ReasonGroup) -> str:
        parts = ["before the evidence"] if self.found.is_before_evidence else []
        parts += [f"in {self.words.period(self.node.period)}"] if self.node.period else []
        reach = f"{percent(group.reach)} of cases"
        whole = group.reach > 1 - _SAME
        where = None if group.where is None else group.where.substitute(self.choices.without_period)
        if isinstance(where, Not):
            parts.append(f"unless {self.words.condition(where.part)} ({reach})")
        elif where is not None:
            parts.append(f"where {self.words.condition(where)} ({reach})")
        elif len(self.found.groups) == 1 and not whole:
            parts.append(f"where this choice is open ({reach})")
        elif not whole:
            count = len(group.situations)
            total = sum(len(each.situations) for each in self.found.groups)
            parts.append(
                f"in {count} of {total} situations ({reach})"
                if count > 1
                else f"where {self._states(group)} ({reach})"
            )
        return f"{', '.join(parts)}, " if parts else ""

    def _because(self, group: ReasonGroup, sign: int) -> str:
        signed = [(sign * each.points, each) for each in group.contributions]
        largest = max((abs(value) for value, _ in signed), default=0.0)
        least, sides = max(_LEAST_POINTS, _LEAST_SHARE * largest), []
        for side in (1, -1):
            own = [(side * value, each) for value, each in signed if side * value >= _NEGLIGIBLE]
            named = [
                f"{self.interests.phrase(each, side * sign, side > 0)} ({_points(side * value)})"
                for value, each in own[:_MOST_NAMED]
                if value >= least
            ]
            unnamed = [value for value, _ in own[len(named) :]]
            if sum(unnamed) >= least:
                others = "1 other" if len(unnamed) == 1 else f"{len(unnamed)} others"
                named.append(f"{others} ({_points(side * sum(unnamed))})")
            sides.append(named)
        fors, againsts = sides
        if not fors and not againsts:
            return ", although no interest differs by as much as a third of a point"
        if not group.is_consistent:
            return (
                f", although on average the interests favour the other: {_balance(againsts, fors)}"
            )
        if not fors:
            return f", by many small differences, in spite of {join_list(againsts)}"
        return f": {_balance(fors, againsts)}"

    def details(self, group: ReasonGroup) -> list[str]:
        """Return for the largest contributions how often they hold, and why that differs."""
        found = []
        labels = [self.options[self.found.option], self.options[self.found.rather_than]]
        for each in group.contributions:
            if each.probability is None or each.other_probability is None:
                continue
            if not each.pathways or percent(each.probability) == percent(each.other_probability):
                continue
            unit = "of the time" if self.timed else "of cases"
            condition = capitalize_first(self.interests.condition(each))
            text = (
                f"{condition} in {percent(each.probability)} {unit} after "
                f'"{labels[0]}" and in {percent(each.other_probability)} after "{labels[1]}".'
            )
            found.append(f"{text} {self._pathways(each.pathways, labels)}")
        return found

    def _pathways(self, pathways: Sequence[Pathway], labels: Sequence[str]) -> str:
        """Say what would remove how much of a difference, what removes as much in one sentence."""
        by_share: dict[str, list[str]] = {}
        for pathway in pathways:
            share = "All" if pathway.removed > 1 - _CERTAIN else percent(pathway.removed)
            chances = percent(pathway.probability), percent(pathway.other_probability)
            where = f"{chances[0]} and {chances[1]}"
            if pathway is pathways[0]:
                where = f'{chances[0]} after "{labels[0]}", {chances[1]} after "{labels[1]}"'
            clause = self.words.mid_sentence(self.words.clause(pathway.name, pathway.state))
            by_share.setdefault(share, []).append(f"{clause} ({where})")
        return " ".join(
            f"{share} of this difference would vanish if it were certain that "
            f"{join_list(states, 'or that')}."
            for share, states in by_share.items()
        )

    def rows(self, group: ReasonGroup, cites: dict[str, tuple[CitedPlace, ...]]) -> list[ReasonRow]:
        """Return what favours the likelier option, and what favours the other."""
        found, sign = [], self._sign(group)
        for each in group.contributions:
            if abs(each.points) < _NEGLIGIBLE:
                continue
            path = dotted_path(each.path)
            chances = ""
            if each.probability is not None and each.other_probability is not None:
                pair = (each.probability, each.other_probability)[::sign]
                chances = f"{percent(pair[0])} against {percent(pair[1])}"
            found.append(
                ReasonRow(
                    points=f"{sign * each.points:+.1f}",
                    label=capitalize_first(self.interests.row_label(each)),
                    chances=chances,
                    share=percent(each.sign_share) if each.sign_share < 1 - _CERTAIN else "",
                    judgement=path,
                    cites=cites.get(path, ()),
                )
            )
        return found


def _balance(fors: list[str], againsts: list[str]) -> str:
    """Return the reasons for a choice, and those against it if there are any.

    Without a verb, as labels do not tell whether they are plurals.

    >>> _balance(["peace (+3)"], ["trade (-2)", "fame (-0.5)"])
    'peace (+3), against trade (-2) and fame (-0.5)'
    """
    return join_list(fors) + (f", against {join_list(againsts)}" if againsts else "")


def _points(value: float) -> str:
    """Write points with their sign; small ones with a decimal.

    >>> _points(-12.3), _points(0.84)
    ('-12', '+0.8')
    """
    return f"{value:+.1f}" if abs(value) < 1.95 else f"{value:+.0f}"
