"""Map and report in a real browser that can reach no other host: they draw, and nothing complains."""

import json
import re
import shutil
import subprocess
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from heatnet.io.network_folder import load_network
from heatnet.io.results_store import read_table
from heatnet.maps import build_map
from heatnet.metrics.pressure_line import M_PER_BAR
from heatnet.model.water_limits import ATMOSPHERE_BAR
from heatnet.report import build_report
from heatnet.report.compare import build_comparison

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)
#: time that the page's clock may run, ms; waiting costs none of it
BUDGET_MS = 8000
TIMEOUT_S = 120

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]


def _dom(page: Path, profile: Path, *options: str) -> tuple[str, list[str]]:
    """Return the page's markup after its scripts ran, and what the browser's console said."""
    command = [
        str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
        f"--user-data-dir={profile}", "--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=127.0.0.1:9",
        "--window-size=1366,800", f"--virtual-time-budget={BUDGET_MS}", "--enable-logging=stderr", "--dump-dom",
        *options, page.as_uri(),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=TIMEOUT_S, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]


def _with_script(page: Path, script: str) -> Path:
    """Return a copy of the page that does something once it has drawn itself."""
    html = page.read_text(encoding="utf-8")
    changed = page.with_name("acting.html")
    head, _body, tail = html.rpartition("</body>")
    changed.write_text(f"{head}<script>{script}</script></body>{tail}", encoding="utf-8")
    return changed


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_map_draws_every_element(results: Path, tmp_path: Path, lang: str) -> None:
    dom, console = _dom(build_map(results, tmp_path / "map.html", lang), tmp_path / "profile")
    assert console == []
    assert 'data-ready="map"' in dom
    # east: 4 pipes with an edge each, 1 steam pipe, 3 + 1 stations; west: 4 pipes with an edge each, 3 stations
    networks = re.search(r"leaflet-pipes-pane.*?</svg>", dom, re.DOTALL)[0]
    assert networks.count("<path") == 4 + 1 + 4
    stations = re.search(r"leaflet-stations-pane.*?</svg>", dom, re.DOTALL)[0]
    assert stations.count("<path") == 4 + 3
    assert dom.count('class="leaflet-marker-icon plant-icon') == 3 + 1 + 1
    assert len(re.findall(r"<option", re.search(r'<select id="hour">.*?</select>', dom, re.DOTALL)[0])) == 4


def test_map_answers_to_its_switches(results: Path, tmp_path: Path) -> None:
    script = """
      const pipes = () => [...document.querySelectorAll(".leaflet-pipes-pane path")];
      const colours = () => pipes().map((pipe) => pipe.getAttribute("stroke")).join();
      const set = (id, value) => {
        const control = document.getElementById(id);
        control.value = value;
        control.dispatchEvent(new Event("change"));
      };
      const seen = [colours()];
      set("hour", "3"); seen.push(colours());
      set("pipe-quantity", "velocity_m_per_s"); seen.push(colours());
      const boxes = document.querySelectorAll("#network-switches input");
      boxes[0].click();
      const left = pipes().length;
      boxes[0].click();
      set("find", "Station n2");
      document.body.dataset.different = new Set(seen).size;
      document.body.dataset.left = left;
      document.body.dataset.legend = document.querySelector("#legend h2").textContent;
    """
    dom, console = _dom(_with_script(build_map(results, tmp_path / "map.html", "en"), script), tmp_path / "profile")
    assert console == []
    assert 'data-different="3"' in dom
    assert 'data-left="5"' in dom
    assert 'data-legend="Pipes: Velocity (m/s)"' in dom
    popup = re.search(r'<div class="popup">.*?</table></div></div>', dom, re.DOTALL)[0]
    assert "Available pressure difference" in popup
    assert "the plan" in popup


def test_map_colours_solved_steam_and_shows_it_in_popups(steam_results: Path, tmp_path: Path) -> None:
    """The study has no plan's case, so that the map opens with the first one, in which no steam is solved."""
    script = """
      const set = (id, value) => {
        const control = document.getElementById(id);
        control.value = value;
        control.dispatchEvent(new Event("change"));
      };
      const dashes = () => [...document.querySelectorAll(".leaflet-steam-pane path")].map((path) => path.getAttribute("stroke"));
      const before = dashes().length;
      set("case", "1");
      const hours = ["0", "4"].map((hour) => { set("hour", hour); set("steam-quantity", "superheat_k"); return dashes(); });
      const legend = document.getElementById("legend").textContent;
      set("find", "steam_pipe");
      document.body.dataset.before = before;
      document.body.dataset.hours = hours.map((colours) => colours.join(";")).join("|");
      document.body.dataset.legend = legend;
    """
    page = build_map(steam_results, tmp_path / "map.html", "en")
    dom, console = _dom(_with_script(page, script), tmp_path / "profile")
    assert console == []
    assert 'data-before="0"' in dom
    first, last = (hour.split(";") for hour in re.search(r'data-hours="([^"]*)"', dom)[1].split("|"))
    # an edge and the dashes in it; no superheat is the dark end of the scale
    assert first[0] == last[0] == "#cc6677"
    assert first[1] != last[1] == "rgb(0,34,78)"
    assert "Steam: Superheat (K)" in re.search(r'data-legend="([^"]*)"', dom)[1]
    popup = re.search(r'<div class="popup">.*?</table></div></div>', dom, re.DOTALL)[0]
    assert "Condenses first after" in popup
    assert "1,000 m" in popup


