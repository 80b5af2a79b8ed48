"""Simulated states as tables: what `simulate` writes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from heatnet.io.results_store import write_table

if TYPE_CHECKING:
    import xarray as xr


def write_states(dataset: xr.Dataset, folder: Path, suffix: str = ".parquet") -> None:
    """Write simulated states: one table a quantity, network-wide quantities together in `network`."""
    wide = {}
    for name, variable in dataset.data_vars.items():
        if variable.dims == ("time",):
            wide[str(name)] = variable.to_series()
        else:
            frame = pd.DataFrame(variable.to_pandas())
            write_table(frame.dropna(axis=1, how="all"), folder / f"{name}{suffix}")
    write_table(pd.DataFrame(wide), folder / f"network{suffix}")
