"""Every kind that a plants table may hold can be turned into a unit."""

from __future__ import annotations

from heatnet.model.plant_kinds import PLANT_KINDS, STORE_KIND
from heatnet.plants.units import PLANT_FUNCTIONS, supply_units


def test_every_kind_has_its_function():
    """A store makes no heat, hence it has no unit."""
    assert set(PLANT_FUNCTIONS) == set(PLANT_KINDS) - {STORE_KIND}


def test_units_keep_the_order_of_the_tables(network, conditions, plant):
    """Water plants first, then those of the steam network; the order decides between equal costs."""
    chp = plant("source", id="chp", node="n0", role="pressure")
    rows = [plant("gas_boiler", id=name, capacity_mw=1.0, efficiency_share=0.9) for name in ("z", "y")]
    ids = [unit.id for unit in supply_units(network(rows, [chp]), conditions())]
    assert ids == ["net/backup", "net/z", "net/y", "net/steam/chp"]
