"""Hypothesis on a busy machine: no deadline anywhere, and in CI the same examples every time."""

import os

from hypothesis import settings

pytest_plugins = ["pytester"]

settings.register_profile("desk", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "desk")
