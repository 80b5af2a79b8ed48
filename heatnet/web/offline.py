"""Look through a page for anything that would ask another host."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_URL_ATTRIBUTES = frozenset(
    {"src", "href", "srcset", "data", "poster", "action", "formaction", "xlink:href", "background", "manifest", "cite"}
)
_INSIDE = ("#", "data:", "about:blank")
_CSS_REFERENCE = re.compile(r"url\(\s*['\"]?([^'\")]*)['\"]?\s*\)|@import\s+['\"]([^'\"]+)", re.IGNORECASE)


class _References(HTMLParser):
    """Collects references of attributes, style elements and style attributes."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_style = tag == "style"
        for name, value in attrs:
            if value is None:
                continue
            if name in _URL_ATTRIBUTES:
                self._note(f"<{tag} {name}>", value)
            elif name == "style":
                self._scan_css(value)

    def handle_endtag(self, tag: str) -> None:
        if tag == "style":
            self._in_style = False

    def handle_data(self, data: str) -> None:
        if self._in_style:
            self._scan_css(data)

    def _scan_css(self, text: str) -> None:
        for match in _CSS_REFERENCE.finditer(text):
            self._note("css", match[1] or match[2] or "")

    def _note(self, place: str, target: str) -> None:
        if target.strip() and not target.strip().startswith(_INSIDE):
            self.found.append(f"{place} {target.strip()}")


def external_references(html: str) -> list[str]:
    """Return every reference of a page that leads outside of it: attributes, ``url()`` and ``@import``.

    Links within the page and data URIs are inside. Texts of scripts are not looked at: the page's
    Content-Security-Policy lets no script load anything.
    """
    parser = _References()
    parser.feed(html)
    parser.close()
    return parser.found
