"""Consistency checks of a power network; every finding becomes one problem with place, value, limit and remedy."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import networkx as nx
import pandas as pd

from heatnet.errors import Problems
from heatnet.i18n import _
from heatnet.model.checks import has_problem, unknown_name
from heatnet.model.network import ids_of
from heatnet.model.typed_tables import RawTable, misnamed
from heatnet.model.validation import names_in

if TYPE_CHECKING:
    from heatnet.model.power_network import PowerNetwork

#: a transformer's rated voltage departs at most this much from the nominal voltage of its bus
RATED_VOLTAGE_TOLERANCE = 0.2
#: a load or generator this many times above what leads to its bus was given in kW, if a thousandth would fit
KW_SUSPICION = 5.0
_BUS_COLUMNS = {
    "lines": ("from_bus", "to_bus"),
    "transformers": ("hv_bus", "lv_bus"),
    "grids": ("bus",),
    "loads": ("bus",),
    "generators": ("bus",),
    "batteries": ("bus",),
}


def check_power_network(
    network: PowerNetwork, raw: Mapping[str, RawTable], heat_elements: Collection[str] | None, problems: Problems
) -> None:
    """Run every check that needs the whole network."""
    _check_references(network, raw, problems)
    _check_supplies(network, raw, heat_elements, problems)
    _check_data_centres(network, raw, heat_elements, problems)
    _check_lines(network, raw, problems)
    _check_transformers(network, raw, problems)
    _check_held_voltages(network, raw, problems)
    _check_sizes(network, raw, problems)
    _check_islands(network, raw, problems)


def _where(raw: Mapping[str, RawTable], table: str, position: int, element: object) -> str:
    return f"{raw[table].place}, {raw[table].row(position)} ({element})"


def _check_references(network: PowerNetwork, raw: Mapping[str, RawTable], problems: Problems) -> None:
    buses = [str(bus) for bus in network.buses.index]
    known = set(buses)
    for table, columns in _BUS_COLUMNS.items():
        for i, (element, row) in enumerate(getattr(network, table).iterrows()):
            for column in columns:
                if row[column] is not None and row[column] not in known:
                    unknown_name(f"{_where(raw, table, i, element)}, {column}", row[column], buses, problems)
            if len(columns) == 2 and row[columns[0]] is not None and row[columns[0]] == row[columns[1]]:
                problems.add(
                    _where(raw, table, i, element),
                    _("begins and ends at bus '{bus}'").format(bus=row[columns[0]]),
                    "",
                    _("Remove it or correct a bus."),
                )


def _check_supplies(
    network: PowerNetwork, raw: Mapping[str, RawTable], heat_elements: Collection[str] | None, problems: Problems
) -> None:
    """What a load supplies exists, and is supplied once."""
    taken: dict[str, str] = {}
    elsewhere = misnamed(raw["loads"], network.loads.columns)
    for i, (load, row) in enumerate(network.loads.iterrows()):
        where = f"{_where(raw, 'loads', i, load)}, supplies"
        for name in ids_of(row["supplies"]):
            if heat_elements is not None and name not in heat_elements:
                unknown_name(where, name, sorted(heat_elements), problems)
            if name in taken:
                problems.add(
                    where, _("'{name}' is taken").format(name=name), _("'{load}' supplies it").format(load=taken[name])
                )
            taken.setdefault(name, str(load))
        if row["supplies"] is None and math.isnan(row["p_mw"]) and not elsewhere & {"p_mw", "supplies"}:
            where = f"{_where(raw, 'loads', i, load)}, p_mw"
            # a number that cannot be one is noted already
            if not has_problem(problems, where):
                problems.add(where, _("is missing"), _("A number, or what it supplies"))


def _check_data_centres(
    network: PowerNetwork, raw: Mapping[str, RawTable], heat_elements: Collection[str] | None, problems: Problems
) -> None:
    """What cools a data centre exists, has a load and cools one; the effectiveness of the data centre's power goes with it."""
    taken: dict[str, str] = {}
    supplied = {name for names in network.loads["supplies"] for name in ids_of(names)}
    for i, (load, row) in enumerate(network.loads.iterrows()):
        where = _where(raw, "loads", i, load)
        names = ids_of(row["cooled_by"])
        for name in names:
            if heat_elements is not None and name not in heat_elements:
                unknown_name(f"{where}, cooled_by", name, sorted(heat_elements), problems)
            if name in taken:
                found = _("'{name}' is taken").format(name=name)
                problems.add(
                    f"{where}, cooled_by", found, _("'{name}' cools '{load}'").format(name=name, load=taken[name])
                )
            taken.setdefault(name, str(load))
        for name in set(names) - supplied:
            found = _("no load supplies '{name}'").format(name=name)
            problems.add(f"{where}, cooled_by", found, remedy=_("Name it in supplies of the load that it draws from."))
        if names and math.isnan(row["pue"]):
            problems.add(f"{where}, pue", _("is missing"), _("Power of the data centre over that of its computers"))
        if names and math.isnan(row["p_mw"]):
            problems.add(f"{where}, p_mw", _("is missing"), _("Power of the whole data centre"))
        if row["pue_recovered"] > row["pue"]:
            found = f"pue_recovered {row['pue_recovered']:g} > pue {row['pue']:g}"
            problems.add(where, found, remedy=_("Taking heat away saves cooling: correct one of the two."))


