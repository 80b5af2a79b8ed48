"""How batches survive: killed at any moment, a full disk, dead workers, two at once; what is run again and what is not."""

from __future__ import annotations

import errno
import json
import os
import random
import runpy
import signal
import subprocess
import sys
import time
from multiprocessing import get_context
from pathlib import Path

import pandas as pd
import pytest

from heatnet.errors import InputError, UnfinishedError
from heatnet.study.batch_layout import CASES_FOLDER, RESULT_FILE, STATUS_FILE, TABLE_FILES
from heatnet.study.batch_run import Kept, run_batch
from heatnet.study.load import load_study

SCRIPT = str(Path(__file__).parent / "cheap_batch.py")
CHEAP = runpy.run_path(SCRIPT, run_name="cheap_batch")
KILLS = 10
CASES = 60
SAME = (*(TABLE_FILES[name] for name in ("cases", "elements")), STATUS_FILE)


@pytest.fixture(scope="module")
def study(new_study_draft, tmp_path_factory):
    return new_study_draft().write(tmp_path_factory.mktemp("study"))


@pytest.fixture(scope="module")
def undisturbed(study, tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed")
    CHEAP["run_threads"](study, folder, CASES)
    return folder


def files(folder):
    return {name: (folder / name).read_bytes() for name in SAME}


def finished(folder):
    return {item.parent.name for item in folder.glob(f"{CASES_FOLDER}/*/{RESULT_FILE}")}


def stamps(folder):
    return {item.parent.name: item.stat().st_mtime_ns for item in folder.glob(f"{CASES_FOLDER}/*/{RESULT_FILE}")}


def leftovers(folder):
    return [item.name for item in folder.rglob("*") if item.name.endswith(".part")]


def test_rows_and_elements_are_those_of_the_cases(study, undisturbed):
    cases = pd.read_parquet(undisturbed / "cases.parquet")
    assert list(cases["case"]) == [f"v{i:03d}" for i in range(CASES)]
    assert list(cases["in_price"]) == [1.0 + i for i in range(CASES)]
    assert set(cases["status"]) == {"ok"}
    elements = pd.read_parquet(undisturbed / "elements.parquet")
    assert len(elements) == CASES * CHEAP["ELEMENTS"]
    assert json.loads((undisturbed / STATUS_FILE).read_text())["by_status"] == {"ok": CASES}


def test_killed_ten_times_the_tables_are_the_same_bytes_and_no_finished_case_is_lost(study, undisturbed, tmp_path):
    """SIGKILL at random moments: each next call keeps what was finished, and the last ends with an undisturbed run's bytes."""
    context = get_context("forkserver")
    context.set_forkserver_preload(["heatnet.study.batch_run"])
    given = {"study": str(study), "folder": str(tmp_path), "count": CASES}
    rng = random.Random(7)
    killed, before = 0, {}
    while killed < KILLS:
        child = context.Process(
            target=runpy.run_path, args=(SCRIPT,), kwargs={"init_globals": given, "run_name": "in_a_process"}
        )
        child.start()
        wait_for_a_case_beyond(len(before), tmp_path, child)
        child.join(rng.uniform(0.0, 0.03))
        if child.exitcode is None:
            os.kill(child.pid, signal.SIGKILL)
            killed += 1
        child.join()
        after = stamps(tmp_path)
        assert {name: after.get(name) for name in before} == before
        before = after
        if len(before) == CASES:
            # all are finished: what is left to kill is the writing of the tables
            forget_some(tmp_path, before, 12)
    CHEAP["run_threads"](study, tmp_path, CASES)
    assert files(tmp_path) == files(undisturbed)
    assert leftovers(tmp_path) == []


def wait_for_a_case_beyond(count, folder, child):
    """Wait until a process is at work: a kill before that would prove nothing."""
    end = time.monotonic() + 120
    while len(finished(folder)) <= count < CASES and child.exitcode is None and time.monotonic() < end:
        time.sleep(0.001)


def forget_some(folder, known, count):
    for name in list(known)[:count]:
        (folder / CASES_FOLDER / name / RESULT_FILE).unlink()
        del known[name]


def test_the_next_call_runs_exactly_the_cases_whose_inputs_changed(study, tmp_path):
    loaded, given = load_study(study), CHEAP["variants"](8)
    run = lambda variants: run_batch(  # noqa: E731
        loaded, variants, tmp_path, CHEAP["Threads"](), Kept(check_one_in=0), runner=CHEAP["cheap"]
    )
    assert run(given).run == 8
    before = stamps(tmp_path)
    assert run(given).run == 0
    given[2].prices["gas_cny_per_mwh"] = 99.0
    (tmp_path / CASES_FOLDER / "v005" / RESULT_FILE).write_text("{ half a fi")
    assert run(given).run == 2
    after = stamps(tmp_path)
    assert {name for name in after if after[name] != before[name]} == {"v002", "v005"}
    # a case that the study no longer has stays, and is in no table
    assert run(given[:6]).run == 0
    assert finished(tmp_path) == {variant.name for variant in given}
    assert len(pd.read_parquet(tmp_path / "cases.parquet")) == 6


def test_a_changed_network_runs_the_cases_that_use_it(new_study_draft, tmp_path):
    """The heat pump is not built in `gas`, but it is in the network of both cases: both are run again. A price touches all."""
    draft = new_study_draft()
    path, folder = draft.write(tmp_path), tmp_path / "batch"
    assert CHEAP["run_threads"](path, folder, 4).run == 4
    draft.network.row("plants", "heat_pump")["carnot_share"] = 0.4
    draft.write(tmp_path)
    assert CHEAP["run_threads"](path, folder, 4).run == 4
    draft.data["cases"]["project"]["networks"] = {"tiny": {"plants": {"boiler": {"efficiency_share": 0.9}}}}
    draft.write(tmp_path)
    assert CHEAP["run_threads"](path, folder, 4).run == 2


def test_a_full_disk_ends_the_batch_with_a_word_and_no_half_file(study, undisturbed, tmp_path):
    def full(task):
        if task.variant.name == "v007":
            from heatnet.study.batch_store import write_finished

            def write(folder):
                (folder / "elements.parquet").write_bytes(b"PAR1")
                raise OSError(errno.ENOSPC, "No space left on device")

            write_finished(Path(task.batch), CHEAP["outcome"](task)[0], {}, write)
        return CHEAP["cheap"](task)

    with pytest.raises(UnfinishedError, match="disk is full"):
        CHEAP["run_threads"](study, tmp_path, CASES, runner=full)
    assert "v007" not in finished(tmp_path)
    assert leftovers(tmp_path) == []
    assert finished(tmp_path)
    kept = stamps(tmp_path)
    CHEAP["run_threads"](study, tmp_path, CASES)
    assert {name: stamps(tmp_path)[name] for name in kept} == kept
    assert files(tmp_path) == files(undisturbed)


@pytest.mark.skipif(os.name != "posix", reason="mounts a small file system")
def test_a_really_full_disk(study, tmp_path):
    """On a file system of 200 kB of its own, where the machine lets a user mount one."""
    mount = tmp_path / "small"
    mount.mkdir()
    script = (
        f"mount -t tmpfs -o size=200k tmpfs {mount} && {sys.executable} {SCRIPT} {study} {mount}/b 60 1 cheap; "
        f"echo code $?; find {mount} -name '*.part'; ls {mount}/b/cases | wc -l"
    )
    done = subprocess.run(["unshare", "-rm", "sh", "-c", script], capture_output=True, text=True, check=False)
    if "code" not in done.stdout:
        pytest.skip(f"no mount of one's own here: {done.stderr.strip()[:200]}")
    code, *rest = done.stdout.split("\n")
    assert code != "code 0"
    assert "disk is full" in done.stderr
    assert [line for line in rest if line.endswith(".part")] == []
    assert 0 < int(rest[0]) < 60


def test_the_second_batch_on_one_folder_is_told_and_does_nothing(study, tmp_path):
    """Asked while the first is at work."""
    told = []

    def try_again(progress):
        if progress.done == 3:
            before = stamps(tmp_path)
            with pytest.raises(InputError, match="another batch works in this folder"):
                CHEAP["run_threads"](study, tmp_path, CASES)
            told.append(before.keys() <= stamps(tmp_path).keys())

    assert CHEAP["run_threads"](study, tmp_path, 10, events=try_again).done == 10
    assert told == [True]


def pool(study, folder, workers, runner):
    words = [sys.executable, SCRIPT, study, folder, CASES, workers, runner]
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, check=False, timeout=500)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_case_that_kills_its_process_twice_is_noted_and_the_others_are_as_ever(study, undisturbed, tmp_path):
    ended = pool(study, tmp_path, 2, "deadly")
    assert ended["failed"] == 1
    assert dict(ended["seen"]) == {f"v{i:03d}": "killed" if i == 3 else "ok" for i in range(CASES)}
    cases = pd.read_parquet(tmp_path / "cases.parquet")
    assert "process" in cases.set_index("case")["reason"]["v003"]
    # the next call gives it another chance; all are then as if nothing had happened
    assert pool(study, tmp_path, 1, "cheap")["run"] == 1
    assert files(tmp_path) == files(undisturbed)


