"""The figures of a study of one steam line: what arrives, what is lost, what it saves; written as a summary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from heatnet import __version__
from heatnet.errors import NotSolvableError
from heatnet.io.results_store import write_json
from heatnet.io.yaml_file import write_text_atomically
from heatnet.model.pipe_catalogue import catalogue
from heatnet.physics import steam
from heatnet.physics.friction import friction_factor, reynolds
from heatnet.physics.water import enthalpy_j_per_kg as water_enthalpy
from heatnet.physics.water import saturation_temperature_degc
from heatnet.steam.line import Line, line_arrival, line_capacity_kg_per_s, line_dry_flow_kg_per_s, pipe_line
from heatnet.steam.line_states import line_states, parted
from heatnet.study.steam_line import SteamLineConfig, SteamLineStudy, figures_of
from heatnet.units import GJ_PER_MWH, HOURS_PER_YEAR, T_PER_H_PER_KG_PER_S

FORMAT_VERSION = 1
_ROUGH = 1e9
#: parts of the line at whose ends its curves have points
_PARTS = 52
#: a share of the largest flow that arrives in any case
_JUST_BELOW = 1 - 1e-6


def line_of(config: SteamLineConfig, dn: int, u_factor: float = 1.0, local_loss_share: float | None = None) -> Line:
    """Return the line with a diameter of the study.

    Local losses are a share of the fully rough friction: ζ = share · λ L/D.

    Parameters
    ----------
    config : SteamLineConfig
    dn : int
    u_factor : float
        Factor on the heat loss.
    local_loss_share : float, optional
        Instead of the pipe's own.
    """
    choice, line = config.pipes[dn], config.line
    diameter = float(catalogue().loc[dn, "inner_diameter_mm"])
    share = choice.local_loss_share.value if local_loss_share is None else local_loss_share
    rough = float(friction_factor(_ROUGH, line.roughness_mm.value / diameter))
    return pipe_line(
        length_m=line.length_m.value,
        inner_diameter_mm=diameter,
        roughness_mm=line.roughness_mm.value,
        zeta=share * rough * line.length_m.value / (diameter / 1e3),
        u_w_per_mk=choice.u_w_per_mk.value * u_factor,
        t_ambient_degc=line.t_ground_degc.value,
    )


def incompressible_drop_bar(line: Line, mdot_kg_per_s: float, p_bar: float, t_degc: float) -> float:
    """Return the pressure drop of a line of one pipe at constant density, that of the inlet: (λ L/D + ζ) G² v/2."""
    h = steam.enthalpy_j_per_kg(p_bar, t_degc)
    volume = float(steam.volume_m3_per_kg(p_bar, h))
    diameter = float(line.inner_diameter_mm[0])
    viscosity = float(steam.viscosity_pa_s(p_bar, h))
    factor = float(friction_factor(reynolds(mdot_kg_per_s, diameter, viscosity), line.roughness_mm[0] / diameter))
    flux = mdot_kg_per_s / (np.pi / 4 * (diameter / 1e3) ** 2)
    return float((factor * line.length_m[0] / (diameter / 1e3) + line.zeta[0]) * flux**2 * volume / 2 / 1e5)


def summary_of(study: SteamLineStudy) -> dict[str, Any]:
    """Return the summary of a study: plain numbers by place."""
    config = study.config
    pipes = {str(dn): _of_pipe(config, dn) for dn in config.pipes}
    year = _year(config)
    return {
        "format_version": FORMAT_VERSION,
        "study": study.id,
        "heatnet": __version__,
        "title": config.title.both(),
        "question": config.question.both() if config.question else {},
        "chosen_dn": config.chosen_dn,
        "least_dn": _least_dn(config, pipes),
        "pipes": pipes,
        "calendar": _calendar(config),
        "year": year,
        "insulation": [_insulation(study, factor) for factor in config.u_factors],
        "users": {name: _of_user(study, name, year["loss_share"]) for name in config.users},
        "assumptions": figures_of(config, study.prices),
    }


def _inlet(config: SteamLineConfig) -> tuple[float, float]:
    return config.line.p_bar.value, config.line.t_degc.value


def heat_per_t_gj(config: SteamLineConfig) -> float:
    """Return the heat of a tonne of steam at the plant above its condensate, GJ/t."""
    p, t = _inlet(config)
    h = float(steam.enthalpy_j_per_kg(p, t)) - float(water_enthalpy(config.line.t_condensate_degc.value))
    return h / 1e6


def _of_pipe(config: SteamLineConfig, dn: int) -> dict[str, Any]:
    p, t = _inlet(config)
    line = line_of(config, dn)
    by_hand = line_of(config, dn, local_loss_share=config.hand.local_loss_share.value)
    most = config.year.season_t_per_h.value / T_PER_H_PER_KG_PER_S
    hand = config.pipes[dn].hand_dp_bar
    return {
        "inner_diameter_mm": float(line.inner_diameter_mm[0]),
        "zeta": float(line.zeta[0]),
        "u_w_per_mk": float(line.u_w_per_mk[0]),
        "flows": {f"{flow:g}": arrival(config, line, flow) for flow in config.flows_t_per_h},
        "hand": {
            "printed_dp_bar": list(hand) if hand else None,
            "constant_density_dp_bar": incompressible_drop_bar(by_hand, most, p, t),
            "same_local_losses_dp_bar": arrival(config, by_hand, config.year.season_t_per_h.value)["dp_bar"],
        },
        "largest_t_per_h": {
            "choking": line_capacity_kg_per_s(line, p, t) * T_PER_H_PER_KG_PER_S,
            **{
                name: line_capacity_kg_per_s(line, p, t, user.at_end_bar) * T_PER_H_PER_KG_PER_S
                for name, user in config.users.items()
            },
        },
        "least_dry_t_per_h": line_dry_flow_kg_per_s(line, p, t) * T_PER_H_PER_KG_PER_S,
    }


def arrival(config: SteamLineConfig, line: Line, flow_t_per_h: float) -> dict[str, Any]:
    """Return what arrives of a flow: `status` "ok", "choked" or "flooded", numbers None where nothing arrives."""
    p, t = _inlet(config)
    names = ("p_bar", "t_degc", "superheat_k", "dryness_share", "velocity_m_per_s", "loss_mw", "condensate_t_per_h")
    try:
        one = line_arrival(line, flow_t_per_h / T_PER_H_PER_KG_PER_S, p, t)
    except NotSolvableError:
        choked = flow_t_per_h > line_capacity_kg_per_s(line, p, t) * T_PER_H_PER_KG_PER_S * _JUST_BELOW
        status = "choked" if choked else "flooded"
        return {"status": status, "dp_bar": None} | dict.fromkeys(names)
    values = (one.p_bar, one.t_degc, one.superheat_k, one.dryness_share, one.velocity_m_per_s, one.loss_mw)
    condensate = one.condensate_kg_per_s * T_PER_H_PER_KG_PER_S
    return {"status": "ok", "dp_bar": p - one.p_bar} | dict(zip(names, (*values, condensate), strict=True))


def _least_dn(config: SteamLineConfig, pipes: Mapping[str, Any]) -> dict[str, int | None]:
    """Return for each user the smallest diameter that carries the season's flow with the pressure it needs."""
    flow = config.year.season_t_per_h.value
    return {
        name: next((dn for dn in sorted(config.pipes) if pipes[str(dn)]["largest_t_per_h"][name] >= flow), None)
        for name in config.users
    }


