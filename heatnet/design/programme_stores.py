"""Heat stores over periods. An hour has the equations of `heatnet.dispatch.stores`; a block of n hours has their consequences:

    k^n L + k^(n-1) C - D  <=  L'  <=  k^n L + C - k^(n-1) D

with the share k kept in an hour, level L before and L' behind the block, charge C and discharge D in it: what is charged in its last
hour keeps whole, what is discharged in its first hour is missing all the while. For n = 1 both say the equation of the hour.
Stores work in the periods of the chain; between these they lose heat. What charges a store are the units that it names, together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from heatnet.design.matrix import IntArray

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
        _chain(programme, columns)
    _charge_from_units(programme)


def _columns(programme: Programme, piece: StorePiece) -> StoreColumns:
    matrix, periods, store = programme.matrix, programme.periods, piece.store
    chain = periods.chain
    count = piece.count if piece.count is not None else (piece.option.count_max if piece.option else 1)
    hours = periods.hours[chain]
    level = matrix.add_columns(len(chain), 0.0, 0.0, count * store.energy_mwh)
    charge = matrix.add_columns(len(chain), 0.0, 0.0, count * hours * store.charge_mw)
    discharge = matrix.add_columns(len(chain), 0.0, 0.0, count * hours * store.discharge_mw)
    rows = programme.balance_rows[store.balance][chain]
    matrix.add_entries(rows, discharge, 1.0)
    matrix.add_entries(rows, charge, -1.0)
    return StoreColumns(piece, level, charge, discharge)


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
        (columns.level, np.full(len(hours), store.energy_mwh)),
        (columns.charge, hours * store.charge_mw),
        (columns.discharge, hours * store.discharge_mw),
    ):
        rows = matrix.add_rows(len(own), high=0.0)
        matrix.add_entries(rows, own, 1.0)
        matrix.add_entries(rows[:, None], gate[None, :], -scale * most[:, None])


def _chain(programme: Programme, columns: StoreColumns) -> None:
    """Bind each level to the next one; the last to the first."""
    matrix, periods = programme.matrix, programme.periods
    if not len(periods.chain):
        return
    kept = 1.0 - columns.piece.store.loss_share_per_h
    hours = periods.hours[periods.chain]
    over, behind = kept**hours, kept ** periods.gaps()
    late = kept ** (hours - 1.0)
    following = np.roll(columns.level, -1)
    whole = np.ones_like(late)
    for most, charged, drawn in ((True, whole, late), (False, late, whole)):
        if most and (hours == 1.0).all():
            rows = matrix.add_rows(len(hours), 0.0, 0.0)
        elif (hours == 1.0).all():
            continue
        else:
            rows = matrix.add_rows(len(hours), high=0.0) if most else matrix.add_rows(len(hours), low=0.0)
        matrix.add_entries(rows, following, 1.0)
        matrix.add_entries(rows, columns.level, -behind * over)
        matrix.add_entries(rows, columns.charge, -behind * charged)
        matrix.add_entries(rows, columns.discharge, behind * drawn)


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
