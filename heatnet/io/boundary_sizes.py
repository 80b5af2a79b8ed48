"""Heats and powers of a boundary held against what their elements were built for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from heatnet.errors import Problems
from heatnet.i18n import _
from heatnet.model.boundary import boundary_variables
from heatnet.model.network import Network
from heatnet.model.power_checks import KW_SUSPICION, bus_capacity_mva
from heatnet.model.power_network import PowerNetwork


@dataclass(frozen=True)
class _Size:
    """Column of an element's table that bounds a variable, and how many times it the variable may be."""

    column: str
    times: float


#: heats and loads above this many times their size were given in kW; generators and batteries cannot pass theirs
_SIZES = {
    "consumer_heat_mw": _Size("design_heat_mw", 20.0),
    "plant_heat_mw": _Size("capacity_mw", 20.0),
    "load_p_mw": _Size("p_mw", KW_SUSPICION),
    "generator_p_mw": _Size("capacity_mw", 1.0),
    "battery_p_mw": _Size("power_mw", 1.0),
}
_KW_PER_MW = 1000.0
#: rounding of what an element gives at its full power
_ROUNDING = 1e-6


def note_sizes(
    numbers: pd.DataFrame,
    variable: str,
    network: Network | PowerNetwork,
    high: float,
    where: Callable[[int], str],
    problems: Problems,
) -> None:
    """Note by element the first value that is beyond what the element was built for.

    Parameters
    ----------
    numbers : pandas.DataFrame
        Values, row by element, MW.
    variable : str
    network : Network or PowerNetwork
    high : float
        Limit of the variable's cells: beyond it a value is a problem already.
    where : callable of row to str
        Place of a row, to which the element's id is added.
    problems : Problems
        One more for each element.
    """
    if variable not in _SIZES:
        return
    size = _SIZES[variable]
    table = getattr(network, boundary_variables(network)[variable])
    for name in numbers.columns.intersection(table.index):
        values = np.abs(numbers[name].to_numpy())
        built, column = float(table.at[name, size.column]), size.column
        if variable == "load_p_mw" and np.isnan(built) and isinstance(network, PowerNetwork):
            # a load of unknown size is bounded by what leads to its bus
            built, column = _room_mw(network, str(table.at[name, "bus"])), _("what leads to its bus")
        far = np.flatnonzero((values > size.times * built * (1.0 + _ROUNDING)) & (values <= high))
        if not len(far) or (size.times > 1.0 and not built > 0):
            continue
        value = float(values[far[0]])
        found = _("value {value!r}, while {column} is {built:g}").format(
            value=float(numbers[name].iloc[far[0]]), column=column, built=built
        )
        allowed = _("At most {count:g} times that") if size.times > 1.0 else _("At most that")
        in_kw = value > KW_SUSPICION * built and (size.times > 1.0 or value / _KW_PER_MW <= built)
        more = len(far) - 1
        if in_kw:
            remedy, also = _("This looks like kW; the column is in MW."), _("So do {count} more of its values.")
        else:
            remedy = _("Correct the value or {column}.").format(column=column)
            also = _("{count} more of its values pass it as well.")
        remedy += " " + also.format(count=more) if more else ""
        problems.add(f"{where(int(far[0]))}{name}", found, allowed.format(count=size.times), remedy)


def _room_mw(network: PowerNetwork, bus: str) -> float:
    """Return what lines and transformers at a bus carry, MW; 0 (nothing to hold against) where a grid feeds it."""
    return 0.0 if bus in set(network.grids["bus"]) else float(bus_capacity_mva(network).get(bus, 0.0))
