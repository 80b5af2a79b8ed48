"""Figures of a solved power network over its hours: loadings, voltages, worst hour, exchange with the upper grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import xarray as xr

    from heatnet.model.power_network import PowerNetwork

#: shares of the hours at which duration curves are given
DURATION_SHARES = (
    0.0,
    0.002,
    0.005,
    0.01,
    0.02,
    0.05,
    *(round(0.1 * step, 1) for step in range(1, 10)),
    0.95,
    0.99,
    1.0,
)
BRANCHES = ("line", "transformer")


@dataclass(frozen=True, eq=False)
class PowerSeason:
    """What stands out of a solved power network.

    Parameters
    ----------
    branches : pandas.DataFrame
        By line and transformer: `kind`, `loading_max_share`, `time_max`, `overloaded_h`, `loss_mwh`; the most loaded first.
    buses : pandas.DataFrame
        By bus: `v_min_pu`, `time_min`, `v_max_pu`, `time_max`, `outside_h` (hours outside the permitted band).
    totals : dict
        `import_mwh`, `export_mwh`, `load_mwh`, `generator_mwh`, `loss_mwh`, `import_max_mw`, `export_max_mw`,
        `hours`, `not_converged_h`, `overloaded_h`, `outside_band_h`, `residual_max_mw`.
    worst_row : int or None
        Position of the hour with most of a limit used: the largest loading, or the largest share of the voltage band.
    worst_time : object
        Its time.
    """

    branches: pd.DataFrame
    buses: pd.DataFrame
    totals: dict[str, float]
    worst_row: int | None
    worst_time: Any = None

    def as_dict(self) -> dict[str, Any]:
        """Return the figures as plain data for a summary file."""
        return {
            **self.totals,
            "worst_time": None if self.worst_row is None else str(self.worst_time),
            "branches": _records(self.branches),
            "buses": _records(self.buses),
        }


def power_season(network: PowerNetwork, states: xr.Dataset) -> PowerSeason:
    """Return the figures of solved hours; hours without a solution count only as that.

    Parameters
    ----------
    network : PowerNetwork
    states : xarray.Dataset
        Result of `heatnet.electric.power_flow`; every row lasts one hour.
    """
    rows = np.flatnonzero((states["status"] == "ok").to_numpy())
    solved = states.isel(time=rows)
    missing = states.sizes["time"] - solved.sizes["time"]
    if not solved.sizes["time"]:
        return PowerSeason(pd.DataFrame(), pd.DataFrame(), {"hours": 0, "not_converged_h": missing}, None)
    branches = pd.concat([_branches(solved, kind) for kind in BRANCHES if solved.sizes[kind]])
    branches = branches.sort_values("loading_max_share", ascending=False, kind="stable")
    buses = _buses(network, solved)
    loading = np.concatenate([solved[f"{kind}_loading_share"].to_numpy() for kind in BRANCHES], axis=1)
    voltage = band_share(network, solved)
    used = np.maximum(loading.max(axis=1, initial=0.0), voltage.max(axis=1, initial=0.0))
    exchange = solved["grid_p_mw"].to_numpy().sum(axis=1)
    totals = {
        "hours": float(solved.sizes["time"]),
        "not_converged_h": float(missing),
        "overloaded_h": float((loading > 1.0).any(axis=1).sum()),
        "outside_band_h": float((voltage > 1.0).any(axis=1).sum()),
        "import_mwh": float(np.maximum(exchange, 0.0).sum()),
        "export_mwh": float(np.maximum(-exchange, 0.0).sum()),
        "import_max_mw": float(max(exchange.max(), 0.0)),
        "export_max_mw": float(max(-exchange.min(), 0.0)),
        "load_mwh": float(solved["load_p_mw"].sum()),
        "generator_mwh": float(solved["generator_p_mw"].sum()),
        "loss_mwh": float(solved["power_loss_mw"].sum()),
        "residual_max_mw": float(np.abs(solved["power_residual_mw"]).max()),
    }
    worst = int(used.argmax())
    return PowerSeason(branches, buses, totals, int(rows[worst]), solved["time"].to_index()[worst])


def band_share(network: PowerNetwork, states: xr.Dataset) -> np.ndarray:
    """Return how much of the permitted voltage band is used, (T, buses): 0 at nominal voltage, 1 at either end."""
    deviation = states["bus_v_pu"].to_numpy() - 1.0
    low, high = (network.buses[name].to_numpy(float) - 1.0 for name in ("v_min_pu", "v_max_pu"))
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(deviation < 0, deviation / low, deviation / high)
    return np.where(deviation == 0, 0.0, share)


def duration(values: np.ndarray) -> dict[str, float]:
    """Return a duration curve at some shares of the hours: the value that is exceeded in that share of them."""
    return {f"{share:g}": float(np.quantile(values, 1.0 - share)) for share in DURATION_SHARES}


def _branches(states: xr.Dataset, kind: str) -> pd.DataFrame:
    loading = states[f"{kind}_loading_share"].to_pandas()
    return pd.DataFrame(
        {
            "kind": kind,
            "loading_max_share": loading.max(),
            "time_max": loading.idxmax() if len(loading.columns) else None,
            "overloaded_h": (loading > 1.0).sum().astype(float),
            "loss_mwh": states[f"{kind}_loss_mw"].to_pandas().sum(),
        }
    )


def _buses(network: PowerNetwork, states: xr.Dataset) -> pd.DataFrame:
    voltage = states["bus_v_pu"].to_pandas()
    outside = (voltage < network.buses["v_min_pu"]) | (voltage > network.buses["v_max_pu"])
    return pd.DataFrame(
        {
            "v_min_pu": voltage.min(),
            "time_min": voltage.idxmin(),
            "v_max_pu": voltage.max(),
            "time_max": voltage.idxmax(),
            "outside_h": outside.sum().astype(float),
        }
    )


def _records(frame: pd.DataFrame) -> dict[str, dict[str, Any]]:
    return {
        str(element): {
            str(key): float(value) if isinstance(value, int | float | np.number) else str(value)
            for key, value in row.items()
        }
        for element, row in frame.iterrows()
    }
