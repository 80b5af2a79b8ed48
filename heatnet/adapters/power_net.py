"""A power network as a pandapower net, and its reference solution of single hours.

Every element of a table becomes one of the net, in the table's order, so that positions agree. Batteries are storages,
whose power pandapower counts as consumption.

Importing this module imports pandapower (some seconds): import it inside the function that needs it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandapower
import pandas as pd

from heatnet.model.power_network import PowerNetwork
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
    net = pandapower.create_empty_network(network.id, f_hz=network.frequency_hz)
    at = {str(bus): _bus(net, bus, row) for bus, row in network.buses.iterrows()}
    for line, row in network.lines.iterrows():
        _line(net, str(line), row, at)
    for transformer, row in network.transformers.iterrows():
        _transformer(net, str(transformer), row, at)
    for grid, row in network.grids.iterrows():
        pandapower.create_ext_grid(net, at[row["bus"]], vm_pu=row["v_pu"], name=str(grid))
    for load, row in network.loads.iterrows():
        power = _or_zero(row["p_mw"])
        reactive = power * tan_phi(row["cos_phi"])
        pandapower.create_load(net, at[row["bus"]], p_mw=power, q_mvar=reactive, name=str(load))
    for generator, row in network.generators.iterrows():
        power = _or_zero(row["p_mw"])
        if not np.isnan(row["v_pu"]):
            pandapower.create_gen(net, at[row["bus"]], p_mw=power, vm_pu=row["v_pu"], name=str(generator))
        else:
            reactive = -power * tan_phi(row["cos_phi"])
            pandapower.create_sgen(
                net, at[row["bus"]], p_mw=power, q_mvar=reactive, name=str(generator), type=row["kind"]
            )
    net["heatnet_generators"] = [str(generator) for generator in network.generators.index]
    for battery, row in network.batteries.iterrows():
        pandapower.create_storage(
            net, at[row["bus"]], p_mw=-_or_zero(row["p_mw"]), max_e_mwh=row["energy_mwh"], name=str(battery)
        )
    return net


def tan_phi(cos_phi: float) -> float:
    """Return reactive over active power of a power factor."""
    return float(np.tan(np.arccos(cos_phi)))


def _or_zero(value: float) -> float:
    return 0.0 if np.isnan(value) else float(value)


def generators_of(net: pandapower.pandapowerNet) -> list[str]:
    """Return the names of a net's generators in the order of the network's table."""
    return list(net["heatnet_generators"])


def _bus(net: pandapower.pandapowerNet, bus: object, row: pd.Series) -> int:
    geometry = row["geometry"]
    point = None if geometry is None else (geometry.x, geometry.y)
    return int(pandapower.create_bus(net, vn_kv=row["v_nom_kv"], name=str(bus), geodata=point))


def _line(net: pandapower.pandapowerNet, line: str, row: pd.Series, at: dict[str, int]) -> None:
    pandapower.create_line_from_parameters(
        net,
        at[row["from_bus"]],
        at[row["to_bus"]],
        length_km=row["length_m"] / 1e3,
        r_ohm_per_km=row["r_ohm_per_km"],
        x_ohm_per_km=row["x_ohm_per_km"],
        c_nf_per_km=row["c_nf_per_km"],
        max_i_ka=row["i_max_ka"],
        parallel=int(row["parallel"]),
        in_service=not row["open"],
        name=line,
    )


def _transformer(net: pandapower.pandapowerNet, transformer: str, row: pd.Series, at: dict[str, int]) -> None:
    pandapower.create_transformer_from_parameters(
        net,
        at[row["hv_bus"]],
        at[row["lv_bus"]],
        sn_mva=row["s_rated_mva"],
        vn_hv_kv=row["v_hv_kv"],
        vn_lv_kv=row["v_lv_kv"],
        vk_percent=row["vk_share"] * 100,
        vkr_percent=row["vkr_share"] * 100,
        pfe_kw=row["p_iron_mw"] * 1e3,
        i0_percent=row["i0_share"] * 100,
        shift_degree=row["shift_deg"],
        tap_side=row["tap_side"],
        tap_neutral=0,
        tap_min=int(row["tap_min"]),
        tap_max=int(row["tap_max"]),
        tap_step_percent=row["tap_step_share"] * 100,
        tap_step_degree=0.0,
        tap_pos=int(row["tap_pos"]),
        tap_changer_type="Ratio",
        parallel=int(row["parallel"]),
        in_service=not row["open"],
        name=transformer,
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
