"""Plant keys that make a plant a matter of on and off: least heat, part load, starts, ramps, maintenance.

A row that fills any of them has its units switched in the dispatch (`heatnet.model.commitment`). Shares are of the plant's
capacity, or of what it consumes at full load. The names begin otherwise than the `min_load_share` of steam boilers, which an
account reads after the dispatch and which limits nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from heatnet.errors import Problems
from heatnet.i18n import _
from heatnet.model.hourly import BoolArray
from heatnet.model.schema import Column

if TYPE_CHECKING:
    from heatnet.model.network import Network
    from heatnet.model.typed_tables import RawTable


def _number(name: str, text: str, low: float, high: float) -> Column:
    return Column(name, "number", text, low=low, high=high)


#: of every plant that can be switched
SWITCHING = (
    _number("on_min_share", "least heat while on, share of the capacity", 0.0, 1.0),
    _number("no_load_power_share", "electricity while on whatever the heat, share of that at full load", 0.0, 1.0),
    _number("start_cost_cny_per_mw", "cost of a start beside its fuel, by capacity started", 0.0, 1e6),
    _number("start_h", "hours from the order to start until heat", 0.0, 168),
    _number("min_up_h", "least hours on after a start", 0.0, 8760),
    _number("min_down_h", "least hours off after a stop", 0.0, 8760),
    _number(
        "ramp_up_share_per_h", "largest rise of heat from hour to hour while on, share of the capacity", 0.001, 1e3
    ),
    _number("ramp_down_share_per_h", "largest fall of heat likewise", 0.001, 1e3),
    Column(
        "maintenance", "text", "when it stands still: 'MM-DD/MM-DD', both days included, several separated by blanks"
    ),
)
#: of plants that burn a fuel, besides
SWITCHING_FUEL = (
    _number("no_load_fuel_share", "fuel while on whatever the heat, share of that at full load", 0.0, 1.0),
    _number("efficiency_on_min_share", "efficiency at the least heat, instead of no_load_fuel_share", 0.2, 1.1),
    _number("start_fuel_h", "fuel of a start, hours of full load", 0.0, 24),
)
#: yearly figures of plants without a contract of their own
YEARLY = (
    _number("heat_year_max_mwh", "heat of a year at most", 0.0, 1e8),
    _number("heat_year_min_mwh", "heat of a year at least, which has to be used", 0.0, 1e8),
)
_WHOLE_HOURS = ("start_h", "min_up_h", "min_down_h")


def no_load_share_of(on_min_share: float, efficiency_share: float, efficiency_on_min_share: float) -> float:
    """Return the share s of the full-load fuel that burns without load, from the efficiency at the least heat.

    Fuel at load x of the capacity, over that at full load, is s + (1 - s) x, so that the efficiency is eta x / (s + (1 - s) x).
    With eta_l at x = l:  s = l (eta / eta_l - 1) / (1 - l).
    """
    return on_min_share * (efficiency_share / efficiency_on_min_share - 1.0) / (1.0 - on_min_share)


def maintenance_days(text: str) -> list[tuple[int, int]]:
    """Return the windows of a `maintenance` text as (first, last) day, each month times 100 plus day.

    Raises
    ------
    ValueError
        With the part that is no window.
    """
    windows = []
    for part in text.split():
        days = [pd.to_datetime(f"2024-{day}", format="%Y-%m-%d", errors="coerce") for day in part.split("/")]
        if len(days) != 2 or len(part) != 11 or any(pd.isna(day) for day in days):
            raise ValueError(part)
        first, last = (day.month * 100 + day.day for day in days)
        windows.append((first, last))
    return windows


def in_maintenance(text: str, time: pd.DatetimeIndex) -> BoolArray:
    """Return which hours lie in a window, (T,); one that begins later in the year than it ends wraps over its end."""
    day = np.asarray(time.month * 100 + time.day)
    out = np.zeros(len(time), dtype=bool)
    for first, last in maintenance_days(text):
        out |= (day >= first) & (day <= last) if first <= last else (day >= first) | (day <= last)
    return out


def is_switched(row: pd.Series) -> bool:
    """Return whether a row of the plants table fills a key of this module that makes it a matter of on and off."""
    return any(_is_filled(row.get(column.name)) for column in (*SWITCHING, *SWITCHING_FUEL))


def check_on_off(network: Network, raw: Mapping[str, RawTable], problems: Problems) -> None:
    """Note keys of on and off that contradict each other or cannot be read."""
    for i, (plant, row) in enumerate(network.plants.iterrows()):
        where = f"{raw['plants'].place}, {raw['plants'].row(i)} ({plant})"
        _check_hours(row, where, problems)
        _check_part_load(row, where, problems)
        _check_maintenance(row, where, problems)
        least, most = row.get("heat_year_min_mwh"), row.get("heat_year_max_mwh")
        if _is_filled(least) and _is_filled(most) and least > most:
            problems.add(
                f"{where}, heat_year_min_mwh",
                _("value {value:g}").format(value=least),
                _("At most {name}, {value:g}").format(name="heat_year_max_mwh", value=most),
                _("Lower the one or raise the other."),
            )


def _is_filled(value: object) -> bool:
    return bool(value.strip()) if isinstance(value, str) else value is not None and not pd.isna(value)


def _check_hours(row: pd.Series, where: str, problems: Problems) -> None:
    for key in _WHOLE_HOURS:
        value = row.get(key)
        if _is_filled(value) and not float(value).is_integer():
            found = _("value {value:g}").format(value=float(value))
            problems.add(f"{where}, {key}", found, _("a whole number of hours"), _("Round it up."))


def _check_part_load(row: pd.Series, where: str, problems: Problems) -> None:
    key = "efficiency_on_min_share"
    least, full, given = (row.get(name) for name in ("on_min_share", "efficiency_share", key))
    if not _is_filled(given):
        return
    if _is_filled(row.get("no_load_fuel_share")):
        problems.add(
            f"{where}, {key}",
            _("stands beside no_load_fuel_share"),
            _("One of the two: they say the same"),
            _("Remove one of the two."),
        )
    if not _is_filled(least) or not 0 < least < 1:
        problems.add(
            f"{where}, on_min_share",
            _("value {value:g}").format(value=least) if _is_filled(least) else _("is missing"),
            _("More than 0 and less than 1 beside {key}").format(key=key),
            _("Give the least heat at which that efficiency holds, or no_load_fuel_share instead."),
        )
    elif _is_filled(full) and not 0 <= no_load_share_of(least, full, given) <= 1:
        problems.add(
            f"{where}, {key}",
            _("value {value:g}").format(value=given),
            _("{low:.3g} to {high:.3g}: fuel without load is 0 at least, and all fuel at most").format(
                low=full * least, high=full
            ),
            _("Boilers that are better at part load have no figure here: leave it out."),
        )


def _check_maintenance(row: pd.Series, where: str, problems: Problems) -> None:
    text = row.get("maintenance")
    if not isinstance(text, str):
        return
    try:
        maintenance_days(text)
    except ValueError as error:
        problems.add(
            f"{where}, maintenance",
            _("value {value!r}").format(value=str(error)),
            _("Windows 'MM-DD/MM-DD' separated by blanks, such as '05-01/05-20 09-10/09-20'"),
            _("Write the first and the last day of each window, both with two digits."),
        )
