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
            _write(frame.dropna(axis=1, how="all"), folder, str(name), suffix)
    _write(pd.DataFrame(wide), folder, "network", suffix)


def _write(frame: pd.DataFrame, folder: Path, name: str, suffix: str) -> None:
    """Write a table and remove its twin in the other format, which an earlier call may have left."""
    write_table(frame, folder / f"{name}{suffix}")
    for other in {".csv", ".parquet"} - {suffix}:
        (folder / f"{name}{other}").unlink(missing_ok=True)
