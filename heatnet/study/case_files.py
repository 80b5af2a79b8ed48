"""A case's folder: weather, networks as used, schedule, hours of the pipes, and what it was resolved to."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pandas as pd

from heatnet import __version__
from heatnet.io.network_folder import save_network
from heatnet.io.results_store import write_table
from heatnet.io.yaml_file import dump_yaml
from heatnet.model.substitution import WasteSet
from heatnet.model.weather import WeatherYear
from heatnet.study.case_result import SolvedCase
from heatnet.study.fingerprint import fingerprint, versions
from heatnet.study.load import CaseInput, Study
from heatnet.study.pipes import write_season
from heatnet.study.power import write_power_year
from heatnet.study.schedule_files import write_schedule
from heatnet.study.steam import write_steam_year


def write_case(solved: SolvedCase, study: Study, case: CaseInput, folder: Path) -> None:
    """Write a case's folder under a temporary name and rename it when it is complete."""
    temporary = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    write_tables(solved, study, temporary)
    dump_yaml(resolved(study, case, solved.run.status, solved.weather), temporary / "case.yaml")
    shutil.rmtree(folder, ignore_errors=True)
    temporary.rename(folder)


def write_tables(solved: SolvedCase, study: Study, folder: Path) -> None:
    """Write weather, networks as used, schedule and hours of a case into a folder."""
    run, weather = solved.run, solved.weather
    outdoor = pd.DataFrame({"t_outdoor_degc": weather.t_outdoor_degc}, index=weather.time)
    write_table(outdoor, folder / "weather.parquet")
    for name, year in run.years.items():
        save_network(year.network, folder / "inputs" / name)
        if run.result.is_optimal:
            waste_set = WasteSet(study.config.rate.set)
            write_schedule(run.problem, run.result, year, run.probes[name], folder / name, waste_set)
        if name in solved.water:
            write_season(solved.water[name], folder / name / "water", study.config)
        if name in solved.steam:
            write_steam_year(solved.steam[name], folder / name / "steam", study.config)
        if name in solved.electric:
            write_power_year(solved.electric[name], folder / name / "electric", study.config)


def resolved(study: Study, case: CaseInput, status: str, weather: WeatherYear | None) -> dict[str, Any]:
    """Return what `case.yaml` holds: everything that the case's numbers depend on, with hash and versions.

    Parameters
    ----------
    study, case
    status : str
        As what the case ended.
    weather : WeatherYear or None
        Says where it comes from and what was changed of it; None where the case ended without one.
    """
    source = weather.source if weather is not None else case.weather.epw or str(case.weather.climate)
    notes = {"notes": list(weather.notes)} if weather is not None and weather.notes else {}
    return {
        "format_version": 1,
        "study": study.id,
        "case": case.name,
        "status": status,
        "season": case.season.model_dump(),
        "weather": {"source": source, **notes, **case.weather.model_dump()},
        "prices": study.prices.model_dump(),
        "overrides": case.case.networks,
        **({"demand_factor": case.demand_factor} if case.demand_factor else {}),
        **(
            {"outages": {unit: [list(span) for span in spans] for unit, spans in case.outages.items()}}
            if case.outages
            else {}
        ),
        "heatnet": __version__,
        "versions": versions(),
        "inputs_sha256": fingerprint(study, case),
    }
