"""Small power networks for the tests of the power flow."""

from __future__ import annotations

from typing import Any

import pandas as pd

from heatnet.model.power_build import build_power_network
from heatnet.model.power_network import PowerNetwork


def table(*rows: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(list(rows))


def two_bus(**changes: pd.DataFrame) -> PowerNetwork:
    """One 10 kV line of 3 km between the grid's bus and a load."""
    tables = {
        "buses": table({"id": "near", "v_nom_kv": 10.0}, {"id": "far", "v_nom_kv": 10.0}),
        "lines": table(
            {
                "id": "line",
                "from_bus": "near",
                "to_bus": "far",
                "length_m": 3000,
                "r_ohm_per_km": 0.06,
                "x_ohm_per_km": 0.09,
                "i_max_ka": 0.5,
            }
        ),
        "grids": table({"id": "grid", "bus": "near"}),
        "loads": table({"id": "load", "bus": "far", "p_mw": 4.0, "cos_phi": 0.9}),
    }
    return build_power_network("two_bus", {"carrier": "electric"}, tables | changes)


def substation(v_set_pu: float | None = None) -> PowerNetwork:
    """Two transformers 110/10.5 kV, a feeder with PV and a battery."""
    return build_power_network(
        "substation",
        {"carrier": "electric"},
        {
            "buses": table(
                {"id": "b110", "v_nom_kv": 110}, {"id": "b10", "v_nom_kv": 10}, {"id": "end", "v_nom_kv": 10}
            ),
            "transformers": table(
                {
                    "id": "t",
                    "hv_bus": "b110",
                    "lv_bus": "b10",
                    "std_type": "SZ11-50000/110",
                    "parallel": 2,
                    "v_set_pu": v_set_pu,
                }
            ),
            "lines": table(
                {"id": "feeder", "from_bus": "b10", "to_bus": "end", "length_m": 3000, "std_type": "YJV22-8.7/15-3x300"}
            ),
            "grids": table({"id": "grid", "bus": "b110", "v_pu": 1.02}),
            "loads": table({"id": "town", "bus": "b10", "p_mw": 40}, {"id": "works", "bus": "end", "p_mw": 4}),
            "generators": table({"id": "pv", "bus": "end", "capacity_mw": 3}),
            "batteries": table({"id": "battery", "bus": "b10", "power_mw": 5, "energy_mwh": 10}),
        },
    )
