"""Where the cases of a batch run: any executor of `concurrent.futures`, a few cases at a time."""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from contextlib import suppress
from typing import Any, Generic, Protocol, TypeVar

from heatnet.errors import InputError, Problem, UnfinishedError
from heatnet.i18n import _

T = TypeVar("T")
R = TypeVar("R")
#: cases that are handed out for each worker: none waits for the next, and few are in memory
_PER_WORKER = 3


class Workers(Protocol):
    """Where cases run."""

    @property
    def count(self) -> int:
        """Cases that run side by side."""

    def executor(self) -> Executor:
        """Return the executor."""

    def again(self) -> Executor:
        """Return a new executor in the place of a broken one."""

    def stop(self) -> None:
        """End the workers that are ours, at once."""


class LocalPool:
    """Processes of this machine, begun afresh so that they share nothing with this one.

    Parameters
    ----------
    count : int
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self._pool: ProcessPoolExecutor | None = None

    def executor(self) -> Executor:
        """Return the pool."""
        if self._pool is None:
            from multiprocessing import get_context

            self._pool = ProcessPoolExecutor(self.count, get_context("spawn"), initializer=_begin_worker)
        return self._pool

    def again(self) -> Executor:
        """Return a new pool; of the old one a process has died."""
        self.stop()
        return self.executor()

    def stop(self) -> None:
        """End the pool's processes."""
        if self._pool is None:
            return
        # at once and without their clean-up, which some libraries' threads do not survive: cases are written whole or not at all
        processes = list((self._pool._processes or {}).values())
        for process in processes:
            with suppress(OSError, ValueError):
                process.kill()
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._pool = None


def _begin_worker() -> None:
    """Leave interrupts to the parent, and end with it: a worker whose parent was killed would wait for ever."""
    import threading
    from multiprocessing import parent_process
    from multiprocessing.connection import wait as wait_for

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()

    def end_with_parent() -> None:
        if parent is not None:
            wait_for([parent.sentinel])
            os._exit(1)

    threading.Thread(target=end_with_parent, daemon=True).start()


class DaskCluster:
    """The workers of a dask cluster that runs already; they see the same folders as this machine.

    Parameters
    ----------
    address : str
        Of its scheduler, such as ``tcp://10.0.0.5:8786``.
    timeout_s : float
        How long its answer is waited for.

    Raises
    ------
    InputError
        If dask is not installed, the address is none, or nobody answers there.
    """

    def __init__(self, address: str, timeout_s: float = 10.0) -> None:
        self._client = _dask_client(address, timeout_s)
        self._executor: Executor = self._client.get_executor(pure=False)

    @property
    def count(self) -> int:
        """Workers of the cluster, as they are now; at least one, so that cases wait for workers to come."""
        return max(1, len(self._client.nthreads()))

    def executor(self) -> Executor:
        """Return the cluster's executor."""
        return self._executor

    def again(self) -> Executor:
        """Return the executor: the scheduler begins the workers anew."""
        return self._executor

    def stop(self) -> None:
        """Leave the cluster; what still waits is taken back."""
        self._executor.shutdown(wait=False)
        self._client.close()


def _dask_client(address: str, timeout_s: float) -> Any:
    where = f"--scheduler {address}"
    try:
        from distributed import Client
    except ImportError:
        remedy = _("pip install 'heatnet[dask]', in the same versions as the cluster's")
        raise InputError([Problem(where, _("dask is not installed"), "", remedy)]) from None
    try:
        return Client(address, timeout=timeout_s, set_as_default=False)
    except (OSError, ValueError) as error:
        allowed = _("The address of a running dask scheduler, such as tcp://10.0.0.5:8786")
        reason = _("no scheduler answers: {error}").format(error=error)
        raise InputError([Problem(where, reason, allowed)]) from None


def is_death(error: BaseException) -> bool:
    """Return whether an error says that a worker's process died over a task."""
    # dask's own word for it; without dask there is none to import
    return isinstance(error, BrokenExecutor) or type(error).__name__ == "KilledWorker"


class Crew(Generic[T, R]):
    """Hands tasks to workers, a few at a time, and gives their results back as they come.

    Parameters
    ----------
    workers : Workers
    run : callable
        What a worker does with a task.
    """

    def __init__(self, workers: Workers, run: Callable[[T], R]) -> None:
        self._workers, self._run = workers, run
        self._handed_out: dict[Future[R], T] = {}
        #: tasks whose process may have been killed by them, run one by one to know
        self._suspects: deque[T] = deque()

    def results(self, tasks: Iterable[T]) -> Iterator[tuple[T, R | BaseException]]:
        """Yield each task with its result, or with what went wrong in the worker.

        Where a process dies, the tasks that were handed out are run once more, one by one; one whose process dies again
        comes back with that error.

        Raises
        ------
        UnfinishedError
            If a worker raises it, or the cluster is lost.
        """
        waiting = iter(tasks)
        while True:
            alone = self._hand_out(waiting)
            if not self._handed_out:
                return
            done, _running = wait(self._handed_out, return_when=FIRST_COMPLETED)
            yield from self._taken_back(done, alone)

    def _hand_out(self, waiting: Iterator[T]) -> bool:
        """Submit tasks; return whether one runs alone."""
        if self._suspects:
            if self._handed_out:
                return False
            self._submit(self._suspects.popleft())
            return True
        room = _PER_WORKER * self._workers.count - len(self._handed_out)
        for _place in range(room):
            task = next(waiting, None)
            if task is None:
                break
            self._submit(task)
        return False

    def _submit(self, task: T) -> None:
        try:
            future = self._workers.executor().submit(self._run, task)
        except BrokenExecutor:
            # it broke since: what was handed out comes back with the same error
            future = Future()
            future.set_exception(BrokenExecutor())
        self._handed_out[future] = task

    def _taken_back(self, done: Iterable[Future[R]], alone: bool) -> Iterator[tuple[T, R | BaseException]]:
        broken: list[tuple[T, BaseException]] = []
        for future in done:
            task = self._handed_out.pop(future)
            error = CancelledError() if future.cancelled() else future.exception()
            if isinstance(error, UnfinishedError):
                raise error
            if isinstance(error, CancelledError):
                raise UnfinishedError(_("The cluster is gone. Finished cases are kept; call again to continue."))
            if isinstance(error, BrokenExecutor):
                broken.append((task, error))
            else:
                yield task, future.result() if error is None else error
        if not broken:
            return
        if alone:
            yield from broken
        else:
            self._suspects.extend(task for task, _error in broken)
            yield from self._rest_of_a_broken_pool()
        self._workers.again()

    def _rest_of_a_broken_pool(self) -> Iterator[tuple[T, R | BaseException]]:
        """Take back all that a broken pool holds: its futures are done, or will be in a moment."""
        while self._handed_out:
            future, task = self._handed_out.popitem()
            error = future.exception()
            if error is None:
                yield task, future.result()
            else:
                self._suspects.append(task)
