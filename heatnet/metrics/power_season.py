"""Figures of a solved power network over its hours: loadings, voltages, worst hour, exchange with the upper grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from heatnet.metrics.row_hours import row_hours

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
    row_h : float or None
        How long each row lasts. None where steps differ or there is one row only: then energies are means over the solved rows,
        `…_mean_mw` for `…_mwh`, and hours are numbers of rows, `…_rows` for `…_h` and `rows` for `hours`.
    loaded_row : int or None
        Position of the solved row with the largest loading of a line or transformer; None where there is neither.
    """

    branches: pd.DataFrame
    buses: pd.DataFrame
    totals: dict[str, float]
    worst_row: int | None
    worst_time: Any = None
    row_h: float | None = None
    loaded_row: int | None = None

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
        Result of `heatnet.electric.power_flow`. Where all steps are equal, a row lasts for the step that begins with it.
    """
    is_solved = (states["status"] == "ok").to_numpy()
    rows = np.flatnonzero(is_solved)
    solved = states.isel(time=rows)
    missing = states.sizes["time"] - solved.sizes["time"]
    lasting = row_hours(states.indexes["time"], np.ones(len(is_solved), dtype=bool), transient=False)
    sums = _Sums(None if lasting is None else float(lasting.max()))
    if not solved.sizes["time"]:
        return PowerSeason(pd.DataFrame(), pd.DataFrame(), sums.hours(not_converged=missing) | sums.solved(0), None)
    parts = [_branches(solved, kind, sums) for kind in BRANCHES if solved.sizes[kind]]
    branches = pd.concat(parts) if parts else pd.DataFrame()
    if parts:
        branches = branches.sort_values("loading_max_share", ascending=False, kind="stable")
    buses = _buses(network, solved, sums)
    loading = np.concatenate([solved[f"{kind}_loading_share"].to_numpy() for kind in BRANCHES], axis=1)
    voltage = band_share(network, solved)
    used = np.maximum(loading.max(axis=1, initial=0.0), voltage.max(axis=1, initial=0.0))
    exchange = solved["grid_p_mw"].to_numpy().sum(axis=1)
    totals = (
        sums.solved(solved.sizes["time"])
        | sums.hours(
            not_converged=missing,
            overloaded=(loading > 1.0).any(axis=1).sum(),
            outside_band=(voltage > 1.0).any(axis=1).sum(),
        )
        | sums.energies(
            **{
                "import": np.maximum(exchange, 0.0),
                "export": np.maximum(-exchange, 0.0),
                "load": solved["load_p_mw"].to_numpy().sum(axis=1),
                "generator": solved["generator_p_mw"].to_numpy().sum(axis=1),
                "loss": solved["power_loss_mw"].to_numpy(),
            }
        )
        | {
            "import_max_mw": float(max(exchange.max(), 0.0)),
            "export_max_mw": float(max(-exchange.min(), 0.0)),
            "residual_max_mw": float(np.abs(solved["power_residual_mw"]).max()),
        }
    )
    worst = int(used.argmax())
    loaded = int(rows[loading.max(axis=1).argmax()]) if loading.shape[1] else None
    return PowerSeason(
        branches, buses, totals, int(rows[worst]), solved["time"].to_index()[worst], sums.row_h, loaded_row=loaded
    )


@dataclass(frozen=True)
class _Sums:
    """Energies and hours where it is known how long a row lasts, else mean powers and numbers of rows, under other names."""

    row_h: float | None

    def solved(self, rows: int) -> dict[str, float]:
        return {"rows": float(rows)} if self.row_h is None else {"hours": rows * self.row_h}

    def hours(self, **rows: Any) -> dict[str, Any]:
        """Return numbers of rows as hours; scalars or one number an element."""
        if self.row_h is None:
            return {f"{name}_rows": _floats(count) for name, count in rows.items()}
        return {f"{name}_h": _floats(count) * self.row_h for name, count in rows.items()}

    def energies(self, **powers_mw: Any) -> dict[str, Any]:
        """Return powers (T,) or (T, elements) as energies, MWh."""
        if self.row_h is None:
            return {f"{name}_mean_mw": _floats(power.mean(axis=0)) for name, power in powers_mw.items()}
        return {f"{name}_mwh": _floats(power.sum(axis=0)) * self.row_h for name, power in powers_mw.items()}


def _floats(values: Any) -> Any:
    return values.astype(float) if isinstance(values, pd.Series) else float(values)


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


def _branches(states: xr.Dataset, kind: str, sums: _Sums) -> pd.DataFrame:
    loading = states[f"{kind}_loading_share"].to_pandas()
    return pd.DataFrame(
        {
            "kind": kind,
            "loading_max_share": loading.max(),
            "time_max": loading.idxmax() if len(loading.columns) else None,
            **sums.hours(overloaded=(loading > 1.0).sum()),
            **sums.energies(loss=states[f"{kind}_loss_mw"].to_pandas()),
        }
    )


def _buses(network: PowerNetwork, states: xr.Dataset, sums: _Sums) -> pd.DataFrame:
    voltage = states["bus_v_pu"].to_pandas()
    outside = (voltage < network.buses["v_min_pu"]) | (voltage > network.buses["v_max_pu"])
    return pd.DataFrame(
        {
            "v_min_pu": voltage.min(),
            "time_min": voltage.idxmin(),
            "v_max_pu": voltage.max(),
            "time_max": voltage.idxmax(),
            **sums.hours(outside=outside.sum()),
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
