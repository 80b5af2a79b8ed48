"""EPW files: typical years as published, and every way in which a file can be wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from heatnet.demand.season import extended_season, statutory_season
from heatnet.errors import InputError
from heatnet.io.weather_epw import read_epw

WEATHER = Path(__file__).parents[3] / "shared" / "weather"
HEADER = [
    "LOCATION,Somewhere,XX,CHN,TEST,000000,39.0,117.0,{zone},3.0",
    "DESIGN CONDITIONS,0",
    "TYPICAL/EXTREME PERIODS,0",
    "GROUND TEMPERATURES,0",
    "HOLIDAYS/DAYLIGHT SAVINGS,No,0,0,0",
    "COMMENTS 1,made for a test",
    "COMMENTS 2,",
    "DATA PERIODS,1,1,Data,Sunday,1/1,12/31",
]


def _rows(days: str = "2005") -> list[list[str]]:
    """Rows of one year; the temperature of row i is i/1000, so that order and hours show."""
    time = pd.date_range(f"{days}-01-01", f"{days}-12-31 23:00", freq="h")
    rows = []
    for i, t in enumerate(time):
        head = [t.year, t.month, t.day, t.hour + 1, 0, "?9", f"{i / 1000:.3f}", 0, 50, 101000, 0, 0, 300, 10]
        rows.append([str(value) for value in head] + ["0"] * 21)
    return rows


def _write(folder: Path, rows: list[list[str]], zone: str = "8.0") -> Path:
    path = folder / "year.epw"
    lines = [HEADER[0].format(zone=zone), *HEADER[1:], *(",".join(row) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_hours_begin_and_the_year_is_the_studys(tmp_path: Path) -> None:
    weather = read_epw(_write(tmp_path, _rows()), year=2025)
    assert weather.time[0] == pd.Timestamp("2025-01-01 00:00")
    assert weather.time[-1] == pd.Timestamp("2025-12-31 23:00")
    assert len(weather.time) == 8760
    # EPW hour 1 of 2 January, row 24, is 00:00 to 01:00
    assert weather.t_outdoor["2025-01-02 00:00"] == 0.024
    assert weather.ghi_w_per_m2 is not None
    assert weather.ghi_w_per_m2[0] == 10.0
    assert weather.notes == ()
    assert "year.epw" in weather.source


def test_29_february_is_dropped_and_said(tmp_path: Path) -> None:
    weather = read_epw(_write(tmp_path, _rows("2024")), year=2025)
    assert len(weather.time) == 8760
    # 1 March was row 60 * 24 of the leap year
    assert weather.t_outdoor["2025-03-01 00:00"] == pytest.approx(1.440)
    assert len(weather.notes) == 1
    assert "29 February" in weather.notes[0]


def test_a_leap_study_year_has_no_29_february_either(tmp_path: Path) -> None:
    weather = read_epw(_write(tmp_path, _rows()), year=2024)
    assert len(weather.time) == 8760
    assert weather.t_outdoor["2024-03-01 00:00"] == pytest.approx(59 * 0.024)


def test_rows_out_of_order_are_sorted(tmp_path: Path) -> None:
    rows = _rows()
    weather = read_epw(_write(tmp_path, rows[5000:] + rows[:5000]))
    assert np.all(np.diff(weather.t_outdoor_degc) > 0)


def test_missing_irradiance_is_said_not_invented(tmp_path: Path) -> None:
    rows = _rows()
    rows[100][13] = "9999"
    weather = read_epw(_write(tmp_path, rows))
    assert weather.ghi_w_per_m2 is None
    assert "1 hours" in weather.notes[0]


def test_another_time_zone_is_said(tmp_path: Path) -> None:
    assert "UTC+9" in read_epw(_write(tmp_path, _rows(), zone="9.0")).notes[0]


def _missing_temperature(rows: list[list[str]]) -> None:
    rows[10][6] = "99.9"


def _text_temperature(rows: list[list[str]]) -> None:
    rows[10][6] = "cold"


def _fahrenheit(rows: list[list[str]]) -> None:
    rows[10][6] = "86.0"


def _repeated_hour(rows: list[list[str]]) -> None:
    rows.insert(10, list(rows[9]))


def _gap(rows: list[list[str]]) -> None:
    del rows[10:13]


def _hour_25(rows: list[list[str]]) -> None:
    rows[10][3] = "25"


@pytest.mark.parametrize(
    ("damage", "place", "found"),
    [
        (_missing_temperature, "year.epw:19", "99.9 °C"),
        (_text_temperature, "year.epw:19", "no dry-bulb temperature"),
        (_fahrenheit, "year.epw:19", "86 °C"),
        (_repeated_hour, "year.epw:19", "01-01 hour 10 once more"),
        (_gap, "year.epw", "3 hours are missing, the first 01-01 hour 11, the last 01-01 hour 13"),
        (_hour_25, "year.epw:19", "2005,1,1,25"),
    ],
)
def test_each_damage_is_found_at_its_place(
    tmp_path: Path, damage: Callable[[list[list[str]]], None], place: str, found: str
) -> None:
    rows = _rows()
    damage(rows)
    with pytest.raises(InputError) as caught:
        read_epw(_write(tmp_path, rows))
    first = caught.value.problems[0]
    assert first.where.endswith(place)
    assert found in first.found
    assert first.allowed
    assert first.remedy


def test_all_problems_come_at_once_and_long_lists_are_cut(tmp_path: Path) -> None:
    rows = _rows()
    for i in range(200, 300):
        rows[i][6] = "99.9"
    rows[10][6] = "-70"
    _gap(rows)
    with pytest.raises(InputError) as caught:
        read_epw(_write(tmp_path, rows))
    text = str(caught.value)
    assert "hours are missing" in text
    assert "80 more rows" in text
    assert len(caught.value.problems) == 1 + 20 + 1


def test_implausible_values_are_found_beside_others(tmp_path: Path) -> None:
    rows = _rows()
    rows[10][6], rows[20][6] = "-70", "99.9"
    with pytest.raises(InputError) as caught:
        read_epw(_write(tmp_path, rows))
    assert sorted(problem.where[-2:] for problem in caught.value.problems) == ["19", "29"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "does not begin with LOCATION"),
        ("time,temperature\n1,2\n", "does not begin with LOCATION"),
        ("LOCATION,too short\n" * 9, "not readable as EPW"),
    ],
)
def test_files_that_are_no_epw(tmp_path: Path, text: str, found: str) -> None:
    path = tmp_path / "year.epw"
    path.write_text(text)
    with pytest.raises(InputError, match=found):
        read_epw(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.epw"):
        read_epw(tmp_path / "none.epw")


@pytest.mark.parametrize(
    ("name", "mean", "statutory", "extended"),
    [("CSWD", -0.16, 2110, 2385), ("TMYx.2011-2025", 0.74, 2005, 2226)],
)
def test_published_typical_years_give_their_season_figures(
    name: str, mean: float, statutory: int, extended: int
) -> None:
    path = WEATHER / f"CHN_TJ_Tianjin.545270_{name}.epw"
    if not path.exists():
        pytest.skip(f"typical year {path.name} is not there")
    daily = read_epw(path).daily_mean_degc()
    # full-load hours from daily means, 18 °C inside, -7 °C design; figures printed without decimals
    hours = (18.0 - daily).clip(lower=0.0) / 25.0 * 24
    assert daily[statutory_season(daily.index)].mean() == pytest.approx(mean, abs=0.005)
    assert hours[statutory_season(daily.index)].sum() == pytest.approx(statutory, abs=0.5)
    assert hours[extended_season(daily.index)].sum() == pytest.approx(extended, abs=0.5)
