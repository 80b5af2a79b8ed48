"""Simulated states as tables: what `simulate` and a study write."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from heatnet.electric.quantities import QUANTITIES as POWER_QUANTITIES
from heatnet.io.results_store import quantity_of, table_file, write_table
from heatnet.simulate.quantities import QUANTITIES
from heatnet.steam.quantities import QUANTITIES as STEAM_QUANTITIES

if TYPE_CHECKING:
    import xarray as xr

#: the table of what is one number for the whole network; written last, so that it stands for a complete set
NETWORK_TABLE = "network"
#: table of how far two engines lie apart
COMPARISON_TABLE = "comparison"
#: table of states along a steam line
PROFILE_TABLE = "profile"
#: table of how much more load each bus of a power network can take
MARGINS_TABLE = "margins"
#: tables of the share of each consumer's heat that came from a source, named after it
SHARE = "consumer_share_"
#: folder of the reference engine's tables beside those of the season engine
REFERENCE_FOLDER = "pandapipes"
_SUFFIXES = (".csv", ".parquet")
#: where tables are written before they take the place of an earlier run's
_PART = ".simulate.part"


def write_states(dataset: xr.Dataset, folder: Path, suffix: str = ".parquet", keep: list[int] | None = None) -> None:
    """Write simulated states: one table a quantity, network-wide quantities together in `network`.

    Parameters
    ----------
    dataset : xarray.Dataset
        Result of `simulate`, perhaps with further texts by time. Quantities of single precision stay that in Parquet.
    folder : Path
    suffix : {".parquet", ".csv"}
    keep : list of int, optional
        Rows of the quantities by element; all rows if absent. `network` has all in any case.

    An element without a number in any row has no column; where no row is solved at all, every element has one.
    """
    wide = {}
    solved = any(str(status).startswith("ok") for status in dataset["status"].to_numpy())
    for name, variable in dataset.data_vars.items():
        if variable.dims == ("time",):
            wide[str(name)] = variable.to_series()
        else:
            frame = pd.DataFrame(variable.to_pandas())
            frame = frame.dropna(axis=1, how="all") if solved else frame
            _write(frame if keep is None else frame.iloc[keep], folder, str(name), suffix)
    _write(pd.DataFrame(wide), folder, NETWORK_TABLE, suffix)


def write_simulation(
    states: xr.Dataset,
    folder: Path,
    suffix: str = ".parquet",
    reference: xr.Dataset | None = None,
    comparison: pd.DataFrame | None = None,
    profile: pd.DataFrame | None = None,
    margins: pd.DataFrame | None = None,
) -> None:
    """Write a simulation's tables in the place of those of an earlier one, whatever that one wrote.

    All tables are written under a temporary name first. A folder that does not exist yet gets its name in one step, when it is
    complete. In one that does, `network` leaves before the first of an earlier run's tables and comes after the last new one,
    so that a folder with a `network` is complete; other files of the folder stay.

    Parameters
    ----------
    states : xarray.Dataset
        Result of `simulate`.
    folder : Path
    suffix : {".parquet", ".csv"}
    reference : xarray.Dataset, optional
        The same rows solved by the reference engine, for `REFERENCE_FOLDER`.
    comparison : pandas.DataFrame, optional
        How far the two lie apart.
    profile : pandas.DataFrame, optional
        States along a steam line.
    margins : pandas.DataFrame, optional
        Room for further load at the buses of a power network.
    """
    is_new = not folder.exists()
    part = folder.with_name(f".{folder.name}{_PART}") if is_new else folder / _PART
    in_place_of_theirs = reference is not None or _is_ours(folder, REFERENCE_FOLDER)
    shutil.rmtree(part, ignore_errors=True)
    try:
        write_states(states, part, suffix)
        if reference is not None:
            write_states(reference, part / REFERENCE_FOLDER, suffix)
        long = {COMPARISON_TABLE: comparison, PROFILE_TABLE: profile, MARGINS_TABLE: margins}
        for name, table in long.items():
            if table is not None:
                _write_long(table, table_file(part, name, suffix))
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    if is_new:
        os.replace(part, folder)
        return
    if in_place_of_theirs:
        _replace(folder / REFERENCE_FOLDER, part / REFERENCE_FOLDER)
    _replace(folder, part)
    shutil.rmtree(part)


def _write_long(table: pd.DataFrame, file: Path) -> None:
    """Write a table that has no times by element."""
    if file.suffix == ".csv":
        table.to_csv(file, index=False, lineterminator="\n")
    else:
        table.to_parquet(file, index=False)


def foreign_tables(folder: Path, with_reference: bool = False) -> list[Path]:
    """Return tables that `write_simulation` would replace in a folder though it did not write them.

    A folder with such tables and no `network` is no result: perhaps it is a boundary.

    Parameters
    ----------
    folder : Path
    with_reference : bool
        Whether tables of the reference engine are to be written as well.
    """
    places = ["", REFERENCE_FOLDER] if with_reference else [""]
    return [file for place in places if not _is_ours(folder, place) for file in _tables_in(folder / place)]


def _is_ours(folder: Path, place: str = "") -> bool:
    """Return whether a folder's tables are a simulation's: complete, or left by one that was stopped while replacing."""
    complete = any(table_file(folder / place, NETWORK_TABLE, suffix).is_file() for suffix in _SUFFIXES)
    return complete or (folder / _PART / place).is_dir()


def _tables_in(folder: Path) -> list[Path]:
    """Return the files of a folder that are named like tables of a simulation, `network` first."""
    if not folder.is_dir():
        return []
    names = {*QUANTITIES, *STEAM_QUANTITIES, *POWER_QUANTITIES, NETWORK_TABLE}
    names |= {COMPARISON_TABLE, PROFILE_TABLE, MARGINS_TABLE}
    files = [file for file in sorted(folder.iterdir()) if file.suffix in _SUFFIXES and file.is_file()]
    tables = [file for file in files if (name := quantity_of(file)) in names or name.startswith(SHARE)]
    return sorted(tables, key=lambda file: quantity_of(file) != NETWORK_TABLE)


def _replace(folder: Path, part: Path) -> None:
    """Put the tables of a temporary folder in the place of those of a folder; without any, leave none."""
    new = [file for file in part.iterdir() if file.is_file()] if part.is_dir() else []
    # what is only removed stays a simulation's until the last table is gone
    for file in _tables_in(folder) if new else reversed(_tables_in(folder)):
        file.unlink()
    for file in sorted(new, key=lambda file: quantity_of(file) == NETWORK_TABLE):
        folder.mkdir(parents=True, exist_ok=True)
        os.replace(file, folder / file.name)
    if not new and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def in_single_precision(dataset: xr.Dataset) -> xr.Dataset:
    """Return the states with quantities by element in single precision: 1e-5 K, 1e-6 bar, far below the solvers'."""
    return dataset.assign(
        {name: variable.astype(np.float32) for name, variable in dataset.data_vars.items() if variable.ndim == 2}
    )


def in_double_precision(dataset: xr.Dataset) -> xr.Dataset:
    """Return the states as `read_table` returns them, so that sums over them are those over the files."""
    return dataset.assign(
        {name: variable.astype(float) for name, variable in dataset.data_vars.items() if variable.dtype == np.float32}
    )


def _write(frame: pd.DataFrame, folder: Path, name: str, suffix: str) -> None:
    """Write a table and remove its twin in the other format, which an earlier call may have left."""
    write_table(frame, table_file(folder, name, suffix))
    for other in {".csv", ".parquet"} - {suffix}:
        table_file(folder, name, other).unlink(missing_ok=True)
