"""The portfolio as a mixed-integer programme over periods of hours; equations in docs/theory_portfolio.md.

    minimise    sum_o (k_o n_o + kappa_o S_o) + sum_up c_up heat_up + p_unmet sum_bp unmet_bp
    subject to  the balances of heatnet.dispatch.programme and heatnet.dispatch.stores, summed over each period
                heat_up <= available_up n_o,  heat_up <= hours_p S_o,  least_o n_o <= S_o <= most_o n_o
                take_min_up n_o <= heat_up,   year_min_u n_o <= sum_p heat_up <= year_max_u n_o
                sum_{o of a candidate} [n_o > 0] <= 1,  [n_o > 0] <= sum_{o' of a needed candidate} [n_o' > 0]
                N - r D >= 0

with options o, their pieces n_o and sizes S_o; contracts: heatnet.design.programme_contracts, transfers between balances:
heatnet.design.programme_transfers. With the choice of options made (`System.counts`) it has no integers.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from heatnet.design.candidates import Option
from heatnet.design.matrix import IntArray, Matrix
from heatnet.design.periods import Periods
from heatnet.design.pieces import Piece, System
from heatnet.design.programme_contracts import (
    SizedContract,
    add_contract,
    add_dump_limits,
    add_dumped,
    is_sized_contract,
)
from heatnet.design.programme_stores import StoreColumns, add_stores
from heatnet.design.programme_transfers import add_transfers
from heatnet.design.solve import MONEY_UNIT_CNY, Answer
from heatnet.metrics.energy import network_of
from heatnet.model.hourly import FloatArray
from heatnet.model.substitution import UNMET_LIMIT_SHARE

#: weight of a missing MWh against a counted one where the rate is to be as large as possible
_UNMET_WEIGHT = 10.0


@dataclass(eq=False)
class Programme:
    """A stated programme, and where its columns and rows are.

    Parameters
    ----------
    system, periods, matrix
    heat : list of (periods, columns) by piece
    unmet, dumped : dict of balance to columns; dict of piece number to (periods, columns)
    chosen : dict of option id to columns
        0 or 1, one a piece that may be built; empty where the choice is made.
    size : dict of option id to column
    balance_rows : dict of balance to rows
    excess : int
        Column of what is missing in the zone beyond what a schedule that has a rate may leave, MWh.
    not_asked : dict of balance to (periods, columns)
        What open options take away of a demand beyond it.
    dump_rows : dict of balance to rows
    sized_contracts : list of SizedContract
        Where the choice is made.
    level_rows : list of rows
        Of the levels of each of the stores, where periods are hours.
    transfers : dict of transfer id to (columns there, columns back)
    passing : dict of joined balances to list of (periods, columns of the heat past the process, of the heat, of dumped heat)
    """

    system: System
    periods: Periods
    matrix: Matrix
    heat: list[tuple[IntArray, IntArray]] = field(default_factory=list)
    unmet: dict[str, IntArray] = field(default_factory=dict)
    dumped: dict[int, tuple[IntArray, IntArray]] = field(default_factory=dict)
    chosen: dict[str, IntArray] = field(default_factory=dict)
    size: dict[str, int] = field(default_factory=dict)
    balance_rows: dict[str, IntArray] = field(default_factory=dict)
    not_asked: dict[str, tuple[IntArray, IntArray]] = field(default_factory=dict)
    dump_rows: dict[str, IntArray] = field(default_factory=dict)
    sized_contracts: list[SizedContract] = field(default_factory=list)
    stores: list[StoreColumns] = field(default_factory=list)
    transfers: dict[str, tuple[IntArray, IntArray]] = field(default_factory=dict)
    level_rows: list[IntArray] = field(default_factory=list)
    passing: dict[tuple[str, ...], list[tuple[IntArray, IntArray, IntArray, IntArray | None]]] = field(
        default_factory=dict
    )
    numerator: int = 0
    denominator: int = 0
    n_row: int = 0
    d_row: int = 0
    target_row: int = 0
    excess: int = 0
    fixed_cny: float = 0.0

    def costs_of_rate(self, share: float, missing_weight: float = _UNMET_WEIGHT) -> FloatArray:
        """Return the objective under which the least value is the largest N - share D, unmet heat held off.

        With `missing_weight` 0 that is so among all schedules that have a rate: what they leave missing costs nothing.
        """
        costs = np.zeros(self.matrix.columns)
        costs[self.numerator], costs[self.denominator], costs[self.excess] = -1.0, share, _UNMET_WEIGHT
        for columns in self.unmet.values():
            costs[columns] = missing_weight
        return costs

    def counts_of(self, answer: Answer) -> dict[str, int]:
        """Return the pieces of each chosen option."""
        if self.system.counts is not None:
            return dict(self.system.counts)
        counts = {name: int(np.rint(answer.values[columns]).sum()) for name, columns in self.chosen.items()}
        return {name: count for name, count in counts.items() if count}

    def sizes_of(self, answer: Answer) -> dict[str, float]:
        """Return the size of each option that has one."""
        return {name: float(answer.values[column]) for name, column in self.size.items()}

    def cost_cny(self, objective: float) -> float:
        """Return what an objective means, CNY a year."""
        return objective * MONEY_UNIT_CNY + self.fixed_cny


def state_programme(system: System, periods: Periods) -> Programme:
    """State the programme of a system over periods."""
    programme = Programme(system, periods, Matrix(), fixed_cny=system.state.cny_per_a)
    _add_options(programme)
    _add_balances(programme)
    _add_rate(programme)
    for number, piece in enumerate(system.pieces):
        _add_piece(programme, number, piece)
    add_dump_limits(programme)
    add_transfers(programme)
    _add_process_first(programme)
    _add_shared_loads(programme)
    add_stores(programme)
    return programme


def _add_options(programme: Programme) -> None:
    """Add the pieces and sizes of every option, and what binds options to each other."""
    system, matrix = programme.system, programme.matrix
    for option in system.options:
        if system.counts is None:
            columns = matrix.add_columns(option.count_max, option.cny_per_a / MONEY_UNIT_CNY, 0.0, 1.0, integer=True)
            programme.chosen[option.id] = columns
            if option.count_max > 1:
                rows = matrix.add_rows(option.count_max - 1, low=0.0)
                matrix.add_entries(rows, columns[:-1], 1.0)
                matrix.add_entries(rows, columns[1:], -1.0)
        else:
            programme.fixed_cny += option.cny_per_a * system.counts[option.id]
        if option.size is not None:
            _add_size(programme, option)
    if system.counts is None:
        _add_choices(programme)


def _add_size(programme: Programme, option: Option) -> None:
    size, matrix = option.size, programme.matrix
    assert size is not None
    made = programme.system.counts is not None
    low = size.least if made else 0.0
    column = int(matrix.add_columns(1, size.cny_per_a / MONEY_UNIT_CNY, low, size.most)[0])
    programme.size[option.id] = column
    if not made:
        for bound, low, high in ((size.most, -np.inf, 0.0), (size.least, 0.0, np.inf)):
            row = matrix.add_rows(1, low, high)
            matrix.add_entries(row, column, 1.0)
            matrix.add_entries(row, programme.chosen[option.id][0], -bound)


def _add_choices(programme: Programme) -> None:
    system, matrix = programme.system, programme.matrix
    first = {option.id: int(programme.chosen[option.id][0]) for option in system.options}
    table: dict[str, list[int]] = {}
    for option in system.options:
        table.setdefault(option.candidate, []).append(first[option.id])
    for columns in table.values():
        if len(columns) > 1:
            matrix.add_entries(matrix.add_rows(1, high=1.0), np.array(columns), 1.0)
    in_state = {name.split("/")[0] for name in system.state.chosen}
    for option in system.options:
        for needed in option.needs:
            if needed not in in_state:
                row = matrix.add_rows(1, high=0.0)
                matrix.add_entries(row, first[option.id], 1.0)
                matrix.add_entries(row, np.array(table[needed]), -1.0)


def _add_balances(programme: Programme) -> None:
    """Add every balance's rows with demand and unmet heat, and what options change of the demand."""
    system, matrix, periods = programme.system, programme.matrix, programme.periods
    problem = system.state.problem
    for balance in problem.balances:
        is_open = system.counts is None
        demand = problem.demand_of(balance) if is_open else system.most_demand_mw(balance)
        wanted = periods.sums(np.maximum(demand, 0.0))
        rows = matrix.add_rows(periods.count, wanted, wanted)
        programme.balance_rows[balance] = rows
        price = problem.prices.unmet_cny_per_mwh / MONEY_UNIT_CNY
        programme.unmet[balance] = matrix.add_columns(periods.count, price)
        matrix.add_entries(rows, programme.unmet[balance], 1.0)
        if is_open:
            _add_changes(programme, balance, rows)


