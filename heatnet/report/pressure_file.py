"""The pressure diagram (水压图) as a file, SVG, PDF or PNG by its ending. Importing this module imports matplotlib."""

from __future__ import annotations

import datetime as dt
import warnings
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib import font_manager
from matplotlib.figure import Figure

from heatnet.i18n import _, language
from heatnet.io.words import has_chinese
from heatnet.report.pressure import Curve, Diagram

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SUFFIXES = (".svg", ".pdf", ".png")
#: files of fonts that hold Chinese, by the beginning of their names without blanks and hyphens; simplified forms first
CHINESE_FILES = (
    "notosanscjksc", "notosanssc", "sourcehansanssc", "notosanscjk", "sourcehansans", "wqymicrohei", "wqyzenhei",
    "msyh", "pingfang", "simhei", "stheiti", "hiraginosansgb", "droidsansfallback", "simsun", "uming", "arialuni",
)  # fmt: skip
_SUPPLY, _RETURN, _BOILING, _REST, _GROUND = "#a63d40", "#1d4e79", "#b5741a", "#3f7d4e", "#8d8577"
#: P. Tol's "bright" set, for several curves: safe for colour-blind readers
_SEVERAL = ("#4477aa", "#ee6677", "#228833", "#aa3377", "#ccbb44", "#66ccee")
#: numbers of places stand no closer, as a share of the way
_APART_SHARE = 0.03
_A4_LANDSCAPE_IN = (11.0, 7.0)


@lru_cache(maxsize=1)
def chinese_font() -> str | None:
    """Return a family on this machine that holds Chinese, None where there is none.

    The folders are looked through anew: matplotlib's own list does not know fonts that were installed after it was made.
    """
    files = {Path(file).stem.lower().replace("-", "").replace("_", ""): file for file in font_manager.findSystemFonts()}
    for beginning in CHINESE_FILES:
        found = sorted(stem for stem in files if stem.startswith(beginning))
        # the upright face of normal weight where the family has several files
        found.sort(key=lambda stem: "regular" not in stem)
        if found:
            font_manager.fontManager.addfont(files[found[0]])
            return str(font_manager.get_font(files[found[0]]).family_name)
    return None


def needs_chinese(told: Diagram) -> bool:
    """Return whether a picture's texts hold a Chinese character, names included."""
    texts = (told.title, *told.names, *(curve.label for curve in told.curves), *((told.highest or ("",))[:1]))
    return language() == "zh" or any(has_chinese(text) for text in texts)


def draw_pressure_diagram(told: Diagram, file: Path) -> None:
    """Write a diagram; an earlier file is replaced in one step.

    Parameters
    ----------
    told : Diagram
    file : Path
        Its ending is one of `SUFFIXES`.
    """
    font = chinese_font()
    families = ["DejaVu Sans", *([font] if font else [])]
    # letters as outlines: the drawing looks the same where a font is missing; a fixed salt: the same bytes again
    settings: dict[str, Any] = {
        "font.family": families,
        "svg.hashsalt": "heatnet",
        "text.parse_math": False,
        "axes.unicode_minus": False,
    }
    with mpl.rc_context(settings), warnings.catch_warnings():
        # where no font holds Chinese the caller says so once
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure = Figure(figsize=_A4_LANDSCAPE_IN, layout="constrained")
        axes = figure.subplots()
        _limits(axes, told)
        several = len(told.curves) > 1
        for number, curve in enumerate(told.curves):
            _curve(axes, told, curve, _SEVERAL[number % len(_SEVERAL)] if several else None)
        _places(axes, told)
        _frame(axes, told)
        part = file.with_name(file.name + ".part")
        file.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(part, format=file.suffix[1:].lower(), dpi=130, metadata=_metadata(file))
    part.replace(file)


def _metadata(file: Path) -> dict[str, Any] | None:
    """Return what keeps the time of drawing out of a file, so that the same results give the same bytes."""
    fixed = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
    found: dict[str, dict[str, Any]] = {".svg": {"Date": None}, ".pdf": {"CreationDate": fixed}}
    return found.get(file.suffix.lower())


