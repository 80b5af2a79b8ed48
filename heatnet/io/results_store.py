"""The results folder: tables as Parquet, written to a temporary name and renamed."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
import pandas as pd

from heatnet.errors import InputError, Problem
from heatnet.i18n import _
from heatnet.io.yaml_file import write_text_atomically
from heatnet.model.meta import FORMAT_VERSION
from heatnet.model.validation import did_you_mean, newer_version

#: label of the hour of highest load
DESIGN_LABEL = "design"
#: what some file system does not allow in a name
_NOT_IN_NAMES = frozenset('<>:"/\\|?*%')


def table_file(folder: Path, quantity: str, suffix: str = ".parquet") -> Path:
    """Return the file of a quantity; the quantity may be named after an element, whose id may hold any character."""
    safe = "".join(f"%{ord(one):02X}" if one in _NOT_IN_NAMES else one for one in quantity)
    return folder / f"{safe}{suffix}"


def quantity_of(file: Path) -> str:
    """Return the quantity that a file of `table_file` holds."""
    return unquote(file.stem)


def write_table(frame: pd.DataFrame, path: str | Path) -> None:
    """Write a frame (index named `time`) as Parquet or, by the name's ending, CSV; atomically.

    Columns of single precision take a quarter of the space: their bytes are sorted by significance before compression.
    """
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_name(f".{file.name}.{os.getpid()}.part")
    table = frame.rename_axis("time").reset_index()
    table.columns = [str(name) for name in table.columns]
    try:
        if file.suffix == ".csv":
            table.to_csv(temporary, index=False, lineterminator="\n")
        else:
            table.to_parquet(temporary, index=False, compression="zstd", **_encodings(table))
        os.replace(temporary, file)
    finally:
        temporary.unlink(missing_ok=True)


def _single(table: pd.DataFrame) -> list[str]:
    return [str(name) for name, kind in table.dtypes.items() if kind == np.float32]


def _encodings(table: pd.DataFrame) -> dict[str, Any]:
    names = _single(table)
    if not names:
        return {}
    single = set(names)
    others = [name for name in table.columns if name not in single]
    return {"use_dictionary": others, "column_encoding": dict.fromkeys(names, "BYTE_STREAM_SPLIT")}


def read_table(path: str | Path, times: pd.Index | None = None, single: bool = False) -> pd.DataFrame:
    """Return a table written by `write_table`, indexed by `time`; numbers in double precision, so that sums are.

    Parameters
    ----------
    path : str or Path
    times : pandas.Index, optional
        Rows to return, in this order; those that the table does not have are left out.
    single : bool
        Leave numbers of single precision as they are: half the memory where no sums are made.
    """
    file = Path(path)
    table = pd.read_csv(file, float_precision="round_trip") if file.suffix == ".csv" else pd.read_parquet(file)
    if file.suffix == ".csv" and table["time"].dtype == object:
        table["time"] = pd.to_datetime(table["time"])
    table = table.set_index("time")
    if times is not None:
        table = table.loc[times[times.isin(table.index)]]
    names = _single(table)
    if single or not names:
        return table
    # all columns at once where that is possible: many times faster
    return table.astype(float if len(names) == table.shape[1] else dict.fromkeys(names, float))


def read_labelled_hours(water: str | Path) -> pd.DataFrame:
    """Return the network-wide quantities of the hours that map and report offer, the one of highest load first.

    Parameters
    ----------
    water : str or Path
        Folder of a network's simulated hours.

    Returns
    -------
    pandas.DataFrame
        Rows of its table `network` that have a `label`; no row where nothing was simulated.
    """
    file = Path(water) / "network.parquet"
    if not file.is_file():
        return pd.DataFrame({"status": [], "label": []})
    hours = read_table(file)
    chosen = hours[hours["label"] != ""]
    return chosen.iloc[np.argsort(chosen["label"].to_numpy() != DESIGN_LABEL, kind="stable")]


def write_json(data: Any, file: Path) -> None:
    """Write JSON in the order given, atomically; NaN becomes null."""
    text = json.dumps(_without_nan(data), ensure_ascii=False, indent=1, allow_nan=False)
    write_text_atomically(text + "\n", file)


def _without_nan(data: Any) -> Any:
    if isinstance(data, dict):
        return {str(key): _without_nan(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_without_nan(value) for value in data]
    if hasattr(data, "item") and not isinstance(data, str):
        data = data.item()
    return None if isinstance(data, float) and (data != data or data in (float("inf"), float("-inf"))) else data


def read_summary(results_dir: str | Path) -> dict[str, Any]:
    """Return `summary.json` of a results folder.

    Raises
    ------
    InputError
        If the folder holds no results.
    """
    folder = Path(results_dir)
    file = folder / "summary.json"
    if not file.is_file():
        raise InputError([_no_results(folder)])
    try:
        data: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        version = data["format_version"]
    except (ValueError, KeyError, TypeError) as error:
        reason = _("cannot be read: {error}").format(error=error)
        raise InputError([Problem(str(file), reason, "", _("'heatnet run STUDY' writes it."))]) from None
    if version > FORMAT_VERSION:
        raise InputError([newer_version(str(file), version, FORMAT_VERSION)])
    return data


def _no_results(folder: Path) -> Problem:
    found = _("holds no summary.json") if folder.is_dir() else _("does not exist")
    siblings = [item.name for item in folder.parent.iterdir() if item.is_dir()] if folder.parent.is_dir() else []
    guess = "" if folder.is_dir() else did_you_mean(folder.name, siblings)
    remedy = guess or _("'heatnet run STUDY' writes it.")
    return Problem(str(folder), found, _("A results folder"), remedy)


def results_root(path: str | Path) -> tuple[Path, str | None]:
    """Return (results folder, case or None) of a path that names `results/<study>` or `results/<study>/<case>`.

    Raises
    ------
    InputError
        If the results hold no such case.
    """
    folder = Path(path)
    if (folder / "summary.json").is_file() or not (folder.parent / "summary.json").is_file():
        return folder, None
    cases = list(read_summary(folder.parent)["cases"])
    if folder.name not in cases:
        allowed = _("Allowed: {names}").format(names=", ".join(cases))
        found = _("'{name}' does not exist").format(name=folder.name)
        raise InputError([Problem(str(folder), found, allowed, did_you_mean(folder.name, cases))])
    return folder.parent, folder.name


def list_cases(results_dir: str | Path) -> list[str]:
    """Return the names of the cases that have files, in the summary's order."""
    folder = Path(results_dir)
    return [case for case in read_summary(folder)["cases"] if (folder / case).is_dir()]


def case_networks(case_dir: str | Path) -> list[str]:
    """Return the networks of a case that have results."""
    return sorted(item.name for item in Path(case_dir).iterdir() if item.is_dir() and item.name != "inputs")
