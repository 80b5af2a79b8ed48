"""Boundary folders: `boundary.yaml` for constants and one wide CSV or Parquet a variable."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from heatnet.errors import InputError, Problem, Problems
from heatnet.i18n import _
from heatnet.io.boundary_sizes import note_sizes
from heatnet.io.yaml_file import read_yaml
from heatnet.model.boundary import BOUNDARY_VARIABLES, NETWORK_WIDE, Boundary, boundary_variables
from heatnet.model.meta import FORMAT_VERSION
from heatnet.model.network import Network
from heatnet.model.power_network import PowerNetwork
from heatnet.model.power_schema import POWER_BOUNDARY_VARIABLES, POWER_TABLES
from heatnet.model.schema import TABLES, Column
from heatnet.model.validation import did_you_mean, newer_version, typed_cell

SUFFIXES = (".csv", ".parquet")
_VERSION_KEY = "format_version"
#: cells of one table that are named one by one before the rest is counted
_LISTED = 10
_LOCAL_ZONE = "Etc/GMT-8"  # POSIX sign: this is UTC+8
_ZONE_MARK = re.compile(r"T.*(?:Z|[+-]\d\d:?\d\d)$")
_OWN_COLUMNS = {
    "t_ground_degc": Column("t_ground_degc", "number", "undisturbed ground temperature", low=-30, high=50),
    "t_outdoor_degc": Column("t_outdoor_degc", "number", "outdoor temperature", low=-60, high=60),
    "load_q_mvar": Column("load_q_mvar", "number", "reactive power taken", low=-1000, high=1000),
}


def load_boundary(path: str | Path, network: Network | PowerNetwork) -> Boundary:
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
        With every unknown variable or element, gap, value out of range, heat or power that must be in kW or is beyond what
        its element was built for, and difference of the time columns.
    """
    folder = Path(path)
    if not folder.is_dir():
        raise InputError([_no_folder(folder, network)])
    problems = Problems()
    constants = folder / "boundary.yaml"
    files = sorted(file for file in folder.iterdir() if file.suffix in SUFFIXES)
    if not files and not constants.is_file():
        allowed = _("boundary.yaml, or a CSV or Parquet table named after a variable: {names}")
        names = ", ".join(boundary_variables(network))
        problems.add(str(folder), _("holds no boundary"), allowed.format(names=names))
    frames: dict[str, pd.DataFrame] = {}
    for file in files:
        _note_table(file, network, frames, problems)
    time = _common_time(frames, problems)
    if constants.is_file():
        try:
            _note_constants(read_yaml(constants), f"{folder.name}/boundary.yaml", network, time, frames, problems)
        except InputError as error:
            problems.extend(error.problems)
    problems.raise_if_any()
    return Boundary(time, frames)


def _no_folder(path: Path, network: Network | PowerNetwork) -> Problem:
    if not path.exists():
        return Problem(str(path), _("does not exist"), _("A boundary folder"))
    variable = next(iter(boundary_variables(network)))
    remedy = _("Put the table into a folder, named after its variable ({variable}.csv), and give the folder.")
    return Problem(str(path), _("is a file"), _("A boundary folder"), remedy.format(variable=variable))


def elements_of(variable: str, network: Network | PowerNetwork) -> list[str]:
    """Return the columns that a variable's table may have."""
    table = boundary_variables(network)[variable]
    if table == "network" and isinstance(network, Network):
        return [NETWORK_WIDE, *(network.pipes.index if variable == "t_ground_degc" else [])]
    return [str(element) for element in getattr(network, table).index]


def column_of(variable: str) -> Column:
    """Return type and limits of a variable's cells: those of the table column that it stands in for."""
    if variable in _OWN_COLUMNS:
        return _OWN_COLUMNS[variable]
    name = variable.split("_", 1)[1]
    if variable in POWER_BOUNDARY_VARIABLES:
        return next(column for column in POWER_TABLES[POWER_BOUNDARY_VARIABLES[variable]] if column.name == name)
    return next(column for column in TABLES[BOUNDARY_VARIABLES[variable]] if column.name == name)


def _check_names(
    names: Sequence[str], variable: str, place: str, network: Network | PowerNetwork, problems: Problems
) -> None:
    known = elements_of(variable, network)
    for name in names:
        if name not in known:
            hint = did_you_mean(name, known)
            problems.add(f"{place}, {_('column')} {name}", _("'{name}' does not exist").format(name=name), "", hint)


