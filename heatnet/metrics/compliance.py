"""Checks of simulated hours against the standards: one row a check and place, at its worst hour.

Limits are those of CJJ 34 for hot-water networks (specific friction 比摩阻, velocity, pressure regime) and usual
practice for stations. Specific friction is wall friction only: local losses are taken off the simulated pressure drop.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from heatnet.i18n import _
from heatnet.metrics.mains import PipeRole, pipe_roles
from heatnet.metrics.pressure_line import rest_pressure_bar, water_density
from heatnet.metrics.state import worst_in_time
from heatnet.model.network import Network
from heatnet.model.supply import BoolArray, FloatArray
from heatnet.model.water_limits import ATMOSPHERE_BAR as ATMOSPHERE_BAR
from heatnet.model.water_limits import Limits as Limits
from heatnet.physics.water import saturation_pressure_bar

if TYPE_CHECKING:
    import xarray as xr

_PA_PER_BAR = 1e5
_NOTHING_MW = 1e-6
_SOLVED = "ok"
#: a limit met to this share is met: pressures and drops carry the solver's tolerance
_TOLERANCE_SHARE = 1e-6


def check_labels() -> dict[str, str]:
    """Return the name of each check in the current language."""
    return {
        "solved": _("hours solved"),
        "trunk_friction_max": _("specific friction of the main line, upper end"),
        "trunk_friction_min": _("specific friction of the main line, lower end"),
        "branch_friction": _("specific friction of a branch"),
        "velocity": _("velocity of water"),
        "available_pressure": _("available pressure difference"),
        "heat_delivered": _("heat asked for and not delivered"),
        "return_pressure": _("pressure in the return line"),
        "boiling_margin": _("pressure above boiling in the supply line"),
        "static_margin": _("pressure above boiling at rest"),
        "suction_margin": _("pressure above boiling at the pump's suction"),
        "nominal_pressure": _("pressure in the pipe"),
        "return_temperature": _("return temperature at the plant"),
    }


@dataclass(frozen=True)
class _Case:
    """Solved hours of a simulation and what the checks share."""

    network: Network
    data: xr.Dataset
    hours: pd.Index
    limits: Limits

    def table(self, name: str, dim: str) -> pd.DataFrame:
        """Return a quantity, hour by element."""
        values: FloatArray = self.data[name].transpose("time", dim).to_numpy().astype(float)
        return pd.DataFrame(values, index=self.hours, columns=[str(item) for item in self.data[dim].to_numpy()])

    def density(self, t_degc: FloatArray) -> FloatArray:
        """Return the density at a temperature, kg/m³."""
        return water_density(self.network, t_degc)


COLUMNS = ["check", "place", "time", "value", "limit", "sense", "unit", "passed"]


def _rows(check: str, values: pd.DataFrame, limit: float | pd.Series, sense: str, unit: str) -> pd.DataFrame:
    """Return one row per element at its worst hour: largest excess over the limit (or below it, for ``>=``)."""
    known = values.loc[:, values.notna().any(axis=0)]
    if known.empty:
        return pd.DataFrame(columns=COLUMNS)
    bounds = limit.reindex(known.columns) if isinstance(limit, pd.Series) else pd.Series(limit, index=known.columns)
    worst_hour = known.idxmax() if sense == "<=" else known.idxmin()
    worst = known.max() if sense == "<=" else known.min()
    slack = _TOLERANCE_SHARE * bounds.abs().clip(lower=1.0)
    passed = worst <= bounds + slack if sense == "<=" else worst >= bounds - slack
    columns = (check, known.columns, worst_hour.to_numpy(), worst.to_numpy(), bounds.to_numpy(), sense, unit)
    table = pd.DataFrame(dict(zip(COLUMNS[:-1], columns, strict=True)))
    return table.assign(passed=passed.to_numpy())


def specific_friction_pa_per_m(case: _Case) -> pd.DataFrame:
    """Return the wall friction per metre of each pipe, hour by pipe, Pa/m; the larger of a pair's two lines.

    .. math:: R = (\\Delta p - \\zeta \\dot m^2 / (2 \\rho A^2)) / L
    """
    pipes = case.network.pipes
    own = case.table("pipe_mdot_kg_per_s", "pipe")
    back = case.table("pipe_mdot_return_kg_per_s", "pipe")
    row = pipes.loc[own.columns]
    area = np.pi / 4.0 * (row["inner_diameter_mm"].to_numpy(dtype=float) / 1000.0) ** 2
    length = row["length_m"].to_numpy(dtype=float)
    zeta = row["zeta"].fillna(0.0).to_numpy(dtype=float)
    lines = []
    for line, flow in (("supply", own), ("return", back.where(back.notna(), own))):
        drop = case.table(f"pipe_dp_{line}_bar", "pipe").abs() * _PA_PER_BAR
        temperature = case.table(f"node_t_{line}_degc", "node")
        ends = [temperature.reindex(columns=row[end]).to_numpy() for end in ("from_node", "to_node")]
        local = zeta * flow.to_numpy() ** 2 / (2.0 * case.density((ends[0] + ends[1]) / 2.0) * area**2)
        lines.append((drop - local) / length)
    return lines[0].where(lines[0].fillna(-np.inf) >= lines[1].fillna(-np.inf), lines[1])


def _frictions(case: _Case, trunk: Collection[str] | None) -> list[pd.DataFrame]:
    low, high = case.limits.trunk_friction_pa_per_m
    friction = specific_friction_pa_per_m(case)
    worst = worst_in_time(case.network, case.data)
    roles = pipe_roles(case.network, None if worst is None else worst[1], trunk)
    design = case.table("plant_mdot_kg_per_s", "plant").clip(lower=0.0).sum(axis=1).idxmax()
    of_role = {role: [pipe for pipe in friction.columns if roles.get(pipe) is role] for role in PipeRole}
    trunk_at_design = friction.loc[[design], of_role[PipeRole.TRUNK]]
    return [
        _rows("trunk_friction_max", friction[of_role[PipeRole.TRUNK]], high, "<=", "Pa/m"),
        _rows("trunk_friction_min", trunk_at_design, low, ">=", "Pa/m"),
        _rows(
            "branch_friction", friction[of_role[PipeRole.BRANCH]], case.limits.branch_friction_pa_per_m, "<=", "Pa/m"
        ),
        _rows("velocity", case.table("pipe_velocity_m_per_s", "pipe"), case.limits.velocity_m_per_s, "<=", "m/s"),
    ]


def _consumers(case: _Case) -> list[pd.DataFrame]:
    running = case.table("consumer_mdot_kg_per_s", "consumer") > 0
    available = case.table("consumer_dp_bar", "consumer").where(running)
    need = case.network.consumers["min_dp_bar"].astype(float)
    return [
        _rows("available_pressure", available, need, ">=", "bar"),
        _rows("heat_delivered", case.table("consumer_shortfall_mw", "consumer"), _NOTHING_MW, "<=", "MW"),
    ]


def _pressures(case: _Case) -> list[pd.DataFrame]:
    limits = case.limits
    supply, back = (case.table(f"node_p_{line}_bar", "node") for line in ("supply", "return"))
    hot = case.table("node_t_supply_degc", "node")
    boiling = pd.DataFrame(saturation_pressure_bar(hot.to_numpy()), index=hot.index, columns=hot.columns)
    highest = supply.where(supply.fillna(-np.inf) >= back.fillna(-np.inf), back)
    tables = [
        _rows("return_pressure", back, ATMOSPHERE_BAR + limits.return_gauge_bar, ">=", "bar"),
        _rows("boiling_margin", supply - boiling, limits.boiling_margin_bar, ">=", "bar"),
        _rows("nominal_pressure", highest, limits.nominal_pressure_bar, "<=", "bar"),
    ]
    rest = rest_pressure_bar(case.network, list(hot.columns), hot.to_numpy())
    if rest is not None:
        # the density of the hour's supply water: the light column, and hence the smaller head
        static = rest - boiling.clip(lower=ATMOSPHERE_BAR)
        tables.append(_rows("static_margin", static, limits.boiling_margin_bar, ">=", "bar"))
    return [*tables, _suction(case, back)]


def _suction(case: _Case, back: pd.DataFrame) -> pd.DataFrame:
    """Return the pressure above boiling at the suction of each plant's pump, in the hours in which it runs."""
    plants = case.network.plants
    running = case.table("plant_mdot_kg_per_s", "plant") > 0
    between = [plant for plant in running.columns if plants.at[plant, "connection"] == "supply"]
    nodes = [str(plants.at[plant, "return_node"] or plants.at[plant, "node"]) for plant in between]
    t_return = case.table("plant_t_return_degc", "plant")[between]
    boiling = saturation_pressure_bar(t_return.to_numpy())
    margin = pd.DataFrame(back.reindex(columns=nodes).to_numpy() - boiling, index=back.index, columns=between)
    return _rows("suction_margin", margin.where(running[between]), case.limits.suction_margin_bar, ">=", "bar")


