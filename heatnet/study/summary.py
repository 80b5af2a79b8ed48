"""The accounts of a study: every case's entry of `summary.json`, the plan's claims, and the same as a flat table."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from heatnet import __version__
from heatnet.io.results_store import write_json
from heatnet.io.yaml_file import write_text_atomically
from heatnet.metrics.identity import CoalPlant, identity_rows
from heatnet.metrics.park import park_account
from heatnet.study.account import case_entry, failed_entry, plants_of
from heatnet.study.case_result import CaseFailure, CaseRun
from heatnet.study.claims import claims_of
from heatnet.study.config import ALL_ZONE, target_zone
from heatnet.study.electric_heat import electric_heat_summary
from heatnet.study.fingerprint import versions
from heatnet.study.load import Study
from heatnet.study.prices import assumptions
from heatnet.study.run import Outcome

FORMAT_VERSION = 1


def write_summary(study: Study, runs: Mapping[str, Outcome], folder: Path) -> dict[str, Any]:
    """Write `summary.json`, `summary.csv`, `study.yaml`, `timings.json` and `run.log`; return the summary.

    Parameters
    ----------
    study : Study
    runs : dict of case to CaseRun or CaseFailure
    folder : Path
        Results folder.
    """
    summary = summary_of(study, runs)
    write_json(summary, folder / "summary.json")
    write_text_atomically(flat_table(summary).to_csv(index=False, lineterminator="\n"), folder / "summary.csv")
    write_text_atomically(study.file.read_text(encoding="utf-8"), folder / "study.yaml")
    write_json({name: run.seconds for name, run in runs.items()}, folder / "timings.json")
    write_text_atomically(_log(runs), folder / "run.log")
    return summary


def _log(runs: Mapping[str, Outcome]) -> str:
    """Return one line a case, and where in the code a case broke off."""
    lines = []
    for name, run in runs.items():
        lines.append(f"{name}: {run.status}, {sum(run.seconds.values()):.1f} s {run.reason}".rstrip())
        if isinstance(run, CaseRun):
            lines += [_steam_line(network, steam) for network, steam in run.steam.items()]
        lines += [run.trace] if isinstance(run, CaseFailure) and run.trace else []
    return "\n".join(lines) + "\n"


def _steam_line(network: str, steam: dict[str, Any]) -> str:
    statuses = ", ".join(f"{count} {status}" for status, count in steam["hours_by_status"].items())
    return f"  {network}/steam: {steam['hours_ok']} of {steam['hours_simulated']} hours solved ({statuses})"


def summary_of(study: Study, runs: Mapping[str, Outcome]) -> dict[str, Any]:
    """Return the summary of a study's runs."""
    config = study.config
    baseline = _ended(runs, config.baseline_case)
    first = next(iter(study.cases.values()))
    cases = {name: _entry(study, run, baseline) for name, run in runs.items()}
    ended = {name: run for name in runs if (run := _ended(runs, name)) is not None}
    cost_cny = {name: cases[name]["cost"]["total_cny"] for name in ended}
    electric = electric_heat_summary(config.electric_heat, ended, baseline, cost_cny)
    zones = zones_of(study)
    return {
        "format_version": FORMAT_VERSION,
        "study": study.id,
        "title": config.title.both(),
        "question": config.question.both() if config.question else {},
        "versions": {"heatnet": __version__, **versions()},
        "target_share": config.target.rate_share if config.target is not None else None,
        "headline": config.rate.model_dump(exclude={"rate_share"}) | {"zone": target_zone(config)},
        "base_case": config.base_case,
        "baseline_case": config.baseline_case,
        "plan_case": config.plan_case,
        "zones": {zone: list(members) for zone, members in zones.items()},
        "networks": {name: {"name": dict(network.name)} for name, network in first.networks.items()},
        "plants": plants_of(first.networks),
        "cases": cases,
        "electric_heat": electric,
        "plan_claims": claims_of(study, _ended(runs, config.plan_case), baseline, zones, electric),
        "baseline_identity": _identity(study, baseline),
        "carbon_table": park_account().as_rows() if config.plan_case and config.plan_check else [],
        "notes": {"geometry": config.geometry_note.both()} if config.geometry_note else {},
        "assumptions": assumptions(study.prices, config.electric_heat),
    }


