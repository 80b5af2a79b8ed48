"""A power network as a pandapower net, and its reference solution of single hours.

Every element of a table becomes one of the net, in the table's order, so that positions agree. Batteries are storages,
whose power pandapower counts as consumption.

Importing this module imports pandapower (some seconds): import it inside the function that needs it.
"""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandapower
import pandas as pd

from heatnet.model.power_network import PowerNetwork, tan_phi
from heatnet.physics.arrays import FloatArray

#: pi equivalents of transformers, and angles through their phase shift: as the batch engine has them
REFERENCE_OPTIONS = {
    "trafo_model": "pi",
    "calculate_voltage_angles": True,
    "tolerance_mva": 1e-9,
    "max_iteration": 50,
    "numba": False,
}


@dataclass(frozen=True, eq=False)
class PowerReference:
    """State of one hour by pandapower: voltages by bus (p.u., degrees), currents by branch (kA), power from the grids."""

    bus_v_pu: FloatArray
    bus_angle_deg: FloatArray
    line_i_ka: FloatArray
    transformer_p_hv_mw: FloatArray
    grid_p_mw: FloatArray


def pandapower_net(network: PowerNetwork) -> pandapower.pandapowerNet:
    """Return the network as a pandapower net, with the powers that its tables give (0 where they give none).

    Generators that hold a voltage become gens, the others static generators (sgen), each in the table's order. Elements
    carry their ids as names.
    """
    net = copy.deepcopy(_empty_net())
    net["name"], net["f_hz"] = network.id, network.frequency_hz
    # pandapower's functions for many elements: those for single ones take milliseconds each
    pandapower.create_buses(
        net, len(network.buses), vn_kv=network.buses["v_nom_kv"].to_numpy(), name=_names(network.buses)
    )
    net.bus["geo"] = [_point(geometry) for geometry in network.buses["geometry"]]
    at = dict(zip(network.buses.index, net.bus.index, strict=True))
    _lines(net, network.lines, at)
    _transformers(net, network.transformers, at)
    for grid, row in network.grids.iterrows():
        pandapower.create_ext_grid(net, at[row["bus"]], vm_pu=row["v_pu"], name=str(grid))
    _loads(net, network.loads, at)
    _generators(net, network, at)
    _storages(net, network.batteries, at)
    return net


@lru_cache(maxsize=1)
def _empty_net() -> pandapower.pandapowerNet:
    """Return a net without elements, for copies: pandapower takes half a second to make its hundred tables."""
    return pandapower.create_empty_network()


def _powers(frame: pd.DataFrame) -> FloatArray:
    return np.asarray(frame["p_mw"].fillna(0.0), dtype=float)


def _names(frame: pd.DataFrame) -> list[str]:
    return [str(name) for name in frame.index]


def _at(at: dict[str, int], buses: pd.Series) -> list[int]:
    return [at[bus] for bus in buses]


def generators_of(net: pandapower.pandapowerNet) -> list[str]:
    """Return the names of a net's generators in the order of the network's table."""
    return list(net["heatnet_generators"])


def _point(geometry: Any) -> str | None:
    """Return a bus's place as pandapower keeps it: GeoJSON."""
    if geometry is None:
        return None
    return json.dumps({"coordinates": [geometry.x, geometry.y], "type": "Point"})


def _lines(net: pandapower.pandapowerNet, lines: pd.DataFrame, at: dict[str, int]) -> None:
    if not len(lines):
        return
    pandapower.create_lines_from_parameters(
        net,
        _at(at, lines["from_bus"]),
        _at(at, lines["to_bus"]),
        length_km=lines["length_m"].to_numpy() / 1e3,
        r_ohm_per_km=lines["r_ohm_per_km"].to_numpy(),
        x_ohm_per_km=lines["x_ohm_per_km"].to_numpy(),
        c_nf_per_km=lines["c_nf_per_km"].to_numpy(),
        max_i_ka=lines["i_max_ka"].to_numpy(),
        parallel=lines["parallel"].astype(int).to_numpy(),
        in_service=~lines["open"].to_numpy(bool),
        name=_names(lines),
    )


