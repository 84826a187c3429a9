"""Strategic games in Gambit's form (.nfg): written from any diagram, read as a diagram.

What is written is the reduced strategic form, in the payoff version of the format. Both versions
are read, payoffs and outcomes: each player becomes one move that observes nothing.

The logit equilibrium of a strategic form is another than that of the diagram it was written
from, unless nobody observes anything: there it is whole plans that are better or worse, here it
is options.
"""

import re
from math import prod
from pathlib import Path

import numpy as np

from middlegame.base.errors import QueryError
from middlegame.base.numbers import Floats
from middlegame.diagram import Decision, Diagram, Fixed, Utility
from middlegame.io import gambit
from middlegame.io.files import read_text
from middlegame.io.nfg_tokens import Tokens
from middlegame.io.strategic_form import MAX_PROFILES, payoffs, strategies
from middlegame.scenario.conditions import RESERVED

_PLAYERS = 32
"""As many axes as every NumPy's tables may have."""


def to_nfg(diagram: Diagram, theta: Floats | None = None, *, limit: int = MAX_PROFILES) -> str:
    """Return the diagram at theta (the medians, unless given) as a strategic game.

    Everybody's lambda stands in the comment, since the form has no place for it.

    Args:
        diagram: what to write.
        theta: the uncertain numbers, instead of their medians.
        limit: how many combinations of pure strategies there may be.

    Raises:
        QueryError: there are more than that, or nobody plays.
    """
    if not diagram.owners:
        raise QueryError("nobody moves in this contest or has points: it is no strategic game")
    tables = diagram.tables(theta)
    played = strategies(diagram, tables, limit=limit)
    worth = payoffs(diagram, tables, played)
    told = gambit.recall_failures(diagram, theta)
    plans = [" ".join(gambit.labels(each.names)) for each in played]
    added = not _simultaneous(diagram)
    # The first player's strategies run fastest.
    rows = worth.reshape(len(played), -1, order="F").T.tolist()
    lines = [
        f"NFG 1 R {gambit.label(diagram.title)} {{ {' '.join(gambit.labels(diagram.owners))} }}",
        "{",
        *(f"{{ {names} }}" for names in plans),
        "}",
        gambit.comment(diagram, tables, told),
        "",
        *(" ".join(gambit.number(value, added=added) for value in row) for row in rows),
    ]
    return "\n".join(lines) + "\n"


def _simultaneous(diagram: Diagram) -> bool:
    """Whether every payoff is one number of one table."""
    gainers = [utility.owner for utility in diagram.utilities]
    return len(diagram.decisions) == len(diagram.nodes) and len(set(gainers)) == len(gainers)


def read_nfg(path: Path) -> Diagram:
    """Read a strategic game from a file.

    Raises:
        ScenarioError: it cannot be read, or is no such game.
    """
    return from_nfg(read_text(path), str(path))


def from_nfg(text: str, file: str = "") -> Diagram:
    """Read a strategic game: a move for each player, and its payoffs over all moves.

    Players and strategies without a name, or with one that is taken, are numbered. The moves
    have the players' names, made fit for conditions: `Player 1` moves in `Player_1`.

    Raises:
        ScenarioError: it is no such game; the fault says where.
    """
    tokens = Tokens(text, file)
    tokens.take("word", "NFG", expected="NFG, with which a strategic game begins")
    tokens.take("number", "1", expected="1, the version of the format")
    tokens.take("word", "D" if tokens.at("word", "D") else "R", expected="R")
    title = tokens.take("text", expected="the title in quotes").text
    players = _unlike(_names(tokens, "player"))
    if not 1 <= len(players) <= _PLAYERS:
        tokens.refuse(f"{len(players)} players are named before this", f"from 1 to {_PLAYERS}")
    plans = _strategies(tokens, players)
    if tokens.at("text"):
        tokens.take("text", expected="a comment")
    if tokens.at("sign", "{"):
        worth = _outcomes(tokens, len(players), plans)
    else:
        worth = _payoffs(tokens, len(players), plans)
    moves = _unlike([_identifier(player) for player in players])
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
    """Read how many strategies each player has, or what they are called."""
    tokens.take("sign", "{", expected="{ before the strategies")
    plans: list[tuple[str, ...]] = []
    called = tokens.at("sign", "{")
    for player in players:
        start = tokens.now
        if called:
            names = tuple(_unlike(_names(tokens, "strategy")))
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
    """Make a name that conditions can speak of."""
    word = re.sub(r"\W+", "_", name).strip("_") or "player"
    return f"player_{word}" if word[0].isdigit() or word in RESERVED else word


def _unlike(names: list[str]) -> list[str]:
    """Number the names that are empty or there before."""
    found: dict[str, None] = {}
    for place, name in enumerate(names, start=1):
        first = name.strip() or str(place)
        numbered = (f"{first}_{k}" for k in range(2, len(names) + 2))
        free = first if first not in found else next(n for n in numbered if n not in found)
        found[free] = None
    return list(found)


__all__ = ["from_nfg", "read_nfg", "to_nfg"]
