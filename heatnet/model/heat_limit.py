"""What the pipes let some heat plants give together: a limit that a simulation found, linear at its schedule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from heatnet.errors import Problems
from heatnet.i18n import _
from heatnet.model.hourly import FloatArray, check_array


@dataclass(frozen=True, eq=False)
class HeatLimit:
    """A limit on the weighted heat of some plants in some hours; passing it has a price, so that there always is a schedule.

    Parameters
    ----------
    network, element, kind : str
        Where it stands, and what would pass its limit there (`heatnet.couple.pipe_limits`).
    rows : ndarray of int, shape (R,)
        Hours, by position, rising.
    weight : mapping of unit to ndarray, shape (R,)
        MW of the limit per MW of the unit's heat; negative where its heat relieves the element.
    room_mw : ndarray, shape (R,)
        What the weighted heat may sum up to, MW; may be negative.

    Raises
    ------
    InputError
        If lengths differ, numbers are not finite, or no unit takes part.
    """

    network: str
    element: str
    kind: str
    rows: NDArray[np.intp]
    weight: Mapping[str, FloatArray]
    room_mw: FloatArray

    def __post_init__(self) -> None:
        problems = Problems()
        where = _("limit of {element}").format(element=f"{self.network}/{self.element}")
        check_array(problems, where, "room_mw", np.asarray(self.room_mw, dtype=float), len(self.rows), low=-np.inf)
        for unit, weight in self.weight.items():
            check_array(
                problems, where, f"weight[{unit}]", np.asarray(weight, dtype=float), len(self.rows), low=-np.inf
            )
        if not self.weight:
            problems.add(where, _("no heat plant takes part in it"), remedy=_("Name the units that it limits."))
        problems.raise_if_any()

    @property
    def id(self) -> str:
        """Name of its column in results: network, kind and element."""
        return f"{self.network}/{self.kind}/{self.element}"


def check_limits(limits: Sequence[HeatLimit], balances: Mapping[str, str], hours: int, problems: Problems) -> None:
    """Note limits of units that do not exist, of hours outside the horizon, or of units of several networks.

    Parameters
    ----------
    limits : sequence of HeatLimit
    balances : mapping of unit to the balance that it feeds
    hours : int
    problems : Problems
        Where findings are noted.
    """
    for limit in limits:
        where = _("limit of {element}").format(element=f"{limit.network}/{limit.element}")
        for unit in limit.weight:
            if unit not in balances:
                problems.add(where, _("unknown unit {unit}").format(unit=unit), ", ".join(balances))
        if len({balances[unit] for unit in limit.weight if unit in balances}) > 1:
            problems.add(where, _("its units feed different balances"), remedy=_("One limit for each balance."))
        if len(limit.rows) and not (limit.rows.min() >= 0 and limit.rows.max() < hours):
            problems.add(where, _("hours outside the horizon of {hours}").format(hours=hours))
