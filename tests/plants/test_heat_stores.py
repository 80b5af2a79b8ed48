"""Heat stores from their rows: size, who charges them, and what is wrong with a row."""

from __future__ import annotations

from dataclasses import replace

import pytest

from heatnet.errors import InputError
from heatnet.physics.heat_storage import tank_energy_mwh
from heatnet.plants import heat_stores, supply_units

SIZE = {"energy_mwh": 80.0, "capacity_mw": 10.0}


def boiler(plant, name="e", **more):
    return plant("electric_boiler", id=name, capacity_mw=5.0, **more)


def test_a_store_is_no_unit_and_is_charged_by_its_neighbours(network, conditions, plant):
    """Plants e and f stand at its node n1; the backup at n0 does not charge it."""
    built = network([boiler(plant), boiler(plant, "f"), plant("heat_store", **SIZE)])
    (store,) = heat_stores(built)
    assert (store.id, store.balance, store.network, store.plant) == ("net/p", "net/water", "net", "p")
    assert store.charged_by == ("net/e", "net/f")
    assert (store.energy_mwh, store.charge_mw, store.discharge_mw) == (80.0, 10.0, 10.0)
    assert (store.loss_share_per_h, store.level_first_mwh) == (0.0, None)
    assert [unit.plant for unit in supply_units(built, conditions())] == ["backup", "e", "f"]


def test_named_plants_charge_it(network, plant):
    row = plant("heat_store", charged_by="backup f", charge_mw=4.0, level_first_share=0.25, **SIZE)
    (store,) = heat_stores(network([boiler(plant), boiler(plant, "f"), row]))
    assert store.charged_by == ("net/backup", "net/f")
    assert (store.charge_mw, store.level_first_mwh) == (4.0, 20.0)


def test_size_by_volume(network, plant):
    row = plant("heat_store", capacity_mw=10.0, volume_m3=2000.0, t_hot_degc=95.0, t_cold_degc=50.0)
    (store,) = heat_stores(network([boiler(plant), row]))
    assert store.energy_mwh == pytest.approx(float(tank_energy_mwh(2000.0, 95.0, 50.0)), rel=1e-12)


def test_not_built(network, plant):
    assert heat_stores(network([plant("heat_store", capacity_mw=0.0)])) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"capacity_mw": None}, ["capacity_mw"]),
        ({"energy_mwh": None}, ["energy_mwh", "is missing"]),
        ({"volume_m3": 10.0}, ["stands beside volume_m3"]),
        ({"energy_mwh": None, "volume_m3": 10.0}, ["t_hot_degc", "t_cold_degc"]),
        ({"energy_mwh": None, "volume_m3": 10.0, "t_hot_degc": 50, "t_cold_degc": 60}, ["not above t_cold_degc"]),
        ({"charged_by": "e nobody"}, ["unknown plant nobody"]),
        ({"charged_by": "d"}, ["d gives no heat to the network"]),
        ({"charged_by": "p"}, ["p gives no heat to the network"]),
        ({"node": "n2"}, ["none stands at node n2"]),
        ({"role": "flow"}, ["role"]),
    ],
)
def test_rows_that_cannot_be(network, plant, change, words):
    """Each fault is named, with its place."""
    row = plant("heat_store", **(SIZE | change))
    row |= {key: value for key, value in change.items() if key in ("node", "role")}
    direct = boiler(plant, "d", connection="branch")
    with pytest.raises(InputError) as caught:
        heat_stores(network([boiler(plant), direct, {key: value for key, value in row.items() if value is not None}]))
    assert all(word in str(caught.value) for word in words)


def test_all_faults_of_all_stores_at_once(network, plant):
    """Two stores, three faults: no size and no capacity; an unknown plant."""
    rows = [plant("heat_store"), plant("heat_store", id="q", charged_by="x", **SIZE)]
    with pytest.raises(InputError) as caught:
        heat_stores(network([boiler(plant), *rows]))
    assert len(caught.value.problems) == 3


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"energy_mwh": -1.0}, "energy_mwh -1"),
        ({"charge_mw": float("inf")}, "charge_mw inf"),
        ({"loss_share_per_h": 1.5}, "loss_share_per_h 1.5"),
        ({"level_first_mwh": 90.0}, "level_first_mwh 90"),
        ({"charged_by": ()}, "no plant charges it"),
    ],
)
def test_container_that_cannot_be(network, plant, change, words):
    (store,) = heat_stores(network([boiler(plant), plant("heat_store", **SIZE)]))
    with pytest.raises(InputError, match=words):
        replace(store, **change)
