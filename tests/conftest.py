"""Settings of the whole suite: one Hypothesis profile for daily use, one that looks longer."""

import os

from hypothesis import HealthCheck, settings

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
