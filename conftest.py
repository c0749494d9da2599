"""Hypothesis on a busy machine: no deadline anywhere, and in CI the same examples every time; and known skips only."""

import os

from hypothesis import HealthCheck, settings

pytest_plugins = ["pytester", "known_skips"]

_SLOW = [HealthCheck.too_slow]

settings.register_profile("desk", deadline=None, suppress_health_check=_SLOW)
settings.register_profile("ci", deadline=None, suppress_health_check=_SLOW, derandomize=True, database=None)
settings.register_profile("soak", deadline=None, suppress_health_check=_SLOW, max_examples=4_000)
settings.load_profile("ci" if os.environ.get("CI") else "desk")
