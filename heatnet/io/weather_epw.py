"""EnergyPlus weather files (EPW) in, one checked weather year out.

Format: EnergyPlus Auxiliary Programs, "EnergyPlus Weather File (EPW) Data Dictionary". Hour 1 is 00:00 to 01:00.
"""

from __future__ import annotations

import csv
from functools import lru_cache
from pathlib import Path
from typing import NoReturn

import numpy as np
import pandas as pd

from heatnet.errors import InputError, Problem, Problems
from heatnet.i18n import _
from heatnet.model.weather import WeatherYear

HEADER_LINES = 8
T_ALLOWED_DEGC = (-60.0, 60.0)
_T_MISSING_DEGC = 99.9
_GHI_MISSING_W_PER_M2 = 9999.0
_GHI_MAX_W_PER_M2 = 1500.0
_LISTED = 20
#: some leap year, so that 29 February exists; the years of a file are not used
_LEAP_YEAR = pd.date_range("2024-01-01", "2024-12-31 23:00", freq="h")
_NEEDED = ("month", "day", "hour", "temp_air", "ghi")


def read_epw(path: str | Path, year: int = 2025) -> WeatherYear:
    """Read an EPW file as a weather year.

    Parameters
    ----------
    path : str or Path
        The file.
    year : int
        Calendar year that the hours are given; the file's own years (a typical year mixes several) are left out.
        29 February is dropped where the file has it, and a note says so.

    Returns
    -------
    WeatherYear
        8760 hours. Irradiance is None where the file lacks it in some hour.

    Raises
    ------
    InputError
        With every problem found: unreadable file, missing, repeated or additional hours, missing or implausible
        temperatures.
    """
    path = Path(path)
    rows, meta = _parse(path)
    problems = Problems()
    stamp = _check_hours(rows, path, problems)
    _check_temperatures(rows, path, problems)
    problems.raise_if_any()

    notes: list[str] = []
    leap_day = ((rows["month"] == 2) & (rows["day"] == 29)).to_numpy()
    if leap_day.any():
        notes.append(_("29 February of the file is left out: a study year has 8760 hours"))
    if meta["TZ"] != 8.0:
        notes.append(
            _("the file's time zone is UTC{zone:+g}; its local hours are used as they stand").format(zone=meta["TZ"])
        )
    rows = rows[~leap_day].iloc[np.argsort(stamp[~leap_day], kind="stable")]
    ghi = _irradiance(rows, notes)
    time = pd.DatetimeIndex(
        pd.to_datetime({"year": year, "month": rows["month"], "day": rows["day"], "hour": rows["hour"] - 1}),
        name="time",
    )
    place = ", ".join(str(meta[key]) for key in ("city", "country", "data_type", "WMO_code"))
    return WeatherYear(
        time, rows["temp_air"].to_numpy(dtype=np.float64), ghi, f"EPW {path.name} ({place})", tuple(notes)
    )


def _parse(path: Path) -> tuple[pd.DataFrame, dict]:
    """Read the file's rows and head, turning whatever goes wrong into an input error."""
    from pvlib.iotools import read_epw as read_rows

    remedy = _("download the file again, for instance from climate.onebuilding.org")
    try:
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            first = file.readline()
    except OSError as error:
        raise InputError(
            [Problem(str(path), str(error.strerror), _("a readable EPW file"), _("check the path"))]
        ) from error
    if not first.startswith("LOCATION,"):
        found = _("the first line does not begin with LOCATION")
        raise InputError([Problem(f"{path}:1", found, _("an EnergyPlus weather file (EPW)"), remedy)])
    try:
        rows, meta = read_rows(str(path), coerce_year=int(_LEAP_YEAR[0].year))
    except (ValueError, KeyError, IndexError, TypeError, UnicodeDecodeError) as error:
        _raise_unreadable(path, error, remedy)
    numbers = rows[list(_NEEDED)].apply(pd.to_numeric, errors="coerce")
    return numbers.reset_index(drop=True), meta


def _line(path: Path, row: int) -> str:
    return f"{path}:{HEADER_LINES + row + 1}"


def _add_rows(problems: Problems, path: Path, bad: np.ndarray, values: pd.Series, allowed: str, remedy: str) -> None:
    """Note each bad row up to a readable number, then how many more there are."""
    places = np.flatnonzero(bad)
    for row in places[:_LISTED]:
        problems.add(_line(path, int(row)), str(values.iloc[row]), allowed, remedy)
    if len(places) > _LISTED:
        more = _("{count} more rows of the same kind").format(count=len(places) - _LISTED)
        problems.add(str(path), more, allowed, remedy)


