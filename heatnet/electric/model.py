"""A power network ready for many hours: its pandapower net inside a batch engine, and results with labels.

The engine is power-grid-model; lightsim2grid where generators hold a voltage.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray

from heatnet.electric.flows import Flows, Setpoints
from heatnet.electric.grid_model import GridModel
from heatnet.electric.held_voltage import HeldVoltageModel
from heatnet.electric.quantities import QUANTITIES
from heatnet.electric.setpoints import PowerSetpoints, setpoints_of
from heatnet.errors import InputError, Problem
from heatnet.i18n import _
from heatnet.model.boundary import Boundary
from heatnet.model.power_network import PowerNetwork
from heatnet.model.validation import names_in
from heatnet.physics.arrays import FloatArray

if TYPE_CHECKING:
    from heatnet.adapters.power_net import PowerReference

OK, NOT_CONVERGED = "ok", "not_converged"
_TABLE_OF = {"bus": "buses", "battery": "batteries"}


class PowerModel:
    """A power network inside the batch engine; built once, solved as often as one likes.

    Parameters
    ----------
    network : PowerNetwork

    Raises
    ------
    InputError
        With what the engine does not solve.
    """

    def __init__(self, network: PowerNetwork) -> None:
        from heatnet.adapters.power_net import pandapower_net

        self.network = network
        self._holds = network.holds_voltage.to_numpy(bool)
        v_set_pu = network.transformers["v_set_pu"].to_numpy(float)
        if self._holds.any():
            _refuse_tap_changers(network)
        self.net: Any = pandapower_net(network)
        self._engine = HeldVoltageModel(self.net) if self._holds.any() else GridModel(self.net, v_set_pu)

    def flows(
        self, given: PowerSetpoints, threads: int = 1, progress: Callable[[int, int], None] | None = None
    ) -> Flows:
        """Return the state of every row of set values as arrays in the order of the tables."""
        return self._engine.solve(
            Setpoints(
                hours=given.hours,
                load_p_mw=given.load_p_mw,
                load_q_mvar=given.load_q_mvar,
                sgen_p_mw=given.generator_p_mw[:, ~self._holds],
                sgen_q_mvar=given.generator_q_mvar[:, ~self._holds],
                gen_p_mw=given.generator_p_mw[:, self._holds],
                storage_p_mw=-given.battery_p_mw,
                grid_v_pu=given.grid_v_pu,
            ),
            threads,
            progress,
        )

    def solve(
        self, boundary: Boundary, threads: int = 1, progress: Callable[[int, int], None] | None = None
    ) -> xarray.Dataset:
        """Return the power flow of every row of a boundary; see `heatnet.electric.power_flow`."""
        given = setpoints_of(self.network, boundary)
        return dataset_of(self.network, boundary.time, given, self.flows(given, threads, progress))


def _refuse_tap_changers(network: PowerNetwork) -> None:
    """Raise an `InputError` where tap changers would work beside generators that hold a voltage."""
    transformers = network.transformers
    changers = transformers.index[transformers["v_set_pu"].notna() & ~transformers["open"]]
    if not len(changers):
        return
    where = _("power network {name}, transformers {names}, v_set_pu")
    found = _("tap changers are not solved together with generators that hold a voltage ({names})")
    remedy = _("Leave v_set_pu empty, so that the taps stay, or v_pu of the generators.")
    holding = names_in(network.generators.index[network.holds_voltage])
    place = where.format(name=network.id, names=names_in(changers))
    raise InputError([Problem(place, found.format(names=holding), "", remedy)])


def dataset_of(network: PowerNetwork, time: pd.Index, given: PowerSetpoints, flows: Flows) -> xarray.Dataset:
    """Return solved hours with labels; numbers are NaN where an hour has no solution, its set values too."""
    solved = flows.solved[:, None]
    line_loss = flows.line_p_from_mw + flows.line_p_to_mw
    transformer_loss = flows.transformer_p_hv_mw + flows.transformer_p_lv_mw
    loss = line_loss.sum(axis=1) + transformer_loss.sum(axis=1)
    given_mw = flows.grid_p_mw.sum(axis=1) + given.generator_p_mw.sum(axis=1) + given.battery_p_mw.sum(axis=1)
    generator_q = given.generator_q_mvar.copy()
    generator_q[:, network.holds_voltage.to_numpy(bool)] = flows.gen_q_mvar
    tables: dict[str, FloatArray] = {
        "bus_v_pu": flows.bus_v_pu,
        "bus_angle_deg": flows.bus_angle_deg,
        "line_p_mw": flows.line_p_from_mw,
        "line_i_ka": flows.line_i_ka,
        "line_loading_share": flows.line_loading_share,
        "line_loss_mw": line_loss,
        "transformer_p_mw": flows.transformer_p_hv_mw,
        "transformer_loading_share": flows.transformer_loading_share,
        "transformer_loss_mw": transformer_loss,
        "transformer_tap": flows.transformer_tap,
        "grid_p_mw": flows.grid_p_mw,
        "grid_q_mvar": flows.grid_q_mvar,
        "load_p_mw": given.load_p_mw,
        "load_q_mvar": given.load_q_mvar,
        "generator_p_mw": given.generator_p_mw,
        "generator_q_mvar": generator_q,
        "battery_p_mw": given.battery_p_mw,
        "power_loss_mw": loss,
        "power_residual_mw": given_mw - given.load_p_mw.sum(axis=1) - loss,
    }
    variables: dict[str, Any] = {}
    for name, quantity in QUANTITIES.items():
        values = np.where(solved if quantity.dimension else flows.solved, tables[name], np.nan)
        dims = ("time", quantity.dimension) if quantity.dimension else ("time",)
        variables[name] = (dims, values, quantity.attributes)
    variables["status"] = ("time", np.where(flows.solved, OK, NOT_CONVERGED))
    coords: dict[str, Any] = {"time": time}
    for dimension in dict.fromkeys(quantity.dimension for quantity in QUANTITIES.values() if quantity.dimension):
        table = getattr(network, _TABLE_OF.get(dimension, f"{dimension}s"))
        coords[dimension] = table.index.astype(str).to_numpy(object)
    return xarray.Dataset(variables, coords)


@dataclass(frozen=True)
class PowerComparison:
    """Largest differences between the batch engine and pandapower over some hours.

    Parameters
    ----------
    hours : int
        Hours that both solved.
    not_converged : int
        Hours that pandapower could not solve.
    max_dv_pu, max_dangle_deg, max_di_ka, max_dp_mw : float
        Largest differences of voltages, angles, line currents and powers from the grids.
    """

    hours: int
    not_converged: int
    max_dv_pu: float
    max_dangle_deg: float
    max_di_ka: float
    max_dp_mw: float


def compare_with_pandapower(
    model: PowerModel, boundary: Boundary, solved: xarray.Dataset, rows: Sequence[int]
) -> PowerComparison:
    """Solve some rows again with pandapower, at the taps that the batch engine found, and compare.

    Parameters
    ----------
    model : PowerModel
    boundary : Boundary
    solved : xarray.Dataset
        Of `PowerModel.solve` for the same boundary.
    rows : sequence of int
        Positions of the boundary's rows; those that the batch engine did not solve are passed over.
    """
    given = setpoints_of(model.network, boundary)
    largest = np.zeros(4)
    hours = failed = 0
    for row in rows:
        here = solved.isel(time=row)
        if str(here["status"].item()) != OK:
            continue
        reference = _by_pandapower(model, given, here, row)
        if reference is None:
            failed += 1
            continue
        hours += 1
        pairs = (
            (reference.bus_v_pu, "bus_v_pu"),
            (reference.bus_angle_deg, "bus_angle_deg"),
            (reference.line_i_ka, "line_i_ka"),
            (reference.grid_p_mw, "grid_p_mw"),
        )
        differences = [np.abs(values - here[name].to_numpy()).max(initial=0.0) for values, name in pairs]
        largest = np.maximum(largest, differences)
    return PowerComparison(hours, failed, *(float(value) for value in largest))


def solved_net(model: PowerModel, boundary: Boundary, solved: xarray.Dataset, row: int) -> Any:
    """Return the pandapower net of one solved row, with its powers, taps and results."""
    _by_pandapower(model, setpoints_of(model.network, boundary), solved.isel(time=row), row)
    return model.net


def _by_pandapower(model: PowerModel, given: PowerSetpoints, here: xarray.Dataset, row: int) -> PowerReference | None:
    from heatnet.adapters.power_net import solve_by_pandapower

    return solve_by_pandapower(
        model.net,
        load_p_mw=given.load_p_mw[row],
        load_q_mvar=given.load_q_mvar[row],
        generator_p_mw=given.generator_p_mw[row],
        generator_q_mvar=given.generator_q_mvar[row],
        storage_p_mw=-given.battery_p_mw[row],
        grid_v_pu=given.grid_v_pu[row],
        tap_pos=here["transformer_tap"].to_numpy(),
    )
