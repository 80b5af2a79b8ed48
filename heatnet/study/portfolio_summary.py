"""A search's findings as plain data: the projects, the curve, the definitions, what limits the largest rate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from heatnet import __version__
from heatnet.design import Outcome
from heatnet.metrics.energy import heat_by_unit_mwh, unit_heat_mw, unmet_share
from heatnet.metrics.tracing import Use, trace_heat
from heatnet.model.substitution import SET_CLASSES, Counting, Denominator, WasteClass
from heatnet.model.supply import SupplyUnit
from heatnet.study.account import plants_of
from heatnet.study.portfolio_case import obliged_mwh
from heatnet.study.portfolio_input import PortfolioInput
from heatnet.study.portfolio_reasons import NO_PRICE_CNY_PER_GJ
from heatnet.study.portfolio_run import PortfolioRun
from heatnet.study.portfolio_states import invested_cny
from heatnet.units import GJ_PER_MWH

if TYPE_CHECKING:
    from heatnet.study.load import Study

#: a plant at this share of what it could give in an hour, or in a year, is at its limit
_AT_LIMIT_SHARE = 0.999
#: rates and costs that differ by less, as a share, are the same
_SAME = 1e-6


def portfolio_summary(study: Study, run: PortfolioRun) -> dict[str, Any]:
    """Return everything that tables, verdict, report and map show, as `portfolio.json` holds it."""
    assert study.portfolio is not None
    target = run.request.target
    given = study.portfolio
    return {
        "format_version": 1,
        "heatnet": __version__,
        "study": study.id,
        "title": study.config.title.both(),
        "question": study.config.question.both() if study.config.question else {},
        "geometry_note": study.config.geometry_note.both() if study.config.geometry_note else {},
        "case": given.case,
        "case_label": study.config.cases[given.case].label.both(),
        "interest_share": given.portfolio.interest_share.value,
        "without": list(run.request.without),
        "target": target.model_dump() | {"zone": run.zone},
        "reached": run.best is not None,
        "is_open": run.is_open,
        "largest": {
            "rate": run.largest.rate,
            "bound": run.largest.bound,
            "limits": [] if run.largest.outcome is None else _named_limits(given, run.largest.outcome),
            "missing_share": _missing_share(run.largest.outcome),
            "cheapest": None if run.near_largest is None else _system(run.near_largest),
        },
        "nothing": None if run.nothing is None else _point(run.nothing),
        "no_schedule": run.no_schedule,
        "nothing_to_build": run.nothing_to_build,
        "never_built": [row | {"name": _plant_name(given, row)} for row in run.never_built],
        "lowest": None if run.lowest is None else _system(run.lowest),
        "best": None if run.best is None else _best(given, run.best),
        "by_level": {level: None if one is None else _system(one) for level, one in run.by_level.items()},
        "curve": [] if run.curve is None else _curve(run.curve.points),
        "definitions": [_definition(row, target.rate_share) for row in run.definitions],
        "candidates": _candidates(given, run),
        "check": None,
    }


def _point(outcome: Outcome) -> dict[str, Any]:
    emitted = outcome.co2_t()
    counted = _counted_mwh(outcome)
    return {
        "target_share": outcome.target.share,
        "at_most": outcome.target.at_most,
        "rate": outcome.rate,
        "programme_rate": outcome.programme_rate,
        "rate_difference": outcome.programme_rate - outcome.rate,
        "waste_heat_gj": sum(counted.values()) * GJ_PER_MWH,
        "cost_cny": outcome.cost_cny,
        "bound_cny": outcome.bound_cny if np.isfinite(outcome.bound_cny) else None,
        "gap_share": outcome.gap_share if np.isfinite(outcome.bound_cny) else None,
        "invested_cny_per_a": outcome.invested_cny_per_a,
        "operating_cny": outcome.result.cost_cny["total_cny"],
        "shadow_cny_per_gj": _without_rounding(outcome.shadow_cny_per_gj),
        "co2_average_t": emitted["average"],
        "co2_marginal_t": emitted["marginal"],
        "unmet_share": outcome.unmet_share,
    }


def _curve(points: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Return the points of the curve; neighbours that are one and the same system are one, the one of a share that is held."""
    rows: list[dict[str, Any]] = []
    for one in points:
        row = _system(one)
        if not row["projects"]:
            row["shadow_cny_per_gj"] = None  # without projects there is no price of a further GJ with the same ones
        if rows and _is_same(rows[-1], row):
            if row["at_most"]:
                rows[-1] = row
            continue
        rows.append(row)
    return rows


