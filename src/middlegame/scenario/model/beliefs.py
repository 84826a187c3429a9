"""Wrong beliefs: what an actor takes for true of the contest's numbers."""

from typing import Annotated

from pydantic import Field

from middlegame.scenario.model.fields import Names, Sourced
from middlegame.scenario.model.views import Judgements


class Belief(Sourced):
    """What an actor takes for true (first-level hypergame; Bennett 1977).

    The actor chooses as in the contest with these numbers, and takes that contest to be common
    knowledge.

    Attributes:
        judgements: the numbers it has in mind, by dotted path: `interests.petersburg[0].worth`.
        aware: the actors who know of its error, and expect it to choose by it.
    """

    judgements: Annotated[Judgements, Field(min_length=1)]
    aware: Names = ()
