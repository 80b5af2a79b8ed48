"""The report page: offline, in both languages, complete, and safe against names."""

import re
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
