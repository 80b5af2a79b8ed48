"""The hours of named elements of a case."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from heatnet.errors import Problem, Problems
from heatnet.i18n import _
from heatnet.model.network import Network
from heatnet.model.power_schema import POWER_TABLES
from heatnet.model.schema import TABLES
from heatnet.model.validation import did_you_mean
from heatnet.study.case_result import SolvedCase

if TYPE_CHECKING:
    import xarray as xr

#: columns of the table of hours before its quantities
HOUR_COLUMNS = ("time", "network", "carrier", "kind", "element")
_CARRIERS = ("steam", "electric")


def kept_hours(solved: SolvedCase, elements: Sequence[str]) -> pd.DataFrame | None:
    """Return the hours of some elements, a row an element and hour, a column a quantity; None where there are none.

    Parameters
    ----------
    solved : SolvedCase
    elements : sequence of str
        ``network/element``, ``network/steam/element`` or ``network/electric/element``.
    """
    frames = [frame for element in elements for frame in _of_element(solved, *split_element(element))]
    if not frames:
        return None
    return pd.concat(frames, ignore_index=True)


def split_element(element: str) -> tuple[str, str, str]:
    """Return network, carrier and id of an element of a batch's key `keep`; the carrier is ``water`` if none is named."""
    network, _slash, rest = element.partition("/")
    carrier, slash, last = rest.partition("/")
    return (network, carrier, last) if slash and carrier in _CARRIERS else (network, "water", rest)


def _of_element(solved: SolvedCase, network: str, carrier: str, element: str) -> Iterator[pd.DataFrame]:
    states = solved.states_of(network, carrier)
    by_kind = _states_of(states, element) if states is not None else {}
    unit = f"{network}/{element}" if carrier == "water" else f"{network}/{carrier}/{element}"
    result = solved.run.result
    if result.is_optimal and unit in result.heat_mw:
        dispatched = pd.DataFrame({"dispatch_heat_mw": result.heat_mw[unit].astype("float32")})
        known = by_kind.get("plant")
        by_kind["plant"] = dispatched if known is None else dispatched.join(known)
    for kind, frame in by_kind.items():
        placed = frame.rename_axis("time").reset_index()
        for position, (name, value) in enumerate(zip(HOUR_COLUMNS[1:], (network, carrier, kind, element), strict=True)):
            placed.insert(position + 1, name, value)
        yield placed


def _states_of(states: xr.Dataset, element: str) -> dict[str, pd.DataFrame]:
    """Return the quantities of an element by its kind: a plant may bear the name of a node."""
    found: dict[str, dict[str, pd.Series]] = {}
    for name, variable in states.data_vars.items():
        if variable.ndim == 2 and element in variable[variable.dims[1]].to_numpy():
            kind = str(variable.dims[1])
            series = variable.sel({kind: element}).to_series()
            if series.notna().any():
                found.setdefault(kind, {})[str(name)] = series
    return {kind: pd.DataFrame(columns) for kind, columns in found.items()}


def element_problems(elements: Sequence[str], networks: dict[str, Network], where: str) -> list[Problem]:
    """Return what is wrong with the elements whose hours a batch keeps.

    Parameters
    ----------
    elements : sequence of str
    networks : dict of str to Network
    where : str
        Place of the key, for messages.
    """
    problems = Problems()
    known = {id_ for name, network in networks.items() for id_ in _ids(name, network)}
    for element in elements:
        if element not in known:
            problems.add(
                where,
                _("'{name}' does not exist").format(name=element),
                _("network/element, network/steam/element or network/electric/element"),
                did_you_mean(element, sorted(known)),
            )
    return list(problems)


def _ids(name: str, network: Network) -> Iterator[str]:
    for table in TABLES:
        yield from (f"{name}/{id_}" for id_ in getattr(network, table).index)
    if network.steam is not None:
        yield from _ids(f"{name}/steam", network.steam)
    if network.electric is not None:
        for table in POWER_TABLES:
            yield from (f"{name}/electric/{id_}" for id_ in getattr(network.electric, table).index)
