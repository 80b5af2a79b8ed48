"""Every place of the shown case against its limit over the season: failures of the standards, and bottlenecks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from heatnet.i18n import _, language
from heatnet.io.results_store import read_table, table_file
from heatnet.metrics.compliance import check_labels, compliance
from heatnet.report.context import Context
from heatnet.report.state import check_shown, place_name, placed
from heatnet.report.tables import Column, Row, Table
from heatnet.web.results_view import CaseResults, NetworkResults

if TYPE_CHECKING:
    import xarray as xr

#: pipes times hours above which only the hours that stand for the season are looked at: a page is made in seconds
MOST_PIPE_HOURS = 4_000_000
#: rows of the table of bottlenecks, and most rows of one check in it
_MOST_ROWS, _MOST_OF_A_CHECK = 15, 4
#: the pump's head follows the worst station, so that one has no margin in every hour: one place says it
_FOLLOWED = "available_pressure"
_MOST_FAILURES = 60
_DIMS = {
    "node": ("node_t_supply_degc", "node_t_return_degc", "node_p_supply_bar", "node_p_return_bar"),
    "pipe": (
        "pipe_mdot_kg_per_s", "pipe_mdot_return_kg_per_s", "pipe_velocity_m_per_s", "pipe_dp_supply_bar", "pipe_dp_return_bar",
    ),
    "consumer": ("consumer_mdot_kg_per_s", "consumer_dp_bar", "consumer_shortfall_mw"),
    "plant": ("plant_mdot_kg_per_s", "plant_t_return_degc"),
}  # fmt: skip
#: checks that say whether something is solved or arrives, not how far a limit is used
_WITHOUT_USE = ("solved", "heat_delivered", "trunk_friction_min")


def solved_hours(context: Context, case: CaseResults, name: str) -> xr.Dataset | None:
    """Return a network's solved hours from its files; None where they lack what the standards ask about."""
    import xarray as xr

    folder = context.study.folder / case.id / name / "water"
    names = [quantity for quantities in _DIMS.values() for quantity in quantities]
    if not all(table_file(folder, quantity).is_file() for quantity in (*names, "network")):
        return None
    network = read_table(table_file(folder, "network"))
    pipes = len(case.networks[name].network.pipes)
    times = network.index if pipes * len(network) <= MOST_PIPE_HOURS else case.networks[name].hours.index
    frames = {quantity: read_table(table_file(folder, quantity), times) for quantity in names}
    # studies that keep some hours only have fewer rows in the tables of elements
    kept = times[times.isin(frames[names[0]].index)]
    owner = case.networks[name].network
    order = {dim: getattr(owner, f"{dim}s").index for dim in _DIMS}
    # an element without a number in any hour has no column in the files
    variables: dict[str, Any] = {
        quantity: (("time", dim), frames[quantity].loc[kept].reindex(columns=order[dim]).to_numpy())
        for dim, own in _DIMS.items()
        for quantity in own
    }
    variables["status"] = ("time", network.loc[kept, "status"].to_numpy().astype(object))
    coords = {dim: list(map(str, index)) for dim, index in order.items()}
    return xr.Dataset(variables, coords={"time": kept.to_numpy(), **coords})


def checked_places(context: Context) -> dict[str, pd.DataFrame]:
    """Return `metrics.compliance` of each water network of the case that opens first, every place."""
    case = next((case for case in context.ok_cases if case.id == context.shown_case), None)
    found: dict[str, pd.DataFrame] = {}
    for name, results in case.networks.items() if case is not None else ():
        if results.network.carrier == "water" and len(results.hours) and case is not None:
            states = solved_hours(context, case, name)
            if states is not None:
                found[name] = compliance(results.network, states)
    return found


def failures_table(context: Context, name: str, checks: pd.DataFrame) -> Table:
    """Return every place of a network that misses a standard in the case that opens first, worst first."""
    failed = checks[~checks["passed"].astype(bool)]
    failed = failed.assign(_use=use_of_limits(failed)).sort_values("_use", ascending=False, kind="stable")
    labels = check_labels()
    rows = []
    for row in failed.head(_MOST_FAILURES).to_dict("records"):
        value, unit = check_shown(row, row["value"])
        sign = {"<=": "≤", ">=": "≥"}[row["sense"]]
        limit = f"{sign}\u202f{check_shown(row, row['limit'])[0]}"
        place = place_name(context, name, str(row["place"]))
        rows.append(Row((labels.get(row["check"], row["check"]), place, value, limit, unit, _when(row["time"]))))
    columns = (
        Column(_("Check")),
        Column(_("Place")),
        Column(_("Worst value"), digits=0),
        Column(_("Limit"), digits=0),
        Column(_("Unit")),
        Column(_("Worst hour")),
    )
    caption = _("Standards missed: {network}, {case}").format(
        network=context.network_name(name), case=context.label(context.study.cases[context.shown_case])
    )
    places = checks["place"].nunique()
    note = _("{failed} of {all} checks of {places} places are missed.").format(
        failed=len(failed), all=len(checks), places=places
    )
    if len(failed) > _MOST_FAILURES:
        note += " " + _("The {count} worst are shown.").format(count=_MOST_FAILURES)
    return Table(caption, columns, tuple(rows), note)


