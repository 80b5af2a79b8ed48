"""Parcels of water in one pipe: they cool, move, and merge where there are too many.

Parcels lie in a ring of places from the pipe's start. The temperature of a parcel is linear along it: without its fall the water
that leaves first, which has cooled longest, would leave as warm as the parcel's mean.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from heatnet.adapters.layout import IntArray
from heatnet.physics.arrays import FloatArray
from heatnet.simulate.transient.compiled import inlined
from heatnet.simulate.transient.fluid import CAPACITY, ENTHALPY, RHO, VOLUME_HEAT, Fluid, at, temperature

#: places for parcels in a pipe (a power of two), and how many are used
PLACES, MOST_PARCELS = 64, 60
MASK = PLACES - 1
#: largest share of a pipe's volume that a merged parcel may have
LARGEST_SHARE = 1.0 / 16.0
#: what comes in makes one parcel up to this share of a pipe's volume
SMALL_SHARE = 1.0 / 128.0
#: of pairs with equal temperatures the smallest is merged: as if they differed by this
_TIE_K = 1e-4
#: waters that differ by less have one density
_EQUAL_K = 1e-6
#: what is left of a mass that has been taken out but for rounding
_ROUNDING_SHARE = 1e-12


class Parcels(NamedTuple):
    """Parcels of one pipe by place: volume m³, mean temperature °C, and how much warmer the end towards the pipe's start is, K.

    `ring` holds the first place and the number of parcels.
    """

    volume: FloatArray
    t: FloatArray
    fall: FloatArray
    ring: IntArray


class Pipe(NamedTuple):
    """One pipe per cubic metre of water: loss W/(m³ K), wall capacity J/(m³ K), film conductance W/(m³ K).

    `volume` is in m³, `area` in m², `t_ground` in °C and the axial `dispersion` in m²/s.
    """

    volume: float
    area: float
    loss: float
    wall: float
    film: float
    dispersion: float
    t_ground: float


@inlined
def kept(decay: float) -> float:
    """Return exp(-decay), decay not negative; small ones by five terms of the series (within 2e-11)."""
    if decay < 0.05:
        inner = 1.0 - decay * (1.0 / 3.0) * (1.0 - decay * 0.25 * (1.0 - decay * 0.2))
        return 1.0 - decay * (1.0 - decay * 0.5 * inner)
    return math.exp(-decay)


@inlined
def left_after(fluid: Fluid, pipe: Pipe, t: float, seconds: float) -> float:
    """Return what is left of water's temperature above the ground after some time, exp(-U t / C_w)."""
    return kept(pipe.loss * seconds / at(fluid, CAPACITY, t))


@inlined
def cool(fluid: Fluid, pipe: Pipe, parcels: Parcels, first: int, last: int, seconds: float) -> float:
    """Cool the parcels from one place after the pipe's start to before another; return the heat lost, J."""
    lost = 0.0
    for place in range(first, last):
        i = (parcels.ring[0] + place) & MASK
        t = parcels.t[i]
        share = left_after(fluid, pipe, t, seconds)
        after = pipe.t_ground + (t - pipe.t_ground) * share
        parcels.t[i] = after
        parcels.fall[i] *= share
        lost += parcels.volume[i] * (at(fluid, VOLUME_HEAT, t) - at(fluid, VOLUME_HEAT, after))
    return lost


@inlined
def _density(fluid: Fluid, t_in: float, h_in: float, s_in: float, t: float, h: float, s: float) -> float:
    """Return the density with which water at `t` makes room for water at `t_in`, (s_in - s) / (h_in - h), kg/m³."""
    return (s_in - s) / (h_in - h) if abs(t_in - t) > _EQUAL_K else at(fluid, RHO, t)


@inlined
def move(
    fluid: Fluid, pipe: Pipe, parcels: Parcels, forward: bool, mass: float, t_in: float, rise_in: float, stay: float
) -> tuple[float, float]:
    """Push water in and take as much out while all of it cools; return the enthalpy that flows out and the heat lost, J.

    The water that comes in rises from `t_in` - `rise_in`/2 to `t_in` + `rise_in`/2. What comes in and what goes out cools for
    half of `stay`, the longest time that water is in the pipe during this. Taking out a volume of parcel p for incoming water
    counts as rho times the volume with rho = (s_in - s_p) / (h_in - h_p), so that the enthalpy let in less that let out is
    exactly the heat stored (Rankine-Hugoniot).
    """
    volume, t, fall, ring = parcels
    h_in, s_in = at(fluid, ENTHALPY, t_in), at(fluid, VOLUME_HEAT, t_in)
    left, taken, out, lost, partly = mass, 0.0, 0.0, 0.0, False
    while ring[1] > 0 and left > 0.0:
        outlet = ring[1] - 1 if forward else 0
        lost += cool(fluid, pipe, parcels, outlet, outlet + 1, 0.5 * stay)
        i = (ring[0] + outlet) & MASK
        h, s = at(fluid, ENTHALPY, t[i]), at(fluid, VOLUME_HEAT, t[i])
        rho = _density(fluid, t_in, h_in, s_in, t[i], h, s)
        if rho * volume[i] <= left * (1.0 + _ROUNDING_SHARE):
            taken += volume[i]
            out += rho * volume[i] * h
            left -= rho * volume[i]
            ring[1] -= 1
            if not forward:
                ring[0] = (ring[0] + 1) & MASK
        else:
            part, h = _cut(fluid, pipe, parcels, i, forward, left, t_in, rho, s)
            taken += part
            out += left * h
            left, partly = 0.0, True
    if left > _ROUNDING_SHARE * mass:
        share = left_after(fluid, pipe, t_in, stay)
        h_through = at(fluid, ENTHALPY, pipe.t_ground + (t_in - pipe.t_ground) * share)
        out += left * h_through
        lost += left * (h_in - h_through)
    if forward:
        ring[0] = (ring[0] - 1) & MASK
    new = ring[0] if forward else (ring[0] + ring[1]) & MASK
    ring[1] += 1
    # the end that came in last is the warmer one by what the other has cooled, and by the rise
    newer = (t_in - pipe.t_ground) * (1.0 - left_after(fluid, pipe, t_in, stay)) + rise_in
    volume[new], t[new], fall[new] = taken, t_in, newer if forward else -newer
    count, cut = ring[1], 1 if partly else 0
    lost += cool(fluid, pipe, parcels, 1 if forward else cut, count - cut if forward else count - 1, stay)
    lost += cool(fluid, pipe, parcels, 0, 1 if forward else cut, 0.5 * stay)
    lost += cool(fluid, pipe, parcels, count - cut if forward else count - 1, count, 0.5 * stay)
    return out, lost


