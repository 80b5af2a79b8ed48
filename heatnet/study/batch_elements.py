"""Season statistics of every element: sums, largest and least values of what the pipes and power networks went through."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from heatnet.couple.season import asked_heat_mw, piped_hours, primary_heat_mw
from heatnet.model.supply import FloatArray
from heatnet.study.case_result import CARRIERS, CaseRun, SolvedCase
from heatnet.study.states import in_double_precision
from heatnet.units import SUFFIXES

if TYPE_CHECKING:
    import xarray as xr

#: columns of the table of elements
ELEMENT_COLUMNS = ("network", "carrier", "kind", "element", "statistic", "value")
#: heat that a station lacks below this is none, MW
_NOTHING_MW = 1e-6
#: units of which the least value tells as much as the largest
_LEAST_TELLS = ("_degc", "_bar", "_pu", "_k")


def element_statistics(solved: SolvedCase) -> pd.DataFrame:
    """Return the season statistics of every element of a case, a row each.

    Power (`…_mw`) has its sum over the hours (`…_mwh`) and its largest value, temperatures, pressures and voltages their least
    and largest, other quantities their largest magnitude. Water pipes: the hours of the season that ask for heat; steam and
    power: the year. Consumers also have what they lack (`lacking_mwh`, `lacking_max_mw`, `lacking_h`): heat that no plant gave
    and heat that the pipes did not bring; plants what the year's dispatch has of them (`dispatched_mwh`, …).

    Returns
    -------
    pandas.DataFrame
        Columns `ELEMENT_COLUMNS`; values without a number are left out.
    """
    rows = [row for row in _rows(solved) if np.isfinite(row[-1])]
    return pd.DataFrame(rows, columns=list(ELEMENT_COLUMNS))


_Row = tuple[str, str, str, str, str, float]


def _rows(solved: SolvedCase) -> Iterator[_Row]:
    for name in solved.run.years:
        for carrier in CARRIERS:
            states = solved.states_of(name, carrier)
            if states is not None:
                yield from _of_states(name, carrier, in_double_precision(states))
    if solved.run.result.is_optimal:
        yield from _lacking(solved)
        yield from _dispatched(solved)


def _of_states(network: str, carrier: str, states: xr.Dataset) -> Iterator[_Row]:
    for variable_name, variable in states.data_vars.items():
        if len(variable.dims) != 2 or variable.dims[0] != "time" or not len(variable):
            continue
        kind = str(variable.dims[1])
        quantity = str(variable_name).removeprefix(f"{kind}_")
        ids = variable[kind].to_numpy()
        for statistic, values in statistics(quantity, variable.to_numpy()):
            for element, value in zip(ids, values, strict=True):
                yield network, carrier, kind, str(element), statistic, float(value)


def statistics(quantity: str, values: FloatArray) -> Iterator[tuple[str, FloatArray]]:
    """Yield name and value by element of the statistics of a quantity.

    Parameters
    ----------
    quantity : str
        Name without the element's kind, such as ``heat_mw``.
    values : ndarray, shape (T, N)
        By hour and element; NaN in hours without a number, which count for nothing.
    """
    known = np.isfinite(values)
    some = known.any(axis=0)
    unit = max((suffix for suffix in SUFFIXES if f"_{quantity}".endswith(suffix)), key=len, default="")
    # a quantity may be its unit alone, such as the power of a pump: mw
    stem = quantity.removesuffix(unit) if quantity.endswith(unit) else ""
    joint = f"{stem}_" if stem else ""

    def over(reduce: np.ufunc, filler: float, array: FloatArray) -> FloatArray:
        return np.where(some, reduce.reduce(np.where(known, array, filler), axis=0), np.nan)

    if unit == "_mw":
        yield f"{joint}mwh", over(np.add, 0.0, values)
        yield f"{joint}max_mw", over(np.maximum, -np.inf, values)
    elif unit in _LEAST_TELLS:
        yield f"{joint}min{unit}", over(np.minimum, np.inf, values)
        yield f"{joint}max{unit}", over(np.maximum, -np.inf, values)
    else:
        yield f"{joint}max{unit}", over(np.maximum, 0.0, np.abs(values))


def _lacking(solved: SolvedCase) -> Iterator[_Row]:
    """Yield what each consumer lacks of the heat that it asks for."""
    run = solved.run
    for balance in run.problem.balances:
        name, carrier = balance.split("/")
        year = run.years[name]
        if carrier == "water":
            lacking = _lacking_water_mw(solved, name)
        else:
            asked = year.process_mw if carrier == "steam" else year.process_mw.add(year.space_mw, fill_value=0.0)
            lacking = asked.mul(_unmet_share(run, balance), axis=0)
        if name in solved.steam and carrier == "steam":
            short = in_double_precision(solved.steam[name].states)["consumer_shortfall_mw"].to_pandas()
            lacking = lacking.add(short.reindex(columns=lacking.columns).fillna(0.0).set_axis(lacking.index))
        values = lacking.to_numpy()
        hours = (values > _NOTHING_MW).sum(axis=0)
        for consumer, mw, count in zip(lacking.columns, values.T, hours, strict=True):
            yield name, carrier, "consumer", str(consumer), "lacking_mwh", float(mw.sum())
            yield name, carrier, "consumer", str(consumer), "lacking_max_mw", float(mw.max(initial=0.0))
            yield name, carrier, "consumer", str(consumer), "lacking_h", float(count)


def _unmet_share(run: CaseRun, balance: str) -> FloatArray:
    demand, unmet = run.problem.demand_of(balance), run.result.unmet_mw[balance].to_numpy()
    share: FloatArray = np.divide(unmet, demand, out=np.zeros(len(demand)), where=demand > 0)
    return share


def _lacking_water_mw(solved: SolvedCase, name: str) -> pd.DataFrame:
    """Return what no plant gave, and what the pipes did not bring of the rest, in the hours that the pipes are solved."""
    run = solved.run
    year, probed = run.years[name], run.probes[name]
    hours = piped_hours(year)
    asked = asked_heat_mw(year, probed, run.result).iloc[hours]
    given = primary_heat_mw(year, probed, run.result).iloc[hours]
    if name not in solved.water:
        return asked - given
    taken = in_double_precision(solved.water[name].states)["consumer_heat_mw"].to_pandas()
    brought = taken.reindex(columns=given.columns).set_axis(given.index)
    # an hour without a solution lacks what the dispatch did not give
    lost = (given - brought).where(brought.notna(), 0.0).where(given > brought + _NOTHING_MW, 0.0)
    return asked - given + lost


def _dispatched(solved: SolvedCase) -> Iterator[_Row]:
    """Yield the year's dispatch of every plant."""
    heat = solved.run.result.heat_mw
    for unit in solved.run.problem.units:
        given = heat[unit.id].to_numpy()
        network, carrier = unit.balance.split("/")
        for statistic, value in (
            ("dispatched_mwh", given.sum()),
            ("dispatched_max_mw", given.max(initial=0.0)),
            ("dispatched_h", (given > _NOTHING_MW).sum()),
        ):
            yield network, carrier, "plant", unit.plant, statistic, float(value)