def _check_variable(name: str, place: str, network: Network | PowerNetwork, problems: Problems) -> bool:
    known = list(boundary_variables(network))
    if name in known:
        return True
    hint = did_you_mean(name, known)
    problems.add(place, _("unknown variable"), _("Allowed: {names}").format(names=", ".join(known)), hint)
    return False


def _note_table(
    file: Path, network: Network | PowerNetwork, frames: dict[str, pd.DataFrame], problems: Problems
) -> None:
    place, variable = f"{file.parent.name}/{file.name}", file.stem
    if not _check_variable(variable, place, network, problems):
        return
    if variable in frames:
        problems.add(place, _("stands there as CSV and as Parquet"), "", _("Keep one of the two."))
        return
    try:
        table = _raw_table(file)
        time = _typed_time(table.pop("time"))
    except _NotATableError as error:
        problems.add(
            place,
            _("cannot be read: {error}").format(error=error),
            _("time,<id>,<id> and one row a time"),
            error.remedy,
        )
        return
    except (ValueError, TypeError, KeyError, OSError) as error:
        problems.add(place, _("cannot be read: {error}").format(error=error))
        return
    if not len(table):
        problems.add(place, _("has no rows"), _("One row a time"))
    _check_names(list(table.columns), variable, place, network, problems)
    numbers = _typed_cells(table, column_of(variable), place, problems)
    frames[variable] = numbers.set_axis(time)
    high = column_of(variable).high
    note_sizes(numbers, variable, network, high, lambda row: f"{_line(place, row + 2)}, {_('column')} ", problems)
    falls = np.flatnonzero(~(time[1:] > time[:-1]))
    if len(falls):
        where = f"{_line(place, int(falls[0]) + 3)}, time"
        problems.add(where, _("the times do not rise"), _("Each time once, in order"))


def _line(place: str, number: int) -> str:
    return f"{place}, {_('line {number}').format(number=number)}"


def _raw_table(file: Path) -> pd.DataFrame:
    if file.suffix == ".csv":
        _check_separator(file)
        try:
            table = pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8-sig", skipinitialspace=True)
        except UnicodeDecodeError as error:
            raise ValueError(_("it is not UTF-8; save it again as UTF-8")) from error
        if not isinstance(table.index, pd.RangeIndex):
            raise ValueError(_("lines have more cells than the heading"))
    else:
        table = pd.read_parquet(file)
        table = table.reset_index() if table.index.name == "time" else table
    table.columns = [str(name) for name in table.columns]
    first = table.columns[0]
    if first != "time":
        remedy = _("Put a column 'time' first: 2025-01-01T00:00, or seconds.")
        raise _NotATableError(_("the first column is '{name}', not 'time'").format(name=first), remedy)
    return table


class _NotATableError(ValueError):
    """Something in the form of a table, and what to do about it."""

    def __init__(self, found: str, remedy: str) -> None:
        super().__init__(found)
        self.remedy = remedy


def _check_separator(file: Path) -> None:
    """Decimal commas between semicolons would read as further cells."""
    with file.open(encoding="utf-8-sig", errors="replace") as stream:
        heading = stream.readline()
    if any(separator in heading for separator in ";\t"):
        remedy = _("Save it with commas between the columns and points in the numbers.")
        raise _NotATableError(_("its columns are separated by semicolons or tabs"), remedy)


def _typed_time(cells: pd.Series) -> pd.Index:
    """Return seconds as they are and stamps as naive local time, UTC+8."""
    if pd.api.types.is_datetime64_any_dtype(cells):
        stamps = pd.DatetimeIndex(cells)
    else:
        seconds = pd.to_numeric(cells, errors="coerce")
        if np.isfinite(seconds).all():
            return pd.Index(seconds.astype(float), name="time")
        texts = cells.astype(str)
        zoned = texts.str.contains(_ZONE_MARK).to_numpy()
        if zoned.any() and not zoned.all():
            raise ValueError(_("some times name their zone, others do not"))
        read = pd.to_datetime(texts, format="ISO8601", utc=bool(zoned.any()), errors="coerce")
        if read.isna().any():
            line = int(np.flatnonzero(read.isna())[0])
            text = _("line {line}: '{text}' is no time; write 2025-01-01T00:00, or seconds")
            raise ValueError(text.format(line=line + 2, text=texts.iloc[line]))
        stamps = pd.DatetimeIndex(read)
    local = stamps if stamps.tz is None else stamps.tz_convert(_LOCAL_ZONE).tz_localize(None)
    return local.rename("time")