def _curve(axes: Axes, told: Diagram, curve: Curve, colour: str | None) -> None:
    x, lines = told.way.distance_m, curve.lines
    name = curve.label if colour else _("supply line")
    axes.plot(x, lines.supply_m, color=colour or _SUPPLY, linewidth=1.8, zorder=4, label=name)
    label = "_" if colour else _("return line")
    axes.plot(x, lines.return_m, color=colour or _RETURN, linewidth=1.8, linestyle=(0, (5, 2)), zorder=4, label=label)
    for end in (0, -1):
        high, low = lines.supply_m[end], lines.return_m[end]
        if np.isfinite(high + low):
            axes.plot([x[end], x[end]], [low, high], color=colour or "#1f2933", linewidth=0.9, zorder=3)
    if not colour and np.isfinite(lines.supply_m[-1] + lines.return_m[-1]):
        gap = _("{gap} m").format(gap=f"{lines.supply_m[-1] - lines.return_m[-1]:.1f}")
        middle = (x[-1], (lines.supply_m[-1] + lines.return_m[-1]) / 2)
        axes.annotate(gap, middle, xytext=(-4, 0), textcoords="offset points", ha="right", va="center", fontsize=9)


def _limits(axes: Axes, told: Diagram) -> None:
    """Draw ground and limits; the static and the vaporisation line are those of the first curve."""
    x, first = told.way.distance_m, told.curves[0]
    ground = first.lines.ground_m
    axes.fill_between(x, ground, np.nanmin(ground) - 12.0, color=_GROUND, alpha=0.25, linewidth=0, zorder=1)
    axes.plot(x, ground, color=_GROUND, linewidth=1.2, zorder=2, label=_("ground"))
    axes.plot(x, first.lines.rest_m, color=_REST, linewidth=1.2, linestyle="-.", zorder=3, label=_("static line"))
    axes.plot(
        x, first.lines.boiling_m, color=_BOILING, linewidth=1.2, linestyle=":", zorder=3, label=_("vaporisation line")
    )
    for above, label in ((told.nominal_m, _("nominal pressure")), (told.return_least_m, _("least return pressure"))):
        axes.plot(x, ground + above, color="#777777", linewidth=0.8, linestyle=(0, (1, 2)), zorder=2)
        axes.annotate(
            label, (x[0], ground[0] + above), xytext=(4, 2), textcoords="offset points", fontsize=8, color="#555555"
        )


def _places(axes: Axes, told: Diagram) -> None:
    if told.point is not None:
        axes.plot(
            *told.point,
            marker="o",
            color=_REST,
            markersize=7,
            linestyle="none",
            zorder=6,
            label=_("constant-pressure point"),
        )
    least = told.curves[0].suction_least_m
    if least is not None and np.isfinite(least):
        label = _("least suction pressure of the pump")
        axes.plot(
            told.way.distance_m[0],
            least,
            marker="_",
            color="#1f2933",
            markersize=16,
            linestyle="none",
            zorder=6,
            label=label,
        )
    if told.highest is not None:
        name, ground = told.highest
        label = _("highest ground: {name}, {ground} m").format(name=name, ground=f"{ground:.1f}")
        axes.axhline(ground, color=_GROUND, linewidth=0.7, linestyle="--", zorder=2, label=label)


def _frame(axes: Axes, told: Diagram) -> None:
    axes.set_title(told.title, loc="left", fontsize=12)
    axes.set_xlabel(_("distance, m"))
    axes.set_ylabel(_("head, m of water column"))
    axes.grid(color="#e4e8eb", linewidth=0.7)
    axes.set_axisbelow(True)
    axes.margins(x=0.01)
    axes.set_ylim(bottom=float(np.nanmin([told.curves[0].lines.ground_m.min(), *_lowest(told)])) - 8.0)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    _node_marks(axes, told)
    columns = 3 if len(told.curves) < 4 else 2
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=columns, frameon=False, fontsize=9)


def _lowest(told: Diagram) -> list[float]:
    return [float(np.nanmin(line)) for c in told.curves for line in (c.lines.return_m, c.lines.boiling_m)]


def _node_marks(axes: Axes, told: Diagram) -> None:
    """Number stations and plants at the foot, as far apart as they can be read, and list their names below the key."""
    bottom = axes.get_ylim()[0]
    far = max(float(told.way.distance_m[-1]), 1.0)
    last: float = -np.inf
    listed: list[str] = []
    for x, name in zip(told.way.distance_m, told.names, strict=True):
        if name and x - last >= _APART_SHARE * far:
            last = float(x)
            listed.append(f"{len(listed) + 1} {name}")
            words: dict[str, Any] = {"ha": "center", "va": "bottom", "fontsize": 8, "color": "#444444", "zorder": 5}
            axes.annotate(str(len(listed)), (x, bottom), xytext=(0, 3), textcoords="offset points", **words)
    axes.figure.supxlabel("    ".join(listed), fontsize=8, color="#444444", x=0.01, ha="left", wrap=True)
