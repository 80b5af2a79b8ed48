"""Conflicts of limits in words: what contradicts what, where, and which change would be enough."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil, floor, log10

import numpy as np
import pandas as pd

from heatnet.dispatch.conflict import Conflict
from heatnet.dispatch.limits import ALWAYS, Limit, LimitKind, row_name
from heatnet.dispatch.named_rows import IntArray
from heatnet.dispatch.relaxation import Relaxation
from heatnet.i18n import _

#: digits of figures; those of changes are rounded to the side that is enough
_DIGITS = 4
#: what is this close to a figure of so many digits is that figure
_ROUNDING_SHARE = 1e-6

_NAMES: dict[LimitKind, Callable[[], str]] = {
    LimitKind.LARGEST_HEAT: lambda: _("largest heat of {name}"),
    LimitKind.LEAST_HEAT: lambda: _("least heat of each hour of {name}"),
    LimitKind.YEAR_MOST: lambda: _("most heat of the year of {name}"),
    LimitKind.YEAR_LEAST: lambda: _("least heat of the year of {name}"),
    LimitKind.DEMAND: lambda: _("heat demand of {name}"),
    LimitKind.IMPORT: lambda: _("import limit of {name}"),
    LimitKind.BASE_LOAD: lambda: _("base load less photovoltaics of {name}"),
    LimitKind.FEEDER: lambda: _("limit of {place} in {name} for heat plants"),
    LimitKind.STORE_SIZE: lambda: _("size of heat store {name}"),
    LimitKind.STORE_CHARGE: lambda: _("charging heat of heat store {name}"),
    LimitKind.STORE_DISCHARGE: lambda: _("discharging heat of heat store {name}"),
    LimitKind.STORE_FIRST: lambda: _("first level of heat store {name}"),
    LimitKind.BATTERY_SIZE: lambda: _("size of battery {name}"),
    LimitKind.BATTERY_LEAST: lambda: _("least level of battery {name}"),
    LimitKind.BATTERY_POWER: lambda: _("power of battery {name}"),
    LimitKind.BATTERY_FIRST: lambda: _("first level of battery {name}"),
    LimitKind.RAMP: lambda: _("ramps of {name}"),
    LimitKind.LEAST_ON: lambda: _("least time on of {name}"),
    LimitKind.LEAST_OFF: lambda: _("least time off and to start of {name}"),
    LimitKind.LEAST_LOAD: lambda: _("least load of {name}"),
    LimitKind.MAINTENANCE: lambda: _("maintenance of {name}"),
}
_ENERGY = frozenset(
    {
        LimitKind.YEAR_MOST,
        LimitKind.YEAR_LEAST,
        LimitKind.STORE_SIZE,
        LimitKind.STORE_FIRST,
        LimitKind.BATTERY_SIZE,
        LimitKind.BATTERY_LEAST,
        LimitKind.BATTERY_FIRST,
    }
)


def conflict_text(conflicts: Sequence[Conflict], time: pd.DatetimeIndex) -> str:
    """Return conflicts in the current language, one sentence each with what would be enough to change; empty without any.

    Parameters
    ----------
    conflicts : sequence of Conflict
    time : pandas.DatetimeIndex, length T
        Hours of the problem.
    """
    return "; ".join(_one_text(conflict, time) for conflict in conflicts)


def _one_text(conflict: Conflict, time: pd.DatetimeIndex) -> str:
    if not conflict.limits:
        return _("what the limits leave open contradicts itself")
    names = _(", ").join(f"{limit_name(limit)} ({_figure(limit, conflict.hours)})" for limit in conflict.limits)
    pattern = (
        _("{limits} contradict each other {when}") if len(conflict.limits) > 1 else _("{limits} cannot be kept {when}")
    )
    text = pattern.format(limits=names, when=_when(conflict, time))
    pairs = zip(conflict.limits, conflict.relaxations, strict=True)
    ways = [_way(limit, relaxation, time) for limit, relaxation in pairs if relaxation is not None]
    if ways:
        enough = (
            _("to end this conflict, others remain: {ways}") if conflict.others_remain else _("enough would be: {ways}")
        )
        text += _(" – ") + enough.format(ways=_(", or ").join(ways))
    if not conflict.is_irreducible:
        text += _(" (not further reduced: the limit of work was reached)")
    if conflict.is_divided:
        text += _(
            " (part of a boiler counted as possible: with whole boilers fewer of these may contradict each other)"
        )
    return text


def limit_name(limit: Limit) -> str:
    """Return what a limit is called, in the current language."""
    if limit.kind == LimitKind.ROWS:
        return f"{row_name(limit.place)} {limit.element}".strip()
    return _NAMES[limit.kind]().format(name=limit.element, place=limit.place)


def _unit(limit: Limit) -> str:
    if limit.kind == LimitKind.ROWS:
        return ""
    return " MWh" if limit.kind in _ENERGY else " MW"


def _figure(limit: Limit, hours: tuple[int, int]) -> str:
    """Return the figure of a limit in a stretch of hours: one, or from least to largest."""
    if limit.told:
        return limit.told
    parts = limit.parts[:1] if limit.is_one_figure else limit.parts
    inside = [part.bound[(part.hour == ALWAYS) | ((part.hour >= hours[0]) & (part.hour < hours[1]))] for part in parts]
    bounds = np.concatenate(inside) if any(len(one) for one in inside) else parts[0].bound
    least, most = _plain(float(bounds.min())), _plain(float(bounds.max()))
    figure = least if least == most else _("{least} to {most}").format(least=least, most=most)
    return figure + _unit(limit)


def _when(conflict: Conflict, time: pd.DatetimeIndex) -> str:
    begin, end = conflict.hours
    if any(limit.spans_hours for limit in conflict.limits):
        return _("over the year")
    if end - begin == len(time) > 1:
        return _("over all {hours} hours").format(hours=len(time))
    return _hours_text(np.arange(begin, end), time)


def _hours_text(hours: IntArray, time: pd.DatetimeIndex) -> str:
    first, last = (f"{time[hour]:%Y-%m-%d %H:%M}" for hour in (hours[0], hours[-1]))
    if len(hours) == 1:
        return _("at {time}").format(time=first)
    if len(hours) == len(time):
        return _("in all {hours} hours").format(hours=len(hours))
    return _("in {hours} hours from {first} to {last}").format(hours=len(hours), first=first, last=last)


def _way(limit: Limit, relaxation: Relaxation, time: pd.DatetimeIndex) -> str:
    """Return what to do with one limit, the figures rounded to the side that is enough."""
    name, unit = limit_name(limit), _unit(limit)
    if limit.is_switch:
        return _("do without {name}").format(name=name)
    up = limit.parts[0].upper
    if relaxation.to is not None and limit.is_one_figure:
        up = relaxation.to > float(limit.parts[0].bound[0])
    by = _plain(_outward(relaxation.amount, up=True)) + unit
    words = {"name": name, "by": by, "when": "", "to": ""}
    if relaxation.to is not None:
        words["to"] = _plain(_outward(relaxation.to, up)) + unit
    if len(relaxation.hours):
        words["when"] = _hours_text(relaxation.hours, time)
    return _pattern(up, bool(words["to"]), bool(words["when"])).format(**words)


def _pattern(up: bool, to: bool, when: bool) -> str:
    if to and when:
        return _("raise {name} to {to} {when}") if up else _("lower {name} to {to} {when}")
    if to:
        return _("raise {name} to {to}") if up else _("lower {name} to {to}")
    return _("raise {name} by up to {by} {when}") if up else _("lower {name} by up to {by} {when}")


def _outward(value: float, up: bool) -> float:
    """Return a figure of few digits that is not below (`up`) or not above a value, but for rounding."""
    if value == 0 or not np.isfinite(value):
        return value
    unit = 10.0 ** (floor(log10(abs(value))) - _DIGITS + 1)
    steps = value / unit
    near = round(steps)
    if abs(steps - near) > _ROUNDING_SHARE * abs(steps):
        near = ceil(steps) if up else floor(steps)
    return near * unit


def _plain(value: float) -> str:
    """Return a figure of few digits, thousands apart."""
    if value == 0:
        return "0"
    decimals = max(0, _DIGITS - 1 - floor(log10(abs(value))))
    text = f"{value:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
