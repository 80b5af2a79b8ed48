"""Places against their limits: read back from the files they are what the standards' checks say of the solved hours."""

from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from heatnet.metrics.compliance import compliance
from heatnet.model.boundary import Boundary
from heatnet.model.examples import tree
from heatnet.report.context import Context
from heatnet.report.places import bottleneck_table, failures_table, solved_hours, use_of_limits
from heatnet.simulate import simulate
from heatnet.study.states import write_states
from heatnet.web.results_view import CaseResults, NetworkResults, StudyResults


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """Two hours of the tree, with a pipe too narrow for its flow, as a study keeps them."""
    network = tree()
    narrow = network.pipes.assign(
        inner_diameter_mm=network.pipes["inner_diameter_mm"].mask(network.pipes.index == "pipe_fork_east", 120.0)
    )
    network = network.with_tables(pipes=narrow)
    times = pd.DatetimeIndex(["2025-01-01 00:00", "2025-01-01 01:00"], name="time")
    heat = pd.DataFrame([[4.0, 2.0, 2.5, 5.0], [2.0, 1.0, 1.25, 2.5]], times, network.consumers.index)
    states = simulate(network, Boundary(times, {"consumer_heat_mw": heat}))
    states = states.assign(label=("time", ["design", "p50"]))
    folder = tmp_path_factory.mktemp("places")
    write_states(states, folder / "only" / "tree" / "water")
    hours = pd.DataFrame({"status": "ok", "label": ["design", "p50"]}, index=times)
    results = NetworkResults("tree", network, {}, {}, {}, hours, hours.iloc[:0], {}, {})
    case = CaseResults("only", {"status": "ok", "label": {"en": "Only"}, "by_network": {}}, None, {"tree": results})
    summary = {"networks": {"tree": {"name": {"en": "Tree"}}}, "plan_case": "only"}
    return SimpleNamespace(
        network=network, states=states, context=Context(StudyResults(Path(folder), summary, {"only": case})), case=case
    )


def test_checks_from_the_files_are_those_of_the_simulation(solved) -> None:
    read = solved_hours(solved.context, solved.case, "tree")
    ours, theirs = compliance(solved.network, read), compliance(solved.network, solved.states)
    pd.testing.assert_frame_equal(ours, theirs)


def test_a_narrow_pipe_is_missed_and_the_tightest_place(solved) -> None:
    checks = compliance(solved.network, solved_hours(solved.context, solved.case, "tree"))
    failed = failures_table(solved.context, "tree", checks)
    assert "pipe_fork_east" in {row.cells[1] for row in failed.rows}
    assert failed.note.startswith(f"{len(failed.rows)} of {len(checks)} checks")
    tightest = bottleneck_table(solved.context, {"tree": checks})
    use = [row.cells[6] for row in tightest.rows]
    assert use == sorted(use, reverse=True)
    assert tightest.rows[0].cells[1] == "pipe_fork_east"
    # the pump's head follows the worst station: it is told once
    assert sum(row.cells[2] == "available pressure difference" for row in tightest.rows) == 1


def test_use_is_over_the_limit_from_either_side() -> None:
    checks = pd.DataFrame({"value": [7.0, 0.5], "limit": [3.5, 1.0], "sense": ["<=", ">="]})
    assert list(use_of_limits(checks)) == [2.0, 2.0]


def test_results_without_the_files_have_no_places(results: Path) -> None:
    from heatnet.report.places import checked_places
    from heatnet.web.results_view import load_study

    assert checked_places(Context(load_study(results))) == {}
