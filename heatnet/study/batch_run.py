"""A batch: its cases handed to workers, those that are finished left alone, all of them as tables in the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from heatnet import __version__
from heatnet.errors import InputError, Problem
from heatnet.i18n import _
from heatnet.io.results_store import write_json
from heatnet.study.batch_case import Task, run_task, write_study
from heatnet.study.batch_fingerprint import Fingerprints, is_checked
from heatnet.study.batch_layout import CASES_FOLDER, STATUS_FILE
from heatnet.study.batch_pool import Crew, Workers, is_death
from heatnet.study.batch_store import (
    KILLED,
    PASSING,
    Finished,
    disk_errors,
    forget_unfinished,
    read_finished,
    write_finished,
)
from heatnet.study.batch_tables import write_tables
from heatnet.study.config import target_zone
from heatnet.study.fingerprint import versions
from heatnet.study.load import Study
from heatnet.study.variant import Variant

_LOCK_FILE = ".lock"
FORMAT_VERSION = 1

Runner = Callable[[Task], Finished]


@dataclass(frozen=True)
class Kept:
    """What a batch keeps of each case beside its row and the season statistics of its elements.

    Parameters
    ----------
    keep : {"summary", "full"}
        "full": the folder that `heatnet run` writes.
    elements : tuple of str
        Elements whose hours are kept: ``network/element``, ``network/steam/element``, ``network/electric/element``.
    check_one_in : int
        One case in so many has a sample of its hours solved again by pandapipes; 0: none.
    power_networks : bool
        Whether the power networks are part of the seasons.
    """

    keep: str = "summary"
    elements: tuple[str, ...] = ()
    check_one_in: int = 50
    power_networks: bool = True


DEFAULT_KEPT = Kept()


@dataclass
class Progress:
    """How far a batch has come.

    Parameters
    ----------
    total, done, failed : int
        Cases of the batch, those that are finished, and those of them without a result.
    run : int
        Cases that this call ran.
    last : Finished, optional
        The last one.
    """

    total: int
    done: int = 0
    failed: int = 0
    run: int = 0
    last: Finished | None = None


Events = Callable[[Progress], None]


def run_batch(
    study: Study,
    variants: Sequence[Variant],
    batch: Path,
    workers: Workers,
    kept: Kept = DEFAULT_KEPT,
    events: Events = lambda _progress: None,
    runner: Runner = run_task,
) -> Progress:
    """Run the cases of a batch that are not finished, and write its tables.

    Parameters
    ----------
    study : Study
    variants : sequence of Variant
        In the batch's order, which is that of its tables.
    batch : Path
        Folder of the batch.
    workers : Workers
        Where they run; stopped at the end.
    kept : Kept
    events : callable
        Called with the `Progress` after each case, and before the first.
    runner : callable
        What a worker does with a task; it can be pickled.

    Raises
    ------
    InputError
        If another batch works in the folder, or two variants have one name.
    UnfinishedError
        If the disk is full or the cluster is lost; finished cases are kept.
    """
    # workers may stand in another folder
    batch = batch.absolute()
    _check_names(variants, batch)
    with disk_errors(batch):
        (batch / CASES_FOLDER).mkdir(parents=True, exist_ok=True)
    with _alone_in(batch):
        forget_unfinished(batch)
        progress = Progress(len(variants))
        try:
            open_tasks = _open_tasks(study, variants, batch, kept, progress)
            events(progress)
            _run(open_tasks, workers, batch, progress, events, runner)
        finally:
            workers.stop()
            # of workers that were ended at work
            forget_unfinished(batch)
            for file in batch.glob(".study.*.pickle"):
                file.unlink()
        names = [variant.name for variant in variants]
        write_tables(batch, names)
        with disk_errors(batch):
            write_json(_account(study, variants, batch), batch / STATUS_FILE)
    return progress


def _check_names(variants: Sequence[Variant], batch: Path) -> None:
    """Names that differ in case alone would share a folder on some file systems."""
    known: set[str] = set()
    twins = []
    for variant in variants:
        folded = variant.name.casefold()
        if folded in known:
            twins.append(Problem(str(batch), _("two variants are called '{name}'").format(name=variant.name)))
        known.add(folded)
    if twins:
        raise InputError(twins)


@contextmanager
def _alone_in(batch: Path) -> Iterator[None]:
    """Hold the folder's lock, which the system takes back from a process that dies."""
    from filelock import FileLock, Timeout

    lock = FileLock(batch / _LOCK_FILE)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        remedy = _("Wait for it to end, or give another folder with --out.")
        raise InputError([Problem(str(batch), _("another batch works in this folder"), "", remedy)]) from None
    try:
        yield
    finally:
        lock.release()


def _open_tasks(study: Study, variants: Sequence[Variant], batch: Path, kept: Kept, progress: Progress) -> list[Task]:
    """Return a task for each case that is missing or whose inputs changed; count the others as done."""
    hashes = Fingerprints(study, [kept.keep, *kept.elements, kept.power_networks], kept.keep == "full")
    study_file = ""
    tasks = []
    checked = {variant.name for variant in variants if is_checked(variant.name, kept.check_one_in)}
    if not checked and kept.check_one_in and variants:
        checked = {variants[0].name}
    for variant in variants:
        is_one_checked = variant.name in checked
        wanted = hashes.of(variant, is_one_checked)
        known = read_finished(batch, variant.name)
        if known is not None and known.fingerprint == wanted and not known.passing:
            progress.done += 1
            progress.failed += not known.is_ok
            continue
        # written once it is known that somebody needs it
        study_file = study_file or str(write_study(study, batch))
        tasks.append(
            Task(
                str(batch),
                study_file,
                variant,
                wanted,
                is_one_checked,
                kept.keep,
                kept.elements,
                kept.power_networks,
            )
        )
    return tasks


def _run(
    tasks: Sequence[Task], workers: Workers, batch: Path, progress: Progress, events: Events, runner: Runner
) -> None:
    for task, outcome in Crew(workers, runner).results(tasks):
        if isinstance(outcome, BaseException):
            outcome = _lost(task, outcome)
            write_finished(batch, outcome, {})
        progress.done += 1
        progress.run += 1
        progress.failed += not outcome.is_ok
        progress.last = outcome
        events(progress)


def _lost(task: Task, error: BaseException) -> Finished:
    """Return a case that has no outcome of its own: its process died twice, or its files could not be written."""
    variant = task.variant
    status, reason, passing = "error", f"{type(error).__name__}: {error}", isinstance(error, PASSING)
    if is_death(error):
        status, reason, passing = KILLED, _("its process ended without a word, twice (memory?)"), True
    values = dict(variant.values)
    return Finished(variant.name, variant.case, task.fingerprint, status, reason, values=values, passing=passing)


def _account(study: Study, variants: Sequence[Variant], batch: Path) -> dict[str, Any]:
    statuses: Counter[str] = Counter()
    for variant in variants:
        known = read_finished(batch, variant.name)
        statuses[known.status if known is not None else "missing"] += 1
    return {
        "format_version": FORMAT_VERSION,
        "study": study.id,
        "cases": len(variants),
        "by_status": dict(sorted(statuses.items())),
        "headline": study.config.rate.model_dump() | {"zone": target_zone(study.config)},
        "versions": {"heatnet": __version__, **versions()},
    }
