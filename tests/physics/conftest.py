"""Hypothesis without deadline: the first example reads tables and imports libraries, on machines of any load."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("no_deadline", deadline=None)
settings.load_profile("no_deadline")