def _calendar(config: SteamLineConfig) -> dict[str, float]:
    """Return with how many heating days the year's steam agrees, and the steam of the season as it is.

    Flow m1 for h hours and m2 for the rest: S = m2 · 8760 + (m1 − m2) · h.
    """
    year = config.year
    more = year.season_t_per_h.value - year.other_t_per_h.value
    season_h = 24 * year.season_days.value
    return {
        "heating_days": (year.steam_t.value - year.other_t_per_h.value * HOURS_PER_YEAR) / more / 24,
        "steam_of_season_days_t": year.other_t_per_h.value * HOURS_PER_YEAR + more * season_h,
        "operating_hours_with_season_days": (year.steam_t.value - more * season_h) / year.other_t_per_h.value,
        "increment_gj": more * season_h * heat_per_t_gj(config),
    }


def _hours(config: SteamLineConfig) -> dict[float, float]:
    """Return the hours of each flow with which the year's steam comes out."""
    season = 24 * _calendar(config)["heating_days"]
    return {config.year.season_t_per_h.value: season, config.year.other_t_per_h.value: HOURS_PER_YEAR - season}


def _year(config: SteamLineConfig, u_factor: float = 1.0) -> dict[str, float | None]:
    """Return heat and loss of a year with the chosen diameter; None where a flow does not arrive."""
    line = line_of(config, config.chosen_dn, u_factor)
    heat = config.year.steam_t.value * heat_per_t_gj(config)
    losses = [arrival(config, line, flow)["loss_mw"] for flow in _hours(config)]
    if None in losses:
        return {"heat_gj": heat, "loss_gj": None, "loss_share": None, "mean_loss_mw": None}
    mwh = sum(loss * hours for loss, hours in zip(losses, _hours(config).values(), strict=True))
    return {
        "heat_gj": heat,
        "loss_gj": mwh * GJ_PER_MWH,
        "loss_share": mwh * GJ_PER_MWH / heat,
        "mean_loss_mw": mwh / HOURS_PER_YEAR,
    }


