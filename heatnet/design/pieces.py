"""The parts of a programme before hours are put together: units with cost and rate terms, stores, demand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
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
#: heat is charged at most so long before somebody asks for heat, unless it proves to be worth it, h
WAIT_H = 24


@dataclass(frozen=True, eq=False)
class Piece:
    """A unit that stands, or that an option brings; `count` pieces of it where the choice is made, None where it is open."""

    unit: SupplyUnit
    cost_cny_per_mwh: FloatArray
    terms: UnitTerms
    option: Option | None = None
    count: int | None = 1

    @property
    def most(self) -> int:
        """How many of it there are, at most."""
        return self.count if self.count is not None else self.option.count_max if self.option else 1


@dataclass(frozen=True, eq=False)
class StorePiece:
    """A store that stands, or that an option brings."""

    store: HeatStore
    option: Option | None = None
    count: int | None = 1

    @property
    def most(self) -> int:
        """How many of it there are, at most."""
        return self.count if self.count is not None else self.option.count_max if self.option else 1


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
    passing : mapping of joined balances to ndarray of bool, shape (T,), or None
        Hours in which unfired heat may pass the process users, stated exactly; None: relaxed in all hours.
    """

    state: State
    target: RateTarget
    options: tuple[Option, ...]
    counts: Mapping[str, int] | None
    pieces: tuple[Piece, ...]
    stores: tuple[StorePiece, ...]
    terms: RateTerms
    passing: Mapping[tuple[str, ...], BoolArray] | None = None

    def process_mw(self, joined: tuple[str, ...]) -> FloatArray:
        """Return the process demand of joined balances, (T,), MW; where the choice is open, that without any option."""
        total = np.zeros(len(self.state.problem.time))
        for balance in joined:
            demand = self.state.problem.demand_of(balance)
            change = 0.0 if self.counts is None else self.least_demand_mw(balance) - demand
            total = total + np.maximum(self.terms.process_of(balance) + change, 0.0)
        return total

    def storing(self) -> BoolArray:
        """Return the hours in which stores may work, (T,): in all others none has heat to take, nor anyone to give it to."""
        hours = self._asking()
        for store in {piece.store.id: piece.store for piece in self.stores}.values():
            for piece in self.pieces:
                if piece.unit.id in store.charged_by and piece.unit.balance == store.balance:
                    hours |= piece.unit.available_mw > 0
        return hours

    def near_demand(self) -> BoolArray:
        """Return the hours of `storing` from which heat is soon asked for, (T,): at most `WAIT_H` before, or then."""
        asking = self._asking()
        near = asking.copy()
        for hours in range(1, WAIT_H + 1):
            near |= np.roll(asking, -hours)
        return near & self.storing()

    def _asking(self) -> BoolArray:
        """Return the hours in which a balance with a store has to get rid of heat, or someone may ask it for heat, (T,)."""
        problem = self.state.problem
        hours = np.zeros(len(problem.time), dtype=bool)
        ends = {end for one in problem.transfers for end in (one.from_balance, one.to_balance)}
        for balance in {piece.store.balance for piece in self.stores}:
            hours |= (self.most_demand_mw(balance) > 0) | (balance in ends)
            for piece in self.pieces:
                if piece.unit.balance == balance:
                    hours |= piece.unit.take_min_mw > 0
                if piece.unit.draws_from == balance:
                    hours |= piece.unit.available_mw > 0
        return hours

    def most_demand_mw(self, balance: str) -> FloatArray:
        """Return the demand of a balance, (T,), MW; where the choice is open, the largest that any may leave."""
        return np.maximum(self.state.problem.demand_of(balance) + self._changes_mw(balance, np.maximum), 0.0)

    def least_demand_mw(self, balance: str) -> FloatArray:
        """Return the demand of a balance, (T,), MW, below 0 where options take away more than there is.

        Where the choice is open, it is the least that any may leave.
        """
        return self.state.problem.demand_of(balance) + self._changes_mw(balance, np.minimum)

    def _changes_mw(self, balance: str, end: Callable[[FloatArray, FloatArray], FloatArray]) -> FloatArray:
        return _demand_changes_mw(self.options, self.counts, balance, end) + np.zeros(len(self.state.problem.time))

    def dump_room_mw(self, balance: str) -> FloatArray:
        """Return how far contracts may exceed the demand of a balance, (T,), MW; where the choice is open, at most."""
        contracts = np.zeros(len(self.state.problem.time))
        largest: dict[str, dict[str, FloatArray]] = {}
        for piece in self.pieces:
            if piece.unit.balance != balance or not piece.unit.take_min_mw.any():
                continue
            if piece.option is None:
                contracts = contracts + piece.unit.take_min_mw
                continue
            of_candidate = largest.setdefault(piece.option.candidate, {})
            before = of_candidate.get(piece.option.id, np.zeros_like(contracts))
            of_candidate[piece.option.id] = before + piece.most * piece.unit.take_min_mw
        for by_option in largest.values():
            contracts = contracts + np.max(list(by_option.values()), axis=0)
        return np.maximum(contracts - np.maximum(self.least_demand_mw(balance), 0.0), 0.0)

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

    def exact_periods(self, *, waiting: bool = True) -> Periods:
        """Return equal hours put together: the optimum is that of the hours.

        Without `waiting` stores stand still in hours long before anyone asks for heat; the optimum is that of the hours
        where `heatnet.design.programme_stores.may_wait` says so.
        """
        return equal_hours(self.hourly_rows(), self.storing() if waiting else self.near_demand())

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
    passing: Mapping[tuple[str, ...], BoolArray] | None = None,
) -> System:
    """Return a state with its options open, or with those chosen that `counts` gives a number; `passing` as in `System`."""
    options = tuple(
        one for one in state.options if (state.buildable(one) if counts is None else counts.get(one.id, 0) > 0)
    )
    added = {unit.id for option in options for unit in option.units}
    standing = [unit for unit in state.problem.units if unit.id not in added]
    everything = standing + [_capped(state, unit) for option in options for unit in option.units]
    terms = RateTerms(target, _with_units(state, everything), _unfired_most_mw(state, options, counts), passing)
    pieces = [_piece(state, terms, unit, options, counts) for unit in standing if unit.available_mw.any()]
    stores = [StorePiece(store) for store in state.problem.stores]
    for option in options:
        count = None if counts is None else counts[option.id]
        pieces += [_piece(state, terms, _capped(state, unit), options, counts, option) for unit in option.units]
        stores += [StorePiece(store, option, count) for store in option.stores]
    return System(state, target, options, counts, tuple(pieces), tuple(stores), terms, passing)


