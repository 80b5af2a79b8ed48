"""What a result was made from: a hash of its inputs and the versions of everything that made it."""

from __future__ import annotations

import hashlib
import json
import platform
from importlib.metadata import version
from typing import Any

import pandas as pd

from heatnet.model.network import Network
from heatnet.model.power_network import PowerNetwork
from heatnet.model.power_schema import POWER_TABLES
from heatnet.model.schema import TABLES
from heatnet.study.load import CaseInput, Study

_LIBRARIES = ("pandapipes", "pandapower", "highspy", "numba", "numpy", "pandas", "scipy", "CoolProp")


def versions() -> dict[str, str]:
    """Return the versions of heatnet's engines and of Python."""
    return {"python": platform.python_version()} | {name: version(name) for name in _LIBRARIES}


def fingerprint(study: Study, case: CaseInput) -> str:
    """Return the SHA-256 of everything that a case's numbers depend on."""
    digest = hashlib.sha256()
    settings: dict[str, Any] = {
        "prices": study.prices.model_dump(),
        "simulation": study.config.simulation.model_dump(),
        "plan_check": {name: check.model_dump() for name, check in study.config.plan_check.items()},
        "season": case.season.model_dump(),
        "weather": case.weather.model_dump(),
        "year": study.config.year,
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


def digest_network(network: Network, digest: Any) -> None:
    """Add everything of a network that numbers depend on, geometry left out, to a hash."""
    constants = (network.id, network.carrier, network.design, network.regulation, network.heating_curve)
    digest.update(repr((*constants, network.pressure_point, network.t_ground_degc, network.fluid)).encode())
    for table in TABLES:
        frame: pd.DataFrame = getattr(network, table).drop(columns="geometry")
        digest.update(frame.to_csv().encode())
    if network.steam is not None:
        digest_network(network.steam, digest)
    if network.electric is not None:
        _digest_power(network.electric, digest)


def _digest_power(network: PowerNetwork, digest: Any) -> None:
    digest.update(repr((network.id, network.frequency_hz)).encode())
    for table in POWER_TABLES:
        digest.update(getattr(network, table).drop(columns="geometry").to_csv().encode())
