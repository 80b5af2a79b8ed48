"""Heat stores over periods.

Single hours have the equations of `heatnet.dispatch.stores`; a block of n hours has their consequences:

    k^n L + k^(n-1) C - D  <=  L'  <=  L + C - k^(n-1) D

with the share k kept in an hour, level L before and L' behind the block, charge C and discharge D in it. Alike days
have their blocks
in common, the levels of all of them added up; the level between one day and the next is each day's own, so that heat
is carried on between neighbours alone.

Stores work in the periods of the chain; between these they lose heat. What charges a store are the units that it names, together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from heatnet.design.matrix import IntArray
from heatnet.model.hourly import FloatArray

if TYPE_CHECKING:
    from heatnet.design.pieces import StorePiece
    from heatnet.design.programme import Programme


@dataclass(frozen=True, eq=False)
class StoreColumns:
    """Columns of a store over the chain."""

    piece: StorePiece
    level: IntArray
    charge: IntArray
    discharge: IntArray


def add_stores(programme: Programme) -> None:
    """Add every store of the system to the programme."""
    for piece in programme.system.stores:
        columns = _columns(programme, piece)
        programme.stores.append(columns)
        _limit(programme, columns)
        if programme.periods.days:
            _days(programme, columns)
        else:
            _chain(programme, columns)
    _charge_from_units(programme)


def _columns(programme: Programme, piece: StorePiece) -> StoreColumns:
    matrix, periods, store = programme.matrix, programme.periods, piece.store
    chain = periods.chain
    count = piece.count if piece.count is not None else (piece.option.count_max if piece.option else 1)
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


def _chain(programme: Programme, columns: StoreColumns) -> None:
    """Bind each level to the next one, the last to the first."""
    matrix, periods = programme.matrix, programme.periods
    if not len(periods.chain):
        return
    kept = 1.0 - columns.piece.store.loss_share_per_h
    behind = kept ** periods.gaps()
    rows = matrix.add_rows(len(periods.chain), 0.0, 0.0)
    matrix.add_entries(rows, np.roll(columns.level, -1), 1.0)
    matrix.add_entries(rows, columns.level, -behind * kept)
    matrix.add_entries(rows, columns.charge, -behind)
    matrix.add_entries(rows, columns.discharge, behind)


def _days(programme: Programme, columns: StoreColumns) -> None:
    """Bind each level of a kind of day to the next one, and the first and last of them to the levels between the days."""
    matrix, periods = programme.matrix, programme.periods
    store, option = columns.piece.store, columns.piece.option
    kept = 1.0 - store.loss_share_per_h
    most = store.energy_mwh * (option.count_max if option else 1)
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
    """Charge no store with more than the units give that it names; stores of the same units share it."""
    matrix, periods = programme.matrix, programme.periods
    groups: dict[frozenset[str], list[StoreColumns]] = {}
    for columns in programme.stores:
        groups.setdefault(frozenset(columns.piece.store.charged_by), []).append(columns)
    for names, stores in groups.items():
        rows = matrix.add_rows(len(periods.chain), high=0.0)
        position = np.full(periods.count, -1)
        position[periods.chain] = np.arange(len(periods.chain))
        for store in stores:
            matrix.add_entries(rows, store.charge, 1.0)
        for piece, (own, heat) in zip(programme.system.pieces, programme.heat, strict=True):
            if piece.unit.id in names:
                inside = position[own] >= 0
                matrix.add_entries(rows[position[own][inside]], heat[inside], -1.0)
