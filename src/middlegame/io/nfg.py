"""Strategic games in Gambit's form (.nfg): written from any diagram, read as a diagram.

Writing takes the reduced strategic form, in the payoff version of the format. Reading takes both
versions, payoffs and outcomes: each player becomes one move that observes nothing.

Unless no move observes anything, the logit equilibrium of the strategic form differs from that of
the diagram: it compares whole strategies where the diagram's compares single options.
"""

import re
from math import prod
from pathlib import Path

import numpy as np

from middlegame.base.errors import QueryError
from middlegame.base.numbers import Floats
from middlegame.base.text import normalize
from middlegame.diagram import Decision, Diagram, Fixed, Utility
from middlegame.io import gambit
from middlegame.io.files import read_text, refuse_unprintable
from middlegame.io.nfg_tokens import Tokens
from middlegame.io.refusals import refuse_beliefs
from middlegame.io.strategic_form import MAX_PROFILES, payoffs, strategies
from middlegame.scenario.conditions import RESERVED

_PLAYERS = 32
"""Most players: older versions of NumPy allow 32 axes."""


def to_nfg(diagram: Diagram, theta: Floats | None = None, *, limit: int = MAX_PROFILES) -> str:
    """Return the diagram at theta (by default the medians) as the text of a strategic game.

    The format has no field for the owners' lambdas; they are in the comment.

    Args:
        diagram: the diagram to write.
        theta: parameter values, instead of the medians.
        limit: the most combinations of pure strategies.

    Raises:
        QueryError: there are more combinations, or there are no owners.
    """
    refuse_beliefs(diagram)
    if not diagram.owners:
        raise QueryError("this contest has neither moves nor points, so it is not a strategic game")
    tables = diagram.as_played(diagram.tables(theta))
    owned = strategies(diagram, tables, limit=limit)
    worth = payoffs(diagram, tables, owned)
    forgotten = gambit.recall_failures(diagram, theta)
    plans = [" ".join(gambit.labels(each.names)) for each in owned]
    added = not _simultaneous(diagram)
    # The first player's strategies run fastest.
    rows = worth.reshape(len(owned), -1, order="F").T.tolist()
    lines = [
        f"NFG 1 R {gambit.label(diagram.title)} {{ {' '.join(gambit.labels(diagram.owners))} }}",
        "{",
        *(f"{{ {names} }}" for names in plans),
        "}",
        gambit.comment(diagram, tables, forgotten),
        "",
        *(" ".join(gambit.number(value, added=added) for value in row) for row in rows),
    ]
    return "\n".join(lines) + "\n"


def _simultaneous(diagram: Diagram) -> bool:
    """Return whether every payoff is a single entry of a single table, so that it is exact."""
    gainers = [utility.owner for utility in diagram.utilities]
    return len(diagram.decisions) == len(diagram.nodes) and len(set(gainers)) == len(gainers)


def read_nfg(path: Path) -> Diagram:
    """Read a strategic game from a file.

    Raises:
        ScenarioError: the file cannot be read, or is not a strategic game.
    """
    return from_nfg(read_text(path), str(path))


def from_nfg(text: str, file: str = "") -> Diagram:
    """Read a strategic game from text: a move for each player, and payoffs over all moves.

    Players and strategies with an empty or repeated name are numbered. The moves are named after
    the players, as conditions can use them: `Player 1` moves in `Player_1`.

    Raises:
        ScenarioError: the text is not a strategic game; the fault has line and column.
    """
    refuse_unprintable(text, file)
    tokens = Tokens(normalize(text), file)
    tokens.take("word", "NFG", expected="NFG, with which a strategic game begins")
    tokens.take("number", "1", expected="1, the version of the format")
    tokens.take("word", "D" if tokens.at("word", "D") else "R", expected="R")
    title = tokens.take("text", expected="the title in quotes").text
    players = _make_distinct(_names(tokens, "player"))
    if not 1 <= len(players) <= _PLAYERS:
        tokens.refuse(f"{len(players)} players are named before this", f"from 1 to {_PLAYERS}")
    plans = _strategies(tokens, players)
    if tokens.at("text"):
        tokens.take("text", expected="a comment")
    if tokens.at("sign", "{"):
        worth = _outcomes(tokens, len(players), plans)
    else:
        worth = _payoffs(tokens, len(players), plans)
    moves = _make_distinct([_identifier(player) for player in players])
    shape = tuple(len(names) for names in plans)
    return Diagram(
        tuple(
            Decision(move, names, (), player, label=player)
            for move, names, player in zip(moves, plans, players, strict=True)
        ),
        tuple(
            Utility(player, tuple(moves), Fixed(np.reshape(mine, shape, order="F")))
            for player, mine in zip(players, worth.T, strict=True)
        ),
        title=title,
    )


