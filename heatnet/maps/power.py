"""Power networks on the map: where lines, transformers, buses and generators lie, and their values by hour."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from heatnet.i18n import _, pick
from heatnet.maps.layout import LatLon, Row, bounds_of, line_of, names_of, point_of, provenance_of, rows_of
from heatnet.maps.quantities import PERCENT, Element, Quantity, Values, product, scaled
from heatnet.model.power_network import PowerNetwork
from heatnet.web.colours import plant_style
from heatnet.web.labels import plant_kind_label
from heatnet.web.results_view import NetworkResults

CARRIER = "electric"
_KW_PER_MW, _A_PER_KA = 1e3, 1e3
#: ends of the colours, whatever the values: a full line, and the permitted band of 10 kV
_LOADING_ENDS, _VOLTAGE_ENDS = (0.0, 100.0), (0.93, 1.07)
#: colour of what is loaded above its limit: P. Tol's "vibrant" red
_OVERLOADED = "#cc3311"
#: radius of a transformer's circle: by its rated power
_RADIUS_PX, _RADIUS_PX_PER_ROOT_MVA = 4.0, 0.7


def is_solved(results: NetworkResults) -> bool:
    """Return whether the power network beside a network was solved."""
    return results.network.electric is not None and "bus_v_pu" in results.electric


def power_layout(network: PowerNetwork) -> dict[str, Any] | None:
    """Return positions and table rows of a power network, or None if it has no geographic coordinates.

    Lines stand as pipes, transformers as stations at their lower bus, buses as nodes, generators and batteries as plants.
    """
    if network.crs != "EPSG:4326":
        return None
    buses = {str(bus): point_of(shape) for bus, shape in network.buses["geometry"].items() if shape is not None}
    lines = [item for line in network.lines.index if (item := _line(network, str(line), buses))]
    transformers = [item for one in network.transformers.index if (item := _transformer(network, str(one), buses))]
    sources = [
        item
        for table in ("generators", "batteries")
        for one in getattr(network, table).index
        if (item := _source(network, table, str(one), buses))
    ]
    if not buses:
        return None
    return {
        "id": network.id,
        "name": pick(network.name),
        "carrier": CARRIER,
        "pipes": lines,
        "stations": transformers,
        "plants": sources,
        "nodes": [_bus(network, bus, at) for bus, at in buses.items()],
        "bounds": bounds_of([*buses.values(), *(at for line in lines for at in line["xy"])]),
    }


def _line(network: PowerNetwork, line: str, buses: dict[str, LatLon]) -> dict[str, Any] | None:
    row = network.lines.loc[line]
    ends = str(row["from_bus"]), str(row["to_bus"])
    if row["geometry"] is not None:
        xy = line_of(row["geometry"])
    elif ends[0] in buses and ends[1] in buses:
        xy = [buses[ends[0]], buses[ends[1]]]
    else:
        return None
    v_nom_kv = float(network.buses.at[ends[0], "v_nom_kv"])
    columns = (
        ("length_m", _("Length"), 0),
        ("i_max_ka", _("Permitted current of a circuit"), 3),
        ("parallel", _("Circuits"), 0),
    )
    rows: list[Row] = [
        (_("From, to"), f"{ends[0]}, {ends[1]}"),
        (_("Nominal voltage"), f"{v_nom_kv:g} kV"),
        *rows_of(row, columns),
    ]
    if isinstance(row["std_type"], str):
        rows.append((_("Type"), row["std_type"]))
    if bool(row["open"]):
        rows.append((_("State"), _("open")))
    width = 1.6 if v_nom_kv < 30 else 2.4 if v_nom_kv < 100 else 3.2
    i_max_a = round(float(row["i_max_ka"] * row["parallel"]) * _A_PER_KA, 1)
    drawn = {"xy": xy, "width": width, "v_nom_kv": v_nom_kv, "i_max_a": i_max_a, "open": bool(row["open"])}
    return names_of(network, "lines", line) | drawn | {"rows": rows + provenance_of(row)}


def _bus(network: PowerNetwork, bus: str, at: LatLon) -> dict[str, Any]:
    row = network.buses.loc[bus]
    rows = [*rows_of(row, (("v_nom_kv", _("Nominal voltage"), 0),)), *provenance_of(row)]
    return names_of(network, "buses", bus) | {"at": at, "v_nom_kv": float(row["v_nom_kv"]), "rows": rows}


def _transformer(network: PowerNetwork, transformer: str, buses: dict[str, LatLon]) -> dict[str, Any] | None:
    row = network.transformers.loc[transformer]
    at = point_of(row["geometry"]) if row["geometry"] is not None else buses.get(str(row["lv_bus"]))
    if at is None:
        return None
    columns = (("s_rated_mva", _("Rated power"), 1), ("parallel", _("Transformers side by side"), 0))
    rows = [(_("From, to"), f"{row['hv_bus']}, {row['lv_bus']}"), *rows_of(row, columns), *provenance_of(row)]
    radius = round(_RADIUS_PX + _RADIUS_PX_PER_ROOT_MVA * float(row["s_rated_mva"] * row["parallel"]) ** 0.5, 1)
    return names_of(network, "transformers", transformer) | {"at": at, "radius": radius, "rows": rows}


def _source(network: PowerNetwork, table: str, element: str, buses: dict[str, LatLon]) -> dict[str, Any] | None:
    row = getattr(network, table).loc[element]
    at = point_of(row["geometry"]) if row["geometry"] is not None else buses.get(str(row["bus"]))
    if at is None:
        return None
    kind = str(row["kind"]) if table == "generators" else "battery"
    columns = (("capacity_mw", _("Capacity"), 1), ("power_mw", _("Capacity"), 2), ("energy_mwh", _("Usable energy"), 1))
    colour, symbol = plant_style(kind)
    rows = [(_("Kind"), plant_kind_label(kind)), *rows_of(row, columns), *provenance_of(row)]
    style = {"at": at, "kind": kind, "colour": colour, "symbol": symbol, "rows": rows}
    return names_of(network, table, element) | style


def power_quantities(element: Element) -> list[Quantity]:
    """Return the quantities of an element of a power network, in the order of its popup; labels in the current language."""
    table: dict[Element, list[Quantity]] = {
        "pipes": [
            _loading("line_loading_share"),
            Quantity("p_mw", _("Power (positive from start to end)"), 2, _table("line_p_mw")),
            product("i_a", _("Current"), 0, ("loading", "i_max_a", 1.0 / PERCENT), "A"),
            Quantity("loss_kw", _("Loss"), 1, scaled(_table("line_loss_mw"), _KW_PER_MW), own_unit="kW"),
        ],
        "stations": [
            _loading("transformer_loading_share"),
            Quantity("p_mw", _("Power taken at the higher voltage"), 2, _table("transformer_p_mw")),
            Quantity("tap", _("Tap position"), 0, _table("transformer_tap")),
            Quantity("loss_kw", _("Loss"), 1, scaled(_table("transformer_loss_mw"), _KW_PER_MW), own_unit="kW"),
        ],
        "nodes": [
            Quantity("v_pu", _("Voltage over nominal"), 4, _table("bus_v_pu"), ends=_VOLTAGE_ENDS),
            product("v_kv", _("Voltage"), 2, ("v_pu", "v_nom_kv", 1.0), "kV"),
            Quantity("load_mw", _("Loads at this bus"), 2, _loads_at_buses),
        ],
        "plants": [Quantity("p_mw", _("Power given (negative: taken)"), 2, _sources_mw)],
    }
    return table[element]


def power_colours() -> list[Quantity]:
    """Return what lines, transformers and buses are coloured by, each its quantity of the same key."""
    found = {row.key: row for element in ("nodes", "stations", "pipes") for row in power_quantities(element)}
    labels = {"loading": _("Loading of lines and transformers"), "v_pu": _("Voltage of the buses"), "p_mw": _("Power")}
    return [
        replace(found[key], label=label, colours=True, magnitude=key == "p_mw", from_zero=key != "v_pu")
        for key, label in labels.items()
    ]


def _table(name: str) -> Values:
    return lambda results: results.electric.get(name)


def _loading(name: str) -> Quantity:
    return Quantity(
        "loading", _("Loading"), 1, scaled(_table(name), PERCENT), own_unit="%", ends=_LOADING_ENDS, beyond=_OVERLOADED
    )


def _loads_at_buses(results: NetworkResults) -> pd.DataFrame | None:
    load, electric = results.electric.get("load_p_mw"), results.network.electric
    if load is None or electric is None:
        return None
    return load.T.groupby(electric.loads["bus"].reindex(load.columns).to_numpy()).sum().T


def _sources_mw(results: NetworkResults) -> pd.DataFrame | None:
    frames = [frame for name in ("generator_p_mw", "battery_p_mw") if (frame := results.electric.get(name)) is not None]
    return pd.concat(frames, axis=1) if frames else None