def _check_lines(network: PowerNetwork, raw: Mapping[str, RawTable], problems: Problems) -> None:
    nominal = network.buses["v_nom_kv"]
    for i, (line, row) in enumerate(network.lines.iterrows()):
        ends = nominal.get(row["from_bus"], math.nan), nominal.get(row["to_bus"], math.nan)
        if abs(ends[0] - ends[1]) > 1e-6 * ends[0]:
            problems.add(
                _where(raw, "lines", i, line),
                _("joins {first:g} kV and {second:g} kV").format(first=ends[0], second=ends[1]),
                _("A line joins buses of one voltage"),
                _("Use a transformer, or correct a bus."),
            )


def _check_transformers(network: PowerNetwork, raw: Mapping[str, RawTable], problems: Problems) -> None:
    nominal = network.buses["v_nom_kv"]
    for i, (transformer, row) in enumerate(network.transformers.iterrows()):
        where = _where(raw, "transformers", i, transformer)
        high, low = nominal.get(row["hv_bus"], math.nan), nominal.get(row["lv_bus"], math.nan)
        if high < low:
            problems.add(
                where,
                _("hv_bus has {high:g} kV, lv_bus {low:g} kV").format(high=high, low=low),
                _("hv_bus is the one of the higher voltage"),
                _("Swap hv_bus and lv_bus."),
            )
            continue
        for side, bus_kv in (("hv", high), ("lv", low)):
            rated = row[f"v_{side}_kv"]
            if abs(rated - bus_kv) > RATED_VOLTAGE_TOLERANCE * bus_kv:
                remedy = (
                    _("This looks like V; the column is in kV.")
                    if rated > 100 * bus_kv
                    else _("Correct the rated voltage, the type or the bus.")
                )
                problems.add(
                    f"{where}, v_{side}_kv",
                    _("rated for {rated:g} kV at a bus of {bus:g} kV").format(rated=rated, bus=bus_kv),
                    _("Within {share:.0%} of the bus").format(share=RATED_VOLTAGE_TOLERANCE),
                    remedy,
                )
        if row["vkr_share"] > row["vk_share"]:
            problems.add(f"{where}, vkr_share", f"{row['vkr_share']:g}", _("At most vk_share"))
        if not row["tap_min"] <= row["tap_pos"] <= row["tap_max"]:
            allowed = _("Allowed: {low:g} to {high:g}").format(low=row["tap_min"], high=row["tap_max"])
            problems.add(f"{where}, tap_pos", f"{row['tap_pos']:g}", allowed)
        if not math.isnan(row["v_set_pu"]) and row["tap_step_share"] == 0:
            problems.add(f"{where}, v_set_pu", _("has no taps to hold it"), _("tap_step_share, tap_min and tap_max"))