class _Elements(HTMLParser):
    """Collects images, event handlers written into the markup, and the root element's attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.images: list[str] = []
        self.handlers: list[str] = []
        self.root: dict = {}

    def handle_starttag(self, tag: str, attrs: list) -> None:
        if tag == "html":
            self.root = dict(attrs)
        if tag == "img":
            self.images.append(str(attrs))
        self.handlers += [name for name, _value in attrs if name.startswith("on")]


def test_hostile_names_do_not_run(hostile_results: Path, tmp_path: Path) -> None:
    open_popup = """
      const find = document.getElementById("find");
      find.value = "plant4"; find.dispatchEvent(new Event("change"));
    """
    for build in (build_map, build_report):
        page = build(hostile_results, tmp_path / "page.html", "en")
        acting = _with_script(page, open_popup if build is build_map else "")
        dom, console = _dom(acting, tmp_path / "profile")
        assert console == []
        assert "data-ready=" in dom
        elements = _Elements()
        elements.feed(dom)
        assert elements.handlers == []
        assert elements.images == []
        assert elements.root.get("id") is None


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_report_draws_every_chart(results: Path, tmp_path: Path, lang: str) -> None:
    dom, console = _dom(build_report(results, tmp_path / "report.html", lang), tmp_path / "profile")
    assert console == []
    assert 'data-ready="report"' in dom
    # two cases, water and steam, two charts each
    charts = re.findall(r'<div class="chart" id="(?:daily|duration)-[\w-]+"[^>]*>(.*?)</figure>', dom, re.DOTALL)
    assert len(charts) == 2 * 2 * 2
    sankeys = re.findall(r'<div class="chart tall" id="sankey-\w+"[^>]*>(.*?)</figure>', dom, re.DOTALL)
    assert len(sankeys) == 2
    charts += sankeys
    assert all(chart.count("<path") > 3 for chart in charts)


def test_pressure_diagram_answers_to_path_case_and_hour(results: Path, tmp_path: Path) -> None:
    """What the page says of a way, a case and an hour is what the results hold; several lie over each other."""
    script = """
      const place = document.getElementById("pressure-0");
      const chart = echarts.getInstanceByDom(place.querySelector(".pressure-chart"));
      const names = () => chart.getOption().series.map((one) => one.name).join(";");
      const set = (name, value) => {
        const control = place.querySelector("." + name);
        control.value = value;
        control.dispatchEvent(new Event("change"));
      };
      const tick = (name, at) => place.querySelectorAll("." + name + " input")[at].click();
      const supply = () => chart.getOption().series.find((one) => one.id === "supply 0").data;
      document.body.dataset.first = place.querySelector(".figures").textContent;
      document.body.dataset.caption = place.querySelector(".caption").textContent;
      document.body.dataset.lines = names();
      tick("of-cases", 0); tick("of-hours", 1);
      const supplies = chart.getOption().series.filter((one) => String(one.id).startsWith("supply "));
      document.body.dataset.several = supplies.map((one) => one.name).join(";");
      tick("of-cases", 0); tick("of-hours", 0);
      set("from", "n1"); set("to", "hx_n2");
      document.body.dataset.ends = JSON.stringify(supply());
      set("to", "n1");
      document.body.dataset.trouble = place.querySelector(".trouble").textContent;
    """
    page = _with_script(build_report(results, tmp_path / "report.html", "en"), script)
    dom, console = _dom(page, tmp_path / "profile")
    assert console == []
    told = {key: unescape(text) for key, text in re.findall(r'data-(\w+)="([^"]*)"', dom)}
    # "project" opens first, as it is the last case: 水压图 of its hour of highest load
    water = results / "project" / "east" / "water"
    heads = {
        line: (read_table(water / f"node_p_{line}_bar.parquet") - ATMOSPHERE_BAR) * M_PER_BAR
        for line in ("supply", "return")
    }
    design, second = pd.Timestamp("2025-01-16 05:00"), pd.Timestamp("2025-02-10 08:00")
    gap = heads["supply"].at[design, "n4"] - heads["return"].at[design, "n4"]
    assert f"between the lines at the end: {gap:,.1f} m".replace("-", "−") in told["first"]
    assert told["caption"].startswith("Plant 4 – Station n4: ")
    assert "supply line" in told["lines"].split(";")
    assert {"static line", "vaporisation line", "nominal pressure", "constant-pressure point", "ground"} <= set(
        told["lines"].split(";")
    )
    assert len(set(told["several"].split(";"))) == 4
    (start, end) = json.loads(told["ends"])
    assert start[1] == pytest.approx(heads["supply"].at[second, "n1"], abs=0.0051)
    assert end[1] == pytest.approx(heads["supply"].at[second, "n2"], abs=0.0051)
    assert end[0] == pytest.approx(
        float(load_network(results / "project/inputs/east").pipes.at["pipe_b", "length_m"]), abs=0.06
    )
    assert told["trouble"] == "No open way leads from one to the other."


def test_comparison_draws_its_curves_and_hostile_names_do_not_run(hostile_results: Path, tmp_path: Path) -> None:
    page = build_comparison([hostile_results], tmp_path / "compare.html", "en")
    dom, console = _dom(page, tmp_path / "profile")
    assert console == []
    curves = re.findall(r'<div class="chart" id="curve-[^"]*"[^>]*>(.*?)</figure>', dom, re.DOTALL)
    assert curves
    assert all(curve.count("<path") > 3 for curve in curves)
    elements = _Elements()
    elements.feed(dom)
    assert (elements.handlers, elements.images, elements.root.get("id")) == ([], [], None)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_report_on_a_phone_scrolls_its_tables_and_not_the_page(results: Path, tmp_path: Path, lang: str) -> None:
    """A window cannot be 390 px wide, a frame can."""
    script = """
      for (const one of document.querySelectorAll("details")) one.open = true;
      const firsts = [...document.querySelectorAll(".table-frame tbody th[scope=row]")];
      const widths = firsts.map((cell) => cell.getBoundingClientRect().width);
      parent.document.body.dataset.page = document.documentElement.scrollWidth;
      parent.document.body.dataset.first = Math.round(Math.min(...widths));
    """
    page = _with_script(build_report(results, tmp_path / "report.html", lang), script)
    phone = tmp_path / "phone.html"
    phone.write_text(f'<iframe src="{page.name}" width="390" height="800" style="border:0"></iframe>', encoding="utf-8")
    dom, _console = _dom(phone, tmp_path / "profile", "--allow-file-access-from-files")
    assert int(re.search(r'data-page="(\d+)"', dom)[1]) <= 390
    assert int(re.search(r'data-first="(\d+)"', dom)[1]) >= 60


def _looking(page: Path, profile: Path, script: str) -> list[str]:
    """Return what a script in the page puts into the title, parted by bars."""
    dom, console = _dom(_with_script(page, f"document.title = [{script}].join('|');"), profile)
    assert console == []
    return re.search(r"<title>(.*?)</title>", dom)[1].split("|")


def _tiny(draft, case: str, tmp_path: Path) -> Path:
    from heatnet.study.load import load_study
    from heatnet.study.run import run_cases
    from heatnet.study.summary import write_summary

    draft.data["cases"] = {case: draft.data["cases"][case]}
    draft.data |= {"base_case": case, "baseline_case": None, "plan_case": None}
    study, out = load_study(draft.write(tmp_path / "study")), tmp_path / "results"
    write_summary(study, run_cases(study, out, workers=1), out)
    return build_map(out, tmp_path / "map.html", "en")


def test_map_of_a_site_offers_no_pipes_and_fills_the_store(tmp_path: Path) -> None:
    """The bundled study of electric heat: no pipes, no simulated hours, a tank that gives heat."""
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
    script = """
      ...["hour", "pipe", "station", "range"].map((name) => document.getElementById(name + "-field").hidden),
      document.querySelectorAll("#legend .scale-bar").length,
      document.querySelector(".plant-icon[aria-label*='tank'] path").getAttribute("fill") !== "#ffffff",
    """
    seen = _looking(build_map(out, tmp_path / "map.html", "en"), tmp_path / "profile", script)
    assert seen == ["true"] * 4 + ["0", "true"]


def test_map_of_a_power_network_explains_it_when_it_is_shown(new_study_draft, new_power_draft, tmp_path: Path) -> None:
    draft = new_study_draft()
    draft.network.electric = new_power_draft()
    draft.data["simulation"] = {"hours": 2, "reference_hours": 1}
    script = """
      document.getElementById("electric-field").hidden,
      (() => { [...document.querySelectorAll("#network-switches label")].at(-1).querySelector("input").click();
        return document.getElementById("electric-field").hidden; })(),
      document.getElementById("legend").textContent.includes("line of 10 kV"),
      document.getElementById("legend").textContent.includes("above 100 %"),
    """
    assert _looking(_tiny(draft, "project", tmp_path), tmp_path / "profile", script) == [
        "true",
        "false",
        "true",
        "true",
    ]
