"""The dataset that both engines return: tables by quantity, labels, units."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import xarray

from heatnet import __version__
from heatnet.model.boundary import Boundary
from heatnet.model.network import Network
from heatnet.physics.arrays import FloatArray
from heatnet.simulate.quantities import QUANTITIES


def ids_of_dimensions(network: Network) -> dict[str, pd.Index]:
    """Return the labels of each dimension of a result but time."""
    return {
        "node": network.nodes.index,
        "pipe": network.pipes.index,
        "consumer": network.consumers.index,
        "plant": network.plants.index,
        "valve": network.valves.index,
        "pump": network.pumps.index,
    }


def empty_tables(network: Network, rows: int, threads: int = 1) -> dict[str, FloatArray]:
    """Return a table of NaN for every quantity; memory that is touched for the first time is slow, so on several threads."""
    ids = ids_of_dimensions(network)

    def empty(dimension: str | None) -> FloatArray:
        return np.full((rows, len(ids[dimension])) if dimension else (rows,), np.nan)

    with ThreadPoolExecutor(threads) as pool:
        tables = pool.map(empty, (quantity.dimension for quantity in QUANTITIES.values()))
        return dict(zip(QUANTITIES, tables, strict=True))


def dataset_of(
    network: Network, boundary: Boundary, engine: str, tables: Mapping[str, FloatArray], status: np.ndarray
) -> xarray.Dataset:
    """Return tables and statuses with their labels."""
    variables: dict[str, tuple[tuple[str, ...], np.ndarray, dict[str, str]]] = {}
    for name, quantity in QUANTITIES.items():
        dimensions = ("time", quantity.dimension) if quantity.dimension else ("time",)
        variables[name] = (dimensions, tables[name], quantity.attributes)
    variables["status"] = (("time",), status, {"meaning": "how the row was solved"})
    coordinates = {
        "time": boundary.time,
        **{name: index.astype(str).to_numpy(object) for name, index in ids_of_dimensions(network).items()},
    }
    return xarray.Dataset(
        variables, coords=coordinates, attrs={"network": network.id, "engine": engine, "heatnet": __version__}
    )
