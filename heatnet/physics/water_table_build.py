"""Builds the packaged water table with CoolProp's IF97 backend: ``python -m heatnet.physics.water_table_build``.

The package itself only reads the result. Source: IAPWS R7-97(2012) (properties), R12-08 (viscosity), R15-11
(conductivity).
"""

from __future__ import annotations

import numpy as np

from heatnet.physics.arrays import FloatArray
from heatnet.physics.water import TABLE_FILE, TABLE_HEADER, TABLE_PRESSURE_BAR

STEP_K = 0.5
T_MAX_DEGC = 200.0


def compute_table() -> FloatArray:
    """Return the table, one row a temperature, columns as in `TABLE_HEADER`."""
    from CoolProp.CoolProp import PropsSI

    t_degc = np.arange(0.0, T_MAX_DEGC + STEP_K / 2, STEP_K)
    pressure_pa = TABLE_PRESSURE_BAR * 1e5
    columns = [PropsSI(key, "T", t_degc + 273.15, "P", pressure_pa, "IF97::Water") for key in "DCVLH"]
    return np.column_stack([t_degc, *columns])


def write_table() -> None:
    """Write the packaged table."""
    np.savetxt(TABLE_FILE, compute_table(), delimiter=",", fmt="%.12g", header=",".join(TABLE_HEADER), comments="")


if __name__ == "__main__":
    write_table()