def _insulation(study: SteamLineStudy, factor: float) -> dict[str, float | None]:
    """Return loss and its worth with another heat loss of the pipe.

    A lost MWh is made again at the power plant, or by the boiler of lowest efficiency, CO2 at its price.
    """
    config, prices = study.config, study.prices
    year = _year(config, factor)
    line = line_of(config, config.chosen_dn, factor)
    coldest = arrival(config, line, min(config.flows_t_per_h))
    mwh = None if year["loss_gj"] is None else year["loss_gj"] / GJ_PER_MWH
    co2 = prices.co2_cny_per_t.value
    at_plant = config.power_lost.value * (
        prices.power_lost_cny_per_mwh.value + co2 * prices.power_marginal_t_co2_per_mwh.value
    )
    worst = min(boiler.efficiency_share.value for boiler in config.boilers.values())
    by_gas = (prices.gas_cny_per_mwh.value + co2 * prices.gas_t_co2_per_mwh.value) / worst
    return {
        "u_factor": factor,
        "u_w_per_mk": float(line.u_w_per_mk[0]),
        "loss_gj": year["loss_gj"],
        "loss_share": year["loss_share"],
        "cny_at_power_plant": None if mwh is None else mwh * at_plant,
        "cny_by_gas": None if mwh is None else mwh * by_gas,
        "superheat_at_least_flow_k": coldest["superheat_k"],
        "least_dry_t_per_h": line_dry_flow_kg_per_s(line, *_inlet(config)) * T_PER_H_PER_KG_PER_S,
    }


def _of_user(study: SteamLineStudy, name: str, loss_share: float | None) -> dict[str, Any]:
    """Return what a kind of user needs, and the CO2 of a GJ by the line and by its own boiler, t/GJ.

    The line: z · factor of electricity over 1 less the year's loss share. The boiler: gas over efficiency and what is left
    after its own use, and electricity.
    """
    config, prices = study.config, study.prices
    user = config.users[name]
    boiler = config.boilers[user.instead]
    left = None if loss_share is None else 1 - loss_share
    net = boiler.efficiency_share.value * (1 - boiler.own_use_share.value)
    gas = prices.gas_t_co2_per_mwh.value / net
    by = {}
    for factor, power in (
        ("marginal", prices.power_marginal_t_co2_per_mwh.value),
        ("average", prices.power_average_t_co2_per_mwh.value),
    ):
        line = None if left is None else config.power_lost.value * power / left / GJ_PER_MWH
        boiler_co2 = (gas + boiler.power_share.value * power) / GJ_PER_MWH
        by[factor] = {
            "line_t_co2_per_gj": line,
            "boiler_t_co2_per_gj": boiler_co2,
            "saved_share": None if line is None else 1 - line / boiler_co2,
        }
    return {
        "label": user.label.both(),
        "boiler": boiler.label.both(),
        "p_bar": user.p_bar.value,
        "p_end_bar": user.at_end_bar,
        "t_condensing_degc": float(saturation_temperature_degc(user.p_bar.value)),
        "co2": by,
        "fuel_cny_per_gj": {
            "line": None
            if left is None
            else config.power_lost.value * prices.power_lost_cny_per_mwh.value / left / GJ_PER_MWH,
            "boiler": prices.gas_cny_per_mwh.value / net / GJ_PER_MWH,
        },
    }


def states_along(config: SteamLineConfig, dn: int, flow_t_per_h: float) -> pd.DataFrame:
    """Return the states along the line at about fifty distances, as far as the steam comes.

    Returns
    -------
    pandas.DataFrame
        `distance_m`, `p_bar`, `t_degc`, `superheat_k`, `dryness_share`.
    """
    line = parted(line_of(config, dn), _PARTS)
    return line_states(line, flow_t_per_h / T_PER_H_PER_KG_PER_S, *_inlet(config))


def curves_of(study: SteamLineStudy) -> tuple[dict[str, pd.DataFrame], dict[str, pd.DataFrame]]:
    """Return the states along the line by diameter at the season's flow, and by flow with the chosen diameter."""
    config = study.config
    season = config.year.season_t_per_h.value
    by_dn = {str(dn): states_along(config, dn, season) for dn in config.pipes}
    by_flow = {f"{flow:g}": states_along(config, config.chosen_dn, flow) for flow in config.flows_t_per_h}
    return by_dn, by_flow


def write_summary(study: SteamLineStudy, summary: Mapping[str, Any], folder: Path) -> None:
    """Write `summary.json`, `summary.csv` (a line a number, by its place) and `line.yaml`."""
    write_json(dict(summary), folder / "summary.json")
    numbers = {key: value for key, value in summary.items() if key != "assumptions"}
    table = pd.DataFrame(list(_flat(numbers, "")), columns=["item", "value"])
    write_text_atomically(table.to_csv(index=False, lineterminator="\n"), folder / "summary.csv")
    write_text_atomically(study.file.read_text(encoding="utf-8"), folder / "line.yaml")


def _flat(part: Any, place: str) -> Iterator[tuple[str, Any]]:
    entries = part.items() if isinstance(part, Mapping) else enumerate(part) if isinstance(part, list) else None
    if entries is None:
        yield place, part
        return
    for name, one in entries:
        yield from _flat(one, f"{place}.{name}" if place else str(name))
