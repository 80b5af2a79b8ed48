"""A batch whose cases cost nothing, for tests of how batches run: as a module of names, or as a script with worker processes.

Not imported by name: tests run it with `runpy.run_path`, processes as their main module.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import zlib
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd

from heatnet.study.batch_case import Task
from heatnet.study.batch_run import Kept, Progress, run_batch
from heatnet.study.batch_store import Finished, write_elements, write_finished
from heatnet.study.load import load_study
from heatnet.study.variant import Variant

ELEMENTS = 20


def variants(count: int, **values: float) -> list[Variant]:
    """Return variants of the tiny study's named cases, with one value each."""
    return [
        Variant(
            f"v{i:03d}", ("gas", "project")[i % 2], {"price": 1.0 + i, **values}, prices={"gas_cny_per_mwh": 1.0 + i}
        )
        for i in range(count)
    ]


def outcome(task: Task) -> tuple[Finished, pd.DataFrame]:
    """Return a case's row and elements: numbers that hang on its name and its hash alone."""
    rng = np.random.default_rng(zlib.crc32(f"{task.variant.name} {task.fingerprint}".encode()))
    row = {"cost_total_cny": float(rng.normal(1e6, 1e5)), "rate_share": float(rng.uniform(0.0, 0.3))}
    finished = Finished(
        task.variant.name, task.variant.case, task.fingerprint, "ok", values=task.variant.values, row=row
    )
    elements = pd.DataFrame(
        {
            "network": "tiny",
            "carrier": "water",
            "kind": "consumer",
            "element": [f"c{i}" for i in range(ELEMENTS)],
            "statistic": "lacking_mwh",
            "value": rng.uniform(0.0, 10.0, ELEMENTS),
        }
    )
    return finished, elements


def cheap(task: Task) -> Finished:
    """Run a case that takes a few milliseconds, most of them between its files."""
    finished, elements = outcome(task)

    def write(folder: Path) -> None:
        time.sleep(0.002)
        write_elements(elements, folder)
        time.sleep(0.002)

    write_finished(Path(task.batch), finished, {"wall": time.perf_counter()}, write)
    return finished


def deadly(task: Task) -> Finished:
    """Run a cheap case; one of them kills its process."""
    if task.variant.name == "v003":
        os.kill(os.getpid(), signal.SIGKILL)
    return cheap(task)


class Threads:
    """Workers of this process."""

    def __init__(self, count: int = 2) -> None:
        self.count = count
        self._pool = ThreadPoolExecutor(count)

    def executor(self) -> Executor:
        return self._pool

    def again(self) -> Executor:
        raise AssertionError("threads do not die")

    def stop(self) -> None:
        self._pool.shutdown(cancel_futures=True)


def run_threads(study: str, folder: str, count: int, events=lambda _progress: None, runner=cheap) -> Progress:
    return run_batch(load_study(study), variants(count), Path(folder), Threads(), Kept(), events, runner)


def main() -> None:
    """Run with a pool of processes: study, folder, number of cases, workers, runner; print how it ended."""
    from heatnet.study.batch_pool import LocalPool

    study, folder, count, workers, runner = sys.argv[1:]
    seen: list[tuple[str, str]] = []

    def note(progress: Progress) -> None:
        if progress.last is not None:
            seen.append((progress.last.case, progress.last.status))

    pool = LocalPool(int(workers))
    run = {"cheap": cheap, "deadly": deadly}[runner]
    progress = run_batch(load_study(study), variants(int(count)), Path(folder), pool, Kept(), note, run)
    print(json.dumps({"run": progress.run, "failed": progress.failed, "seen": sorted(seen)}))


if __name__ == "__main__":
    main()
elif __name__ == "in_a_process":
    run_threads(study, folder, count)  # type: ignore[name-defined]  # noqa: F821
