"""One run of the tiny study for all tests of the room, its results read from the files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from heatnet.study.load import Study, load_study
from heatnet.study.run import run_cases
from heatnet.study.summary import write_summary

#: water as thick as oil through 60 km of bare pipe: no heat arrives, and no solver finds a state
HOPELESS = {"p1": {"length_m": 60000, "u_w_per_mk": 50}}
THICK = {"density_kg_per_m3": 972, "heat_capacity_j_per_kgk": 4200, "viscosity_pa_s": 1.0}


@dataclass(frozen=True)
class Done:
    """A study that ran: its folder of results, what it was and its summary as written."""

    folder: Path
    study: Study
    summary: dict[str, Any]
    runs: dict[str, Any]
    events: list[tuple[int, int, str, bool]]


def run_all(study_folder: Path, out: Path) -> Done:
    from heatnet.io.results_store import read_summary

    study = load_study(study_folder)
    events: list[tuple[int, int, str, bool]] = []
    runs = run_cases(study, out, workers=1, events=lambda *event: events.append(event))
    write_summary(study, runs, out)
    return Done(out, study, read_summary(out), runs, events)


def with_hopeless_case(draft: Any) -> Any:
    draft.data["cases"]["hopeless"] = {
        "label": "Cannot be solved",
        "networks": {"tiny": {"pipes": HOPELESS, "network": {"fluid": THICK}}},
    }
    return draft


@pytest.fixture(scope="session")
def tiny_folder(new_study_draft, tmp_path_factory):
    return with_hopeless_case(new_study_draft()).write(tmp_path_factory.mktemp("study"))


@pytest.fixture(scope="session")
def done(tiny_folder, tmp_path_factory):
    """The tiny study with a case that cannot be solved, run once."""
    return run_all(tiny_folder, tmp_path_factory.mktemp("results") / "tiny")


@pytest.fixture(scope="session")
def done_again(tiny_folder, tmp_path_factory):
    """The same study run once more into another folder."""
    return run_all(tiny_folder, tmp_path_factory.mktemp("results_again") / "tiny")
