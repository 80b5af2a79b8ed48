"""A whole simulation: inputs, hours, results."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import xarray

from heatnet.adapters.fluid import fluid_table
from heatnet.adapters.layout import layout_of
from heatnet.model.boundary import Boundary
from heatnet.model.network import Network
from heatnet.physics.arrays import FloatArray
from heatnet.simulate.controls import Controls, Hour, HourFailure
from heatnet.simulate.dataset import dataset_of, empty_tables
from heatnet.simulate.hour import HourSolver
from heatnet.simulate.inputs import inputs_of
from heatnet.simulate.results import HourResult, ResultMaker
from heatnet.simulate.support import check_supported


def run(
    network: Network,
    boundary: Boundary,
    engine: str,
    progress: Callable[[int, int], None] | None,
    threads: int = 1,
    transient_step_s: float | None = None,
    station_returns: bool = False,
) -> xarray.Dataset:
    """Return the dataset that `heatnet.simulate.simulate` describes; transient where a step is given."""
    layout = layout_of(network)
    check_supported(network, layout, engine, transient=transient_step_s is not None, station_returns=station_returns)
    inputs = inputs_of(network, boundary, station_returns)
    if transient_step_s is not None:
        from heatnet.simulate.transient.run import transient_dataset

        return transient_dataset(network, layout, boundary, inputs, transient_step_s, progress)
    if engine == "season":
        from heatnet.simulate.season.run import season_dataset

        return season_dataset(network, layout, boundary, inputs, progress, threads)
    from heatnet.adapters.pandapipes_net import PandapipesNet

    fluid = fluid_table(network.fluid)
    controls = Controls(network, layout, fluid, inputs.by_flow, inputs.by_dt)
    solver = HourSolver(controls, PandapipesNet(network, layout, fluid))
    maker = ResultMaker(network, layout, fluid)
    rows = len(boundary.time)
    results: list[HourResult] = []
    for row in range(rows):
        hour = Hour.of(inputs, row)
        try:
            results.append(maker.result(hour, solver.solve(hour), inputs.by_flow))
        except HourFailure as failure:
            results.append(HourResult(failure.status))
        if progress is not None:
            progress(row + 1, rows)
    status = np.array([result.status.value for result in results], dtype=object)
    return dataset_of(network, boundary, engine, _tables(network, results), status)


def _tables(network: Network, results: list[HourResult]) -> dict[str, FloatArray]:
    tables = empty_tables(network, len(results))
    for row, result in enumerate(results):
        for name, values in result.values.items():
            tables[name][row] = values
    return tables


def return_flow_share(dataset: xarray.Dataset, network: Network) -> xarray.DataArray:
    """Return the array that `heatnet.simulate.return_flow_share` describes."""
    connection = network.plants["connection"]
    preheating = [str(plant) for plant in network.plants.index[connection == "return_preheat"]]
    between = [str(plant) for plant in network.plants.index[connection == "supply"]]
    flow = dataset["plant_mdot_kg_per_s"]
    total = flow.sel(plant=between).sum("plant", skipna=False)
    share = flow.sel(plant=preheating) / total.where(total > 0)
    share = share.where(~(total == 0), 0.0)
    return share.rename("return_flow_share").assign_attrs(unit="1", meaning="return flow past a plant's node over all")