@inlined
def _cut(
    fluid: Fluid, pipe: Pipe, parcels: Parcels, i: int, forward: bool, mass: float, t_in: float, rho: float, s: float
) -> tuple[float, float]:
    """Take a mass off the outlet end of a parcel; return its volume and its enthalpy."""
    volume, t, fall, _ring = parcels
    h_in, s_in = at(fluid, ENTHALPY, t_in), at(fluid, VOLUME_HEAT, t_in)
    part = mass / rho
    beyond = 0.5 * fall[i] * (1.0 - part / volume[i])
    t_part = t[i] - beyond if forward else t[i] + beyond
    h, s_part = at(fluid, ENTHALPY, t_part), at(fluid, VOLUME_HEAT, t_part)
    shifted = mass / _density(fluid, t_in, h_in, s_in, t_part, h, s_part)
    if shifted < volume[i]:
        part = shifted
    else:
        h, s_part = at(fluid, ENTHALPY, t[i]), s
    remaining = volume[i] - part
    t[i] = temperature(fluid, VOLUME_HEAT, (volume[i] * s - part * s_part) / remaining, t[i])
    fall[i] *= remaining / volume[i]
    volume[i] = remaining
    return part, h


@inlined
def merge(fluid: Fluid, pipe: Pipe, parcels: Parcels, forward: bool) -> None:
    """Join what has just come in with what came in before, if both are small; else two parcels where there are too many.

    These are the two neighbours that displace the least heat, among those that together are not too large. Parcels whose
    temperatures continue each other in one line displace none. The parcel at the outlet is left alone: what flows out must
    not jump where two pairs change places.
    """
    volume, t, fall, ring = parcels
    head, count, best, least = ring[0], ring[1], 0, math.inf
    newest = 0 if forward else count - 2
    if count > 1 and volume[(head + newest) & MASK] + volume[(head + newest + 1) & MASK] <= SMALL_SHARE * pipe.volume:
        _join(fluid, parcels, newest)
        return
    if count <= MOST_PARCELS:
        return
    for place in range(0 if forward else 1, count - 2 if forward else count - 1):
        i, j = (head + place) & MASK, (head + place + 1) & MASK
        both = volume[i] + volume[j]
        smaller = volume[i] if volume[i] < volume[j] else volume[j]
        jump = abs(t[i] - t[j] - 0.5 * (fall[i] + fall[j]))
        bend = 0.5 * abs(fall[i] / volume[i] - fall[j] / volume[j]) * smaller
        displaced = (jump + bend + _TIE_K) * volume[i] * volume[j] / both
        if both <= LARGEST_SHARE * pipe.volume and displaced < least:
            best, least = place, displaced
    _join(fluid, parcels, best)


@inlined
def _join(fluid: Fluid, parcels: Parcels, first: int) -> None:
    """Make one parcel of that at a place after the pipe's start and the next one.

    Its fall keeps the centre of the heat, but goes no further than the ends of the two.
    """
    volume, t, fall, ring = parcels
    head, count = ring[0], ring[1]
    i, j = (head + first) & MASK, (head + first + 1) & MASK
    both = volume[i] + volume[j]
    v, w, drop = volume[i] / both, volume[j] / both, t[i] - t[j]
    along = 6.0 * v * w * drop + v * v * fall[i] + w * w * fall[j]
    bound = abs(drop) + 0.5 * (abs(fall[i]) + abs(fall[j]))
    fall[i] = bound if along > bound else (-bound if along < -bound else along)
    heat = volume[i] * at(fluid, VOLUME_HEAT, t[i]) + volume[j] * at(fluid, VOLUME_HEAT, t[j])
    t[i] = temperature(fluid, VOLUME_HEAT, heat / both, t[i])
    volume[i] = both
    for place in range(first + 1, count - 1):
        i, j = (head + place) & MASK, (head + place + 1) & MASK
        volume[i], t[i], fall[i] = volume[j], t[j], fall[j]
    ring[1] = count - 1