def _add_changes(programme: Programme, balance: str, rows: IntArray) -> None:
    """Add what options change of a demand; what they take away beyond it is no demand below 0."""
    system, matrix, periods = programme.system, programme.matrix, programme.periods
    for option in system.options:
        change = option.demand_change_mw.get(balance)
        if change is not None:
            columns = programme.chosen[option.id]
            matrix.add_entries(rows[:, None], columns[None, :], -periods.sums(change)[:, None])
    beyond = periods.sums(np.maximum(-system.least_demand_mw(balance), 0.0))
    own = np.flatnonzero(beyond > 0)
    if len(own):
        columns = matrix.add_columns(len(own), 0.0, 0.0, beyond[own])
        programme.not_asked[balance] = (own, columns)
        matrix.add_entries(rows[own], columns, -1.0)


def _add_rate(programme: Programme) -> None:
    """Add N, D and the row of the target; the units add their terms."""
    system, matrix = programme.system, programme.matrix
    programme.numerator, programme.denominator = (int(c) for c in matrix.add_columns(2, low=-np.inf))
    counted, whole = system.terms.constants
    if system.counts is not None:
        for balance in system.state.problem.balances:
            change = system.most_demand_mw(balance) - system.state.problem.demand_of(balance)
            whole += float(system.terms.demand_share(balance) @ change)
            counted += _less_mwh(system, balance, change)
    programme.n_row = int(matrix.add_rows(1, counted, counted)[0])
    programme.d_row = int(matrix.add_rows(1, whole, whole)[0])
    matrix.add_entries(programme.n_row, programme.numerator, 1.0)
    matrix.add_entries(programme.d_row, programme.denominator, 1.0)
    if system.counts is None:
        for option in system.options:
            for balance, change in option.demand_change_mw.items():
                more = float(system.terms.demand_share(balance) @ change)
                matrix.add_entries(programme.d_row, programme.chosen[option.id], -more)
                less = _less_mwh(system, balance, change)
                matrix.add_entries(programme.n_row, programme.chosen[option.id], -less)
    for balance, (own, columns) in programme.not_asked.items():
        share = programme.periods.least(system.terms.demand_share(balance))[own]
        matrix.add_entries(programme.d_row, columns, -share)
    for balance, columns in programme.unmet.items():
        matrix.add_entries(programme.d_row, columns, -programme.periods.largest(system.terms.heat_share(balance)))
    edge = {"high": 0.0} if system.target.at_most else {"low": 0.0}
    programme.target_row = int(matrix.add_rows(1, **edge)[0])
    matrix.add_entries(programme.target_row, programme.numerator, 1.0)
    matrix.add_entries(programme.target_row, programme.denominator, -system.target.share)
    _add_excess(programme)


