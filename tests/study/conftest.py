"""One run of the tiny study for all tests of the room, its results read from the files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from heatnet.dispatch.linear_model import forget_solutions
from heatnet.study.load import Study, load_study
from heatnet.study.run import run_cases
from heatnet.study.summary import write_summary


def pushing(mdot_kg_per_s: float) -> dict[str, Any]:
    """Return the override that makes the heat pump push a fixed flow from the return into the supply.

    Above what the consumers take, the boiler would have to run backwards: such an hour has no state.
    """
    return {"plants": {"heat_pump": {"connection": "supply", "role": "flow", "mdot_kg_per_s": mdot_kg_per_s}}}


#: all consumers together take 42 to 46 kg/s
HOPELESS = pushing(500.0)
NOW_AND_THEN = pushing(43.5)


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
        "networks": {"tiny": HOPELESS},
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
    """The same study run once more into another folder, nothing of the first run's programmes kept."""
    forget_solutions()
    return run_all(tiny_folder, tmp_path_factory.mktemp("results_again") / "tiny")


@pytest.fixture(scope="session")
def patchy(new_study_draft, tmp_path_factory):
    """One case in which some hours have no state, with only the hours kept that pages show, run once."""
    draft = new_study_draft()
    draft.data["cases"] = {"gas": {"label": "Pushed", "networks": {"tiny": NOW_AND_THEN}}}
    draft.data |= {"keep": "summary", "simulation": {"hours": 2, "reference_hours": 0}}
    del draft.data["plan_case"]
    return run_all(draft.write(tmp_path_factory.mktemp("patchy")), tmp_path_factory.mktemp("results") / "tiny")
