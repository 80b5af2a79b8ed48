"""The cases of a study, in one process or several, with steps counted for a progress bar."""

from __future__ import annotations

import os
import queue
import shutil
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from pathlib import Path
from typing import Any

from heatnet.couple.year import LoadScale
from heatnet.errors import InputError, NotSolvableError
from heatnet.i18n import _
from heatnet.study.bounds import demand_bounds
from heatnet.study.case_result import CaseFailure, CaseRun
from heatnet.study.case_run import needs_matched_baseline, run_case, step_count
from heatnet.study.load import CaseInput, Study

Outcome = CaseRun | CaseFailure
Events = Callable[[int, int, str, bool], None]
_POLL_S = 0.2
_steps: Any = None


def run_cases(
    study: Study, folder: Path, workers: int = 2, events: Events = lambda *_event: None
) -> dict[str, Outcome]:
    """Run every case of a study; each writes its own folder as soon as it is finished.

    Parameters
    ----------
    study : Study
    folder : Path
        Results folder.
    workers : int
        Processes; 1 runs the cases here.
    events : callable
        Called with (steps done, steps in all, text, whether a case has just finished).

    Returns
    -------
    dict of case to CaseRun or CaseFailure
        In the study's order.
    """
    folder.mkdir(parents=True, exist_ok=True)
    total = sum(step_count(study, case) for case in study.cases.values())
    bounds = {name: demand_bounds(study, case) for name, case in study.cases.items()}
    workers = min(workers, len(study.cases))
    threads = max(1, (os.cpu_count() or 1) // max(workers, 1))
    if workers <= 1:
        return _here(study, folder, bounds, total, events, threads)
    return _in_pool(study, folder, bounds, total, events, workers, threads)


def _here(
    study: Study, folder: Path, bounds: dict[str, Any], total: int, events: Events, threads: int
) -> dict[str, Outcome]:
    done = 0
    runs: dict[str, Outcome] = {}

    for name, case in study.cases.items():

        def tick(_stage: str, name: str = name) -> None:
            nonlocal done
            done += 1
            events(done, total, name, False)

        runs[name] = _outcome(name, folder, partial(run_case, study, case, folder / name, bounds[name], tick, threads))
        events(done, total, _finished(runs[name]), True)
    return runs


def _outcome(name: str, folder: Path, run: Callable[[], CaseRun]) -> Outcome:
    """Return a case's run, or as what it ended; no case takes the others with it, and none leaves an older one's files."""
    try:
        return run()
    except NotSolvableError as error:
        failure = CaseFailure(name, "not_converged", str(error))
    except InputError as error:
        failure = CaseFailure(name, "input", str(error))
    except BrokenProcessPool:
        reason = _("The process of case {case} ended without a word (memory?).").format(case=name)
        failure = CaseFailure(name, "error", reason)
    except Exception as error:
        trace = "".join(traceback.format_exception(error))
        failure = CaseFailure(name, "error", f"{type(error).__name__}: {error}", trace)
    shutil.rmtree(folder / name, ignore_errors=True)
    return failure


def _finished(run: Outcome) -> str:
    return _("{case}: {status}, {seconds:.0f} s").format(
        case=run.name, status=run.status, seconds=sum(run.seconds.values())
    )


def _in_pool(
    study: Study, folder: Path, bounds: dict[str, Any], total: int, events: Events, workers: int, threads: int
) -> dict[str, Outcome]:
    from multiprocessing import active_children, get_context

    context = get_context("spawn")
    steps = context.Queue()
    runs: dict[str, Outcome] = {}
    # those that take longest first, so that no process waits for them at the end
    order = sorted(study.cases.items(), key=lambda item: not needs_matched_baseline(study, item[1]))
    with ProcessPoolExecutor(workers, context, initializer=_connect, initargs=(steps,)) as pool:
        futures = {
            name: pool.submit(_run_in_worker, study, case, folder / name, bounds[name], threads) for name, case in order
        }
        done = 0
        try:
            while len(runs) < len(futures):
                for text in _steps_seen(steps):
                    done += 1
                    events(done, total, text, False)
                for name, future in futures.items():
                    if name not in runs and future.done():
                        runs[name] = _outcome(name, folder, future.result)
                        events(done, total, _finished(runs[name]), True)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for worker in active_children():
                worker.terminate()
            raise
    return {name: runs[name] for name in study.cases}


def _steps_seen(steps: Any) -> Iterator[str]:
    """Yield the steps that have arrived, waiting a moment for the first."""
    wait_s = _POLL_S
    while True:
        try:
            yield steps.get(timeout=wait_s)
        except queue.Empty:
            return
        wait_s = 0.001


def _connect(steps: Any) -> None:
    """Prepare a worker: where its steps go; an interrupt is the parent's to handle."""
    import signal

    global _steps
    _steps = steps
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _run_in_worker(
    study: Study, case: CaseInput, folder: Path, bounds: tuple[dict[str, LoadScale], ...], threads: int
) -> CaseRun:
    return run_case(study, case, folder, bounds, lambda _stage: _steps.put(case.name), threads)