def _check_held_voltages(network: PowerNetwork, raw: Mapping[str, RawTable], problems: Problems) -> None:
    """One voltage is held at a bus."""
    grids = {row["bus"]: str(grid) for grid, row in network.grids.iterrows()}
    first: dict[object, tuple[str, float]] = {}
    holds = network.holds_voltage
    for i, (generator, row) in enumerate(network.generators.iterrows()):
        where = f"{_where(raw, 'generators', i, generator)}, v_pu"
        if not holds[generator] or row["bus"] is None:
            continue
        if row["bus"] in grids:
            problems.add(
                where,
                _("grid '{grid}' holds the voltage of bus '{bus}'").format(grid=grids[row["bus"]], bus=row["bus"]),
                _("One voltage at a bus"),
                _("Leave v_pu empty: it then gives reactive power by its power factor."),
            )
        other, voltage = first.setdefault(row["bus"], (str(generator), row["v_pu"]))
        if voltage != row["v_pu"]:
            problems.add(
                where,
                _("{v:g}, but '{other}' holds {voltage:g} at the same bus").format(
                    v=row["v_pu"], other=other, voltage=voltage
                ),
                _("One voltage at a bus"),
                _("Give both the same v_pu, or leave one empty."),
            )


def bus_capacity_mva(network: PowerNetwork) -> pd.Series:
    """Return the power that lines and transformers at each bus could carry together, MVA, indexed by bus."""
    nominal = network.buses["v_nom_kv"]
    capacity = pd.Series(0.0, index=network.buses.index)
    for _line, row in network.lines.iterrows():
        for bus in (row["from_bus"], row["to_bus"]):
            if bus in capacity.index:
                capacity[bus] += math.sqrt(3) * nominal[bus] * row["i_max_ka"] * row["parallel"]
    for _transformer, row in network.transformers.iterrows():
        for bus in (row["hv_bus"], row["lv_bus"]):
            if bus in capacity.index:
                capacity[bus] += row["s_rated_mva"] * row["parallel"]
    return capacity


def _check_sizes(network: PowerNetwork, raw: Mapping[str, RawTable], problems: Problems) -> None:
    """Powers that no line to the bus could carry, while a thousandth of them would fit, are kW."""
    capacity = bus_capacity_mva(network)
    fed_by_grid = set(network.grids["bus"])
    for table, column in (("loads", "p_mw"), ("generators", "capacity_mw"), ("batteries", "power_mw")):
        for i, (element, row) in enumerate(getattr(network, table).iterrows()):
            room = capacity.get(row["bus"], 0.0)
            if row["bus"] in fed_by_grid or not room > 0 or not row[column] > KW_SUSPICION * room:
                continue
            remedy = _("This looks like kW; the column is in MW.") if row[column] / 1000 <= room else ""
            problems.add(
                f"{_where(raw, table, i, element)}, {column}",
                _("{power:g} MW at a bus to which {room:.3g} MVA lead").format(power=row[column], room=room),
                _("At most {times:g} times what lines and transformers carry").format(times=KW_SUSPICION),
                remedy,
            )


def closed_graph(network: PowerNetwork) -> nx.MultiGraph:
    """Return the graph of buses joined by lines and transformers that are not open."""
    graph = nx.MultiGraph()
    graph.add_nodes_from(network.buses.index.dropna())
    for table in ("lines", "transformers"):
        first, second = _BUS_COLUMNS[table]
        for element, row in getattr(network, table).iterrows():
            if not row["open"] and row[first] in graph and row[second] in graph:
                graph.add_edge(row[first], row[second], key=element, table=table)
    return graph


def _check_islands(network: PowerNetwork, raw: Mapping[str, RawTable], problems: Problems) -> None:
    if not len(network.buses):
        problems.add(raw["buses"].place, _("there is no bus"), _("One bus at least"))
        return
    if not len(network.grids):
        problems.add(
            raw["grids"].place,
            _("there is no upper grid"),
            _("One grid at least: the bus that holds the voltage and balances the power"),
            _("Add a row to the table grids."),
        )
        return
    fed = set(network.grids["bus"])
    ends = [
        end
        for table in ("lines", "transformers")
        for name in _BUS_COLUMNS[table]
        for end in getattr(network, table)[name]
    ]
    if not fed <= set(network.buses.index) or None in ends:
        return
    for part in nx.connected_components(closed_graph(network)):
        if part & fed:
            continue
        first = min(part, key=list(network.buses.index).index)
        position = list(network.buses.index).index(first)
        problems.add(
            _where(raw, "buses", position, first),
            _island_text(sorted(part)),
            _("Every bus is joined to an upper grid by closed lines or transformers"),
            _("Close a line or transformer, add one, or add a grid."),
        )


def _island_text(buses: list[str]) -> str:
    if len(buses) == 1:
        return _("bus {name} is an island without an upper grid").format(name=buses[0])
    text = _("{count} buses are an island without an upper grid: {names}")
    return text.format(count=len(buses), names=names_in(buses))
