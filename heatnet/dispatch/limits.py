"""The limits of a programme as a planner knows them, each with the bounds and rows that belong to it.

A limit that is left out gives way to what nature asks for: heat is not negative, a base load not below zero. Balances of
heat and electricity, levels of stores and what stations draw are no limits, they always hold. Heat may be missing, at a price, so
that demand limits only from above: what nobody takes has no place to go. Only an hourly contract may be thrown away, as
far as it exceeds the demand; that room follows from the limits that are left (`Limits.bounds`).

Rows that other modules add join by the beginning of their constraint's name: `register_rows`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np

from heatnet.dispatch.groups import Group
from heatnet.dispatch.named_rows import Bounds, IntArray, NamedRows, with_row
from heatnet.model.heat_store import HeatStore
from heatnet.model.power_site import Battery, PowerSite
from heatnet.model.supply import DispatchProblem, FloatArray, SupplyUnit

#: hour of what holds over the whole horizon
ALWAYS = -1


class LimitKind(StrEnum):
    """What is limited. The order is that in which limits are tried to be left out: what a planner would change first stays."""

    ROWS = "rows"
    RAMP = "ramp"
    LEAST_ON = "least_on"
    LEAST_OFF = "least_off"
    LEAST_LOAD = "least_load"
    MAINTENANCE = "maintenance"
    BATTERY_POWER = "battery_power"
    BATTERY_SIZE = "battery_size"
    BATTERY_LEAST = "battery_least"
    BATTERY_FIRST = "battery_first"
    STORE_CHARGE = "store_charge"
    STORE_DISCHARGE = "store_discharge"
    STORE_SIZE = "store_size"
    STORE_FIRST = "store_first"
    LARGEST_HEAT = "largest_heat"
    DEMAND = "demand"
    BASE_LOAD = "base_load"
    FEEDER = "feeder"
    IMPORT = "import"
    YEAR_MOST = "year_most"
    LEAST_HEAT = "least_heat"
    YEAR_LEAST = "year_least"


@dataclass(frozen=True, eq=False)
class Part:
    """Bounds of one side of some columns or rows.

    Parameters
    ----------
    on_rows, upper : bool
        Rows or columns; their upper or their lower side.
    index : ndarray of int, shape (P,)
        Which.
    bound, free : ndarray, shape (P,)
        The bound with the limit, and without.
    hour : ndarray of int, shape (P,)
        Hour of each, `ALWAYS` for what spans them.
    """

    on_rows: bool
    upper: bool
    index: IntArray
    bound: FloatArray
    free: FloatArray
    hour: IntArray

    def tightened(self, bounds: Bounds, values: FloatArray) -> None:
        """Lay values over bounds, the tighter one holds."""
        low, high = (bounds.row_low, bounds.row_high) if self.on_rows else (bounds.low, bounds.high)
        if self.upper:
            np.minimum.at(high, self.index, values)
        else:
            np.maximum.at(low, self.index, values)

    def relaxed(self, by: FloatArray | float) -> FloatArray:
        """Return the bound relaxed by so much, no further than without the limit."""
        if self.upper:
            return np.asarray(np.minimum(self.bound + by, self.free), dtype=float)
        return np.asarray(np.maximum(self.bound - by, self.free), dtype=float)


@dataclass(frozen=True, eq=False)
class Limit:
    """A limit with a name.

    Parameters
    ----------
    kind : LimitKind
    element : str
        Unit, balance, site, store or battery; for rows of others what stands behind their prefix.
    parts : tuple of Part
    place : str
        Of a feeder limit its line, transformer or bus; of rows of others their prefix.
    told : str
        Its figure in words, where its bounds do not tell it: limits of units that are on or off.
    """

    kind: LimitKind
    element: str
    parts: tuple[Part, ...]
    place: str = ""
    told: str = ""

    @property
    def is_switch(self) -> bool:
        """Whether it is a limit of being on or off, which holds or not."""
        return self.kind in _SWITCH

    @property
    def spans_hours(self) -> bool:
        """Whether it limits a sum over the horizon."""
        return self.kind != LimitKind.STORE_FIRST and any(bool((part.hour == ALWAYS).any()) for part in self.parts)

    @property
    def is_one_figure(self) -> bool:
        """Whether it is one figure, not one of each hour: a size, a power, a first level, a sum."""
        return self.spans_hours or self.kind in _ONE_FIGURE


_SWITCH = frozenset(
    {LimitKind.RAMP, LimitKind.LEAST_ON, LimitKind.LEAST_OFF, LimitKind.LEAST_LOAD, LimitKind.MAINTENANCE}
)
_ONE_FIGURE = frozenset(kind for kind in LimitKind if kind.startswith(("battery_", "store_")))

#: what rows are called whose constraint's name begins so, by prefix; a function, as it asks for the current language
_ROW_NAMES: dict[str, Callable[[], str]] = {}


def register_rows(prefix: str, name: Callable[[], str]) -> None:
    """Let constraints whose name begins with `prefix` be limits, one a constraint, called `name()` of what follows the prefix."""
    _ROW_NAMES[prefix] = name


def row_name(prefix: str) -> str:
    """Return what rows of a prefix are called, in the current language."""
    return _ROW_NAMES[prefix]()


@dataclass(frozen=True, eq=False)
class Limits:
    """The rows of a group without any limit, its limits, and where contracts may be thrown away."""

    rows: NamedRows
    base: Bounds
    limits: tuple[Limit, ...]
    hours: int
    #: columns of dumped heat, rows of the balance, and the columns of its units' heat, by balance
    dumped: tuple[tuple[IntArray, IntArray, tuple[IntArray, ...]], ...] = field(default=())

    def bounds(
        self,
        kept: Sequence[int],
        hours: tuple[int, int] | None = None,
        instead: Mapping[int, Sequence[FloatArray]] | None = None,
    ) -> Bounds:
        """Return the bounds with some limits.

        Parameters
        ----------
        kept : sequence of int
            Numbers of the limits that hold.
        hours : pair of int, optional
            Hourly bounds hold in these alone, the second excluded.
        instead : mapping of limit to sequence of ndarray, optional
            Bounds of its parts that hold instead of its own.
        """
        bounds = self.base.copy()
        for number in kept:
            parts = self.limits[number].parts
            values = [part.bound for part in parts] if instead is None or number not in instead else instead[number]
            for part, value in zip(parts, values, strict=True):
                if hours is not None:
                    inside = (part.hour == ALWAYS) | ((part.hour >= hours[0]) & (part.hour < hours[1]))
                    value = np.where(inside, value, part.free)
                part.tightened(bounds, value)
        for columns, balance, units in self.dumped:
            contract = sum((bounds.low[unit] for unit in units), start=np.zeros(self.hours))
            bounds.high[columns] = np.maximum(contract - bounds.row_high[balance], 0.0)
        return bounds


def limits_of(problem: DispatchProblem, group: Group, rows: NamedRows, switched: Sequence[Limit] = ()) -> Limits:
    """Return the limits of a group, in the order of `LimitKind`.

    Parameters
    ----------
    problem : DispatchProblem
    group : Group
        One of `independent_groups`.
    rows : NamedRows
        Its programme.
    switched : sequence of Limit
        Of its units that are on or off (`heatnet.dispatch.switching_limits`).
    """
    rows = _with_year_rows(rows, group)
    found: list[Limit] = list(switched)
    for unit in group.units:
        found += _unit_limits(rows, unit)
    for balance in group.balances:
        found.append(_of_rows(LimitKind.DEMAND, balance, rows, f"balance {balance}", problem.demand_of(balance)))
    for store in group.stores:
        found += _store_limits(rows, store)
    for site in group.sites:
        found += _site_limits(rows, site)
    found += _registered(rows)
    found = [limit for limit in found if sum(len(part.index) for part in limit.parts)]
    order = list(LimitKind)
    found.sort(key=lambda limit: order.index(limit.kind))
    return Limits(rows, _without(rows, found), tuple(found), len(problem.time), _dumped(rows, group))


def _without(rows: NamedRows, limits: Sequence[Limit]) -> Bounds:
    """Return the bounds that are left without any limit: on each side what the loosest of its limits leaves."""
    base = rows.bounds.copy()
    parts = [part for limit in limits for part in limit.parts]
    for part in parts:
        low, high = (base.row_low, base.row_high) if part.on_rows else (base.low, base.high)
        (high if part.upper else low)[part.index] = -np.inf if part.upper else np.inf
    for part in parts:
        low, high = (base.row_low, base.row_high) if part.on_rows else (base.low, base.high)
        if part.upper:
            np.maximum.at(high, part.index, part.free)
        else:
            np.minimum.at(low, part.index, part.free)
    # what is exported beyond the limit that the programme gives it is imported in the same hour: it decides nothing here
    for columns in rows.columns.get("site_export", {}).values():
        base.high[columns] = np.inf
    return base


def _dumped(rows: NamedRows, group: Group) -> tuple[tuple[IntArray, IntArray, tuple[IntArray, ...]], ...]:
    heat = rows.columns.get("heat", {})
    return tuple(
        (
            columns,
            rows.rows[f"balance {balance}"],
            tuple(heat[unit.id] for unit in group.units if unit.balance == balance),
        )
        for balance, columns in rows.columns.get("dumped", {}).items()
    )


def _with_year_rows(rows: NamedRows, group: Group) -> NamedRows:
    """Return the rows with those of yearly figures that other limits already keep, and that the programme leaves out."""
    for unit in group.units:
        for name, figure in ((f"year {unit.id}", unit.year_max_mwh), (f"least year {unit.id}", unit.year_min_mwh)):
            if figure is not None and name not in rows.rows:
                rows = with_row(rows, name, rows.columns["heat"][unit.id])
    return rows


def bound_part(
    on_rows: bool, upper: bool, index: IntArray, bound: FloatArray | float, free: FloatArray | float
) -> Part:
    """Return a part of hourly bounds, the hour by the place in the index; what is no bound is left out."""
    bounds, frees = (np.broadcast_to(np.asarray(value, dtype=float), index.shape) for value in (bound, free))
    there = (index >= 0) & np.isfinite(bounds) & (bounds != frees)
    return Part(on_rows, upper, index[there], bounds[there], frees[there], np.flatnonzero(there))


def _always(part: Part) -> Part:
    return replace(part, hour=np.full(len(part.index), ALWAYS))


def _of_rows(kind: LimitKind, element: str, rows: NamedRows, name: str, bound: FloatArray | float) -> Limit:
    return Limit(kind, element, (bound_part(True, True, rows.rows[name], bound, np.inf),))


def _unit_limits(rows: NamedRows, unit: SupplyUnit) -> list[Limit]:
    heat = rows.columns["heat"][unit.id]
    # a plant that never gives heat is not built: that is no limit
    most = unit.available_mw if unit.available_mw.any() else np.full(len(heat), np.inf)
    found = [Limit(LimitKind.LEAST_HEAT, unit.id, (bound_part(False, False, heat, unit.take_min_mw, 0.0),))]
    if unit.commitment is None:
        found.insert(0, Limit(LimitKind.LARGEST_HEAT, unit.id, (bound_part(False, True, heat, most, np.inf),)))
    if unit.year_max_mwh is not None:
        part = bound_part(True, True, rows.rows[f"year {unit.id}"], unit.year_max_mwh, np.inf)
        found.append(Limit(LimitKind.YEAR_MOST, unit.id, (_always(part),)))
    if unit.year_min_mwh is not None:
        part = bound_part(True, False, rows.rows[f"least year {unit.id}"], unit.year_min_mwh, -np.inf)
        found.append(Limit(LimitKind.YEAR_LEAST, unit.id, (_always(part),)))
    return found


def _store_limits(rows: NamedRows, store: HeatStore) -> list[Limit]:
    level = rows.columns["store_level"][store.id]
    pairs = [rows.columns["store_inflow"][f"{store.id} < {unit}"] for unit in store.charged_by]
    charge = [bound_part(False, True, pair, store.charge_mw, np.inf) for pair in pairs]
    if f"charge {store.id}" in rows.rows:
        charge.append(bound_part(True, True, rows.rows[f"charge {store.id}"], store.charge_mw, np.inf))
    give = bound_part(False, True, rows.columns["store_discharge"][store.id], store.discharge_mw, np.inf)
    found = [
        Limit(LimitKind.STORE_CHARGE, store.id, tuple(charge)),
        Limit(LimitKind.STORE_DISCHARGE, store.id, (give,)),
        Limit(LimitKind.STORE_SIZE, store.id, _level(rows, store.id, level, store.energy_mwh, upper=True)),
    ]
    if store.level_first_mwh is not None:
        found.append(Limit(LimitKind.STORE_FIRST, store.id, _first(level, store.level_first_mwh, 0.0)))
    return found


def _level(rows: NamedRows, name: str, level: IntArray, bound: float, upper: bool) -> tuple[Part, ...]:
    """Return the bounds of a level in every hour and behind the last one."""
    free = np.inf if upper else 0.0
    parts = [bound_part(False, upper, level, bound, free)]
    end = rows.rows.get(f"level {name} end, {'most' if upper else 'least'}")
    if end is not None:
        after = bound_part(True, upper, end, bound, free)
        parts.append(replace(after, hour=np.full(len(after.index), len(level) - 1)))
    return tuple(parts)


def _first(level: IntArray, bound: float, least: float) -> tuple[Part, Part]:
    upper, lower = bound_part(False, True, level[:1], bound, np.inf), bound_part(False, False, level[:1], bound, least)
    return _always(upper), _always(lower)


def _battery_limits(rows: NamedRows, battery: Battery) -> list[Limit]:
    level = rows.columns["battery_level"][battery.id]
    flows = [rows.columns[name][battery.id] for name in ("battery_charge", "battery_discharge")]
    power = tuple(bound_part(False, True, flow, battery.power_mw, np.inf) for flow in flows)
    size = _level(rows, battery.id, level, battery.energy_mwh, upper=True)
    least = _level(rows, battery.id, level, battery.level_min_mwh, upper=False)
    found = [
        Limit(LimitKind.BATTERY_POWER, battery.id, power),
        Limit(LimitKind.BATTERY_SIZE, battery.id, size),
        Limit(LimitKind.BATTERY_LEAST, battery.id, least),
    ]
    if battery.level_first_mwh is not None:
        found.append(Limit(LimitKind.BATTERY_FIRST, battery.id, _first(level, battery.level_first_mwh, 0.0)))
    return found


def _site_limits(rows: NamedRows, site: PowerSite) -> list[Limit]:
    bought = rows.columns["site_import"][site.id]
    needed = bound_part(True, False, rows.rows[f"site {site.id}"], site.base_mw - site.pv_mw, -site.pv_mw)
    found = [
        Limit(LimitKind.IMPORT, site.id, (bound_part(False, True, bought, site.import_limit_mw, np.inf),)),
        Limit(LimitKind.BASE_LOAD, site.id, (needed,)),
    ]
    feeders: dict[str, list[Part]] = {}
    for number, limit in enumerate(site.limits):
        part = bound_part(True, True, rows.rows[f"limit {number} {site.id} {limit.element}"], limit.room_mw, np.inf)
        feeders.setdefault(limit.element, []).append(replace(part, hour=np.asarray(limit.rows)[part.hour]))
    found += [Limit(LimitKind.FEEDER, site.id, tuple(parts), element) for element, parts in feeders.items()]
    for battery in site.batteries:
        found += _battery_limits(rows, battery)
    return found


def _registered(rows: NamedRows) -> list[Limit]:
    found = []
    for name, index in rows.rows.items():
        prefix = next((one for one in _ROW_NAMES if name.startswith(one)), None)
        if prefix is not None:
            most = bound_part(True, True, index, rows.bounds.row_high[index], np.inf)
            least = bound_part(True, False, index, rows.bounds.row_low[index], -np.inf)
            parts = tuple(part if len(index) > 1 else _always(part) for part in (most, least) if len(part.index))
            found.append(Limit(LimitKind.ROWS, name.removeprefix(prefix).strip(), parts, prefix))
    return found