def _when(time: Any) -> str:
    return "" if time is None or pd.isna(time) else str(time)[:16].replace("T", " ")


def use_of_limits(checks: pd.DataFrame) -> np.ndarray:
    """Return how far each limit is used: value over limit, or limit over value where the limit is the least."""
    value, limit = checks["value"].astype(float).to_numpy(), checks["limit"].astype(float).to_numpy()
    over, under = (
        np.divide(a, b, out=np.full_like(a, np.inf), where=b > 0) for a, b in ((value, limit), (limit, value))
    )
    return np.asarray(np.where(checks["sense"] == "<=", over, under))


def bottleneck_table(context: Context, found: dict[str, pd.DataFrame]) -> Table | None:
    """Return the places that use most of their limit in the case that opens first: pipes, stations, feeders, steam users."""
    if not context.shown_case:
        return None
    case = context.study.cases[context.shown_case]
    rows = [row for name, checks in found.items() for row in _pipe_rows(context, case, name, checks)]
    rows += [row for name, results in case.networks.items() for row in _other_rows(context, case, results, name)]
    rows.sort(key=lambda row: -row[0])
    columns = (
        Column(_("Network")),
        Column(_("Place")),
        Column(_("What limits")),
        Column(_("Worst value"), digits=0),
        Column(_("Limit"), digits=0),
        Column(_("Unit")),
        Column(_("Use of the limit"), "%", 0, 100.0),
        Column(_("Worst hour")),
    )
    caption = _("Bottlenecks: {case}").format(case=context.label(case))
    note = _(
        "Use is the worst value over the limit, or the limit over the worst value where it is the least that is allowed; "
        "above 100 % the limit is missed. At most {count} places of a check are listed."
    ).format(count=_MOST_OF_A_CHECK)
    shown = tuple(Row(cells[1:]) for cells in rows[:_MOST_ROWS])
    return Table(caption, columns, shown, note) if shown else None


def _pipe_rows(context: Context, case: CaseResults, name: str, checks: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    labels = check_labels()
    told = checks[~checks["check"].isin(_WITHOUT_USE)]
    told = told.assign(_use=use_of_limits(told)).sort_values("_use", ascending=False, kind="stable")
    told = told[(told["check"] != _FOLLOWED) | (told.groupby("check").cumcount() == 0) | ~told["passed"].astype(bool)]
    for found in told.groupby("check", sort=False).head(_MOST_OF_A_CHECK).to_dict("records"):
        row = placed(case, name, found)
        value, unit = check_shown(row, row["value"])
        place, label = place_name(context, name, str(row["place"])), labels.get(row["check"], row["check"])
        head = (row["_use"], context.network_name(name), place, label)
        yield (*head, value, check_shown(row, row["limit"])[0], unit, row["_use"], _when(row["time"]))


def _other_rows(context: Context, case: CaseResults, results: NetworkResults, name: str) -> Iterator[tuple[Any, ...]]:
    """Yield the most loaded lines and transformers of the power network."""
    power = case.summary.get("by_network", {}).get(name, {}).get("power") or {}
    branches = sorted((power.get("branches") or {}).items(), key=lambda item: -item[1]["loading_max_share"])
    for branch, row in branches[:_MOST_OF_A_CHECK]:
        share = row["loading_max_share"]
        told = (f"{100.0 * share:.0f}", "100", "%", share, _when(row["time_max"]))
        yield (
            share,
            context.network_name(name),
            _branch_name(results, branch, row["kind"]),
            _("loading of a line or transformer"),
            *told,
        )


def _branch_name(results: NetworkResults, branch: str, kind: str) -> str:
    power, table = results.network.electric, "lines" if kind == "line" else "transformers"
    known = power is not None and branch in getattr(power, table).index
    return power.display_name(table, branch, language()) if power is not None and known else branch