def _demand_changes_mw(
    options: Iterable[Option],
    counts: Mapping[str, int] | None,
    balance: str,
    end: Callable[[FloatArray, FloatArray], FloatArray],
) -> FloatArray | float:
    """Return what options change of a balance's demand, (T,), MW, or 0.

    Without `counts` any choice is open, one option of each candidate; `end` is `numpy.minimum` or `numpy.maximum`: the
    end of what choices may change.
    """
    ends: dict[str, FloatArray] = {}
    total: FloatArray | float = 0.0
    for option in options:
        change = option.demand_change_mw.get(balance)
        if change is None:
            continue
        if counts is not None:
            total = total + counts[option.id] * change
        else:
            before = ends.get(option.candidate, np.zeros_like(change))
            ends[option.candidate] = end(before, option.count_max * change)
    return sum(ends.values(), total)


def _with_units(state: State, units: list[SupplyUnit]) -> DispatchProblem:
    unique = {}
    for number, unit in enumerate(units):  # options of one candidate may bring the same plant
        name = unit.id if unit.id not in unique else f"{unit.id} #{number}"
        unique[name] = replace(unit, id=name)
    return replace(state.problem, units=tuple(unique.values()), stores=())


def _capped(state: State, unit: SupplyUnit) -> SupplyUnit:
    """Return an option's unit with a limit that no schedule passes where it has none: what all ask and all stores take."""
    if np.isfinite(unit.available_mw).all():
        return unit
    most = sum((state.problem.demand_of(b) for b in state.problem.balances), np.zeros(len(state.problem.time)))
    most = most + sum(store.charge_mw for store in state.problem.stores)
    for option in state.options:
        for change in option.demand_change_mw.values():
            most = most + option.count_max * np.maximum(change, 0.0)
        most = most + option.count_max * sum(store.charge_mw for store in option.stores)
    return replace(unit, available_mw=np.minimum(unit.available_mw, np.maximum(_CAP_SHARE * most, unit.take_min_mw)))


def _piece(
    state: State,
    terms: RateTerms,
    unit: SupplyUnit,
    options: tuple[Option, ...],
    counts: Mapping[str, int] | None,
    option: Option | None = None,
) -> Piece:
    count = 1 if option is None else None if counts is None else counts[option.id]
    changes = {one: _least_change_mw(options, counts, one, option) for one in terms.joined(unit.balance)}
    return Piece(unit, unit_cost_cny_per_mwh(state.problem, unit), terms.of_unit(unit, changes), option, count)


def _least_change_mw(
    options: tuple[Option, ...], counts: Mapping[str, int] | None, balance: str, own: Option | None
) -> FloatArray | float:
    """Return what options change of a balance's demand at least where one of them is built, (T,), MW."""
    if counts is not None or own is None:
        return _demand_changes_mw(options, counts, balance, np.minimum)
    others = [one for one in options if one.candidate != own.candidate]
    change = own.demand_change_mw.get(balance, 0.0)
    return _demand_changes_mw(others, None, balance, np.minimum) + np.minimum(change, own.count_max * change)


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
