"""What a result was made from: a hash of its inputs and the versions of everything that made it."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable
from importlib.metadata import version
from typing import Any

import pandas as pd

from heatnet.model.network import Network
from heatnet.model.power_network import PowerNetwork
from heatnet.model.power_schema import POWER_TABLES
from heatnet.model.schema import TABLES
from heatnet.study.config import Simulation, StudyConfig
from heatnet.study.effects import price_figures
from heatnet.study.load import CaseInput, Study

_LIBRARIES = ("pandapipes", "pandapower", "highspy", "numba", "numpy", "pandas", "scipy", "CoolProp")
#: keys of a study that every case's numbers depend on
STUDY_KEYS = ("year", "simulation", "unit_commitment", "reserve_share", "transfers")
#: keys that reach a case as its networks, prices, season and weather
RESOLVED_KEYS = ("networks", "new_plants", "prices", "season", "weather", "cases")
#: keys that its rates depend on, beside its own numbers: part of the hash of a batch's case
RATE_KEYS = ("target", "zones", "baseline_case")
#: keys that no number of a case depends on: words, which case is which, what is asked beside its season
OTHER_KEYS = (
    "format_version",
    "title",
    "question",
    "geometry_note",
    "base_case",
    "plan_case",
    "plan_check",
    "electric_heat",
    "portfolio",
    "setpoints",
    "batch",
    "keep",
)
#: keys of `simulation` that choose what map and report offer
_SHOWN = {"hours"}
#: columns of network tables that say where figures come from and where they lie
_WORDS = ("geometry", "source", "as_printed")


def versions() -> dict[str, str]:
    """Return the versions of heatnet's engines and of Python."""
    return {"python": platform.python_version()} | {name: version(name) for name in _LIBRARIES}


def fingerprint(study: Study, case: CaseInput) -> str:
    """Return the SHA-256 of everything that the numbers of a case's season depend on.

    Names, notes, sources, geometry, and what map and report offer are no part of it.
    """
    digest = hashlib.sha256()
    settings: dict[str, Any] = {
        "prices": price_figures(study.prices),
        "study": study_settings(study.config),
        "season": case.season.model_dump(),
        "weather": case.weather.model_dump(),
    }
    if case.demand_factor:
        settings["demand_factor"] = case.demand_factor
    if case.outages:
        settings["outages"] = case.outages
    digest.update(json.dumps(settings, sort_keys=True).encode())
    path = study.epw_path(case.weather)
    if path is not None:
        digest.update(path.read_bytes())
    for name in sorted(case.networks):
        digest_network(case.networks[name], digest)
    return digest.hexdigest()


def study_settings(config: StudyConfig) -> dict[str, Any]:
    """Return the keys of a study that every case's numbers depend on (`STUDY_KEYS`), fit for JSON."""
    simulation = set(Simulation.model_fields) - _SHOWN
    return config.model_dump(include={key: simulation if key == "simulation" else True for key in STUDY_KEYS})


def shown_digest(study: Study) -> str:
    """Return the SHA-256 of what a case's whole folder holds beside its numbers.

    Its networks' names, sources and geometry, and which hours its tables hold and offer.
    """
    digest = hashlib.sha256(json.dumps([study.config.simulation.hours, study.config.keep]).encode())
    for case in study.cases.values():
        for name, network in case.networks.items():
            for part in (network, network.steam, network.electric):
                if part is not None:
                    digest.update(repr((name, part.name, part.crs)).encode())
                    tables = POWER_TABLES if isinstance(part, PowerNetwork) else TABLES
                    for table in tables:
                        digest.update(getattr(part, table).to_csv().encode())
    return digest.hexdigest()


def digest_network(network: Network, digest: Any) -> None:
    """Add everything of a network that numbers depend on, names, sources and geometry left out, to a hash."""
    constants = (network.id, network.carrier, network.design, network.regulation, network.heating_curve)
    digest.update(repr((*constants, network.pressure_point, network.t_ground_degc, network.fluid)).encode())
    for table, columns in TABLES.items():
        _digest_table(getattr(network, table), (column.name for column in columns), digest)
    if network.steam is not None:
        digest_network(network.steam, digest)
    if network.electric is not None:
        _digest_power(network.electric, digest)


def _digest_power(network: PowerNetwork, digest: Any) -> None:
    digest.update(repr((network.id, network.frequency_hz)).encode())
    for table, columns in POWER_TABLES.items():
        _digest_table(getattr(network, table), (column.name for column in columns), digest)


def _digest_table(frame: pd.DataFrame, known: Iterable[str], digest: Any) -> None:
    """Add a table without its words and without one's own columns (``x_…``) to a hash."""
    own = {str(name) for name in frame.columns if str(name).startswith("x_")} - set(known)
    digest.update(frame.drop(columns=[*_WORDS, *own], errors="ignore").to_csv().encode())
