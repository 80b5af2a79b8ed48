"""The bundled power networks: the plan's figures, every heat plant supplied, and a year within the limits."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from heatnet.demand.climate import synthetic_year
from heatnet.demand.power import power_boundary
from heatnet.demand.season import statutory_season
from heatnet.electric import power_flow
from heatnet.io.bundled import bundled_path
from heatnet.io.network_folder import load_network, load_power_network
from heatnet.model.boundary import Boundary
from heatnet.model.network import ids_of
from heatnet.model.power_checks import closed_graph
from heatnet.model.power_schema import POWER_TABLES

NAMES = ("teda_east", "teda_west")
STATIONS = ("s1", "s2", "tc", "hj")
#: electricity of the sewage heat pump at its 22.6 MW with a COP of 3.2
HEAT_PUMP_MW = 7.0


@pytest.fixture(scope="module")
def networks():
    return {name: load_network(bundled_path("networks") / name) for name in NAMES}


@pytest.fixture(scope="module")
def years(networks):
    weather = synthetic_year()
    boundaries = {name: power_boundary(networks[name].electric, weather) for name in NAMES}
    return {name: power_flow(networks[name].electric, boundary) for name, boundary in boundaries.items()}


def test_photovoltaics_and_batteries_are_those_of_the_plan(networks):
    power = networks["teda_east"].electric
    assert (power.generators["kind"] == "pv").all()
    assert power.generators["capacity_mw"].sum() == pytest.approx(260.0)
    assert power.batteries["power_mw"].sum() == pytest.approx(26.75)
    assert power.batteries["energy_mwh"].sum() == pytest.approx(53.5)
    assert sorted(power.batteries["bus"]) == sorted(f"{station}_10" for station in STATIONS)


def test_substations_of_the_plan_have_its_voltages(networks):
    buses = networks["teda_east"].electric.buses
    highest = buses.groupby("station")["v_nom_kv"].max()
    assert highest[list(STATIONS)].tolist() == [110, 110, 35, 35]


@pytest.mark.parametrize("name", NAMES)
def test_every_heat_plant_but_power_plants_is_supplied(name, networks):
    network = networks[name]
    parts = filter(None, (network, network.steam))
    plants = {str(plant) for part in parts for plant in part.plants.index[part.plants["kind"] != "chp_steam"]}
    supplied = [plant for load in network.electric.loads["supplies"] for plant in ids_of(load)]
    assert sorted(supplied) == sorted(plants)


@pytest.mark.parametrize("name", NAMES)
def test_rings_run_open(name, networks):
    """Closed lines and transformers are trees, one under each upper grid; open ties would close rings."""
    power = networks[name].electric
    graph = closed_graph(power)
    assert nx.number_connected_components(graph) == len(power.grids)
    assert graph.number_of_edges() == graph.number_of_nodes() - len(power.grids)
    assert power.lines["open"].any()


@pytest.mark.parametrize("name", NAMES)
def test_every_row_has_names_in_both_languages_and_a_place_in_teda(name, networks):
    power = networks[name].electric
    assert power.crs == "EPSG:4326"
    for table in POWER_TABLES:
        frame = getattr(power, table)
        if frame.empty:
            continue
        for column in ("x_name_en", "x_name_zh"):
            assert frame[column].map(lambda text: isinstance(text, str) and bool(text.strip())).all(), (table, column)
        west, south, east, north = np.array([geometry.bounds for geometry in frame["geometry"]]).T
        assert west.min() > 117.45
        assert east.max() < 117.85
        assert south.min() > 38.98
        assert north.max() < 39.25


@pytest.mark.parametrize("name", NAMES)
def test_lines_end_at_their_buses(name, networks):
    power = networks[name].electric
    for line, row in power.lines.iterrows():
        for end, bus in ((0, row["from_bus"]), (-1, row["to_bus"])):
            place = power.buses.at[bus, "geometry"]
            assert row["geometry"].coords[end] == (place.x, place.y), line


@pytest.mark.parametrize("name", NAMES)
def test_a_power_network_can_be_read_on_its_own(name, networks):
    folder = bundled_path("networks") / name
    assert load_power_network(folder).buses.equals(networks[name].electric.buses)
    assert load_power_network(folder / "electric").buses.equals(networks[name].electric.buses)


@pytest.mark.parametrize("name", NAMES)
def test_every_hour_of_the_year_is_within_limits(name, networks, years):
    power, year = networks[name].electric, years[name]
    assert (year["status"] == "ok").all()
    assert abs(year["power_residual_mw"]).max() < 1e-6
    voltage = year["bus_v_pu"].to_pandas()
    assert (voltage >= power.buses["v_min_pu"]).all(axis=None)
    assert (voltage <= power.buses["v_max_pu"]).all(axis=None)
    assert year["line_loading_share"].max() < 0.75
    loss = year["power_loss_mw"].sum() / year["load_p_mw"].sum()
    assert 0.002 < loss < 0.03


@pytest.mark.parametrize("name", NAMES)
def test_stations_stand_the_loss_of_one_circuit_or_transformer(name, networks, years):
    """What remains of parallel ones carries the current: loading n/(n - 1) at most 1."""
    power, year = networks[name].electric, years[name]
    lines = power.lines[(power.lines["from_bus"].map(power.buses["v_nom_kv"]) > 10) & ~power.lines["open"]]
    for table, loading in (
        (lines, year["line_loading_share"].to_pandas().max()),
        (power.transformers, year["transformer_loading_share"].to_pandas().max()),
    ):
        left = table["parallel"] / (table["parallel"] - 1)
        assert (loading[table.index] * left <= 1).all()


def test_the_sewage_feeder_has_least_margin_and_none_for_the_heat_pump(networks, years):
    """Within limits without the heat pump, the first to be full with it, but not in every hour."""
    power, year = networks["teda_east"].electric, years["teda_east"]
    assert year["line_loading_share"].max("time").to_pandas().idxmax() == "f_sewage_works"
    season = np.flatnonzero(statutory_season(year.indexes["time"]))[::5]
    boundary = power_boundary(power, synthetic_year()).rows(season.tolist())
    loads = boundary.values["load_p_mw"].assign(e_sewage_hp=HEAT_PUMP_MW)
    full = power_flow(power, Boundary(boundary.time, dict(boundary.values) | {"load_p_mw": loads}))
    loading = full["line_loading_share"].to_pandas()
    over = (loading > 1).any()
    assert over.index[over].tolist() == ["f_sewage_works"]
    assert 0.3 < (loading["f_sewage_works"] > 1).mean() < 0.95


def test_photovoltaics_give_what_the_plan_needs_and_reach_the_upper_grid(years):
    year = years["teda_east"]
    assert 295e3 <= year["generator_p_mw"].sum() <= 315e3
    grid = year["grid_p_mw"].sum("grid")
    assert 0 < int((grid < 0).sum()) < 200
    assert year["transformer_p_mw"].min() < 0
