"""Package data of the pages, prepared for inlining: no source maps, images as data URIs, no outward links."""

from __future__ import annotations

import base64
import re
from functools import lru_cache
from importlib.resources import files

_SOURCE_MAP = re.compile(r"^\s*(//|/\*)#\s*sourceMappingURL=.*$", re.MULTILINE)
_CSS_URL = re.compile(r"url\(\s*['\"]?(?P<target>[^'\")]+)['\"]?\s*\)")
#: the map library names its home page in a link; a page of results links nowhere
_OUTWARD_LINKS = (' href="https://leafletjs.com"',)


def asset_text(name: str) -> str:
    """Return a text file of ``assets/`` by its path there, such as ``"leaflet/leaflet.js"``."""
    return files("heatnet.web").joinpath("assets", *name.split("/")).read_text(encoding="utf-8")


def _image_uri(folder: str, target: str) -> str:
    data = files("heatnet.web").joinpath("assets", *folder.split("/"), *target.split("/")).read_bytes()
    return f"data:image/png;base64,{base64.b64encode(data).decode('ascii')}"


@lru_cache(maxsize=16)
def script_text(name: str) -> str:
    """Return a script that may stand inside a ``<script>`` element of an offline page."""
    text = _SOURCE_MAP.sub("", asset_text(name))
    for link in _OUTWARD_LINKS:
        text = text.replace(link, "")
    # inside a string or a comment the escaped slash means the same; outside, "</script" is no JavaScript
    return re.sub(r"</(script)", r"<\\/\1", text, flags=re.IGNORECASE)


@lru_cache(maxsize=16)
def style_text(name: str) -> str:
    """Return a style sheet with every image it names inlined as a data URI."""
    folder = name.rpartition("/")[0]

    def inlined(match: re.Match[str]) -> str:
        target = match["target"]
        # "#default#VML" and data URIs ask nobody for anything
        if target.startswith(("#", "data:")):
            return match.group(0)
        return f'url("{_image_uri(folder, target)}")'

    return _CSS_URL.sub(inlined, asset_text(name))