def _raise_unreadable(path: Path, error: Exception, remedy: str) -> NoReturn:
    """Say which rows have an hour outside the calendar; if none, that the file as a whole is not readable."""
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        cells = list(csv.reader(file))[HEADER_LINES:]
    text = pd.Series([",".join(row[:4]) for row in cells], dtype=object)
    dates = [",".join(cell.strip().lstrip("0") for cell in row[1:4]) for row in cells]
    known = {",".join(map(str, key)) for key in _calendar()}
    outside = np.array([date not in known for date in dates], dtype=bool)
    problems = Problems()
    if not outside.all():
        remedy_row = _("correct month, day and hour")
        _add_rows(
            problems, path, outside, text, _("year, month, day and hour 1 to 24 of a day that exists"), remedy_row
        )
    if not problems:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        found = _("not readable as EPW ({reason})").format(reason=reason)
        problems.add(str(path), found, _("8 header lines and 8760 rows of 35 columns"), remedy)
    raise InputError(problems) from error


@lru_cache(maxsize=1)
def _calendar() -> dict[tuple[int, int, int], int]:
    """Number of each hour in a leap year by month, day and EPW hour."""
    return {(t.month, t.day, t.hour + 1): number for number, t in enumerate(_LEAP_YEAR)}


def _check_hours(rows: pd.DataFrame, path: Path, problems: Problems) -> np.ndarray:
    """Note hours repeated or missing; return the number of each row's hour in a leap year."""
    keys = list(zip(rows["month"], rows["day"], rows["hour"], strict=True))
    stamp = np.array([_calendar()[key] for key in keys], dtype=np.intp)
    text = pd.Series(
        [_("{month:02d}-{day:02d} hour {hour} once more").format(month=m, day=d, hour=h) for m, d, h in keys]
    )
    repeated = pd.Series(stamp).duplicated().to_numpy()
    _add_rows(problems, path, repeated, text, _("every hour of the year once"), _("delete the repeated row"))
    leap_day = (_LEAP_YEAR.month == 2) & (_LEAP_YEAR.day == 29)
    absent = np.setdiff1d(np.arange(len(_LEAP_YEAR)), stamp)
    if leap_day[absent].sum() == 24:
        absent = absent[~leap_day[absent]]
    if len(absent):
        first, last = (
            _("{month:02d}-{day:02d} hour {hour}").format(month=t.month, day=t.day, hour=t.hour + 1)
            for t in (_LEAP_YEAR[absent[0]], _LEAP_YEAR[absent[-1]])
        )
        found = _("{count} hours are missing, the first {first}, the last {last}").format(
            count=len(absent), first=first, last=last
        )
        problems.add(str(path), found, _("8760 hours, or 8784 with 29 February"), _("fill the gap or use another year"))
    return stamp


def _check_temperatures(rows: pd.DataFrame, path: Path, problems: Problems) -> None:
    t = rows["temp_air"]
    values = t.to_numpy(dtype=np.float64)
    missing = np.isnan(values) | np.isclose(values, _T_MISSING_DEGC)
    low, high = T_ALLOWED_DEGC
    implausible = ~missing & ((values < low) | (values > high))
    allowed = _("dry-bulb temperature from {low:g} to {high:g} °C").format(low=low, high=high)
    text = t.map(lambda value: _("no dry-bulb temperature") if np.isnan(value) else f"{value:g} °C")
    with_mark = _("dry-bulb temperature from {low:g} to {high:g} °C; 99.9 marks a missing value").format(
        low=low, high=high
    )
    _add_rows(problems, path, missing, text, with_mark, _("fill the hour from its neighbours"))
    _add_rows(problems, path, implausible, text, allowed, _("correct the value; check that the column is in °C"))


def _irradiance(rows: pd.DataFrame, notes: list[str]) -> np.ndarray | None:
    ghi: np.ndarray = np.asarray(rows["ghi"], dtype=np.float64)
    bad = np.isnan(ghi) | (ghi >= _GHI_MISSING_W_PER_M2) | (ghi < 0) | (ghi > _GHI_MAX_W_PER_M2)
    if not bad.any():
        return ghi
    notes.append(_("global irradiance is left out: {count} hours lack it").format(count=int(bad.sum())))
    return None
