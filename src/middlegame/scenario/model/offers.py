"""Offers: one entry for two moves (offer, answer) and the agreement that may follow."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from middlegame.scenario.conditions import Condition, ConditionText
from middlegame.scenario.model.calendar import PeriodNumbers
from middlegame.scenario.model.fields import Flag, Name, Part, Sourced
from middlegame.scenario.model.judgement import Points
from middlegame.scenario.model.references import References


class Term(Sourced):
    """A promise: once the offer is accepted, a move is one of these options.

    Attributes:
        promise: such as `approach = leave`.
        breaking_costs: points that breaking the promise costs; without them it cannot be broken.
    """

    promise: ConditionText
    breaking_costs: Points | None = None


def _read_term(value: object) -> object:
    return {"promise": value} if isinstance(value, str | Condition) else value


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str | Condition) else value


_Term = Annotated[Term, BeforeValidator(_read_term, json_schema_input_type=Term | str)]
_Conditions = Annotated[
    tuple[ConditionText, ...],
    BeforeValidator(_as_list, json_schema_input_type=ConditionText | list[ConditionText]),
]


class IfAccepted(Part):
    """What acceptance changes.

    Attributes:
        opens: conditions on moves whose options are available only after acceptance.
        closes: conditions on moves whose options are not available after acceptance.
    """

    opens: _Conditions = ()
    closes: _Conditions = ()


class Offer(Sourced):
    """An offer by one actor to another, and the effects of its acceptance.

    It stands for a move `NAME_offer` (offers, keeps_quiet), a move `NAME_answer` (accepts,
    declines) and a factor `NAME` (accepted, none).

    Attributes:
        before: the move before which it is made; by default the first move that its terms name.
        knows: what the offering actor knows.
        answer_knows: what the answering actor knows besides the offer.
        costs: points that making it costs.
        accepting_costs: points that accepting it costs.
        terms: what is promised.
    """

    label: str | None = None
    by: Name
    to: Name
    before: Name | None = None
    knows: References = ()
    answer_knows: References = ()
    periods: PeriodNumbers | None = None
    costs: Points | None = None
    accepting_costs: Points | None = None
    terms: Annotated[tuple[_Term, ...], Field(min_length=1)] = ()
    if_accepted: IfAccepted = IfAccepted()
    headline: Flag = True
