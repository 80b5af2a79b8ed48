"""Setpoints of a study's case: chosen, confirmed, and written as tables and a summary."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from heatnet.couple.season import has_pipes, probe
from heatnet.couple.year import network_year
from heatnet.demand.season import heating_season
from heatnet.design.setpoint_check import setpoint_check
from heatnet.design.setpoint_search import SetpointOptions
from heatnet.design.setpoint_trial import SetpointCase, Trial, hourly_cost_cny
from heatnet.design.setpoints import SetpointRun, Tick, optimise_setpoints
from heatnet.errors import InputError, NotSolvableError, Problem, Problems
from heatnet.i18n import _
from heatnet.io.results_store import write_json, write_table
from heatnet.study.case_run import weather_of
from heatnet.study.config import Setpoints
from heatnet.study.load import CaseInput, Study
from heatnet.study.prices import emission_factors, hourly_prices

FORMAT_VERSION = 1
SUMMARY, HOURLY, CURVES = "setpoints.json", "setpoints_hourly", "setpoints_curves.csv"
#: entries of the account whose difference to the design curve is told, saved positive
SAVED = (
    "equal_heat_cny",
    "total_cny",
    "equal_heat_co2_t",
    "co2_t",
    "loss_mwh",
    "pump_mwh",
    "missing_mwh",
)


def setpoints_of(study: Study) -> tuple[Setpoints, CaseInput, str]:
    """Return what a study asks, with its case and the network.

    Raises
    ------
    InputError
        Where the case was not loaded, or the network has no water pipes, no design point or temperatures without room.
    """
    asked = study.config.setpoints or Setpoints()
    name = asked.case or study.config.plan_case or study.config.base_case
    if name not in study.cases:
        found = _("'{name}' does not exist").format(name=name)
        raise InputError(
            [Problem("study.yaml, setpoints.case", found, _("Allowed: {names}").format(names=", ".join(study.cases)))]
        )
    case = study.cases[name]
    piped = [network for network, content in case.networks.items() if has_pipes(content)]
    network = asked.network or (piped[0] if piped else "")
    problems = Problems()
    if network not in piped:
        found = _("'{name}' is no network with water pipes").format(name=network or "–")
        allowed = (
            _("Allowed: {names}").format(names=", ".join(piped)) if piped else _("No network of it has water pipes.")
        )
        problems.add("study.yaml, setpoints.network", found, allowed)
        problems.raise_if_any()
    design = case.networks[network].design
    if design is None:
        problems.add(f"{network}, network.yaml, design", _("is missing"), "", _("Give the design temperatures."))
    top = asked.t_supply_max_degc or (design.t_supply_degc if design is not None else np.inf)
    if asked.t_supply_min_degc >= top:
        problems.add(
            "study.yaml, setpoints.t_supply_min_degc",
            _("value {value!r}").format(value=asked.t_supply_min_degc),
            _("Allowed: less than {limit:g}").format(limit=top),
        )
    problems.raise_if_any()
    return asked, case, network


def setpoint_case(study: Study, threads: int = 1) -> tuple[SetpointCase, SetpointOptions]:
    """Return the case and the options of a study's setpoints; the pipes are probed for it.

    Raises
    ------
    InputError
        As `setpoints_of`.
    NotSolvableError
        Where none of the probed hours can be solved.
    """
    asked, case, name = setpoints_of(study)
    network, weather = case.networks[name], weather_of(study, case.weather)
    in_season = heating_season(weather.time, case.season.start, case.season.end)
    year = network_year(network, weather, in_season, study.config.simulation.index_loss_share)
    probed = probe(year)
    if not probed.hours_ok:
        raise NotSolvableError(_("no hour of {network} could be solved").format(network=name))
    assert network.design is not None
    options = SetpointOptions(
        by=asked.by,
        needs=asked.needs,
        head=asked.head,
        t_min_degc=asked.t_supply_min_degc,
        t_max_degc=asked.t_supply_max_degc or network.design.t_supply_degc,
        step_k=asked.step_k,
        refinements=asked.refinements,
        ramp_k_per_h=asked.ramp_k_per_h,
        curve_points=asked.curve_points,
        rounds=asked.rounds,
    )
    prices, factors = hourly_prices(study.prices, year.time), emission_factors(study.prices)
    return SetpointCase(year, probed, prices, factors, approach_min_k=asked.approach_min_k, threads=threads), options


def run_setpoints(study: Study, out: Path, tick: Tick = lambda _stage: None, threads: int = 1) -> dict[str, Any]:
    """Choose and confirm the setpoints of a study's case, write them, and return the summary.

    Parameters
    ----------
    study : Study
    out : Path
        Folder; gets `setpoints.json`, `setpoints_hourly.parquet` and `.csv`, `setpoints_curves.csv`.
    tick : callable
        Called with the name of each stage as it begins.
    threads : int
        Threads of the season engine; they change no result.

    Raises
    ------
    InputError, NotSolvableError
        As `setpoint_case` and `heatnet.design.setpoints.optimise_setpoints`.
    """
    case_input = setpoints_of(study)[1]
    tick(_("probe of the pipes"))
    case, options = setpoint_case(study, threads)
    run = optimise_setpoints(case, options, tick)
    tick(_("check by pandapipes"))
    checked = next(iter(run.best))
    check = setpoint_check(case, run.best[checked], study.config.simulation.reference_hours)
    summary = summary_of(study, case_input, run) | {"reference_check": {"trial": checked.name, **check}}
    hourly = hourly_table(run)
    for suffix in (".parquet", ".csv"):
        write_table(hourly, out / f"{HOURLY}{suffix}")
    curves_table(run).to_csv(out / CURVES, index=False, lineterminator="\n")
    write_json(summary, out / SUMMARY)
    return summary


def summary_of(study: Study, case: CaseInput, run: SetpointRun) -> dict[str, Any]:
    """Return the summary: options, the account of each trial, and what it saves against the design curve."""
    network = run.case.year.network
    trials = {
        name: {
            **trial.account,
            "head_bar": trial.head_bar,
            "saving": saving(run.design, trial),
        }
        for name, trial in run.trials.items()
    }
    return {
        "format_version": FORMAT_VERSION,
        "study": study.id,
        "title": study.config.title.both(),
        "geometry_note": study.config.geometry_note.both() if study.config.geometry_note else None,
        "case": case.name,
        "case_label": case.case.label.both(),
        "network": network.id,
        "network_name": dict(network.name),
        "units": {
            unit.id: {lang: _unit_name(run.case, unit.plant, lang) for lang in ("en", "zh")}
            for unit in run.design.problem.units
        },
        "hours": len(run.case.hours),
        "options": {**vars(run.options), "approach_min_k": run.case.approach_min_k},
        "trials": trials,
        "curves": {
            variant.name: {
                "t_outdoor_degc": curve.t_outdoor_degc.tolist(),
                "t_supply_degc": curve.t_supply_degc.tolist(),
            }
            for variant, curve in run.curves.items()
        },
        "rounds": run.rounds,
    }


def _unit_name(case: SetpointCase, plant: str, lang: str) -> str:
    network = case.year.network
    owner = network if plant in network.plants.index else (network.steam or network)
    return owner.display_name("plants", plant, lang) if plant in owner.plants.index else plant


def saving(design: Trial, trial: Trial) -> dict[str, float]:
    """Return what a trial saves against the design curve, positive where it is less; waste heat positive where it is more."""
    saved = {key: float(design.account[key] - trial.account[key]) for key in SAVED}
    return saved | {"waste_heat_gj": float(trial.account["waste_heat_gj"] - design.account["waste_heat_gj"])}


def hourly_table(run: SetpointRun) -> pd.DataFrame:
    """Return the hours: outdoor temperature, and of each trial supply and return temperature, head, pumps, loss, missing heat."""
    case = run.case
    columns: dict[str, Any] = {
        "t_outdoor_degc": case.year.t_outdoor_degc[case.hours],
        "t_outdoor_filtered_degc": case.t_filtered_degc,
        "load_mw": case.year.space_mw.sum(axis=1).to_numpy()[case.hours],
    }
    for name, trial in run.trials.items():
        rows = trial.rows
        columns |= {
            f"{name}_t_supply_degc": trial.t_supply_degc,
            f"{name}_t_return_degc": rows.t_return_degc,
            f"{name}_head_bar": rows.head_bar,
            f"{name}_pump_mw": rows.pump_mw,
            f"{name}_loss_mw": rows.loss_mw,
            f"{name}_shortfall_mw": rows.shortfall_mw,
            f"{name}_cost_cny": hourly_cost_cny(case, trial),
            f"{name}_status": trial.states["status"].to_numpy().astype(str),
        }
    return pd.DataFrame(columns, index=case.year.time[case.hours])


def curves_table(run: SetpointRun) -> pd.DataFrame:
    """Return the heating curves: filtered outdoor temperature and supply temperature by curve, and the design curve there."""
    order = np.argsort(run.case.t_filtered_degc, kind="stable")
    outdoor, design = run.case.t_filtered_degc[order], run.case.design_degc[order]
    rows = [
        {
            "curve": variant.name,
            "t_outdoor_degc": x,
            "t_supply_degc": t,
            "t_supply_design_degc": float(np.interp(x, outdoor, design)),
        }
        for variant, curve in run.curves.items()
        for x, t in zip(curve.t_outdoor_degc.tolist(), curve.t_supply_degc.tolist(), strict=True)
    ]
    return pd.DataFrame(rows, columns=["curve", "t_outdoor_degc", "t_supply_degc", "t_supply_design_degc"])
