"""What `heatnet simulate` warns of beneath its summary."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from heatnet.cli.words import rows_text
from heatnet.i18n import _, language
from heatnet.io.words import time_text
from heatnet.simulate import is_solved

if TYPE_CHECKING:
    import xarray as xr

    from heatnet.model.network import Network


def simulation_warnings(network: Network, dataset: xr.Dataset) -> Iterable[str]:
    """Return what an engineer would object to in the rows of a simulation, in the current language.

    Parameters
    ----------
    network : Network
    dataset : xarray.Dataset
        Result of `simulate` with a solved row at least.
    """
    from heatnet.metrics.warnings_in_time import (
        above_capacity,
        boiling_in_time,
        boiling_text,
        vacuum_in_time,
        vacuum_text,
    )

    time = dataset.indexes["time"]
    vacuum, boiling = vacuum_in_time(dataset), boiling_in_time(dataset)
    for found, text in ((boiling, boiling_text), (vacuum, vacuum_text)):
        if found is not None:
            yield f"{text(network, found)} ({_in_rows(time, found.row, found.rows)})"
    yield from _resting_pumps(network, dataset)
    for one in above_capacity(network, dataset):
        yield (
            _("{name}: up to {heat:.2f} MW, {excess:.2f} MW above its capacity of {capacity:.2f} MW").format(
                name=network.display_name("plants", one.plant, language()),
                heat=one.heat_mw,
                excess=one.heat_mw - one.capacity_mw,
                capacity=one.capacity_mw,
            )
            + f" ({_in_rows(time, one.row, one.rows)})"
        )


def _resting_pumps(network: Network, dataset: xr.Dataset) -> Iterable[str]:
    """Return pumps in the pipes whose water stands still in solved rows though they run: nothing there takes any."""
    time, solved = dataset.indexes["time"], np.array([is_solved(str(one)) for one in dataset["status"].to_numpy()])
    for pump in dataset["pump"].to_numpy():
        row = network.pumps.loc[pump]
        if row["speed_share"] == 0.0 or row["head_bar"] == 0.0:
            continue
        rest = solved & (dataset["pump_mdot_kg_per_s"].sel(pump=pump).to_numpy() == 0.0)
        if rest.any():
            text = _(
                "{name}: the pump's water counts as standing still in {rows}, as no consumer lies on its circuit, first at {time}"
            )
            name = network.display_name("pumps", str(pump), language())
            first = time_text(time[int(np.argmax(rest))], len(time))
            yield text.format(name=name, rows=rows_text(int(rest.sum())), time=first)


def _in_rows(time: pd.Index, row: int, rows: int) -> str:
    return _("{rows}, worst at {time}").format(rows=rows_text(rows), time=time_text(time[row], len(time)))
