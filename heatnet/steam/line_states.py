"""States along a line of steam pipes, for pictures."""

from __future__ import annotations

import numpy as np
import pandas as pd

from heatnet.physics import steam
from heatnet.steam.fluid import PA_PER_BAR
from heatnet.steam.line import Line, checked_inlet, marched
from heatnet.steam.march import H_OUT, P_OUT, TOLERANCE


def parted(line: Line, count: int) -> Line:
    """Return a line with each pipe cut into equal parts: local losses are spread evenly, a trap stays at the pipe's end.

    Raises
    ------
    ValueError
        For traps along a pipe, whose places the parts would not keep.
    """
    if (line.trap_spacing_m > 0.0).any():
        raise ValueError("a pipe with traps along it cannot be cut into equal parts")
    is_last = np.tile(np.arange(count) == count - 1, len(line.length_m))
    return Line(
        length_m=np.repeat(line.length_m / count, count),
        inner_diameter_mm=np.repeat(line.inner_diameter_mm, count),
        roughness_mm=np.repeat(line.roughness_mm, count),
        zeta=np.repeat(line.zeta / count, count),
        u_w_per_mk=np.repeat(line.u_w_per_mk, count),
        rise_m=np.repeat(line.rise_m / count, count),
        trap_spacing_m=np.repeat(line.trap_spacing_m, count),
        trap_at_end=np.repeat(line.trap_at_end, count) & is_last,
        t_ambient_degc=np.repeat(line.t_ambient_degc, count),
    )


def line_states(line: Line, mdot_kg_per_s: float, p_bar: float, t_degc: float | None = None) -> pd.DataFrame:
    """Return the states at the inlet and at the end of each pipe of a line, as far as the steam comes.

    Parameters
    ----------
    line, mdot_kg_per_s, p_bar, t_degc
        As for `heatnet.steam.line.line_arrival`.

    Returns
    -------
    pandas.DataFrame
        `distance_m`, `p_bar`, `t_degc`, `superheat_k`, `dryness_share` of steam at rest; behind the trap where a pipe ends
        at one.

    Raises
    ------
    InputError
        For an inlet below saturation or out of range.
    """
    p_in, h_in = checked_inlet(p_bar, t_degc)
    reached, out = marched(line, mdot_kg_per_s, p_in, h_in, TOLERANCE)
    p = np.concatenate([[p_in], out[:reached, P_OUT]]) / PA_PER_BAR
    h = np.concatenate([[h_in], out[:reached, H_OUT]])
    return pd.DataFrame(
        {
            "distance_m": np.concatenate([[0.0], np.cumsum(line.length_m[:reached])]),
            "p_bar": p,
            "t_degc": steam.temperature_degc(p, h),
            "superheat_k": steam.superheat_k(p, h),
            "dryness_share": steam.dryness_share(p, h),
        }
    )
