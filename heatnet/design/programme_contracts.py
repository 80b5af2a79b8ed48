"""Contracts: heat that a plant has to give in every hour, and what of it is thrown away.

    take_min_ut n_o <= heat_ut,   min(take_min_ut, S_o) <= heat_ut of a unit whose option has a size
    sum_{u feeds b} dumped_ut <= max(sum_{u feeds b} take_min_ut n_o - demand_bt, 0)

The programme has both as sums over its periods. Where the choice is open, room to dump is the most that any choice has.
min(take_min, S) is concave in the size S: the programme has the straight line between two sizes, which is nowhere above it. With
the choice made the two are the least size and the largest contract, and the largest contract and the largest size (`run`): of a
contract of one figure both lines are exact. Of others a schedule that falls short is sought again at its own size.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise, product
from typing import TYPE_CHECKING

import numpy as np

from heatnet.design.candidates import problem_of
from heatnet.design.matrix import IntArray
from heatnet.model.hourly import FloatArray

if TYPE_CHECKING:
    from heatnet.design.candidates import Size
    from heatnet.design.pieces import Piece
    from heatnet.design.programme import Programme
    from heatnet.design.solve import Answer, Solver
    from heatnet.model.supply import DispatchProblem

#: what a schedule may miss of a contract by rounding, MWh
_ROUNDING_MWH = 1e-6


@dataclass(frozen=True, eq=False)
class SizedContract:
    """Rows of the least heat of a unit with a size.

    Parameters
    ----------
    piece : Piece
    own, rows, heat : ndarray of int
        Periods, rows and columns of the heat.
    """

    piece: Piece
    own: IntArray
    rows: IntArray
    heat: IntArray

    @property
    def size(self) -> Size:
        """Size of its option."""
        assert self.piece.option is not None
        assert self.piece.option.size is not None
        return self.piece.option.size

    @property
    def sides(self) -> list[tuple[float, float]]:
        """Ranges of the size below and above the largest contract, MW."""
        size, most = self.size, float(self.piece.unit.take_min_mw.max())
        edges = [size.least, *([most] if size.least < most < size.most else []), size.most]
        return list(pairwise(edges))


def is_sized_contract(piece: Piece) -> bool:
    """Return whether a piece has a contract and its option's size."""
    size = None if piece.option is None else piece.option.size
    return size is not None and size.of == piece.unit.id and bool(piece.unit.take_min_mw.any())


def _line(contract_mw: FloatArray, low: float, high: float) -> tuple[FloatArray, FloatArray]:
    """Return (at, slope) of the line at + slope S through min(contract, S) at two sizes, (T,), MW."""
    first, last = np.minimum(contract_mw, low), np.minimum(contract_mw, high)
    slope = (last - first) / (high - low) if high > low else np.zeros_like(first)
    return first - slope * low, slope


def add_contract(programme: Programme, piece: Piece, own: IntArray, heat: IntArray, gate: IntArray | None) -> None:
    """Add the least heat of a piece; that of one without size and gate is a bound of its columns."""
    matrix, periods = programme.matrix, programme.periods
    if is_sized_contract(piece):
        rows = matrix.add_rows(len(own), low=0.0)
        contract = SizedContract(piece, own, rows, heat)
        at, slope = _line(piece.unit.take_min_mw, contract.size.least, contract.size.most)
        assert piece.option is not None
        matrix.add_entries(rows, heat, 1.0)
        matrix.add_entries(rows, programme.size[piece.option.id], -periods.sums(slope)[own])
        if gate is None:
            programme.sized_contracts.append(contract)
        else:
            matrix.add_entries(rows[:, None], gate[None, :], -periods.sums(at)[own][:, None])
        return
    least = periods.sums(piece.unit.take_min_mw)[own]
    if gate is not None and least.any():
        rows = matrix.add_rows(len(own), low=0.0)
        matrix.add_entries(rows, heat, 1.0)
        matrix.add_entries(rows[:, None], gate[None, :], -least[:, None])


def add_dumped(
    programme: Programme, number: int, piece: Piece, own: IntArray, gate: IntArray | None
) -> IntArray | None:
    """Add what of a contract's heat is thrown away; None without a contract."""
    matrix, periods, unit = programme.matrix, programme.periods, piece.unit
    if not unit.take_min_mw.any():
        return None
    forced = periods.sums(unit.take_min_mw)[own]
    dumped = matrix.add_columns(len(own), 0.0, 0.0, piece.most * forced)
    programme.dumped[number] = (own, dumped)
    matrix.add_entries(programme.balance_rows[unit.balance][own], dumped, -1.0)
    if gate is not None:
        rows = matrix.add_rows(len(own), high=0.0)
        matrix.add_entries(rows, dumped, 1.0)
        matrix.add_entries(rows[:, None], gate[None, :], -forced[:, None])
    return dumped


