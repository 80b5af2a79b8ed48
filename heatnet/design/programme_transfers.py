"""Transfers between balances, as in `heatnet.dispatch.transfers`, summed over each period.

-g + (1 - loss) b  at the beginning,   (1 - loss) g - b  at the end,   0 <= g <= h_p capacity,  0 <= b <= h_p capacity_back
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from heatnet.design.solve import MONEY_UNIT_CNY

if TYPE_CHECKING:
    from heatnet.design.programme import Programme


def add_transfers(programme: Programme) -> None:
    """Add every transfer of the system to the balances that it joins."""
    matrix, periods = programme.matrix, programme.periods
    for one in programme.system.state.problem.transfers:
        cost = one.cost_cny_per_mwh / MONEY_UNIT_CNY
        there = matrix.add_columns(periods.count, cost, 0.0, periods.hours * one.capacity_mw)
        back = matrix.add_columns(periods.count, cost, 0.0, periods.hours * one.capacity_back_mw)
        for columns, begin, end in (
            (there, one.from_balance, one.to_balance),
            (back, one.to_balance, one.from_balance),
        ):
            matrix.add_entries(programme.balance_rows[begin], columns, -1.0)
            matrix.add_entries(programme.balance_rows[end], columns, 1.0 - one.loss_share)
        programme.transfers[one.id] = there, back