def zones_of(study: Study) -> dict[str, tuple[str, ...]]:
    """Return the zones of the rates: each network, then the study's own."""
    names = next(iter(study.cases.values())).networks
    zones = {name: (name,) for name in names} | dict(study.config.zones)
    return zones | ({ALL_ZONE: tuple(names)} if target_zone(study.config) == ALL_ZONE else {})


def _ended(runs: Mapping[str, Outcome], name: str | None) -> CaseRun | None:
    """Return the run of a case that has a schedule."""
    run = runs.get(name or "")
    return run if isinstance(run, CaseRun) and run.result.is_optimal else None


def _entry(study: Study, run: Outcome, baseline: CaseRun | None) -> dict[str, Any]:
    label = study.cases[run.name].case.label.both()
    if isinstance(run, CaseFailure) or not run.result.is_optimal:
        return failed_entry(run, label)
    return case_entry(study, run, baseline, zones_of(study), label)


def _identity(study: Study, baseline: CaseRun | None) -> list[dict[str, object]]:
    if baseline is None:
        return []
    plants = []
    for name, check in study.config.plan_check.items():
        year = baseline.years[name]
        consumers = year.network.consumers
        area = float(consumers["area_m2"].sum())
        plants.append(
            CoalPlant(
                network=name,
                coal_t=check.coal_t,
                area_m2=area,
                index_w_per_m2=float(consumers["design_heat_mw"].sum()) * 1e6 / area,
                full_load_hours_h=float(year.load_share.sum()),
                process_mwh=float(year.process_mw.to_numpy().sum()) if check.with_process else 0.0,
                own_use_share=check.own_use_share,
                lhv_gj_per_t=check.lhv_gj_per_t,
                efficiency_share=check.efficiency_share,
            )
        )
    return identity_rows(plants)


def flat_table(summary: dict[str, Any]) -> pd.DataFrame:
    """Return the summary as a long table: one row a case and quantity, rates with their definition and range."""
    rows: list[dict[str, Any]] = []
    for case, entry in summary["cases"].items():
        common = {"case": case, "status": entry["status"]}
        for group in ("cost", "fuel"):
            rows += [common | {"quantity": key, "value": value} for key, value in entry.get(group, {}).items()]
        for factor, values in entry.get("co2", {}).items():
            rows += [common | {"quantity": f"{factor}_{key}", "value": value} for key, value in values.items()]
        for unit, value in entry.get("heat_by_plant_mwh", {}).items():
            rows.append(common | {"quantity": "heat_mwh", "element": unit, "value": value})
        rows.append(common | {"quantity": "unmet_share", "value": entry.get("unmet_share")})
        for zone, tables in entry.get("zones", {}).items():
            rows += [common | {"zone": zone} | row for row in _rate_rows(tables)]
    columns = ["case", "status", "quantity", "element", "zone", "set", "counting", "denominator", "period"]
    return pd.DataFrame(rows, columns=[*columns, "value", "low", "high"]).replace({np.nan: None})


def _rate_rows(tables: dict[str, Any]) -> list[dict[str, Any]]:
    rows = []
    for waste_set, by_counting in tables["substitution"].items():
        for counting, by_denominator in by_counting.items():
            for denominator, by_period in by_denominator.items():
                for period, value in by_period.items():
                    span = tables["substitution_range"][waste_set][counting][denominator][period]
                    low, high = span or (None, None)
                    rows.append(
                        {
                            "quantity": "substitution_share",
                            "set": waste_set,
                            "counting": counting,
                            "denominator": denominator,
                            "period": period,
                            "value": value,
                            "low": low,
                            "high": high,
                        }
                    )
    return rows
