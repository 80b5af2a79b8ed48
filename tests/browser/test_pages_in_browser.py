"""The report in a real browser that can reach no other host: it draws, and nothing complains."""

import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

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
