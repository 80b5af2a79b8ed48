"""heatnet: district-heating and waste-heat network optimiser."""

from __future__ import annotations

__version__ = "0.1.0"
