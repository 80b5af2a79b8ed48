"""The words of the map page's script, in the current language."""

from __future__ import annotations

from heatnet.i18n import _


def labels() -> dict[str, str]:
    """Return words by key."""
    return _of_legend() | _of_elements() | _of_time() | _of_details()


def _of_legend() -> dict[str, str]:
    return {
        "fit": _("Show {name}"),
        "legend_pipes": _("Pipes"),
        "legend_stations": _("Exchange stations"),
        "legend_plants": _("Heat sources"),
        "no_value": _("no value in this hour"),
        "not_running": _("no heat in this hour"),
        "size_stations": _("circle area: design heat"),
        "size_plants": _("symbol area: heat given in the hour"),
        "width_pipes": _("line width: diameter"),
        "legend_steam": _("Steam"),
        "legend_nodes": _("Nodes of steam lines, buses"),
        "steam": _("steam line (not simulated)"),
        "steam_pipe": _("steam line, coloured dashes"),
        "steam_user": _("steam user (white: it has no such quantity)"),
        "legend_power": _("Power network"),
        "power_transformer": _("transformer"),
        "power_width": _("line of {kv} kV"),
        "power_open": _("open tie"),
        "power_beyond": _("above {end}"),
        "influence_note": _("shaded: around the stations whose strongest source it is"),
        "source_row": _("{name}: strongest source of {count} stations, which take {heat} MW from all sources"),
        "other_plants": _("black symbol: its heat reaches no station through these pipes"),
        "difference": _("{first} less {second}"),
        "no_difference": _("no difference"),
        "zones": _("Zones"),
        "avenues": _("Roads"),
        "landmarks": _("Landmarks"),
    }


def _of_elements() -> dict[str, str]:
    return {
        "bus": _("Bus"),
        "line": _("Power line"),
        "transformer": _("Transformer"),
        "power_source": _("Generator or battery"),
        "node": _("Node"),
        "user": _("Steam user"),
        "pipe": _("Pipe"),
        "station": _("Exchange station"),
        "plant": _("Heat source"),
        "not_found": _("nothing of that name in this case"),
    }


def _of_time() -> dict[str, str]:
    return {
        "outdoor": _("outdoor {t} °C"),
        "play": _("Play"),
        "pause": _("Pause"),
        "notable": _("Hours that stand for the season"),
        "no_comparison": _("no other case"),
        "tianditu_key": _("TianDiTu needs a key: enter it and switch the map on again."),
        "tiles_failed": _(
            "The map server gave no picture: no connection, a wrong key, or the server refuses this page."
        ),
        "old_browser": _("This browser is too old to unpack the hourly values (no DecompressionStream)."),
    }


def _of_details() -> dict[str, str]:
    return {
        "close": _("Close"),
        "delivered": _("Heat delivered in the year"),
        "this_hour": _("Values in the chosen hour"),
        "this_hour_less": _("Values in the chosen hour (more than in: {other})"),
        "static": _("Data"),
        "not_simulated": _("not part of the hydraulic simulation"),
        "chart": _("Course over the season"),
        "chart_summary": _("{label}: least {low}, largest {high}; a click chooses the hour"),
        "hour_status": _("The hour in {network}: {status}"),
        "direct_heat": _("Direct heat from {plant}"),
        "direct_heat_shared": _("Direct heat from {plant}, for {count} stations together"),
        "loading": _("being unpacked …"),
    }
