"""The march against SciPy's solver on another form of the equations, with CoolProp's own properties.

Momentum as impulse I = p + G² v and energy as total enthalpy H, whose derivatives need no slope of any property:
I' = -(λ/D + ζ/L) G² v/2 - g s/v, H' = -u (T - T_a)/m - g s; at each point p follows from I by a root search.
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from CoolProp.CoolProp import PropsSI
from scipy.integrate import solve_ivp

from heatnet.physics import steam
from heatnet.physics.friction import GRAVITY_M_PER_S2, friction_factor
from heatnet.steam.fluid import steam_fluid
from heatnet.steam.line import Line, line_arrival, pipe_line
from heatnet.steam.line_march import march_row
from heatnet.steam.march import COLUMNS, CONDENSATE, DRAINED, H_OUT, M_OUT, P_OUT

BACKEND = "IF97::Water"
#: the tables' error in volume over the drop of pressure, and in temperature
PRESSURE, TEMPERATURE_K = 1e-6, 2e-3
#: what the step control leaves at a tolerance of 1e-8 a step: shares, and enthalpy
GRID, ENTHALPY_MJ_PER_KG = 2e-7, 1e-8


def volume_and_temperature(p: float, h: float) -> tuple[float, float]:
    """Return volume and temperature (K), in the wet region as the homogeneous mixture.

    The temperature comes from the forward equation: IF97's backward equation T(p, h) is only good to 25 mK.
    """
    liquid, vapour = (PropsSI("H", "P", p, "Q", q, BACKEND) for q in (0, 1))
    boiling = PropsSI("T", "P", p, "Q", 1, BACKEND)
    if h < vapour:
        x = (h - liquid) / (vapour - liquid)
        v_liquid, v_vapour = (1 / PropsSI("D", "P", p, "Q", q, BACKEND) for q in (0, 1))
        return v_liquid + x * (v_vapour - v_liquid), boiling
    t_k = max(PropsSI("T", "P", p, "H", h, BACKEND), boiling + 1e-9)
    for _step in range(4):
        off = h - PropsSI("H", "P", p, "T", t_k, BACKEND)
        t_k = max(t_k + off / PropsSI("C", "P", p, "T", t_k, BACKEND), boiling + 1e-9)
    return 1 / PropsSI("D", "P", p, "T", t_k, BACKEND), t_k


def pressure_of(impulse: float, total: float, g: float, guess: float) -> float:
    """Return the subsonic pressure with p + G² v(p, H - (G v)²/2) = I, by iteration, which contracts by Mach²."""
    p, v = guess, (impulse - guess) / g**2
    for _round in range(400):
        v = volume_and_temperature(p, total - (g * v) ** 2 / 2)[0]
        p, before = impulse - g**2 * v, p
        if abs(p - before) < 1e-7:
            break
    return p


def integrated(line: Line, mdot: float, p: float, h_total: float) -> tuple[float, float, float]:
    """Return pressure, total enthalpy before the trap and flow at the end of the first pipe, traps along it included."""
    diameter, length = line.inner_diameter_mm[0] / 1e3, line.length_m[0]
    area, lift = math.pi / 4 * diameter**2, GRAVITY_M_PER_S2 * line.rise_m[0] / length
    spacing = line.trap_spacing_m[0] or length
    stops = np.linspace(0.0, length, math.ceil(length / spacing - 1e-9) + 1)
    for begin, end in pairwise(stops):
        g = mdot / area
        v = volume_and_temperature(p, h_total)[0]
        for _round in range(60):
            v = volume_and_temperature(p, h_total - (g * v) ** 2 / 2)[0]
        guess = [p]

        def slope(_x: float, y: np.ndarray, g: float = g, mdot: float = mdot, guess: list = guess) -> list[float]:
            guess[0] = pressure_of(y[0], y[1], g, guess[0])
            v = (y[0] - guess[0]) / g**2
            t_k = volume_and_temperature(guess[0], y[1] - (g * v) ** 2 / 2)[1]
            viscosity = PropsSI("V", "P", guess[0], "T", t_k + 1e-6, BACKEND)
            factor = float(friction_factor(g * diameter / viscosity, line.roughness_mm[0] / 1e3 / diameter))
            drag = (factor / diameter + line.zeta[0] / length) * g**2 * v / 2 + lift / v
            loss = line.u_w_per_mk[0] * (t_k - 273.15 - line.t_ambient_degc[0]) / mdot + lift
            return [-drag, -loss]

        run = solve_ivp(slope, (begin, end), [p + g**2 * v, h_total], rtol=1e-9, atol=1e-3, method="RK45")
        p = pressure_of(run.y[0, -1], run.y[1, -1], g, guess[0])
        h_total = run.y[1, -1]
        liquid, vapour = (PropsSI("H", "P", p, "Q", q, BACKEND) for q in (0, 1))
        kinetic = (g * volume_and_temperature(p, h_total)[0]) ** 2 / 2
        if end < length and h_total - kinetic < vapour:
            mdot *= (h_total - kinetic - liquid) / (vapour - liquid)
            # the steam keeps its velocity
            h_total = vapour + kinetic
    return p, h_total, mdot


CASES = {
    "superheated": (pipe_line(6500.0, 513.0, zeta=100.0, u_w_per_mk=0.55), 25.0, 13.0, 300.0),
    "uphill": (pipe_line(2000.0, 309.0, zeta=8.0, u_w_per_mk=0.5, rise_m=120.0), 6.0, 10.0, 230.0),
    "fast": (pipe_line(400.0, 207.0, zeta=5.0, u_w_per_mk=0.4), 12.2, 13.0, 300.0),
}


@pytest.mark.parametrize("case", list(CASES))
def test_superheated_steam_arrives_as_scipy_says(case):
    line, mdot, p_bar, t_degc = CASES[case]
    h = PropsSI("H", "P", p_bar * 1e5, "T", t_degc + 273.15, BACKEND)
    p, total, _flow = integrated(line, mdot, p_bar * 1e5, h)
    arrival = line_arrival(line, mdot, p_bar, t_degc)
    assert arrival.p_bar == pytest.approx(p / 1e5, rel=PRESSURE)
    t_k = volume_and_temperature(p, total)[1]
    assert arrival.t_degc == pytest.approx(t_k - 273.15, abs=TEMPERATURE_K)
    assert arrival.loss_mw == pytest.approx(mdot * (h - total - GRAVITY_M_PER_S2 * line.rise_m[0]) / 1e6, rel=1e-6)
    if case == "fast":
        assert arrival.mach_share > 0.3


@pytest.mark.parametrize("spacing_m", [0.0, 150.0])
def test_steam_that_condenses_on_its_way_arrives_as_scipy_says(spacing_m):
    # condensation starts after about a quarter of the way
    line = pipe_line(1200.0, 207.0, zeta=5.0, u_w_per_mk=0.9, trap_spacing_m=spacing_m)
    mdot, p_bar, t_degc = 0.6, 8.0, 220.0
    h = PropsSI("H", "P", p_bar * 1e5, "T", t_degc + 273.15, BACKEND)
    p, total, flow = integrated(line, mdot, p_bar * 1e5, h)
    out = np.zeros((1, COLUMNS))
    march_row(steam_fluid(), line.rows(), line.t_ambient_degc, mdot, p_bar * 1e5, h, 1e-8, out)
    liquid, vapour = (PropsSI("H", "P", p, "Q", q, BACKEND) for q in (0, 1))
    velocity = flow / (math.pi / 4 * 0.207**2) * volume_and_temperature(p, total)[0]
    dryness = (total - velocity**2 / 2 - liquid) / (vapour - liquid)
    assert 0.7 < dryness < 0.999
    assert out[0, P_OUT] == pytest.approx(p, rel=PRESSURE)
    assert out[0, M_OUT] == pytest.approx(flow * dryness, rel=2e-6)
    assert out[0, CONDENSATE] == pytest.approx(mdot - flow * dryness, rel=1e-5)
    assert out[0, H_OUT] == pytest.approx(vapour, abs=20.0)
    # what the traps drain has the enthalpy of boiling water
    assert out[0, DRAINED] / out[0, CONDENSATE] == pytest.approx(liquid, abs=1500.0)
    arrival = line_arrival(line, mdot, p_bar, t_degc)
    assert 200.0 < arrival.condensation_m < 600.0


def test_traps_everywhere_leave_saturated_vapour():
    # energy, d(m h'')/dx = -q' + h' m': m' = -(q' + m h''_p p')/r with r = h'' - h'. Momentum: what condenses slows the
    # rest down, p' = -F - G² (v m'/m + v''_p p'). Both together give p'. Traps every s metres come nearer with s.
    u, t_a, diameter, length, p_1, m_1 = 0.9, 10.0, 0.207, 800.0, 8e5, 0.6
    area = math.pi / 4 * diameter**2

    def slope(_x: float, y: np.ndarray) -> list[float]:
        p, m = y
        g = m / area
        vapour, liquid = (PropsSI("H", "P", p, "Q", q, BACKEND) for q in (1, 0))
        v = 1 / PropsSI("D", "P", p, "Q", 1, BACKEND)
        t_k = PropsSI("T", "P", p, "Q", 1, BACKEND)
        viscosity = PropsSI("V", "P", p, "T", t_k + 1e-6, BACKEND)
        by_p = (PropsSI("H", "P", p * 1.0001, "Q", 1, BACKEND) - vapour) / (1e-4 * p)
        v_by_p = (1 / PropsSI("D", "P", p * 1.0001, "Q", 1, BACKEND) - v) / (1e-4 * p)
        drag = float(friction_factor(g * diameter / viscosity, 2e-4 / diameter)) / diameter * g**2 * v / 2
        loss, latent = u * (t_k - 273.15 - t_a), vapour - liquid
        dp = (-drag + g**2 * v * loss / (m * latent)) / (1 + g**2 * v_by_p - g**2 * v * by_p / latent)
        return [dp, -(loss + m * by_p * dp) / latent]

    run = solve_ivp(slope, (0.0, length), [p_1, m_1], rtol=1e-9, atol=1e-6)
    gaps = []
    for spacing in (40.0, 20.0, 10.0):
        out = np.zeros((1, COLUMNS))
        line = pipe_line(length, 207.0, u_w_per_mk=u, t_ambient_degc=t_a, trap_spacing_m=spacing)
        velocity = m_1 / area / PropsSI("D", "P", p_1, "Q", 1, BACKEND)
        h = float(steam.vapour_enthalpy_j_per_kg(p_1 / 1e5)) + velocity**2 / 2
        march_row(steam_fluid(), line.rows(), line.t_ambient_degc, m_1, p_1, h, 1e-8, out)
        gaps.append((abs(out[0, M_OUT] - run.y[1, -1]) / m_1, abs(out[0, P_OUT] - run.y[0, -1]) / p_1))
    (m_wide, p_wide), (_m, p_middle), (m_close, p_close) = gaps
    assert p_wide / p_middle == pytest.approx(2.0, rel=0.1)
    assert p_middle / p_close == pytest.approx(2.0, rel=0.1)
    # kinetic energy falls along the pipe by some J/kg of 2e6: 1e-6 of the flow, which the limit leaves out
    assert m_close < m_wide < 2e-6


@pytest.mark.parametrize("case", list(CASES))
def test_a_tighter_tolerance_and_shorter_pipes_change_nothing(case):
    line, mdot, p_bar, t_degc = CASES[case]
    whole = line_arrival(line, mdot, p_bar, t_degc)
    tight = line_arrival(line, mdot, p_bar, t_degc, tolerance=1e-12)
    parts = 8
    cut = Line(
        *(
            np.repeat(getattr(line, name) / (parts if name in ("length_m", "zeta", "rise_m") else 1), parts)
            for name in (
                "length_m",
                "inner_diameter_mm",
                "roughness_mm",
                "zeta",
                "u_w_per_mk",
                "rise_m",
                "trap_spacing_m",
            )
        ),
        np.repeat(line.trap_at_end, parts),
        np.repeat(line.t_ambient_degc, parts),
    )
    pieces = line_arrival(cut, mdot, p_bar, t_degc)
    for other in (tight, pieces):
        assert other.p_bar == pytest.approx(whole.p_bar, rel=GRID)
        assert other.t_degc == pytest.approx(whole.t_degc, abs=GRID * 300)
        assert other.loss_mw == pytest.approx(whole.loss_mw, abs=mdot * ENTHALPY_MJ_PER_KG)
