"""Steam lines on the map: values of the solved hours in the language's units, and a map as before where nothing is solved."""

import json
import re
from pathlib import Path

import pytest

from heatnet.i18n import use_language
from heatnet.maps import build_map
from heatnet.maps.build import map_data
from heatnet.web.offline import external_references
from heatnet.web.results_view import load_study


def _data(folder: Path, lang: str = "en") -> dict:
    with use_language(lang):
        return map_data(load_study(folder))


@pytest.fixture(scope="module")
def data(steam_results: Path) -> dict:
    return _data(steam_results)


def _steam(data: dict, case: int) -> tuple[dict, dict]:
    for entry in data["cases"][case]["networks"]:
        if data["layouts"][entry["layout"]]["id"] == "east/steam":
            return entry, data["layouts"][entry["layout"]]
    raise AssertionError(case)


def _hour(data: dict, time: str) -> int:
    return [hour["time"] for hour in data["cases"][1]["hours"]].index(time)


def test_the_hours_of_the_steam_stand_behind_those_of_the_water(data: dict, tiny: dict) -> None:
    hours = data["cases"][1]["hours"]
    assert [hour["time"] for hour in hours] == list(tiny["STEAM_HOURS"].values())
    assert hours[-1]["label"] == "least steam flow"
    assert [hour["time"] for hour in data["cases"][0]["hours"]] == list(tiny["HOURS"].values())


def test_pipes_show_flow_state_and_loss(data: dict, tiny: dict) -> None:
    entry, layout = _steam(data, 1)
    length_m = layout["pipes"][0]["rows"]
    length_m = float(dict(length_m)["Length"].replace(",", "").removesuffix(" m"))
    hour = _hour(data, tiny["HOURS"]["design"])
    values = {key: block[0][hour] for key, block in entry["pipes"].items()}
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


def test_condensation_is_told_where_it_is(data: dict, tiny: dict) -> None:
    entry, _layout = _steam(data, 1)
    hour = _hour(data, tiny["STEAM_HOURS"]["smallest"])
    values = {key: block[0][hour] for key, block in entry["pipes"].items()}
    assert values["dryness"] == pytest.approx(95.0)
    assert values["condensate_t_per_h"] == pytest.approx(0.36)
    assert values["condensation_m"] == 1000.0
    assert values["superheat_k"] == 0.0


def test_a_failed_hour_and_a_hour_of_the_water_alone_have_no_numbers(data: dict, tiny: dict) -> None:
    entry, _layout = _steam(data, 1)
    failed = _hour(data, tiny["HOURS"]["p95"])
    blocks = [block for element in ("pipes", "nodes", "stations", "plants") for block in entry[element].values()]
    hourly = [one for block in blocks if isinstance(block[0], list) for one in block]
    assert hourly
    assert all(one[failed] != one[failed] for one in hourly)
    east = data["cases"][1]["networks"][0]
    summer = _hour(data, tiny["STEAM_HOURS"]["smallest"])
    assert all(row[summer] != row[summer] for row in east["pipes"]["t_supply_degc"])


def test_nodes_users_and_plants_have_values(data: dict, tiny: dict) -> None:
    entry, layout = _steam(data, 1)
    hour = _hour(data, tiny["HOURS"]["design"])
    assert [node["id"] for node in layout["nodes"]] == ["s0", "s1"]
    assert [row[hour] for row in entry["nodes"]["p"]] == pytest.approx([13.0, 11.0])
    assert entry["stations"]["mdot_t_per_h"][0][hour] == pytest.approx(0.7 * 36.0)
    assert entry["plants"]["mdot_t_per_h"][0][hour] == pytest.approx(36.0)


def test_an_exchange_station_shows_the_steam_that_it_draws(data: dict, tiny: dict) -> None:
    east = data["cases"][1]["networks"][0]
    plants = [plant["id"] for plant in data["layouts"][east["layout"]]["plants"]]
    hour = _hour(data, tiny["HOURS"]["design"])
    drawn = dict(zip(plants, (row[hour] for row in east["plants"]["steam_mdot_t_per_h"]), strict=True))
    assert drawn["exchange"] == pytest.approx(0.25 * 36.0)
    assert drawn["plant4"] != drawn["plant4"]
    margin = dict(zip(plants, (row[hour] for row in east["plants"]["steam_margin"]), strict=True))
    assert margin["exchange"] == pytest.approx(7.0)


def test_pressures_are_mpa_in_chinese(steam_results: Path, data: dict, tiny: dict) -> None:
    chinese = _data(steam_results, "zh")
    hour = _hour(data, tiny["HOURS"]["design"])
    assert _steam(chinese, 1)[0]["pipes"]["p"][0][hour] == pytest.approx(1.2)
    units = {row["key"]: row["unit"] for row in chinese["colours"]["steam"]}
    assert units["p"] == units["margin"] == "MPa"
    assert {row["key"]: row["unit"] for row in data["colours"]["steam"]}["p"] == "bar"
    gaps = {row["key"]: row["unit"] for row in chinese["quantities"]["water"]["stations"]}
    assert gaps["dp"] == "MPa"


def test_colours_span_all_elements_of_a_quantity(data: dict) -> None:
    rows = {row["key"]: row for row in data["colours"]["steam"]}
    assert rows["p"]["range"][0] == pytest.approx(11.0), "at a node; pipes have 12 at least"
    assert rows["mdot_t_per_h"]["range"][0] == 0.0
    # the largest of pipe and users is 36 t/h, against the pipe's direction
    assert 30.0 < rows["mdot_t_per_h"]["range"][1] <= 36.0
    assert rows["dryness"]["range"] == [90.0, 100.0]


def test_a_map_without_solved_steam_is_as_before(results: Path, steam_results: Path, data: dict) -> None:
    before = _data(results)
    assert before["colours"]["steam"] == []
    for known in (before, data):
        entry, layout = _steam(known, 0)
        assert (entry["solved"], layout["nodes"], entry["pipes"]) == (False, [], {})
    assert {row["key"] for row in data["quantities"]["water"]["plants"]} - {
        row["key"] for row in before["quantities"]["water"]["plants"]
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
