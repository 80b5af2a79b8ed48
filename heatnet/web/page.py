"""One offline HTML page: styles, scripts and data inlined, and nothing that could ask another host."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from heatnet.i18n import _, language
from heatnet.web.assets import script_text, style_text

#: what the browser may load: only what stands in the page itself
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:{hosts}; "
    "base-uri 'none'; form-action 'none'"
)
_HTML_LANG = {"en": "en", "zh": "zh-CN"}
_SCRIPT_ESCAPES = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)


def _plain(value: Any) -> Any:
    """Return `value` as JSON types only: numpy scalars and arrays unpacked, NaN and infinity as null."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def json_for_script(value: Any) -> Markup:
    """Return `value` as JSON that cannot end the ``<script>`` element in which it stands.

    ``<``, ``>`` and ``&`` are written as JSON escapes, so that neither ``</script>`` nor ``<!--`` in a name of a
    network, station or case has any meaning to the HTML parser. NaN becomes null.
    """
    text = json.dumps(_plain(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Markup(text.translate(_SCRIPT_ESCAPES))


def template_environment(package: str, filters: Mapping[str, Callable[..., Any]] | None = None) -> Environment:
    """Return a Jinja environment for the templates of a package: autoescape on, unknown names are errors.

    Parameters
    ----------
    package : str
        Dotted name of the package whose ``templates`` folder is read.
    filters : mapping, optional
        Further filters by name.
    """
    environment = Environment(
        loader=PackageLoader(package, "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["_"] = _
    environment.filters.update(filters or {})
    return environment


def inline_html(
    title: str,
    body: Markup,
    *,
    styles: Iterable[str] = (),
    scripts: Iterable[str | Markup] = (),
    data: Any = None,
    blobs: Mapping[str, str] | None = None,
    body_class: str = "",
    image_hosts: Iterable[str] = (),
) -> str:
    """Return a complete offline page in the current language.

    Parameters
    ----------
    title : str
        Page title, plain text.
    body : markupsafe.Markup
        Body, already escaped.
    styles : iterable of str
        Style sheets of the assets, by name.
    scripts : iterable of str or markupsafe.Markup
        Scripts after the body and the data, in this order: assets by name, or script text as Markup.
    data : any
        Written as JSON into ``<script type="application/json" id="heatnet-data">``; scripts read it there.
    blobs : mapping of str to str, optional
        Base64 by the id of the element that holds it, so that the page reads only what it shows.
    body_class : str
        Class of the body element.
    image_hosts : iterable of str
        Hosts that a page may ask for pictures once its reader wants that; all others are refused by the browser.
    """
    page = template_environment("heatnet.web").get_template("page.html.j2")
    return page.render(
        lang=_HTML_LANG[language()],
        title=title,
        policy=CONTENT_SECURITY_POLICY.format(hosts="".join(f" {host}" for host in image_hosts)),
        styles=[Markup(style_text(name)) for name in styles],
        body=body,
        body_class=body_class,
        data=None if data is None else json_for_script(data),
        blobs=blobs or {},
        scripts=[item if isinstance(item, Markup) else Markup(script_text(item)) for item in scripts],
    )


def write_page(path: Path, html: str) -> Path:
    """Write a page under a temporary name and rename it, so that nobody ever opens half a page."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".part")
    temporary.write_text(html, encoding="utf-8", newline="\n")
    temporary.replace(path)
    return path