def add_dump_limits(programme: Programme) -> None:
    """Let no balance throw away more than contracts exceed its demand."""
    pieces, matrix, periods = programme.system.pieces, programme.matrix, programme.periods
    for balance in {pieces[number].unit.balance: None for number in programme.dumped}:
        rows = matrix.add_rows(periods.count, high=periods.sums(programme.system.dump_room_mw(balance)))
        programme.dump_rows[balance] = rows
        for number, (own, columns) in programme.dumped.items():
            if pieces[number].unit.balance == balance:
                matrix.add_entries(rows[own], columns, 1.0)


def run(programme: Programme, solver: Solver) -> Answer:
    """Solve a programme whose choice is made, the contracts of its sized units kept as the dispatch keeps them.

    The bound of the answer holds for all sizes.
    """
    contracts = programme.sized_contracts
    if not contracts:
        return solver.run()
    answers: list[Answer] = []
    for sides in product(*(one.sides for one in contracts)):
        for contract, side in zip(contracts, sides, strict=True):
            _set(programme, solver, contract, *side)
        answers += _solved(programme, solver)
    found = [one for one in answers if one.found]
    bound = min(one.bound for one in answers)
    if not found:
        return replace(answers[0], bound=bound, infeasible=all(one.infeasible for one in answers))
    return replace(min(found, key=lambda one: one.objective), bound=bound)


def _set(programme: Programme, solver: Solver, contract: SizedContract, low: float, high: float) -> None:
    """Keep a size within a range, and state its unit's least heat there."""
    option = contract.piece.option
    assert option is not None
    column = programme.size[option.id]
    at, slope = (
        programme.periods.sums(part)[contract.own] for part in _line(contract.piece.unit.take_min_mw, low, high)
    )
    solver.set_bounds(column, low, high)
    for row, edge, rise in zip(contract.rows.tolist(), at.tolist(), slope.tolist(), strict=True):
        solver.set_entry(row, column, -rise)
        solver.set_row(row, edge, np.inf)


def _solved(programme: Programme, solver: Solver) -> Iterator[Answer]:
    """Yield the solution with the sizes in their ranges; where it breaks a contract, the one at its own sizes instead."""
    answer = solver.run()
    if not answer.found:
        yield answer
        return
    built = _built(programme, answer)
    if not _breaks(programme, answer, built):
        yield answer
        return
    sizes = programme.sizes_of(answer)
    for contract in programme.sized_contracts:
        assert contract.piece.option is not None
        size = sizes[contract.piece.option.id]
        _set(programme, solver, contract, size, size)
    _limit_dumps(programme, solver, built)
    at_own = solver.run()
    yield replace(at_own, bound=answer.bound, infeasible=False)
    _limit_dumps(programme, solver, None)


def _built(programme: Programme, answer: Answer) -> DispatchProblem:
    sizes = programme.sizes_of(answer)
    choice = {name: (count, sizes.get(name, 0.0)) for name, count in programme.counts_of(answer).items()}
    return problem_of(programme.system.state, choice)


def _room_mw(built: DispatchProblem, balance: str) -> FloatArray:
    contracts = sum((unit.take_min_mw for unit in built.units if unit.balance == balance), np.zeros(len(built.time)))
    return np.maximum(contracts - built.demand_of(balance), 0.0)


def _breaks(programme: Programme, answer: Answer, built: DispatchProblem) -> bool:
    """Return whether a sized unit gives less than its contract, or more is thrown away than contracts force."""
    periods = programme.periods
    least = {unit.id: unit.take_min_mw for unit in built.units}
    for contract in programme.sized_contracts:
        short = periods.sums(least[contract.piece.unit.id])[contract.own] - answer.values[contract.heat]
        if short.max(initial=0.0) > _ROUNDING_MWH:
            return True
    for balance in programme.dump_rows:
        dumped = np.zeros(periods.count)
        for number, (own, columns) in programme.dumped.items():
            if programme.system.pieces[number].unit.balance == balance:
                dumped[own] += answer.values[columns]
        if (dumped - periods.sums(_room_mw(built, balance))).max(initial=0.0) > _ROUNDING_MWH:
            return True
    return False


def _limit_dumps(programme: Programme, solver: Solver, built: DispatchProblem | None) -> None:
    """Limit what is thrown away to what is built; None: as stated."""
    for balance, rows in programme.dump_rows.items():
        room = programme.system.dump_room_mw(balance) if built is None else _room_mw(built, balance)
        for row, high in zip(rows.tolist(), programme.periods.sums(room).tolist(), strict=True):
            solver.set_row(row, -np.inf, high)
