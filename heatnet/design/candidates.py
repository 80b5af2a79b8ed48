"""What may be built: options of candidates with their units, stores and yearly costs, and the system that they join."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from heatnet.model.heat_store import HeatStore
from heatnet.model.supply import DispatchProblem, FloatArray, SupplyUnit


@dataclass(frozen=True)
class Size:
    """A continuous size of one unit (MW) or one store (MWh).

    Parameters
    ----------
    of : str
        Id of the unit or store.
    least, most : float
        Bounds where the option is chosen; the option's unit or store is given at `most`.
    cny_per_a : float
        Yearly cost of one MW or MWh: annuity, fixed operation and maintenance.
    """

    of: str
    least: float
    most: float
    cny_per_a: float


@dataclass(frozen=True, eq=False)
class Option:
    """One way of building a candidate; of the options of a candidate at most one is chosen.

    Parameters
    ----------
    id : str
        ``<candidate>/<option>``.
    candidate : str
    units : tuple of SupplyUnit
        At the largest size, or of one piece where several may be built.
    stores : tuple of HeatStore
        At the largest size.
    demand_change_mw : mapping of balance to ndarray, shape (T,)
        What the balance needs more (a new line loses heat) or less, MW.
    cny_per_a : float
        Yearly cost of one piece without its size: annuity, fixed operation and maintenance.
    size : Size or None
    count_max : int
        How many equal pieces may be built.
    needs : tuple of str
        Candidates without which this one cannot be built.
    """

    id: str
    candidate: str
    units: tuple[SupplyUnit, ...] = ()
    stores: tuple[HeatStore, ...] = ()
    demand_change_mw: Mapping[str, FloatArray] = field(default_factory=dict)
    cny_per_a: float = 0.0
    size: Size | None = None
    count_max: int = 1
    needs: tuple[str, ...] = ()

    def yearly_cny(self, count: int, size: float) -> float:
        """Return what the option costs a year without its operation, CNY."""
        return count * self.cny_per_a + (self.size.cny_per_a * size if self.size is not None and count else 0.0)

    def built_units(self, count: int, size: float) -> tuple[SupplyUnit, ...]:
        """Return the units of `count` pieces, the sized one within its size."""
        return tuple(self._built(unit, count, size) for unit in self.units) if count else ()

    def _built(self, unit: SupplyUnit, count: int, size: float) -> SupplyUnit:
        available = count * unit.available_mw
        if self.size is not None and self.size.of == unit.id:
            available = np.minimum(available, size)
        return replace(
            unit,
            available_mw=available,
            take_min_mw=np.minimum(count * unit.take_min_mw, available),
            year_max_mwh=None if unit.year_max_mwh is None else count * unit.year_max_mwh,
            year_min_mwh=None if unit.year_min_mwh is None else count * unit.year_min_mwh,
        )

    def built_stores(self, count: int, size: float) -> tuple[HeatStore, ...]:
        """Return the stores of `count` pieces; all sizes of a sized store follow its energy."""
        built = []
        for store in self.stores if count else ():
            factor = float(count)
            if self.size is not None and self.size.of == store.id:
                factor = size / store.energy_mwh if store.energy_mwh > 0 else 0.0
            names = ("energy_mwh", "charge_mw", "discharge_mw")
            built.append(replace(store, **{name: factor * getattr(store, name) for name in names}))
        return tuple(built)


@dataclass(frozen=True, eq=False)
class SharedLoad:
    """Units that heat the same consumers directly: together they give at most `room_mw`, (T,), MW."""

    units: tuple[str, ...]
    room_mw: FloatArray


@dataclass(frozen=True, eq=False)
class State:
    """One state of the networks with what it costs, and the options that may be added to it.

    Projects that change what all plants see (return temperatures of consumers) are no options but states of their own.

    Parameters
    ----------
    id : str
    problem : DispatchProblem
        Without any option: units that stand, demand, prices. It has no power sites.
    options : tuple of Option
    shared : tuple of SharedLoad
    chosen : tuple of str
        Options that the state itself is made of.
    cny_per_a : float
        Their yearly cost.
    """

    id: str
    problem: DispatchProblem
    options: tuple[Option, ...] = ()
    shared: tuple[SharedLoad, ...] = ()
    chosen: tuple[str, ...] = ()
    cny_per_a: float = 0.0

    def candidates(self) -> dict[str, list[Option]]:
        """Return the options of each candidate, in declared order."""
        table: dict[str, list[Option]] = {}
        for option in self.options:
            table.setdefault(option.candidate, []).append(option)
        return table

    def buildable(self, option: Option) -> bool:
        """Return whether what an option needs is a candidate here or part of the state."""
        there = {one.candidate for one in self.options} | {name.split("/")[0] for name in self.chosen}
        return set(option.needs) <= there


#: option id -> (number of pieces, size); an option that is not chosen is not in it
Choice = Mapping[str, tuple[int, float]]


def problem_of(state: State, choice: Choice) -> DispatchProblem:
    """Return the year's programme of a state with a choice of its options built."""
    built = [(option, *choice[option.id]) for option in state.options if choice.get(option.id, (0, 0.0))[0]]
    added = [unit for option, count, size in built for unit in option.built_units(count, size)]
    ids = {unit.id for unit in added}
    units = [unit for unit in state.problem.units if unit.id not in ids] + added
    feeding = {unit.id: unit.balance for unit in units}
    stores = list(state.problem.stores)
    for option, count, size in built:
        for store in option.built_stores(count, size):
            charged_by = tuple(name for name in store.charged_by if feeding.get(name) == store.balance)
            if charged_by:
                stores.append(replace(store, charged_by=charged_by))
    demand = {balance: mw.copy() for balance, mw in state.problem.demand_mw.items()}
    for option, count, _size in built:
        for balance, change in option.demand_change_mw.items():
            demand[balance] = demand[balance] + count * change
    demand = {balance: np.maximum(mw, 0.0) for balance, mw in demand.items()}
    return replace(state.problem, units=tuple(units), stores=tuple(stores), demand_mw=demand)