def _typed_cells(table: pd.DataFrame, column: Column, place: str, problems: Problems) -> pd.DataFrame:
    """Return the cells as numbers; notes every gap, word and value out of range."""
    numbers = table.apply(pd.to_numeric, errors="coerce").astype(float)
    good = ((numbers >= column.low) & (numbers <= column.high)).to_numpy()
    wrong = np.argwhere(~good)
    for row, position in wrong[:_LISTED]:
        cell = table.iat[row, position]
        where = f"{_line(place, row + 2)}, {_('column')} {table.columns[position]}"
        before = len(problems)
        typed_cell(cell, column, where, problems)
        if len(problems) == before:
            problems.add(where, _("is empty"), _("A number in every cell"))
    if len(wrong) > _LISTED:
        problems.add(place, _("{count} more cells of the same kind").format(count=len(wrong) - _LISTED))
    return numbers


def _common_time(frames: dict[str, pd.DataFrame], problems: Problems) -> pd.Index:
    if not frames:
        return pd.Index([0.0], name="time")
    first, reference = next(iter(frames.items()))
    for name, frame in frames.items():
        if not frame.index.equals(reference.index):
            problems.add(
                name,
                _difference_of_times(frame.index, reference.index, first),
                "",
                _("Give all variables the same times."),
            )
    return reference.index


def _difference_of_times(own: pd.Index, other: pd.Index, name: str) -> str:
    """Return in words how the times of two tables differ."""
    if len(own) != len(other):
        text = _("its times differ from those of {name}: {own} rows against {other}")
        return text.format(name=name, own=len(own), other=len(other))
    place = int(np.flatnonzero([a != b for a, b in zip(own, other, strict=True)])[0])
    text = _("its times differ from those of {name}: line {line} is {own}, there {other}")
    return text.format(name=name, line=place + 2, own=own[place], other=other[place])


def _note_constants(
    data: dict[str, Any],
    place: str,
    network: Network | PowerNetwork,
    time: pd.Index,
    frames: dict[str, pd.DataFrame],
    problems: Problems,
) -> None:
    version = data.get(_VERSION_KEY)
    if isinstance(version, int) and version > FORMAT_VERSION:
        problems.extend([newer_version(place, version, FORMAT_VERSION)])
    for name, value in data.items():
        where = f"{place}, {_('key')} {name}"
        if (
            name == _VERSION_KEY
            or str(name).startswith("x_")
            or not _check_variable(str(name), where, network, problems)
        ):
            continue
        targets = [NETWORK_WIDE] if BOUNDARY_VARIABLES.get(name) == "network" else elements_of(name, network)
        by_element = value if isinstance(value, dict) else dict.fromkeys(targets, value)
        texts = {str(key): number for key, number in by_element.items()}
        _check_names(list(texts), name, place, network, problems)
        numbers = _typed_constants(texts, isinstance(value, dict), column_of(name), where, problems)
        constant = pd.DataFrame({key: np.full(len(time), number) for key, number in numbers.items()}, index=time)
        one_row = pd.DataFrame(numbers, index=[0], dtype=float)
        prefix = f"{where}, "
        high = column_of(name).high
        note_sizes(one_row, str(name), network, high, lambda _row, text=prefix: text, problems)  # type: ignore[misc]
        given = frames.get(name)
        frames[name] = constant if given is None else given.join(constant[constant.columns.difference(given.columns)])


def _typed_constants(
    texts: dict[str, Any], by_element: bool, column: Column, where: str, problems: Problems
) -> dict[str, float]:
    numbers: dict[str, float] = {}
    for key, raw in texts.items():
        place, before = f"{where}, {key}" if by_element else where, len(problems)
        number = typed_cell(raw, column, place, problems)
        if number is not None:
            numbers[key] = number
            continue
        if len(problems) == before:
            problems.add(place, _("is empty"), _("A number is needed"))
        if not by_element:
            break
    return numbers
