"""Pictures and pages about steam: curves where the numbers are, broken where there are none, names that cannot do harm."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from heatnet.i18n import use_language
from heatnet.metrics.steam_state import answer_of
from heatnet.model.boundary import Boundary
from heatnet.model.steam_examples import steam_line
from heatnet.physics.water import saturation_temperature_degc
from heatnet.report.steam_page import write_steam_page
from heatnet.report.steam_picture import HEIGHTS, KEY_LINE, SteamCurve, steam_picture
from heatnet.steam import solve_steam

FAR_M = 6000.0


def curve(label="100 t/h", p_bar=(13.0, 10.0, 6.0), dryness=(1.0, 1.0, 1.0)):
    p = np.array(p_bar)
    boiling = np.asarray(saturation_temperature_degc(p))
    return SteamCurve(
        label, np.linspace(0.0, FAR_M, len(p)), p, boiling + 50.0, boiling, np.full(len(p), 50.0), np.array(dryness)
    )


def points(picture):
    """Return every polyline of a picture as an array of points."""
    return [
        np.array([[float(one) for one in pair.split(",")] for pair in line.split()])
        for line in re.findall(r'<polyline points="([^"]+)"', picture)
    ]


def test_pressure_falls_to_the_right_and_down():
    line = points(steam_picture([curve()], "steam"))[0]
    assert (np.diff(line[:, 0]) > 0).all()
    assert (np.diff(line[:, 1]) > 0).all()


def test_a_curve_is_linear_in_its_values():
    """13 to 10 bar is as far on paper as 3/4 of 10 to 6 bar."""
    y = points(steam_picture([curve()], "steam"))[0][:, 1]
    assert (y[1] - y[0]) / (y[2] - y[1]) == pytest.approx(3 / 4, rel=0.01)


def test_curves_stay_in_their_panels():
    for low in (0.2, 6.0, 12.9):
        picture = steam_picture([curve(p_bar=(13.0, 10.0, low), dryness=(1.0, 0.9, 0.4))], "steam", needed_bar=8.0)
        height = float(re.search(r'viewBox="0 0 \d+ (\d+)"', picture).group(1))
        lines = points(picture)
        # pressure, saturation and temperature, superheat, dryness
        for line, panel in zip(lines, (0, 1, 1, 2, 3), strict=True):
            top, bottom = HEIGHTS[panel]
            assert (line[:, 1] >= top - 0.1).all()
            assert (line[:, 1] <= bottom + 0.1).all()
            assert bottom < height


def test_a_curve_is_broken_where_there_is_no_state():
    lines = points(steam_picture([curve(p_bar=(13.0, 12.0, np.nan, 9.0, 8.0), dryness=(1.0,) * 5)], "steam"))
    assert [len(line) for line in lines[:2]] == [2, 2]


def test_the_need_is_drawn_only_where_there_is_one():
    assert 'class="needed"' not in steam_picture([curve()], "steam")
    assert 'class="needed"' in steam_picture([curve()], "steam", needed_bar=8.0)


def test_a_long_key_goes_on_below_and_moves_the_diagrams_down():
    few = [curve(label=f"{flow} t/h") for flow in (100, 50, 20)]
    many = [curve(label=f"hour of highest load 2025-01-16 05:00, {flow} t/h") for flow in (100, 50, 20)]
    (low, least), (high, most) = (
        (
            float(re.search(r"translate\(0 (\d+)\)", picture).group(1)),
            float(re.search(r"0 0 720 (\d+)", picture).group(1)),
        )
        for picture in (steam_picture(few, "steam"), steam_picture(many, "steam"))
    )
    assert low == 0
    # two of the long ones fit beside each other
    assert high == most - least == KEY_LINE


def test_names_are_escaped():
    picture = steam_picture([curve(label="<script>alert(1)</script>")], "<b>")
    assert "<script>" not in picture
    assert "<b>" not in picture


def test_pressures_are_mpa_in_chinese():
    with use_language("zh"):
        picture = steam_picture([curve()], "steam")
    assert "MPa" in picture
    assert ">1.5<" in picture


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_of_several_hours(lang, tmp_path):
    """Largest and smallest flow, each with its tables; a picture with both."""
    network = steam_line()
    time = pd.date_range("2025-01-15 07:00", periods=3, freq="h", name="time")
    boundary = Boundary(time, {"consumer_heat_mw": pd.DataFrame({"user": [30.0, 3.0, 12.0]}, index=time)})
    states = solve_steam(network, boundary)
    page = write_steam_page(answer_of(network, boundary, states), tmp_path / "steam.html", lang).read_text("utf-8")
    words = {
        "en": ("largest flow, 2025-01-15T07:00", "smallest flow, 2025-01-15T08:00"),
        "zh": ("最大流量", "最小流量"),
    }
    for word in words[lang]:
        assert word in page
    assert page.count("<polyline") == 10
    assert "NaN" not in page
