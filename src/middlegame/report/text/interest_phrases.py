"""Interests and costs in words: as labels, and as reasons for or against a choice."""

from collections.abc import Mapping

from middlegame.analysis.reason_groups import InterestContribution
from middlegame.report.text.grammar import as_noun, is_clause, mid_sentence
from middlegame.report.text.words import Words
from middlegame.scenario.conditions import ALWAYS, Is
from middlegame.scenario.model.references import base_name

_CERTAIN = 0.005
"""Probability below which a risk is none."""


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
                return f"the {lower} cost of {mid_sentence(self.words.label(name))}"
            case ("offers", str(), "terms", *_):
                return f"{'less' if chosen else 'more'} risk of a broken promise"
            case ("offers", *_):
                return self.label(each)
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
            if chosen:
                risk = "no risk" if without else "less risk"
            else:
                risk = "the risk" if without else "more risk"
            if self._is_labelled(each):
                noun = f'"{label}"' if is_clause(label) else as_noun(label)
                return f"{risk} of {noun}"
            return f"{risk} that {label}"
        if self._is_labelled(each):
            return mid_sentence(label)
        return f"a {'better' if chosen else 'smaller'} chance that {label}"

    def _points(self, each: InterestContribution, label: str) -> str:
        """Return an interest without a single worth: its label, or what its points depend on."""
        match each.path, self.words.scenario:
            case ("interests", str(actor), int(place), *_), scenario if scenario:
                if not self._is_labelled(each):
                    always = scenario.interests[actor][place].when == ALWAYS
                    return f"the worth of {label}" if always else f"the points if {label}"
        return mid_sentence(label)

    def _cost(self, name: str, option: str, each: InterestContribution, chosen: bool) -> str:
        """Return the costs of an option as a reason for or against a choice."""
        label = self._option(name, option)
        if each.worth is not None and each.worth < 0:
            return f"the gain from {label}"
        if self.move != name:
            return f"{'lower' if chosen else 'higher'} costs of {label}"
        return f"{'avoiding the cost' if chosen else 'the cost'} of {label}"

    def _own_option(self, each: InterestContribution) -> str:
        """Return the option of this very move that an unlabelled interest is about, if any."""
        match each.path, self.words.scenario:
            case ("interests", str(actor), int(place), *_), scenario if scenario:
                when = scenario.interests[actor][place].when
                if (
                    isinstance(when, Is)
                    and base_name(when.variable) == self.move
                    and not self._is_labelled(each)
                ):
                    return " or ".join(self._option(self.move, each) for each in when.states)
        return ""

    def _is_loss(self, each: InterestContribution) -> bool:
        """Whether an interest's points are below zero; of one known to its owner, all its range."""
        match each.worth, each.path, self.words.scenario:
            case None, ("interests", str(actor), int(place), *_), scenario if scenario:
                return scenario.interests[actor][place].worth.high < 0  # nan for a formula
            case float(worth), _, _:
                return worth < 0
        return False

    def _is_labelled(self, each: InterestContribution) -> bool:
        match each.path, self.words.scenario:
            case ("interests", str(actor), int(place), *_), scenario if scenario:
                interest = scenario.interests[actor][place]
                return bool(interest.label or interest.worth.label)
        return False

    def label(self, each: InterestContribution) -> str:
        """Return an interest's label, or its condition in words; of a cost what is paid for."""
        match each.path, self.words.scenario:
            case ("interests", str(actor), int(place), *_), scenario if scenario:
                interest = scenario.interests[actor][place]
                return self.words.interest_label(interest)
            case ("moves", str(name), "options", str(option), *_), _:
                return f"the cost of {self._option(name, option)}"
            case ("moves", str(name), "scale", "costs"), _:
                return f"the cost of {mid_sentence(self.words.label(name))}"
            case ("offers", str(), "accepting_costs"), _:
                return "the cost of accepting the offer"
            case ("offers", str(), "terms", *_), _:
                return "the cost of breaking a promise"
            case ("offers", *_), _:
                return "the cost of making the offer"
        number = next((part for part in each.path if isinstance(part, int)), 0)
        return f"interest {number + 1}"

    def condition(self, each: InterestContribution) -> str:
        """Return an interest's condition in words; of a cost what is paid for."""
        match each.path, self.words.scenario:
            case ("interests", str(actor), int(place), *_), scenario if scenario:
                return self.words.interest(scenario.interests[actor][place])
        return self.label(each)
