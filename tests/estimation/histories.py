"""Histories simulated from known coefficients, by formulas of their own: no engine is used here."""

import numpy as np
import pandas as pd

from middlegame.scenario import Scenario, read_text

CRISIS = """
title: A crisis
actors: {challenger: The challenger, defender: The defender}
moves:
  threaten: {by: challenger, options: [no, yes]}
  resist:
    by: defender
    knows: [threaten]
    options: {yield: {}, fight: {if: threaten = yes}}
interests:
  challenger:
    - {when: threaten = no, worth: peace + peace_trade * trade}
    - {when: resist = fight, worth: war}
  defender: [{when: resist = fight, worth: defence + defence_ally * (ally = yes)}]
precision: exp(10)
fit:
  coefficients: {peace: free, peace_trade: free, war: free, defence: -9..9, defence_ally: free}
  columns: {trade: number, ally: [no, yes]}
  observed: {threaten: threatened, resist: {column: fought, values: {yield: 0, fight: 1}}}
"""
TRUTH = {"peace": -0.5, "peace_trade": 0.8, "war": -1.2, "defence": -0.4, "defence_ally": 1.1}


def crisis(text: str = CRISIS) -> Scenario:
    loaded = read_text(text)
    assert loaded.errors == (), loaded.errors
    assert loaded.scenario is not None
    return loaded.scenario


def chances(values: np.ndarray, trade: np.ndarray, ally: np.ndarray) -> np.ndarray:
    """The chances of no threat, of yielding and of war, `[rows, 3]`, by backward induction."""
    peace, peace_trade, war, defence, defence_ally = values
    fight = 1 / (1 + np.exp(-(defence + defence_ally * ally)))
    threat = 1 / (1 + np.exp(-(fight * war - peace - peace_trade * trade)))
    return np.stack([1 - threat, threat * (1 - fight), threat * fight], axis=1)


def log_likelihood(values: np.ndarray, history: pd.DataFrame) -> np.ndarray:
    """Each row's log-likelihood, `[rows]`; where the answer was not seen, of the threat alone."""
    found = chances(values, history.trade.to_numpy(float), (history.ally == "yes").to_numpy(float))
    threatened = (history.threatened == "yes").to_numpy()
    fought = pd.to_numeric(history.fought).to_numpy(float)
    which = np.where(threatened, 1 + np.nan_to_num(fought), 0).astype(int)
    seen = found[np.arange(len(found)), which]
    return np.log(np.where(np.isnan(fought) & threatened, found[:, 1] + found[:, 2], seen))


def simulated(rows: int = 600, seed: int = 1, unseen: float = 0.0) -> pd.DataFrame:
    """A history of crises, some with an answer that nobody saw."""
    rng = np.random.default_rng(seed)
    trade, ally = rng.normal(1, 1, rows), rng.random(rows) < 0.4
    odds = chances(np.array(list(TRUTH.values())), trade, ally)
    which = (rng.random(rows)[:, None] > np.cumsum(odds, axis=1)).sum(axis=1)
    fought = (which == 2).astype(float)
    fought[rng.random(rows) < unseen] = np.nan
    return pd.DataFrame(
        {
            "threatened": np.where(which > 0, "yes", "no"),
            "fought": fought,
            "trade": trade,
            "ally": np.where(ally, "yes", "no"),
            "region": rng.integers(0, 30, rows),
        }
    )
