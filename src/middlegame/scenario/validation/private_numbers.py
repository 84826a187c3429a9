"""Checks of private numbers: where they may stand, and whether anybody is left to know them."""

from collections.abc import Iterator

from middlegame.scenario.faults import Fault, Path
from middlegame.scenario.model.judgement import Judgement
from middlegame.scenario.validation.context import CheckContext

_KEYS = ("worth", "costs", "accepting_costs", "breaking_costs")


def check_private_numbers(contest: CheckContext) -> Iterator[Fault]:
    """Check that private numbers are worths, costs or precisions of actors that have a move."""
    movers = {move.by for move in contest.scenario.moves.values()}
    for path, value, _ in contest.visits:
        if not isinstance(value, Judgement):
            continue
        if path[0] == "interests" and path[-1] == "private_spread":
            yield from _spread(contest, path, value, movers)
        if not value.private:
            continue
        if path[0] == "offers":
            continue  # its moves are checked in its place
        owner = _owner(contest, path)
        if owner is None:
            yield Fault(
                "only a worth, a cost or an actor's precision can be private",
                "the range alone",
                path=(*path, "private"),
            )
        elif owner not in movers and not contest.partial.affects("moves"):
            yield Fault(
                f"'{owner}' makes no decision, so that only it knows this number has no effect",
                "the range alone",
                severity="warning",
                path=(*path, "private"),
            )


def _spread(
    contest: CheckContext, path: Path, spread: Judgement, movers: set[str]
) -> Iterator[Fault]:
    """Check the spread of a worth that its owner alone knows."""
    owner, place = str(path[1]), int(path[2])
    if spread.low < 0:
        yield Fault(f"the spread {spread} is negative", "points such as 10 or 5..15", path=path)
    if contest.scenario.interests[owner][place].worth.private:
        yield Fault(
            "the worth is a private range and has a private spread", "one of the two", path=path
        )
    if owner not in movers and not contest.partial.affects("moves"):
        yield Fault(
            f"'{owner}' makes no decision, so that only it knows this number has no effect",
            "the worth alone",
            severity="warning",
            path=path,
        )


def _owner(contest: CheckContext, path: Path) -> str | None:
    """Return whose number stands at a path; None where a number there cannot be private."""
    match path:
        case ("actors", str(actor), "precision") | ("interests", str(actor), int(), "worth"):
            return actor
        case ("moves", str(move), "options", str(), "costs"):
            return contest.scenario.moves[move].by
    return None
