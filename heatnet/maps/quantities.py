"""The table of quantities on the map: what an element's popup lists and what it can be coloured by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from heatnet.i18n import _, language
from heatnet.io.words import pressure_digits, pressure_unit
from heatnet.units import unit_of
from heatnet.web.results_view import NetworkResults, StudyResults

Element = Literal["pipes", "stations", "plants", "nodes"]
Values = Callable[[NetworkResults], pd.DataFrame | None]
PA_PER_BAR = 1e5
PERCENT = 100.0
#: tables of the share of each station's heat that came from a source, named after it
SHARE = "consumer_share_"


@dataclass(frozen=True)
class Quantity:
    """One quantity of an element over the hours shown.

    Parameters
    ----------
    key : str
        Name with its unit suffix.
    label : str
        Words in the current language.
    digits : int
        Decimals shown and stored.
    values : callable
        From the network's results to a frame hours x elements, or None where there is nothing.
    colours : bool
        Whether the element can be coloured by it.
    from_zero : bool
        Whether the colour scale starts at zero.
    own_unit : str
        Unit, where it is not the one of the name's suffix.
    some : bool
        Only some elements have it: where there is no value the popup has no row.
    ends : (float, float), optional
        Ends of the colour scale, whatever the values; those beyond have the colour of the end.
    magnitude : bool
        Coloured by its size, whatever its sign.
    beyond : str
        Colour of what lies above `ends`; the scale is then dark at that end, so that it does not fade towards it.
    """

    key: str
    label: str
    digits: int
    values: Values
    colours: bool = False
    from_zero: bool = True
    own_unit: str = ""
    some: bool = False
    ends: tuple[float, float] | None = None
    magnitude: bool = False
    beyond: str = ""

    @property
    def unit(self) -> str:
        """Printed unit."""
        return self.own_unit or unit_of(self.key)


#: below this velocity water counts as standing
STANDING_M_PER_S = 1e-3


def pressure(key: str, label: str, values: Values, colours: bool = False, some: bool = False) -> Quantity:
    """Return a quantity whose values are in bar, printed in the unit of the current language."""
    unit, bar = pressure_unit()
    return Quantity(key, label, pressure_digits(bar), scaled(values, bar), colours, own_unit=unit, some=some)


def scaled(values: Values, factor: float) -> Values:
    """Return values times a factor."""

    def times(results: NetworkResults) -> pd.DataFrame | None:
        frame = values(results)
        return None if frame is None else factor * frame

    return times


def _table(name: str) -> Values:
    return lambda results: results.quantities.get(name)


def _end_mean(name: str) -> Values:
    """Mean of a node quantity over a pipe's two ends; nothing where the water stands, as its temperature is the ground's."""

    def values(results: NetworkResults) -> pd.DataFrame | None:
        nodes = results.quantities.get(name)
        if nodes is None:
            return None
        pipes = results.network.pipes
        first = nodes.reindex(columns=pipes["from_node"]).to_numpy()
        second = nodes.reindex(columns=pipes["to_node"]).to_numpy()
        mean = pd.DataFrame((first + second) / 2, index=nodes.index, columns=pipes.index)
        velocity = _velocity(results)
        return mean if velocity is None else mean.where(velocity.reindex(columns=pipes.index) > STANDING_M_PER_S)

    return values


def specific_friction_pa_per_m(results: NetworkResults) -> pd.DataFrame | None:
    """Return the wall friction of the supply pipe per metre (比摩阻), Pa/m.

    .. math:: R = (|\\Delta p| - \\zeta \\rho v^2 / 2) / L, \\qquad \\rho v^2 = |\\dot m v| / A
    """
    dp, velocity, flow = (
        results.quantities.get(name) for name in ("pipe_dp_supply_bar", "pipe_velocity_m_per_s", "pipe_mdot_kg_per_s")
    )
    if dp is None or velocity is None or flow is None:
        return None
    pipes = results.network.pipes.reindex(dp.columns)
    area_m2 = np.pi / 4.0 * (pipes["inner_diameter_mm"].astype(float) / 1000.0) ** 2
    zeta = pipes["zeta"].astype(float).fillna(0.0)
    local_pa = (velocity * flow).abs().mul(zeta / (2.0 * area_m2), axis=1)
    return (dp.abs() * PA_PER_BAR - local_pa).div(pipes["length_m"].astype(float), axis=1)


def _velocity(results: NetworkResults) -> pd.DataFrame | None:
    frame = results.quantities.get("pipe_velocity_m_per_s")
    return None if frame is None else frame.abs()


def _loss_mw(results: NetworkResults) -> pd.DataFrame | None:
    """Heat lost by supply and return together, MW."""
    supply = results.quantities.get("pipe_loss_supply_mw")
    back = results.quantities.get("pipe_loss_return_mw")
    return supply if back is None or supply is None else supply.add(back, fill_value=0.0)


def quantities(element: Element) -> list[Quantity]:
    """Return the quantities of an element, in the order of its popup; labels in the current language."""
    table: dict[Element, list[Quantity]] = {
        "nodes": [],
        "pipes": [
            Quantity("t_supply_degc", _("Supply temperature"), 1, _end_mean("node_t_supply_degc"), True, False),
            Quantity("velocity_m_per_s", _("Velocity"), 2, _velocity, True),
            Quantity("friction_pa_per_m", _("Specific friction"), 1, specific_friction_pa_per_m, True),
            Quantity("t_return_degc", _("Return temperature"), 1, _end_mean("node_t_return_degc")),
            Quantity("mdot_kg_per_s", _("Flow (positive from start to end)"), 1, _table("pipe_mdot_kg_per_s")),
            Quantity("loss_mw", _("Heat loss, supply and return"), 4, _loss_mw),
        ],
        "stations": [
            Quantity(
                "t_supply_degc", _("Arriving supply temperature"), 1, _table("consumer_t_supply_degc"), True, False
            ),
            Quantity("shortfall_mw", _("Heat shortfall"), 3, _table("consumer_shortfall_mw"), True),
            pressure("dp", _("Available pressure difference"), _table("consumer_dp_bar"), True),
            Quantity("heat_mw", _("Heat taken"), 2, _table("consumer_heat_mw")),
            Quantity("t_return_degc", _("Return temperature"), 1, _table("consumer_t_return_degc")),
            Quantity("mdot_kg_per_s", _("Primary flow"), 1, _table("consumer_mdot_kg_per_s")),
        ],
        "plants": [
            Quantity("heat_mw", _("Heat given in this hour"), 2, _table("plant_heat_mw")),
            Quantity("t_supply_degc", _("Supply temperature"), 1, _table("plant_t_supply_degc")),
            Quantity("t_return_degc", _("Return temperature"), 1, _table("plant_t_return_degc")),
            Quantity("mdot_kg_per_s", _("Primary flow"), 1, _table("plant_mdot_kg_per_s")),
            Quantity("pump_mw", _("Pump power"), 3, _table("plant_pump_mw")),
        ],
    }
    return table[element]


def source_shares(study: StudyResults) -> list[Quantity]:
    """Return the share of each source in a station's heat, %, for networks in which some case has several sources."""
    names: dict[tuple[str, str], str] = {}
    for case in study.ok_cases:
        for results in case.networks.values():
            for plant in _sources(results):
                if plant in results.network.plants.index:
                    names.setdefault((results.id, plant), results.network.display_name("plants", plant, language()))
    several = {network for network, count in Counter(network for network, _plant in names).items() if count > 1}
    return [
        Quantity(
            f"{network}/{plant}",
            _("Heat from: {source}").format(source=name),
            0,
            _share_percent(network, plant),
            colours=True,
            own_unit="%",
        )
        for (network, plant), name in names.items()
        if network in several
    ]


def _sources(results: NetworkResults) -> list[str]:
    return [name.removeprefix(SHARE) for name in results.quantities if name.startswith(SHARE)]


def _share_percent(network: str, plant: str) -> Values:
    def values(results: NetworkResults) -> pd.DataFrame | None:
        share = results.quantities.get(SHARE + plant) if results.id == network else None
        return None if share is None else PERCENT * share

    return values


def matrix(
    quantity: Quantity, results: NetworkResults, elements: pd.Index, hours: pd.Index
) -> list[list[float]] | None:
    """Return rounded values, one list an element over the hours; None where the results have no such table.

    An hour without values, or an element without a value, is NaN (null on the page), never a neighbour's value.
    """
    frame = quantity.values(results)
    if frame is None or not len(elements):
        return None
    values = frame.reindex(index=hours, columns=elements).to_numpy(dtype=float).T
    rounded: list[list[float]] = np.round(values, quantity.digits).tolist()
    return rounded