def _temperatures(case: _Case) -> list[pd.DataFrame]:
    # a plant through which nothing flows has the temperature of the water around its valve
    running = case.table("plant_mdot_kg_per_s", "plant") > 0
    back = case.table("plant_t_return_degc", "plant").where(running)
    return [_rows("return_temperature", back, case.limits.t_return_degc, "<=", "°C")]


def _solved(data: xr.Dataset) -> tuple[BoolArray, pd.DataFrame]:
    status = [str(item) for item in data["status"].to_numpy()]
    solved = np.array([item.startswith(_SOLVED) for item in status])
    share = float(solved.mean()) if len(solved) else 0.0
    failed = [str(time) for time, good in zip(data["time"].to_numpy(), solved, strict=True) if not good]
    row = ["solved", failed[0] if failed else "", None, share, 1.0, ">=", "1", bool(len(solved)) and not failed]
    return solved, pd.DataFrame([row], columns=COLUMNS)


_GROUPS: tuple[Callable[[_Case], list[pd.DataFrame]], ...] = (_consumers, _pressures, _temperatures)


def compliance(
    network: Network, data: xr.Dataset, limits: Limits | None = None, trunk: Collection[str] | None = None
) -> pd.DataFrame:
    """Return the standards checks of the hours of a simulation.

    Parameters
    ----------
    network : Network
        A water network.
    data : xarray.Dataset
        What `simulate` returned for it.
    limits : Limits, optional
    trunk : collection of str, optional
        Pipes of the main lines; else the way from the pressure-holding plant to the worst consumer (最不利环路).

    Returns
    -------
    pandas.DataFrame
        Columns check, place (pipe, node, consumer or plant), time of the worst hour, value, limit, sense (``<=`` or
        ``>=``), unit, passed. Hours without a solution are in the row `solved` and nowhere else.
    """
    solved, first = _solved(data)
    if not solved.any():
        return first
    good = data.isel(time=np.flatnonzero(solved))
    case = _Case(network, good, pd.Index(good["time"].to_numpy()), limits or Limits())
    tables = [first, *_frictions(case, trunk)]
    for group in _GROUPS:
        tables += group(case)
    return pd.DataFrame([row for table in tables for row in table.to_dict("records")], columns=COLUMNS)


def worst_of_each(table: pd.DataFrame) -> pd.DataFrame:
    """Return one row per check: the place furthest past its limit, or nearest to it."""
    excess = (table["value"] - table["limit"]) * np.where(table["sense"] == "<=", 1.0, -1.0)
    order = table.assign(_excess=excess.astype(float)).sort_values("_excess", ascending=False, kind="stable")
    return order.groupby("check", sort=False).head(1).drop(columns="_excess").sort_index().reset_index(drop=True)
