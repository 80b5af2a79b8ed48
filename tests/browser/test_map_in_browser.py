"""The map in a real browser that can reach no host: what its reader does, and what he reads against the result files."""

from __future__ import annotations

import json
import runpy
import shutil
from collections.abc import Iterator
from itertools import combinations, product
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from heatnet.io.results_store import write_table
from heatnet.maps import build_map
from heatnet.web.colours import SCALE

CHROMIUM = runpy.run_path(str(Path(__file__).parent / "chromium.py"))

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM["CHROMIUM"] is None, reason="no Chromium on this machine"),
]
#: a pixel of a pipe may be one step of 64 beside the colour of its value, and the edge's dark shines through at its rim
COLOUR_TOLERANCE = 8


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with CHROMIUM["browser"](tmp_path_factory.mktemp("profile")) as page:
        yield page


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """The browser with a laptop's window; afterwards nothing was asked of a host and nothing complained."""
    browser.size(1366, 800)
    browser.console.clear()
    browser.requests.clear()
    yield browser
    assert browser.console == []
    assert browser.requests == []


@pytest.fixture(scope="module")
def map_file(results: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_map(results, tmp_path_factory.mktemp("map") / "map.html", "en")


def choose(page: Any, control: str, value: str) -> None:
    """Set a control as its reader does, and wait until the page shows it."""
    before = page.run("document.body.dataset.shown || ''")
    page.run(
        f"(() => {{ const control = document.getElementById({json.dumps(control)}); control.value = {json.dumps(value)};"
        " control.dispatchEvent(new Event('change')); })()"
    )
    if control not in ("find", "hour", "date", "clock-hour", "speed", "chart-quantity"):
        page.wait(f"document.body.dataset.shown !== {json.dumps(before)} && !document.querySelector('[aria-busy]')")


def set_background(page: Any, name: str) -> None:
    page.run(
        f"(() => {{ const control = document.getElementById('background'); control.value = {json.dumps(name)};"
        " control.dispatchEvent(new Event('change')); })()"
    )


def box_of(page: Any, selector: str) -> list[float]:
    """Return left, top, width and height of an element, px."""
    return page.run(
        f"(() => {{ const box = document.querySelector({json.dumps(selector)}).getBoundingClientRect();"
        " return [box.left, box.top, box.width, box.height]; })()"
    )


def find(page: Any, name: str, element: str) -> dict[str, str]:
    """Look an element up by name; return the values of its panel by quantity."""
    choose(page, "find", name)
    page.wait(f"document.getElementById('details').dataset.ready === {json.dumps(element)}")
    return values(page)


def values(page: Any) -> dict[str, str]:
    rows = "[...document.querySelectorAll('.hour-values tr')].filter((row) => !row.hidden)"
    return dict(page.run(f"{rows}.map((row) => [row.cells[0].textContent, row.cells[1].textContent])"))


def time_shown(page: Any) -> pd.Timestamp:
    return pd.Timestamp(page.run("document.getElementById('time-text').textContent")[:16])


def colour_of(page: Any, element: str, kind: str = "pipes") -> list[int]:
    """Return the colour on the canvas in the middle of a pipe, or of a station."""
    return page.run(f"""(() => {{
      const canvas = heatnet.page.canvas, group = heatnet.page.groups.find((one) => one.visible && one.kind === "{kind}"
        && one.items.some((item) => item.id === "{element}"));
      const n = group.items.findIndex((item) => item.id === "{element}"), ratio = window.devicePixelRatio;
      const last = group.starts[n + 1] - 1, share = group.kind === "pipes" ? 0.37 : 0;
      const x = canvas._px(group, group.starts[n]) * (1 - share) + canvas._px(group, last) * share;
      const y = canvas._py(group, group.starts[n]) * (1 - share) + canvas._py(group, last) * share;
      const copy = document.createElement("canvas").getContext("2d", {{ willReadFrequently: true }});
      copy.drawImage(canvas._container, -Math.round(x * ratio), -Math.round(y * ratio));
      return [...copy.getImageData(0, 0, 1, 1).data].slice(0, 3);
    }})()""")


def scale_colour(value: float, span: list[float]) -> list[int]:
    """Return the colour of a value, worked out anew from the stops."""
    share = min(max((value - span[0]) / (span[1] - span[0]), 0.0), 1.0) * (len(SCALE) - 1)
    low = min(int(share), len(SCALE) - 2)
    stops = [[int(stop[i : i + 2], 16) for i in (1, 3, 5)] for stop in SCALE[low : low + 2]]
    return [round(a + (b - a) * (share - low)) for a, b in zip(*stops, strict=True)]


def table(results: Path, case: str, quantity: str, network: str = "east") -> pd.DataFrame:
    return pd.read_parquet(results / case / network / "water" / f"{quantity}.parquet").set_index("time")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_map_opens_and_draws_every_element(page: Any, results: Path, tmp_path: Path, lang: str) -> None:
    page.open(build_map(results, tmp_path / "map.html", lang))
    drawn = page.run("heatnet.page.groups.map((group) => [group.layout.id, group.kind, group.items.length])")
    assert sorted(map(tuple, drawn)) == [
        ("east", "pipes", 4), ("east", "stations", 3), ("east/steam", "pipes", 1), ("east/steam", "stations", 1),
        ("west", "pipes", 4), ("west", "stations", 3),
    ]  # fmt: skip
    assert page.run("document.querySelectorAll('.plant-icon svg').length") == 3 + 1 + 1
    assert page.run("document.documentElement.lang") == {"en": "en", "zh": "zh-CN"}[lang]


def test_colour_and_values_of_a_pipe_are_those_of_the_files(page: Any, results: Path, map_file: Path) -> None:
    """In each case, at three places of the slider: first hour, last hour, one between."""
    page.open(map_file)
    choose(page, "pipe-quantity", "velocity_m_per_s")
    page.run("document.getElementById('arrows').click()")
    for case in ("base", "project"):
        choose(page, "case", {"base": "0", "project": "1"}[case])
        velocity, flow = (table(results, case, name) for name in ("pipe_velocity_m_per_s", "pipe_mdot_kg_per_s"))
        for place in (0, 3, 6):
            page.run(
                f"(() => {{ const slider = document.getElementById('time'); slider.value = {place};"
                " slider.dispatchEvent(new Event('input')); })()"
            )
            time = time_shown(page)
            assert time == velocity.index[place]
            shown = find(page, "Main b [pipe_b]", "pipe_b")
            assert float(shown["Velocity"].removesuffix(" m/s")) == pytest.approx(
                abs(velocity["pipe_b"][time]), abs=0.0051
            )
            said = shown["Flow (positive from start to end)"].removesuffix(" kg/s").replace(",", "")
            assert float(said) == pytest.approx(flow["pipe_b"][time], abs=0.051)
            page.run("document.querySelector('.details-close').click()")
            span = page.run("heatnet.data.quantities.water.pipes.find((one) => one.key === 'velocity_m_per_s').range")
            expected = scale_colour(abs(velocity["pipe_b"][time]), span)
            assert colour_of(page, "pipe_b") == pytest.approx(expected, abs=COLOUR_TOLERANCE)


def test_the_slider_is_dragged_and_the_keyboard_moves_it(page: Any, map_file: Path, results: Path) -> None:
    page.open(map_file)
    hours = table(results, "base", "pipe_velocity_m_per_s").index
    box = box_of(page, "#time")
    middle = box[1] + box[3] / 2
    page.mouse("mousePressed", box[0] + 6, middle)
    assert time_shown(page) == hours[0]
    seen = set()
    for share in (0.2, 0.5, 0.8, 1.0):
        page.mouse("mouseMoved", box[0] + share * (box[2] - 2), middle)
        seen.add(time_shown(page))
    page.mouse("mouseReleased", box[0] + box[2] - 2, middle)
    assert len(seen) == 4
    assert time_shown(page) == hours[-1]
    page.key("ArrowLeft", 37)
    assert time_shown(page) == hours[-2]
    page.key("Home", 36)
    assert time_shown(page) == hours[0]
    page.key("PageUp", 33)
    assert time_shown(page) == hours[-1], "seven hours are fewer than a day"
    page.run("document.querySelector('[data-step=\"-1\"]').click()")
    assert time_shown(page) == hours[-2]


def test_play_passes_the_hours_and_stops(page: Any, map_file: Path) -> None:
    page.open(map_file)
    choose(page, "speed", "hour")
    page.run("document.getElementById('play').click()")
    first = page.run("document.getElementById('time').value")
    page.wait(f"document.getElementById('time').value !== {json.dumps(first)}")
    page.run("document.getElementById('play').click()")
    stopped = page.run("new Promise((done) => { const at = document.getElementById('time').value;"
                       " setTimeout(() => done([at, document.getElementById('time').value]), 400); })")  # fmt: skip
    assert stopped[0] == stopped[1]
    assert page.run("document.getElementById('play').getAttribute('aria-pressed')") == "false"


def test_a_named_hour_and_a_date_are_gone_to(page: Any, map_file: Path, tiny: dict) -> None:
    page.open(map_file)
    assert time_shown(page) == pd.Timestamp(tiny["HOURS"]["design"]), "a map opens with the hour of highest load"
    option = page.run(
        "[...document.getElementById('hour').options].find((one) => one.textContent.includes('quantile 20')).value"
    )
    choose(page, "hour", option)
    assert time_shown(page) == pd.Timestamp(tiny["HOURS"]["p20"])
    choose(page, "date", "2025-12-24")
    choose(page, "clock-hour", "18")
    assert time_shown(page) == pd.Timestamp("2025-12-24 18:00")


def test_a_click_on_a_station_opens_its_course_and_one_there_chooses_the_hour(
    page: Any, results: Path, map_file: Path
) -> None:
    page.open(map_file)
    at = page.run("""(() => {
      const group = heatnet.page.groups.find((one) => one.layout.id === "east" && one.kind === "stations");
      const box = window.map_heatnet.getContainer().getBoundingClientRect();
      const point = window.map_heatnet.latLngToContainerPoint(group.items.find((item) => item.id === "hx_n4").at);
      return [box.left + point.x, box.top + point.y];
    })()""")
    page.click(*at)
    page.wait("document.getElementById('details').dataset.ready === 'hx_n4'")
    time = time_shown(page)
    heat = table(results, "base", "consumer_heat_mw")["hx_n4"]
    assert float(values(page)["Heat taken"].removesuffix(" MW")) == pytest.approx(heat[time], abs=0.0051)
    assert values(page)["Waste heat in the heat taken"] == "50 %"
    choose(page, "chart-quantity", "heat_mw")
    summary = page.run("document.querySelector('.chart').getAttribute('aria-label')")
    assert f"{heat.min():.2f} MW" in summary
    assert f"{heat.max():.2f} MW" in summary
    box = box_of(page, ".chart")
    page.click(box[0] + box[2] * 0.98, box[1] + box[3] / 2)
    assert time_shown(page) == heat.index[-1]
    assert float(values(page)["Heat taken"].removesuffix(" MW")) == pytest.approx(heat.iloc[-1], abs=0.0051)
    page.key("Escape", 27) if page.run(
        "document.getElementById('details').contains(document.activeElement)"
    ) else page.run("document.querySelector('.details-close').click()")
    assert page.run("document.getElementById('details').hidden")


def test_the_difference_of_two_cases_is_that_of_their_files(page: Any, results: Path, tmp_path: Path) -> None:
    other = shutil.copytree(results, tmp_path / "other")
    warmer = table(other, "project", "node_t_supply_degc") + 3.0
    write_table(warmer, other / "project" / "east" / "water" / "node_t_supply_degc.parquet")
    page.open(build_map(other, tmp_path / "map.html", "en"))
    choose(page, "case", "1")
    choose(page, "compare", "0")
    shown = find(page, "pipe_c", "pipe_c")
    assert shown["Supply temperature"].endswith("(+3.0)")
    assert shown["Velocity"].endswith("(0.00)")
    assert page.run("document.querySelectorAll('.chart path').length") == 2
    legend = page.run("document.getElementById('legend').textContent")
    assert "Project less Base" in legend or " less " in legend
    page.run("document.querySelector('.details-close').click()")
    page.run("document.getElementById('arrows').click()")
    purple = [int("#542788"[i : i + 2], 16) for i in (1, 3, 5)]
    assert colour_of(page, "pipe_c") == pytest.approx(purple, abs=COLOUR_TOLERANCE)
    choose(page, "compare", "")
    assert "(+" not in " ".join(find(page, "pipe_c", "pipe_c").values())


def test_a_case_is_held_against_others_alone(page: Any, map_file: Path) -> None:
    page.open(map_file)
    offered = "[...document.getElementById('compare').options].map((one) => one.value)"
    assert page.run(offered) == ["", "1"]
    choose(page, "compare", "1")
    choose(page, "case", "1")
    assert page.run(offered) == ["", "0"]
    assert page.run("document.getElementById('compare').value") == "", (
        "the case that it was held against is now the first"
    )
    choose(page, "compare", "0")
    choose(page, "pipe-quantity", "loss_w_per_m")
    assert page.run("document.getElementById('compare').value") == "0"


def test_equal_cases_have_no_difference_and_a_capped_scale_says_so_at_both_ends(
    page: Any, results: Path, tmp_path: Path
) -> None:
    other = shutil.copytree(results, tmp_path / "other")
    for case, more in (("base", 0.0), ("project", 3.0)):
        warmer = table(other, "base", "node_t_supply_degc") + more
        write_table(warmer, other / case / "east" / "water" / "node_t_supply_degc.parquet")
    water = other / "base" / "east" / "water", other / "project" / "east" / "water"
    shutil.copyfile(*(folder / "pipe_velocity_m_per_s.parquet" for folder in water))
    page.open(build_map(other, tmp_path / "map.html", "en"))
    choose(page, "compare", "1")
    choose(page, "pipe-quantity", "velocity_m_per_s")
    legend = page.run("document.getElementById('legend').textContent")
    assert "no difference" in legend
    assert "1.00" not in legend.split("Exchange stations")[0]
    page.run("document.getElementById('arrows').click()")
    white = [int("#f7f7f7"[i : i + 2], 16) for i in (1, 3, 5)]
    assert colour_of(page, "pipe_c") == pytest.approx(white, abs=COLOUR_TOLERANCE)
    choose(page, "pipe-quantity", "t_supply_degc")
    ends = "[...document.querySelector('#legend .scale-ends').children].map((one) => one.textContent)"
    assert page.run(ends) == ["≤ -3.0", "0.0", "≥ 3.0"]
    choose(page, "range", "hour")
    assert page.run(ends) == ["-3.0", "0.0", "3.0"]


@pytest.mark.parametrize(
    ("value", "digits", "said"), [(-0.04, 1, "0.0"), (0.04, 1, "0.0"), (0.06, 1, "+0.1"), (-2, 0, "-2")]
)
def test_what_prints_as_nothing_has_no_sign(page: Any, map_file: Path, value: float, digits: int, said: str) -> None:
    page.open(map_file)
    assert page.run(f"heatnet.more({value}, {digits})") == said
    assert page.run(f"heatnet.number({value}, {digits})") == said.removeprefix("+")


def test_stations_show_their_strongest_source_and_its_zone(page: Any, map_file: Path) -> None:
    page.open(map_file)
    choose(page, "station-quantity", "source")
    legend = page.run("document.getElementById('legend').textContent")
    assert "Plant 4: strongest source of 3 stations" in legend
    assert page.run("heatnet.page.canvas.zones")
    page.run("document.getElementById('influence').click()")
    page.wait("!heatnet.page.canvas.zones")


SYMBOL_COLOUR = """((name) => {
  const path = heatnet.page.plants.find((one) => one.item.id === name).marker.getElement().querySelector("path");
  return path.getAttribute("fill") === "#ffffff" ? path.getAttribute("stroke") : path.getAttribute("fill");
})"""


def test_a_source_has_one_colour_in_symbol_zone_and_legend(page: Any, map_file: Path) -> None:
    page.open(map_file)
    kinds = page.run(f"['plant4', 'sewage', 'chp'].map({SYMBOL_COLOUR})")
    choose(page, "station-quantity", "source")
    sources = page.run("heatnet.page.groups.find((one) => one.sources.length > 1).sources")
    own = {source["id"]: source["colour"] for source in sources}
    assert page.run(f"['plant4', 'sewage'].map({SYMBOL_COLOUR})") == [own["plant4"], own["sewage"]]
    assert page.run(f"['chp'].map({SYMBOL_COLOUR})") == [page.run("heatnet.data.other_plant")]
    picture = "[...document.querySelectorAll('#legend .legend-row')].find((row) => row.textContent.includes('Plant 4'))"
    assert page.run(f"{picture}.querySelector('path').getAttribute('fill')") == own["plant4"]
    choose(page, "station-quantity", "heat_mw")
    assert page.run(f"['plant4', 'sewage', 'chp'].map({SYMBOL_COLOUR})") == kinds


@pytest.fixture(scope="module")
def direct_map(results: Path, direct_results: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("direct")
    return build_map(direct_results(shutil.copytree(results, folder / "results")), folder / "map.html", "en")


def test_a_station_without_primary_flow_is_grey_and_shows_its_direct_heat(
    page: Any, direct_map: Path, tiny: dict
) -> None:
    page.open(direct_map)
    choose(page, "station-quantity", "t_supply_degc")
    page.run("heatnet.time.showHour(heatnet.page.passed[0])")
    shown = find(page, "hx_n4", "hx_n4")
    assert [
        shown[name] for name in ("Arriving supply temperature", "Waste heat in the heat taken", "Strongest source")
    ] == ["–"] * 3
    assert shown["Direct heat from Data centre, for 2 stations together"] == f"{tiny['DIRECT_MW']:.2f} MW"
    cell = "[...document.querySelectorAll('.hour-values tr')].find((row) => row.textContent.includes('Direct heat')).cells[1]"
    panel = box_of(page, "#details")
    assert page.run(f"{cell}.getBoundingClientRect().right") < panel[0] + panel[2], "a long name of a plant is wrapped"
    assert "Heated directly by" in page.run("document.getElementById('details').textContent")
    page.run("document.querySelector('.details-close').click()")
    grey = [int("#b9bfc4"[i : i + 2], 16) for i in (1, 3, 5)]
    assert colour_of(page, "hx_n4", "stations") == pytest.approx(grey, abs=COLOUR_TOLERANCE)
    page.run("heatnet.time.showHour(heatnet.page.passed[2])")
    assert find(page, "hx_n4", "hx_n4")["Arriving supply temperature"].endswith(" °C")
    assert not [name for name in find(page, "hx_n2", "hx_n2") if "Direct heat" in name]
    choose(page, "compare", "1")
    # in the other case the plant gives nothing
    said = find(page, "hx_n4", "hx_n4")["Direct heat from Data centre, for 2 stations together"]
    assert said == f"{tiny['DIRECT_MW']:.2f} MW (+{tiny['DIRECT_MW']:.2f})"


def test_a_part_of_a_name_finds_stations_before_their_pipes(page: Any, results: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(results, tmp_path / "results")
    for file in folder.glob("*/inputs/east/pipes.geojson"):
        file.write_text(file.read_text(encoding="utf-8").replace("Main b", "Branch of Station n2"), encoding="utf-8")
    page.open(build_map(folder, tmp_path / "map.html", "en"))
    find(page, "tation n2", "hx_n2")
    find(page, "Branch of", "pipe_b")


def test_on_a_phone_what_was_found_is_seen(page: Any, map_file: Path) -> None:
    page.size(390, 844, True)
    page.open(map_file)
    page.run("document.getElementById('panel-toggle').click()")
    choose(page, "find", "no such name")
    assert page.run("document.getElementById('find-note').getClientRects().length") == 1, "what is not found is told"
    page.run("document.getElementById('find').focus()")
    find(page, "Station n2", "hx_n2")
    assert page.run("document.getElementById('panel').getClientRects().length") == 0
    assert page.run("document.getElementById('panel-toggle').getAttribute('aria-expanded')") == "false"
    x, y = page.run("""(() => {
      const group = heatnet.page.groups.find((one) => one.layout.id === "east" && one.kind === "stations");
      const point = window.map_heatnet.latLngToContainerPoint(group.items.find((item) => item.id === "hx_n2").at);
      return [point.x, point.y];
    })()""")
    frame, cover = box_of(page, ".map-frame"), box_of(page, "#details")
    assert 0 < x < frame[2]
    assert 0 < y < cover[1] - frame[1]
    page.key("Escape", 27)
    assert page.run("document.activeElement.id") == "panel-toggle"


PLACE = """((at) => {
  const box = window.map_heatnet.getContainer().getBoundingClientRect(), point = window.map_heatnet.latLngToContainerPoint(at);
  return [box.left + point.x, box.top + point.y];
})"""


@pytest.mark.parametrize(("size", "corner"), [((390, 844, True), (0.5, 0.85)), ((1366, 768, False), (0.85, 0.4))])
@pytest.mark.parametrize("kind", ["station", "source", "source by key"])
def test_what_was_tapped_is_not_under_its_panel(
    page: Any, map_file: Path, size: tuple, corner: tuple, kind: str
) -> None:
    """A station, and a source, where the panel will be: the map moves so that it is still seen."""
    page.size(*size)
    page.open(map_file)
    stations = "heatnet.page.groups.find((one) => one.layout.id === 'east' && one.kind === 'stations').items"
    at = f"{stations}.find((item) => item.id === 'hx_n2').at"
    if kind != "station":
        at = "heatnet.page.plants.find((one) => one.item.id === 'plant4').item.at"
    page.run(f"""void (() => {{
      const map = window.map_heatnet, box = map.getContainer().getBoundingClientRect(), point = map.latLngToContainerPoint({at});
      map.panBy([point.x - {corner[0]} * box.width, point.y - {corner[1]} * box.height], {{ animate: false }});
    }})()""")
    place = f"{PLACE}({at})"
    if kind == "source by key":
        page.run("[...document.querySelectorAll('.plant-icon')].find((node) => node.title === 'Plant 4').focus()")
        page.key("Enter", 13)
    else:
        page.click(*page.run(place))
    page.wait(f"document.getElementById('details').dataset.ready === '{'hx_n2' if kind == 'station' else 'plant4'}'")
    x, y = page.run(f"new Promise((done) => setTimeout(() => done({place}), 50))")
    frame, cover = box_of(page, ".map-frame"), box_of(page, "#details")
    assert frame[0] < x < frame[0] + frame[2]
    assert frame[1] < y < frame[1] + frame[3]
    assert x < cover[0] or y < cover[1]


def test_the_notice_lies_under_no_button(page: Any, map_file: Path) -> None:
    for width, height, touch in ((390, 844, True), (1366, 768, False)):
        page.size(width, height, touch)
        page.open(map_file)
        told = box_of(page, ".not-placed")
        assert told[2] > 100
        for left, top, wide, high in page.run(
            "[...document.querySelectorAll('.fit-buttons button')].map((one) => one.getBoundingClientRect())"
            ".map((box) => [box.left, box.top, box.width, box.height])"
        ):
            assert (
                left + wide <= told[0] or told[0] + told[2] <= left or top + high <= told[1] or told[1] + told[3] <= top
            )


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_captions_lie_on_no_symbol_and_on_no_other_caption(page: Any, results: Path, tmp_path: Path, lang: str) -> None:
    page.size(1920, 1080)
    page.open(build_map(results, tmp_path / "map.html", lang))
    for place, zoom in (([39.055, 117.70], 14), ([39.085, 117.54], 14), ([39.0727, 117.6978], 16)):
        page.run(f"void window.map_heatnet.setView({place}, {zoom}, {{ animate: false }})")
        boxes, symbols = page.run("""["zones", "avenues", "landmarks", "plants"].map((name) => {
          const nodes = name === "plants" ? [...document.querySelectorAll(".plant-icon svg")] : heatnet.base[name].getLayers()
            .map((layer) => layer.getTooltip().getElement()).filter((node) => node.style.visibility !== "hidden");
          return nodes.map((node) => node.getBoundingClientRect()).filter((box) => box.width > 0)
            .map((box) => [box.left, box.top, box.right, box.bottom]);
        }).reduce((all, some, i) => (i < 3 ? [all[0].concat(some), []] : [all[0], some]), [[], []])""")
        assert len(boxes) > 20
        meet = [(a, b) for a, b in [*combinations(boxes, 2), *product(boxes, symbols)]
                if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] - 1 and b[1] < a[3] - 1]  # fmt: skip
        assert meet == []


def test_switches_hide_networks_and_layers(page: Any, map_file: Path) -> None:
    page.open(map_file)
    page.run("document.querySelector('#network-switches input').click()")
    assert page.run("heatnet.page.groups.filter((one) => one.layout.id === 'east').every((one) => !one.visible)")
    assert page.run("document.querySelectorAll('.plant-icon svg').length") == 2
    found = find(page, "Station n2", "hx_n2")
    assert found, "what is looked for is switched on again"
    assert page.run("heatnet.page.groups.filter((one) => one.layout.id === 'east').every((one) => one.visible)")
    page.run(
        "[...document.querySelectorAll('#layer-switches input')].find((box) => box.dataset.key === 'stations').click()"
    )
    assert page.run("heatnet.page.groups.filter((one) => one.kind === 'stations').every((one) => !one.visible)")


def test_solved_steam_is_coloured_dashes_with_values(page: Any, steam_results: Path, tmp_path: Path) -> None:
    """The study has no plan's case, so that the map opens with the first one, in which no steam is solved."""
    page.open(build_map(steam_results, tmp_path / "map.html", "en"))
    steam = "heatnet.page.groups.find((one) => one.layout.id === 'east/steam' && one.kind === 'pipes')"
    assert not page.run(f"{steam}.solved")
    choose(page, "case", "1")
    choose(page, "steam-quantity", "superheat_k")
    page.run("document.getElementById('whole-year').click()")
    option = page.run(
        "[...document.getElementById('hour').options].find((one) => one.textContent.includes('least steam')).value"
    )
    colours = []
    for hour in (None, option):
        if hour is not None:
            choose(page, "hour", hour)
        colours.append(page.run(f"{steam}.palette[{steam}.paints[0]]"))
    # no superheat is the dark end of the scale
    assert colours[0] != colours[1] == "rgb(0,34,78)"
    assert "Steam: Superheat (K)" in page.run("document.getElementById('legend').textContent")
    assert find(page, "steam_pipe", "steam_pipe")["Condenses first after"] == "1,000 m"


def test_hostile_names_stay_text(page: Any, hostile_results: Path, tmp_path: Path, tiny: dict) -> None:
    page.open(build_map(hostile_results, tmp_path / "map.html", "en"))
    choose(page, "case", "1")
    choose(page, "compare", "0")
    find(page, "plant4", "plant4")
    page.run("document.querySelector('#network-switches input').click()")
    assert page.run("document.documentElement.id") == ""
    assert page.run("document.querySelectorAll('body img').length") == 0
    attributes = "[...document.querySelectorAll('*')].flatMap((node) => [...node.attributes])"
    assert page.run(f"{attributes}.filter((one) => one.name.startsWith('on')).length") == 0
    assert tiny["HOSTILE"] in page.run("document.getElementById('network-switches').textContent")
    assert tiny["FORMULA"] in page.run("document.getElementById('legend').textContent")


def test_everything_has_a_name_and_can_be_reached_by_key(page: Any, map_file: Path) -> None:
    page.open(map_file)
    nameless = page.run("""[...document.querySelectorAll("select, input, button, output, [tabindex='0']")].filter((node) =>
      !node.closest("[hidden]") && !node.getAttribute("aria-label") && !node.textContent.trim()
      && !(node.labels && node.labels.length) && !node.title).map((node) => node.outerHTML.slice(0, 80))""")
    assert nameless == []
    reached = set()
    page.run("document.body.focus()")
    for _ in range(60):
        page.key("Tab", 9)
        reached.add(page.run("document.activeElement.id || document.activeElement.className"))
    assert {"case", "compare", "pipe-quantity", "station-quantity", "find", "time", "play", "background"} <= reached
    assert any("plant-icon" in name for name in reached)


def test_a_plant_opens_with_the_enter_key(page: Any, map_file: Path, results: Path) -> None:
    page.open(map_file)
    page.run("[...document.querySelectorAll('.plant-icon')].find((node) => node.title === 'Plant 4').focus()")
    page.key("Enter", 13)
    page.wait("document.getElementById('details').dataset.ready === 'plant4'")
    schedule = pd.read_parquet(results / "base" / "east" / "water" / "dispatch_heat_mw.parquet").set_index("time")[
        "plant4"
    ]
    shown = float(values(page)["Heat by the schedule"].removesuffix(" MW"))
    assert shown == pytest.approx(schedule[time_shown(page)], abs=0.0051)
    page.key("Escape", 27)
    assert page.run("document.getElementById('details').hidden")
    assert page.run("document.activeElement.title") == "Plant 4"


@pytest.mark.parametrize(("width", "height", "touch"), [(390, 844, True), (1366, 768, False), (1920, 1080, False)])
def test_it_fits_a_phone_a_laptop_and_a_projector(
    page: Any, map_file: Path, tmp_path: Path, width: int, height: int, touch: bool
) -> None:
    page.size(width, height, touch)
    page.open(map_file)
    assert page.run("document.documentElement.scrollWidth") <= width
    assert page.run("document.documentElement.scrollHeight") <= height
    frame = box_of(page, ".map-frame")
    assert frame[2] >= 0.75 * width
    assert frame[3] >= 0.5 * height
    time = box_of(page, ".time-bar")
    assert time[0] >= 0
    assert time[0] + time[2] <= width
    assert time[1] + time[3] <= height + 1
    picture = page.picture(tmp_path / "map.png")
    assert picture.stat().st_size > 10_000


def test_a_background_map_is_asked_for_only_when_it_is_chosen(browser: Any, map_file: Path) -> None:
    browser.size(1366, 800)
    browser.requests.clear()
    browser.open(map_file, fragment="#tianditu=abc-123")
    assert browser.run("window.location.hash") == "", "the key leaves the address"
    assert browser.requests == []
    set_background(browser, "tianditu")
    browser.wait("document.getElementById('background-note').textContent")
    assert browser.requests
    assert all(".tianditu.gov.cn/" in address and "tk=abc-123" in address for address in browser.requests)
    browser.requests.clear()
    set_background(browser, "osm")
    browser.wait("document.getElementById('background-note').textContent")
    assert browser.requests
    assert all(address.startswith("https://tile.openstreetmap.org/") for address in browser.requests)
    assert browser.run("document.getElementById('background-credit').textContent") == "© OpenStreetMap contributors"
    set_background(browser, "")
    browser.requests.clear()
    browser.run("void window.map_heatnet.panBy([300, 0], { animate: false })")
    assert browser.requests == []
    assert "abc-123" not in map_file.read_text(encoding="utf-8")


def test_tianditu_without_a_key_asks_for_it_and_nobody_else(page: Any, map_file: Path) -> None:
    page.open(map_file)
    set_background(page, "tianditu")
    assert "key" in page.run("document.getElementById('background-note').textContent")
    assert not page.run("document.getElementById('key-field').hidden")


@pytest.mark.parametrize(
    ("lat", "lon", "expected"),
    [
        # published pairs of WGS 84 and GCJ-02 in Beijing, Shanghai, Shenzhen; Tokyo and Paris stay
        (39.911954, 116.377817, (39.91334545536069, 116.38404722455657)),
        (31.1774276, 121.5272106, (31.17530398364597, 121.531541859215)),
        (22.543847, 113.912316, (22.540796131694766, 113.9171764808363)),
        (35.68, 139.76, (35.68, 139.76)),
        (48.86, 2.35, (48.86, 2.35)),
    ],
)
def test_gcj02_is_the_published_shift(page: Any, map_file: Path, lat: float, lon: float, expected: tuple) -> None:
    page.open(map_file)
    assert page.run(f"heatnet.background.gcj02({lat}, {lon})") == pytest.approx(expected, abs=1e-6)


def test_tiles_in_gcj02_move_by_the_shift_of_the_middle(page: Any, map_file: Path) -> None:
    """A tile's place of GCJ-02 coordinates lies on the network's place of the same point: 500 m are moved back."""
    page.open(map_file)
    moved = page.run("""(() => {
      const map = window.map_heatnet, layer = L.gridLayer({ pane: "tiles" }), centre = map.getCenter();
      layer.createTile = () => document.createElement("div");
      heatnet.background.keepShifted(map, layer);
      layer.addTo(map);
      const style = layer.getContainer().style, [lat, lon] = heatnet.background.gcj02(centre.lat, centre.lng);
      const tile = map.latLngToLayerPoint([lat, lon]).add([parseFloat(style.left), parseFloat(style.top)]);
      const place = map.latLngToLayerPoint(centre);
      layer.remove();
      return [tile.x - place.x, tile.y - place.y, parseFloat(style.left)];
    })()""")
    assert moved[:2] == pytest.approx([0.0, 0.0], abs=1.0)  # Leaflet rounds layer points
    assert abs(moved[2]) > 5


def _run(draft: Any, case: str, tmp_path: Path) -> Path:
    from heatnet.study.load import load_study
    from heatnet.study.run import run_cases
    from heatnet.study.summary import write_summary

    draft.data["cases"] = {case: draft.data["cases"][case]}
    draft.data |= {"base_case": case, "baseline_case": None, "plan_case": None}
    study, out = load_study(draft.write(tmp_path / "study")), tmp_path / "results"
    write_summary(study, run_cases(study, out, workers=1), out)
    return build_map(out, tmp_path / "map.html", "en")


def test_a_site_offers_no_pipes_and_fills_the_store(page: Any, tmp_path: Path) -> None:
    """The bundled study of electric heat: no pipes, but a schedule of the year, and a tank that gives heat in some hour."""
    import yaml

    from heatnet.io.bundled import bundled_path
    from heatnet.study.load import load_study
    from heatnet.study.run import run_cases
    from heatnet.study.summary import write_summary

    data = yaml.safe_load((bundled_path("studies") / "yujiapu_storage" / "study.yaml").read_text(encoding="utf-8"))
    data |= {"season": {"start": "01-06", "end": "01-08"}, "cases": {"plan": data["cases"]["plan"]}}
    data |= {"base_case": "plan", "baseline_case": None}
    data["electric_heat"].pop("curve")
    folder = tmp_path / "yujiapu_storage"
    folder.mkdir()
    (folder / "study.yaml").write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    study, out = load_study(folder), tmp_path / "results"
    write_summary(study, run_cases(study, out, workers=1), out)
    page.open(build_map(out, tmp_path / "map.html", "en"))
    for name in ("pipe", "station", "range", "arrows"):
        assert page.run(f"document.getElementById('{name}-field').hidden"), name
    assert page.run("document.querySelectorAll('#legend .scale-bar').length") == 0
    assert page.run("heatnet.page.passed.length") == 8760
    file = next(out.rglob("dispatch_store_discharge_mw.parquet"))
    given = pd.read_parquet(file).set_index("time").iloc[:, 0]
    tank = "heatnet.page.plants.find((plant) => plant.item.id === 'tank').marker.getElement()"
    fill = f"{tank}.querySelector('path').getAttribute('fill')"
    for hour, hollow in ((int(given.to_numpy().argmax()), False), (0, True)):
        assert (given.iloc[hour] < 0.005) == hollow
        page.run(f"heatnet.time.showHour({hour})")
        assert (page.run(fill) == "#ffffff") == hollow


def test_the_course_has_a_pause_between_the_parts_of_a_season(
    page: Any, new_study_draft: Any, new_power_draft: Any, tmp_path: Path
) -> None:
    """Two days in January, two in December of one calendar year: no line leads from one to the other."""
    draft = new_study_draft()
    draft.network.electric = new_power_draft()  # what of this network has a place on the map
    draft.data["season"] = {"start": "12-30", "end": "01-02"}
    draft.data["simulation"] = {"hours": 2, "reference_hours": 1}
    page.open(_run(draft, "project", tmp_path))
    page.run("[...document.querySelectorAll('#network-switches input')].at(-1).click()")
    hours = page.run("heatnet.page.passed.length")
    assert hours == 4 * 24
    find(page, "b_far", "b_far")
    first, second = page.run("document.querySelector('.chart path').getAttribute('d')").split("M")[1:]
    pause = "document.querySelector('.chart .pause')"
    left, wide = page.run(f"['x', 'width'].map((key) => Number({pause}.getAttribute(key)))")
    assert float(first.split("L")[-1].split()[0]) <= left + 1
    assert float(second.split()[0]) >= left + wide - 1
    names = page.run("[...document.querySelectorAll('.chart text')].map((one) => one.textContent)")
    assert names[-2:] == ["2025-01", "2025-12"]
    box = box_of(page, ".chart")
    page.click(box[0] + box[2] * (left + wide - 1) / 320, box[1] + box[3] / 2)
    assert page.run("heatnet.page.passed.indexOf(heatnet.page.state.hour)") == hours // 2


def test_a_power_network_is_explained_when_it_is_shown(
    page: Any, new_study_draft: Any, new_power_draft: Any, tmp_path: Path
) -> None:
    draft = new_study_draft()
    draft.network.electric = new_power_draft()
    draft.data["simulation"] = {"hours": 2, "reference_hours": 1}
    page.open(_run(draft, "project", tmp_path))
    assert page.run("document.getElementById('electric-field').hidden")
    page.run("[...document.querySelectorAll('#network-switches input')].at(-1).click()")
    assert not page.run("document.getElementById('electric-field').hidden")
    legend = page.run("document.getElementById('legend').textContent")
    assert "line of 10 kV" in legend
    assert "above 100 %" in legend
    shown = find(page, "feeder", "feeder")
    time = time_shown(page)
    folder = tmp_path / "results" / "project" / "tiny" / "electric"
    current, voltage = (
        pd.read_parquet(folder / f"{name}.parquet").set_index("time") for name in ("line_i_ka", "bus_v_pu")
    )
    assert float(shown["Current"].removesuffix(" A")) == pytest.approx(1e3 * current.at[time, "feeder"], abs=0.6)
    shown = find(page, "b_far", "b_far")
    assert float(shown["Voltage"].removesuffix(" kV")) == pytest.approx(10 * voltage.at[time, "b_far"], abs=0.006)
