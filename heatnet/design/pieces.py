"""The parts of a programme before hours are put together: units with cost and rate terms, stores, demand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from heatnet.design.candidates import Option, State
from heatnet.design.periods import Periods, blocks, equal_hours
from heatnet.design.rate import RateTarget, RateTerms, UnitTerms
from heatnet.dispatch.costs import unit_cost_cny_per_mwh
from heatnet.model.heat_store import HeatStore
from heatnet.model.hourly import BoolArray, FloatArray
from heatnet.model.supply import DispatchProblem, SupplyUnit

#: an option's unit without a capacity gives at most this much of all demand
_CAP_SHARE = 2.0


@dataclass(frozen=True, eq=False)
class Piece:
    """A unit that stands, or that an option brings; `count` pieces of it where the choice is made, None where it is open."""

    unit: SupplyUnit
    cost_cny_per_mwh: FloatArray
    terms: UnitTerms
    option: Option | None = None
    count: int | None = 1


@dataclass(frozen=True, eq=False)
class StorePiece:
    """A store that stands, or that an option brings."""

    store: HeatStore
    option: Option | None = None
    count: int | None = 1


@dataclass(frozen=True, eq=False)
class System:
    """A state with its options open (`counts` None) or chosen.

    Parameters
    ----------
    state : State
    target : RateTarget
    options : tuple of Option
        Those that are open or chosen.
    counts : mapping of option id to int, or None
    pieces, stores
    terms : RateTerms
    passing : mapping of balance to ndarray of bool, shape (T,), or None
        Hours in which unfired heat may pass the process users, stated exactly; None: relaxed in all hours.
    """

    state: State
    target: RateTarget
    options: tuple[Option, ...]
    counts: Mapping[str, int] | None
    pieces: tuple[Piece, ...]
    stores: tuple[StorePiece, ...]
    terms: RateTerms
    passing: Mapping[str, BoolArray] | None = None

    def unfired_and_process_mw(self, balance: str) -> tuple[FloatArray, FloatArray]:
        """Return the most unfired heat of a balance and the process part of its demand with the choice made, (T,), MW."""
        process, counts = self.terms.process_of(balance), self.counts or {}
        for option in self.options:
            if balance in option.demand_change_mw:
                process = process + counts.get(option.id, 0) * option.demand_change_mw[balance]
        return self.terms.unfired_most_mw(balance), np.maximum(process, 0.0)

    def storing(self) -> BoolArray:
        """Return the hours in which stores may work, (T,): those in which a balance with a store asks for heat."""
        hours = np.zeros(len(self.state.problem.time), dtype=bool)
        for piece in self.stores:
            hours |= self.state.problem.demand_of(piece.store.balance) > 0
        return hours

    def hourly_rows(self) -> list[FloatArray]:
        """Return everything by which hours may differ, (T,) each."""
        problem, rows = self.state.problem, []
        rows += [problem.demand_of(balance) for balance in problem.balances]
        rows += [change for option in self.options for change in option.demand_change_mw.values()]
        rows += [shared.room_mw for shared in self.state.shared]
        rows.append(self.target.counted_hours.astype(float))
        for piece in self.pieces:
            rows += [piece.unit.available_mw, piece.unit.take_min_mw, piece.cost_cny_per_mwh]
            rows += [piece.terms.counted, piece.terms.whole]
            if piece.terms.through is not None:
                rows += [piece.terms.through.share, piece.terms.through.most_mw, piece.terms.through.counted]
        return [np.nan_to_num(row, posinf=-1.0) for row in rows]

    def exact_periods(self) -> Periods:
        """Return equal hours put together: the optimum is that of the hours."""
        return equal_hours(self.hourly_rows(), self.storing())

    def block_periods(self, length_h: int, steps: int) -> Periods:
        """Return blocks of neighbouring hours, alike ones put together: the optimum is a lower bound."""
        problem = self.state.problem
        price = problem.prices.power_cny_per_mwh
        alike = [problem.demand_of(balance) for balance in problem.balances] if steps else []
        return blocks(price, self.target.in_season, self.storing(), alike, length_h, steps)


def system_of(
    state: State,
    target: RateTarget,
    counts: Mapping[str, int] | None = None,
    passing: Mapping[str, BoolArray] | None = None,
) -> System:
    """Return a state with its options open, or with those chosen that `counts` gives a number; `passing` as in `System`."""
    options = tuple(
        one for one in state.options if (state.buildable(one) if counts is None else counts.get(one.id, 0) > 0)
    )
    added = {unit.id for option in options for unit in option.units}
    standing = [unit for unit in state.problem.units if unit.id not in added]
    everything = standing + [_capped(state, unit) for option in options for unit in option.units]
    terms = RateTerms(target, _with_units(state, everything), _unfired_most_mw(state, options, counts), passing)
    pieces = [_piece(state, terms, unit, None, 1) for unit in standing if unit.available_mw.any()]
    stores = [StorePiece(store) for store in state.problem.stores]
    for option in options:
        count = None if counts is None else counts[option.id]
        pieces += [_piece(state, terms, _capped(state, unit), option, count) for unit in option.units]
        stores += [StorePiece(store, option, count) for store in option.stores]
    return System(state, target, options, counts, tuple(pieces), tuple(stores), terms, passing)


def _with_units(state: State, units: list[SupplyUnit]) -> DispatchProblem:
    unique = {}
    for number, unit in enumerate(units):  # options of one candidate may bring the same plant
        name = unit.id if unit.id not in unique else f"{unit.id} #{number}"
        unique[name] = replace(unit, id=name)
    return replace(state.problem, units=tuple(unique.values()), stores=())


def _capped(state: State, unit: SupplyUnit) -> SupplyUnit:
    if np.isfinite(unit.available_mw).all():
        return unit
    most = _CAP_SHARE * sum((state.problem.demand_of(b) for b in state.problem.balances), np.zeros(1))
    return replace(unit, available_mw=np.minimum(unit.available_mw, np.maximum(most, unit.take_min_mw)))


def _piece(state: State, terms: RateTerms, unit: SupplyUnit, option: Option | None, count: int | None) -> Piece:
    change = option.demand_change_mw.get(unit.balance, 0.0) if option is not None else 0.0
    return Piece(unit, unit_cost_cny_per_mwh(state.problem, unit), terms.of_unit(unit, change), option, count)


def _unfired_most_mw(
    state: State, options: tuple[Option, ...], counts: Mapping[str, int] | None
) -> dict[str, FloatArray]:
    """Return the most unfired heat of each balance, (T,), MW: what stands, and of each candidate its largest option."""
    most: dict[str, FloatArray] = {}

    def add(units: tuple[SupplyUnit, ...], count: int) -> dict[str, FloatArray]:
        table: dict[str, FloatArray] = {}
        for unit in units:
            if unit.fuel is None and unit.draws_from is None:
                capped = count * _capped(state, unit).available_mw
                table[unit.balance] = table.get(unit.balance, np.zeros_like(capped)) + capped
        return table

    brought = {unit.id for option in options for unit in option.units}
    parts = [add(tuple(unit for unit in state.problem.units if unit.id not in brought), 1)]
    for of_candidate in {one.candidate: None for one in options}:
        largest: dict[str, FloatArray] = {}
        for option in options:
            if option.candidate == of_candidate:
                for balance, mw in add(option.units, option.count_max if counts is None else counts[option.id]).items():
                    largest[balance] = np.maximum(largest.get(balance, np.zeros_like(mw)), mw)
        parts.append(largest)
    for part in parts:
        for balance, mw in part.items():
            most[balance] = most.get(balance, np.zeros_like(mw)) + mw
    return most
