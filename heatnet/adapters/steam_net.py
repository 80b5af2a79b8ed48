"""A steam network as a pandapipes gas network: a cross-check of flows, pressures and temperatures, dry steam only.

The gas is steam by IF97 at one operating pressure: heat capacity and viscosity by temperature there, and the density either
that of an ideal gas through the operating state, or with the compressibility factor of IF97 at each pressure. pandapipes
solves a drop p_1 - p_2 = λ L/D ρ v²/2 with a mean pressure, and T = T_a + (T_1 - T_a) exp(-U L/(m cp)); it knows neither
acceleration, nor cooling by the falling pressure (Joule and Thomson), nor condensation.

Importing this module imports pandapipes (some seconds): import it inside the function that needs it.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandapipes
import pandas as pd
from pandapipes.component_models.component_toolbox import p_correction_height_air
from pandapipes.properties.fluids import Fluid as PandapipesFluid
from pandapipes.properties.fluids import FluidProperty, FluidPropertyConstant

from heatnet.model.network import Network
from heatnet.physics import steam
from heatnet.physics.arrays import FloatArray
from heatnet.physics.water import saturation_temperature_degc

ZERO_DEGC_K = 273.15
_PA_PER_BAR = 1e5
#: specific gas constant of water, J/(kg·K): IAPWS-IF97
GAS_CONSTANT_J_PER_KGK = 461.526
#: pandapipes' normal state, to which its density refers
_NORMAL_BAR, _NORMAL_K = 1.01325, 273.15
_OPTIONS = {
    "mode": "bidirectional",
    "friction_model": "colebrook",
    "max_iter_colebrook": 100,
    "tolerance_colebrook": 1e-8,
    "max_iter_bidirect": 100,
    "tol_p": 1e-8,
    "tol_m": 1e-8,
    "tol_T": 1e-6,
    # watts, bar and kg/s in one number: the watts decide
    "tol_res": 1.0,
    "use_numba": False,
}


@dataclass(frozen=True, eq=False)
class SteamReference:
    """State of a steam network by pandapipes.

    Parameters
    ----------
    node_p_bar, node_t_degc : pandas.Series
        By node.
    pipe_mdot_kg_per_s, pipe_velocity_m_per_s : pandas.Series
        By pipe; velocity of its fastest section.
    """

    node_p_bar: pd.Series
    node_t_degc: pd.Series
    pipe_mdot_kg_per_s: pd.Series
    pipe_velocity_m_per_s: pd.Series


class _ByTemperature(FluidProperty):
    """A property of steam at the operating pressure, interpolated over temperature (K)."""

    def __init__(self, t_k: FloatArray, values: FloatArray) -> None:
        super().__init__()
        self.t_k, self.values = t_k, values

    def get_at_value(self, *args: FloatArray) -> FloatArray:
        """Return the property at a temperature (K)."""
        return np.interp(args[0], self.t_k, self.values)


class _Compressibility(FluidProperty):
    """Compressibility factor p v/(R T) of IF97 at a pressure (bar) and temperature (K), not below saturation."""

    allow_2d = True

    def get_at_value(self, *args: FloatArray) -> FloatArray:
        """Return the factor."""
        p_bar, t_k = (np.atleast_1d(np.asarray(value, dtype=float)) for value in args)
        p_bar = np.clip(p_bar, steam.P_LOW_BAR, steam.P_HIGH_BAR)
        t_degc = np.maximum(t_k - ZERO_DEGC_K, saturation_temperature_degc(p_bar))
        v = steam.volume_m3_per_kg(p_bar, steam.enthalpy_j_per_kg(p_bar, t_degc))
        return np.asarray(p_bar * _PA_PER_BAR * v / (GAS_CONSTANT_J_PER_KGK * (t_degc + ZERO_DEGC_K)))


def steam_fluid(p_bar: float, t_degc: float, real_gas: bool) -> PandapipesFluid:
    """Return steam as a pandapipes gas.

    Parameters
    ----------
    p_bar, t_degc : float
        Operating state; the ideal gas has steam's density there.
    real_gas : bool
        Whether the density follows IF97 at every pressure and temperature.
    """
    low = float(saturation_temperature_degc(p_bar))
    at = np.linspace(low, steam.T_TOP_DEGC - 1.0, 400)
    h = steam.enthalpy_j_per_kg(p_bar, at)
    t_k = at + ZERO_DEGC_K
    ideal = _NORMAL_BAR * _PA_PER_BAR / (GAS_CONSTANT_J_PER_KGK * _NORMAL_K)
    if not real_gas:
        density = 1 / float(steam.volume_m3_per_kg(p_bar, steam.enthalpy_j_per_kg(p_bar, t_degc)))
        ideal = density * (t_degc + ZERO_DEGC_K) / _NORMAL_K * _NORMAL_BAR / p_bar
    return PandapipesFluid(
        "steam",
        "gas",
        density=FluidPropertyConstant(ideal),
        viscosity=_ByTemperature(t_k, steam.viscosity_pa_s(p_bar, h)),
        heat_capacity=_ByTemperature(t_k, np.gradient(h, at)),
        compressibility=_Compressibility() if real_gas else FluidPropertyConstant(1.0),
        der_compressibility=FluidPropertyConstant(0.0),
        molar_mass=FluidPropertyConstant(18.015257),
    )


def solve_steam_reference(
    network: Network,
    consumer_mdot_kg_per_s: FloatArray,
    p_bar: float,
    t_degc: float,
    t_ambient_degc: FloatArray,
    real_gas: bool = True,
    sections: int = 1,
) -> SteamReference:
    """Return the state of a steam network whose only plant holds the pressure.

    Parameters
    ----------
    network : Network
        Its open pipes are built; consumers take flows.
    consumer_mdot_kg_per_s : ndarray, shape (consumers,)
    p_bar, t_degc : float
        Absolute pressure and temperature at the plant; also the operating state of the gas.
    t_ambient_degc : ndarray, shape (pipes,)
        Ground or air at each pipe of the table.
    real_gas : bool
        See `steam_fluid`.
    sections : int
        Sections of each pipe, each with one mean density.

    Raises
    ------
    pandapipes.pf.pipeflow_setup.PipeflowNotConverged
        If pandapipes finds no solution.
    """
    net = pandapipes.create_empty_network(add_stdtypes=False)
    net["fluid"] = steam_fluid(p_bar, t_degc, real_gas)
    height = network.nodes["elevation_m"].to_numpy(dtype=float)
    is_open = ~network.pipes["closed"].to_numpy(dtype=bool)
    rows = network.pipes[is_open]
    ends, heights = _sections(network, rows, height, sections)
    ambient_bar = p_correction_height_air(height)
    pandapipes.create_junctions(net, len(heights), pn_bar=p_bar, tfluid_k=t_degc + ZERO_DEGC_K, height_m=heights)
    inner_m = np.repeat(rows["inner_diameter_mm"].to_numpy() / 1e3, sections)
    pandapipes.create_pipes_from_parameters(
        net,
        ends[:, 0],
        ends[:, 1],
        length_km=np.repeat(rows["length_m"].to_numpy() / 1e3 / sections, sections),
        inner_diameter_mm=inner_m * 1e3,
        k_mm=np.repeat(rows["roughness_mm"].to_numpy(), sections),
        loss_coefficient=np.repeat(rows["zeta"].to_numpy() / sections, sections),
        sections=1,
        # pandapipes takes the loss on pi · (inner) diameter · length
        u_w_per_m2k=np.repeat(rows["u_w_per_mk"].to_numpy(), sections) / (np.pi * inner_m),
        text_k=np.repeat(np.asarray(t_ambient_degc)[is_open], sections) + ZERO_DEGC_K,
    )
    at = {str(node): i for i, node in enumerate(network.nodes.index)}
    for node, mdot in zip(network.consumers["node"], consumer_mdot_kg_per_s, strict=True):
        pandapipes.create_sink(net, at[node], mdot_kg_per_s=float(mdot))
    plant = network.plants.loc[network.pressure_plant]
    place = network.nodes.index.get_loc(plant["node"])
    pandapipes.create_ext_grid(
        net, at[plant["node"]], p_bar=p_bar - float(ambient_bar[place]), t_k=t_degc + ZERO_DEGC_K, type="pt"
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pandapipes.pipeflow(net, **_OPTIONS, ambient_temperature=float(np.mean(t_ambient_degc)) + ZERO_DEGC_K)
    nodes, pipes = network.nodes.index, rows.index
    return SteamReference(
        pd.Series(net.res_junction["p_bar"].to_numpy()[: len(nodes)] + ambient_bar, nodes),
        pd.Series(net.res_junction["t_k"].to_numpy()[: len(nodes)] - ZERO_DEGC_K, nodes),
        pd.Series(net.res_pipe["mdot_from_kg_per_s"].to_numpy()[::sections], pipes),
        pd.Series(net.res_pipe["v_mean_m_per_s"].to_numpy().reshape(-1, sections).max(axis=1), pipes),
    )


def _sections(network: Network, rows: pd.DataFrame, height: FloatArray, sections: int) -> tuple[np.ndarray, FloatArray]:
    """Return the two junctions of each section of each pipe, and the heights of all junctions, nodes first."""
    position = {str(node): i for i, node in enumerate(network.nodes.index)}
    heights, ends = list(height), []
    for start, end in zip(rows["from_node"], rows["to_node"], strict=True):
        first, last = position[start], position[end]
        inner = list(range(len(heights), len(heights) + sections - 1))
        heights += list(np.linspace(height[first], height[last], sections + 1)[1:-1])
        chain = [first, *inner, last]
        ends += list(pairwise(chain))
    return np.array(ends), np.array(heights)