def _system(outcome: Outcome) -> dict[str, Any]:
    return _point(outcome) | {"projects": _ids(outcome)}


def _missing_share(outcome: Outcome | None) -> float | None:
    """Return what of the zone's demand is missing at the largest rate, where that is so much that no rate counts."""
    if outcome is None or outcome.may_have_a_rate:
        return None
    return unmet_share(outcome.problem, outcome.result, outcome.target.networks)


def _is_same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    near = abs(one["rate"] - other["rate"]) < _SAME and abs(one["cost_cny"] / other["cost_cny"] - 1) < _SAME
    return near and list(one["projects"]) == list(other["projects"])


def _without_rounding(cny_per_gj: float) -> float:
    """Return a shadow price, exactly 0 where it is nothing but the solver's rounding."""
    return 0.0 if abs(cny_per_gj) < NO_PRICE_CNY_PER_GJ else cny_per_gj


def _best(given: PortfolioInput, outcome: Outcome) -> dict[str, Any]:
    ids = tuple(_ids(outcome))
    binds = _without_rounding(outcome.shadow_cny_per_gj) > 0
    return _point(outcome) | {
        "projects": project_rows(given, outcome),
        "obliged_mwh": obliged_mwh(given, ids, _counted_units_mwh(outcome)) if binds else {},
        "cost_by_kind_cny": outcome.result.cost_cny,
        "heat_by_plant_mwh": heat_by_unit_mwh(outcome.problem, outcome.result),
    }


def _counted_units_mwh(outcome: Outcome) -> dict[str, float]:
    """Return the year's heat of every plant whose heat counts, MWh."""
    return {
        unit.id: _year_mwh(outcome, unit)
        for unit in outcome.problem.units
        if WasteClass(unit.waste_class) in SET_CLASSES[outcome.target.variant.waste_set]
        and unit.network in outcome.target.networks
    }


def _ids(outcome: Outcome) -> dict[str, Any]:
    """Return pieces and size of everything built, states of the networks first."""
    table: dict[str, Any] = {name: {"count": 1, "size": None} for name in outcome.state.chosen}
    for option, count, size in outcome.built:
        table[option.id] = {"count": count, "size": size if option.size is not None else None}
    return table


def project_rows(given: PortfolioInput, outcome: Outcome) -> list[dict[str, Any]]:
    """Return what is built, one row an option: size, investment, yearly cost, heat, part in the rate."""
    counted = _counted_mwh(outcome)
    rows = []
    for name in outcome.state.chosen:
        rows.append(_row(given, name, 1, 0.0, outcome.state.cny_per_a, 0.0, 0.0, 0.0))
    for option, count, size in outcome.built:
        heat = sum(_year_mwh(outcome, unit) for unit in option.units if unit.draws_from is None)
        heat += sum(float(outcome.result.store_discharge_mw[s.id].sum()) for s in option.stores)
        waste = sum(counted.get(unit.id, 0.0) for unit in option.units)
        peak = sum(_peak_mw(outcome, unit) for unit in option.units if unit.draws_from is None)
        yearly = option.yearly_cny(count, size)
        rows.append(_row(given, option.id, count, size, yearly, heat, waste, peak))
    total = sum(counted.values())
    for row in rows:
        row["rate_points"] = outcome.rate * row["counted_mwh"] / total if total else 0.0
    return rows


