"""A results folder as maps and reports read it: summary, networks as used, hours of the pipes and yearly schedules.

Every hour of the season is in the files; pages offer those that have a label there, so that they stay small.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from heatnet.i18n import pick
from heatnet.io.network_folder import load_network
from heatnet.io.results_store import (
    case_networks,
    list_cases,
    quantity_of,
    read_labelled_hours,
    read_summary,
    read_table,
)
from heatnet.model.network import Network

CARRIERS = ("water", "steam", "site")
#: table of the share of each plant's heat that is waste heat
WASTE_SHARE = "dispatch_waste_share"


class ShownHours(Mapping[str, pd.DataFrame]):
    """Quantities of a water or steam network by name, hours x elements, each read when it is first asked for.

    Parameters
    ----------
    folder : Path
        Tables of every hour.
    times : pandas.Index
        Hours that are kept of them.
    """

    def __init__(self, folder: Path, times: pd.Index) -> None:
        files = {quantity_of(file): file for file in sorted(folder.glob("*.parquet"))}
        others = ("dispatch_", "network", "band")
        self._files = {name: file for name, file in files.items() if not name.startswith(others)}
        self._times = times
        self._read: dict[str, pd.DataFrame] = {}

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._read:
            self._read[name] = read_table(self._files[name], self._times)
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

    def every_hour(self, name: str) -> pd.DataFrame:
        """Return a quantity in all hours that its file holds, in single precision where the file is.

        Its hours that are shown are noted, so that they are not read again.
        """
        table = read_table(self._files[name], single=True)
        if name not in self._read:
            self._read[name] = table.loc[self._times[self._times.isin(table.index)]].astype(float)
        return table


class EveryHour(Mapping[str, pd.DataFrame]):
    """The same quantities in every hour of the files; what was asked for last stays in memory, up to some size.

    Parameters
    ----------
    shown : ShownHours
    """

    _MOST_BYTES = 3e8

    def __init__(self, shown: ShownHours) -> None:
        self._shown = shown
        self._read: dict[str, pd.DataFrame] = {}

    def __getitem__(self, name: str) -> pd.DataFrame:
        frame = self._read.pop(name, None)
        self._read[name] = self._shown.every_hour(name) if frame is None else frame
        while len(self._read) > 1 and sum(table.size for table in self._read.values()) * 4 > self._MOST_BYTES:
            del self._read[next(iter(self._read))]
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._shown)

    def __len__(self) -> int:
        return len(self._shown)


@dataclass(frozen=True)
class NetworkResults:
    """Results of one network in one case.

    Parameters
    ----------
    id : str
        Network id.
    network : Network
        The network as the case used it.
    quantities : mapping of str to pandas.DataFrame
        `simulate` quantities of the water network by name: hours that the case shows x elements.
    steam : mapping of str to pandas.DataFrame
        `heatnet.steam` quantities of the steam network beside it, for the same hours; empty where its pipes were not
        solved. Exchange stations, which are plants of the water network, are consumers in them.
    steam_hours : pandas.DataFrame
        As `hours`, of the steam network.
    electric : mapping of str to pandas.DataFrame
        `heatnet.electric` quantities of the power network beside it, for the same hours; empty where it was not solved.
    hours : pandas.DataFrame
        One row an hour that stands for the network's season, that of highest load first: heat_loss_mw, residuals,
        status, label. Empty where nothing was simulated.
    schedule_mw, balance_mw : mapping of str to pandas.DataFrame
        By carrier: heat of each plant, and demand, loss, unmet and dumped heat, for every hour of the year.
    discharge_mw : mapping of str to pandas.DataFrame
        By carrier: heat that each store gives, for every hour of the year; nothing without stores.
    waste_share : pandas.DataFrame, optional
        Share of each plant's heat that is waste heat by the study's set, for every hour of the year.
    """

    id: str
    network: Network
    quantities: Mapping[str, pd.DataFrame]
    steam: Mapping[str, pd.DataFrame]
    electric: Mapping[str, pd.DataFrame]
    hours: pd.DataFrame
    steam_hours: pd.DataFrame
    schedule_mw: Mapping[str, pd.DataFrame]
    balance_mw: Mapping[str, pd.DataFrame]
    discharge_mw: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    waste_share: pd.DataFrame | None = None

    def quantity(self, name: str, element: str) -> pd.Series | None:
        """Return one element's values over the hours shown, or None where there are none."""
        frame = self.quantities.get(name)
        return frame[element] if frame is not None and element in frame.columns else None


