"""Hypothesis without deadline: the first example imports libraries, on machines of any load."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import settings

from heatnet.io.network_folder import load_network
from heatnet.model.weather import WeatherYear

settings.register_profile("no_deadline", deadline=None)
settings.load_profile("no_deadline")

HOURS = 96


@pytest.fixture
def network(study_draft, tmp_path):
    return load_network(study_draft.network.write(tmp_path / "tiny"))


@pytest.fixture
def cold_days():
    """Four days at -7 °C, the design outdoor temperature."""
    time = pd.date_range("2025-01-06", periods=HOURS, freq="h")
    return WeatherYear(time, np.full(HOURS, -7.0), None, "four days at -7 °C")
