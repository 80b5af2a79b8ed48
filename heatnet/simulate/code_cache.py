"""Compiled functions cached on disk: see `heatnet.compiled_code`."""

from heatnet.compiled_code import cached

__all__ = ["cached"]
