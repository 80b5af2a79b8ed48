"""One case of a batch, run by a worker from a file that holds the study, its results left in its folder."""

from __future__ import annotations

import hashlib
import pickle
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from pathlib import Path
from threading import Lock
from time import perf_counter, process_time

from heatnet.errors import InputError, NotSolvableError, UnfinishedError
from heatnet.i18n import _
from heatnet.io.yaml_file import dump_yaml
from heatnet.model.network import Network
from heatnet.model.supply import DispatchProblem, DispatchResult
from heatnet.study.account import case_entry
from heatnet.study.batch_elements import element_statistics
from heatnet.study.batch_hours import kept_hours
from heatnet.study.batch_rows import Row, result_row
from heatnet.study.batch_store import PASSING, Finished, disk_errors, write_elements, write_finished, write_kept_hours
from heatnet.study.case_files import resolved, write_tables
from heatnet.study.case_result import Detail, SolvedCase
from heatnet.study.case_run import matched_baseline, solve_case
from heatnet.study.case_start import weather_of
from heatnet.study.config import target_zone
from heatnet.study.load import CaseInput, Study
from heatnet.study.summary import zones_of
from heatnet.study.variant import Variant
from heatnet.study.variants import resolve

Resolve = Callable[[Study, Variant], tuple[Study, CaseInput]]
_Schedules = tuple[tuple[DispatchProblem, DispatchResult], ...]
#: baseline schedules that a worker keeps: cases that differ in networks alone share them
_BASELINES_KEPT = 8
_baselines: dict[str, _Schedules] = {}
_one_at_a_time = Lock()


@dataclass(frozen=True)
class Task:
    """What a worker is told of a case.

    Parameters
    ----------
    batch : str
        Folder of the batch.
    study_file : str
        File that holds the study as the batch's parent has read it (`write_study`).
    variant : Variant
    fingerprint : str
        Hash of its inputs.
    checked : bool
        Whether pandapipes solves a sample of its hours again.
    keep : {"summary", "full"}
        Whether the folders that `heatnet run` writes are kept.
    elements : tuple of str
        Elements whose hours are kept.
    power_networks : bool
        Whether the power networks are part of it.
    """

    batch: str
    study_file: str
    variant: Variant
    fingerprint: str
    checked: bool = False
    keep: str = "summary"
    elements: tuple[str, ...] = ()
    power_networks: bool = True


def run_task(task: Task, resolve: Resolve = resolve) -> Finished:
    """Run a case of a batch and write its folder.

    Parameters
    ----------
    task : Task
    resolve : callable
        What lays a variant over its case.

    Returns
    -------
    Finished
        Its row and as what it ended; a case that fails ends with a status and its reason.

    Raises
    ------
    UnfinishedError
        If the disk is full.
    """
    # a cluster's workers may have several threads: a process runs one case at a time
    with _one_at_a_time:
        return _run_task(task, resolve)


def _run_task(task: Task, resolve: Resolve) -> Finished:
    start, cpu = perf_counter(), process_time()
    work = _Work()
    finished = _finished(task, resolve, work)

    def write(folder: Path) -> None:
        begun = perf_counter()
        _write_files(work, finished.status, task, folder)
        end = perf_counter()
        work.seconds |= {"write": end - begun, "wall": end - start, "cpu": process_time() - cpu}

    write_finished(Path(task.batch), finished, work.seconds, write)
    return finished


@dataclass
class _Work:
    """How far a case has come."""

    study: Study | None = None
    case: CaseInput | None = None
    solved: SolvedCase | None = None
    seconds: dict[str, float] = field(default_factory=dict)


