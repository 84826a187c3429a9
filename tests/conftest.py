"""Settings and fixtures of the whole suite.

There is one Hypothesis profile for daily use and one that looks longer. Shipped contests that
many rooms ask about are solved once in a process; nobody changes an equilibrium. Most of what
JAX compiles runs a few times on a few numbers: it is compiled with few optimizations.
"""

import os

# Before NumPy and JAX are imported; processes that tests start inherit it. Threads that multiply
# small matrices together wait for each other most of the time, the more so beside other processes.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("JAX_DISABLE_MOST_OPTIMIZATIONS", "1")

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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the tests in a browser first: their file is the longest, and the others fill the rest."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is None)


@pytest.fixture(scope="session")
def harbour() -> mg.Equilibrium:
    """The smallest shipped contest, solved."""
    return mg.solve(mg.load("harbour-lease"))


@pytest.fixture(scope="session")
def venezuela() -> mg.Equilibrium:
    """The largest shipped contest without periods, solved."""
    return mg.solve(mg.load("venezuela-2026"))
