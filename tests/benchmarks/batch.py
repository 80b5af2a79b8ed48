"""Speed of a batch of seasons: the East network alone, every hour of the season simulated, 8760 h dispatched, accounts.

Seasons differ in weather year and gas price. They run with one worker and with two, then, where dask is installed, on a
cluster of two processes on this machine; one season in fifty has hours solved again by pandapipes. `seconds_per_case` is the
processor time of a season (median, without the first, which loads libraries and compiled code); the others are times by the
clock. What dask adds is told by cases that do nothing.

Run ``python tests/benchmarks/batch.py [--quick] [--power]``; the last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from heatnet.couple.ready import compile_ahead
from heatnet.io.bundled import bundled_path
from heatnet.study.batch_case import Task, run_task
from heatnet.study.batch_pool import LocalPool, Workers
from heatnet.study.batch_run import Kept, run_batch
from heatnet.study.batch_store import Finished, write_finished
from heatnet.study.load import Study, load_study
from heatnet.study.variants import variants

IDLE_CASES = 200


def write_study(folder: Path, seasons: int) -> Path:
    """Write a study of the East network with a batch of so many seasons."""
    data: dict[str, Any] = {
        "format_version": 1,
        "title": "Speed of batches",
        "networks": [str(bundled_path("networks") / "teda_east")],
        "prices": str(bundled_path("studies") / "prices" / "tianjin_2025.yaml"),
        "base_case": "plan",
        "cases": {"plan": {"label": "All projects of the plan"}},
        "batch": {
            "method": "latin_hypercube",
            "samples": seasons,
            "dimensions": {
                "year": {"label": "weather year", "target": {"kind": "climate", "years": 1000}},
                "gas": {
                    "label": "gas price",
                    "target": {"kind": "price", "key": "gas_cny_per_mwh"},
                    "distribution": {"kind": "uniform", "low": 0.8, "high": 1.2},
                },
            },
        },
    }
    folder.mkdir(parents=True)
    (folder / "study.yaml").write_text(yaml.safe_dump(data), encoding="utf-8")
    return folder


def idle(task: Task) -> Finished:
    """Do nothing for a case but write that it is done."""
    finished = Finished(task.variant.name, task.variant.case, task.fingerprint, "ok")
    write_finished(Path(task.batch), finished, {})
    return finished


def timed(
    study: Study, folder: Path, workers: Workers, kept: Kept, run: Callable[[Task], Finished] = run_task
) -> float:
    """Return the seconds of a batch, from the first case that is finished to the last: workers begin once."""
    marks: list[float] = []
    progress = run_batch(
        study, variants(study), folder, workers, kept, lambda _one: marks.append(time.perf_counter()), run
    )
    if progress.failed:
        raise SystemExit(f"{progress.failed} seasons failed: see {folder}")
    return (marks[-1] - marks[1]) * (len(marks) - 1) / max(len(marks) - 2, 1)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="six seasons instead of fifty")
    parser.add_argument("--power", action="store_true", help="with the power network of the East zone")
    options = parser.parse_args()
    seasons = 6 if options.quick else 50
    kept = Kept(power_networks=options.power)
    found: dict[str, Any] = {"seasons": seasons, "power_network": options.power}
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        study = load_study(write_study(root / "study", seasons))
        compile_ahead(network for case in study.cases.values() for network in case.networks.values())
        for count in (1, 2):
            seconds = timed(study, root / f"workers_{count}", LocalPool(count), kept)
            found[f"cases_per_hour_{count}"] = round(3600.0 * seasons / seconds, 1)
            print(f"{count} worker(s): {seconds:.1f} s for {seasons} seasons", flush=True)
        found["scaling_1_to_2"] = round(found["cases_per_hour_2"] / found["cases_per_hour_1"], 2)
        timings = pd.read_parquet(root / "workers_1" / "timings.parquet").iloc[1:]
        found["seconds_per_case"] = round(float(timings["cpu_s"].median()), 2)
        stages = timings.drop(columns=["case", "cpu_s", "wall_s"]).median()
        found["stages_s"] = {name.removesuffix("_s"): round(float(value), 3) for name, value in stages.items()}
        same = [(root / f"workers_{count}" / "cases.parquet").read_bytes() for count in (1, 2)]
        found["same_bytes"] = same[0] == same[1]
        found["bytes_per_case"] = (
            sum(one.stat().st_size for one in (root / "workers_1").rglob("*") if one.is_file()) // seasons
        )
        found["dask_overhead_s"] = dask_overhead_s(root)
    found["peak_memory_gb"] = round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6, 2)
    found["load_average"] = round(os.getloadavg()[0], 1)
    print(json.dumps(found))


def dask_overhead_s(root: Path) -> float | None:
    """Return what a case costs more on a dask cluster of this machine than in processes, s; None without dask."""
    try:
        from distributed import LocalCluster
    except ImportError:
        print("dask is not installed: no overhead of it", file=sys.stderr)
        return None
    from heatnet.study.batch_pool import DaskCluster

    study = load_study(write_study(root / "idle", IDLE_CASES))
    local = timed(study, root / "idle_local", LocalPool(2), Kept(), idle)
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        dask = timed(study, root / "idle_dask", DaskCluster(cluster.scheduler_address), Kept(), idle)
    return round((dask - local) / IDLE_CASES, 4)


if __name__ == "__main__":
    main()
