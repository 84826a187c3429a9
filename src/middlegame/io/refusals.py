"""What no file form of a diagram can say."""

from middlegame.base.errors import QueryError
from middlegame.diagram import Diagram


def refuse_beliefs(diagram: Diagram) -> None:
    """Refuse to write a contest in which actors have beliefs of their own.

    Raises:
        QueryError: they have.
    """
    if diagram.perceptions:
        believers = " and ".join(each.actor for each in diagram.perceptions)
        take = "takes" if len(diagram.perceptions) == 1 else "take"
        raise QueryError(
            "a diagram or a game is common knowledge, and cannot hold what only "
            f"{believers} {take} for true; leave out 'beliefs' to write the contest as it is"
        )
