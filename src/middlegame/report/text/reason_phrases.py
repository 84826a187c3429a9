"""The parts of a reason in words: the choice, and interests and costs for or against it."""

from collections.abc import Mapping

from middlegame.analysis.move_choices import OnlyOption
from middlegame.analysis.reason_groups import InterestContribution
from middlegame.diagram import Decision
from middlegame.report.text.grammar import as_noun, is_clause, is_several
from middlegame.report.text.numbers import percent
from middlegame.report.text.words import Words
from middlegame.scenario.conditions import ALWAYS, Is, Not, Predicate
from middlegame.scenario.model.references import base_name
from middlegame.scenario.model.scenario import Interest

_CERTAIN = 0.005
"""Probability below which a risk is none."""


class ChoicePhrases:
    """Says how often an actor chooses two options of a move, each called by one name.

    Args:
        words: the contest's words.
        name: the name of the move.
        pair: the two options.

    Attributes:
        options: what each option is called: as a verb of its actor if both can be, else its label.
        is_verbal: whether the names of both go on from the actor as verbs.
    """

    def __init__(self, words: Words, name: str, pair: tuple[str, str]) -> None:
        self.words, self.name, self.node = words, name, words.node(name)
        self.actor = words.mid_sentence(words.subject(name))
        verbs = {state: self._verb(state) for state in self.node.states}
        self.is_verbal = all(verbs[state] for state in pair)
        self.options = {
            state: verb if verb and self.is_verbal else words.state(name, state)
            for state, verb in verbs.items()
        }

    def choice(self, pair: list[tuple[str, float]]) -> str:
        """Say which of two options the actor chooses more often, the more likely one first."""
        first, second = (self.options[state] for state, _ in pair)
        high, low = (percent(chance) for _, chance in pair)
        if high == low:
            high, low = (f"{chance:.1%}" for _, chance in pair)
        chooses = self.words.verb(self.name)
        if high == low:
            pair_words = f"{first} as {second}" if self.is_verbal else f'"{first}" as "{second}"'
            often = "about as often" if self.is_verbal else f"{chooses} about as often"
            return f"{self.actor} {often} {pair_words} ({high} each)"
        if self.is_verbal:
            return f"{self.actor} more often {first} ({high}) than {second} ({low})"
        return f'{self.actor} more often {chooses} "{first}" ({high}) than "{second}" ({low})'

    def only(self, each: OnlyOption) -> str:
        """Say where an option is the only one, to begin a sentence or go on within it."""
        start, share = f'the only option is "{self.options[each.option]}"', percent(each.reach)
        if each.where is None:
            return f"{start} in {share} of cases."
        where = each.where.substitute(self.without_period)
        if isinstance(where, Not):
            return f"{start} unless {self.words.condition(where.part)} ({share} of cases)."
        return f"{start} where {self.words.condition(where)} ({share} of cases)."

    def without_period(self, leaf: Predicate) -> Predicate:
        """Return a comparison without its period, where that is the period of the move."""
        period = self.words.node(leaf.variable).period
        if period is None or period != self.node.period:
            return leaf
        return leaf.renamed(base_name(leaf.variable))

    def indifference(self, pair: list[tuple[str, float]], *, even: bool) -> str:
        """Say that the points of two options are equal, and what decides between them then."""
        labels = [f'"{self.options[state]}"' for state, _ in pair]
        chances = [percent(probability) for _, probability in pair]
        start = f"{self.actor} {'are' if is_several(self.actor) else 'is'} indifferent between "
        if even:
            return f"{start}{' and '.join(labels)} ({chances[0]} each)"
        options = " and ".join(f"{a} ({b})" for a, b in zip(labels, chances, strict=True))
        weight = self.weight(pair)
        mixture = weight or "; only at this mixture are the others' choices in equilibrium"
        return f"{start}{options}, which give the same expected points{mixture}"

    def weight(self, pair: list[tuple[str, float]]) -> str:
        """Say how much likelier an option's weight makes it; empty where both weigh alike."""
        weights = self.node.weights if isinstance(self.node, Decision) else None
        if weights is None:
            return ""
        first, second = (weights[self.node.states.index(state)] for state, _ in pair)
        if first == second:
            return ""
        labels = [self.options[state] for state, _ in pair]
        if first < second:
            first, second, labels = second, first, labels[::-1]
        return (
            f'; by its weight "{labels[0]}" is chosen {first / second:.3g} times as often as '
            f'"{labels[1]}" at equal points'
        )

    def _verb(self, state: str) -> str:
        name = base_name(self.name) if self.node.period is not None else self.name
        return self.words.option_verb(name, state)


