"""Map and report in a real browser that can reach no other host: they draw, and nothing complains."""

import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

from heatnet.maps import build_map
from heatnet.report import build_report

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
    assert all(chart.count("<path") > 3 for chart in charts)


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
