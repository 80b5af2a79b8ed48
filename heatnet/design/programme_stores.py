"""Heat stores over periods.

Single hours have the equations of `heatnet.dispatch.stores`; a block of n hours has their consequences:

    k^n L + k^(n-1) C - D  <=  L'  <=  L + C - k^(n-1) D

with the share k kept in an hour, level L before and L' behind the block, charge C and discharge D in it. Alike days
have their blocks
in common, the levels of all of them added up; the level between one day and the next is each day's own, so that heat
is carried on between neighbours alone.

Stores work in the periods of the chain; between these they lose heat. Long before anyone asks for heat they stand still in
the programme of a choice, unless that might cost something (`may_wait`); the bound has all hours. What charges a store are the
units that it names.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from heatnet.design.matrix import IntArray
from heatnet.model.hourly import FloatArray

if TYPE_CHECKING:
    from heatnet.design.pieces import StorePiece
    from heatnet.design.programme import Programme
    from heatnet.design.solve import Answer

#: what a MWh may save by the solver's tolerance alone, thousand CNY
_ROUNDING = 1e-6


@dataclass(frozen=True, eq=False)
class StoreColumns:
    """Columns of a store over the chain; those of what each unit gives it where that does not follow from their sum."""

    piece: StorePiece
    level: IntArray
    charge: IntArray
    discharge: IntArray
    inflow: dict[str, IntArray] = field(default_factory=dict)


def add_stores(programme: Programme) -> None:
    """Add every store of the system to the programme."""
    for piece in programme.system.stores:
        columns = _columns(programme, piece)
        programme.stores.append(columns)
        _limit(programme, columns)
        if programme.periods.days:
            _days(programme, columns)
        else:
            programme.level_rows.append(_chain(programme, columns))
    _charge_from_units(programme)


def _columns(programme: Programme, piece: StorePiece) -> StoreColumns:
    matrix, periods, store = programme.matrix, programme.periods, piece.store
    chain = periods.chain
    count = piece.most
    hours = periods.hours[chain]
    level = matrix.add_columns(len(chain), 0.0, 0.0, count * _times(programme) * store.energy_mwh)
    charge = matrix.add_columns(len(chain), 0.0, 0.0, count * hours * store.charge_mw)
    discharge = matrix.add_columns(len(chain), 0.0, 0.0, count * hours * store.discharge_mw)
    rows = programme.balance_rows[store.balance][chain]
    matrix.add_entries(rows, discharge, 1.0)
    matrix.add_entries(rows, charge, -1.0)
    return StoreColumns(piece, level, charge, discharge)


def _times(programme: Programme) -> FloatArray:
    """Return how many levels each period of the chain adds up: those of alike days, or one."""
    periods = programme.periods
    if not periods.days:
        return np.ones(len(periods.chain))
    days = np.bincount(periods.kinds)
    return np.concatenate([np.full(len(own), float(days[kind])) for kind, own in enumerate(periods.days)])


def _limit(programme: Programme, columns: StoreColumns) -> None:
    """Keep level and powers within what is built, where the programme chooses that."""
    piece, matrix = columns.piece, programme.matrix
    option, store = piece.option, piece.store
    if option is None:
        return
    hours = programme.periods.hours[programme.periods.chain]
    if option.size is not None and option.size.of == store.id:
        gate = np.array([programme.size[option.id]])
        scale = 1.0 / store.energy_mwh
    elif piece.count is None:
        gate, scale = programme.chosen[option.id], 1.0
    else:
        return
    for own, most in (
        (columns.level, _times(programme) * store.energy_mwh),
        (columns.charge, hours * store.charge_mw),
        (columns.discharge, hours * store.discharge_mw),
    ):
        rows = matrix.add_rows(len(own), high=0.0)
        matrix.add_entries(rows, own, 1.0)
        matrix.add_entries(rows[:, None], gate[None, :], -scale * most[:, None])


def _chain(programme: Programme, columns: StoreColumns) -> IntArray:
    """Bind each level to the next one, the last to the first, and return the rows."""
    matrix, periods = programme.matrix, programme.periods
    kept = 1.0 - columns.piece.store.loss_share_per_h
    behind = kept ** periods.gaps()
    rows = matrix.add_rows(len(periods.chain), 0.0, 0.0)
    matrix.add_entries(rows, np.roll(columns.level, -1), 1.0)
    matrix.add_entries(rows, columns.level, -behind * kept)
    matrix.add_entries(rows, columns.charge, -behind)
    matrix.add_entries(rows, columns.discharge, behind)
    return rows


def may_wait(programme: Programme, answer: Answer) -> bool:
    """Return whether heat of hours in which the programme's stores stand still might lower its optimum.

    Parameters
    ----------
    programme : Programme
        Over equal hours, its choice made.
    answer : Answer
        Its optimum.

    Notes
    -----
    With level values v (duals), the share k kept in an hour, and w hours until stores work again, a charge in such an
    hour saves k^w v. In these hours nobody asks for heat and nothing has to be got rid of, so that a MWh of a unit costs
    m = its reduced cost + the price of its balance. Where k^w v <= m for every unit, hour and store the programme's duals, with
    those of the hours left out added, are feasible: the optimum is that of all hours.
    """
    system, periods = programme.system, programme.periods
    left_out = system.storing()
    left_out[np.isin(periods.of_hour, periods.chain)] = False
    hours = np.flatnonzero(left_out)
    if not len(hours):
        return False
    if not answer.found or not len(answer.duals) or not len(periods.chain):
        return True
    starts = periods.first[periods.chain]
    following = np.searchsorted(starts, hours) % len(starts)
    wait_h = (starts[following] - hours - 1) % len(periods.of_hour)
    for own, rows in zip(programme.stores, programme.level_rows, strict=True):
        store = own.piece.store
        saved = -answer.duals[np.roll(rows, 1)][following] * (1.0 - store.loss_share_per_h) ** wait_h
        price = answer.duals[programme.balance_rows[store.balance]]
        for piece, (periods_of, heat) in zip(system.pieces, programme.heat, strict=True):
            if piece.unit.id in store.charged_by and piece.unit.balance == store.balance:
                cost = np.full(periods.count, np.inf)
                cost[periods_of] = answer.reduced[heat] + price[periods_of]
                if (saved - cost[periods.of_hour[hours]]).max() > _ROUNDING:
                    return True
    return False


def _days(programme: Programme, columns: StoreColumns) -> None:
    """Bind each level of a kind of day to the next one, and the first and last of them to the levels between the days."""
    matrix, periods = programme.matrix, programme.periods
    store = columns.piece.store
    kept = 1.0 - store.loss_share_per_h
    most = store.energy_mwh * columns.piece.most
    between = matrix.add_columns(len(periods.kinds), 0.0, 0.0, most)
    start = 0
    for kind, own in enumerate(periods.days):
        inside = slice(start, start + len(own))
        start += len(own)
        days = np.flatnonzero(periods.kinds == kind)
        end = matrix.add_columns(1, 0.0, 0.0, len(days) * most)
        level, charge, discharge = columns.level[inside], columns.charge[inside], columns.discharge[inside]
        begin = matrix.add_rows(1, 0.0, 0.0)
        matrix.add_entries(begin, level[0], 1.0)
        matrix.add_entries(begin, between[days], -1.0)
        carried = matrix.add_rows(1, low=0.0)
        matrix.add_entries(carried, end, 1.0)
        matrix.add_entries(carried, between[(days + 1) % len(between)], -1.0)
        hours = periods.hours[own] / len(days)
        late = kept ** (hours - 1.0)
        for rows, before, charged, drawn in (
            (matrix.add_rows(len(own), high=0.0), np.ones_like(late), np.ones_like(late), late),
            (matrix.add_rows(len(own), low=0.0), kept**hours, late, np.ones_like(late)),
        ):
            matrix.add_entries(rows, np.append(level[1:], end), 1.0)
            matrix.add_entries(rows, level, -before)
            matrix.add_entries(rows, charge, -charged)
            matrix.add_entries(rows, discharge, drawn)


def _charge_from_units(programme: Programme) -> None:
    """Charge no store with more than the units give that it names.

    Stores of the same units share their heat, one row for all. Only where stores have some units in common and others not each
    pair of store and unit has a column, as in `heatnet.dispatch.stores`.
    """
    for stores in _sharing(programme.stores):
        if len({frozenset(own.piece.store.charged_by) for own in stores}) == 1:
            rows = programme.matrix.add_rows(len(programme.periods.chain), high=0.0)
            for own in stores:
                programme.matrix.add_entries(rows, own.charge, 1.0)
            for unit in dict.fromkeys(stores[0].piece.store.charged_by):
                _add_heat_of(programme, unit, stores[0].piece.store.balance, rows)
        else:
            _charge_by_pairs(programme, stores)


def _sharing(stores: list[StoreColumns]) -> list[list[StoreColumns]]:
    """Return the stores in groups that have no unit in common."""
    groups: list[tuple[set[tuple[str, str]], list[StoreColumns]]] = []
    for own in stores:
        store = own.piece.store
        units, members = {(unit, store.balance) for unit in store.charged_by}, [own]
        apart = []
        for group in groups:
            if group[0] & units:
                units, members = units | group[0], group[1] + members
            else:
                apart.append(group)
        groups = [*apart, (units, members)]
    return [members for _units, members in groups]


def _charge_by_pairs(programme: Programme, stores: list[StoreColumns]) -> None:
    """Charge each store with the sum of what each of its units gives it, and let no unit give more than its heat."""
    matrix, hours = programme.matrix, len(programme.periods.chain)
    split: dict[str, IntArray] = {}
    for own in stores:
        rows = matrix.add_rows(hours, 0.0, 0.0)
        matrix.add_entries(rows, own.charge, 1.0)
        for unit in dict.fromkeys(own.piece.store.charged_by):
            own.inflow[unit] = matrix.add_columns(hours)
            matrix.add_entries(rows, own.inflow[unit], -1.0)
            if unit not in split:
                split[unit] = matrix.add_rows(hours, high=0.0)
                _add_heat_of(programme, unit, own.piece.store.balance, split[unit])
            matrix.add_entries(split[unit], own.inflow[unit], 1.0)


def _add_heat_of(programme: Programme, unit: str, balance: str, rows: IntArray) -> None:
    """Take the heat that a unit, of whichever option, gives a balance off rows of the chain."""
    periods = programme.periods
    position = np.full(periods.count, -1)
    position[periods.chain] = np.arange(len(periods.chain))
    for piece, (own, heat) in zip(programme.system.pieces, programme.heat, strict=True):
        if (piece.unit.id, piece.unit.balance) == (unit, balance):
            inside = position[own] >= 0
            programme.matrix.add_entries(rows[position[own][inside]], heat[inside], -1.0)
