"""Codes, units and assumption items of the results in words, for the workbook and the pages."""

from __future__ import annotations

from collections.abc import Iterable

from heatnet.i18n import _, language


def has_chinese(text: str) -> bool:
    """Return whether a text holds a Chinese character."""
    return any("\u3400" <= letter <= "\u9fff" for letter in text)


def in_other_words(texts: Iterable[str]) -> bool:
    """Return whether some of the texts of data files, which nobody translates, are not in the current language."""
    return language() == "zh" and any(text and not has_chinese(text) for text in texts)


def code_label(code: str) -> str:
    """Return a code of the tables in words: kinds of plants and consumers, carriers, marks, statuses, verdicts."""
    words = {"source": _("ideal heat source"), "gas_boiler": _("gas boiler"), "coal_boiler": _("coal boiler")}
    words |= {"gas_steam_boiler": _("gas steam boiler"), "coal_steam_boiler": _("coal steam boiler")}
    words |= {"chp_steam": _("steam from a power plant (CHP)"), "chp_heat": _("heat from a power plant (CHP)")}
    words |= {"steam_exchange": _("steam-to-water exchange station"), "sewage_heat_pump": _("sewage heat pump")}
    words |= {"data_centre_heat": _("data-centre heat"), "geothermal_doublet": _("geothermal doublet")}
    words |= {
        "pv": _("photovoltaics"),
        "wind": _("wind turbine"),
        "other": _("other generator"),
        "battery": _("battery"),
    }
    words |= {"electric_boiler": _("electric boiler"), "air_source_heat_pump": _("air-source heat pump")}
    words |= {"heat_store": _("heat store")}
    words |= {"process_waste_heat": _("process waste heat"), "process_steam": _("process steam")}
    words |= {"residential": _("dwellings"), "residential_old": _("dwellings, old stock"), "office": _("offices")}
    words |= {"school": _("school"), "hotel": _("hotel"), "shop": _("shops"), "hospital": _("hospital")}
    words |= {"factory": _("factory"), "mixed": _("mixed use")}
    words |= {"water": _("hot water"), "steam": _("steam"), "site": _("site")}
    words |= {"plan": _("the plan"), "standard": _("standard"), "typical": _("typical value")}
    words |= {"computed": _("computed")}
    words |= {"illustrative": _("illustrative"), "ok": _("solved"), "failed": _("failed")}
    words |= {"infeasible": _("infeasible"), "infeasible_or_unbounded": _("infeasible"), "unbounded": _("unbounded")}
    words |= {"work_limit": _("stopped at the work limit"), "not_converged": _("not converged")}
    words |= {"no_load": _("no heat asked for")}
    words |= {"reproduced": _("reproduced"), "overstated": _("overstated"), "not_netted": _("not netted")}
    words |= {"undefined": _("undefined"), "inconsistent": _("inconsistent")}
    return words.get(code, code)


def assumption_label(item: str) -> str:
    """Return a figure of the price set in words; an item that is no such figure is its own label."""
    words = {"gas_cny_per_mwh": _("Gas price"), "gas_lhv_mwh_per_m3": _("Lower heating value of gas")}
    words |= {"coal_cny_per_mwh": _("Coal price"), "co2_cny_per_t": _("Price of CO₂")}
    words |= {"power_lost_cny_per_mwh": _("Value of electricity lost to CHP heat")}
    words |= {"unmet_cny_per_mwh": _("Penalty on unmet heat")}
    words |= {"gas_t_co2_per_mwh": _("Emission factor of gas"), "coal_t_co2_per_mwh": _("Emission factor of coal")}
    words |= {"power_average_t_co2_per_mwh": _("Emission factor of electricity, grid average")}
    words |= {"power_marginal_t_co2_per_mwh": _("Emission factor of electricity, marginal")}
    words |= {"power_valley_cny_per_mwh": _("Electricity price, valley hours")}
    words |= {"power_flat_cny_per_mwh": _("Electricity price, flat hours")}
    words |= {"power_peak_cny_per_mwh": _("Electricity price, peak hours")}
    words |= {"power_critical_cny_per_mwh": _("Electricity price, critical peak hours")}
    words |= {"green_share": _("Green share of the electricity")}
    words |= {"purchased_heat_t_co2_per_mwh": _("Emission factor of district heat that is bought")}
    return words.get(item, item)


def time_text(time: object, rows: int = 0) -> str:
    """Return a row's time: its date and hour, its seconds, or that it is the only state of a boundary of constants.

    Parameters
    ----------
    time : pandas.Timestamp or float
    rows : int
        How many rows there are, where one alone is a boundary of constants.
    """
    if not isinstance(time, int | float):
        return str(time)[:16]
    return _("constant") if rows == 1 and float(time) == 0.0 else _("second {time:g}").format(time=float(time))


def unit_label(unit: str) -> str:
    """Return a unit as people write it in the current language; pressures in `bar` are read in `pressure_unit`."""
    words = {"CNY": _("CNY"), "steam-t": _("steam-t"), "tce": _("tce"), "m2": "m²", "m3": "m³", "CO2": "CO₂"}
    words["bar"] = pressure_unit()[0]
    for code, word in words.items():
        unit = unit.replace(code, word)
    return "–" if unit == "1" else unit


def pressure_unit() -> tuple[str, float]:
    """Return the unit that pressures are read in, and what a bar is in it: MPa in Chinese, bar in English."""
    return ("MPa", 0.1) if language() == "zh" else ("bar", 1.0)


def pressure_digits(bar: float) -> int:
    """Return the decimals of a pressure in a unit in which a bar is `bar`: hundredths of a bar."""
    return 2 if bar == 1.0 else 3