def _transformers(net: pandapower.pandapowerNet, transformers: pd.DataFrame, at: dict[str, int]) -> None:
    if not len(transformers):
        return
    pandapower.create_transformers_from_parameters(
        net,
        _at(at, transformers["hv_bus"]),
        _at(at, transformers["lv_bus"]),
        sn_mva=transformers["s_rated_mva"].to_numpy(),
        vn_hv_kv=transformers["v_hv_kv"].to_numpy(),
        vn_lv_kv=transformers["v_lv_kv"].to_numpy(),
        vk_percent=transformers["vk_share"].to_numpy() * 100,
        vkr_percent=transformers["vkr_share"].to_numpy() * 100,
        pfe_kw=transformers["p_iron_mw"].to_numpy() * 1e3,
        i0_percent=transformers["i0_share"].to_numpy() * 100,
        shift_degree=transformers["shift_deg"].to_numpy(),
        tap_side=transformers["tap_side"].to_numpy(),
        tap_neutral=0,
        tap_min=transformers["tap_min"].astype(int).to_numpy(),
        tap_max=transformers["tap_max"].astype(int).to_numpy(),
        tap_step_percent=transformers["tap_step_share"].to_numpy() * 100,
        tap_step_degree=0.0,
        tap_pos=transformers["tap_pos"].astype(int).to_numpy(),
        tap_changer_type="Ratio",
        parallel=transformers["parallel"].astype(int).to_numpy(),
        in_service=~transformers["open"].to_numpy(bool),
        name=_names(transformers),
    )


def _loads(net: pandapower.pandapowerNet, loads: pd.DataFrame, at: dict[str, int]) -> None:
    if not len(loads):
        return
    power = _powers(loads)
    reactive = power * tan_phi(loads)
    pandapower.create_loads(net, _at(at, loads["bus"]), p_mw=power, q_mvar=reactive, name=_names(loads))


def _generators(net: pandapower.pandapowerNet, network: PowerNetwork, at: dict[str, int]) -> None:
    holds = network.holds_voltage.to_numpy(bool)
    held, free = network.generators[holds], network.generators[~holds]
    if len(held):
        pandapower.create_gens(
            net, _at(at, held["bus"]), p_mw=_powers(held), vm_pu=held["v_pu"].to_numpy(), name=_names(held)
        )
    if len(free):
        power = _powers(free)
        pandapower.create_sgens(
            net,
            _at(at, free["bus"]),
            p_mw=power,
            q_mvar=-power * tan_phi(free),
            name=_names(free),
            type=free["kind"].to_numpy(),
        )
    net["heatnet_generators"] = _names(network.generators)


def _storages(net: pandapower.pandapowerNet, batteries: pd.DataFrame, at: dict[str, int]) -> None:
    if not len(batteries):
        return
    pandapower.create_storages(
        net,
        _at(at, batteries["bus"]),
        p_mw=-_powers(batteries),
        max_e_mwh=batteries["energy_mwh"].to_numpy(),
        name=_names(batteries),
    )


def solve_by_pandapower(
    net: pandapower.pandapowerNet,
    *,
    load_p_mw: FloatArray,
    load_q_mvar: FloatArray,
    generator_p_mw: FloatArray,
    generator_q_mvar: FloatArray,
    storage_p_mw: FloatArray,
    grid_v_pu: FloatArray,
    tap_pos: FloatArray,
) -> PowerReference | None:
    """Return the state of one hour, or None where pandapower finds none.

    Parameters
    ----------
    net : pandapowerNet
        Of `pandapower_net`; its powers and taps are overwritten.
    load_p_mw, load_q_mvar, generator_p_mw, generator_q_mvar, storage_p_mw, grid_v_pu, tap_pos : array
        Set values in the order of the network's tables; storages positive when they charge.
    """
    net.load["p_mw"], net.load["q_mvar"] = load_p_mw, load_q_mvar
    by_name = pd.DataFrame(
        {"p_mw": generator_p_mw, "q_mvar": generator_q_mvar}, index=[str(name) for name in generators_of(net)]
    )
    net.gen["p_mw"] = by_name.loc[net.gen["name"], "p_mw"].to_numpy()
    net.sgen[["p_mw", "q_mvar"]] = by_name.loc[net.sgen["name"]].to_numpy()
    net.storage["p_mw"] = storage_p_mw
    net.ext_grid["vm_pu"] = grid_v_pu
    net.trafo["tap_pos"] = np.asarray(tap_pos, dtype=np.int32)
    try:
        pandapower.runpp(net, **REFERENCE_OPTIONS)
    except pandapower.LoadflowNotConverged:
        return None
    return PowerReference(
        bus_v_pu=net.res_bus["vm_pu"].to_numpy(float),
        bus_angle_deg=net.res_bus["va_degree"].to_numpy(float),
        line_i_ka=net.res_line["i_ka"].to_numpy(float),
        transformer_p_hv_mw=net.res_trafo["p_hv_mw"].to_numpy(float),
        grid_p_mw=net.res_ext_grid["p_mw"].to_numpy(float),
    )


def write_net(net: pandapower.pandapowerNet, file: str | Path) -> None:
    """Write a net as pandapower's JSON, as `pandapower.from_json` reads it; an earlier file is replaced in one step."""
    target = Path(file)
    part = target.with_name(target.name + ".part")
    pandapower.to_json(net, str(part))
    part.replace(target)


def write_json(network: PowerNetwork, file: str | Path) -> None:
    """Write a network, with the powers that its tables give, as pandapower's JSON; see `write_net`."""
    write_net(pandapower_net(network), file)
