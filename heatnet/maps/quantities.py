"""The table of quantities on the map: what an element's popup lists and what it can be coloured by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from heatnet.i18n import _
from heatnet.io.words import pressure_digits, pressure_unit
from heatnet.units import unit_of
from heatnet.web.results_view import NetworkResults

Element = Literal["pipes", "stations", "plants", "nodes"]
Values = Callable[[NetworkResults], pd.DataFrame | None]
PA_PER_BAR = 1e5
PERCENT = 100.0
_W_PER_MW = 1e6
#: ends of the colours of delivered heat, %: who gets all is light, and a tenth missing is as dark as it gets
_DELIVERED_ENDS = (90.0, 100.0)


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
    is_source : bool
        Values are positions in the network's list of sources, not numbers.
    product : (str, str, float), optional
        The page makes it of another quantity of the element, a number of its layout and a factor; `values` has nothing.
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
    is_source: bool = False
    product: tuple[str, str, float] | None = None

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


def with_flow(values: Values) -> Values:
    """Return values of stations where primary water flows through them; nothing where it stands, as it tells of no supply."""

    def flowing(results: NetworkResults) -> pd.DataFrame | None:
        frame, flow = values(results), results.quantities.get("consumer_mdot_kg_per_s")
        if frame is None or flow is None:
            return frame
        return frame.where(flow.reindex(index=frame.index, columns=frame.columns) != 0.0)

    return flowing


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


def _loss_w_per_m(results: NetworkResults) -> pd.DataFrame | None:
    """Heat lost by supply and return together over the length of the route, W/m."""
    supply = results.quantities.get("pipe_loss_supply_mw")
    back = results.quantities.get("pipe_loss_return_mw")
    if supply is None:
        return None
    both = supply if back is None else supply.add(back, fill_value=0.0)
    return (_W_PER_MW * both).div(results.network.pipes["length_m"].astype(float).reindex(both.columns), axis=1)


def _delivered_percent(results: NetworkResults) -> pd.DataFrame | None:
    """Heat taken over heat asked for, %; nothing where no heat is asked for."""
    heat, missing = (results.quantities.get(f"consumer_{name}_mw") for name in ("heat", "shortfall"))
    if heat is None or missing is None:
        return None
    asked = heat + missing
    return PERCENT * heat / asked.where(asked > 0)


def _schedule_mw(results: NetworkResults) -> pd.DataFrame | None:
    """Heat of each plant by the dispatch, and what stores give, MW."""
    frames = [results.schedule_mw.get(carrier) for carrier in ("water", "site")]
    frames += [results.discharge_mw.get(carrier) for carrier in ("water", "site")]
    return joined(frames)


def joined(frames: list[pd.DataFrame | None]) -> pd.DataFrame | None:
    """Return frames side by side, the first of columns of one name; None without any."""
    found = [frame for frame in frames if frame is not None]
    if not found:
        return None
    whole = pd.concat(found, axis=1)
    return whole.loc[:, ~whole.columns.duplicated()]


def product(key: str, label: str, digits: int, of: tuple[str, str, float], unit: str) -> Quantity:
    """Return a quantity that the page makes of another one, so that the file need not hold both."""
    return Quantity(key, label, digits, lambda _results: None, own_unit=unit, product=of)


def quantities(element: Element) -> list[Quantity]:
    """Return the quantities of an element, in the order of its popup; labels in the current language."""
    table: dict[Element, list[Quantity]] = {
        "nodes": [],
        "pipes": [
            Quantity("t_supply_degc", _("Supply temperature"), 1, _end_mean("node_t_supply_degc"), True, False),
            Quantity("t_return_degc", _("Return temperature"), 1, _end_mean("node_t_return_degc"), True, False),
            Quantity(
                "mdot_kg_per_s",
                _("Flow (positive from start to end)"),
                1,
                _table("pipe_mdot_kg_per_s"),
                True,
                magnitude=True,
            ),
            Quantity("velocity_m_per_s", _("Velocity"), 2, _velocity, True),
            Quantity("friction_pa_per_m", _("Specific friction"), 1, specific_friction_pa_per_m, True),
            Quantity(
                "loss_w_per_m", _("Heat loss per metre, supply and return"), 1, _loss_w_per_m, True, own_unit="W/m"
            ),
            product("loss_kw", _("Heat loss, supply and return"), 1, ("loss_w_per_m", "length_m", 1e-3), "kW"),
        ],
        "stations": [
            Quantity(
                "t_supply_degc",
                _("Arriving supply temperature"),
                1,
                with_flow(_table("consumer_t_supply_degc")),
                True,
                False,
            ),
            Quantity(
                "delivered",
                _("Heat delivered of heat asked for"),
                1,
                _delivered_percent,
                True,
                own_unit="%",
                ends=_DELIVERED_ENDS,
            ),
            Quantity("shortfall_mw", _("Heat shortfall"), 3, _table("consumer_shortfall_mw"), True),
            pressure("dp", _("Available pressure difference"), _table("consumer_dp_bar"), True),
            Quantity("heat_mw", _("Heat taken"), 2, _table("consumer_heat_mw"), True),
            Quantity(
                "t_return_degc", _("Return temperature"), 1, with_flow(_table("consumer_t_return_degc")), True, False
            ),
            Quantity("mdot_kg_per_s", _("Primary flow"), 1, _table("consumer_mdot_kg_per_s")),
        ],
        "plants": [
            Quantity("schedule_mw", _("Heat by the schedule"), 2, _schedule_mw, some=True),
            Quantity("heat_mw", _("Heat given in the pipes"), 2, _table("plant_heat_mw"), some=True),
            Quantity("t_supply_degc", _("Supply temperature"), 1, _table("plant_t_supply_degc"), some=True),
            Quantity("t_return_degc", _("Return temperature"), 1, _table("plant_t_return_degc"), some=True),
            Quantity("mdot_kg_per_s", _("Primary flow"), 1, _table("plant_mdot_kg_per_s"), some=True),
            Quantity("pump_mw", _("Pump power"), 3, _table("plant_pump_mw"), some=True),
        ],
    }
    return table[element]


def values_of(quantity: Quantity, results: NetworkResults, elements: pd.Index) -> pd.DataFrame | None:
    """Return values, hours x elements in the order asked for; None where the results have no such table.

    An element without a value is NaN (no number on the page), never a neighbour's value.
    """
    frame = quantity.values(results)
    return None if frame is None or not len(elements) else frame.reindex(columns=elements)
