"""A whole simulation: inputs, hours, results."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import xarray

from heatnet import __version__
from heatnet.adapters.fluid import fluid_table
from heatnet.adapters.layout import layout_of
from heatnet.model.boundary import Boundary
from heatnet.model.network import Network
from heatnet.physics.arrays import FloatArray
from heatnet.simulate.controls import Controls, Hour, HourFailure
from heatnet.simulate.hour import HourSolver
from heatnet.simulate.inputs import inputs_of
from heatnet.simulate.quantities import QUANTITIES, attributes
from heatnet.simulate.results import HourResult, ResultMaker, ids_of_dimensions
from heatnet.simulate.support import check_supported


def run(
    network: Network,
    boundary: Boundary,
    engine: str,
    progress: Callable[[int, int], None] | None,
    threads: int = 1,
) -> xarray.Dataset:
    """Return the dataset that `heatnet.simulate.simulate` describes."""
    layout = layout_of(network)
    check_supported(network, layout, engine)
    inputs = inputs_of(network, boundary)
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
    return _dataset(network, boundary, engine, results)


def _dataset(network: Network, boundary: Boundary, engine: str, results: list[HourResult]) -> xarray.Dataset:
    ids = ids_of_dimensions(network)
    variables = {}
    for name, quantity in QUANTITIES.items():
        dimensions = ("time", quantity.dimension) if quantity.dimension else ("time",)
        shape = (len(results), len(ids[quantity.dimension])) if quantity.dimension else (len(results),)
        table: FloatArray = np.full(shape, np.nan)
        for row, result in enumerate(results):
            if result.values:
                table[row] = result.values[name]
        variables[name] = (dimensions, table, attributes(name))
    status = np.array([result.status.value for result in results], dtype=object)
    variables["status"] = (("time",), status, {"meaning": "how the row was solved"})
    coordinates = {"time": boundary.time, **{name: index.astype(str).to_numpy(object) for name, index in ids.items()}}
    return xarray.Dataset(
        variables, coords=coordinates, attrs={"network": network.id, "engine": engine, "heatnet": __version__}
    )


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