def _names(tokens: Tokens, what: str) -> list[str]:
    tokens.take("sign", "{", expected=f"{{ before the {what} names")
    names = []
    while not tokens.at("sign", "}"):
        names.append(tokens.take("text", expected=f"a {what}'s name in quotes, or }}").text)
    tokens.take("sign", "}", expected="}")
    return names


def _strategies(tokens: Tokens, players: list[str]) -> list[tuple[str, ...]]:
    """Read the number or the names of each player's strategies."""
    tokens.take("sign", "{", expected="{ before the strategies")
    plans: list[tuple[str, ...]] = []
    called = tokens.at("sign", "{")
    for player in players:
        start = tokens.now
        if called:
            names = tuple(_make_distinct(_names(tokens, "strategy")))
        else:
            count = tokens.whole(f"how many strategies {player} has")
            if count > MAX_PROFILES:
                tokens.refuse(
                    f"{count:,} strategies are too many", f"at most {MAX_PROFILES:,}", start
                )
            names = tuple(str(k + 1) for k in range(count))
        if not names:
            tokens.refuse(f"{player} has no strategies", "at least one", start)
        plans.append(names)
    tokens.take("sign", "}", expected=f"}} after the strategies of {len(players)} players")
    return plans


def _payoffs(tokens: Tokens, players: int, plans: list[tuple[str, ...]]) -> Floats:
    """Read the payoff version's body, `[profiles, players]`."""
    wanted = players * prod(map(len, plans))
    values: list[float] = []
    while not tokens.at("end"):
        if len(values) == wanted:
            tokens.refuse(f"{tokens.now} is one payoff too many", f"{wanted:,} payoffs in all")
        values.append(tokens.number(f"a payoff, of which there are {wanted:,}"))
    if len(values) < wanted:
        tokens.refuse(f"the file ends after {len(values):,} payoffs", f"{wanted:,} in all")
    return np.array(values, float).reshape(-1, players)


def _outcomes(tokens: Tokens, players: int, plans: list[tuple[str, ...]]) -> Floats:
    """Read the outcome version's outcomes and body, `[profiles, players]`."""
    tokens.take("sign", "{", expected="{ before the outcomes")
    rows = [[0.0] * players]
    while not tokens.at("sign", "}"):
        tokens.take("sign", "{", expected="an outcome in { and }")
        tokens.take("text", expected="the outcome's name in quotes")
        row = []
        for player in range(players):
            row.append(tokens.number(f"a payoff for each of {players} players"))
            if player < players - 1 and tokens.at("sign", ","):
                tokens.take("sign", ",", expected=",")
        tokens.take("sign", "}", expected=f"}} after the payoffs of {players} players")
        rows.append(row)
    tokens.take("sign", "}", expected="}")
    wanted = prod(map(len, plans))
    played: list[int] = []
    while not tokens.at("end"):
        if len(played) == wanted:
            tokens.refuse(f"{tokens.now} is one outcome too many", f"{wanted:,} in all")
        start = tokens.now
        played.append(tokens.whole(f"the number of an outcome, of which there are {wanted:,}"))
        if played[-1] >= len(rows):
            tokens.refuse(f"there is no outcome {played[-1]}", f"0 to {len(rows) - 1}", start)
    if len(played) < wanted:
        tokens.refuse(f"the file ends after {len(played):,} outcomes", f"{wanted:,} in all")
    return np.array(rows, float)[played]


def _identifier(name: str) -> str:
    """Return a name that conditions can use."""
    word = re.sub(r"\W+", "_", name).strip("_") or "player"
    return f"player_{word}" if word[0].isdigit() or word in RESERVED else word


def _make_distinct(names: list[str]) -> list[str]:
    """Number the names that are empty or repeated."""
    found: dict[str, None] = {}
    for place, name in enumerate(names, start=1):
        first = name.strip() or str(place)
        numbered = (f"{first}_{k}" for k in range(2, len(names) + 2))
        free = first if first not in found else next(n for n in numbered if n not in found)
        found[free] = None
    return list(found)


__all__ = ["from_nfg", "read_nfg", "to_nfg"]
