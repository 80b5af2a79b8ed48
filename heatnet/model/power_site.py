"""A power site as the dispatch sees it: one meter to the grid, and behind it base load, PV, batteries and heat plants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from heatnet.errors import Problems
from heatnet.i18n import _
from heatnet.model.hourly import FloatArray, check_array


@dataclass(frozen=True)
class Battery:
    """A battery behind the meter of a site.

    Parameters
    ----------
    id : str
        Unique over all sites of a problem.
    power_mw : float
        Largest charge and largest discharge at its terminals, MW.
    energy_mwh : float
        Largest level, MWh.
    charge_efficiency_share, discharge_efficiency_share : float
        Energy stored per energy charged, and energy given per energy taken out of the store.
    level_min_share : float
        Least level over the largest.
    level_first_mwh : float or None
        Level at the beginning of the horizon; None: whatever the level is at its end (cyclic).

    Raises
    ------
    InputError
        If a number lies outside its range.
    """

    id: str
    power_mw: float
    energy_mwh: float
    charge_efficiency_share: float = 1.0
    discharge_efficiency_share: float = 1.0
    level_min_share: float = 0.0
    level_first_mwh: float | None = None

    def __post_init__(self) -> None:
        problems = Problems()
        where = _("battery {battery}").format(battery=self.id)
        for name in ("power_mw", "energy_mwh"):
            value = getattr(self, name)
            if not (np.isfinite(value) and value >= 0):
                problems.add(where, f"{name} {value:g}", ">= 0")
        for name in ("charge_efficiency_share", "discharge_efficiency_share"):
            value = getattr(self, name)
            if not 0 < value <= 1:
                problems.add(where, f"{name} {value:g}", "> 0, <= 1")
        if not 0 <= self.level_min_share <= 1:
            problems.add(where, f"level_min_share {self.level_min_share:g}", "0 – 1")
        elif self.level_first_mwh is not None and not self.level_min_mwh <= self.level_first_mwh <= self.energy_mwh:
            found = f"level_first_mwh {self.level_first_mwh:g}"
            problems.add(where, found, f"{self.level_min_mwh:g} – {self.energy_mwh:g}")
        problems.raise_if_any()

    @property
    def level_min_mwh(self) -> float:
        """Least level, MWh."""
        return self.level_min_share * self.energy_mwh


@dataclass(frozen=True, eq=False)
class PowerLimit:
    """What some heat plants of a site may draw together in some hours: a limit of a line, a transformer or a voltage.

    Parameters
    ----------
    element, kind : str
        What would be beyond its limit, and whether it is a ``line``, a ``transformer`` or a ``bus``.
    rows : ndarray of int, shape (R,)
        Hours, by position.
    weight : mapping of unit to ndarray, shape (R,)
        MW of the limit per MW that the unit draws.
    room_mw : ndarray, shape (R,)
        What the weighted powers may sum up to, MW.
    """

    element: str
    kind: str
    rows: NDArray[np.intp]
    weight: Mapping[str, FloatArray]
    room_mw: FloatArray


@dataclass(frozen=True, eq=False)
class PowerSite:
    """One meter to the grid. Electricity of its heat plants has no price of its own: the site pays for what it imports.

    Parameters
    ----------
    id : str
        Site.
    units : tuple of str
        Supply units whose electricity passes this meter.
    base_mw : ndarray, shape (T,)
        Electricity of everything else on the site, MW.
    pv_mw : ndarray, shape (T,)
        What its photovoltaics can give, MW.
    import_max_mw : ndarray, shape (T,), or None
        Largest import, MW; None: no limit.
    export_cny_per_mwh : ndarray, shape (T,), or None
        What a MWh of export earns, CNY/MWh; None: nothing.
    batteries : tuple of Battery
    limits : tuple of PowerLimit
        What the network behind the meter can carry to the units.
    saved_per_heat : mapping of unit to ndarray, shape (T,)
        Electricity of the base load that is not drawn per MWh of a unit's heat: chillers of a data centre whose heat it takes.
    without_heat_mw : pair of ndarray, shape (T,), or None
        Import and export of the site without heat plants: what the heat system is held against. None: of base load and PV
        alone, so that its batteries count as the heat system's.

    Raises
    ------
    InputError
        If lengths differ, values are negative or not finite, or the site has no unit.
    """

    id: str
    units: tuple[str, ...]
    base_mw: FloatArray
    pv_mw: FloatArray
    import_max_mw: FloatArray | None = None
    export_cny_per_mwh: FloatArray | None = None
    batteries: tuple[Battery, ...] = ()
    limits: tuple[PowerLimit, ...] = ()
    saved_per_heat: Mapping[str, FloatArray] = field(default_factory=dict)
    without_heat_mw: tuple[FloatArray, FloatArray] | None = None

    def __post_init__(self) -> None:
        problems = Problems()
        where = _("power site {site}").format(site=self.id)
        for name in ("base_mw", "pv_mw", "import_max_mw", "export_cny_per_mwh"):
            if getattr(self, name) is None:
                continue
            array = np.asarray(getattr(self, name), dtype=float)
            object.__setattr__(self, name, array)
            low = -np.inf if name == "export_cny_per_mwh" else 0.0
            check_array(problems, where, name, array, np.size(self.base_mw), low, infinite=name == "import_max_mw")
        for unit, saved in self.saved_per_heat.items():
            if unit not in self.units:
                problems.add(where, _("unknown unit {unit}").format(unit=unit), ", ".join(self.units))
            check_array(problems, where, f"saved_per_heat[{unit}]", np.asarray(saved), np.size(self.base_mw))
        if not self.units:
            problems.add(where, _("no heat plant stands on it"), remedy=_("Name the units behind its meter."))
        problems.raise_if_any()

    @property
    def import_limit_mw(self) -> FloatArray:
        """Largest import of each hour, (T,), MW; infinite without a limit."""
        return np.full(len(self.base_mw), np.inf) if self.import_max_mw is None else self.import_max_mw

    def power_per_heat(self, unit: str, drawn: FloatArray) -> FloatArray:
        """Return what a MWh of a unit's heat adds to the site's load, (T,): what it draws less what it saves the base load."""
        saved = self.saved_per_heat.get(unit)
        return drawn if saved is None else drawn - saved

    @property
    def export_price_cny_per_mwh(self) -> FloatArray:
        """What a MWh of export earns in each hour, (T,), CNY/MWh."""
        return np.zeros(len(self.base_mw)) if self.export_cny_per_mwh is None else self.export_cny_per_mwh


def check_sites(
    sites: Sequence[PowerSite],
    units: Sequence[str],
    time: pd.DatetimeIndex,
    import_cost_cny_per_mwh: FloatArray,
    problems: Problems,
) -> None:
    """Note what does not fit between sites, units and prices.

    Parameters
    ----------
    sites : sequence of PowerSite
    units : sequence of str
        The problem's units.
    time : pandas.DatetimeIndex, length T
    import_cost_cny_per_mwh : ndarray, shape (T,)
        Tariff and priced CO2 of a MWh imported. Where export earns more, importing to export would pay without end.
    problems : Problems
        Where findings are noted.
    """
    seen: dict[str, str] = {}
    ids: set[str] = set()
    for site in sites:
        where = _("power site {site}").format(site=site.id)
        for name in (site.id, *(battery.id for battery in site.batteries)):
            if name in ids:
                problems.add(where, _("'{name}' is taken").format(name=name))
            ids.add(name)
        for unit in site.units:
            if unit not in units:
                problems.add(where, _("unknown unit {unit}").format(unit=unit), ", ".join(units))
            if unit in seen:
                found = _("unit {unit} stands behind the meter of {other} too").format(unit=unit, other=seen[unit])
                problems.add(where, found, remedy=_("Name each unit in one site."))
            seen[unit] = site.id
        if len(site.base_mw) != len(time):
            found = _("{count} hours, the time axis has {hours}").format(count=len(site.base_mw), hours=len(time))
            problems.add(where, found)
        elif len(import_cost_cny_per_mwh) == len(time):
            _check_export(site, where, time, import_cost_cny_per_mwh, problems)


def _check_export(
    site: PowerSite, where: str, time: pd.DatetimeIndex, import_cost: FloatArray, problems: Problems
) -> None:
    above = np.flatnonzero(site.export_price_cny_per_mwh > import_cost)
    if len(above):
        found = _("export earns {price:g} CNY/MWh at {time}, import costs {cost:g}").format(
            price=site.export_price_cny_per_mwh[above[0]], time=time[above[0]], cost=import_cost[above[0]]
        )
        allowed = _("At most what import costs in the same hour; else importing to export pays")
        problems.add(where, found, allowed, _("Lower the price of export in these hours."))


def site_of_unit(sites: Sequence[PowerSite]) -> Mapping[str, PowerSite]:
    """Return the site of each unit that has one."""
    return {unit: site for site in sites for unit in site.units}