def _add_excess(programme: Programme) -> None:
    """Add what is missing in the zone beyond what a schedule that has a rate may leave; open choices may raise the demand."""
    system, matrix = programme.system, programme.matrix
    programme.excess = int(matrix.add_columns(1)[0])
    zone = [balance for balance in system.state.problem.balances if network_of(balance) in system.target.networks]
    demand = sum(float(system.most_demand_mw(balance).sum()) for balance in zone)
    row = matrix.add_rows(1, high=UNMET_LIMIT_SHARE * demand)
    matrix.add_entries(row, programme.excess, -1.0)
    for balance in zone:
        matrix.add_entries(row, programme.unmet[balance], 1.0)


def _less_mwh(system: System, balance: str, change: FloatArray) -> float:
    """Return what the demand that an option takes away counts for, MWh."""
    return float(system.terms.less_share(balance) @ np.maximum(-change, 0.0))


def _gate(programme: Programme, piece: Piece) -> IntArray | None:
    """Return the columns that open a piece; None where it stands or the choice is made."""
    if piece.option is None or piece.count is not None:
        return None
    return programme.chosen[piece.option.id]


def _add_piece(programme: Programme, number: int, piece: Piece) -> None:
    matrix, periods, unit = programme.matrix, programme.periods, piece.unit
    gate = _gate(programme, piece)
    count = piece.most
    available = periods.sums(unit.available_mw)
    own = np.flatnonzero(available > 0)
    cost = periods.least(piece.cost_cny_per_mwh)[own] / MONEY_UNIT_CNY
    is_bound = gate is None and not is_sized_contract(piece)
    low = count * periods.sums(unit.take_min_mw)[own] if is_bound else 0.0
    heat = matrix.add_columns(len(own), cost, low, count * available[own])
    programme.heat.append((own, heat))
    matrix.add_entries(programme.balance_rows[unit.balance][own], heat, 1.0)
    if unit.draws_from is not None:
        matrix.add_entries(programme.balance_rows[unit.draws_from][own], heat, -unit.draw_per_heat)
    if gate is not None:
        rows = matrix.add_rows(len(own), high=0.0)
        matrix.add_entries(rows, heat, 1.0)
        matrix.add_entries(rows[:, None], gate[None, :], -available[own][:, None])
    add_contract(programme, piece, own, heat, gate)
    _add_year(programme, piece, heat, gate, count)
    _add_within_size(programme, piece, own, heat, available)
    dumped = add_dumped(programme, number, piece, own, gate)
    _add_terms(programme, piece, own, heat, dumped)


