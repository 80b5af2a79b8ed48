"""The report in a real browser that can reach no other host: it draws, and nothing complains."""

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
    dom, console = _dom(build_report(hostile_results, tmp_path / "page.html", "en"), tmp_path / "profile")
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
    assert told["trouble"] == "Start and end are the same place: choose another one."


def test_an_hour_that_a_case_does_not_show_is_told_below_the_diagram(shifted: Path, tmp_path: Path) -> None:
    script = """
      const place = document.getElementById("pressure-0");
      document.body.dataset.times = [...place.querySelectorAll(".of-hours label")].map((one) => one.textContent).join("|");
      const lacking = () => place.querySelector(".lacking").textContent;
      document.body.dataset.none = lacking();
      const labels = [...place.querySelectorAll(".of-hours label")];
      labels.find((one) => one.textContent.includes("Baseline")).querySelector("input").click();
      document.body.dataset.lacking = lacking();
    """
    page = _with_script(build_report(shifted, tmp_path / "report.html", "en"), script)
    dom, console = _dom(page, tmp_path / "profile")
    assert console == []
    told = {key: unescape(text) for key, text in re.findall(r'data-(\w+)="([^"]*)"', dom)}
    assert "2025-01-15 05:00 load quantile 20 % (Baseline)" in told["times"].split("|")
    assert told["none"] == ""
    assert "Project, 2025-01-15 05:00" in told["lacking"]


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
    folder = shutil.copytree(results, tmp_path / "long")
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    label = {
        "en": "All projects, steam of the power plant by take-or-pay: 50 t/h",
        "zh": "全部项目，电厂蒸汽照付不议：每小时不少于五十吨，全年五十六万吨",
    }
    summary["cases"]["project"]["label"] = label
    (folder / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
    page = _with_script(build_report(folder, tmp_path / "report.html", lang), script)
    phone = tmp_path / "phone.html"
    phone.write_text(f'<iframe src="{page.name}" width="390" height="800" style="border:0"></iframe>', encoding="utf-8")
    dom, _console = _dom(phone, tmp_path / "profile", "--allow-file-access-from-files")
    assert int(re.search(r'data-page="(\d+)"', dom)[1]) <= 390
    assert int(re.search(r'data-first="(\d+)"', dom)[1]) >= 60