@pytest.mark.parametrize(
    ("error", "run_again"),
    [(OSError(errno.EMFILE, "Too many open files"), 1), (MemoryError(), 1), (ValueError("x"), 0)],
)
def test_what_the_machine_may_be_to_blame_for_is_tried_again(error, run_again, study, tmp_path):
    def flaky(task):
        if task.variant.name == "v001":
            raise error
        return CHEAP["cheap"](task)

    assert CHEAP["run_threads"](study, tmp_path, 3, runner=flaky).failed == 1
    again = CHEAP["run_threads"](study, tmp_path, 3)
    assert (again.run, again.failed) == (run_again, 1 - run_again)


def test_a_case_without_memory_is_tried_again(new_study_draft, tmp_path, monkeypatch):
    """Noted by the worker itself."""
    from heatnet.study import batch_case

    draft = new_study_draft()
    dimension = {"label": "Gas", "target": {"kind": "price", "key": "gas_cny_per_mwh"}, "values": [1.1]}
    draft.data["batch"] = {"method": "grid", "dimensions": {"gas": dimension}}
    study = load_study(draft.write(tmp_path))

    def full(*_inputs, **_keys):
        raise MemoryError

    monkeypatch.setattr(batch_case, "solve_case", full)
    for _call in range(2):
        done = run_batch(study, CHEAP["variants"](1), tmp_path / "batch", CHEAP["Threads"](1), Kept(check_one_in=0))
        assert (done.run, done.failed) == (1, 1)
    assert "MemoryError" in pd.read_parquet(tmp_path / "batch" / "cases.parquet").loc[0, "reason"]


def test_two_variants_of_one_name_are_refused(study, tmp_path):
    twins = [*CHEAP["variants"](2), CHEAP["variants"](1)[0]]
    with pytest.raises(InputError, match="v000"):
        run_batch(load_study(study), twins, tmp_path, CHEAP["Threads"](), runner=CHEAP["cheap"])
    assert list(tmp_path.iterdir()) == []
