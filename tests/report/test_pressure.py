"""The pressure diagram's data and files: heads are those of the results, files are drawn in both languages."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from heatnet.i18n import use_language
from heatnet.metrics.pressure_line import M_PER_BAR, way_between
from heatnet.model.water_limits import ATMOSPHERE_BAR, Limits
from heatnet.report.context import Context
from heatnet.report.pressure import curve_of, default_ends, diagram, hour_state
from heatnet.report.pressure_file import chinese_font, draw_pressure_diagram, needs_chinese
from heatnet.report.pressure_page import page_words, pressure_blocks
from heatnet.web.results_view import load_study

#: the page rounds heads to centimetres
ROUNDED_M = 0.0051


@pytest.fixture(scope="module")
def context(results: Path) -> Context:
    return Context(load_study(results))


def _told(context: Context, label: str = "Hour", hours: int = 1):
    case = context.study.cases["project"]
    network = case.networks["east"].network
    ends = default_ends(network, case.summary["by_network"]["east"])
    way = way_between(network, *ends)
    folder = context.study.folder / "project" / "east" / "water"
    times = case.networks["east"].hours.index[:hours]
    curves = [curve_of(network, way, hour_state(folder, time), f"{label} {time:%m-%d}", Limits()) for time in times]
    return diagram(network, "East", way, curves, Limits())


def test_the_page_holds_the_heads_of_the_files(context: Context) -> None:
    block = next(block for block in pressure_blocks(context) if block["id"] == "east")
    network = context.study.cases["project"].networks["east"]
    assert block["ends"] == ["plant4", "hx_n4"]
    assert {case["id"] for case in block["cases"]} == {"base", "project"}
    case = next(case for case in block["cases"] if case["id"] == "project")
    nodes = list(network.network.nodes.index)
    for hour in case["hours"]:
        time = pd.Timestamp(hour["time"])
        for line in ("supply", "return"):
            p_bar = network.quantities[f"node_p_{line}_bar"].loc[time, nodes].to_numpy()
            assert hour[line] == pytest.approx((p_bar - ATMOSPHERE_BAR) * M_PER_BAR, abs=ROUNDED_M)
    # all nodes stand at 0 m, so that the static line is level at the constant-pressure point's 5 bar
    assert case["hours"][0]["rest"] == pytest.approx((5.0 - ATMOSPHERE_BAR) * M_PER_BAR, abs=ROUNDED_M)
    assert block["point"] == [nodes.index("n0"), pytest.approx((5.0 - ATMOSPHERE_BAR) * M_PER_BAR, abs=ROUNDED_M)]
    assert block["nominal"] == pytest.approx(16.0 * M_PER_BAR, abs=ROUNDED_M)
    assert sorted(tuple(edge[:2]) for edge in block["edges"]) == [(0, 1), (1, 2), (1, 3), (3, 4)]


def test_a_label_at_two_hours_is_told_with_its_cases(shifted: Path) -> None:
    block = next(block for block in pressure_blocks(Context(load_study(shifted))) if block["id"] == "east")
    times = dict(block["times"])
    assert times["2025-01-15 05:00"] == "2025-01-15 05:00 load quantile 20 % (Baseline)"
    assert times["2025-02-10 08:00"] == "2025-02-10 08:00 load quantile 20 % (Project)"
    # both cases have it at the same hour
    assert times["2025-11-25 12:00"] == "2025-11-25 12:00 load quantile 50 %"


def test_the_highest_ground_is_named_once() -> None:
    words = page_words()["highest"].format(name="Station n4", ground="4.0")
    assert words.lower().count("station") == 1


def test_pressures_are_megapascal_in_chinese() -> None:
    assert page_words()["per_m"] == pytest.approx(0.0980665)
    with use_language("zh"):
        assert page_words()["per_m"] == pytest.approx(0.00980665)


def test_the_diagram_knows_its_point_its_limits_and_the_pump_s_suction(context: Context) -> None:
    told = _told(context)
    assert told.way.nodes == ("n0", "n1", "n3", "n4")
    assert told.names[0] == "Plant 4"
    assert told.point == (0.0, pytest.approx((5.0 - ATMOSPHERE_BAR) * M_PER_BAR))
    # below the return line, as the plant's pump has enough
    assert told.curves[0].suction_least_m < told.curves[0].lines.return_m[0]
    assert np.all(np.diff(told.curves[0].lines.supply_m) < 0)
    assert np.all(np.diff(told.curves[0].lines.return_m) > 0)


def test_an_hour_that_is_not_there_has_no_state(context: Context) -> None:
    assert hour_state(context.study.folder / "project" / "east" / "water", pd.Timestamp("2025-07-01")) is None


@pytest.mark.parametrize(("suffix", "magic"), [(".svg", b"<?xml"), (".pdf", b"%PDF"), (".png", b"\x89PNG")])
def test_files_are_what_their_ending_says_and_the_same_again(context: Context, tmp_path: Path, suffix, magic) -> None:
    told = _told(context, hours=2)
    first, second = tmp_path / f"a{suffix}", tmp_path / f"b{suffix}"
    for file in (first, second):
        draw_pressure_diagram(told, file)
    assert first.read_bytes().startswith(magic)
    assert first.read_bytes() == second.read_bytes()
    assert list(tmp_path.iterdir()) != []


def test_hostile_names_stay_letters_in_a_drawing(hostile_results: Path, tmp_path: Path) -> None:
    context = Context(load_study(hostile_results))
    told = _told(context, label="</text><script>alert(1)</script> $x^2$ =1+1")
    draw_pressure_diagram(told, tmp_path / "hostile.svg")
    drawn = (tmp_path / "hostile.svg").read_text(encoding="utf-8")
    assert "<script" not in drawn.lower()


def test_chinese_needs_a_font_and_says_so(context: Context) -> None:
    told = _told(context)
    assert not needs_chinese(told)
    with use_language("zh"):
        assert needs_chinese(told)
    if shutil.which("fc-list") and chinese_font() is None:
        pytest.skip("no font that holds Chinese on this machine")
    assert chinese_font()
