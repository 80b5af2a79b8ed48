"""Central regulation (质调节): temperatures by load share, load share by outdoor temperature.

Source: 贺平, 孙刚, *供热工程* (Heating Engineering), 4th ed. 2009: radiators with Q ~ (mean
difference)^(1 + b), constant effectiveness of the exchangers under constant flow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from heatnet.physics.arrays import FloatArray, FloatLike, as_floats
from heatnet.physics.exchanger import (
    StationDesign,
    effectiveness_counterflow,
    ntu_counterflow,
    station_return_degc,
)

RADIATOR_EXPONENT = 0.3
T_INDOOR_DEGC = 18.0
#: flow over design flow of the stages of staged-flow regulation (分阶段改变流量的质调节) in a large network: 100, 80 and
#: 60 %, with 100, 64 and 36 % of the head (贺平, 孙刚, chapter on regulation; small networks have two, 100 and 75 %)
STAGED_FLOW_SHARES = (0.6, 0.8, 1.0)
#: slack in load share, so that a share of just 60 % is not lifted a stage by rounding
_STAGE_SLACK = 1e-9


@dataclass(frozen=True)
class RegulationDesign:
    """Design temperatures of primary and secondary, °C, indoor temperature, °C, and radiator exponent b."""

    t_supply_degc: float = 120.0
    t_return_degc: float = 60.0
    t_secondary_supply_degc: float = 75.0
    t_secondary_return_degc: float = 50.0
    t_indoor_degc: float = T_INDOOR_DEGC
    radiator_exponent: float = RADIATOR_EXPONENT


def load_share(
    t_outdoor_degc: FloatLike, t_design_degc: FloatLike, t_indoor_degc: FloatLike = T_INDOOR_DEGC
) -> FloatArray:
    """Heat load over design heat load, (T_in - T)/(T_in - T_design), not below 0; above 1 on days colder than design.

    Parameters
    ----------
    t_outdoor_degc, t_design_degc, t_indoor_degc : float or array
        Outdoor, design outdoor and indoor temperature, °C.
    """
    t, t_design, t_indoor = as_floats(t_outdoor_degc, t_design_degc, t_indoor_degc)
    return np.maximum((t_indoor - t) / (t_indoor - t_design), 0.0)


def secondary_temperatures_degc(
    share: FloatLike, design: RegulationDesign, secondary_flow_share: FloatLike = 1.0
) -> tuple[FloatArray, FloatArray]:
    """Secondary supply and return temperature by load share, °C.

    Parameters
    ----------
    share : float or array
        Heat load over design heat load.
    design : RegulationDesign
        Design point.
    secondary_flow_share : float or array
        Secondary flow over design flow; 1 is quality regulation.

    Notes
    -----
    Mean radiator temperature t_m = t_i + (t_m0 - t_i) phi^(1/(1 + b)); t_s,r = t_m ± phi dt_0 / (2 g).
    """
    phi, flow = as_floats(share, secondary_flow_share)
    mean_design = (design.t_secondary_supply_degc + design.t_secondary_return_degc) / 2
    excess_k = mean_design - design.t_indoor_degc
    mean = design.t_indoor_degc + excess_k * phi ** (1 / (1 + design.radiator_exponent))
    half = phi / flow * (design.t_secondary_supply_degc - design.t_secondary_return_degc) / 2
    return mean + half, mean - half


def primary_temperatures_degc(
    share: FloatLike, design: RegulationDesign, primary_flow_share: FloatLike = 1.0
) -> tuple[FloatArray, FloatArray]:
    """Primary supply and return temperature by load share, °C.

    Parameters
    ----------
    share : float or array
        Heat load over design heat load.
    design : RegulationDesign
        Design point.
    primary_flow_share : float or array
        Primary flow over design flow: 1 is quality regulation (质调节), steps are staged-flow regulation
        (分阶段改变流量).

    Notes
    -----
    T_s - T_r = phi dT_0 / g and T_s = t_r + (T_s - T_r)/eps. With constant flows the exchanger's effectiveness
    eps = (T_s0 - T_r0)/(T_s0 - t_r0) is constant; at another primary flow it follows from NTU = NTU_0/g and Cr = Cr_0 g
    (constant UA), Cr = dt_0/dT_0 being seen from the primary.
    """
    phi, flow = as_floats(share, primary_flow_share)
    _t_secondary_supply, t_secondary_return = secondary_temperatures_degc(phi, design)
    drop_design = design.t_supply_degc - design.t_return_degc
    effectiveness_design = drop_design / (design.t_supply_degc - design.t_secondary_return_degc)
    ratio_design = (design.t_secondary_supply_degc - design.t_secondary_return_degc) / drop_design
    ntu_design = ntu_counterflow(effectiveness_design, ratio_design)
    effectiveness = effectiveness_counterflow(ntu_design / flow, ratio_design * flow)
    drop = phi * drop_design / flow
    t_supply = t_secondary_return + drop / effectiveness
    return t_supply, t_supply - drop


def staged_flow_share(share: FloatLike) -> FloatArray:
    """Primary flow over design flow under staged-flow regulation (分阶段改变流量的质调节), by load share.

    Parameters
    ----------
    share : float or array
        Heat load over design heat load.

    Notes
    -----
    The smallest of `STAGED_FLOW_SHARES` that is not below the load share: 1 above 80 % load, 0.8 above 60 %, 0.6 below.
    The primary temperature drop then never exceeds the design drop.
    """
    phi = np.asarray(share, dtype=np.float64)
    stage = np.searchsorted(STAGED_FLOW_SHARES, phi - _STAGE_SLACK, side="left")
    return np.asarray(STAGED_FLOW_SHARES)[np.minimum(stage, len(STAGED_FLOW_SHARES) - 1)]


def variable_flow_return_degc(share: FloatLike, design: RegulationDesign) -> FloatArray:
    """Primary return temperature under variable-flow regulation (量调节): the supply stays at its design temperature, °C.

    Parameters
    ----------
    share : float or array
        Heat load over design heat load, at most 1.
    design : RegulationDesign
        Design point.

    Notes
    -----
    The station's exchanger of constant UA on the design supply: phi = LMTD/LMTD_0, see `exchanger.station_return_degc`.
    The primary flow is g = phi dT_0/(T_s0 - T_r).
    """
    station = StationDesign(
        design.t_supply_degc,
        design.t_return_degc,
        design.t_secondary_supply_degc,
        design.t_secondary_return_degc,
        flow_exponent=0.0,
    )
    t_supply, t_return = secondary_temperatures_degc(share, design)
    return station_return_degc(share, design.t_supply_degc, t_supply, t_return, station)


def curve_temperatures_degc(
    share: FloatLike, heating_curve: Sequence[tuple[float, float, float]]
) -> tuple[FloatArray, FloatArray]:
    """Primary supply and return temperature from a tabulated heating curve, °C.

    Parameters
    ----------
    share : float or array
        Heat load over design heat load; beyond the table's ends the end values hold.
    heating_curve : sequence of (load_share, t_supply_degc, t_return_degc)
        Rows in ascending load share.

    Raises
    ------
    ValueError
        If the curve is empty or its load shares do not ascend.
    """
    rows = np.asarray(heating_curve, dtype=np.float64)
    if rows.ndim != 2 or rows.shape[1] != 3 or np.any(np.diff(rows[:, 0]) <= 0):
        raise ValueError("a heating curve is rows of load share, supply and return with ascending load share")
    phi = np.asarray(share, dtype=np.float64)
    return np.interp(phi, rows[:, 0], rows[:, 1]), np.interp(phi, rows[:, 0], rows[:, 2])
