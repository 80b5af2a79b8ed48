"""The integration against flows that have a closed form, with an ideal gas in steam's place."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import brentq

from heatnet.physics.friction import GRAVITY_M_PER_S2, friction_factor
from heatnet.steam import fluid as fluids
from heatnet.steam.line import Line, pipe_line
from heatnet.steam.line_march import largest_flow, march_row
from heatnet.steam.march import ARRIVED, CHOKED, COLUMNS, END, H_OUT, LOSS, MACH, P_OUT, V_OUT

R, GAMMA, VISCOSITY = 461.5, 1.3, 1.8e-5
CP = GAMMA * R / (GAMMA - 1)
#: with next to infinite heat capacity nothing changes the temperature
ISOTHERMAL_CP = 1e10
#: error of the integration at its own tolerance of 1e-8 a step
INTEGRATION = 1e-7


def marched(line: Line, mdot: float, p: float, h: float, cp: float = CP) -> np.ndarray:
    """Return what the march writes for the last pipe of a line of ideal gas."""
    out = np.zeros((len(line.length_m), COLUMNS))
    march_row(fluids.ideal_gas(R, cp, VISCOSITY), line.rows(), line.t_ambient_degc, mdot, p, h, 1e-8, out)
    return out[-1]


def friction(mdot: float, diameter_m: float, roughness_mm: float = 0.2) -> float:
    re = 4 * mdot / (math.pi * diameter_m * VISCOSITY)
    return float(friction_factor(re, roughness_mm / 1e3 / diameter_m))


@pytest.mark.parametrize(("mdot", "zeta"), [(0.5, 0.0), (3.0, 0.0), (4.2, 6.0)])
def test_isothermal_flow_loses_pressure_as_the_closed_form_says(mdot, zeta):
    # p1² - p2² = G² R T (λ L/D + ζ + 2 ln(p1/p2)); at 4.2 kg/s more than half of the pressure is gone
    p_1, t_k, length, diameter = 10e5, 500.0, 2000.0, 0.2
    g = mdot / (math.pi / 4 * diameter**2)
    lost = friction(mdot, diameter) * length / diameter + zeta

    def closed(p_2: float) -> float:
        return p_1**2 - p_2**2 - g**2 * R * t_k * (lost + 2 * math.log(p_1 / p_2))

    p_2 = brentq(closed, g * math.sqrt(R * t_k) * 1.001, p_1, xtol=1e-6)
    out = marched(pipe_line(length, 200.0, zeta=zeta), mdot, p_1, ISOTHERMAL_CP * t_k, ISOTHERMAL_CP)
    assert out[P_OUT] == pytest.approx(p_2, rel=INTEGRATION)
    assert p_2 < (0.5 if mdot == 4.2 else 1.0) * p_1


def test_isothermal_flow_chokes_where_the_closed_form_does():
    # the pressure gradient is infinite at p* = G sqrt(R T)
    p_1, t_k, length, diameter = 10e5, 500.0, 300.0, 0.2
    fluid = fluids.ideal_gas(R, ISOTHERMAL_CP, VISCOSITY)
    line = pipe_line(length, 200.0)

    def closed(mdot: float) -> float:
        ratio = p_1 / (mdot / (math.pi / 4 * diameter**2) * math.sqrt(R * t_k))
        return ratio**2 - 1 - 2 * math.log(ratio) - friction(mdot, diameter) * length / diameter

    largest = brentq(closed, 1.0, 60.0)
    found = largest_flow(fluid, line.rows(), line.t_ambient_degc, p_1, ISOTHERMAL_CP * t_k, 1e4, 200.0, 1e-8)
    assert found == pytest.approx(largest, rel=1e-6)
    assert marched(line, 1.001 * largest, p_1, ISOTHERMAL_CP * t_k, ISOTHERMAL_CP)[END] == CHOKED


@pytest.mark.parametrize("mach", [0.1, 0.3, 0.6])
def test_adiabatic_flow_reaches_the_speed_of_sound_after_the_fanno_length(mach):
    # λ L*/D = (1 - M²)/(γ M²) + (γ + 1)/(2 γ) ln((γ + 1) M²/(2 + (γ - 1) M²))
    p_1, t_k, diameter = 10e5, 500.0, 0.1
    velocity = mach * math.sqrt(GAMMA * R * t_k)
    mdot = math.pi / 4 * diameter**2 * velocity * p_1 / (R * t_k)
    term = (GAMMA + 1) * mach**2 / (2 + (GAMMA - 1) * mach**2)
    parameter = (1 - mach**2) / (GAMMA * mach**2) + (GAMMA + 1) / (2 * GAMMA) * math.log(term)
    length = parameter * diameter / friction(mdot, diameter)
    h_total = CP * t_k + velocity**2 / 2
    before, beyond = (marched(pipe_line(share * length, 100.0), mdot, p_1, h_total) for share in (0.9999, 1.0001))
    assert before[END] == ARRIVED
    assert 0.9 < before[MACH] < 1.0
    assert beyond[END] == CHOKED
    # half way: total enthalpy is kept, and static pressure follows from the Mach number of the rest of the length
    half = marched(pipe_line(0.5 * length, 100.0), mdot, p_1, h_total)
    assert half[H_OUT] == pytest.approx(h_total, rel=1e-8)

    def rest(m: float) -> float:
        inner = (GAMMA + 1) * m**2 / (2 + (GAMMA - 1) * m**2)
        return (1 - m**2) / (GAMMA * m**2) + (GAMMA + 1) / (2 * GAMMA) * math.log(inner) - 0.5 * parameter

    at_half = brentq(rest, mach, 0.999)
    ratio = mach / at_half * math.sqrt((2 + (GAMMA - 1) * mach**2) / (2 + (GAMMA - 1) * at_half**2))
    assert half[P_OUT] == pytest.approx(p_1 * ratio, rel=1e-6)
    assert half[MACH] == pytest.approx(at_half, rel=1e-6)


def test_an_ideal_gas_cools_exponentially():
    # T = T_a + (T_1 - T_a) exp(-U L/(m cp)); in a pipe so wide that kinetic energy is 1e-9 of the heat
    mdot, length, u, t_1, t_a = 2.0, 5000.0, 0.7, 300.0, 10.0
    out = marched(pipe_line(length, 3000.0, u_w_per_mk=u, t_ambient_degc=t_a), mdot, 10e5, CP * (t_1 + 273.15))
    closed = t_a + (t_1 - t_a) * math.exp(-u * length / (mdot * CP))
    assert out[H_OUT] / CP - 273.15 == pytest.approx(closed, abs=1e-5)
    assert out[LOSS] == pytest.approx(mdot * CP * (t_1 - closed), rel=1e-7)


@pytest.mark.parametrize("rise_m", [800.0, -800.0])
def test_resting_gas_has_the_barometric_pressure(rise_m):
    # p2 = p1 exp(-g z/(R T)); the flow is too small for friction
    t_k = 450.0
    out = marched(pipe_line(1000.0, 2000.0, rise_m=rise_m), 1e-4, 5e5, ISOTHERMAL_CP * t_k, ISOTHERMAL_CP)
    assert out[P_OUT] == pytest.approx(5e5 * math.exp(-GRAVITY_M_PER_S2 * rise_m / (R * t_k)), rel=1e-8)


def test_potential_energy_comes_out_of_the_enthalpy():
    out = marched(pipe_line(1000.0, 2000.0, rise_m=400.0), 0.5, 5e5, CP * 450.0)
    assert out[H_OUT] == pytest.approx(CP * 450.0 - GRAVITY_M_PER_S2 * 400.0, abs=0.01)
    assert out[LOSS] == pytest.approx(0.0, abs=0.01)


@pytest.mark.parametrize("mdot", [1e-4, 2e-3, 4.5e-3, 0.02, 1.0, 30.0])
def test_the_drop_of_a_slow_gas_is_darcys_with_the_friction_of_the_physics_room(mdot):
    # laminar, blended and turbulent; in a short pipe the density does not change
    t_k, diameter, length = 500.0, 0.2, 1.0
    density = 10e5 / (R * t_k)
    velocity = mdot / (math.pi / 4 * diameter**2) / density
    darcy = friction(mdot, diameter) * length / diameter * density * velocity**2 / 2
    long = replace(pipe_line(length, 200.0))
    out = marched(long, mdot, 10e5, ISOTHERMAL_CP * t_k, ISOTHERMAL_CP)
    # half of the relative drop, and of the Mach number's square, is what compressibility changes
    slack = darcy / 10e5 + 2 * velocity**2 / (R * t_k)
    assert 10e5 - out[P_OUT] == pytest.approx(darcy, rel=slack + 1e-9, abs=1e-8)
    assert out[V_OUT] == pytest.approx(velocity, rel=slack + 1e-9)
