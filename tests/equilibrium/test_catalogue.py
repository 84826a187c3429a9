"""Nash limits in the strategic forms of Gambit's catalogue of games, confirmed by Gambit."""

from math import prod
from pathlib import Path
from typing import Any

import pytest

import middlegame as mg
from middlegame.io.nfg import from_nfg

pygambit = pytest.importorskip("pygambit", reason="pygambit has no wheel for this Python")

GAMES = sorted((Path(pygambit.__file__).parent / "catalog_data").rglob("*.?fg"))
MOST_PROFILES = 100
"""Pure profiles of the largest game that is tried."""


def read(path: Path) -> Any:
    with path.open("rb") as file:
        return (pygambit.read_nfg if path.suffix == ".nfg" else pygambit.read_efg)(file)


@pytest.mark.parametrize("path", GAMES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_nash_limit_has_no_regret_by_gambit(path):
    game = read(path)
    sizes = [len(game.get_strategies(player)) for player in game.players]
    if not game.is_perfect_recall or prod(sizes) > MOST_PROFILES:
        pytest.skip("Gambit has no mixed strategies for it, or it is large")
    diagram = from_nfg(game.to_nfg())
    found = mg.nash(diagram)
    strategies = [
        [float(p) for p in found.equilibrium.policy(decision.name)]
        for decision in diagram.decisions
    ]
    profile = game.mixed_strategy_profile(strategies)
    assert profile.max_regret() <= 2e-6 * float(game.max_payoff - game.min_payoff)
