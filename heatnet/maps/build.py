"""Build the map page: folium's map object, the assets inlined, one JSON that drives the page's own script."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from markupsafe import Markup

from heatnet.i18n import _, pick, use_language
from heatnet.maps.data import map_data
from heatnet.maps.matrices import Matrices
from heatnet.web.labels import status_label
from heatnet.web.page import inline_html, template_environment, write_page
from heatnet.web.results_view import StudyResults, load_study

#: hosts of the background maps that a reader may switch on; nothing is asked of them before
TILE_HOSTS = ("https://tile.openstreetmap.org", "https://*.tianditu.gov.cn")
_SCRIPTS = (
    "names", "matrices", "colours", "clock", "values", "canvas", "base",
    "background", "plants", "captions", "details", "legend", "time", "find", "page",
)  # fmt: skip


def build_map(results_dir: str | Path | StudyResults, out_path: str | Path, lang: str) -> Path:
    """Write the map of a results folder as one offline HTML file.

    Parameters
    ----------
    results_dir : str or Path or StudyResults
        Folder with ``summary.json``, or what was read of it.
    out_path : str or Path
        File to write.
    lang : {"en", "zh"}
        Language of the page.

    Raises
    ------
    heatnet.errors.InputError
        If the folder holds no results or a snapshot cannot be read.
    """
    with use_language(lang):
        study = load_study(results_dir)
        matrices = Matrices()
        data = map_data(study, matrices)
        title = pick(study.summary["title"])
        # the browser lays the elements out, so the page's body is the same for every study
        body = (
            template_environment("heatnet.maps")
            .get_template("map.html.j2")
            .render(title=title, map_html=_folium_parts()[0], cases=bool(data["cases"]), **_notes(study, data))
        )
        html = inline_html(
            _("Map: {title}").format(title=title),
            Markup(body),
            styles=("leaflet/leaflet.css", "map/map.css"),
            scripts=("leaflet/leaflet.js", _folium_parts()[1], *(f"map/{name}.js" for name in _SCRIPTS)),
            data=data,
            blobs={f"matrix-{place}": matrix.text for place, matrix in enumerate(matrices.stored)},
            body_class="map-page",
            image_hosts=TILE_HOSTS,
        )
    return write_page(Path(out_path), html)


def _notes(study: StudyResults, data: dict[str, Any]) -> dict[str, Any]:
    """Return what the page says beside the map: on its routes, on cases without results, on networks without a place."""
    rows = [
        {"label": pick(case.summary["label"]), "status": status_label(case.summary["status"]), "reason": reason}
        for case in study.cases.values()
        if not case.ok
        for reason in [case.summary.get("reason", "")]
    ]
    placed = {layout["id"] for layout in data["layouts"].values()}
    known = dict.fromkeys(name for case in study.ok_cases for name in case.networks)
    names = [pick(study.summary["networks"][name]["name"]) for name in known if name not in placed]
    return {"failed": rows, "geometry_note": study.geometry_note, "not_placed": _(", ").join(names)}


def _folium_parts() -> tuple[Markup, Markup]:
    """Return the map's element and the script that makes it, without any of folium's links to other hosts."""
    import folium

    options = {"attributionControl": False, "zoomSnap": 0.25}
    world = folium.Map(location=(39.05, 117.68), zoom_start=12, tiles=None, zoom_control=False, **options)
    # a fixed name: the same results give the same bytes, and the page's own script finds its map
    world._name, world._id = "map", "heatnet"
    world.default_js, world.default_css = [], []
    figure = world.get_root()
    figure.render()
    return Markup(figure.html.render()), Markup(figure.script.render())
