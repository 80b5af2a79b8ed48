"""The folder of a batch: a folder a finished case, and the tables made of them.

A case's folder is written under a temporary name and renamed, so that it is there as a whole or not at all. The tables hold the
cases in the batch's order and nothing of how long they took, so that they are the same bytes however they came about.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from heatnet.errors import UnfinishedError
from heatnet.i18n import _
from heatnet.io.results_store import write_json
from heatnet.study.batch_layout import CASES_FOLDER, ELEMENTS_FILE, HOURS_FILE, RESULT_FILE, SECONDS_FILE
from heatnet.study.batch_rows import Row

if TYPE_CHECKING:
    import pandas as pd

#: how a case ended whose process died
KILLED = "killed"
#: errors that the same inputs need not end with again
PASSING = (OSError, MemoryError)
_ATTEMPTS = 5
_FULL_DISK = (errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True)
class Finished:
    """As what a case of a batch ended.

    Parameters
    ----------
    case, base : str
        The variant, and the named case that it starts from.
    fingerprint : str
        Hash of its inputs (`heatnet.study.batch_fingerprint`).
    status, reason, trace : str
        As in `heatnet.study.case_result.CaseFailure`; "ok" with a result.
    values : dict
        Value of each dimension.
    row : dict
        Numbers of the case (`heatnet.study.batch_rows`); empty without a schedule.
    passing : bool
        Whether the machine may be to blame for how it ended, as with memory or files: the next call tries it again.
    """

    case: str
    base: str
    fingerprint: str
    status: str
    reason: str = ""
    trace: str = ""
    values: Row = field(default_factory=dict)
    row: Row = field(default_factory=dict)
    passing: bool = False

    @property
    def is_ok(self) -> bool:
        """Whether the case has a result."""
        return self.status == "ok"


def case_folder(batch: Path, case: str) -> Path:
    """Return the folder of a case of a batch."""
    return batch / CASES_FOLDER / case


@contextmanager
def disk_errors(folder: Path) -> Iterator[None]:
    """Raise a full disk as a `UnfinishedError`."""
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL_DISK:
            raise
        text = _("{folder}: the disk is full. Finished cases are kept; make room and call again to continue.")
        raise UnfinishedError(text.format(folder=folder)) from error


def write_finished(
    batch: Path,
    finished: Finished,
    seconds: Mapping[str, float],
    write_rest: Callable[[Path], None] = lambda _folder: None,
) -> None:
    """Write the folder of a finished case, in the place of an earlier one.

    Parameters
    ----------
    batch : Path
        Folder of the batch.
    finished : Finished
    seconds : mapping of stage to float
    write_rest : callable
        Writes the case's tables into a folder.

    Raises
    ------
    UnfinishedError
        If the disk is full; nothing is left of the case.
    """
    folder = case_folder(batch, finished.case)
    temporary = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    with disk_errors(batch):
        try:
            temporary.mkdir(parents=True)
            write_rest(temporary)
            write_json(dict(seconds), temporary / SECONDS_FILE)
            write_json(asdict(finished), temporary / RESULT_FILE)
            _put_in_place(temporary, folder)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            raise


def _put_in_place(temporary: Path, folder: Path) -> None:
    """Give a complete folder its name; a worker that an earlier call has left behind may do the same at the same time."""
    for attempt in range(_ATTEMPTS):
        shutil.rmtree(folder, ignore_errors=True)
        try:
            temporary.rename(folder)
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST) or attempt + 1 == _ATTEMPTS:
                raise
        else:
            return


def read_finished(batch: Path, case: str) -> Finished | None:
    """Return a finished case; None where there is none that can be read."""
    try:
        data: dict[str, Any] = json.loads((case_folder(batch, case) / RESULT_FILE).read_text(encoding="utf-8"))
        return Finished(**data)
    except (OSError, ValueError, TypeError):
        return None


def forget_unfinished(batch: Path) -> None:
    """Remove what was being written when an earlier call was stopped."""
    for folder in (batch, batch / CASES_FOLDER):
        for item in folder.glob(".*.part"):
            shutil.rmtree(item) if item.is_dir() else item.unlink()


def case_seconds(batch: Path, case: str) -> dict[str, float]:
    """Return how long each stage of a case took, s; empty where that is not known."""
    try:
        data: dict[str, float] = json.loads((case_folder(batch, case) / SECONDS_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return data


def write_kept_hours(frame: pd.DataFrame, folder: Path) -> None:
    """Write the hours of the named elements of a case."""
    frame.to_parquet(folder / HOURS_FILE, index=False, compression="zstd")


def write_elements(frame: pd.DataFrame, folder: Path) -> None:
    """Write the season statistics of the elements of a case."""
    frame.to_parquet(folder / ELEMENTS_FILE, index=False, compression="zstd")


def ordered(cases: Iterable[str], batch: Path) -> Iterator[Finished]:
    """Yield the finished ones of some cases, in their order."""
    for case in cases:
        finished = read_finished(batch, case)
        if finished is not None:
            yield finished
