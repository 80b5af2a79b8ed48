"""The hours of a case on the map: one clock for all its networks, and where each network's rows stand on it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from heatnet.i18n import _, pick
from heatnet.io.results_store import read_table
from heatnet.web.labels import hour_label, status_label, steam_status_label
from heatnet.web.results_view import CaseResults, EveryHour, NetworkResults, ShownHours

_EMPTY = pd.Index([])


def over_all_hours(results: NetworkResults) -> NetworkResults:
    """Return the same results with every hour that the files hold instead of the few that have a label."""
    tables = {
        name: EveryHour(table)
        for name in ("quantities", "steam", "electric")
        if isinstance(table := getattr(results, name), ShownHours)
    }
    return replace(results, **tables)  # type: ignore[arg-type]


def rows_of_part(results: NetworkResults, prefix: str) -> pd.Index:
    """Return the hours of the solved tables of a network, of its steam or its power network; none where there are none.

    Parameters
    ----------
    results : NetworkResults
        Over all hours.
    prefix : {"", "steam/", "electric/"}
    """
    tables: Mapping[str, pd.DataFrame] = {
        "": results.quantities,
        "steam/": results.steam,
        "electric/": results.electric,
    }[prefix]
    first = next(iter(tables), None)
    return _EMPTY if first is None else tables[first].index


@dataclass(frozen=True, eq=False)
class Clock:
    """All hours of a case in their order.

    Parameters
    ----------
    times : pandas.Index
        Instants, or seconds.
    season : pandas.Index
        Those in which water pipes were solved; the whole clock where there are none.
    """

    times: pd.Index
    season: pd.Index

    @staticmethod
    def of(case: CaseResults, parts: list[tuple[str, pd.Index]]) -> Clock:
        """Return the clock of a case from the hours of its solved parts; that of its schedule where nothing was solved."""
        every = _united([times for _prefix, times in parts])
        if not len(every):
            schedules = (frame.index for one in case.networks.values() for frame in one.schedule_mw.values())
            every = next(schedules, _EMPTY)
        season = _united([times for prefix, times in parts if not prefix])
        return Clock(every, season if len(season) else every)

    def stretches(self, own: pd.Index) -> list[list[int]]:
        """Return runs of a table's rows that follow each other on the clock: place on the clock, row, length."""
        places = self.times.get_indexer(own)
        return [[int(places[start]), start, stop - start] for start, stop in _runs(np.diff(places) == 1, len(places))]

    def page(self, case: CaseResults) -> dict[str, Any]:
        """Return the clock as the page knows it."""
        seconds = _seconds(self.times)
        steps = np.diff(seconds)
        labels = {time: label for time, label in labels_of_hours(case).items() if time in self.times}
        return {
            "dated": isinstance(self.times, pd.DatetimeIndex),
            "hours": len(self.times),
            # start, step and number of each stretch of even steps
            "stretches": [
                [float(seconds[start]), float(steps[start]) if stop - start > 1 else 0.0, stop - start]
                for start, stop in _runs(steps == (steps[0] if len(steps) else 0), len(seconds))
            ],
            "season": self.stretches(self.season),
            "labels": [[int(self.times.get_loc(time)), label] for time, label in labels.items()],
        }


def _runs(joined: np.ndarray, count: int) -> list[tuple[int, int]]:
    """Return start and stop of runs of `count` things, of which each is `joined` to the next or not."""
    if not count:
        return []
    breaks = [int(at) + 1 for at in np.flatnonzero(~joined)]
    return list(zip([0, *breaks], [*breaks, count], strict=True))


def _united(parts: list[pd.Index]) -> pd.Index:
    found = [one for one in parts if len(one)]
    if not found:
        return _EMPTY
    whole = found[0]
    for one in found[1:]:
        whole = whole.union(one)
    return whole.unique().sort_values()


def _seconds(times: pd.Index) -> np.ndarray:
    plain = times.tz_localize(None).to_numpy().astype("datetime64[s]") if isinstance(times, pd.DatetimeIndex) else times
    return np.asarray(plain, dtype=float)


def labels_of_hours(case: CaseResults) -> dict[Any, str]:
    """Return in words what each labelled hour stands for: those of the water networks before those of steam.

    Where it is not the same for all networks that have such hours, each is told with its network: their loads differ.
    """
    networks = list(case.networks.values())
    tables = [(one, one.hours) for one in networks] + [(one, one.steam_hours) for one in networks]
    everyone = {one.id for one, hours in tables if len(hours)}
    found: dict[Any, dict[tuple[str, str], str]] = {}
    for one, hours in tables:
        for time, label in hours["label"].items():
            found.setdefault(time, {})[one.id, hour_label(str(label))] = pick(one.network.name)
    return {time: _told(labels, everyone) for time, labels in found.items()}


def _told(labels: Mapping[tuple[str, str], str], everyone: set[str]) -> str:
    """Return the labels of an hour by network id and words, with the networks' names where they differ."""
    words = {label for _network, label in labels}
    if len(words) == 1 and {network for network, _label in labels} == everyone:
        return next(iter(words))
    parts = [_("{network}: {what}").format(network=name, what=label) for (_network, label), name in labels.items()]
    return _("; ").join(parts)


def statuses(case_dir: Path, network: str, prefix: str, times: pd.Index) -> tuple[list[str], np.ndarray] | None:
    """Return how each hour of a part was solved: words, and the word's position by hour; None where the files say nothing."""
    carrier = prefix.rstrip("/") or "water"
    file = case_dir / network / carrier / "network.parquet"
    if not file.is_file() or not len(times):
        return None
    table = read_table(file)
    if "status" not in table:
        return None
    found = table["status"].reindex(times).fillna("").astype(str)
    codes, names = pd.factorize(found)
    word = steam_status_label if carrier == "steam" else status_label
    return [word(str(name)) if name else "" for name in names], codes.astype(float)[:, np.newaxis]


def digest(case_dir: Path, network: str, prefix: str) -> bytes:
    """Return a mark of all files that the values of a part come from: parts with equal marks have equal values.

    A case that leaves a network alone writes the same bytes, and exchange stations of a water network are users of its steam.
    """
    folders = {"": ("water", "steam", "site"), "steam/": ("steam",), "electric/": ("electric",)}[prefix]
    mark = hashlib.sha256()
    places = [case_dir / "inputs" / network, *(case_dir / network / name for name in folders)]
    for place in places:
        for file in sorted(one for one in place.rglob("*") if one.is_file()):
            mark.update(str(file.relative_to(case_dir)).encode())
            mark.update(hashlib.sha256(file.read_bytes()).digest())
    return mark.digest()