def _row(
    given: PortfolioInput, name: str, count: int, size: float, yearly: float, heat: float, counted: float, peak: float
) -> dict[str, Any]:
    candidate, own = name.split("/")
    option, of = given.option(name), given.portfolio.candidates[candidate]
    return {
        "candidate": candidate,
        "option": own,
        "label": of.label.both(),
        "option_label": option.label.both(),
        "count": count,
        "size": size if option.size is not None else None,
        "size_unit": size_unit(given, name),
        "investment_cny": invested_cny(option, count, size),
        "investment_low_cny": invested_cny(option, count, size, "low"),
        "investment_high_cny": invested_cny(option, count, size, "high"),
        "yearly_cny": yearly,
        "heat_mwh": heat,
        "counted_mwh": counted,
        "full_load_h": heat / peak if peak > 0 else None,
    }


def size_unit(given: PortfolioInput, option_id: str) -> str:
    """Return the unit of an option's size: MW, MWh of a heat store, nothing without a size."""
    size = given.option(option_id).size
    if size is None:
        return ""
    network, *_parts = size.plant.split("/")
    rows = given.option(option_id).networks.get(network, {}).get("plants") or {}
    return "MWh" if "energy_mwh" in (rows.get(size.plant.rsplit("/", 1)[-1]) or {}) else "MW"


def _year_mwh(outcome: Outcome, unit: SupplyUnit) -> float:
    return float(unit_heat_mw(outcome.result, unit).sum())


def _peak_mw(outcome: Outcome, unit: SupplyUnit) -> float:
    built = {one.id: one for one in outcome.problem.units}
    return float(built[unit.id].available_mw.max(initial=0.0)) if unit.id in built else 0.0


def _counted_mwh(outcome: Outcome) -> dict[str, float]:
    """Return the heat that counts by source, MWh: in the zone, the period and the uses of the definition, power deducted."""
    target = outcome.target
    classes = SET_CLASSES[target.variant.waste_set]
    uses = {Use.SPACE} | ({Use.PROCESS} if target.variant.denominator is Denominator.WITH_PROCESS else set())
    hours = target.counted_hours
    table: dict[str, float] = {}
    for flow in trace_heat(outcome.problem, outcome.result, target.in_season, dict(target.process_mw)):
        if flow.waste_class in classes and flow.use in uses and flow.network in target.networks:
            spent = flow.power_mw if target.variant.counting is Counting.RECOVERED else 0.0
            table[flow.source.id] = table.get(flow.source.id, 0.0) + float((flow.heat_mw - spent)[hours].sum())
    return table


def _named_limits(given: PortfolioInput, outcome: Outcome) -> list[dict[str, Any]]:
    plants = plants_of(given.networks(()))
    return [row | {"name": plants.get(row["unit"], {}).get("name", {})} for row in limits_of(outcome)]


def _plant_name(given: PortfolioInput, row: dict[str, Any]) -> dict[str, str]:
    """Return the name of the plant of an option that can never be built."""
    networks = given.networks((f"{row['candidate']}/{row['option']}",))
    return dict(plants_of(networks).get(row["unit"], {}).get("name", {}))


def limits_of(outcome: Outcome) -> list[dict[str, Any]]:
    """Return what holds each counted source back at the largest rate: hours at its own limit, in them and in the year."""
    target, problem = outcome.target, outcome.problem
    hours = target.counted_hours
    rows = []
    for unit in problem.units:
        if WasteClass(unit.waste_class) not in SET_CLASSES[target.variant.waste_set]:
            continue
        if unit.network not in target.networks or not unit.available_mw.any():
            continue
        heat = unit_heat_mw(outcome.result, unit)[hours]
        could = unit.available_mw[hours]
        runs = could > 0
        year = unit.year_max_mwh
        rows.append(
            {
                "unit": unit.id,
                "heat_gj": float(heat.sum()) * GJ_PER_MWH,
                "available_gj": float(could.sum()) * GJ_PER_MWH,
                "hours": int(runs.sum()),
                "hours_at_limit": int((runs & (heat >= _AT_LIMIT_SHARE * could)).sum()),
                "year_limit_binds": year is not None and _year_mwh(outcome, unit) >= _AT_LIMIT_SHARE * year,
            }
        )
    return rows


