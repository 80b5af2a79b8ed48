"""Boundary folders: `boundary.yaml` for constants and one wide CSV or Parquet a variable."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from heatnet.errors import InputError, Problem, Problems
from heatnet.i18n import _
from heatnet.io.yaml_file import read_yaml
from heatnet.model.boundary import BOUNDARY_VARIABLES, NETWORK_WIDE, Boundary
from heatnet.model.network import Network
from heatnet.model.validation import did_you_mean

_OWN_KEYS = ("format_version",)


def load_boundary(path: str | Path, network: Network) -> Boundary:
    """Read a boundary folder for a network.

    Parameters
    ----------
    path : str or Path
        Folder with `boundary.yaml` and/or `<variable>.csv` / `.parquet`.
    network : Network
        The network whose elements the columns name.

    Raises
    ------
    InputError
        With every unknown variable or element, gap, and difference of the time columns.
    """
    folder = Path(path)
    if not folder.is_dir():
        raise InputError([Problem(str(folder), _("does not exist"), _("A boundary folder"))])
    problems = Problems()
    frames: dict[str, pd.DataFrame] = {}
    for file in sorted(folder.iterdir()):
        if file.suffix in (".csv", ".parquet"):
            _note_table(file, network, frames, problems)
    time = _common_time(frames, problems)
    if (folder / "boundary.yaml").is_file():
        _note_constants(read_yaml(folder / "boundary.yaml"), network, time, frames, problems)
    problems.raise_if_any()
    return Boundary(time, frames)


def elements_of(variable: str, network: Network) -> list[str]:
    """Return the columns that a variable's table may have."""
    table = BOUNDARY_VARIABLES[variable]
    if table == "network":
        return [NETWORK_WIDE, *(network.pipes.index if variable == "t_ground_degc" else [])]
    return [str(element) for element in getattr(network, table).index]


def _check_names(names: list[str], variable: str, place: str, network: Network, problems: Problems) -> None:
    known = elements_of(variable, network)
    for name in names:
        if name not in known:
            hint = did_you_mean(name, known)
            problems.add(f"{place}, {_('column')} {name}", _("'{name}' does not exist").format(name=name), "", hint)


def _check_variable(name: str, place: str, problems: Problems) -> bool:
    if name in BOUNDARY_VARIABLES:
        return True
    hint = did_you_mean(name, list(BOUNDARY_VARIABLES))
    problems.add(place, _("unknown variable"), _("Allowed: {names}").format(names=", ".join(BOUNDARY_VARIABLES)), hint)
    return False


def _note_table(file: Path, network: Network, frames: dict[str, pd.DataFrame], problems: Problems) -> None:
    place = f"{file.parent.name}/{file.name}"
    if not _check_variable(file.stem, place, problems):
        return
    try:
        table = pd.read_csv(file, encoding="utf-8-sig") if file.suffix == ".csv" else pd.read_parquet(file)
    except (ValueError, OSError) as error:
        problems.add(place, _("cannot be read: {error}").format(error=error))
        return
    if table.columns[0] != "time":
        problems.add(place, _("first column '{name}'").format(name=table.columns[0]), _("The first column is 'time'"))
        return
    frame = table.set_index("time")
    try:
        frame.index = _typed_time(frame.index)
        frame = frame.astype(float)
    except (ValueError, TypeError) as error:
        problems.add(place, _("cannot be read: {error}").format(error=error))
        return
    frame.columns = [str(name) for name in frame.columns]
    _check_names(list(frame.columns), file.stem, place, network, problems)
    _check_gaps(frame, place, problems)
    frames[file.stem] = frame


def _typed_time(index: pd.Index) -> pd.Index:
    if pd.api.types.is_numeric_dtype(index):
        return index.astype(float)
    if isinstance(index, pd.DatetimeIndex):
        return index
    return pd.DatetimeIndex(pd.to_datetime(index, format="ISO8601"))


def _check_gaps(frame: pd.DataFrame, place: str, problems: Problems) -> None:
    holes = np.argwhere(~np.isfinite(frame.to_numpy()))
    if len(holes):
        row, column = holes[0]
        where = f"{place}, {_('line')} {row + 2}, {_('column')} {frame.columns[column]}"
        problems.add(
            where, _("{count} cells are empty, this one first").format(count=len(holes)), _("A number in every cell")
        )
    if not frame.index.is_monotonic_increasing or frame.index.has_duplicates:
        problems.add(f"{place}, time", _("the times do not rise"), _("Each time once, in order"))


def _common_time(frames: dict[str, pd.DataFrame], problems: Problems) -> pd.Index:
    if not frames:
        return pd.Index([0.0])
    first, reference = next(iter(frames.items()))
    for name, frame in frames.items():
        if not frame.index.equals(reference.index):
            problems.add(
                name,
                _("its times differ from those of {name}").format(name=first),
                "",
                _("Give all variables the same times."),
            )
    return reference.index


def _note_constants(
    data: dict[str, Any], network: Network, time: pd.Index, frames: dict[str, pd.DataFrame], problems: Problems
) -> None:
    for name, value in data.items():
        place = f"boundary.yaml, {_('key')} {name}"
        if name in _OWN_KEYS or str(name).startswith("x_") or not _check_variable(str(name), place, problems):
            continue
        by_element = value if isinstance(value, dict) else dict.fromkeys(_scalar_targets(name, network), value)
        texts = {str(key): number for key, number in by_element.items()}
        _check_names(list(texts), name, "boundary.yaml", network, problems)
        bad = [key for key, number in texts.items() if isinstance(number, bool) or not isinstance(number, int | float)]
        for key in bad:
            problems.add(f"{place}, {key}", _("value {value!r}").format(value=texts[key]), _("A number is needed"))
        if bad:
            continue
        constant = pd.DataFrame({key: np.full(len(time), float(number)) for key, number in texts.items()}, index=time)
        given = frames.get(name)
        frames[name] = constant if given is None else given.join(constant[constant.columns.difference(given.columns)])


def _scalar_targets(name: str, network: Network) -> list[str]:
    return [NETWORK_WIDE] if BOUNDARY_VARIABLES[name] == "network" else elements_of(name, network)