@dataclass(frozen=True)
class CaseResults:
    """Results of one case; `networks` is empty for a case that failed."""

    id: str
    summary: Mapping[str, Any]
    t_outdoor_degc: pd.Series | None
    networks: Mapping[str, NetworkResults]

    @property
    def ok(self) -> bool:
        """Whether the case ran to its end."""
        return self.summary.get("status") == "ok"


@dataclass(frozen=True)
class StudyResults:
    """Results of a study; `cases` in the summary's order, failed ones included; `opens` is the case that pages show first.

    Without `opens`, or where that case has no results, pages choose for themselves: the plan's case, else the last one.
    """

    folder: Path
    summary: Mapping[str, Any]
    cases: Mapping[str, CaseResults]
    opens: str | None = None

    @property
    def geometry_note(self) -> str:
        """What the study says of its pipe routes, in the current language; empty where it says nothing."""
        return pick((self.summary.get("notes") or {}).get("geometry") or {})

    @property
    def ok_cases(self) -> list[CaseResults]:
        """The cases that ran to their end and have files."""
        return [case for case in self.cases.values() if case.ok and case.networks]


def load_study(results_dir: str | Path | StudyResults, opens: str | None = None) -> StudyResults:
    """Read a results folder, with the case that opens first if asked for; one that is read already is returned as it is.

    Raises
    ------
    heatnet.errors.InputError
        If the folder holds no results, or a snapshot of its inputs cannot be read.
    """
    if isinstance(results_dir, StudyResults):
        return results_dir
    folder = Path(results_dir)
    summary = read_summary(folder)
    with_files = set(list_cases(folder))
    cases = {}
    for name, entry in summary["cases"].items():
        readable = name in with_files and entry.get("status") == "ok"
        order = list(summary["networks"])
        cases[name] = _load_case(folder / name, entry, order) if readable else CaseResults(name, entry, None, {})
    return StudyResults(folder, summary, cases, opens)


def _load_case(folder: Path, entry: Mapping[str, Any], order: list[str]) -> CaseResults:
    weather = folder / "weather.parquet"
    outdoor = read_table(weather)["t_outdoor_degc"] if weather.is_file() else None
    names = case_networks(folder)
    hours, steam = (
        {name: read_labelled_hours(folder / name / carrier) for name in names} for carrier in ("water", "steam")
    )
    # an hour that stands for one network's season is shown for the others too
    times = pd.Index(
        list(dict.fromkeys(time for tables in (hours, steam) for table in tables.values() for time in table.index))
    )
    loaded = [_load_network_results(folder, name, (hours[name], steam[name]), times) for name in names]
    # networks with pipes before sites without, each in the summary's order
    position = {name: at for at, name in enumerate(order)}
    loaded.sort(key=lambda one: (one.network.carrier == "site", position.get(one.id, len(order)), one.id))
    return CaseResults(folder.name, entry, outdoor, {one.id: one for one in loaded})


def _load_network_results(
    case: Path, name: str, hours: tuple[pd.DataFrame, pd.DataFrame], times: pd.Index
) -> NetworkResults:
    schedule: dict[str, pd.DataFrame] = {}
    balance: dict[str, pd.DataFrame] = {}
    discharge: dict[str, pd.DataFrame] = {}
    for carrier in CARRIERS:
        for suffix, into in (("heat", schedule), ("balance", balance), ("store_discharge", discharge)):
            file = case / name / carrier / f"dispatch_{suffix}_mw.parquet"
            if file.is_file():
                into[carrier] = read_table(file)
    waste = case / name / "water" / f"{WASTE_SHARE}.parquet"
    network = load_network(case / "inputs" / name)
    water, steam, electric = (ShownHours(case / name / carrier, times) for carrier in ("water", "steam", "electric"))
    share = read_table(waste) if waste.is_file() else None
    return NetworkResults(name, network, water, steam, electric, *hours, schedule, balance, discharge, share)
