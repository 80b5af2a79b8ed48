"""Heat loss of pipes: cooling along the flow, loss coefficients of a buried pair, loss of a year.

Sources: EN 13941-1:2019 (buried pre-insulated pairs); Wallentén, *Steady-state heat loss from insulated pipes*, Lund
1991, TVBH-3017 (first-order multipole); ageing by operating practice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heatnet.physics.arrays import FloatArray, FloatLike, as_floats

#: resistance between the ground surface and the air, m²·K/W; EN 13941-1 puts it into the depth
SURFACE_RESISTANCE_M2K_PER_W = 0.0685


def outlet_temperature_degc(
    t_inlet_degc: FloatLike,
    t_ground_degc: FloatLike,
    u_w_per_mk: FloatLike,
    length_m: FloatLike,
    mdot_kg_per_s: FloatLike,
    heat_capacity_j_per_kgk: FloatLike,
) -> FloatArray:
    """Temperature at the end of a pipe, T_out = T_g + (T_in - T_g) exp(-U L / (m cp)).

    Parameters
    ----------
    t_inlet_degc, t_ground_degc : float or array
        Inlet and ground temperature, °C.
    u_w_per_mk : float or array
        Loss per metre on fluid minus ground temperature, W/(m·K).
    length_m : float or array
        Length, m.
    mdot_kg_per_s : float or array
        Mass flow (its sign does not matter), kg/s. Without flow the water ends at ground temperature.
    heat_capacity_j_per_kgk : float or array
        Heat capacity, J/(kg·K).
    """
    t_in, t_g, u, length, mdot, cp = as_floats(
        t_inlet_degc, t_ground_degc, u_w_per_mk, length_m, mdot_kg_per_s, heat_capacity_j_per_kgk
    )
    flowing = np.abs(mdot) > 0
    units = u * length / (np.where(flowing, np.abs(mdot), 1.0) * cp)
    # a pipe that neither flows nor loses heat keeps its temperature
    remaining = np.where(flowing, np.exp(-units), np.where(u * length > 0, 0.0, 1.0))
    return t_g + (t_in - t_g) * remaining


def pipe_loss_mw(
    t_inlet_degc: FloatLike,
    t_ground_degc: FloatLike,
    u_w_per_mk: FloatLike,
    length_m: FloatLike,
    mdot_kg_per_s: FloatLike,
    heat_capacity_j_per_kgk: FloatLike,
) -> FloatArray:
    """Heat given to the ground, Q = m cp (T_in - T_g) (1 - exp(-U L / (m cp))), MW.

    Parameters as for `outlet_temperature_degc`. Negative where the ground is warmer than the water.
    """
    t_in, t_g, u, length, mdot, cp = as_floats(
        t_inlet_degc, t_ground_degc, u_w_per_mk, length_m, mdot_kg_per_s, heat_capacity_j_per_kgk
    )
    capacity_w_per_k = np.abs(mdot) * cp
    flowing = capacity_w_per_k > 0
    units = u * length / np.where(flowing, capacity_w_per_k, 1.0)
    # expm1 keeps the digits of short, well insulated pipes
    return np.where(flowing, -capacity_w_per_k * (t_in - t_g) * np.expm1(-units), 0.0) / 1e6


@dataclass(frozen=True)
class PairLoss:
    """Loss coefficients of a buried pair.

    Parameters
    ----------
    u_own_w_per_mk : array
        U1: loss of one pipe on its own temperature above the ground, W/(m·K).
    u_mutual_w_per_mk : array
        U2: loss taken back through the other pipe's temperature above the ground, W/(m·K).

    Notes
    -----
    q_supply = U1 (T_s - T_g) - U2 (T_r - T_g), q_return = U1 (T_r - T_g) - U2 (T_s - T_g), W/m.
    """

    u_own_w_per_mk: FloatArray
    u_mutual_w_per_mk: FloatArray

    @property
    def u_each_w_per_mk(self) -> FloatArray:
        """U1 - U2: each pipe's loss on its own temperature that gives the pair's total loss exactly, W/(m·K)."""
        return self.u_own_w_per_mk - self.u_mutual_w_per_mk


def buried_pair_loss(
    outer_diameter_mm: FloatLike,
    casing_diameter_mm: FloatLike,
    cover_m: FloatLike = 1.2,
    gap_m: FloatLike = 0.2,
    insulation_w_per_mk: FloatLike = 0.027,
    soil_w_per_mk: FloatLike = 1.5,
    surface_resistance_m2k_per_w: FloatLike = SURFACE_RESISTANCE_M2K_PER_W,
) -> PairLoss:
    """Loss coefficients of two equal pre-insulated pipes side by side in the ground.

    Parameters
    ----------
    outer_diameter_mm : float or array
        Outer diameter of the steel pipe, mm (its own resistance and the film inside are neglected).
    casing_diameter_mm : float or array
        Outer diameter of the casing, mm (the casing counts as insulation: its 3 to 10 mm carry little).
    cover_m : float or array
        Ground above the casing, m.
    gap_m : float or array
        Clear distance between the two casings, m.
    insulation_w_per_mk, soil_w_per_mk : float or array
        Thermal conductivities, W/(m·K).
    surface_resistance_m2k_per_w : float or array
        Resistance between surface and air, m²·K/W.

    Notes
    -----
    Z = cover + D/2 + R0 lambda_s (depth of the axis, corrected for the surface), C = D + gap;
    R_i = ln(D/d)/(2 pi lambda_i), R_s = ln(4 Z/D)/(2 pi lambda_s), R_h = ln(1 + (2 Z/C)²)/(4 pi lambda_s);
    U1 = (R_s + R_i)/((R_s + R_i)² - R_h²), U2 = R_h/((R_s + R_i)² - R_h²), hence U1 - U2 = 1/(R_s + R_i + R_h).
    """
    d, casing, cover, gap, foam, soil, surface = as_floats(
        outer_diameter_mm,
        casing_diameter_mm,
        cover_m,
        gap_m,
        insulation_w_per_mk,
        soil_w_per_mk,
        surface_resistance_m2k_per_w,
    )
    casing_m = casing / 1e3
    depth_m = cover + casing_m / 2 + surface * soil
    r_insulation = np.log(casing / d) / (2 * np.pi * foam)
    r_soil = np.log(4 * depth_m / casing_m) / (2 * np.pi * soil)
    r_mutual = np.log1p((2 * depth_m / (casing_m + gap)) ** 2) / (4 * np.pi * soil)
    own = r_insulation + r_soil
    divisor = own**2 - r_mutual**2
    return PairLoss(own / divisor, r_mutual / divisor)


def pair_loss_w_per_m(
    t_supply_degc: FloatLike, t_return_degc: FloatLike, t_ground_degc: FloatLike, u_each_w_per_mk: FloatLike
) -> FloatArray:
    """Loss of both pipes of a pair together, q = 2 U ((T_s + T_r)/2 - T_g), W per metre of route.

    Parameters
    ----------
    t_supply_degc, t_return_degc, t_ground_degc : float or array
        Supply, return and ground temperature, °C.
    u_each_w_per_mk : float or array
        Loss of each pipe on its own temperature (`PairLoss.u_each_w_per_mk`), W/(m·K).
    """
    t_s, t_r, t_g, u = as_floats(t_supply_degc, t_return_degc, t_ground_degc, u_each_w_per_mk)
    return u * (t_s + t_r - 2 * t_g)


def pair_loss_of_hours_mwh(
    t_supply_degc: FloatLike,
    t_return_degc: FloatLike,
    t_ground_degc: FloatLike,
    u_each_w_per_mk: FloatLike,
    length_m: FloatLike,
    ageing_factor: float = 1.0,
) -> float:
    """Estimate the heat that a pair loses over a row of hours, MWh; cooling along the route is neglected.

    Parameters
    ----------
    t_supply_degc, t_return_degc, t_ground_degc : array (hours,)
        Hourly temperatures of operation, °C.
    u_each_w_per_mk : float
        Loss of each pipe of the pair, W/(m·K).
    length_m : float
        Route length, m.
    ageing_factor : float
        Multiplies the loss: aged foam, wet insulation and fittings make 1.5 to 2.5 of the calculated loss of new pipes.
    """
    per_metre = pair_loss_w_per_m(t_supply_degc, t_return_degc, t_ground_degc, u_each_w_per_mk)
    return float(np.sum(per_metre * np.asarray(length_m)) * ageing_factor / 1e6)
