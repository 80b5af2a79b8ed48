"""Balances that no unit connects do not influence each other: split them, solve them one by one."""

from __future__ import annotations

from dataclasses import dataclass

from heatnet.model.commitment import Transfer
from heatnet.model.heat_limit import HeatLimit
from heatnet.model.heat_store import HeatStore
from heatnet.model.power_site import PowerSite
from heatnet.model.supply import DispatchProblem, SupplyUnit


@dataclass(frozen=True)
class Group:
    """Balances connected by units that draw from one to feed another, a power site or a transfer, and what is on them."""

    balances: tuple[str, ...]
    units: tuple[SupplyUnit, ...]
    stores: tuple[HeatStore, ...] = ()
    sites: tuple[PowerSite, ...] = ()
    transfers: tuple[Transfer, ...] = ()
    limits: tuple[HeatLimit, ...] = ()
    #: whether whole numbers keep transfers from passing heat both ways in one hour (`heatnet.dispatch.transfers`)
    one_way: bool = False

    @property
    def is_mixed_integer(self) -> bool:
        """Whether some unit is on or off."""
        return any(unit.commitment is not None for unit in self.units)


def independent_groups(problem: DispatchProblem) -> list[Group]:
    """Return the connected components of the graph whose nodes are balances, with edges by drawing units, sites and transfers.

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
    fed = {unit.id: unit.balance for unit in problem.units}
    for site in problem.sites:
        for name in site.units[1:]:
            head[find(fed[name])] = find(fed[site.units[0]])
    for transfer in problem.transfers:
        head[find(transfer.from_balance)] = find(transfer.to_balance)
    groups: dict[str, list[str]] = {}
    for balance in problem.balances:
        groups.setdefault(find(balance), []).append(balance)
    return [
        Group(
            tuple(balances),
            tuple(unit for unit in problem.units if find(unit.balance) == root),
            tuple(store for store in problem.stores if find(store.balance) == root),
            tuple(site for site in problem.sites if find(fed[site.units[0]]) == root),
            tuple(transfer for transfer in problem.transfers if find(transfer.from_balance) == root),
            tuple(limit for limit in problem.limits if find(fed[next(iter(limit.weight))]) == root),
        )
        for root, balances in groups.items()
    ]
