"""A heat store as the dispatch sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from heatnet.errors import Problems
from heatnet.i18n import _


@dataclass(frozen=True)
class HeatStore:
    """A tank on a heat balance: it takes heat of named units and gives it back to the balance.

    It makes no heat, so it is no `SupplyUnit` and has no class of waste heat.

    Parameters
    ----------
    id : str
        ``<network>/<plant>``.
    network, plant : str
        Owning network, plant id in its table.
    balance : str
        Heat balance that it gives heat to: ``<network>/<carrier>``.
    energy_mwh : float
        Largest level, MWh.
    charge_mw, discharge_mw : float
        Largest heat into and out of it, MW.
    charged_by : tuple of str
        Units of the same balance whose heat may go into it.
    loss_share_per_h : float
        Share of the level at an hour's beginning that is lost in that hour.
    level_first_mwh : float or None
        Level at the beginning of the horizon; None: whatever the level is at its end (cyclic).

    Raises
    ------
    InputError
        If a number is negative or not finite, the loss above 1, the first level above the largest, or nothing charges it.
    """

    id: str
    network: str
    plant: str
    balance: str
    energy_mwh: float
    charge_mw: float
    discharge_mw: float
    charged_by: tuple[str, ...]
    loss_share_per_h: float = 0.0
    level_first_mwh: float | None = None

    def __post_init__(self) -> None:
        problems = Problems()
        where = _("heat store {store}").format(store=self.id)
        for name in ("energy_mwh", "charge_mw", "discharge_mw", "loss_share_per_h"):
            value = getattr(self, name)
            if not (np.isfinite(value) and value >= 0):
                problems.add(where, f"{name} {value:g}", ">= 0")
        if self.loss_share_per_h > 1:
            problems.add(where, f"loss_share_per_h {self.loss_share_per_h:g}", "<= 1")
        if self.level_first_mwh is not None and not 0 <= self.level_first_mwh <= self.energy_mwh:
            problems.add(where, f"level_first_mwh {self.level_first_mwh:g}", f"0 – {self.energy_mwh:g}")
        if not self.charged_by:
            problems.add(where, _("no plant charges it"), remedy=_("Name plants of its network in charged_by."))
        problems.raise_if_any()


def check_stores(stores: Sequence[HeatStore], balance_of_unit: Mapping[str, str], problems: Problems) -> None:
    """Note ids that repeat or are a unit's, and units that charge a store without feeding its balance.

    Parameters
    ----------
    stores : sequence of HeatStore
    balance_of_unit : mapping of unit id to str
        The balance that each unit feeds.
    problems : Problems
        Where findings are noted.
    """
    seen = set(balance_of_unit)
    for store in stores:
        where = _("heat store {store}").format(store=store.id)
        if store.id in seen:
            problems.add(where, _("'{name}' is taken").format(name=store.id))
        seen.add(store.id)
        for unit in store.charged_by:
            if balance_of_unit.get(unit) != store.balance:
                found = _("{unit} charges it and does not feed {balance}").format(unit=unit, balance=store.balance)
                problems.add(where, found, remedy=_("Name units of the same balance."))


def charging_units(stores: Sequence[HeatStore]) -> tuple[str, ...]:
    """Return the units that may charge a store, each once, in the order of the stores."""
    return tuple(dict.fromkeys(unit for store in stores for unit in store.charged_by))
