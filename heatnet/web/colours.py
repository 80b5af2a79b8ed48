"""Colours of maps and reports: a scale that survives colour blindness and grey printing, and source colours."""

from __future__ import annotations

from types import MappingProxyType

#: cividis, nine stops from low to high. Nuñez, Anderton and Renslow (2018), doi:10.1371/journal.pone.0199239
SCALE = ("#00224e", "#123570", "#3b496c", "#575d6d", "#707173", "#8a8678", "#a59c74", "#d9bc5a", "#fee838")

#: less to more around zero: ColorBrewer's PuOr, which colour-blind readers tell apart. Harrower and Brewer (2003),
#: doi:10.1179/000870403235002042, Apache-2.0
DIFFERENCE = ("#b35806", "#e08214", "#fdb863", "#fee0b6", "#f7f7f7", "#d8daeb", "#b2abd2", "#8073ac", "#542788")

#: plant kind -> (colour, symbol); fuels in greys and browns, waste heat in colours of P. Tol's "muted" and "vibrant" sets
PLANT_STYLES = MappingProxyType(
    {
        "source": ("#777777", "circle"),
        "gas_boiler": ("#8c9bab", "square"),
        "coal_boiler": ("#4a4a4a", "square"),
        "gas_steam_boiler": ("#b3bfca", "pentagon"),
        "coal_steam_boiler": ("#6b5f55", "pentagon"),
        "chp_steam": ("#cc6677", "triangle"),
        "chp_heat": ("#aa4455", "triangle"),
        "steam_exchange": ("#ddaa66", "cross"),
        "sewage_heat_pump": ("#117733", "diamond"),
        "data_centre_heat": ("#332288", "hexagon"),
        "geothermal_doublet": ("#44aa99", "down_triangle"),
        "process_waste_heat": ("#882255", "star"),
        "electric_boiler": ("#ee7733", "square"),
        "air_source_heat_pump": ("#33bbee", "diamond"),
        "heat_store": ("#bbbbbb", "hexagon"),
    }
)
#: what feeds a power network -> (colour, symbol)
POWER_STYLES = MappingProxyType(
    {"pv": ("#ddcc77", "square"), "wind": ("#88ccee", "triangle"), "battery": ("#0077bb", "pentagon")}
)
_OTHER = ("#999933", "circle")


def plant_style(kind: str) -> tuple[str, str]:
    """Return colour and symbol of a plant kind, or of what feeds a power network."""
    return PLANT_STYLES.get(kind) or POWER_STYLES.get(kind, _OTHER)


def shade(colour: str, step: int) -> str:
    """Return a lighter variant of a colour: `step` 0 is the colour itself, each step goes 25 % further to white."""
    share = 0.75**step
    parts = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(255 - (255 - part) * share):02x}" for part in parts)


def scale_colour(position: float) -> str:
    """Return the scale's colour at a position between 0 and 1 (clipped), linear between stops."""
    at = min(max(position, 0.0), 1.0) * (len(SCALE) - 1)
    low = min(int(at), len(SCALE) - 2)
    first, second = SCALE[low], SCALE[low + 1]
    parts = []
    for i in (1, 3, 5):
        a, b = int(first[i : i + 2], 16), int(second[i : i + 2], 16)
        parts.append(round(a + (b - a) * (at - low)))
    return "#" + "".join(f"{part:02x}" for part in parts)
