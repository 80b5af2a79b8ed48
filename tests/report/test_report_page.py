"""The report page: offline, in both languages, complete, and safe against names."""

import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest

from heatnet.report import build_report
from heatnet.web.offline import external_references

LARGEST_PAGE_BYTES = 10_000_000


class _Ids(HTMLParser):
    """Collects ids, links within the page and the nesting of what must be closed."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.open: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list) -> None:
        found = dict(attrs)
        if found.get("id"):
            self.ids.append(found["id"])
        if tag == "a":
            self.links.append(found["href"])
        if tag in {"section", "table", "thead", "tbody", "tr", "details", "figure", "div", "svg", "main"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in {"section", "table", "thead", "tbody", "tr", "details", "figure", "div", "svg", "main"} and (
            not self.open or self.open.pop() != tag
        ):
            self.wrong.append(tag)


@pytest.fixture(scope="module")
def pages(results: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("pages")
    return {
        lang: build_report(results, folder / f"{lang}.html", lang).read_text(encoding="utf-8") for lang in ("en", "zh")
    }


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_page_is_offline_small_and_well_formed(pages: dict[str, str], lang: str) -> None:
    html = pages[lang]
    assert external_references(html) == []
    assert len(html.encode()) < LARGEST_PAGE_BYTES
    parsed = _Ids()
    parsed.feed(html)
    assert (parsed.wrong, parsed.open) == ([], [])
    assert len(parsed.ids) == len(set(parsed.ids))
    assert parsed.links
    assert {link.removeprefix("#") for link in parsed.links} <= set(parsed.ids)


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ("Verdict", "18.0", "14.4–23.4", "Worst consumer", "overstated", "Gas price")),
        ("zh", ("结论", "工业余热替代率", "热源—热负荷平衡", "最不利环路", "比摩阻", "高估", "停炉")),
    ],
)
def test_page_holds_its_parts_in_the_language(pages: dict[str, str], lang: str, words: tuple[str, ...]) -> None:
    assert [word for word in words if word not in pages[lang]] == []


def test_verdict_stands_before_everything_else(pages: dict[str, str]) -> None:
    sections = re.findall(r'<section id="(\w+)"', pages["en"])
    assert sections[0] == "verdict"
    assert set(sections) >= {
        "substitution",
        "sources",
        "balance",
        "cost",
        "claims",
        "state",
        "hours",
        "assumptions",
        "reproduce",
    }


def test_failed_case_stands_in_the_verdict_with_its_reason(pages: dict[str, str]) -> None:
    verdict = pages["en"].split('<section id="verdict">')[1].split("</section>")[0]
    assert re.search(
        r'<tr class="failed"><th scope="row">Outage</th>.*unmet heat above the limit on 2025-01-16', verdict
    )


def test_hostile_names_stay_text(hostile_results: Path, tmp_path: Path) -> None:
    html = build_report(hostile_results, tmp_path / "report.html", "en").read_text(encoding="utf-8")
    assert "<script>document.documentElement.id" not in html
    assert "<img src=x" not in html
    assert "&lt;/script&gt;&lt;script&gt;document" in html


def test_same_results_give_the_same_bytes(results: Path, tmp_path: Path) -> None:
    first, second = (build_report(results, tmp_path / name, "en").read_bytes() for name in ("a.html", "b.html"))
    assert first == second


def _without_plan(results: Path, folder: Path, **changes) -> Path:
    shutil.copytree(results, folder)
    file = folder / "summary.json"
    summary = json.loads(file.read_text(encoding="utf-8")) | {"plan_claims": [], "baseline_identity": []} | changes
    file.write_text(json.dumps(summary), encoding="utf-8")
    return folder


def test_a_study_without_a_plan_has_no_section_on_one(results: Path, tmp_path: Path) -> None:
    park = {"id": "oil", "unit": "L", "amount": 1.0, "name": {"en": "Park oil"}, "remark": {"en": ""}}
    park |= dict.fromkeys(("printed_t_co2", "published_t_co2", "published_low_t_co2", "published_high_t_co2"), 1.0)
    folder = _without_plan(results, tmp_path / "own", carbon_table=[park])
    html = build_report(folder, tmp_path / "report.html", "en").read_text(encoding="utf-8")
    assert 'id="claims"' not in html
    assert 'href="#claims"' not in html
    assert "Park oil" not in html


def test_the_note_on_pipe_routes_is_the_study_s_own(results: Path, tmp_path: Path) -> None:
    said = "Routes follow the streets."
    folder = _without_plan(results, tmp_path / "own", notes={"geometry": {"en": said, "zh": "沿街敷设。"}})
    assert said in build_report(folder, tmp_path / "report.html", "en").read_text(encoding="utf-8")
    silent = build_report(results, tmp_path / "silent.html", "en").read_text(encoding="utf-8")
    assert "illustrative: the real network" not in silent


def test_chinese_page_calls_no_case_a_plan(pages: dict[str, str]) -> None:
    text = re.sub(r"<script.*?</script>", "", pages["zh"], flags=re.DOTALL)
    # what remains is the plan itself: what it lists, and its coal figures
    assert [
        found for found in re.findall(r".{0,2}方案.{0,2}", text) if "所列" not in found and "规划" not in found
    ] == []