class InterestPhrases:
    """Puts the interests and costs that bear on a move into words.

    Args:
        words: the contest's words.
        move: the name of the move.
        options: what its options are called.
    """

    def __init__(self, words: Words, move: str, options: Mapping[str, str]) -> None:
        self.words, self.move, self.options = words, base_name(move), options

    def _option(self, move: str, option: str) -> str:
        """Return what an option is called, in quotes."""
        own = self.options.get(option) if move == self.move else None
        return f'"{own or self.words.state(move, option)}"'

    def _activity(self, move: str, option: str) -> str:
        """Return an option as what its actor does: `going to court`; else its name in quotes."""
        return self.words.activity(move, option) or self._option(move, option)

    def phrase(self, each: InterestContribution, side: int, chosen: bool) -> str:
        """Return an interest or cost as a reason for or against the likelier option.

        Args:
            each: the contribution.
            side: 1 if it favours the result's option, -1 if the other one.
            chosen: whether it favours the option that is chosen more often.
        """
        match each.path:
            case ("moves", str(name), "options", str(option), *_):
                return self._cost(name, option, each, chosen)
            case ("moves", str(name), "scale", "costs"):
                lower = "lower" if chosen else "higher"
                return f"the {lower} cost of {self.words.mid_sentence(self.words.label(name))}"
            case ("offers", str(), "terms", *_):
                return f"{'less' if chosen else 'more'} risk of a broken promise"
            case ("offers", *_):
                return f"{'avoiding ' * chosen}{self.label(each)}"
        label = self.label(each)
        if each.worth is None and not self._is_loss(each):
            return self._points(each, label)
        if own := self._own_option(each):
            if not self._is_loss(each):
                return f"the gain from {own} itself"
            return f"{'avoiding the loss' if chosen else 'the loss'} from {own} itself"
        better = each.probability if side > 0 else each.other_probability
        if self._is_loss(each):
            without = better is not None and better < _CERTAIN
            if self._is_own_choice(each):
                often = "" if without else "less often " if chosen else "more often "
                return f"{'avoiding ' * (chosen and without)}{often}the loss if {label}"
            if chosen:
                risk = "no risk" if without else "less risk"
            else:
                risk = "the risk" if without else "more risk"
            if self._is_labelled(each):
                noun = f'"{label}"' if is_clause(label) else as_noun(label, self.words.capitals)
                return f"{risk} of {noun}"
            return f"{risk} that {label}"
        if self._is_labelled(each):
            return self.words.mid_sentence(label)
        if self._is_own_choice(each):
            return f"{'more' if chosen else 'less'} often the gain if {label}"
        return f"a {'better' if chosen else 'smaller'} chance that {label}"

    def row_label(self, each: InterestContribution) -> str:
        """Return what a table calls an interest: its label, or the loss on an unlabelled condition.

        A plain condition beside points above zero would read as if its coming true earned them.
        """
        label = self.label(each)
        conditional = each.path[0] == "interests" and not self._is_labelled(each)
        return f"the loss if {label}" if conditional and self._is_loss(each) else label

    def _points(self, each: InterestContribution, label: str) -> str:
        """Return an interest without a single worth: its label, or what its points depend on."""
        interest = self._interest(each)
        if interest is None or self._is_labelled(each):
            return self.words.mid_sentence(label)
        return f"the worth of {label}" if interest.when == ALWAYS else f"the points if {label}"

    def _cost(self, name: str, option: str, each: InterestContribution, chosen: bool) -> str:
        """Return the costs of an option as a reason for or against a choice."""
        label = self._activity(name, option)
        if each.worth is not None and each.worth < 0:
            return f"the gain from {label}"
        if self.move != name:
            return f"{'lower' if chosen else 'higher'} costs of {label}"
        return f"{'avoiding the cost' if chosen else 'the cost'} of {label}"

    def _own_option(self, each: InterestContribution) -> str:
        """Return the option of this very move that an unlabelled interest is about, if any."""
        interest = self._interest(each)
        if interest is None or self._is_labelled(each):
            return ""
        when = interest.when
        if not isinstance(when, Is) or base_name(when.variable) != self.move:
            return ""
        return " or ".join(self._option(self.move, each) for each in when.states)

    def _is_own_choice(self, each: InterestContribution) -> bool:
        """Whether an unlabelled interest's condition is also about a choice of the mover."""
        interest, scenario = self._interest(each), self.words.scenario
        if interest is None or scenario is None or self._is_labelled(each):
            return False
        actor, names = each.path[1], map(base_name, interest.when.variables())
        return any(n in scenario.moves and scenario.moves[n].by == actor for n in names)

    def _is_loss(self, each: InterestContribution) -> bool:
        """Whether an interest's points are below zero; of one known to its owner, all its range."""
        if each.worth is not None:
            return each.worth < 0
        interest = self._interest(each)
        if interest is None:
            return False
        below = interest.worth.high < 0  # nan for a formula
        return below or (each.is_loss and interest.when != ALWAYS)

    def _is_labelled(self, each: InterestContribution) -> bool:
        interest = self._interest(each)
        return interest is not None and bool(interest.label or interest.worth.label)

    def _interest(self, each: InterestContribution) -> Interest | None:
        """Return the interest that a contribution is of; None for a cost, or without a scenario."""
        match each.path, self.words.scenario:
            case ("interests", str(actor), int(place), *_), scenario if scenario:
                return scenario.interests[actor][place]
        return None

    def label(self, each: InterestContribution) -> str:
        """Return an interest's label, or its condition in words; of a cost what is paid for."""
        if interest := self._interest(each):
            return self.words.interest_label(interest)
        match each.path:
            case ("moves", str(name), "options", str(option), *_):
                return f"the cost of {self._activity(name, option)}"
            case ("moves", str(name), "scale", "costs"):
                return f"the cost of {self.words.mid_sentence(self.words.label(name))}"
            case ("offers", str(), "accepting_costs"):
                return "the cost of accepting the offer"
            case ("offers", str(), "terms", *_):
                return "the cost of breaking a promise"
            case ("offers", *_):
                return "the cost of making the offer"
        number = next((part for part in each.path if isinstance(part, int)), 0)
        return f"interest {number + 1}"

    def condition(self, each: InterestContribution) -> str:
        """Return an interest's condition in words; of a cost what is paid for."""
        interest = self._interest(each)
        return self.label(each) if interest is None else self.words.interest(interest)
