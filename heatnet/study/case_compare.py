"""Cases side by side: what differs in their inputs, and what that did to the results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from heatnet.errors import InputError, Problem
from heatnet.i18n import _
from heatnet.io.network_folder import RawNetwork, is_network_folder, read_raw_network
from heatnet.io.results_store import list_cases, read_summary, results_root
from heatnet.io.yaml_file import read_yaml
from heatnet.study.batch_layout import RESULT_FILE
from heatnet.study.batch_rows import Row, result_row
from heatnet.study.batch_store import read_finished

CASE_FILE = "case.yaml"
#: keys of a case's file that say which case it is, not what it depends on
_NAMES = ("format_version", "study", "case", "status", "inputs_sha256")


@dataclass(frozen=True, eq=False)
class Compared:
    """One of the cases that are held against each other.

    Parameters
    ----------
    name : str
        As the tables name it.
    folder : Path
        Holds `case.yaml` and, of a whole case, its networks.
    status, reason : str
    results : dict
        `heatnet.study.batch_rows.result_row`.
    """

    name: str
    folder: Path
    status: str
    reason: str
    results: Row

    @cached_property
    def _file(self) -> Mapping[str, Any]:
        file = self.folder / CASE_FILE
        return read_yaml(file) if file.is_file() else {}

    @cached_property
    def inputs(self) -> dict[str, Any]:
        """What the case was resolved to, by place; overrides of its networks as in the study."""
        return dict(_leaves(_told(self._file)))

    @property
    def inputs_sha256(self) -> str | None:
        """Hash of everything that its numbers depend on; None where it has none."""
        return self._file.get("inputs_sha256")

    @cached_property
    def cells(self) -> dict[str, Any] | None:
        """Constants and cells of its networks by place; None where the case keeps no networks."""
        folders = [one for one in sorted((self.folder / "inputs").glob("*")) if is_network_folder(one)]
        return {place: value for one in folders for place, value in _network_cells(one)} or None


@dataclass(frozen=True)
class Comparison:
    """What differs between cases.

    Parameters
    ----------
    names : tuple of str
    inputs, results : list of (str, tuple)
        Place or quantity, and its value in each case; None where a case does not have it.
    differs_unseen : bool
        Whether the inputs differ, and in nothing that the cases keep.
    """

    names: tuple[str, ...]
    inputs: list[tuple[str, tuple[Any, ...]]]
    results: list[tuple[str, tuple[Any, ...]]]
    differs_unseen: bool = False


def compare_cases(paths: Sequence[str | Path]) -> Comparison:
    """Return what differs in the inputs of cases, and their results.

    Parameters
    ----------
    paths : sequence of str or Path
        Cases of results (``results/study/case``), results folders, which mean all their cases, and cases of batches
        (``results/study/batch/cases/case``).

    Raises
    ------
    InputError
        If there are fewer than two cases, or a path is none.
    """
    cases = list({case.folder.resolve(): case for path in paths for case in _cases_at(Path(path))}.values())
    if len(cases) < 2:
        allowed = _("Two or more cases: results/STUDY/CASE, results/STUDY, results/STUDY/batch/cases/CASE")
        raise InputError([Problem(", ".join(map(str, paths)), _("is one case"), allowed)])
    inputs = [case.inputs for case in cases]
    cells = [case.cells for case in cases]
    if all(one is not None for one in cells):
        # the networks as used say what overrides of different studies do not
        inputs = [_without_overrides(one) | (own or {}) for one, own in zip(inputs, cells, strict=True)]
    results: list[Row] = [{"status": case.status, **case.results} for case in cases]
    differing = _rows(inputs, differing=True)
    hashes = {case.inputs_sha256 for case in cases} - {None}
    return Comparison(_names(cases), differing, _rows(results, differing=False), not differing and len(hashes) > 1)


def _names(cases: Sequence[Compared]) -> tuple[str, ...]:
    """Return the cases' names, with as many folders before them as tell them apart."""
    paths = [case.folder.resolve().parts for case in cases]
    names: list[str] = []
    for depth in range(1, max(map(len, paths)) + 1):
        names = ["/".join(path[-depth:]) for path in paths]
        if len(set(names)) == len(names):
            break
    return tuple(names)


def _cases_at(path: Path) -> Iterator[Compared]:
    if (path / RESULT_FILE).is_file():
        yield _of_a_batch(path)
        return
    root, case = results_root(path)
    summary = read_summary(root)
    for name in [case] if case is not None else list_cases(root):
        entry = summary["cases"][name]
        row = result_row(entry, summary["headline"])
        yield Compared(name, root / name, entry["status"], entry.get("reason", ""), row)


def _of_a_batch(folder: Path) -> Compared:
    finished = read_finished(folder.parent.parent, folder.name)
    if finished is None:
        problem = Problem(
            str(folder / RESULT_FILE), _("cannot be read"), "", _("Remove the folder and run the batch again.")
        )
        raise InputError([problem])
    return Compared(folder.name, folder, finished.status, finished.reason, finished.row)


def _told(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a case depends on; figures as their values, without where these come from."""
    return {key: _figures(value) for key, value in given.items() if key not in _NAMES}


def _figures(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    if "value" in value and set(value) <= {"value", "source", "note", "low", "high"}:
        return value["value"]
    return {key: _figures(part) for key, part in value.items()}


def _leaves(tree: Mapping[str, Any], place: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in tree.items():
        here = f"{place}.{key}" if place else str(key)
        if isinstance(value, Mapping):
            yield from _leaves(value, here)
        else:
            yield here, value


def _without_overrides(inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {place: value for place, value in inputs.items() if not place.startswith("overrides.")}


def _network_cells(folder: Path) -> Iterator[tuple[str, Any]]:
    yield from _raw_cells(folder.name, read_raw_network(folder))


def _raw_cells(name: str, raw: RawNetwork) -> Iterator[tuple[str, Any]]:
    yield from ((f"{name}.{place}", value) for place, value in _leaves(raw.meta or {}))
    for table, rows in raw.tables.items():
        frame = rows.frame.drop(columns="geometry", errors="ignore")
        for row in frame.to_dict("records"):
            place = f"{name}.{table}.{row.pop('id', '')}"
            yield from ((f"{place}.{column}", value) for column, value in row.items() if not _is_empty(value))
    for part, inner in (("steam", raw.steam), ("electric", raw.electric)):
        if inner is not None:
            yield from _raw_cells(f"{name}/{part}", inner)


def _is_empty(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, float) and value != value)


def _rows(cases: Sequence[Mapping[str, Any]], *, differing: bool) -> list[tuple[str, tuple[Any, ...]]]:
    """Return all places of some cases in the order of their coming, with each case's value."""
    places = dict.fromkeys(place for case in cases for place in case)
    rows = [(place, tuple(case.get(place) for case in cases)) for place in places]
    return [row for row in rows if not differing or any(value != row[1][0] for value in row[1][1:])]
