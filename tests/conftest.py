"""Settings and fixtures of the whole suite.

There is one Hypothesis profile for daily use and one that looks longer. Shipped contests that
many rooms ask about are solved once in a process; nobody changes an equilibrium.
"""

import os

import pytest
from hypothesis import HealthCheck, settings

import middlegame as mg

settings.register_profile(
    "daily",
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.register_profile(
    "long", parent=settings.get_profile("daily"), max_examples=500, derandomize=False
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "daily"))


@pytest.fixture(scope="session")
def harbour() -> mg.Equilibrium:
    """The smallest shipped contest, solved."""
    return mg.solve(mg.load("harbour-lease"))


@pytest.fixture(scope="session")
def venezuela() -> mg.Equilibrium:
    """The largest shipped contest without periods, solved."""
    return mg.solve(mg.load("venezuela-2026"))