def _add_year(programme: Programme, piece: Piece, heat: IntArray, gate: IntArray | None, count: int) -> None:
    matrix, unit = programme.matrix, piece.unit
    for limit, is_most in ((unit.year_max_mwh, True), (unit.year_min_mwh, False)):
        if limit is None or (is_most and unit.available_mw.sum() <= limit) or (not is_most and limit <= 0):
            continue
        edge = 0.0 if gate is not None else count * limit
        row = matrix.add_rows(1, high=edge) if is_most else matrix.add_rows(1, low=edge)
        matrix.add_entries(row, heat, 1.0)
        if gate is not None:
            matrix.add_entries(row, gate, -limit)


def _add_within_size(programme: Programme, piece: Piece, own: IntArray, heat: IntArray, available: FloatArray) -> None:
    option = piece.option
    if option is None or option.size is None or option.size.of != piece.unit.id:
        return
    hours = programme.periods.hours[own]
    binding = np.flatnonzero(available[own] > hours * option.size.least)
    rows = programme.matrix.add_rows(len(binding), high=0.0)
    programme.matrix.add_entries(rows, heat[binding], 1.0)
    programme.matrix.add_entries(rows, programme.size[option.id], -hours[binding])


def _add_terms(programme: Programme, piece: Piece, own: IntArray, heat: IntArray, dumped: IntArray | None) -> None:
    """Add what a piece's heat adds to N and D, less what is dumped of it."""
    matrix, periods, terms = programme.matrix, programme.periods, piece.terms
    for row, values in ((programme.n_row, terms.counted), (programme.d_row, terms.whole)):
        per_heat = periods.largest(values)[own]
        matrix.add_entries(row, heat, -per_heat)
        if dumped is not None:
            matrix.add_entries(row, dumped, per_heat)
    if terms.through is None:
        return
    most = periods.sums(terms.through.most_mw)[own]
    through = matrix.add_columns(len(own), 0.0, 0.0, piece.most * most)
    matrix.add_entries(programme.n_row, through, -periods.largest(terms.through.counted)[own])
    rows = matrix.add_rows(len(own), high=0.0)
    share = periods.largest(terms.through.share)[own]
    matrix.add_entries(rows, through, 1.0)
    matrix.add_entries(rows, heat, -share)
    if dumped is not None:
        matrix.add_entries(rows, dumped, share)
    joined = programme.system.terms.joined(piece.unit.balance)
    programme.passing.setdefault(joined, []).append((own, through, heat, dumped))


def _add_process_first(programme: Programme) -> None:
    """Bind what passes the process users: by what the stations draw, and to at least what exceeds the process."""
    system, matrix, periods = programme.system, programme.matrix, programme.periods
    hours = len(system.state.problem.time)
    for joined, passing in programme.passing.items():
        stations = [
            (own, heat, piece.unit)
            for piece, (own, heat) in zip(system.pieces, programme.heat, strict=True)
            if piece.unit.draws_from in joined
        ]
        if set(joined) <= {unit.draws_from for _own, _heat, unit in stations}:
            rows = matrix.add_rows(periods.count, high=0.0)
            for own, through, _heat, _dumped in passing:
                matrix.add_entries(rows[own], through, 1.0)
            for own, heat, unit in stations:
                matrix.add_entries(rows[own], heat, -unit.draw_per_heat)
        least = -periods.sums(system.process_mw(joined))
        most = np.full(periods.count, np.inf)
        if system.passing is not None:
            passes = periods.largest(system.passing[joined].astype(float)) > 0
            most[passes] = least[passes]
        rows = matrix.add_rows(periods.count, least, most)
        for own, through, heat, dumped in passing:
            matrix.add_entries(rows[own], through, 1.0)
            matrix.add_entries(rows[own], heat, -1.0)
            if dumped is not None:
                matrix.add_entries(rows[own], dumped, 1.0)
        for option in system.options if system.counts is None else ():
            for balance in joined:
                more = periods.sums(np.maximum(option.demand_change_mw.get(balance, np.zeros(hours)), 0.0))
                matrix.add_entries(rows[:, None], programme.chosen[option.id][None, :], more[:, None])


def _add_shared_loads(programme: Programme) -> None:
    """Keep units that heat the same consumers within what these take."""
    matrix, periods = programme.matrix, programme.periods
    for shared in programme.system.state.shared:
        rows = matrix.add_rows(periods.count, high=periods.sums(shared.room_mw))
        for piece, (own, heat) in zip(programme.system.pieces, programme.heat, strict=True):
            if piece.unit.id in shared.units:
                matrix.add_entries(rows[own], heat, 1.0)
