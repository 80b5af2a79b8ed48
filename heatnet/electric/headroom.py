"""How much more load a bus can take before something is too much: hosting margins, hour by hour.

Added load P at constant power factor is the largest for which no line or transformer exceeds its limit, no voltage leaves its
band, and a solution exists. Found by bisection, all hours at once. Where something that the load would load further is beyond
its limit without it, nothing fits, even if a tap changer that moves with the load would mend it; what the load relieves or does
not touch may stay where it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from heatnet.electric.grid_model import Flows
from heatnet.electric.model import PowerModel
from heatnet.electric.setpoints import PowerSetpoints
from heatnet.model.power_checks import bus_capacity_mva
from heatnet.model.power_network import PowerNetwork
from heatnet.physics.arrays import FloatArray

if TYPE_CHECKING:
    import xarray

#: the whole, then bisections: the margin is found to a 4096th of what lines and transformers at the bus carry
_STEPS = 13
_RESOLUTION = 2 ** (_STEPS - 1)
#: hours times buses that are solved in one go: bounds the memory
_MOST_ROWS = 16384
#: by how much a value may pass the one without added load and count as unchanged
_SAME_LOADING, _SAME_VOLTAGE_PU = 1e-6, 1e-7
#: a branch whose power changes by less than this share of the added load does not carry it
_LEAST_PART_SHARE = 0.05


def headroom_mw(
    network: PowerNetwork,
    given: PowerSetpoints,
    buses: Sequence[str],
    cos_phi: float = 0.95,
    threads: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> FloatArray:
    """Return the load that each bus can take besides, the others unchanged.

    Parameters
    ----------
    network : PowerNetwork
    given : PowerSetpoints
        What the network does without it.
    buses : sequence of str
    cos_phi : float
        Power factor of the added load.
    threads : int
        Threads of the batch engine.
    progress : callable, optional
        Called with (groups of buses done, groups).

    Returns
    -------
    array (T, len(buses))
        MW; 0 where nothing fits, NaN in hours without a solution.
    """
    model = PowerModel(_with_probes(network, buses))
    base = model.flows(_probed(given, np.zeros((given.hours, len(buses))), cos_phi), threads)
    capacity = bus_capacity_mva(network)
    room = np.full((given.hours, len(buses)), np.nan)
    at_once = max(1, _MOST_ROWS // max(given.hours, 1))
    groups = [range(first, min(first + at_once, len(buses))) for first in range(0, len(buses), at_once)]
    for number, group in enumerate(groups):
        most = np.array([float(capacity[buses[i]]) for i in group])
        found = _found(model, given, base, group, most, cos_phi, threads)
        room[:, list(group)] = np.where(base.solved[:, None], found, np.nan)
        if progress is not None:
            progress(number + 1, len(groups))
    return room


def least_headroom(
    network: PowerNetwork,
    given: PowerSetpoints,
    buses: Sequence[str],
    likely_rows: Sequence[int],
    cos_phi: float = 0.95,
    threads: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """Return the load that each bus can take besides in all hours, and what limits it, without a search in every hour.

    Parameters
    ----------
    network, given, buses, cos_phi, threads, progress
        As of `headroom_mw`.
    likely_rows : sequence of int
        Hours that probably hold the least (`critical_rows`); hours in which what they leave does not fit are searched as well.

    Returns
    -------
    pandas.DataFrame
        By bus: `room_mw`, the least of `headroom_mw`; `row`, the hour's position; `kind` and `element` of the limit, what
        breaks first one step of the search further: ``line`` or ``transformer``; ``voltage`` of a bus; ``bus``, where all fits
        that lines and transformers there carry; ``no_solution``. Without buses whose hours have no solution.
    """
    rows = np.array(sorted(set(likely_rows)), dtype=int)
    room = headroom_mw(network, given.rows(rows), buses, cos_phi, threads)
    solved: np.ndarray = np.asarray(~np.isnan(room).all(axis=0))
    names = [bus for bus, good in zip(buses, solved, strict=True) if good]
    if not names:
        return pd.DataFrame({"room_mw": [], "row": [], "kind": [], "element": []}, index=pd.Index([], name="bus"))
    room = room[:, solved]
    first = np.nanargmin(room, axis=0)
    least, hour = room[first, np.arange(len(names))], rows[first]
    model = PowerModel(_with_probes(network, names))
    _search_tighter(network, model, given, names, least, hour, cos_phi, threads, progress)
    table = pd.DataFrame({"room_mw": least, "row": hour}, index=pd.Index(names, name="bus"))
    limits = _what_limits(network, model, given, table, cos_phi, threads)
    return table.assign(kind=[kind for kind, _element in limits], element=[element for _kind, element in limits])


def _search_tighter(
    network: PowerNetwork,
    model: PowerModel,
    given: PowerSetpoints,
    buses: Sequence[str],
    least_mw: FloatArray,
    row: np.ndarray,
    cos_phi: float,
    threads: int,
    progress: Callable[[int, int], None] | None,
) -> None:
    """Search the hours in which the least of others does not fit, and put what they leave, and where, into both arrays."""
    base = model.flows(_probed(given, np.zeros((given.hours, len(buses))), cos_phi), threads)
    limits = _Limits(model.network, base)
    for position, bus in enumerate(buses):
        if least_mw[position] > 0:
            added = np.zeros((given.hours, len(buses)))
            added[:, position] = least_mw[position]
            fits = limits.kept(model.flows(_probed(given, added, cos_phi), threads), added[:, position])
            tighter = np.flatnonzero(base.solved & ~fits)
            if len(tighter):
                found = headroom_mw(network, given.rows(tighter), [bus], cos_phi, threads)[:, 0]
                worst = int(np.nanargmin(found))
                if found[worst] < least_mw[position]:
                    least_mw[position], row[position] = found[worst], tighter[worst]
        if progress is not None:
            progress(position + 1, len(buses))


def _what_limits(
    network: PowerNetwork,
    model: PowerModel,
    given: PowerSetpoints,
    least: pd.DataFrame,
    cos_phi: float,
    threads: int,
) -> list[tuple[str, str]]:
    """Return kind and element of what limits each bus in the hour of its least margin."""
    names, room = list(least.index), least["room_mw"].to_numpy(float)
    capacity = bus_capacity_mva(network)[names].to_numpy(float)
    here = given.rows(least["row"].to_numpy(dtype=int))
    base = model.flows(_probed(here, np.zeros((len(names), len(names))), cos_phi), threads)
    beyond = room + capacity / _RESOLUTION
    flows = model.flows(_probed(here, np.diag(beyond), cos_phi), threads)
    broken = _Limits(network, base).first_broken(flows, beyond)
    return [
        ("bus", bus) if own >= most * (1.0 - 0.5 / _RESOLUTION) else limit
        for bus, own, most, limit in zip(names, room, capacity, broken, strict=True)
    ]


def _found(
    model: PowerModel,
    given: PowerSetpoints,
    base: Flows,
    group: range,
    most_mw: FloatArray,
    cos_phi: float,
    threads: int,
) -> FloatArray:
    """Return the largest load that fits at each bus of a group, (T, group), MW: the hours once for each bus."""
    count, hours = len(group), given.hours
    rows = np.tile(np.arange(hours), count)
    limits = _Limits(model.network, _flows_of(base, rows))
    repeated = given.rows(rows)
    low, high = np.zeros(hours * count), np.repeat(most_mw, hours)
    probes = len(model.network.loads) - given.load_p_mw.shape[1]
    own = np.repeat(list(group), hours)
    for step in range(_STEPS):
        middle = (low + high) / 2 if step else high
        added = np.zeros((hours * count, probes))
        added[np.arange(hours * count), own] = middle
        fits = limits.kept(model.flows(_probed(repeated, added, cos_phi), threads), middle)
        low, high = np.where(fits, middle, low), np.where(fits, high, middle)
    return low.reshape(count, hours).T


def _flows_of(flows: Flows, rows: np.ndarray) -> Flows:
    return Flows(**{name: getattr(flows, name)[rows] for name in flows.__dataclass_fields__})


def _with_probes(network: PowerNetwork, buses: Sequence[str]) -> PowerNetwork:
    """Return the network with one further load at each bus, behind the others."""
    probes = pd.DataFrame(index=[f"probe {bus}" for bus in buses], columns=network.loads.columns)
    probes["bus"], probes["p_mw"], probes["cos_phi"] = list(buses), 0.0, 1.0
    loads = pd.concat([network.loads, probes.astype(network.loads.dtypes)]) if len(network.loads) else probes
    return network.with_tables(loads=loads)


def _probed(given: PowerSetpoints, added_mw: FloatArray, cos_phi: float) -> PowerSetpoints:
    added_mvar = added_mw * np.tan(np.arccos(cos_phi))
    return replace(
        given,
        load_p_mw=np.hstack([given.load_p_mw, added_mw]),
        load_q_mvar=np.hstack([given.load_q_mvar, added_mvar]),
    )


#: hours of each line, transformer and bus in which room is looked for: every hour of a year would take ten times the study's part
CRITICAL_HOURS = 8


def critical_rows(states: xarray.Dataset, count: int = 1) -> list[int]:
    """Return the `count` rows in which each line, transformer or bus is closest to a limit of its own, each once, in order."""
    rows: set[int] = set()
    for name, sign in (("line_loading_share", 1), ("transformer_loading_share", 1), ("bus_v_pu", -1), ("bus_v_pu", 1)):
        values = sign * states[name].to_numpy()
        if values.shape[1] and np.isfinite(values).any():
            order = np.argsort(-np.nan_to_num(values, nan=-np.inf), axis=0, kind="stable")
            rows |= set(order[:count].ravel().tolist())
    return sorted(rows)


class _Limits:
    """Limits of every hour: those of the elements, or for what the added load relieves or does not touch, where it stands.

    Whether a branch carries the added load, and whether it is loaded further by it, is read off its power: its loading may fall
    while a tap changer moves.
    """

    def __init__(self, network: PowerNetwork, base: Flows) -> None:
        self._base, self._base_mw = base, _through_mw(base)
        buses = [str(bus) for bus in network.buses.index]
        self._elements = [
            *(("line", str(line)) for line in network.lines.index),
            *(("transformer", str(transformer)) for transformer in network.transformers.index),
            *(("voltage", bus) for bus in [*buses, *buses]),
        ]
        self._over = _loading(base) > 1.0 + _SAME_LOADING
        self._loading = np.fmax(_loading(base), 1.0) + _SAME_LOADING
        lowest = network.buses["v_min_pu"].to_numpy(float)
        self._low = base.bus_v_pu < lowest - _SAME_VOLTAGE_PU
        self._v_min = np.fmin(base.bus_v_pu, lowest) - _SAME_VOLTAGE_PU
        self._v_max = np.fmax(base.bus_v_pu, network.buses["v_max_pu"].to_numpy(float)) + _SAME_VOLTAGE_PU
        ends = [
            *network.lines[["from_bus", "to_bus"]].to_numpy(),
            *network.transformers[["hv_bus", "lv_bus"]].to_numpy(),
        ]
        self._ends = np.zeros((len(ends), len(network.buses)), dtype=bool)
        for branch, pair in enumerate(ends):
            self._ends[branch, network.buses.index.get_indexer(pair)] = True

    def kept(self, flows: Flows, added_mw: FloatArray) -> np.ndarray:
        """Return whether each hour keeps all limits with some added load (T,), MW: (T,) of bool."""
        with np.errstate(invalid="ignore"):
            carried = self._carried(flows, added_mw)
            lowered = self._low & ((carried.astype(np.uint8) @ self._ends.astype(np.uint8)) > 0)
            kept = (
                ((_loading(flows) <= self._loading) | ~carried).all(axis=1)
                & ~(self._further(flows, carried) & self._over).any(axis=1)
                & ~lowered.any(axis=1)
                & (flows.bus_v_pu >= self._v_min).all(axis=1)
                & (flows.bus_v_pu <= self._v_max).all(axis=1)
            )
        return np.asarray(kept & flows.solved)

    def first_broken(self, flows: Flows, added_mw: FloatArray) -> list[tuple[str, str]]:
        """Return kind and element of the limit that each hour breaks first on the way to some added load (T,), MW.

        It is the one with the largest part of its change beyond the limit: on straight lines it is met first.
        """
        carried = self._carried(flows, added_mw)
        pairs = (
            (np.where(carried, _loading(flows), np.nan), _loading(self._base), self._loading),
            (-flows.bus_v_pu, -self._base.bus_v_pu, -self._v_min),
            (flows.bus_v_pu, self._base.bus_v_pu, self._v_max),
        )
        with np.errstate(invalid="ignore", divide="ignore"):
            beyond = np.hstack(
                [np.where(now > limit, (now - limit) / (now - before), 0.0) for now, before, limit in pairs]
            )
        # what is beyond its limit already is met at once, whatever its loading does while a tap changer moves
        beyond[:, : carried.shape[1]] = np.where(
            self._further(flows, carried) & self._over, 1.0, beyond[:, : carried.shape[1]]
        )
        return [
            self._elements[int(shares.argmax())] if solved and shares.any() else ("no_solution", "")
            for shares, solved in zip(beyond, flows.solved, strict=True)
        ]

    def _further(self, flows: Flows, carried: np.ndarray) -> np.ndarray:
        return np.asarray(carried & (np.abs(_through_mw(flows)) > np.abs(self._base_mw)))

    def _carried(self, flows: Flows, added_mw: FloatArray) -> np.ndarray:
        with np.errstate(invalid="ignore"):
            return np.asarray(np.abs(_through_mw(flows) - self._base_mw) >= _LEAST_PART_SHARE * added_mw[:, None])


def _loading(flows: Flows) -> FloatArray:
    return np.hstack([flows.line_loading_share, flows.transformer_loading_share])


def _through_mw(flows: Flows) -> FloatArray:
    return np.hstack([flows.line_p_from_mw, flows.transformer_p_hv_mw])
