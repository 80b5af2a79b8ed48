"""What the parcels of one pipe exchange with the wall and with their neighbours."""

from __future__ import annotations

from typing import NamedTuple

from heatnet.physics.arrays import FloatArray
from heatnet.simulate.transient.compiled import inlined
from heatnet.simulate.transient.fluid import CAPACITY, VOLUME_HEAT, Fluid, at, temperature
from heatnet.simulate.transient.parcels import MASK, SMALL_SHARE, Parcels, Pipe, kept

#: parcels of usual length that would come closer by less than this share of their difference in a split step are left alone;
#: from twice as much on they mix as they should
_LEAST_MIXING = 0.01


class Wall(NamedTuple):
    """Temperatures of a pipe's wall cells from its start, °C, how many there are, and room for their slopes and gains."""

    t: FloatArray
    cells: int
    slope: FloatArray
    gain: FloatArray


@inlined
def disperse(
    fluid: Fluid, pipe: Pipe, parcels: Parcels, room: Wall, heat: FloatArray, flow_m3_per_s: float, seconds: float
) -> None:
    """Mix neighbouring parcels as turbulence does, with the flux D·A·ds/dx, by an implicit step (Thomas' algorithm).

    The fall that cooling gives water along its way is no front and is left out, so that a steady state stays. Whether there is
    anything to mix is judged by the flow and not by the parcels at hand, and mixing sets in gradually: what flows out must not
    jump with the flow.
    """
    shortest = max(abs(flow_m3_per_s) * seconds, SMALL_SHARE * pipe.volume) / pipe.area
    weight = min(pipe.dispersion * seconds / (shortest * shortest * _LEAST_MIXING) - 1.0, 1.0)
    if weight <= 0.0:
        return
    volume, t, fall, ring = parcels
    exchanged, cooling = room.gain, room.slope
    head, count = ring[0], ring[1]
    for place in range(count - 1):
        i, j = (head + place) & MASK, (head + place + 1) & MASK
        # volume exchanged in this step: D A over the distance of the centres
        exchanged[place] = weight * pipe.dispersion * pipe.area * pipe.area * 2.0 / (volume[i] + volume[j]) * seconds
        # what water cools on its way from one centre to the next: in a slow flow all the way to the ground's temperature
        upstream = t[i] if flow_m3_per_s > 0.0 else t[j]
        by_water = at(fluid, CAPACITY, upstream)
        way_s = 0.5 * (volume[i] + volume[j]) / abs(flow_m3_per_s)
        fallen_s = by_water * (upstream - pipe.t_ground) * (1.0 - kept(pipe.loss * way_s / by_water))
        cooling[place] = fallen_s if flow_m3_per_s > 0.0 else -fallen_s
    # forwards: `exchanged` becomes the eliminated upper diagonal, `heat` the right-hand side
    before, upper, last, fallen = 0.0, 0.0, 0.0, 0.0
    for place in range(count):
        i = (head + place) & MASK
        after = exchanged[place] if place < count - 1 else 0.0
        falling = after * cooling[place] if place < count - 1 else 0.0
        pivot = volume[i] + before * (1.0 - upper) + after
        held = volume[i] * at(fluid, VOLUME_HEAT, t[i]) + falling - fallen
        heat[place] = (held + before * last) / pivot
        upper, last, before, fallen = after / pivot, heat[place], after, falling
        exchanged[place] = upper
    s = 0.0
    for place in range(count - 1, -1, -1):
        i = (head + place) & MASK
        s = heat[place] + exchanged[place] * s
        t[i] = temperature(fluid, VOLUME_HEAT, s, t[i])
    # no end of a parcel may lie beyond its neighbour; next to the outlet this would come and go with the last sliver there
    forward = flow_m3_per_s > 0.0
    for place in range(1 if forward else 2, count - 2 if forward else count - 1):
        i = (head + place) & MASK
        ahead, behind = t[(head + place - 1) & MASK] - t[i], t[i] - t[(head + place + 1) & MASK]
        bound = 0.0
        if ahead * behind > 0.0:
            bound = 2.0 * (ahead if abs(ahead) < abs(behind) else behind)
        if bound * fall[i] <= 0.0 or abs(fall[i]) > abs(bound):
            fall[i] += weight * ((bound if bound * fall[i] > 0.0 else 0.0) - fall[i])


@inlined
def _set_slopes(wall: Wall) -> None:
    """Set how much each cell's wall rises along the cell: the smaller of the rises to both neighbours, 0 at extremes."""
    for j in range(wall.cells):
        wall.gain[j], wall.slope[j] = 0.0, 0.0
        if wall.cells > 2:
            a = 1 if j < 1 else (wall.cells - 2 if j > wall.cells - 2 else j)
            below, above = wall.t[a] - wall.t[a - 1], wall.t[a + 1] - wall.t[a]
            if below * above > 0.0:
                wall.slope[j] = below if abs(below) < abs(above) else above


@inlined
def meet_wall(fluid: Fluid, pipe: Pipe, parcels: Parcels, wall: Wall, seconds: float) -> None:
    """Let every piece of a parcel and its piece of wall come closer by the law of the pair.

    The wall's temperature is linear within a cell, the water's within a parcel.
    """
    volume, t, fall, ring = parcels
    _set_slopes(wall)
    by_water, cell = at(fluid, CAPACITY, t[ring[0]]), pipe.volume / wall.cells
    pair = by_water * pipe.wall / (by_water + pipe.wall)
    factor = pair * (1.0 - kept(pipe.film * seconds / pair))
    x, j = 0.0, 0
    for place in range(ring[1]):
        i = (ring[0] + place) & MASK
        left, given, tilt, begin = volume[i], 0.0, 0.0, x
        while left > 0.0:
            room = (j + 1) * cell - x
            whole = j < wall.cells - 1 and left >= room
            part = room if whole else left
            middle = x + 0.5 * part
            along = (middle - begin) / volume[i] - 0.5
            here = t[i] - fall[i] * along
            heat = factor * part * (here - wall.t[j] - wall.slope[j] * (middle / cell - j - 0.5))
            given += heat
            tilt += heat * along
            wall.gain[j] += heat
            left -= part
            x += part
            if whole:
                j += 1
                x = j * cell
        if given != 0.0:
            before = at(fluid, VOLUME_HEAT, t[i])
            t[i] -= given / (by_water * volume[i])
            fall[i] += 12.0 * tilt / (by_water * volume[i])
            # the heat capacity taken for all parcels is not quite that of each: the wall gets what the water really gives
            wall.gain[j] += volume[i] * (before - at(fluid, VOLUME_HEAT, t[i])) - given
    for j in range(wall.cells):
        wall.t[j] += wall.gain[j] / (pipe.wall * cell)