def _finished(task: Task, resolve: Resolve, work: _Work) -> Finished:
    variant = task.variant
    ended = partial(Finished, variant.name, variant.case, task.fingerprint, values=dict(variant.values))
    whole = read_study(task.study_file)
    try:
        study, case = resolve(whole, variant)
        if not task.power_networks:
            study, case = _without_power(study, case)
        work.study, work.case = study, case
        solved = work.solved = solve_case(study, case, detail=_detail(task))
        work.seconds |= solved.run.seconds
        start = perf_counter()
        row = _row(study, case, solved, task)
        work.seconds["row"] = perf_counter() - start
        return ended(status=solved.run.status, reason=solved.run.reason, row=row)
    except NotSolvableError as error:
        return ended(status="not_converged", reason=str(error))
    except InputError as error:
        return ended(status="input", reason=str(error))
    except Exception as error:
        trace = "".join(traceback.format_exception(error))
        passing = isinstance(error, PASSING)
        return ended(status="error", reason=f"{type(error).__name__}: {error}", trace=trace, passing=passing)


def _without_power(study: Study, case: CaseInput) -> tuple[Study, CaseInput]:
    """Return a study and its case without power networks."""

    def bare(one: CaseInput) -> CaseInput:
        return replace(one, networks=heat_alone(one.networks), baseline_networks=heat_alone(one.baseline_networks))

    def heat_alone(networks: dict[str, Network]) -> dict[str, Network]:
        return {name: replace(network, electric=None) for name, network in networks.items()}

    return replace(study, cases={name: bare(one) for name, one in study.cases.items()}), bare(case)


def _detail(task: Task) -> Detail:
    full = task.keep == "full"
    return Detail(reference=task.checked, origins=full, uptake=False, room=full, matched_baseline=False)


def _row(study: Study, case: CaseInput, solved: SolvedCase, task: Task) -> Row:
    """Return the numbers of a case, its displaced heat held against the baseline in its own season and weather."""
    if not solved.run.result.is_optimal:
        return {}
    headline = study.config.rate.model_dump() | {"zone": target_zone(study.config)}
    # what the baseline's networks are made of
    made_of = f"{task.study_file} {task.power_networks} {task.variant.baseline_networks}"
    run = replace(solved.run, matched=_baseline(study, case, made_of))
    return result_row(case_entry(study, run, None, zones_of(study), {}), headline)


def _baseline(study: Study, case: CaseInput, networks: str) -> _Schedules:
    """Return the schedule of a case's baseline (`case_run.baseline_twin`) at its prices; nothing without a baseline.

    `networks` says what the baseline's networks are made of: cases of the same share it.
    """
    if study.baseline is None:
        return ()
    key = repr((networks, study.prices, case.season, case.weather, case.demand_factor))
    if key not in _baselines:
        if len(_baselines) == _BASELINES_KEPT:
            _baselines.pop(next(iter(_baselines)))
        _baselines[key] = matched_baseline(study, case, weather_of(study, case.weather), ())
    found = _baselines[key]
    return found if found[0][1].is_optimal else ()


def _write_files(work: _Work, status: str, task: Task, folder: Path) -> None:
    if work.study is None or work.case is None:
        return
    if work.solved is not None:
        write_elements(element_statistics(work.solved), folder)
        hours = kept_hours(work.solved, task.elements)
        if hours is not None:
            write_kept_hours(hours, folder)
        if task.keep == "full":
            write_tables(work.solved, work.study, folder)
    weather = work.solved.weather if work.solved is not None else None
    dump_yaml(resolved(work.study, work.case, status, weather), folder / "case.yaml")


def write_study(study: Study, batch: Path) -> Path:
    """Write a study for the workers, all of which run what one process has read; return the file, named after its content."""
    content = pickle.dumps(study)
    file = batch / f".study.{hashlib.sha256(content).hexdigest()[:16]}.pickle"
    temporary = file.with_name(f"{file.name}.part")
    with disk_errors(batch):
        try:
            temporary.write_bytes(content)
            temporary.replace(file)
        finally:
            temporary.unlink(missing_ok=True)
    return file


@lru_cache(maxsize=2)
def read_study(file: str) -> Study:
    """Return a study written by `write_study`; a worker reads it once.

    Raises
    ------
    UnfinishedError
        If the worker does not see the file.
    """
    try:
        study: Study = pickle.loads(Path(file).read_bytes())
    except OSError as error:
        text = _("{file} cannot be read by a worker: all of them must see the batch's folder under this name.")
        raise UnfinishedError(text.format(file=file)) from error
    return study
