"""Hypothesis without deadline: the first example compiles code."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("steam", deadline=None, max_examples=12, derandomize=True)
settings.load_profile("steam")
