"""Dispatch: the year as one linear programme; which plant gives how much heat in which hour, and what heat is worth.

`run` is the door, `conflict` finds limits that contradict each other where there is no schedule (`limits`, `named_rows`,
`relaxation`, `conflict_words`), `costs` prices a delivered MWh and accounts for a schedule, `groups` splits balances that do not
touch, `programme` states the linear programme, `stores` its heat stores, `sites` its power sites, `tariff` turns tariff
periods into hourly prices.
"""

from heatnet.dispatch.costs import account_costs, marginal_cost_cny_per_mwh
from heatnet.dispatch.run import dispatch
from heatnet.dispatch.tariff import time_of_use_tariff

__all__ = ["account_costs", "dispatch", "marginal_cost_cny_per_mwh", "time_of_use_tariff"]
