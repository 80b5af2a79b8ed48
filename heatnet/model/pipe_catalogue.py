"""Pre-insulated pipes of the Chinese DN series: diameters, wall, heat loss.

Source: GB/T 29047 type series (outer diameter, wall, casing as usual in catalogues). The loss is that of each pipe of a
buried pair on ((t_supply + t_return)/2 - t_ground), cover 1.2 m, soil 1.5 W/(m·K): `u_new` with new foam
(0.027 W/(m·K)), `u_limit` with the standard's limit for aged foam (0.033 W/(m·K)).
"""

from __future__ import annotations

import math
from functools import lru_cache
from pathlib import Path

import pandas as pd

_FILE = Path(__file__).parent / "data" / "pipes_cn.csv"
_STEEL_DENSITY_KG_PER_M3 = 7850.0
_STEEL_HEAT_CAPACITY_J_PER_KGK = 480.0


@lru_cache(maxsize=1)
def catalogue() -> pd.DataFrame:
    """Return the catalogue, indexed by dn."""
    return pd.read_csv(_FILE).set_index("dn")


def wall_heat_capacity_j_per_mk(outer_diameter_mm: float, wall_mm: float) -> float:
    """Heat capacity of a steel pipe wall per metre.

    Parameters
    ----------
    outer_diameter_mm, wall_mm : float
        Outer diameter and wall thickness, mm.
    """
    inner_mm = outer_diameter_mm - 2 * wall_mm
    area_m2 = math.pi / 4 * (outer_diameter_mm**2 - inner_mm**2) * 1e-6
    return area_m2 * _STEEL_DENSITY_KG_PER_M3 * _STEEL_HEAT_CAPACITY_J_PER_KGK
