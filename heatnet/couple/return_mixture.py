"""The return water at pre-heating plants where stations of lower return stand behind them.

A network's return temperature is that of its curve; stations with absorption heat pumps come back far colder. With flow
m_i = Q_i/(cp (T_s - T_r,i)) of station i, the water of a branch that carries the share s of the whole flow has

    T_branch = T_r - phi sum_changed m_i (T_r,i,before - T_r,i,after) / (s sum_all m_i)

phi is the share of the changed stations that stand behind the plant. The pipes tell it: the branch's flow falls by the part of
the stations behind it, phi = (s_before m_before - s_after m_after)/(sum_changed m_before - sum_changed m_after).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from heatnet.couple.year import NetworkYear
from heatnet.model.hourly import FloatArray
from heatnet.physics.water import mean_heat_capacity_j_per_kgk

if TYPE_CHECKING:
    from heatnet.couple.season import Probe

_W_PER_MW = 1e6
#: a smaller change of flow says nothing of where it comes from, kg/s times hours
_NO_CHANGE = 1e-6


def return_drops_k(before: tuple[NetworkYear, Probe], after: tuple[NetworkYear, Probe]) -> dict[str, FloatArray]:
    """Return by how much the return at each pre-heating plant is colder than before, (T,), K.

    Parameters
    ----------
    before, after : pair of NetworkYear and Probe
        The same network and weather with other return temperatures of some stations, and what its pipes say.
    """
    flow_before, flow_after = _flows_kg_per_s(before[0]), _flows_kg_per_s(after[0])
    returns = [year.t_return_by_consumer_degc.to_numpy() for year, _probe in (before, after)]
    colder = np.nan_to_num(returns[0] - returns[1])
    changed = np.abs(colder).max(axis=0) > 0
    drops = {}
    for plant, share in after[1].return_flow_share.items():
        was = before[1].return_flow_share.get(plant, share)
        fallen = was * flow_before.sum() - share * flow_after.sum()
        of_changed = flow_before[:, changed].sum() - flow_after[:, changed].sum()
        behind = float(np.clip(fallen / of_changed, 0.0, 1.0)) if abs(of_changed) > _NO_CHANGE else 0.0
        branch = share * flow_after.sum(axis=1)
        heat = behind * (flow_after * colder)[:, changed].sum(axis=1)
        drops[plant] = np.divide(heat, branch, out=np.zeros(len(branch)), where=branch > 0)
    return drops


def _flows_kg_per_s(year: NetworkYear) -> FloatArray:
    """Return the flow of each station, (T, consumers), kg/s; none outside the season."""
    lift_k = np.maximum(year.t_supply_degc[:, None] - year.t_return_by_consumer_degc.to_numpy(), 1.0)
    cp = np.asarray(mean_heat_capacity_j_per_kgk(year.t_return_degc, year.t_supply_degc))[:, None]
    flow = year.space_mw.to_numpy() * _W_PER_MW / (cp * lift_k)
    return np.where(year.in_season[:, None] & np.isfinite(flow), flow, 0.0)
