"""The quantities of steam networks on the map, and of the steam that exchange stations draw."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from heatnet.i18n import _
from heatnet.maps.quantities import PERCENT, Element, Quantity, Values, joined, pressure, scaled
from heatnet.units import T_PER_H_PER_KG_PER_S
from heatnet.web.results_view import NetworkResults

_KW_PER_MW, _W_PER_MW = 1e3, 1e6
#: colours of dryness, %: dry steam is light also where all of it is, and a dead end that only condenses flattens nothing
_DRYNESS_ENDS = (90.0, 100.0)


def is_solved(results: NetworkResults) -> bool:
    """Return whether the pipes of the steam network beside a network were solved."""
    return results.network.steam is not None and "node_p_bar" in results.steam


def steam_quantities(element: Element) -> list[Quantity]:
    """Return the quantities of an element of a steam network, in the order of its popup; labels in the current language."""
    table: dict[Element, list[Quantity]] = {
        "pipes": [
            pressure("p", _("Pressure, absolute, mean of the ends"), _of_ends("node_p_bar", np.add, 0.5)),
            Quantity("t_degc", _("Temperature, mean of the ends"), 1, _of_ends("node_t_degc", np.add, 0.5)),
            Quantity("superheat_k", _("Superheat, lower one of the ends"), 1, _of_ends("node_superheat_k", np.minimum)),
            _dryness(_("Dryness, least along the pipe"), "pipe_dryness_share"),
            _flow("mdot_t_per_h", _("Steam flow (positive from start to end)"), "pipe_mdot_kg_per_s"),
            Quantity("velocity_m_per_s", _("Highest velocity"), 1, _table("pipe_velocity_m_per_s")),
            Quantity("loss_w_per_m", _("Heat lost per metre"), 0, _loss_w_per_m, own_unit="W/m"),
            Quantity("loss_kw", _("Heat lost"), 1, scaled(_table("pipe_loss_mw"), _KW_PER_MW), own_unit="kW"),
            _flow("condensate_t_per_h", _("Condensate drained"), "pipe_condensate_kg_per_s", 2),
            Quantity("condensation_m", _("Condenses first after"), 0, _table("pipe_condensation_m"), some=True),
        ],
        "nodes": [
            pressure("p", _("Pressure, absolute"), _table("node_p_bar")),
            Quantity("t_degc", _("Temperature"), 1, _table("node_t_degc")),
            Quantity("superheat_k", _("Superheat"), 1, _table("node_superheat_k")),
            _dryness(_("Dryness"), "node_dryness_share"),
        ],
        "stations": [
            pressure("p", _("Pressure, absolute"), _table("consumer_p_bar")),
            pressure("margin", _("Pressure above the need"), _table("consumer_p_margin_bar"), some=True),
            Quantity("t_degc", _("Temperature"), 1, _table("consumer_t_supply_degc")),
            Quantity("superheat_k", _("Superheat"), 1, _table("consumer_superheat_k")),
            _dryness(_("Dryness"), "consumer_dryness_share"),
            _flow("mdot_t_per_h", _("Steam drawn"), "consumer_mdot_kg_per_s"),
            Quantity("heat_mw", _("Heat taken"), 2, _table("consumer_heat_mw")),
            Quantity("shortfall_mw", _("Heat shortfall"), 3, _table("consumer_shortfall_mw")),
        ],
        "plants": [
            schedule_quantity(),
            Quantity("heat_mw", _("Heat given in the pipes"), 2, _table("plant_heat_mw"), some=True),
            _flow("mdot_t_per_h", _("Steam given"), "plant_mdot_kg_per_s"),
            pressure("p", _("Pressure, absolute"), _table("plant_p_bar"), some=True),
            Quantity("t_degc", _("Temperature"), 1, _table("plant_t_supply_degc"), some=True),
        ],
    }
    return table[element]


def schedule_quantity() -> Quantity:
    """Return the heat of each plant of a steam network by the dispatch, which is there whether pipes were solved or not."""
    return Quantity("schedule_mw", _("Heat by the schedule"), 2, _schedule_mw, some=True)


def _schedule_mw(results: NetworkResults) -> pd.DataFrame | None:
    return joined([results.schedule_mw.get("steam"), results.discharge_mw.get("steam")])


def steam_colours() -> list[Quantity]:
    """Return what pipes, nodes and consumers of steam networks are coloured by, each its quantity of the same key."""
    found = {row.key: row for element in ("stations", "pipes") for row in steam_quantities(element)}
    # pressure and temperature of steam are read in their own range, the others from zero
    labels = {
        "p": (_("Steam pressure, absolute"), False),
        "t_degc": (_("Steam temperature"), False),
        "superheat_k": (_("Superheat"), True),
        "dryness": (_("Dryness"), False),
        "mdot_t_per_h": (_("Steam flow"), True),
        "velocity_m_per_s": (_("Velocity of the steam"), True),
        "loss_w_per_m": (_("Heat lost per metre"), True),
        "margin": (_("Pressure above the need"), False),
    }
    return [
        replace(found[key], label=label, colours=True, from_zero=zero, magnitude=key == "mdot_t_per_h", some=False)
        for key, (label, zero) in labels.items()
    ]


def exchange_quantities() -> list[Quantity]:
    """Return what arrives from the steam network at an exchange station, which is a plant of the water network."""
    return [
        replace(row, key=f"steam_{row.key}", label=label, values=_at_stations(row.values), own_unit=row.unit, some=True)
        for label, row in zip(
            (
                _("Steam pressure, absolute"),
                _("Steam pressure above the need"),
                _("Steam temperature"),
                _("Superheat of the steam"),
                _("Dryness of the steam"),
                _("Steam drawn"),
            ),
            steam_quantities("stations"),
            strict=False,
        )
    ]


def _table(name: str) -> Values:
    return lambda results: results.steam.get(name)


def _flow(key: str, label: str, name: str, digits: int = 1) -> Quantity:
    return Quantity(key, label, digits, scaled(_table(name), T_PER_H_PER_KG_PER_S), own_unit="t/h")


def _dryness(label: str, name: str) -> Quantity:
    return Quantity("dryness", label, 1, scaled(_table(name), PERCENT), own_unit="%", ends=_DRYNESS_ENDS)


def _of_ends(name: str, joined: np.ufunc, factor: float = 1.0) -> Values:
    """Return a number of a pipe from a node quantity at its two ends; nothing where no steam enters the pipe."""

    def values(results: NetworkResults) -> pd.DataFrame | None:
        nodes, steam = results.steam.get(name), results.network.steam
        flows = [results.steam.get(f"pipe_mdot{end}_kg_per_s") for end in ("", "_end")]
        if nodes is None or steam is None or flows[0] is None or flows[1] is None:
            return None
        first, second = (nodes.reindex(columns=steam.pipes[end]).to_numpy() for end in ("from_node", "to_node"))
        moving = (flows[0] != 0.0) | (flows[1] != 0.0)
        ends = pd.DataFrame(factor * joined(first, second), index=nodes.index, columns=steam.pipes.index)
        return ends.where(moving.reindex(columns=ends.columns, fill_value=False))

    return values


def _loss_w_per_m(results: NetworkResults) -> pd.DataFrame | None:
    loss, steam = results.steam.get("pipe_loss_mw"), results.network.steam
    if loss is None or steam is None:
        return None
    return (_W_PER_MW * loss).div(steam.pipes["length_m"].astype(float).reindex(loss.columns), axis=1)


def _at_stations(values: Values) -> Values:
    """Return consumers' values of those that are exchange stations among the water network's plants."""

    def of_stations(results: NetworkResults) -> pd.DataFrame | None:
        frame = values(results)
        kinds = results.network.plants["kind"]
        return None if frame is None else frame.loc[:, frame.columns.isin(kinds.index[kinds == "steam_exchange"])]

    return of_stations
