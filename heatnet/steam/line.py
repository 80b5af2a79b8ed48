"""A line of steam pipes without branches: what arrives, the largest flow, the least flow that stays dry."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heatnet.errors import InputError, NotSolvableError, Problems
from heatnet.i18n import _
from heatnet.model.network import Network
from heatnet.physics import steam
from heatnet.physics.arrays import FloatArray
from heatnet.physics.water import saturation_temperature_degc
from heatnet.steam.fluid import PA_PER_BAR, steam_fluid
from heatnet.steam.line_march import PIPE_COLUMNS, largest_flow, least_dry_flow, march_row
from heatnet.steam.march import (
    CHOKED,
    COLUMNS,
    CONDENSATE,
    END,
    H_OUT,
    LOSS,
    M_OUT,
    MACH,
    P_OUT,
    REACHED,
    TOLERANCE,
    V_MAX,
    WET_FROM,
)
from heatnet.steam.plan import plan_of, way_to
from heatnet.steam.support import check_network, check_plan
from heatnet.steam.sweep import SATURATED_WITHIN_K

#: a flow above the largest one of any pipe: the speed of sound, with some slack, at the inlet's density
_SONIC_SLACK = 1.5


@dataclass(frozen=True, eq=False)
class Line:
    """Pipes in a row, in the direction of the flow.

    Parameters
    ----------
    length_m, inner_diameter_mm, roughness_mm, zeta, u_w_per_mk : ndarray, shape (pipes,)
    rise_m : ndarray, shape (pipes,)
        Height of each pipe's end above its start.
    trap_spacing_m : ndarray, shape (pipes,)
        Distance between traps along the pipe; 0 for none.
    trap_at_end : ndarray of bool, shape (pipes,)
    t_ambient_degc : ndarray, shape (pipes,)
        Ground or air.
    """

    length_m: FloatArray
    inner_diameter_mm: FloatArray
    roughness_mm: FloatArray
    zeta: FloatArray
    u_w_per_mk: FloatArray
    rise_m: FloatArray
    trap_spacing_m: FloatArray
    trap_at_end: np.ndarray
    t_ambient_degc: FloatArray

    def rows(self) -> FloatArray:
        """Return the pipes as compiled code takes them."""
        rows = np.zeros((len(self.length_m), PIPE_COLUMNS))
        columns = (
            self.length_m,
            self.inner_diameter_mm / 1e3,
            self.roughness_mm / 1e3,
            self.zeta,
            self.u_w_per_mk,
            self.rise_m,
            self.trap_spacing_m,
            self.trap_at_end,
        )
        for i, column in enumerate(columns):
            rows[:, i] = column
        return rows


def pipe_line(
    length_m: float,
    inner_diameter_mm: float,
    roughness_mm: float = 0.2,
    zeta: float = 0.0,
    u_w_per_mk: float = 0.0,
    t_ambient_degc: float = 10.0,
    rise_m: float = 0.0,
    trap_spacing_m: float = 0.0,
    trap_at_end: bool = True,
) -> Line:
    """Return a line of one pipe; parameters as of `Line`."""
    return Line(
        np.array([float(length_m)]),
        np.array([float(inner_diameter_mm)]),
        np.array([float(roughness_mm)]),
        np.array([float(zeta)]),
        np.array([float(u_w_per_mk)]),
        np.array([float(rise_m)]),
        np.array([float(trap_spacing_m)]),
        np.array([trap_at_end]),
        np.array([float(t_ambient_degc)]),
    )


def line_to(network: Network, node: str, t_ground_degc: float, t_outdoor_degc: float = np.nan) -> Line:
    """Return the line from the plant that holds the pressure to a node, along the network's tree.

    Parameters
    ----------
    network : Network
    node : str
    t_ground_degc : float
        Around buried pipes, °C.
    t_outdoor_degc : float
        Around pipes above ground, °C; needed where the line has such.

    Raises
    ------
    InputError
        For a node that does not exist, or that no plant feeds, and where the outdoor temperature is wanting.
    """
    check_network(network)
    plan = plan_of(network)
    check_plan(network, plan)
    problems = Problems()
    if node not in network.nodes.index:
        problems.add(_("node"), _("'{name}' does not exist").format(name=node))
        raise InputError(problems)
    pipes = way_to(plan, int(network.nodes.index.get_loc(node)))
    if not pipes:
        problems.add(node, _("no pipe leads there from a plant that holds the pressure"))
    above = (network.pipes["laying"].to_numpy() == "above_ground")[plan.element[pipes]] if pipes else np.zeros(0, bool)
    if above.any() and np.isnan(t_outdoor_degc):
        problems.add("t_outdoor_degc", _("is missing"), _("Pipes with laying: above_ground lose heat to the air"), "")
    problems.raise_if_any()
    return Line(
        plan.length[pipes],
        plan.diameter[pipes] * 1e3,
        plan.roughness[pipes] * 1e3,
        plan.zeta[pipes],
        plan.u[pipes],
        plan.height[plan.far[pipes]] - plan.height[plan.near[pipes]],
        plan.trap_spacing[pipes],
        plan.has_trap[plan.far[pipes]],
        np.where(above, t_outdoor_degc, t_ground_degc),
    )


@dataclass(frozen=True)
class Arrival:
    """What arrives at the end of a line.

    Parameters
    ----------
    p_bar, t_degc, superheat_k, dryness_share : float
        State behind the last trap.
    mdot_kg_per_s, condensate_kg_per_s : float
        Steam that arrives, condensate drained on the way.
    loss_mw, velocity_m_per_s, mach_share : float
        Heat lost, largest velocity and Mach number.
    condensation_m : float
        Distance at which the steam first condenses; NaN where it does not.
    """

    p_bar: float
    t_degc: float
    superheat_k: float
    dryness_share: float
    mdot_kg_per_s: float
    condensate_kg_per_s: float
    loss_mw: float
    velocity_m_per_s: float
    mach_share: float
    condensation_m: float


def checked_inlet(p_bar: float, t_degc: float | None) -> tuple[float, float]:
    """Return pressure (Pa) and enthalpy of an inlet; dry saturated without a temperature.

    Raises
    ------
    InputError
        For values out of range, and a temperature below saturation.
    """
    problems = Problems()
    if not steam.P_LOW_BAR <= p_bar <= steam.P_HIGH_BAR:
        problems.add(
            "p_bar",
            _("value {value!r}").format(value=p_bar),
            _("Allowed: {low:g} to {high:g}").format(low=steam.P_LOW_BAR, high=steam.P_HIGH_BAR),
        )
        raise InputError(problems)
    boiling = float(saturation_temperature_degc(p_bar))
    t = boiling if t_degc is None else t_degc
    if boiling - SATURATED_WITHIN_K <= t <= boiling:
        return p_bar * PA_PER_BAR, float(steam.vapour_enthalpy_j_per_kg(p_bar))
    if not boiling < t <= steam.T_TOP_DEGC:
        problems.add(
            "t_degc",
            _("{t:.1f} °C at {p:g} bar is below saturation").format(t=t, p=p_bar)
            if t < boiling
            else _("value {value!r}").format(value=t),
            _("Allowed: {low:g} to {high:g}").format(low=round(boiling, 2), high=steam.T_TOP_DEGC),
            _("Raise the temperature or lower the pressure.") if t < boiling else "",
        )
    problems.raise_if_any()
    return p_bar * PA_PER_BAR, float(steam.enthalpy_j_per_kg(p_bar, t))


def marched(line: Line, mdot_kg_per_s: float, p: float, h: float, tolerance: float) -> tuple[int, FloatArray]:
    """Return how many pipes the steam reached the end of, and for each what `heatnet.steam.march.march` writes."""
    out = np.zeros((len(line.length_m), COLUMNS))
    reached = march_row(steam_fluid(), line.rows(), line.t_ambient_degc, float(mdot_kg_per_s), p, h, tolerance, out)
    return reached, out


def line_arrival(
    line: Line, mdot_kg_per_s: float, p_bar: float, t_degc: float | None = None, tolerance: float = TOLERANCE
) -> Arrival:
    """Return what arrives of a flow that enters a line.

    Parameters
    ----------
    line : Line
    mdot_kg_per_s : float
        Flow at the inlet, above 0.
    p_bar, t_degc : float
        Inlet state; without a temperature dry saturated.
    tolerance : float
        Local error of a step as a share of pressure, and of enthalpy in MJ/kg.

    Raises
    ------
    InputError
        For an inlet below saturation or out of range.
    NotSolvableError
        If the flow chokes, with the largest possible one, or condenses altogether.
    """
    p, h = checked_inlet(p_bar, t_degc)
    reached, out = marched(line, mdot_kg_per_s, p, h, tolerance)
    if reached < len(out):
        place = float(line.length_m[:reached].sum() + out[reached, REACHED])
        if out[reached, END] == CHOKED:
            raise NotSolvableError(
                _(
                    "{flow:.3g} kg/s use up the pressure of {p:g} bar after {x:.0f} m: the steam reaches the speed of "
                    "sound or less than {low:g} bar. The largest possible flow is {most:.4g} kg/s."
                ).format(
                    flow=mdot_kg_per_s,
                    p=p_bar,
                    x=place,
                    low=steam.P_LOW_BAR,
                    most=line_capacity_kg_per_s(line, p_bar, t_degc),
                )
            )
        raise NotSolvableError(
            _("{flow:.3g} kg/s condense altogether within {x:.0f} m: more flow or more insulation is needed.").format(
                flow=mdot_kg_per_s, x=place
            )
        )
    p_out, h_out = out[-1, P_OUT] / PA_PER_BAR, out[-1, H_OUT]
    wet = np.flatnonzero(~np.isnan(out[:, WET_FROM]))
    before = np.concatenate([[0.0], np.cumsum(line.length_m)])
    return Arrival(
        p_bar=float(p_out),
        t_degc=float(steam.temperature_degc(p_out, h_out)),
        superheat_k=float(steam.superheat_k(p_out, h_out)),
        dryness_share=float(steam.dryness_share(p_out, h_out)),
        mdot_kg_per_s=float(out[-1, M_OUT]),
        condensate_kg_per_s=float(out[:, CONDENSATE].sum()),
        loss_mw=float(out[:, LOSS].sum() / 1e6),
        velocity_m_per_s=float(out[:, V_MAX].max()),
        mach_share=float(out[:, MACH].max()),
        condensation_m=float(before[wet[0]] + out[wet[0], WET_FROM]) if len(wet) else float("nan"),
    )


def _more_than_any(line: Line, p: float, h: float) -> float:
    """Return a flow that no inlet lets in, kg/s."""
    area = np.pi / 4 * (line.inner_diameter_mm.min() / 1e3) ** 2
    volume = float(steam.volume_m3_per_kg(p / PA_PER_BAR, h))
    return float(_SONIC_SLACK * area * np.sqrt(p / volume))


def line_capacity_kg_per_s(
    line: Line, p_bar: float, t_degc: float | None = None, p_end_bar: float = steam.P_LOW_BAR
) -> float:
    """Return the largest flow at the inlet, kg/s, that a line passes.

    Parameters
    ----------
    line : Line
    p_bar, t_degc : float
        Inlet state; without a temperature dry saturated.
    p_end_bar : float
        Pressure that must be left at the end; the least of the table by default, where nearly always the speed of sound
        at the end is the limit.

    Raises
    ------
    InputError
        For an inlet below saturation or out of range.
    NotSolvableError
        If not even the smallest flow arrives at the pressure.
    """
    p, h = checked_inlet(p_bar, t_degc)
    most = largest_flow(
        steam_fluid(),
        line.rows(),
        line.t_ambient_degc,
        p,
        h,
        p_end_bar * PA_PER_BAR,
        _more_than_any(line, p, h),
        TOLERANCE,
    )
    if most == 0.0:
        raise NotSolvableError(
            _("{p:g} bar at the inlet leave less than {end:g} bar at the end even without flow.").format(
                p=p_bar, end=p_end_bar
            )
        )
    return float(most)


def line_dry_flow_kg_per_s(line: Line, p_bar: float, t_degc: float | None = None) -> float:
    """Return the least flow, kg/s, of which nothing condenses along a line; NaN if even the largest one condenses.

    Parameters as for `line_capacity_kg_per_s`. At this flow the steam arrives just saturated.
    """
    p, h = checked_inlet(p_bar, t_degc)
    high = line_capacity_kg_per_s(line, p_bar, t_degc)
    return float(least_dry_flow(steam_fluid(), line.rows(), line.t_ambient_degc, p, h, high, TOLERANCE))
