"""Typical hourly shapes of electric loads, for networks whose loads nobody measured.

The figures stand in ``data/power_load_shapes.yaml``: typical shapes by engineering practice, the same in every run.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from heatnet.model.power_schema import LOAD_PROFILES
from heatnet.physics.arrays import FloatArray

FLAT = "flat"
#: load of heat plants: follows their heat, has no shape of its own
HEAT = "heat"
_FILE = Path(__file__).parent / "data" / "power_load_shapes.yaml"
_SATURDAY = 5


@lru_cache(maxsize=1)
def _shapes() -> dict[str, Any]:
    shapes: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))["profiles"]
    return shapes


def power_load_share(profile: str, time: pd.DatetimeIndex) -> FloatArray:
    """Return the power of a load profile over its largest power of the year, hour by hour.

    Parameters
    ----------
    profile : str
        One of `model.power_schema.LOAD_PROFILES` but ``heat``, which has no shape of its own.
    time : pandas.DatetimeIndex (T,)
        Beginning of each hour, naive local standard time.

    Returns
    -------
    array (T,)
        0 to 1: level of the month times level of the hour on that kind of day (Monday to Friday, or weekend; public
        holidays are not told apart). The largest hour of a calendar year is 1.

    Raises
    ------
    ValueError
        If there is no such profile, or it has no shape.
    """
    if profile == FLAT:
        return np.ones(len(time))
    if profile not in LOAD_PROFILES or profile == HEAT:
        raise ValueError(f"{profile!r} is not a load profile with a shape of its own")
    shape = _shapes()[profile]
    days = np.array([shape["workday"], shape["weekend"]], dtype=np.float64)
    weekend = np.asarray(time.dayofweek >= _SATURDAY, dtype=np.intp)
    months = np.array(shape["months"], dtype=np.float64)
    return np.asarray(months[time.month - 1] * days[weekend, time.hour])