def _definition(row: Any, share: float) -> dict[str, Any]:
    variant = row.variant
    verdict = None
    if row.reached is not None:
        verdict = "yes" if row.reached >= share else "no" if row.bound < share else "open"
    return {
        "zone": row.zone,
        "set": variant.waste_set.value,
        "counting": variant.counting.value,
        "denominator": variant.denominator.value,
        "period": variant.period.value,
        "reached_share": row.reached,
        "bound_share": row.bound,
        "target_reachable": verdict,
    }


def _candidates(given: PortfolioInput, run: PortfolioRun) -> list[dict[str, Any]]:
    """Return every option with its label, its place on the map, and whether the best portfolio builds it."""
    built = set() if run.best is None else set(_ids(run.best))
    standing = given.networks(())
    rows = []
    for candidate, name, option in given.options():
        of = given.portfolio.candidates[candidate]
        rows.append(
            {
                "candidate": candidate,
                "option": name.split("/")[1],
                "label": of.label.both(),
                "option_label": option.label.both(),
                "note": of.note.both() if of.note else {},
                "size_unit": size_unit(given, name),
                "excluded": candidate in run.request.without,
                "built": name in built,
                "places": _places(standing, given.changed_plants(name), option.networks),
                "costs": [
                    {
                        "what": part.what.both(),
                        "cny": part.cny.value,
                        "cny_low": part.cny.at("low"),
                        "cny_high": part.cny.at("high"),
                        "per_size": part.cny_per_size.value,
                        "per_size_low": part.cny_per_size.at("low"),
                        "per_size_high": part.cny_per_size.at("high"),
                        "size_unit": size_unit(given, name),
                        "lifetime_a": part.lifetime_a,
                        "om_share_per_a": part.om_share_per_a,
                        "source": part.cny.source or part.cny_per_size.source,
                    }
                    for part in option.costs
                ],
            }
        )
    return rows


def _places(standing: Any, plants: dict[str, set[str]], patches: Any) -> list[dict[str, Any]]:
    """Return where an option's plants and consumers stand, and the pipes that it changes: longitude, latitude."""
    places: list[dict[str, Any]] = []
    for part, names in plants.items():
        network = standing[part.split("/")[0]]
        network = network.steam if part.endswith("/steam") else network
        for name in sorted(names):
            row = network.plants.loc[name] if network is not None else None
            shape = None if row is None else row["geometry"]
            if row is not None and shape is None and row["node"] in network.nodes.index:
                shape = network.nodes.at[row["node"], "geometry"]
            if shape is not None:
                places.append({"kind": "plant", "id": f"{part}/{name}", "at": [shape.x, shape.y]})
    for name, patch in patches.items():
        for part, own in ((standing[name], patch), (standing[name].steam, patch.get("steam") or {})):
            for table, kind in (("consumers", "consumer"), ("pipes", "pipe")):
                for element in own.get(table) or {}:
                    shape = None if part is None else getattr(part, table).at[element, "geometry"]
                    if shape is not None:
                        places.append({"kind": kind, "id": f"{name}/{element}", "at": np.array(shape.coords).tolist()})
    return places


def portfolio_tables(summary: dict[str, Any]) -> dict[str, pd.DataFrame]:
    """Return the tables: projects of the best portfolio, curve, definitions."""

    def flat(rows: list[dict[str, Any]]) -> pd.DataFrame:
        plain = []
        for row in rows:
            texts = {
                f"{key}_{lang}": words for key in ("label", "option_label") for lang, words in row.get(key, {}).items()
            }
            plain.append({key: value for key, value in row.items() if not isinstance(value, dict)} | texts)
        return pd.DataFrame(plain)

    curve = []
    for point in summary["curve"]:
        curve.append(point | {"built": " ".join(point["projects"])})
    best = summary["best"]
    return {
        "projects": flat([] if best is None else best["projects"]),
        "curve": flat(curve),
        "definitions": flat(summary["definitions"]),
    }
