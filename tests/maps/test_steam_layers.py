"""Steam lines on the map: values of the solved hours in the language's units, and a map as before where nothing is solved."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from heatnet.maps import build_map
from heatnet.web.offline import external_references


@pytest.fixture(scope="module")
def view(steam_results: Path, map_view):
    return map_view(steam_results)


def _row(view, kind: str, element: str, time: str, network: str = "east/steam") -> dict[str, float]:
    """Values of an element of the project case at a time, by quantity."""
    keys = view.network(1, network)[0][kind]
    return {key: view.frame(1, network, kind, key).at[pd.Timestamp(time), element] for key in keys}


def test_the_clock_has_the_hours_of_the_steam_too(view, tiny: dict) -> None:
    times = view.times(1)
    assert pd.Timestamp(tiny["STEAM_HOURS"]["smallest"]) in times
    named = {str(times[hour])[:16]: label for hour, label in view.data["cases"][1]["clock"]["labels"]}
    assert list(named) == list(tiny["STEAM_HOURS"].values())
    assert named[tiny["STEAM_HOURS"]["smallest"]] == "East: least steam flow", "West has other hours"
    season = [
        hour for first, _row, count in view.data["cases"][1]["clock"]["season"] for hour in range(first, first + count)
    ]
    assert [str(times[hour])[:16] for hour in range(len(times)) if hour not in season] == [
        tiny["STEAM_HOURS"]["smallest"]
    ]
    assert len(view.times(0)) == len(times) - 1


def test_pipes_show_flow_state_and_loss(view, tiny: dict) -> None:
    layout = view.network(1, "east/steam")[1]
    length_m = float(dict(layout["pipes"][0]["rows"])["Length"].replace(",", "").removesuffix(" m"))
    values = _row(view, "pipes", "steam_pipe", tiny["HOURS"]["design"])
    # 10 kg/s: 13 and 11 bar, 300 and 280 °C at the ends, against the direction of the pipe
    assert values["p"] == pytest.approx(12.0)
    assert values["t_degc"] == pytest.approx(290.0)
    assert values["superheat_k"] == pytest.approx(92.0)
    assert values["mdot_t_per_h"] == pytest.approx(-36.0)
    assert values["velocity_m_per_s"] == pytest.approx(20.0)
    assert values["loss_kw"] == pytest.approx(300.0)
    assert values["loss_w_per_m"] == pytest.approx(3e5 / length_m, abs=0.51)
    assert values["dryness"] == pytest.approx(100.0)
    assert values["condensation_m"] != values["condensation_m"]


def test_condensation_is_told_where_it_is(view, tiny: dict) -> None:
    values = _row(view, "pipes", "steam_pipe", tiny["STEAM_HOURS"]["smallest"])
    assert values["dryness"] == pytest.approx(95.0)
    assert values["condensate_t_per_h"] == pytest.approx(0.36)
    assert values["condensation_m"] == 1000.0
    assert values["superheat_k"] == 0.0


def test_a_failed_hour_and_a_hour_of_the_water_alone_have_no_numbers(view, tiny: dict) -> None:
    failed = tiny["HOURS"]["p95"]
    for kind, element in (("pipes", "steam_pipe"), ("nodes", "s0"), ("stations", "users"), ("plants", "chp")):
        values = _row(view, kind, element, failed)
        values.pop("schedule_mw", None)  # the schedule knows no pipes
        assert values
        assert all(value != value for value in values.values())
    summer = _row(view, "pipes", "pipe_a", tiny["STEAM_HOURS"]["smallest"], "east")
    assert summer["t_supply_degc"] != summer["t_supply_degc"]


def test_nodes_users_and_plants_have_values(view, tiny: dict) -> None:
    time = tiny["HOURS"]["design"]
    assert [node["id"] for node in view.network(1, "east/steam")[1]["nodes"]] == ["s0", "s1"]
    assert [_row(view, "nodes", node, time)["p"] for node in ("s0", "s1")] == pytest.approx([13.0, 11.0])
    assert _row(view, "stations", "users", time)["mdot_t_per_h"] == pytest.approx(0.7 * 36.0)
    assert _row(view, "plants", "chp", time)["mdot_t_per_h"] == pytest.approx(36.0)


def test_an_exchange_station_shows_the_steam_that_it_draws(view, tiny: dict) -> None:
    time = tiny["HOURS"]["design"]
    drawn = _row(view, "plants", "exchange", time, "east")
    assert drawn["steam_mdot_t_per_h"] == pytest.approx(0.25 * 36.0)
    assert drawn["steam_margin"] == pytest.approx(7.0)
    other = _row(view, "plants", "plant4", time, "east")
    assert other["steam_mdot_t_per_h"] != other["steam_mdot_t_per_h"]


def test_pressures_are_mpa_in_chinese(steam_results: Path, map_view, view, tiny: dict) -> None:
    chinese = map_view(steam_results, "zh")
    assert _row(chinese, "pipes", "steam_pipe", tiny["HOURS"]["design"])["p"] == pytest.approx(1.2)
    units = {row["key"]: row["unit"] for row in chinese.data["colours"]["steam"]}
    assert units["p"] == units["margin"] == "MPa"
    assert {row["key"]: row["unit"] for row in view.data["colours"]["steam"]}["p"] == "bar"
    assert chinese.quantity("water", "stations", "dp")["unit"] == "MPa"


def test_colours_span_all_elements_of_a_quantity(view) -> None:
    rows = {row["key"]: row for row in view.data["colours"]["steam"]}
    assert rows["p"]["range"][0] == pytest.approx(11.0), "at a node; pipes have 12 at least"
    assert rows["mdot_t_per_h"]["range"][0] == 0.0
    # the largest of pipe and users is 36 t/h, against the pipe's direction
    assert 30.0 < rows["mdot_t_per_h"]["range"][1] <= 36.0
    assert rows["dryness"]["range"] == [90.0, 100.0]


def test_a_map_without_solved_steam_knows_its_schedule_alone(results: Path, map_view, view) -> None:
    before = map_view(results)
    assert before.data["colours"]["steam"] == []
    for known in (before, view):
        entry, layout = known.network(0, "east/steam")
        assert (entry["solved"], layout["nodes"], entry["pipes"]) == (False, [], {})
        assert list(entry["plants"]) == ["schedule_mw"]
    assert {row["key"] for row in view.data["quantities"]["water"]["plants"]} - {
        row["key"] for row in before.data["quantities"]["water"]["plants"]
    } == {f"steam_{key}" for key in ("p", "margin", "t_degc", "superheat_k", "dryness", "mdot_t_per_h")}


@pytest.mark.parametrize(
    ("lang", "words"), [("en", ("Steam pressure, absolute", "t/h")), ("zh", ("蒸汽压力（绝对）", "单位长度散热量"))]
)
def test_the_page_is_offline_and_speaks_the_language(
    steam_results: Path, tmp_path: Path, lang: str, words: tuple[str, ...]
) -> None:
    html = build_map(steam_results, tmp_path / "map.html", lang).read_text(encoding="utf-8")
    assert external_references(html) == []
    assert [word for word in words if word not in html] == []
    assert json.loads(re.search(r'id="heatnet-data">(.*?)</script>', html, re.DOTALL)[1])["colours"]["steam"]
