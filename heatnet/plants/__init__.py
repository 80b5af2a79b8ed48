"""What each heat source can deliver each hour, and what it consumes for it.

One file a family of plant kinds: pure functions from a row of the plants table and the hours' conditions to a
`SupplyUnit`. `units` turns a whole network into units, `heat_stores` into its stores; `serves` keeps plants that heat
consumers directly within the load of these consumers.
"""

from heatnet.plants.heat_stores import heat_stores
from heatnet.plants.serves import consumer_relief_mw, served_consumers
from heatnet.plants.units import supply_units

__all__ = ["consumer_relief_mw", "heat_stores", "served_consumers", "supply_units"]
