"""Offline pages: nothing leads outside, and no text can break out of the JSON or the markup."""

import base64
import json
import re
from importlib.resources import files

import numpy as np
import pytest
from markupsafe import Markup

from heatnet.web.assets import asset_text, script_text, style_text
from heatnet.web.offline import external_references
from heatnet.web.page import CONTENT_SECURITY_POLICY, inline_html, json_for_script, template_environment


@pytest.mark.parametrize("text", ["</script>", "<!--", "a & b", "\u2028\u2029", '"quote"', "东区 </SCRIPT >"])
def test_json_reads_back_and_cannot_end_its_element(text: str) -> None:
    written = str(json_for_script({"name": text}))
    assert json.loads(written) == {"name": text}
    assert not re.search(r"[<>&\u2028\u2029]", written)


def test_json_turns_what_is_not_a_number_into_null_and_unpacks_arrays() -> None:
    value = {"a": np.array([1.5, np.nan]), "b": float("inf"), "c": np.int64(3), 4: (np.float64(0.5),)}
    assert json.loads(json_for_script(value)) == {"a": [1.5, None], "b": None, "c": 3, "4": [0.5]}


@pytest.mark.parametrize(
    ("markup", "found"),
    [
        ('<script src="https://a.example/x.js"></script>', ["<script src> https://a.example/x.js"]),
        ('<link href="//a.example/x.css">', ["<link href> //a.example/x.css"]),
        ("<style>p{background:url(x.png)}</style>", ["css x.png"]),
        ('<style>@import "a.css";</style>', ["css a.css"]),
        ("<p style=\"background: url('http://a.example')\">", ["css http://a.example"]),
        ('<img srcset="a.png 2x">', ["<img srcset> a.png 2x"]),
        ('<a href="#part">', []),
        ('<img src="data:image/png;base64,AA==">', []),
        ("<style>p{behavior:url(#default#VML)}</style>", []),
        ("<script>const text = '<img src=http://a.example>';</script>", []),
    ],
)
def test_external_references_finds_each_way_out(markup: str, found: list[str]) -> None:
    assert external_references(markup) == found


def test_a_page_with_all_assets_leads_nowhere() -> None:
    html = inline_html(
        "</title><script>alert(1)</script>",
        Markup("<main></main>"),
        styles=("leaflet/leaflet.css", "map/map.css", "heatnet_report.css"),
        scripts=("leaflet/leaflet.js", "echarts/echarts.min.js"),
        data={"name": "</script><script>alert(2)</script>"},
    )
    assert external_references(html) == []
    assert CONTENT_SECURITY_POLICY.startswith("default-src 'none'")
    assert "img-src data: blob:;" in html
    # the parser escapes quotes of the policy; the words stay
    assert "default-src &#39;none&#39;" in html
    assert "<script>alert" not in html
    assert "sourceMappingURL" not in html


def test_images_of_the_style_sheet_are_the_files_themselves() -> None:
    text = style_text("leaflet/leaflet.css")
    names = re.findall(r"url\(images/([\w-]+\.png)\)", asset_text("leaflet/leaflet.css"))
    inlined = re.findall(r'url\("data:image/png;base64,([^"]+)"\)', text)
    assert len(names) == 3
    folder = files("heatnet.web").joinpath("assets", "leaflet", "images")
    assert [base64.b64decode(data) for data in inlined] == [folder.joinpath(name).read_bytes() for name in names]


@pytest.mark.parametrize("name", ["leaflet/leaflet.js", "echarts/echarts.min.js"])
def test_scripts_cannot_end_their_element_and_keep_their_licence(name: str) -> None:
    text = script_text(name)
    assert "</script" not in text.lower()
    assert 'href="http' not in text
    notice = {"leaflet/leaflet.js": "Leaflet", "echarts/echarts.min.js": "Apache"}[name]
    assert notice in text[:1500]
    assert len(asset_text(name.split("/")[0] + "/LICENSE")) > 1000


def test_templates_escape_what_they_print() -> None:
    template = template_environment("heatnet.report").from_string('<p title="{{ x }}">{{ x }}</p>')
    printed = template.render(x='"><script>')
    assert "<script>" not in printed
    assert '""' not in printed


def test_a_page_names_the_hosts_it_may_ask_for_pictures_and_holds_its_blobs() -> None:
    html = inline_html("A", Markup(""), blobs={"matrix-0": "QUJD"}, image_hosts=("https://tiles.example",))
    assert "img-src data: blob: https://tiles.example;" in html
    assert '<script type="text/plain" id="matrix-0">QUJD</script>' in html
