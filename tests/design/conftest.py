"""A works, one pair of pipes and one station, for hours whose costs can be written down by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from heatnet.couple.season import Probe
from heatnet.couple.year import network_year
from heatnet.design.setpoint_trial import SetpointCase
from heatnet.model.build import build_network
from heatnet.model.examples import CONSTANT_WATER
from heatnet.model.supply import EmissionFactors, Prices
from heatnet.model.weather import WeatherYear

LENGTH_M, DIAMETER_MM, ROUGHNESS_MM, ZETA_PER_M = 3000.0, 309.0, 0.5, 0.01
T_GROUND_DEGC, MIN_DP_BAR, GAS_CNY_PER_MWH, EFFICIENCY = 8.0, 1.0, 300.0, 0.9


def one_pipe(u_w_per_mk: float, well: bool = False, **consumer: Any):
    """Return the network; the consumer's return is by the curve unless its secondary temperatures are given.

    With a well: 93 °C, 6 MW, at the works, into the supply where that is at most 90 °C.
    """
    meta = {
        "design": {"t_supply_degc": 110.0, "t_return_degc": 50.0, "t_outdoor_degc": -7.0},
        "regulation": "quality",
        "pressure_point": {"node": "works", "line": "return", "p_bar": 5.0},
        "t_ground_degc": T_GROUND_DEGC,
        "fluid": dict(CONSTANT_WATER),
        "pipe_defaults": {"roughness_mm": ROUGHNESS_MM, "zeta_per_m": ZETA_PER_M},
    }
    pipe = {
        "id": "pipe",
        "from_node": "works",
        "to_node": "station",
        "length_m": LENGTH_M,
        "inner_diameter_mm": DIAMETER_MM,
        "u_w_per_mk": u_w_per_mk,
    }
    boiler = {"id": "boiler", "node": "works", "kind": "gas_boiler", "role": "pressure", "capacity_mw": 40.0}
    doublet = {
        "id": "well",
        "node": "works",
        "kind": "geothermal_doublet",
        "role": "heat",
        "connection": "supply",
        "capacity_mw": 6.0,
        "heat_mw": 0.0,
        "t_source_degc": "93",
        "mdot_source_kg_per_s": 60.0,
        "t_reinjection_min_degc": 30.0,
    }
    plants = [boiler | {"efficiency_share": EFFICIENCY}, *([doublet] if well else [])]
    station = {"id": "houses", "node": "station", "kind": "residential", "design_heat_mw": 20.0} | consumer
    return build_network(
        "one_pipe",
        meta,
        {
            "nodes": pd.DataFrame({"id": ["works", "station"], "elevation_m": [0.0, 0.0]}),
            "pipes": pd.DataFrame([pipe]),
            "consumers": pd.DataFrame([{"min_dp_bar": MIN_DP_BAR} | station]),
            "plants": pd.DataFrame(plants),
        },
    )


def case_of(network, power_cny_per_mwh: float = 700.0, t_outdoor_degc: tuple[float, ...] = (-5.0, 2.0)) -> SetpointCase:
    """Return a case of six hours at each outdoor temperature."""
    outdoor = np.repeat(t_outdoor_degc, 6)
    time = pd.date_range("2025-01-06", periods=len(outdoor), freq="h")
    weather = WeatherYear(time, outdoor, None, "steps")
    year = network_year(network, weather, np.full(len(outdoor), True), 0.0)
    prices = Prices({"gas": GAS_CNY_PER_MWH}, np.full(len(time), power_cny_per_mwh), 400.0, 0.0, 10_000.0)
    return SetpointCase(year, Probe(), prices, EmissionFactors({"gas": 0.2}, 0.6, 0.8))


@pytest.fixture(scope="session")
def pipe_network():
    return one_pipe


@pytest.fixture(scope="session")
def pipe_case():
    return case_of
