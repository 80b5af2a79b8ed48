"""Balances that no unit connects do not influence each other: split them, solve them one by one."""

from __future__ import annotations

from dataclasses import dataclass

from heatnet.model.heat_store import HeatStore
from heatnet.model.supply import DispatchProblem, SupplyUnit


@dataclass(frozen=True)
class Group:
    """Balances connected by units that draw from one to feed another, with all units that feed them and their stores."""

    balances: tuple[str, ...]
    units: tuple[SupplyUnit, ...]
    stores: tuple[HeatStore, ...] = ()


def independent_groups(problem: DispatchProblem) -> list[Group]:
    """Return the connected components of the graph whose nodes are balances and whose edges are drawing units.

    The order follows the problem's balances and units, so that the same problem always gives the same programmes.
    """
    head: dict[str, str] = {balance: balance for balance in problem.balances}

    def find(balance: str) -> str:
        while head[balance] != balance:
            balance = head[balance]
        return balance

    for unit in problem.units:
        if unit.draws_from is not None:
            head[find(unit.draws_from)] = find(unit.balance)
    groups: dict[str, list[str]] = {}
    for balance in problem.balances:
        groups.setdefault(find(balance), []).append(balance)
    return [
        Group(
            tuple(balances),
            tuple(unit for unit in problem.units if find(unit.balance) == root),
            tuple(store for store in problem.stores if find(store.balance) == root),
        )
        for root, balances in groups.items()
    ]
